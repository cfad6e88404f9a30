"""The figures of a period → a table in words: per outlet, by kind, and how soon after publication. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.model import OutletTally, Tally
from monitor.render.excerpt import lasting, one_line
from monitor.text import cut_to_width, display_width

OUTLETS = 30
KINDS = 8
NUMBERS = (7, 11, 13, 13)  # columns of a terminal that edits, headlines, undisclosed and first edit take
NAME_MIN = 12
HEADINGS = ("edits", "headlines", "undisclosed", "first edit")


@dataclass(frozen=True, slots=True)
class FigureRow:
    """An outlet in words: edits, those of headlines, the undisclosed share of what can be judged, the median time to the first edit."""

    outlet: str
    numbers: tuple[str, ...]


def figure_rows(figures: Tally, most: int = OUTLETS) -> tuple[FigureRow, ...]:
    """The busiest outlets, then all of them together."""
    rows = tuple(_row(outlet.outlet, outlet) for outlet in figures.outlets[:most])
    return (*rows, _row("all", _whole(figures))) if len(figures.outlets) > 1 else rows


def _whole(figures: Tally) -> OutletTally:
    of = figures.outlets
    heads, told, silent, notes = (
        sum(numbers) for numbers in zip(*((one.headlines, one.disclosed, one.undisclosed, one.corrections) for one in of), strict=True)
    )
    return OutletTally("all", figures.by_day, figures.edits, heads, told, silent, notes, figures.first_edit)


def _row(name: str, outlet: OutletTally) -> FigureRow:
    share = outlet.undisclosed_share
    silent = "–" if share is None else f"{share:.0%}"
    first = "–" if outlet.first_edit is None else lasting(outlet.first_edit)
    return FigureRow(one_line(name), (str(outlet.edits), str(outlet.headlines), silent, first))


def days(figures: Tally) -> str:
    """`12 Nov to 19 Nov 2026`."""
    first, last = figures.days[0], figures.days[-1]
    return f"{first.day} {first:%b} to {last.day} {last:%b %Y}"


def figure_facts(figures: Tally) -> Iterator[tuple[str, str]]:
    """What else the figures say: a word for it, and the numbers."""
    if figures.kinds:
        yield "kinds", _counted(figures.kinds[:KINDS])
    if figures.judged:
        share = figures.undisclosed / figures.judged
        yield "undisclosed", f"{figures.undisclosed} of {figures.judged} that can be judged ({share:.0%})"
    if figures.first_edit is not None:
        bins = [f"{count} {name}" if name == "later" else f"{count} in {name}" for name, count in figures.first_edits if count]
        yield "first edit", f"median {lasting(figures.first_edit)} after publication: {' · '.join(bins)}"
    days = list(zip(figures.days, figures.by_day, strict=True))
    if len(days) <= DAYS:
        yield "by day", _counted([(f"{day.day} {day:%b}", count) for day, count in days])


DAYS = 14  # a longer time is drawn, by `stats` and on the page of a report


def _counted(rows: Sequence[tuple[str, int]]) -> str:
    return " · ".join(f"{name} {count}" for name, count in rows)


def table_lines(rows: Sequence[FigureRow], columns: int) -> Iterator[str]:
    """The table for a terminal or a plain text; nothing is wider than `columns`."""
    room = max(NAME_MIN, columns - sum(NUMBERS))
    name = min(room, max((display_width(row.outlet) for row in rows), default=0) + 2, 40)
    name = max(name, NAME_MIN)
    for row in (FigureRow("outlet", HEADINGS), *rows):
        cell = cut_to_width(row.outlet, name - 1)
        padded = cell + " " * (name - display_width(cell))
        yield padded + "".join(f"{number:>{width}}" for number, width in zip(row.numbers, NUMBERS, strict=True))
