"""What operators read: figures for Prometheus, and log lines that machines can take apart."""

import json
import logging

import pytest
from fakes import FakeClock

from monitor.cli.logs import JsonLine
from monitor.engine.metrics import Figures, registry, serve
from monitor.errors import StoreError
from monitor.settings import Feed
from monitor.store.memory import MemoryStore

prometheus = pytest.importorskip("prometheus_client")


def values(figures: Figures) -> dict[str, float]:
    return {family.samples[0].name: family.samples[0].value for family in figures.collect()}


def test_figures_tell_the_store_and_the_processs_own_tally() -> None:
    clock, store = FakeClock(), MemoryStore()
    store.sync_feeds([Feed("harbour", "https://harbour.example/feed.xml")], clock.now())
    clock.move(minutes=3)

    told = values(Figures(store, clock, lambda: {"polls": 7}))

    assert told["monitor_polls_total"] == 7
    assert told["monitor_feeds"] == 1
    assert told["monitor_due"] == 1
    assert told["monitor_lag_seconds"] == 180
    assert told["monitor_store_up"] == 1


class Away(MemoryStore):
    def counts(self, now: object) -> object:  # type: ignore[override]
        raise StoreError("the database cannot be reached")


def test_a_store_that_is_away_is_a_figure_too() -> None:
    told = values(Figures(Away(), FakeClock(), dict))

    assert told == {"monitor_store_up": 0}


def test_figures_are_served_in_prometheuss_own_format() -> None:
    figures = Figures(MemoryStore(), FakeClock(), lambda: {"polls": 7})
    stop = serve("127.0.0.1:0", figures) if registry(figures) else None

    assert stop is not None
    stop()


def test_a_log_line_as_json_names_each_value() -> None:
    record = logging.LogRecord("monitor", logging.INFO, "", 0, "polled job=%s feed=%s took=0.8s", (42, "bbc"), None)

    row = json.loads(JsonLine().format(record))

    assert (row["event"], row["level"], row["job"], row["feed"], row["took"]) == ("polled", "info", "42", "bbc", "0.8s")


def test_foreign_text_in_a_log_line_is_harmless() -> None:
    record = logging.LogRecord("monitor", logging.INFO, "", 0, "polled feed=%s", ("\x1b[31mred",), None)

    assert "\x1b" not in JsonLine().format(record)
