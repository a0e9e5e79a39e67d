"""What repeats of a call said is kept beside its particulars; the danger of an outage is one that stands, if any."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from dispatch_server.protocol.codec import decode
from dispatch_server.store.journal import FOLDS
from dispatch_server.store.projection import columns_of_outage
from dispatch_server.store.texts import text_of

revision: str = "0010"
down_revision: str | None = "0009"

_DANGERS_OVER = sa.text(
    "SELECT DISTINCT subject_id FROM facts WHERE subject_kind = 'outage' AND kind IN ('MadeSafe', 'DangerRuledOut')"
)
_FACTS = sa.text("SELECT kind, body FROM facts WHERE subject_kind = 'outage' AND subject_id = :id ORDER BY n")
_FOLDED = sa.text("UPDATE outages SET body = :body, shown = :shown WHERE id = :id")


def upgrade() -> None:
    op.add_column("call_particulars", sa.Column("pin", sa.String(), nullable=True))
    op.add_column("call_particulars", sa.Column("again", sa.Text(), nullable=True))
    connection, fold = op.get_bind(), FOLDS["outage"]
    for (outage_id,) in connection.execute(_DANGERS_OVER).fetchall():
        outage: Any = None
        for kind, body in connection.execute(_FACTS, {"id": outage_id}):
            outage = fold.after(outage, decode(fold.facts[kind], json.loads(body)))
        columns = {"body": text_of(outage), "shown": columns_of_outage(outage)["shown"]}
        connection.execute(_FOLDED, {"id": outage_id, **columns})
