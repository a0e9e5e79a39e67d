"""Other geocoders: the calls they are asked about, what they answered, how often, and a salt for what was asked."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "placings",
        sa.Column("call_id", BIG, primary_key=True, autoincrement=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at_us", BIG, nullable=True),
    )
    op.create_index("placings_by_due", "placings", ["due_at_us"])
    op.create_table(
        "geocoded",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("asked_at_us", BIG, nullable=False),
    )
    op.create_index("ix_geocoded_asked_at_us", "geocoded", ["asked_at_us"])
    op.create_table(
        "geocoder_counts",
        sa.Column("source", sa.String(), primary_key=True),
        sa.Column("outcome", sa.String(), primary_key=True),
        sa.Column("n", BIG, nullable=False),
    )
    op.create_table(
        "salts",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("salt", sa.String(), nullable=False),
    )
