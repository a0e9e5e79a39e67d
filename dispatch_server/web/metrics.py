"""Figures for the people who run the server (Prometheus)."""

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class _Geocoders(Collector):
    """Counted in the database, since the process that asks need not be one that serves."""

    def __init__(self) -> None:
        self.outcomes: Sequence[tuple[str, str, int]] = ()

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily(
            "relight_geocoder",
            "Questions to other geocoders by what came of them, over all servers.",
            labels=("geocoder", "outcome"),
        )
        for source, outcome, n in self.outcomes:
            family.add_metric((source, outcome), n)
        yield family


class Metrics:
    """One registry for each server: two servers in one process do not mix."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "relight_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "relight_request_seconds", "Seconds to answer.", ("route",), buckets=_SECONDS, registry=registry
        )
        self.facts = Counter("relight_facts_recorded", "Facts recorded by requests to this server.", registry=registry)
        self.works = Gauge("relight_works_waiting", "Writes asked for and not committed yet.", registry=registry)
        self.streams = Gauge("relight_feed_streams", "Feeds held open.", registry=registry)
        self.overdue = Gauge(
            "relight_deadlines_overdue", "Deadlines past by ten seconds and not acted on.", registry=registry
        )

        self._geocoders = _Geocoders()
        registry.register(self._geocoders)

    def geocoders(self, outcomes: Sequence[tuple[str, str, int]]) -> None:
        self._geocoders.outcomes = outcomes

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self._registry)
