"""Speeds learned from tracks: the stretches that crews drove, without the crew, and the hours they were read from."""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "stretches_driven",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("hour_us", BIG, nullable=False),
        sa.Column("road_class", sa.String(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("weather", sa.String(), nullable=False),
        sa.Column("metres", sa.Float(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
    )
    op.create_index("ix_stretches_driven_hour_us", "stretches_driven", ["hour_us"])
    op.create_table(
        "hours_learned",
        sa.Column("hour_us", BIG, primary_key=True, autoincrement=False),
        sa.Column("stretches", sa.Integer(), nullable=False),
    )
