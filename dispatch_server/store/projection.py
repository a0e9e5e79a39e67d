"""The one writer of the state tables: a state's columns are derived from it, so that replay can compare."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import SQLModel

from dispatch_server.domain.calls import Call
from dispatch_server.domain.crews import Duty
from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Outage
from dispatch_server.store.instants import to_us
from dispatch_server.store.questions import Question
from dispatch_server.store.shown import shown_job, shown_outage
from dispatch_server.store.tables import CallRow, DutyRow, JobRow, OutageRow, table_of
from dispatch_server.store.texts import text_of

Columns = dict[str, Any]


def columns_of_call(call: Call) -> Columns:
    return {
        "number": call.number,
        "state": call.state.value,
        "category": call.category.value,
        "channel": call.channel.value,
        "received_at_us": to_us(call.received_at),
        "outage_id": call.outage_id,
        "place_id": call.place_id,
    }


def columns_of_outage(outage: Outage) -> Columns:
    return {
        "number": outage.number,
        "state": outage.state.value,
        "area_class": outage.area_class,
        "priority": outage.priority.value,
        "transformer": outage.transformer,
        "feeder": outage.feeder,
        "first_call_at_us": to_us(outage.first_call_at),
        "last_call_at_us": to_us(max((s.received_at for s in outage.stops), default=outage.first_call_at)),
        "arrive_by_us": to_us(outage.arrive_by),
        "arrived_at_us": to_us(outage.arrived_at),
        "restored_at_us": to_us(outage.restored_at),
        "place_id": outage.place_id,
        "shown": text_of(shown_outage(outage)),
    }


def columns_of_job(job: Job) -> Columns:
    return {
        "outage_id": job.outage_id,
        "crew_id": job.crew_id,
        "state": job.state.value,
        "overridden_at_us": to_us(job.offered_at) if job.went_against_advice else None,
        "shown": text_of(shown_job(job)),
    }


def columns_of_duty(duty: Duty) -> Columns:
    return {"on_duty": duty.on_duty, "aboard": duty.aboard, "since_us": to_us(duty.since)}


class StateTable:
    """One state table: how to load, add and change a row of it."""

    def __init__(self, row: type[SQLModel], columns_of: Callable[[Any], Columns], beside: tuple[str, ...] = ()) -> None:
        table = self.table = table_of(row)
        self.name = table.name
        self.columns_of = columns_of
        self.beside = beside
        folded = [c.name for c in table.columns if c.name not in ("id", *beside)]
        head = select(table.c.body, table.c.fact_count, table.c.seal).where(table.c.id == bindparam("id"))
        self.load = Question(head)
        self.load_locked = Question(head.with_for_update())
        self.add = Question(insert(table))
        self.change = Question(
            update(table).where(table.c.id == bindparam("of_id")).values({n: bindparam(n) for n in folded})
        )
        self.change_beside = {
            name: Question(update(table).where(table.c.id == bindparam("of_id")).values({name: bindparam("value")}))
            for name in beside
        }

    def row_of(self, state: Any, fact_count: int, seal: str) -> Columns:
        return {**self.columns_of(state), "body": text_of(state), "fact_count": fact_count, "seal": seal}


# The columns named last stand beside the fold: they are written by the Work itself and may be deleted on time.
STATE_TABLES: dict[str, StateTable] = {
    "call": StateTable(CallRow, columns_of_call, ("external_ref",)),
    "outage": StateTable(OutageRow, columns_of_outage, ("site_lon", "site_lat", "district")),
    "job": StateTable(JobRow, columns_of_job),
    "crew": StateTable(DutyRow, columns_of_duty),
}
