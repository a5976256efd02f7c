"""Alembic's way in: it is handed an open connection and runs inside that connection's transaction."""

from __future__ import annotations

from alembic import context

from hearing.registry.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
