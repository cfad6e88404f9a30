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
# how many articles get no edit, one, two, ... eight: a third gets any, of those four fifths one or two (Timmerman et al.)
COUNTS = (0.65, 0.217, 0.0665, 0.021, 0.0105, 0.007, 0.00525, 0.0035, 0.00175)
# and a twentieth of the edited ones more than nine, however many: those are a gamma-Poisson of this share, shape and mean
OFTEN, OFTEN_SHAPE, OFTEN_MEAN = 0.0175, 2.0, 14.0
COUNTED = 0, 1, 2, 3, 6  # numbers of edits from which on articles are told apart by what was learnt
BURST = 0.35  # further edits that follow an edit
BURST_SECONDS = 1800.0

STAGES = tuple(hours * 3600.0 for hours in (0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256))  # where the stages of age part
PARTS = 12  # of a day: two hours each
# so many expected edits weigh as much as the general law: of stages, of parts, of numbers of edits, of bursts
STAGE_PRIOR, PART_PRIOR, COUNT_PRIOR, BURST_PRIOR = 3.0, 4.0, 3.0, 5.0
_WHOLE: float = 1 - (1 + SPAN / CORE) ** (1 - POWER)


@dataclass(frozen=True, slots=True)
class Law:
    """When edits come at an outlet, as factors of the general law: by age, part of the day, and edits the article had so far.

    `whole`: what the general law's one edit comes to by these stages. `follows`: of the edits that follow an edit within the hour.
    """

    stages: tuple[float, ...] = (1.0,) * (len(STAGES) + 1)
    parts: tuple[float, ...] = (1.0,) * PARTS
    counts: tuple[float, ...] = (1.0,) * len(COUNTED)
    follows: float = 1.0
    whole: float = 1.0

    def rate(self, age: float, at: datetime) -> float:
        """The share of an article's edits that comes in a second at that age (seconds)."""
        return self.stages[bisect_right(STAGES, age)] * self.parts[part_of(at)] * general_rate(age) / self.whole

    def share(self, age: float) -> float:
        """The share of an article's edits that comes up to that age, whatever the hours of the day."""
        stage = bisect_right(STAGES, age)
        passed = sum(factor * general for factor, general in zip(self.stages[:stage], _GENERAL, strict=False))
        return (passed + self.stages[stage] * (general_share(age) - general_share(STAGES[stage - 1] if stage else 0.0))) / self.whole

    def pressure(self, edits: int, first_age: float, age: float) -> float:
        """How many edits lie ahead for each share of the law that does, of an article looked at since an age that had so many edits."""
        passed = self.share(age)
        return self.counts[_counted(edits)] * ahead(edits, passed - self.share(first_age))

    def burst(self, since_edit: float | None) -> float:
        """Further edits a second, so many seconds after one."""
        return 0.0 if since_edit is None else self.follows * BURST / BURST_SECONDS * math.exp(-min(since_edit / BURST_SECONDS, 500.0))


def law_of(habit: Habit | None) -> Law:
    """The general law, bent as far as what was seen of the outlet allows; it is the general one while little was seen."""
    if habit is None:
        return Law()
    stages = _bent(habit.stages, STAGE_PRIOR)
    whole = sum(factor * general for factor, general in zip(stages, _GENERAL, strict=True))
    follows, *_ = _bent(habit.follows, BURST_PRIOR)
    return Law(stages, _bent(habit.parts, PART_PRIOR), _bent(habit.counts, COUNT_PRIOR), follows, whole)


def _bent(cells: tuple[tuple[float, float], ...], prior: float) -> tuple[float, ...]:
    return tuple((edits + prior) / (expected + prior) for edits, expected in cells)


def _counted(edits: int) -> int:
    return bisect_right(COUNTED, edits) - 1


def general_rate(age: float) -> float:
    """The share of the edits of the first thirty days that comes in a second at that age."""
    return float((POWER - 1) / CORE * (1 + age / CORE) ** -POWER / _WHOLE)


def general_share(age: float) -> float:
    """The share of an article's edits that comes up to that age."""
    return float((1 - (1 + age / CORE) ** (1 - POWER)) / _WHOLE)


_GENERAL = tuple(general_share(end) - general_share(start) for start, end in zip((0.0, *STAGES), (*STAGES, SPAN), strict=True))


def ahead(edits: int, watched: float) -> float:
    """How many more edits an article gets for each share of the law that lies ahead.

    `edits`: those it had while the share `watched` of the law went by. What number of edits it will come to is weighed by how
    often articles come to it and how well it goes with that (Bayes).
    """
    watched = min(max(watched, 1e-9), 1 - 1e-9)
    scale = OFTEN_SHAPE / OFTEN_MEAN
    if edits >= len(COUNTS):
        return (OFTEN_SHAPE + edits) / (scale + watched)
    fits = (
        math.lgamma(OFTEN_SHAPE + edits) - math.lgamma(OFTEN_SHAPE) - math.lgamma(edits + 1)
        + edits * math.log(watched / (scale + watched)) + OFTEN_SHAPE * math.log(scale / (scale + watched))
    )  # fmt: skip
    weights = OFTEN * math.exp(fits)
    more = weights * (OFTEN_SHAPE + edits) / (scale + watched)
    for count in range(edits, len(COUNTS)):
        weight = COUNTS[count] * math.comb(count, edits) * watched**edits * (1 - watched) ** (count - edits)
        weights += weight
        more += weight * (count - edits) / (1 - watched)
    return more / weights


AT_BIRTH = ahead(0, 0.0) * general_rate(0.0)  # edits a second of an article that was just published


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


def lesson(
    law: Law,
    since: float,
    age: float,
    at: datetime,
    edit_age: float | None,
    *,
    edits: int = 0,
    first_age: float = 0.0,
    last_edit_age: float | None = None,
    scale: float = 1.0,
) -> Habit:
    """What a look teaches that found an edit or none since the last one; `edit_age` where the edit was dated or is supposed.

    `edits`: those found from `first_age` on, the last one at `last_edit_age`. What law expected counts but for the factor that it
    teaches. An edit that may follow the one before teaches of both in part; one that lies somewhere in more than a part of the day
    says nothing about parts of the day.
    """
    stages, parts, counts = ([[0.0, 0.0] for _ in factors] for factors in (law.stages, law.parts, law.counts))
    tells_hour = (age - since) * scale <= 86400 / PARTS
    counted = _counted(edits)
    pressure, usual = law.pressure(edits, first_age, since) / law.whole, 0.0
    for stage, part, general in pieces(since, age, at, scale):
        of_part = law.parts[part] if tells_hour else 1.0
        expected = pressure * general
        stages[stage][1] += expected * of_part
        parts[part][1] += expected * law.stages[stage] if tells_hour else 0.0
        usual += expected * law.stages[stage] * of_part
    counts[counted][1] = usual / law.counts[counted]
    followed = 0.0
    if last_edit_age is not None:
        followed = BURST * (math.exp(-(since - last_edit_age) / BURST_SECONDS) - math.exp(-(age - last_edit_age) / BURST_SECONDS))
    share = 0.0
    if edit_age is not None:
        share = usual / max(usual + followed * law.follows, 1e-12)
        stages[bisect_right(STAGES, edit_age)][0] = counts[counted][0] = share
        if tells_hour:
            parts[part_of(at - timedelta(seconds=(age - edit_age) * scale))][0] = share
    follows = 1 - share if edit_age is not None else 0.0, followed
    return Habit(_cells(stages), _cells(parts), _cells(counts), (follows,))


def _cells(rows: list[list[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((edits, expected) for edits, expected in rows)
