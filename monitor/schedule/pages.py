"""When to look at an article's page again: where an edit is most likely, as often as that is likely.

For a given number of requests the mean delay of what is found is least when looks are as dense as the square root of the rate of
edits (see `law`). A version that is replaced before anybody looked is lost, not late, and most of those follow each other within the
hour: so looks are denser still where edits come quickly. What a feed shows of an edit costs nothing and comes beside this (`poll`).
"""

import math
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Answer, Failure, Habit, Pace, Response, Verdict
from monitor.schedule.backoff import backoff, jittered
from monitor.schedule.headers import validators_after
from monitor.schedule.law import AT_BIRTH, Law, law_of, lesson
from monitor.schedule.memo import PageMemo, read_page_memo, written
from monitor.settings import ScheduleSettings

BASE = timedelta(minutes=10)  # between two looks at an article that was just published, at an outlet like the others
# edits a second from which being replaced unseen weighs more than being seen late: a version lost is as bad as four hours of delay.
# Thrice that catches 1 % more of invented versions for the same delay or 5 % more of it, but finds recorded edits 20 % later.
QUICK = 1 / 14400.0
SEEN: tuple[Verdict, ...] = ("same", "restamped", "edited", "new")  # looks that showed the article
AGAIN_SOON = timedelta(minutes=10)  # a held look
STEP = 0.3  # of the wait so far: how finely the wait is reckoned
_STEPS = timedelta(minutes=5), timedelta(hours=2)


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
    memo, law = read_page_memo(pace.memo), law_of(habit)
    born_at = _born_at(posted_at, first_seen_at)
    if verdict in SEEN:
        memo.since, memo.at = memo.since or now, now
    memo.edits += edited
    memo.odd = memo.odd + 1 if verdict == "suspect" else 0
    failures = pace.failures + 1 if verdict in ("failed", "gone") else 0
    # a stamp that moved alone: somebody has the article open
    touched_at = now if verdict == "restamped" else last_edit_at
    usual = interval(born_at, touched_at, law, bounds, now, edits=memo.edits, since_at=memo.since or first_seen_at)
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


def taught(
    pace: Pace,
    *,
    verdict: Verdict,
    edited: bool,
    posted_at: datetime | None,
    first_seen_at: datetime,
    last_edit_at: datetime | None,
    edited_at: datetime | None,
    habit: Habit | None,
    bounds: ScheduleSettings,
    now: datetime,
) -> Habit | None:
    """What a look teaches of its outlet; None where it shows nothing, or nothing was seen before.

    `pace`, `last_edit_at` and `habit` as they were before the look. `edited_at`: when the publisher says the edit was; the middle
    between the two looks where that cannot be.
    """
    memo = read_page_memo(pace.memo)
    since_at = memo.at
    if verdict not in SEEN or since_at is None or since_at >= now:
        return None
    born_at, scale = _born_at(posted_at, first_seen_at), _scale(bounds)
    since, age = _age(born_at, since_at, scale), _age(born_at, now, scale)
    if since >= age:
        return None
    dated = edited_at is not None and since_at < edited_at <= now
    edit_age = (_age(born_at, edited_at, scale) if dated and edited_at else (since + age) / 2) if edited else None
    return lesson(
        law_of(habit),
        since,
        age,
        now,
        edit_age,
        edits=memo.edits,
        first_age=_age(born_at, memo.since or first_seen_at, scale),
        last_edit_age=None if last_edit_at is None else _age(born_at, min(last_edit_at, since_at), scale),
        scale=scale,
    )


def interval(
    born_at: datetime,
    touched_at: datetime | None,
    law: Law,
    bounds: ScheduleSettings,
    now: datetime,
    *,
    edits: int = 0,
    since_at: datetime | None = None,
) -> timedelta:
    """The time to the next look, within `page_min` and `page_max`: when the urgency since the last one has added up to one look's worth.

    `edits`: those this article had since it was looked at first, at `since_at` (its birth when not given).
    """
    scale = _scale(bounds)
    since_edit = None if touched_at is None else max(0.0, (now - touched_at).total_seconds()) / scale
    age = _age(born_at, now, scale)
    pressure = law.pressure(edits, _age(born_at, since_at or born_at, scale), age)
    least, most = (step.total_seconds() for step in _STEPS)
    worth, limit, waited = BASE.total_seconds() * _urgency(AT_BIRTH), bounds.page_max.total_seconds() / scale, 0.0
    while waited < limit:
        at = now + timedelta(seconds=waited * scale)
        rate = pressure * law.rate(age + waited, at) + law.burst(None if since_edit is None else since_edit + waited)
        urgency, step = _urgency(rate), min(max(least, waited * STEP), most)
        if urgency * step >= worth:
            waited += worth / urgency
            break
        worth, waited = worth - urgency * step, waited + step
    return min(max(timedelta(seconds=waited * scale), bounds.page_min), bounds.page_max)


def _urgency(rate: float) -> float:
    """How dense looks are to be where edits come at this rate (a second), but for a factor."""
    return math.sqrt(rate * (1 + rate / QUICK))


def _scale(bounds: ScheduleSettings) -> float:
    # who bounds everything below the law's own scale gets the same law on a smaller one
    return min(1.0, max(bounds.page_min / BASE, bounds.page_max / BASE / 4))


def _born_at(posted_at: datetime | None, first_seen_at: datetime) -> datetime:
    return posted_at if posted_at is not None and posted_at < first_seen_at else first_seen_at


def _age(born_at: datetime, at: datetime, scale: float) -> float:
    return max(0.0, (at - born_at).total_seconds()) / scale


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
