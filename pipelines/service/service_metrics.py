"""Counts of a service, as Prometheus reads them from `/metrics`."""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600)


class ServiceMetrics:
    """Counters of one service; each has a registry of its own, so that tests may have several."""

    def __init__(self, counts: Callable[[], tuple[int, int]]) -> None:
        """Begin at nothing.

        Args:
            counts: returns how many tasks wait, and how many are worked at.
        """
        self.registry = CollectorRegistry()
        self.accepted = self._counter("accepted", "soundtracks accepted")
        self.refused = self._counter("refused", "requests refused, by status", "status")
        self.ended = self._counter("ended", "soundtracks that ended, by status", "status")
        self.corrections = self._counter("corrections", "files of corrections done")
        self.received = self._counter("received_bytes", "bytes of uploaded videos")
        self.seconds = Histogram(
            "foley_soundtrack_seconds",
            "seconds of work on a soundtrack",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.registry.register(_Queue(counts))

    def text(self) -> bytes:
        """Return all counts in Prometheus' text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"foley_{name}", about, labels, registry=self.registry)


class _Queue(Collector):
    def __init__(self, counts: Callable[[], tuple[int, int]]) -> None:
        self._counts = counts

    def collect(self) -> Iterable[Metric]:
        waiting, working = self._counts()
        yield GaugeMetricFamily("foley_waiting", "tasks that wait", value=waiting)
        yield GaugeMetricFamily("foley_working", "tasks that are worked at", value=working)
