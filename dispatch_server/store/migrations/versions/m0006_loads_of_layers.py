"""Every load of layers is kept: who loaded which version when, and what it held. Earlier loads are taken over."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "layer_loads",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("loaded_at_us", BIG, nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
    )
    op.execute(
        "INSERT INTO layer_loads (version, loaded_at_us, said_by, held) "
        "SELECT version, max(loaded_at_us), 'command_line', '{}' FROM layer_files GROUP BY version "
        "ORDER BY max(loaded_at_us)"
    )
