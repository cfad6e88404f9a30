"""When to look at an article's page again: often while it is young or was just edited, ever rarer after.

For a given number of requests the mean delay of what is found is least when the interval follows one over the square root of the
rate of edits. With a rate that falls as age to the power of 1.5 (after the first half hour), the interval grows as age^0.75.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Answer, Failure, Pace, Response, Verdict
from monitor.schedule.backoff import backoff, jittered
from monitor.schedule.headers import validators_after
from monitor.schedule.memo import PageMemo, read_page_memo, written
from monitor.settings import ScheduleSettings

BASE = timedelta(minutes=7)
CORE = timedelta(minutes=30)  # the age up to which edits come as often as in the first minutes
POWER = 0.75
QUIET_LOOKS = 10
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
    memo.quiet = 0 if edited or verdict == "new" else memo.quiet + 1
    memo.odd = memo.odd + 1 if verdict == "suspect" else 0
    failures = pace.failures + 1 if verdict in ("failed", "gone") else 0
    usual = interval(posted_at, first_seen_at, last_edit_at, habit, bounds, now, quiet=memo.quiet)
    wait = _wait(usual, answer, verdict, failures, memo, bounds)
    if sooner is not None:
        wait = min(wait, max(sooner, bounds.page_min))
    watched_since = max(first_seen_at, last_edit_at or first_seen_at)
    wait = jittered(wait, f"{answer.url}|{memo.quiet}", now)
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
    quiet: int = 0,
) -> timedelta:
    """The time between two looks by the square-root rule, within `page_min` and `page_max`."""
    born_at = posted_at if posted_at is not None and posted_at < first_seen_at else first_seen_at
    stirred: timedelta = max(timedelta(0), now - born_at)
    if last_edit_at is not None:
        stirred = min(stirred, 2 * max(timedelta(0), now - last_edit_at))
    # who bounds everything below the law's own scale gets the same law on a smaller one
    scale = min(1.0, max(bounds.page_min / BASE, bounds.page_max / BASE / 4))
    aged: float = (1 + stirred / (CORE * scale)) ** POWER
    wait = BASE * scale * _outlet(habit) * aged
    if quiet >= QUIET_LOOKS:
        wait *= 1.5
    return min(max(wait, bounds.page_min), bounds.page_max)


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
