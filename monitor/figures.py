"""Edits → counts to be drawn: by day and outlet, by hour, by kind, and how soon after publication. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median_low
from zoneinfo import ZoneInfo

from monitor.model import Edit, OutletTally, Tally

FIRST_EDIT_BINS = (
    ("under 5 min", timedelta(minutes=5)),
    ("5 to 15 min", timedelta(minutes=15)),
    ("15 to 60 min", timedelta(hours=1)),
    ("1 to 3 h", timedelta(hours=3)),
    ("3 to 12 h", timedelta(hours=12)),
    ("12 to 24 h", timedelta(days=1)),
    ("1 to 3 days", timedelta(days=3)),
    ("3 to 7 days", timedelta(days=7)),
    ("later", timedelta.max),
)
"""How long after its publication an article was first edited: steps that roughly triple, as such waits spread over decades."""


def tally(
    edits: Iterable[Edit],
    *,
    posted: Mapping[int, datetime],
    outlets: Mapping[str, str],
    since: datetime,
    until: datetime,
    timezone: str,
) -> Tally:
    """The counts of these edits, days and hours in `timezone`. `posted`: when articles were published, `outlets`: titles by slug.

    An edit counts for its first feed; a page without a feed for nobody but the whole.
    """
    zone = ZoneInfo(timezone)
    days = _days(since.astimezone(zone).date(), until.astimezone(zone).date())
    groups: dict[str, list[tuple[date, Edit]]] = {}
    hours = [0] * 24
    kinds: Counter[str] = Counter()
    levels: Counter[str] = Counter()
    waits: dict[str, dict[int, timedelta]] = {}
    for edit in edits:
        local = edit.seen_before.astimezone(zone)
        slug = edit.feeds[0] if edit.feeds else ""
        groups.setdefault(slug, []).append((local.date(), edit))
        hours[local.hour] += 1
        kinds.update(edit.kinds)
        levels[edit.severity.level] += 1
        if edit.article in posted and edit.from_rev == 1:
            waits.setdefault(slug, {})[edit.article] = edit.seen_before - posted[edit.article]
    lasted = {slug: [wait for wait in found.values() if wait >= timedelta(0)] for slug, found in waits.items()}
    rows = [_outlet(outlets.get(slug) or slug or "no feed", group, days, lasted.get(slug, [])) for slug, group in groups.items()]
    together = [wait for found in lasted.values() for wait in found]
    return Tally(
        days=days,
        edits=sum(row.edits for row in rows),
        outlets=tuple(sorted(rows, key=lambda row: (-row.edits, row.outlet))),
        hours=tuple(hours),
        kinds=tuple(kinds.most_common()),
        levels=tuple((level, levels[level]) for level in ("high", "medium", "low", "noise")),
        first_edits=_first_edits(together),
        first_edit=_middle(together),
    )


def _days(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=number) for number in range(max(0, (last - first).days) + 1))


def _middle(waits: Sequence[timedelta]) -> timedelta | None:
    return median_low(waits) if waits else None


def _outlet(name: str, edits: list[tuple[date, Edit]], days: tuple[date, ...], waits: Sequence[timedelta]) -> OutletTally:
    counts = Counter(day for day, _ in edits)
    return OutletTally(
        outlet=name,
        by_day=tuple(counts[day] for day in days),
        edits=len(edits),
        headlines=sum("headline" in edit.kinds for _, edit in edits),
        disclosed=sum(edit.disclosed is True for _, edit in edits),
        undisclosed=sum(edit.disclosed is False for _, edit in edits),
        corrections=sum("correction-note" in edit.kinds for _, edit in edits),
        first_edit=_middle(waits),
    )


def _first_edits(waits: Iterable[timedelta]) -> tuple[tuple[str, int], ...]:
    counts = Counter(next(name for name, most in FIRST_EDIT_BINS if wait <= most) for wait in waits)
    return tuple((name, counts[name]) for name, _ in FIRST_EDIT_BINS)
