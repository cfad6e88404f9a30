"""When to look at an article's page again: where an edit is most likely, as often as that is likely.

For a given number of requests the mean delay of what is found is least when the interval follows one over the square root of the
rate of edits. The rate is a law of age, times what this article and its outlet did so far, and higher for a while after an edit.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Answer, Failure, Pace, Response, Verdict
from monitor.schedule.backoff import backoff, jittered
from monitor.schedule.headers import validators_after
from monitor.schedule.memo import PageMemo, read_page_memo, written
from monitor.settings import ScheduleSettings

BASE = timedelta(minutes=12)  # between two looks at an article that was just published
CORE = 7200.0  # seconds of age up to which edits come as often as in the first minutes
POWER = 1.5  # the rate falls as (age + CORE)^-POWER: 81 % of a week's edits within a day, as GDELT found on 88 million pages
SPAN = 30 * 86400.0
# how unlike articles are: two thirds are never edited, a twentieth of the others more than nine times (Timmerman et al., six outlets)
UNLIKE = 0.6
BURST = 0.2  # further edits that follow an edit
BURST_SECONDS = 1800.0
HOST_PRIOR = 50.0
AGAIN_SOON = timedelta(minutes=10)  # a held look


@dataclass(frozen=True, slots=True)
class Habit:
    """How an outlet edits: `edits` seen on its pages, and how many the general law would have led to expect there."""

    edits: float
    expected: float


def first_look(bounds: ScheduleSettings, now: datetime) -> Pace:
    """A page that was never looked at: due at once."""
    return Pace(next_at=now, floor=bounds.page_min)


def after_look(
    pace: Pace,
    answer: Answer,
    *,
    verdict: Verdict,
    edited: bool,
    posted_at: datetime | None,
    first_seen_at: datetime,
    last_edit_at: datetime | None,
    habit: Habit | None,
    sooner: timedelta | None,
    bounds: ScheduleSettings,
    now: datetime,
) -> Pace:
    """The pace after one look; `next_at` None when the watch has ended.

    `sooner`: look again that soon, whatever the age (a held look, a first 404). Never earlier than `page_min` from now.
    """
    memo = read_page_memo(pace.memo)
    memo.edits += edited
    memo.odd = memo.odd + 1 if verdict == "suspect" else 0
    failures = pace.failures + 1 if verdict in ("failed", "gone") else 0
    usual = interval(posted_at, first_seen_at, last_edit_at, habit, bounds, now, edits=memo.edits)
    wait = _wait(usual, answer, verdict, failures, memo, bounds)
    if sooner is not None:
        wait = min(wait, max(sooner, bounds.page_min))
    watched_since = max(first_seen_at, last_edit_at or first_seen_at)
    wait = jittered(wait, f"{answer.url}|{now:%H%M}", now)
    over = now + wait - watched_since > bounds.watch_for and sooner is None
    validators = pace.validators
    if isinstance(answer, Response):
        validators = validators_after(answer, pace.validators, has_body=pace.body_sha is not None or answer.status == 200)
    return replace(
        pace,
        next_at=None if over else now + (wait if isinstance(answer, Failure) else min(wait, bounds.page_max)),
        floor=bounds.page_min,
        validators=validators,
        failures=failures,
        memo=written(memo),
    )


def interval(
    posted_at: datetime | None,
    first_seen_at: datetime,
    last_edit_at: datetime | None,
    habit: Habit | None,
    bounds: ScheduleSettings,
    now: datetime,
    *,
    edits: int = 0,
) -> timedelta:
    """The time between two looks by the square-root rule, within `page_min` and `page_max`. `edits`: those this article had."""
    born_at = posted_at if posted_at is not None and posted_at < first_seen_at else first_seen_at
    # who bounds everything below the law's own scale gets the same law on a smaller one
    scale = min(1.0, max(bounds.page_min / BASE, bounds.page_max / BASE / 4))
    age = max(0.0, (now - born_at).total_seconds()) / scale
    since_edit = None if last_edit_at is None else max(0.0, (now - last_edit_at).total_seconds()) / scale
    wait = BASE * scale * _outlet(habit) * math.sqrt(rate(0.0, 0, None) / rate(age, edits, since_edit))
    return min(max(wait, bounds.page_min), bounds.page_max)


def rate(age: float, edits: int, since_edit: float | None) -> float:
    """Edits a second to be expected of an article of that age (seconds), one edit being the mean of its first thirty days."""
    whole: float = 1 - (1 + SPAN / CORE) ** (1 - POWER)
    by_age: float = (POWER - 1) / CORE * (1 + age / CORE) ** -POWER / whole
    so_far: float = (1 - (1 + age / CORE) ** (1 - POWER)) / whole
    # gamma-Poisson: what this article's own count says about it
    likeness = (UNLIKE + edits) / (UNLIKE + so_far)
    burst = 0.0 if since_edit is None else BURST / BURST_SECONDS * math.exp(-min(since_edit / BURST_SECONDS, 500.0))
    return by_age * likeness + burst


def _wait(usual: timedelta, answer: Answer, verdict: Verdict, failures: int, memo: PageMemo, bounds: ScheduleSettings) -> timedelta:
    if verdict == "failed":
        code = answer.code if isinstance(answer, Failure) else "network"
        return backoff(code, answer, failures, usual, bounds.page_max)
    if verdict == "suspect":
        return min(usual * (1 << min(memo.odd - 1, 10)), bounds.page_max)
    if verdict == "held":
        return min(usual, max(AGAIN_SOON, bounds.page_min))
    if verdict == "gone":
        return backoff("http_404", answer, failures, usual, bounds.page_max)
    return usual


def _outlet(habit: Habit | None) -> float:
    """How much rarer this outlet's pages are looked at than others: 0.5 to 3, shrunk towards 1 while little was seen."""
    if habit is None:
        return 1.0
    return min(max(math.sqrt((habit.expected + HOST_PRIOR) / (habit.edits + HOST_PRIOR)), 0.5), 3.0)
