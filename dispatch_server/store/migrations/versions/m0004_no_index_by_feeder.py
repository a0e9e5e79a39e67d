"""No question looks for outages by feeder: calls join by transformer or by distance, which the feeder then confirms."""

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.drop_index("outages_on_feeder", "outages")
