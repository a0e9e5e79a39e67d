"""The board reads the outages of a state by id: without an index of its own 10,000 of them were fetched by place."""

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    op.create_index("outages_by_state", "outages", ["state", "id"])
