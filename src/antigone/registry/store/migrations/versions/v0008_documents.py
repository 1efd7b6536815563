"""Documents say of what kind and version they are; no table changes.

The documents themselves are written anew by who has the master key (``registry.renewal``), in the same transaction.
The new version of the schema keeps programs away that would not understand them.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PLAIN = (("runs", "result"), ("summaries", "line"))


def upgrade() -> None:
    """Nothing but the version."""


def downgrade() -> None:
    """What is not sealed gets the form of before; what is sealed stays for a program that knows kinds and versions."""
    connection = op.get_bind()
    for name, column in PLAIN:
        table = sa.table(name, sa.column("id"), sa.column(column))
        for number, text in connection.execute(sa.select(table.c.id, table.c[column])).all():
            plain = json.loads(text) if text else {}
            if plain.keys() == {"kind", "version", "content"}:
                content = json.dumps(plain["content"], ensure_ascii=False, separators=(",", ":"))
                connection.execute(table.update().where(table.c.id == number).values({column: content}))
