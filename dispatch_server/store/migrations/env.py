"""Alembic's entrance. The connection, its transaction and its lock are `schema.bring_up_to_date`'s."""

from alembic import context
from sqlmodel import SQLModel

import dispatch_server.store.tables  # noqa: F401 - fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite changes a column only by making the table anew
)
context.run_migrations()
