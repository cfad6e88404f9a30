"""When to poll a feed again: as often as it has news, never oftener than its publisher and good manners allow.

The rules and their sources are those of research into fourteen readers and Rachel Kroll's feed-reader criteria: one unconditional
request ever, an hour between two requests with validators, a day without, the publisher's hints obeyed and capped.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Answer, Failure, FeedDocument, Pace, Response
from monitor.schedule.backoff import backoff, jittered
from monitor.schedule.headers import freshness, has_freshness, validators_after
from monitor.schedule.memo import FeedMemo, duration, read_feed_memo, seconds, written
from monitor.settings import Feed, ScheduleSettings

FLOOR = timedelta(hours=1)
FLOOR_BLIND = timedelta(hours=24)  # without validators every poll costs the whole body
HINTED_FLOOR = timedelta(minutes=10)
HINTED_FLOOR_BLIND = timedelta(hours=1)
# gamma prior of one news per six hours: a new feed is first polled again after three hours
PRIOR_HOURS = 6.0
NEWS_PER_POLL = 0.5
HALF_LIFE_HOURS = 72.0
IGNORES_VALIDATORS = 3  # equal bodies in a row although asked conditionally
MOVE_SEEN = 3
MOVE_TAKES = timedelta(hours=24)
RECHECK_GONE = timedelta(hours=24)
_ZERO = timedelta(0)


def first_poll(feed: Feed, now: datetime, bounds: ScheduleSettings | None = None) -> Pace:
    """A feed that was never asked: due at once."""
    return Pace(next_at=now, floor=_floor(feed, FeedMemo(), None, bounds or ScheduleSettings(), is_new=True))


def after_poll(
    feed: Feed,
    pace: Pace,
    answer: Answer,
    *,
    news: int,
    document: FeedDocument | None,
    failed: str | None,
    bounds: ScheduleSettings,
    now: datetime,
    told_until: datetime | None = None,
) -> Pace:
    """The pace after one poll.

    `news`: new items and edits seen in the feed; `document`: the feed, when new bytes were read; `failed`: the code of what went
    wrong, with a 200 too when its body could not be read. `told_until`: a hub tells what is new until then, so that the feed is
    polled as rarely as it may be. Never earlier than `now`.
    """
    memo = read_feed_memo(pace.memo)
    memo.moved = None
    if failed is not None or isinstance(answer, Failure):
        return _after_failure(feed, pace, memo, answer, failed or "network", bounds, now)
    has_body = pace.body_sha is not None or answer.status == 200
    validators = validators_after(answer, pace.validators, has_body=has_body)
    was_asked_so = pace.validators is not None and pace.validators.url == answer.final_url
    _learn(memo, answer, document, news, now, same=answer.status == 200 and document is None and was_asked_so)
    _watch_move(memo, answer, now)
    floor = _floor(feed, memo, validators, bounds)
    memo.slow = max(1.0, memo.slow * 0.9)
    wait = _interval(feed, memo, floor, bounds)
    next_at = _after_skips(memo, now + wait, now + bounds.feed_max) if feed.every is None else now + wait
    if told_until is not None and told_until > now and feed.every is None:
        next_at = max(next_at, min(now + bounds.feed_max, told_until))
    return replace(pace, next_at=next_at, floor=floor, validators=validators, failures=0, memo=written(memo))


def moved_to(pace: Pace) -> str | None:
    """The address a feed has moved to for good, told in the one pace in which it is believed; None else."""
    return read_feed_memo(pace.memo).moved if '"moved"' in pace.memo else None


def _after_failure(feed: Feed, pace: Pace, memo: FeedMemo, answer: Answer, code: str, bounds: ScheduleSettings, now: datetime) -> Pace:
    failures = pace.failures + 1
    memo.gone = memo.gone + 1 if code == "http_410" else 0
    floor = _floor(feed, memo, pace.validators, bounds, is_new=pace.body_sha is None)
    next_at: datetime | None = None
    if memo.gone < 2:
        usual = feed.every or _interval(feed, memo, floor, bounds, calm=True)
        if code == "http_429":
            memo.slow = min(memo.slow * 2, 16.0)
        wait = max(RECHECK_GONE, floor) if memo.gone else backoff(code, answer, failures, usual, bounds.feed_max)
        next_at = now + jittered(wait, feed.slug, now)
    return replace(pace, next_at=next_at, floor=floor, failures=failures, memo=written(memo))


def _learn(memo: FeedMemo, answer: Response, document: FeedDocument | None, news: int, now: datetime, *, same: bool) -> None:
    """Takes in what this poll says about the feed's rate of news and its publisher's hints."""
    if memo.at is not None and now > memo.at:
        passed = (now - memo.at).total_seconds() / 3600
        fade = 0.5 ** (passed / HALF_LIFE_HOURS)
        memo.events, memo.hours = memo.events * fade + news, memo.hours * fade + passed
    memo.at = now
    memo.gone = 0
    memo.equal = memo.equal + 1 if same else memo.equal if answer.status == 200 and document is None else 0
    if answer.status == 200 or has_freshness(answer):
        memo.fresh = seconds(freshness(answer))
    if document is not None:
        hints = document.hints
        memo.ttl, memo.period = seconds(hints.ttl), seconds(hints.period)
        memo.skip_hours = sorted({hour % 24 for hour in hints.skip_hours})
        memo.skip_days = sorted(hints.skip_days)


def _floor(feed: Feed, memo: FeedMemo, validators: object, bounds: ScheduleSettings, *, is_new: bool = False) -> timedelta:
    """The least time between two polls, as CONTRACT's `feed_min` tells it."""
    if feed.every is not None:
        return feed.every
    if feed.min_interval is not None:
        return feed.min_interval
    if bounds.feed_min is not None:
        return bounds.feed_min
    blind = not is_new and (validators is None or memo.equal >= IGNORES_VALIDATORS)
    hint = min((value for value in (memo.fresh, memo.ttl, memo.period) if value), default=None)
    floor, least = (FLOOR_BLIND, HINTED_FLOOR_BLIND) if blind else (FLOOR, HINTED_FLOOR)
    if hint is not None:
        floor = min(floor, max(least, timedelta(seconds=hint)))
    return min(floor, bounds.feed_max)


def _interval(feed: Feed, memo: FeedMemo, floor: timedelta, bounds: ScheduleSettings, *, calm: bool = False) -> timedelta:
    """How long to wait from now: half a piece of news, the floor, and what the publisher's hints say. `calm`: no jitter."""
    if feed.every is not None:
        return feed.every
    rate = (1 + memo.events) / (PRIOR_HOURS + memo.hours)
    wanted = timedelta(hours=NEWS_PER_POLL / rate) * memo.slow
    if memo.to is not None:
        wanted = min(wanted, MOVE_TAKES / 2)
    hinted = max((duration(value) or _ZERO for value in (memo.fresh, memo.ttl)), default=_ZERO)
    wait = max(wanted, floor, hinted)
    return min(wait if calm else jittered(wait, feed.slug, memo.at) if memo.at else wait, bounds.feed_max)


def _after_skips(memo: FeedMemo, at: datetime, latest: datetime) -> datetime:
    """The first moment from `at` on outside the hours and days (GMT) in which the publisher says nothing happens; not after `latest`."""
    if len(memo.skip_hours) >= 24 or len(memo.skip_days) >= 7:
        return min(at, latest)
    while at < latest and (at.hour in memo.skip_hours or at.weekday() in memo.skip_days):
        # a minute and some beyond the full hour, so that feeds with the same hours do not all come at :00
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1, seconds=60 + (at.minute * 60 + at.second) % 1800)
    return min(at, latest)


def _watch_move(memo: FeedMemo, answer: Response, now: datetime) -> None:
    """Believes a move when permanent redirects alone led to one address three times over at least a day."""
    permanent = bool(answer.hops) and all(hop.status in (301, 308) for hop in answer.hops)
    if not permanent:
        memo.to, memo.hops, memo.since = None, 0, None
        return
    if memo.to != answer.final_url:
        memo.to, memo.hops, memo.since = answer.final_url, 0, now
    memo.hops += 1
    if memo.hops >= MOVE_SEEN and memo.since is not None and now - memo.since >= MOVE_TAKES:
        memo.moved, memo.to, memo.hops, memo.since = answer.final_url, None, 0, None
