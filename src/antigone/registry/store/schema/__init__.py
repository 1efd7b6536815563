"""The tables of the registry: one schema for SQLite and PostgreSQL.

Whatever says who somebody is, or what was typed, stands in a column of ciphertext (``sealed``), under a key that
belongs to one person or one candidate alone (``keys``). To destroy that key is to erase the data, in every copy of the
database. Everything else is codes, dates, counts and states. There is no column for an identity number, an address,
a face or an ethnicity (PURPOSE.md, rule 5).

Each module holds the tables of one subject; all are read from here.
"""

from __future__ import annotations

from antigone.registry.store.schema.access import *
from antigone.registry.store.schema.columns import metadata as metadata
from antigone.registry.store.schema.importing import *
from antigone.registry.store.schema.incident import *
from antigone.registry.store.schema.laboratory import *
from antigone.registry.store.schema.people import *
from antigone.registry.store.schema.reviewing import *
from antigone.registry.store.schema.searching import *
from antigone.registry.store.schema.telling import *
from antigone.registry.store.schema.trust import *
