"""Edits → counts to be drawn: by day and outlet, by hour, by kind, and how soon after publication. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from statistics import median_low
from zoneinfo import ZoneInfo

from monitor.model import Edit, OutletTally, Tally
from monitor.ports import DayTally, OutletDay

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
    return _tally(days, rows, hours, kinds, levels, together)


def local_days(since: datetime, until: datetime, timezone: str) -> tuple[tuple[date, datetime, datetime], ...]:
    """The days in `timezone` from that of `since` to that of `until`, each with its beginning and its end."""
    zone = ZoneInfo(timezone)

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), zone).astimezone(UTC)

    days = _days(since.astimezone(zone).date(), until.astimezone(zone).date())
    return tuple((day, midnight(day), midnight(day + timedelta(days=1))) for day in days)


def summed(days: Sequence[tuple[date, datetime, DayTally]], *, outlets: Mapping[str, str], timezone: str) -> Tally:
    """The counts of these days, each given with its beginning: what `tally` says of all their edits."""
    zone = ZoneInfo(timezone)
    hours = [0] * 24
    kinds, levels = Counter[str](), Counter[str]()
    for _, begun_at, counts in days:
        for hour, count in counts.hours.items():
            hours[(begun_at + timedelta(hours=hour)).astimezone(zone).hour] += count
        kinds.update(counts.kinds)
        levels.update(counts.levels)
    rows, together = [], list[timedelta]()
    for slug in dict.fromkeys(slug for _, _, counts in days for slug in counts.outlets):
        found = [counts.outlets.get(slug, OutletDay()) for _, _, counts in days]
        whole = sum(found, OutletDay())
        waits = [wait for wait in whole.waits if wait >= timedelta(0)]
        together += waits
        rows.append(
            OutletTally(
                outlets.get(slug) or slug or "no feed", tuple(day.edits for day in found), whole.edits, whole.headlines, whole.disclosed,
                whole.undisclosed, whole.corrections, _middle(waits),
            )
        )  # fmt: skip
    return _tally(tuple(day for day, _, _ in days), rows, hours, kinds, levels, together)


def _tally(
    days: tuple[date, ...],
    rows: Sequence[OutletTally],
    hours: Sequence[int],
    kinds: Counter[str],
    levels: Counter[str],
    waits: Sequence[timedelta],
) -> Tally:
    return Tally(
        days=days,
        edits=sum(row.edits for row in rows),
        outlets=tuple(sorted(rows, key=lambda row: (-row.edits, row.outlet))),
        hours=tuple(hours),
        kinds=tuple(kinds.most_common()),
        levels=tuple((level, levels[level]) for level in ("high", "medium", "low", "noise")),
        first_edits=_first_edits(waits),
        first_edit=_middle(waits),
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
