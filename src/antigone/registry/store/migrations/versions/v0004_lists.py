"""Indexes for lists and counts of 100,000 candidates: by posterior, and by where the question stands."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both."""
    op.create_index("ix_candidates_run_posterior", "candidates", ["run", sa.text("posterior DESC"), "rank"])
    op.create_index("ix_pairings_incident_state", "pairings", ["incident", "state", "member"])


def downgrade() -> None:
    """Remove both; nothing is lost."""
    op.drop_index("ix_pairings_incident_state", "pairings")
    op.drop_index("ix_candidates_run_posterior", "candidates")
