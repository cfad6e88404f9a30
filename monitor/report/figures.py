"""The figures of a period: how much each outlet edits, how quietly, and how soon after publication. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from monitor.model import Edit
from monitor.report.facts import outlet_of


@dataclass(frozen=True, slots=True)
class OutletFigures:
    """One outlet: edits a day, the share of headlines and of silence, and the median time from publication to edit."""

    outlet: str
    edits: int
    per_day: float
    headline_share: float
    undisclosed_share: float
    time_to_edit: timedelta | None


@dataclass(frozen=True, slots=True)
class Figures:
    """A period in numbers; `by_day` counts edits from Monday on."""

    since: datetime
    until: datetime
    edits: int
    outlets: tuple[OutletFigures, ...]
    kinds: tuple[tuple[str, int], ...]
    by_day: tuple[int, ...]


def figures(
    edits: Iterable[Edit], posted: Mapping[int, datetime], *, since: datetime, until: datetime, outlets: Mapping[str, str] | None = None
) -> Figures:
    """The figures of these edits. `posted`: when each article says it was published, by article id."""
    groups: dict[str, list[Edit]] = {}
    kinds: Counter[str] = Counter()
    by_day = [0] * 7
    for edit in edits:
        groups.setdefault(outlet_of(edit, outlets or {})[1], []).append(edit)
        kinds.update(edit.kinds)
        by_day[edit.seen_before.weekday()] += 1
    days = max((until - since) / timedelta(days=1), 1 / 24)
    rows = [_outlet(name, group, posted, days) for name, group in groups.items()]
    return Figures(
        since=since,
        until=until,
        edits=sum(len(group) for group in groups.values()),
        outlets=tuple(sorted(rows, key=lambda row: (-row.edits, row.outlet))),
        kinds=tuple(kinds.most_common()),
        by_day=tuple(by_day),
    )


def _outlet(name: str, edits: list[Edit], posted: Mapping[int, datetime], days: float) -> OutletFigures:
    waits = [edit.seen_before - posted[edit.article] for edit in edits if edit.article in posted]
    waits = [wait for wait in waits if wait >= timedelta(0)]
    judged = [edit for edit in edits if edit.disclosed is not None]
    return OutletFigures(
        outlet=name,
        edits=len(edits),
        per_day=len(edits) / days,
        headline_share=sum("headline" in edit.kinds for edit in edits) / len(edits),
        undisclosed_share=sum(edit.disclosed is False for edit in judged) / len(judged) if judged else 0.0,
        time_to_edit=timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None,
    )
