"""Rows that wait → which of them go now, and which into one message. Pure; decides by the edits alone until words are needed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Dispatch, QueuedEdit, WaitingRow
from monitor.report.build import build

QUIET, LIMIT, DIGEST, CORRECTION = "quiet hours", "limit", "digest", "correction"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Ids of the rows that make one message."""

    rows: tuple[int, ...]


def held_back(rows: Sequence[WaitingRow], now: datetime) -> tuple[Bundle, ...]:
    """What quiet hours or a limit held back and is due now: one message of each kind."""
    due = [row for row in rows if row.dispatch.due_at <= now]
    groups = (tuple(row.id for row in due if _held(row.dispatch, reason)) for reason in (QUIET, LIMIT))
    return tuple(Bundle(group) for group in groups if group)


def pressing(rows: Sequence[WaitingRow], now: datetime, *, settled: bool = False) -> tuple[tuple[WaitingRow, ...], ...]:
    """The other rows that go now, those of one article (or of one fingerprint) together, the gravest first.

    A row that is due takes along what waits with it: edits of its article, the same edit elsewhere, a changed template. `settled`:
    nothing more is to be waited for.
    """
    others = [row for row in rows if not _held(row.dispatch, QUIET) and not _held(row.dispatch, LIMIT)]
    groups = _connected(others)
    ready = [group for group in groups if any(_ready(row.dispatch, now, settled) for row in group)]
    return tuple(sorted(ready, key=lambda group: (-max(row.edit.severity.score for row in group), group[0].id)))


def _connected(rows: Sequence[WaitingRow]) -> Iterable[tuple[WaitingRow, ...]]:
    """The rows in groups that share an article or a fingerprint."""
    parent = {row.id: row.id for row in rows}

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    first: dict[object, int] = {}
    for row in rows:
        for key in (row.edit.article, row.edit.fingerprint):
            if key is not None:
                parent[root(row.id)] = root(first.setdefault(key, row.id))
    groups: dict[int, list[WaitingRow]] = defaultdict(list)
    for row in rows:
        groups[root(row.id)].append(row)
    return [tuple(group) for group in groups.values()]


def stories(queued: Sequence[QueuedEdit], now: datetime, *, settled: bool = False) -> tuple[Bundle, ...]:
    """With the words at hand: which rows are one story or one notice, the gravest first. Stories of which nothing is due stay away."""
    if not queued:
        return ()
    rows = {row.diff.edit.id: row for row in queued}
    grouped = build([row.diff for row in queued], since=None, until=now, stories_max=len(queued))
    told = [(*story.edits, *story.also) for story in grouped.stories] + [notice.edits for notice in grouped.notices]
    ready = [edits for edits in told if any(_ready(rows[edit.id].dispatch, now, settled) for edit in edits)]
    return tuple(Bundle(tuple(sorted(rows[edit.id].id for edit in edits))) for edits in ready)


def reason_of(dispatches: Iterable[Dispatch], *, digest: bool = False) -> str:
    """Why rows are one message, read from the rows themselves so that a retry says the same; empty for one article's message."""
    if digest:
        return DIGEST
    for dispatch in dispatches:
        if _held(dispatch, QUIET):
            return QUIET
        if _held(dispatch, LIMIT):
            return dispatch.reason
    return ""


def _held(dispatch: Dispatch, reason: str) -> bool:
    return dispatch.state == "held" and dispatch.reason.startswith(reason)


def _ready(dispatch: Dispatch, now: datetime, settled: bool) -> bool:
    return dispatch.due_at <= now or (settled and dispatch.state == "waiting")


def limit_reason(most: int, per: timedelta) -> str:
    """Why a row waits for the limit, `limit 6/h`; `reason_of` reads it."""
    return f"{LIMIT} {most}/{_said(per)}"


def _said(per: timedelta) -> str:
    for unit, size in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1))):
        if per % size == timedelta(0):
            return unit if per == size else f"{per // size} {unit}"
    return f"{per.total_seconds():g} s"


def held_since(row: QueuedEdit, zone: ZoneInfo) -> str | None:
    """What a reader is told of a row that quiet hours held: since when, by their clock; None for all others."""
    if _held(row.dispatch, QUIET):
        return f"held {row.diff.edit.seen_before.astimezone(zone):%H:%M} in quiet hours"
    return None
