"""Outages near a place are found by both coordinates: the index alone says which lie in the box."""

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    op.drop_index("outages_by_site", "outages")
    op.create_index("outages_by_site", "outages", ["state", "site_lat", "site_lon"])
