"""Edits → counts to be drawn: by day and outlet, by hour, by kind, and how soon after publication. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Edit

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


@dataclass(frozen=True, slots=True)
class OutletTally:
    """One outlet: edits by day (as many as `Tally.days`), and of them those of headlines, and by whether they were disclosed."""

    outlet: str
    by_day: tuple[int, ...]
    edits: int
    headlines: int
    disclosed: int
    undisclosed: int
    corrections: int

    @property
    def undisclosed_share(self) -> float | None:
        """Of the edits that can be judged, 0 to 1; None when none can."""
        judged = self.disclosed + self.undisclosed
        return self.undisclosed / judged if judged else None


@dataclass(frozen=True, slots=True)
class Tally:
    """A period in counts. `hours` are local hours 0 to 23; `first_edits` pairs of FIRST_EDIT_BINS' names and counts."""

    days: tuple[date, ...]
    edits: int
    outlets: tuple[OutletTally, ...]
    hours: tuple[int, ...]
    kinds: tuple[tuple[str, int], ...]
    levels: tuple[tuple[str, int], ...]
    first_edits: tuple[tuple[str, int], ...]

    @property
    def by_day(self) -> tuple[int, ...]:
        """Edits of all outlets, day by day."""
        return tuple(sum(counts) for counts in zip(*(outlet.by_day for outlet in self.outlets), strict=True)) or (0,) * len(self.days)


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
    waits: dict[int, timedelta] = {}
    for edit in edits:
        local = edit.seen_before.astimezone(zone)
        slug = edit.feeds[0] if edit.feeds else ""
        groups.setdefault(slug, []).append((local.date(), edit))
        hours[local.hour] += 1
        kinds.update(edit.kinds)
        levels[edit.severity.level] += 1
        if edit.article in posted and edit.from_rev == 1:
            waits[edit.article] = edit.seen_before - posted[edit.article]
    rows = [_outlet(outlets.get(slug) or slug or "no feed", group, days) for slug, group in groups.items()]
    return Tally(
        days=days,
        edits=sum(row.edits for row in rows),
        outlets=tuple(sorted(rows, key=lambda row: (-row.edits, row.outlet))),
        hours=tuple(hours),
        kinds=tuple(kinds.most_common()),
        levels=tuple((level, levels[level]) for level in ("high", "medium", "low", "noise")),
        first_edits=_first_edits(waits.values()),
    )


def _days(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=number) for number in range(max(0, (last - first).days) + 1))


def _outlet(name: str, edits: list[tuple[date, Edit]], days: tuple[date, ...]) -> OutletTally:
    counts = Counter(day for day, _ in edits)
    return OutletTally(
        outlet=name,
        by_day=tuple(counts[day] for day in days),
        edits=len(edits),
        headlines=sum("headline" in edit.kinds for _, edit in edits),
        disclosed=sum(edit.disclosed is True for _, edit in edits),
        undisclosed=sum(edit.disclosed is False for _, edit in edits),
        corrections=sum("correction-note" in edit.kinds for _, edit in edits),
    )


def _first_edits(waits: Iterable[timedelta]) -> tuple[tuple[str, int], ...]:
    counts = Counter(next(name for name, most in FIRST_EDIT_BINS if wait <= most) for wait in waits if wait >= timedelta(0))
    return tuple((name, counts[name]) for name, _ in FIRST_EDIT_BINS)
