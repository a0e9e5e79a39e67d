"""Offers against the advice are found by their time; crews have a voltage permit and gear."""

import json

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OVERRIDES = sa.text(
    "SELECT j.id, j.body, f.happened_at_us FROM jobs j JOIN facts f "
    "ON f.subject_kind = 'job' AND f.subject_id = j.id AND f.kind = 'JobOffered'"
)
_MARK = sa.text("UPDATE jobs SET overridden_at_us = :at WHERE id = :id")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("overridden_at_us", BIG, nullable=True))
    op.create_index("ix_jobs_overridden_at_us", "jobs", ["overridden_at_us"])
    op.add_column("crews", sa.Column("permit_kv", sa.Float(), nullable=True))
    op.add_column("crews", sa.Column("gear", sa.String(), nullable=True))
    connection = op.get_bind()
    for job_id, body, at in connection.execute(_OVERRIDES).fetchall():
        if json.loads(body).get("override_reason") is not None:
            connection.execute(_MARK, {"id": job_id, "at": at})
