"""The public JSON of outages and jobs (contract), kept beside the fold: a board of thousands is a concatenation."""

import json
from typing import Any

from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.targets import Stop, Target
from dispatch_server.protocol.codec import encode

_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dumps(shown: Any) -> str:
    return _TEXT.encode(shown)


def shown_outage(outage: Outage) -> dict[str, Any]:
    """Without what stands beside the fold (place, jobs)."""
    return {
        "id": outage.id,
        "number": outage.number,
        "state": outage.state.value,
        "area_class": outage.area_class,
        "fault_kind": outage.fault_kind,
        "hazard": outage.hazard.value,
        "priority": outage.priority.value,
        "opened_at": encode(outage.opened_at),
        "first_call_at": encode(outage.first_call_at),
        "arrive_by": encode(outage.arrive_by),
        "limit_min": outage.target.limit_min,
        "first_arrive_by": encode(outage.first_target.arrive_by),
        "at_risk_at": encode(outage.at_risk_at),
        "missed_at": encode(outage.missed_at),
        "no_crew_at": encode(outage.no_crew_at),
        "arrived_at": encode(outage.arrived_at),
        "arrived_job_id": outage.arrived_job_id,
        "grade": outage.arrival_grade,
        "arrival_restated": outage.arrival_restated,
        "made_safe_at": encode(outage.made_safe_at),
        "restored_at": encode(outage.restored_at),
        "customers_restored": outage.customers_restored,
        "closed_reason": outage.closed_reason,
        "merged_into": outage.merged_into,
        "exemption": outage.exemption,
        "exemption_reason": outage.exemption_reason,
        "relaxation": _relaxation(outage.relaxation, outage.relaxation_state),
        "transformer": outage.transformer,
        "feeder": outage.feeder,
        "policy_version": outage.policy_version,
        "call_count": len(outage.stops),
        "calls": [_stop(stop) for stop in outage.stops],
    }


def _stop(stop: Stop) -> dict[str, Any]:
    return {
        "id": stop.call_id,
        "received_at": encode(stop.received_at),
        "area_class": stop.area_class,
        "arrive_by": encode(stop.arrive_by),
    }


def _relaxation(target: Target | None, state: object) -> dict[str, Any] | None:
    return None if target is None else {"arrive_by": encode(target.arrive_by), "state": encode(state)}


def shown_job(job: Job) -> dict[str, Any]:
    """Without `arrive_by`, which is the outage's and may change under the job."""
    check_in = job.checked_in
    return {
        "id": job.id,
        "outage_id": job.outage_id,
        "crew_id": job.crew_id,
        "state": job.state.value,
        "offered_at": encode(job.offered_at),
        "delivered_at": encode(job.delivered_at),
        "seen_at": encode(job.seen_at),
        "accept_by": encode(job.accept_by),
        "accepted_at": encode(job.accepted_at),
        "depart_by": encode(job.depart_by),
        "departed_at": encode(job.departed_at),
        "expected_at": encode(job.expected_at),
        "arrived_at": None if check_in is None else encode(check_in.arrived_at),
        "grade": None if check_in is None else check_in.grade,
        "arrival_official": job.official_arrival is not None,
        "check_ins": len(job.check_ins),
        "survey_by": encode(job.survey_by),
        "surveyed_at": encode(job.surveyed_at),
        "cause": job.cause,
        "etr_at": encode(job.etr_at),
        "restored_at": encode(job.restored_at),
        "customers_restored": job.customers_restored,
        "ended_at": encode(job.ended_at),
        "end_reason": job.end_reason,
        "widened": job.widened,
        "override_reason": job.override_reason,
    }
