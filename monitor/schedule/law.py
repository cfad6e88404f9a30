"""How likely an edit is: a law of age that holds for news in general, bent to what an outlet and an article did so far."""

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Habit

CORE = 3600.0  # seconds of age up to which edits come as often as in the first minutes
POWER = 1.3  # the rate falls as (age + CORE)^-POWER: 81 % of a week's edits within a day, as GDELT found on 88 million pages
SPAN = 30 * 86400.0
# how unlike the articles of one outlet are: two thirds are never edited, a twentieth of the others more than nine times (Timmerman et al.)
UNLIKE = 0.4
BURST = 0.35  # further edits that follow an edit
BURST_SECONDS = 1800.0

STAGES = tuple(hours * 3600.0 for hours in (0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256))  # where the stages of age part
PARTS = 12  # of a day: two hours each
# so many expected edits weigh as much as the general law: of outlets (20 to 60 % of their articles are edited), of stages, of parts
OUTLET_PRIOR, STAGE_PRIOR, PART_PRIOR = 3.0, 3.0, 4.0
_WHOLE: float = 1 - (1 + SPAN / CORE) ** (1 - POWER)


@dataclass(frozen=True, slots=True)
class Law:
    """The rate of edits at an outlet: by age (seconds) and time of day, one edit being the general mean of thirty days."""

    level: float = 1.0
    stages: tuple[float, ...] = (1.0,) * (len(STAGES) + 1)
    parts: tuple[float, ...] = (1.0,) * PARTS

    def rate(self, age: float, at: datetime) -> float:
        """Edits a second of an article like the others."""
        return self.level * self.stages[bisect_right(STAGES, age)] * self.parts[part_of(at)] * general_rate(age)

    def expected(self, since: float, age: float, at: datetime, scale: float = 1.0) -> float:
        """How many edits an article like the others gets between two ages, the second being at `at`."""
        return sum(general * self.level * self.stages[stage] * self.parts[part] for stage, part, general in pieces(since, age, at, scale))


def law_of(habit: Habit | None) -> Law:
    """The general law, bent as far as what was seen of the outlet allows; it is the general one while little was seen."""
    if habit is None:
        return Law()
    edits, expected = habit.totals
    level = (edits + OUTLET_PRIOR) / (expected + OUTLET_PRIOR)
    stages = tuple((e + STAGE_PRIOR) / (x * level + STAGE_PRIOR) for e, x in habit.stages)
    dated, would = sum(e for e, _ in habit.parts), sum(x for _, x in habit.parts)
    usual = (dated + PART_PRIOR) / (would + PART_PRIOR)
    parts = tuple((e + PART_PRIOR) / (x * usual + PART_PRIOR) for e, x in habit.parts)
    return Law(level, stages, parts)


def general_rate(age: float) -> float:
    """Edits a second at that age, one being the mean of the first thirty days."""
    return float((POWER - 1) / CORE * (1 + age / CORE) ** -POWER / _WHOLE)


def general_share(age: float) -> float:
    """The share of an article's edits that come up to that age."""
    return float((1 - (1 + age / CORE) ** (1 - POWER)) / _WHOLE)


def likeness(edits: float, expected: float) -> float:
    """How much more than its like an article is edited, from what it did (gamma-Poisson)."""
    return (UNLIKE + edits) / (UNLIKE + expected)


def burst(since_edit: float | None) -> float:
    """Further edits a second, so many seconds after one."""
    return 0.0 if since_edit is None else BURST / BURST_SECONDS * math.exp(-min(since_edit / BURST_SECONDS, 500.0))


def part_of(at: datetime) -> int:
    """Which part of the day (UTC) this is."""
    return at.hour * PARTS // 24


def pieces(since: float, age: float, at: datetime, scale: float = 1.0) -> Iterator[tuple[int, int, float]]:
    """The time between two ages cut where a stage of age or a part of the day ends: stage, part, edits that are generally expected.

    `scale`: how many real seconds one second of age is.
    """
    length = 86400 / PARTS
    part = part_of(at)
    into = ((at.hour * 60 + at.minute) * 60 + at.second) % length / scale
    upper, above = age, general_share(age)
    while upper > since:
        stage = bisect_right(STAGES, upper) - (upper in STAGES)
        lower = max(since, STAGES[stage - 1] if stage else 0.0, upper - max(into, 1.0))
        below = general_share(lower)
        yield stage, part, above - below
        into -= upper - lower
        if into <= 0:
            part, into = (part - 1) % PARTS, length / scale
        upper, above = lower, below


def lesson(since: float, age: float, at: datetime, edit_age: float | None, scale: float = 1.0) -> Habit:
    """What a look teaches that found an edit or none since the last one; `edit_age` where the edit was dated or is supposed.

    An edit that lies somewhere in more than a part of the day says nothing about parts of the day.
    """
    stages = [[0.0, 0.0] for _ in range(len(STAGES) + 1)]
    parts = [[0.0, 0.0] for _ in range(PARTS)]
    tells_hour = (age - since) * scale <= 86400 / PARTS
    for stage, part, general in pieces(since, age, at, scale):
        stages[stage][1] += general
        if tells_hour:
            parts[part][1] += general
    if edit_age is not None:
        stages[bisect_right(STAGES, edit_age)][0] += 1
        if tells_hour:
            parts[part_of(at - timedelta(seconds=(age - edit_age) * scale))][0] += 1
    return Habit(tuple((e, x) for e, x in stages), tuple((e, x) for e, x in parts))
