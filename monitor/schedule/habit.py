"""What is kept of an outlet's habit: every look adds its lesson, and old ones fade as new ones come."""

import json

from monitor.model import Habit
from monitor.schedule.law import COUNTED, PARTS, STAGES

_SIZES = {"stages": len(STAGES) + 1, "parts": PARTS, "counts": len(COUNTED), "follows": 1}
MOST = 400.0  # expected edits that are remembered: beyond, what was learnt long ago counts half


def with_lesson(habit: Habit | None, lesson: Habit) -> Habit:
    """The habit, with one more look taken in."""
    if habit is None:
        return lesson
    fade = 0.5 if habit.totals[1] > MOST else 1.0
    return Habit(**{name: _sums(getattr(habit, name), getattr(lesson, name), fade) for name in _SIZES})


def read_habit(text: str | None) -> Habit | None:
    """A habit as it was written; None when there is none, or none of the present shape."""
    try:
        said = json.loads(text or "null")
        cells = {name: tuple((float(edits), float(expected)) for edits, expected in said[name]) for name in _SIZES}
    except (ValueError, TypeError, KeyError):
        return None
    return Habit(**cells) if all(len(cells[name]) == size for name, size in _SIZES.items()) else None


def written_habit(habit: Habit) -> str:
    """A habit as JSON."""
    rows = {name: [[round(edits, 3), round(expected, 6)] for edits, expected in getattr(habit, name)] for name in _SIZES}
    return json.dumps(rows, separators=(",", ":"))


def _sums(kept: tuple[tuple[float, float], ...], new: tuple[tuple[float, float], ...], fade: float) -> tuple[tuple[float, float], ...]:
    return tuple((old[0] * fade + more[0], old[1] * fade + more[1]) for old, more in zip(kept, new, strict=True))
