"""The public JSON of outages and jobs (contract), kept beside the fold: a board of thousands is a concatenation."""

from typing import Any

from dispatch_server.domain.jobs import Job
from dispatch_server.domain.outages import Outage
from dispatch_server.domain.targets import Stop, Target


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
        "opened_at": outage.opened_at,
        "first_call_at": outage.first_call_at,
        "arrive_by": outage.arrive_by,
        "limit_min": outage.target.limit_min,
        "first_arrive_by": outage.first_target.arrive_by,
        "at_risk_at": outage.at_risk_at,
        "missed_at": outage.missed_at,
        "no_crew_at": outage.no_crew_at,
        "arrived_at": outage.arrived_at,
        "arrived_job_id": outage.arrived_job_id,
        "grade": outage.arrival_grade,
        "arrival_restated": outage.arrival_restated,
        "made_safe_at": outage.made_safe_at,
        "restored_at": outage.restored_at,
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
        "received_at": stop.received_at,
        "area_class": stop.area_class,
        "arrive_by": stop.arrive_by,
    }


def _relaxation(target: Target | None, state: object) -> dict[str, Any] | None:
    return None if target is None else {"arrive_by": target.arrive_by, "state": state}


def shown_job(job: Job) -> dict[str, Any]:
    """Without `arrive_by`, which is the outage's and may change under the job."""
    check_in = job.checked_in
    return {
        "id": job.id,
        "outage_id": job.outage_id,
        "crew_id": job.crew_id,
        "state": job.state.value,
        "offered_at": job.offered_at,
        "delivered_at": job.delivered_at,
        "seen_at": job.seen_at,
        "accept_by": job.accept_by,
        "accepted_at": job.accepted_at,
        "depart_by": job.depart_by,
        "departed_at": job.departed_at,
        "expected_at": job.expected_at,
        "arrived_at": None if check_in is None else check_in.arrived_at,
        "grade": None if check_in is None else check_in.grade,
        "arrival_official": job.official_arrival is not None,
        "check_ins": len(job.check_ins),
        "survey_by": job.survey_by,
        "surveyed_at": job.surveyed_at,
        "cause": job.cause,
        "etr_at": job.etr_at,
        "restored_at": job.restored_at,
        "customers_restored": job.customers_restored,
        "ended_at": job.ended_at,
        "end_reason": job.end_reason,
        "widened": job.widened,
        "override_reason": job.override_reason,
    }
