"""Figures for Prometheus: what a process did, and how its store stands, asked when they are scraped."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from monitor.errors import StoreError
from monitor.ports import Clock, Store

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

_STATE = {
    "feeds": "feeds that are configured",
    "feeds_failing": "feeds whose last poll failed",
    "articles": "articles that are known",
    "watched": "articles whose page is looked at",
    "revisions": "versions that are stored",
    "edits": "edits that are stored",
    "edits_24h": "edits of the last day",
    "due": "feeds and pages that are due now",
    "outbox_waiting": "messages that wait",
    "outbox_dead": "messages that nobody took",
}


class Figures:
    """A collector: the store's counts as gauges, the process's own tally as counters."""

    def __init__(self, store: Store, clock: Clock, tally: Callable[[], dict[str, int]]) -> None:
        self._store = store
        self._clock = clock
        self._tally = tally

    def collect(self) -> Iterable[Any]:
        """The metric families, made anew at each scrape. A store that is away leaves its gauges out and sets monitor_store_up to 0."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        for name, count in self._tally().items():
            yield CounterMetricFamily(f"monitor_{name}", f"{name} done by this process", value=count)
        now = self._clock.now()
        try:
            counts = self._store.counts(now)
        except StoreError:
            yield GaugeMetricFamily("monitor_store_up", "whether the store answers", value=0)
            return
        yield GaugeMetricFamily("monitor_store_up", "whether the store answers", value=1)
        for name, what in _STATE.items():
            yield GaugeMetricFamily(f"monitor_{name}", what, value=getattr(counts, name))
        late = (now - counts.oldest_due_at).total_seconds() if counts.oldest_due_at else 0.0
        yield GaugeMetricFamily("monitor_lag_seconds", "how long the oldest due feed or page waits", value=max(0.0, late))
        if counts.last_poll_at is not None:
            yield GaugeMetricFamily("monitor_last_poll_seconds", "Unix time of the last poll", value=counts.last_poll_at.timestamp())


def registry(figures: Figures) -> "CollectorRegistry":
    """A registry with nothing but these figures and the process's own CPU and memory."""
    from prometheus_client import CollectorRegistry, ProcessCollector

    kept = CollectorRegistry()
    kept.register(figures)
    ProcessCollector(registry=kept)
    return kept


def serve(address: str, figures: Figures) -> Callable[[], None]:
    """Serves /metrics at HOST:PORT in a thread; what it returns stops it."""
    from prometheus_client import start_http_server

    host, _, port = address.rpartition(":")
    server, thread = start_http_server(int(port), addr=host or "127.0.0.1", registry=registry(figures))

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop
