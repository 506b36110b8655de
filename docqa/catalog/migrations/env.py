"""Alembic runs this to bring a catalog up to date, on the connection that docqa.catalog.database opened."""

from alembic import context

from docqa.catalog.tables import schema

context.configure(connection=context.config.attributes["connection"], target_metadata=schema)
with context.begin_transaction():
    context.run_migrations()
