"""What is to be done about a feed's subscription, and when: ask, renew before the lease ends, leave (WebSub, W3C Recommendation 2018).

While a lease lasts the feed is polled rarely. A hub that refuses, does not answer, or lets news pass untold is left alone for a while,
and the feed is polled as any other.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Answer, Response, Subscription
from monitor.settings import Feed

LEASE = timedelta(days=10)  # what we ask for; hubs may give less
LEAST_LEASE, MOST_LEASE = timedelta(minutes=5), timedelta(days=30)
CONFIRMS_WITHIN = timedelta(minutes=15)  # hubs ask back within minutes, or not at all
RENEWED_AT = 0.75  # of the lease
FIRST_RETRY, LAST_RETRY = timedelta(minutes=15), timedelta(days=1)
REFUSED_FOR = timedelta(days=7)
TRIES_TO_LEAVE = 3
MISSES = 2  # polls in a row that found news the hub had not told
PUSH_REST = timedelta(seconds=30)  # between a poll and the next one that the hub asks for, where the user set no rest


def rest_of_push(feed: Feed, feed_min: timedelta | None) -> timedelta:
    """The least time between a poll and the next one that a hub asks for: what the user set holds for hubs too."""
    return feed.every or max(PUSH_REST, feed.min_interval or PUSH_REST, feed_min or PUSH_REST)


def is_alive(subscription: Subscription, now: datetime) -> bool:
    """Whether the hub has promised to tell us what is new."""
    return subscription.state == "active" and subscription.until is not None and subscription.until > now


def asking(subscription: Subscription, now: datetime) -> Subscription:
    """As it stands while the hub is asked: written down before, because the hub may ask back before it answers."""
    state = subscription.state if is_alive(subscription, now) or subscription.state == "leaving" else "asked"
    failures = subscription.failures
    if subscription.state == "asked":
        failures += 1  # the last question was never confirmed
    until = subscription.until if state == "active" else None
    return replace(subscription, state=state, due_at=now + max(CONFIRMS_WITHIN, _retry(failures)), failures=failures, until=until)


def answered(subscription: Subscription, answer: Answer, now: datetime) -> Subscription:
    """After the hub's answer to our question: whether it agrees it tells by asking back, so only a refusal changes anything."""
    if isinstance(answer, Response) and 200 <= answer.status < 300:
        return subscription
    failures = subscription.failures + 1
    state = "wanted" if subscription.state == "asked" else subscription.state
    return replace(subscription, state=state, failures=failures, due_at=now + _retry(failures))


def verified(subscription: Subscription, lease_seconds: int | None, now: datetime) -> Subscription:
    """The hub asked back, and we said yes."""
    said = LEASE if lease_seconds is None else timedelta(seconds=min(lease_seconds, 10**9))
    lease = min(max(said, LEAST_LEASE), MOST_LEASE)
    return replace(subscription, state="active", until=now + lease, due_at=now + lease * RENEWED_AT, failures=0)


def lapsed(subscription: Subscription, now: datetime, again_in: timedelta = REFUSED_FOR) -> Subscription:
    """The hub said no, or does not do what it promised: it is asked again after a while."""
    return replace(subscription, state="wanted", until=None, due_at=now + again_in, failures=0)


def leaving(subscription: Subscription, now: datetime) -> Subscription:
    """The feed is no longer wanted from this hub."""
    return replace(subscription, state="leaving", due_at=now, failures=0)


def has_left(subscription: Subscription, now: datetime) -> bool:
    """Whether enough was done to leave: the lease is over, or the hub was asked often enough."""
    over = subscription.until is None or subscription.until <= now
    return subscription.state == "leaving" and (over or subscription.failures >= TRIES_TO_LEAVE)


def after_poll_of(subscription: Subscription, *, news: int, asked_before: datetime | None, now: datetime) -> Subscription:
    """After a poll of the feed: a hub that again and again has not told of news is not relied on."""
    if not is_alive(subscription, now) or not news or asked_before is None:
        return subscription
    if subscription.pushed_at is not None and subscription.pushed_at >= asked_before:
        return replace(subscription, failures=0)
    missed = replace(subscription, failures=subscription.failures + 1)
    return lapsed(missed, now) if missed.failures >= MISSES else missed


def _retry(failures: int) -> timedelta:
    return min(FIRST_RETRY * (1 << min(max(failures - 1, 0), 10)), LAST_RETRY)
