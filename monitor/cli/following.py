"""Edits as they are stored, whoever stores them: `log --follow`, and what `run` and `check` print meanwhile."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import click

from monitor.cli.face import Face
from monitor.cli.printing import columns
from monitor.model import Edit
from monitor.ports import EditQuery, ReadingStore

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0  # between two questions to the store; each takes milliseconds


def _pause() -> None:
    time.sleep(PAUSE_SECONDS)


def followed(face: Face, query: EditQuery, after: int, *, pause: Callable[[], object] = _pause) -> Iterator[Edit]:
    """The edits that fit and come after the edit `after`, oldest first, for ever.

    The store is opened anew for each question: it may be made, upgraded or restarted meanwhile.
    """
    while True:
        with face.reading() as reading:
            fresh = list(reading.store.edits(replace(query, since=None, after=after, limit=None, newest=False)))
        for edit in fresh:
            yield edit
            after = max(after, edit.id)
        sys.stdout.flush()  # who asked for the next edit has printed the last one
        pause()


def _wait(stop: threading.Event) -> bool:
    return stop.wait(PAUSE_SECONDS)


PATIENCE = 3.0  # seconds for the last lines; a pipe that nobody reads must keep no process from ending


@contextmanager
def edits_printed(
    store: ReadingStore, *, timezone: str, color: bool, pause: Callable[[threading.Event], bool] = _wait, patience: float = PATIENCE
) -> Iterator[None]:
    """While the block runs, edits from level low on come to stdout as they are stored, one a line; the last before it ends."""
    newest = next(iter(store.edits(EditQuery(newest=True, limit=1))), None)
    printer = _Printer(store, newest.id if newest else 0, timezone, color)
    stop = threading.Event()

    def follow() -> None:
        while printer.prints() and not pause(stop):
            continue
        printer.prints()

    following = threading.Thread(target=follow, name="edits", daemon=True)
    following.start()
    try:
        yield
    finally:
        stop.set()
        following.join(timeout=patience)


class _Printer:
    """Prints what came since it was last asked."""

    def __init__(self, store: ReadingStore, after: int, timezone: str, color: bool) -> None:
        self._store, self._after, self._timezone, self._color = store, after, timezone, color
        self._is_read = True

    def prints(self) -> bool:
        """Whether anybody is still there to read."""
        from monitor.render.terminal import render_edit_line

        width = columns() if sys.stdout.isatty() else None
        try:
            for edit in self._store.edits(EditQuery(after=self._after, min_level="low")) if self._is_read else ():
                click.echo(render_edit_line(edit, timezone=self._timezone, columns=width, color=self._color))
                self._after = edit.id
        except BrokenPipeError:
            self._is_read = False
        except Exception:  # a database that is away for a moment must not end the printing of all that follows
            log.warning("cannot read what was edited", exc_info=True)
        return self._is_read
