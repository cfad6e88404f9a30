"""`log --follow`: edits as they are stored, whoever stores them."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from monitor.cli.face import Face
from monitor.model import Edit
from monitor.ports import EditQuery

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
