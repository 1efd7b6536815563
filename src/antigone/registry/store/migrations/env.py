"""Alembic runs this file: the connection is given, nothing is read from a configuration file."""

from alembic import context

from antigone.registry.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
