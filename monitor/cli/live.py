"""`run --live`: a calm table while the daemon runs: feeds and their last polls, the newest edits, the last lines of the log."""

import logging
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.cli.face import Face, Reading, say
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

log = logging.getLogger("monitor.cli")

EVERY = 2.0  # seconds between two looks at the store; a table that flickers is not calm
FEEDS, EDITS, LINES = 12, 6, 4


@contextmanager
def live_table(face: Face) -> Iterator[None]:
    """The table in place of the log while the block runs; off a terminal the log stays."""
    if not sys.stdout.isatty():
        say("--live needs a terminal; here is the log")
        yield
        return
    from rich.live import Live

    lines = _Lines()
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers[:] = [lines]
    stop = threading.Event()
    with Live(auto_refresh=False, screen=False, transient=False, redirect_stdout=False, redirect_stderr=False) as live:

        def draw() -> None:
            while not stop.wait(EVERY):
                try:
                    with face.reading() as reading:
                        live.update(_drawn(reading, lines), refresh=True)
                except MonitorError as error:  # a store that is away, a file that is just being written
                    log.warning("cannot be shown now: %s", error)

        drawing = threading.Thread(target=draw, name="table", daemon=True)
        drawing.start()
        try:
            yield
        finally:
            stop.set()
            drawing.join(timeout=5)
            root.handlers[:] = before


class _Lines(logging.Handler):
    """The last lines of the log."""

    def __init__(self) -> None:
        super().__init__()
        self.last: deque[str] = deque(maxlen=LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps one line."""
        self.last.append(record.getMessage())


def _drawn(reading: Reading, lines: _Lines) -> "Group":
    from rich.console import Group
    from rich.rule import Rule
    from rich.text import Text

    counts = reading.store.counts(reading.now)
    head = f"{reading.now:%H:%M:%S} UTC  {counts.watched} articles watched, {counts.due} due, {counts.edits_24h} edits in 24 h"
    return Group(
        Text(head, style="bold"),
        _feeds(reading),
        Rule("newest edits", style="dim"),
        *_edits(reading),
        Rule("log", style="dim"),
        *(Text(_one_line(line), style="dim", no_wrap=True, overflow="ellipsis") for line in lines.last),
    )


def _feeds(reading: Reading) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("feed", "polled", "outcome", "next", "articles", "edits 7 d"):
        table.add_column(name, no_wrap=True)
    newest = sorted(reading.store.feeds(), key=lambda state: (not state.failures, state.polled_at is None, state.feed.slug))
    for state in newest[:FEEDS]:
        style = "red" if state.failures else ""
        table.add_row(
            Text(state.feed.slug), _ago(state.polled_at, reading.now), Text(state.outcome or "-", style=style),
            _ago(state.next_at, reading.now), str(state.articles), str(state.edits_7d),
        )  # fmt: skip
    if len(newest) > FEEDS:
        table.add_row(Text(f"and {len(newest) - FEEDS} more", style="dim"))
    return table


def _edits(reading: Reading) -> "Iterator[Text]":
    from rich.text import Text

    from monitor.ports import EditQuery
    from monitor.render.terminal import render_edit_line

    for edit in reading.store.edits(EditQuery(newest=True, limit=EDITS, min_level="low")):
        yield Text(render_edit_line(edit, timezone=reading.settings.timezone, columns=None, color=False), no_wrap=True, overflow="ellipsis")


def _ago(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "-"
    seconds = (now - at).total_seconds()
    size, unit = next((pair for pair in ((86_400, "d"), (3600, "h"), (60, "m")) if abs(seconds) >= pair[0]), (1, "s"))
    amount = f"{abs(seconds) / size:.0f} {unit}"
    return f"{amount} ago" if seconds >= 0 else f"in {amount}"


def _one_line(text: str) -> str:
    from monitor.text import term_safe

    return term_safe(text)
