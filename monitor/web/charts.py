"""Numbers → the geometry of small charts, drawn as SVG by `templates/charts.html`. No script, and every chart has its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

LEFT = 34  # room for the numbers of the y axis
BOTTOM = 20  # and for the words below the columns


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `label` and `value` are told to who cannot see it."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A word at a place of an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of columns in its own units, `width` by `height`. `lines` cross it at round values, `words` stand below it."""

    width: int
    height: int
    columns: tuple[Column, ...]
    lines: tuple[Mark, ...] = ()
    words: tuple[Mark, ...] = ()
    floor: float = 0


def columns(values: Sequence[int], labels: Sequence[str], *, width: int = 720, height: int = 190, words: int = 8) -> Chart:
    """Columns over a y axis that begins at 0 and ends at a round number; at most `words` labels stand below."""
    top = _round_up(max(values, default=0))
    room, floor = width - LEFT, height - BOTTOM
    step = room / max(1, len(values))
    gap = min(step * 0.25, 6)
    found = []
    for index, (value, label) in enumerate(zip(values, labels, strict=True)):
        tall = round((floor - 8) * value / top, 1)
        found.append(Column(round(LEFT + index * step + gap / 2, 1), round(floor - tall, 1), round(step - gap, 1), tall, label, value))
    every = max(1, ceil(len(values) / words))
    return Chart(
        width,
        height,
        tuple(found),
        tuple(Mark(round(floor - (floor - 8) * value / top, 1), str(value)) for value in _ticks(top)),
        tuple(Mark(round(column.x + column.width / 2, 1), column.label) for column in found[::every]),
        floor,
    )


def spark(values: Sequence[int], labels: Sequence[str], *, top: int, width: int = 132, height: int = 26) -> Chart:
    """A chart the size of a word, `top` being the greatest value of all that stand beside it."""
    step = width / max(1, len(values))
    found = []
    for index, (value, label) in enumerate(zip(values, labels, strict=True)):
        tall = max(1.5, round((height - 1) * value / max(1, top), 1)) if value else 0
        found.append(Column(round(index * step, 2), round(height - tall, 1), round(max(1.0, step - 1), 2), tall, label, value))
    return Chart(width, height, tuple(found), floor=height)


def share(part: float, *, width: int = 90) -> float:
    """How long a bar of `width` is for a share of 0 to 1."""
    return round(width * min(1.0, max(0.0, part)), 1)


def _round_up(value: int) -> int:
    """The next of 4, 5, 10, 20, 50, 100, … that is not below the value: a top that parts into round steps."""
    if value <= 4:
        return 4
    power: int = 10 ** int(log10(value))
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= value)


def _ticks(top: int) -> tuple[int, ...]:
    return tuple(sorted({0, top // 2, top}))
