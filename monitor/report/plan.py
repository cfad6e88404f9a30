"""Rows that are due → which of them go into one message. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import QueuedEdit
from monitor.report.build import build

QUIET, LIMIT, DIGEST = "quiet hours", "limit", "digest"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Rows that make one message. `reason` says why several articles come together; empty for one article's message."""

    rows: tuple[QueuedEdit, ...]
    reason: str = ""


def bundles(queued: Sequence[QueuedEdit], *, now: datetime, settled: bool = False) -> tuple[Bundle, ...]:
    """What is ready to be told of these rows of an instant target, the gravest first.

    A story is ready when one of its rows is due, and takes the others along: edits of one article, the same edit in other outlets, a
    changed template. `settled`: nothing more is to be waited for. What quiet hours or a limit held back comes in one piece each.
    """
    held = [row for row in queued if _held(row, QUIET) or _held(row, LIMIT)]
    due = [row for row in held if row.dispatch.due_at <= now]
    together = []
    for reason in (QUIET, LIMIT):
        rows = tuple(row for row in due if _held(row, reason))
        if rows:
            together.append(Bundle(rows, reason_of(rows)))
    kept = {row.id for row in held}
    return (*together, *_stories([row for row in queued if row.id not in kept], now, settled))


def reason_of(rows: Sequence[QueuedEdit], *, digest: bool = False) -> str:
    """Why these rows are one message, read from the rows themselves so that a retry says the same."""
    if digest:
        return DIGEST
    for row in rows:
        if _held(row, QUIET):
            return QUIET
        if _held(row, LIMIT):
            return row.dispatch.reason
    return ""


def _held(row: QueuedEdit, reason: str) -> bool:
    return row.dispatch.state == "held" and row.dispatch.reason.startswith(reason)


def _stories(queued: Sequence[QueuedEdit], now: datetime, settled: bool) -> list[Bundle]:
    if not queued:
        return []
    rows = {row.diff.edit.id: row for row in queued}
    grouped = build([row.diff for row in queued], since=None, until=now, stories_max=len(queued))
    groups = [(*story.edits, *story.also) for story in grouped.stories] + [notice.edits for notice in grouped.notices]
    told = [tuple(rows[edit.id] for edit in edits) for edits in groups]
    return [Bundle(group) for group in told if any(_ready(row, now, settled) for row in group)]


def _ready(row: QueuedEdit, now: datetime, settled: bool) -> bool:
    return row.dispatch.due_at <= now or (settled and row.dispatch.state == "waiting")
