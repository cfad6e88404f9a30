"""What was agreed with hubs, in every store."""

from dataclasses import replace
from datetime import timedelta

import pytest
from store_cases import FEED, HOUR, MINUTE, OTHER, T0, poll

from monitor.model import Hub, Pace, Subscription
from monitor.ports import Store
from monitor.schedule import hubs as agreed

HUB = Hub("https://hub.example/", "https://news.example/rss")


def test_a_feed_without_a_hub_has_no_subscription(store: Store) -> None:
    store.sync_feeds([FEED, OTHER], T0)
    poll(store, T0)

    assert store.subscriptions() == ()
    assert store.subscriptions_due(T0) == ()


def test_a_poll_makes_a_subscription_wanted_once(store: Store) -> None:
    wanted = _wanted(store)
    poll(store, T0 + HOUR, hub=HUB)

    assert store.subscriptions() == (wanted,)
    assert store.subscriptions_due(T0) == (wanted,)
    assert (wanted.state, wanted.hub, wanted.until, wanted.is_followed) == ("wanted", HUB, None, True)
    assert store.subscription(wanted.token) == wanted
    assert store.subscription("another") is None
    assert wanted.secret != wanted.token


def test_a_document_that_was_not_read_whole_says_nothing_of_the_hub(store: Store) -> None:
    wanted = _wanted(store)

    poll(store, T0 + HOUR, hub=None, usable=False)

    assert store.subscriptions() == (wanted,)


def test_who_was_faster_wins(store: Store) -> None:
    wanted = _wanted(store)
    asking = agreed.asking(wanted, T0)
    assert store.keep_subscription(wanted, asking, T0)
    active = agreed.verified(asking, 3600, T0 + MINUTE)
    assert store.keep_subscription(asking, active, T0 + MINUTE)

    late = replace(asking, state="wanted", failures=3)

    assert not store.keep_subscription(asking, late, T0 + MINUTE)
    assert store.subscription(wanted.token) == active


def test_a_task_knows_until_when_its_hub_tells(store: Store) -> None:
    active = _active(store)

    assert store.feed_task("harbour", T0).told_until == active.until
    assert store.feed_task("hills", T0).told_until is None


def test_a_push_makes_the_feed_due_after_a_short_rest(store: Store) -> None:
    active = _active(store)
    poll(store, T0 + MINUTE, hub=HUB, pace=Pace(T0 + 24 * HOUR, HOUR, asked_at=T0 + MINUTE))

    assert store.pushed(active.token, T0 + MINUTE)
    assert _next_at(store) == T0 + MINUTE + agreed.PUSH_REST
    assert not store.pushed("another", T0 + MINUTE)
    poll(store, T0 + 5 * MINUTE, hub=HUB, pace=Pace(T0 + 24 * HOUR, HOUR, asked_at=T0 + 5 * MINUTE))
    store.pushed(active.token, T0 + 9 * MINUTE)
    assert _next_at(store) == T0 + 9 * MINUTE


@pytest.mark.parametrize(
    ("own", "feed_min", "rest"),
    [
        ({"every": 6 * HOUR}, None, 6 * HOUR),
        ({"every": 6 * HOUR}, 12 * HOUR, 6 * HOUR),
        ({"min_interval": 2 * HOUR}, None, 2 * HOUR),
        ({}, 3 * HOUR, 3 * HOUR),
        ({}, timedelta(seconds=1), agreed.PUSH_REST),
    ],
)
def test_what_the_user_set_holds_for_hubs_too(store: Store, own: dict[str, timedelta], feed_min: timedelta | None, rest: timedelta) -> None:
    active = _active(store)
    store.sync_feeds([replace(FEED, **own), OTHER], T0)
    poll(store, T0, hub=HUB, pace=Pace(T0 + 24 * HOUR, HOUR, asked_at=T0))

    store.pushed(active.token, T0 + MINUTE, feed_min)

    assert _next_at(store) == max(T0 + rest, T0 + MINUTE)


def test_a_push_ends_no_back_off(store: Store) -> None:
    active = _active(store)
    poll(store, T0, outcome="error:http_503", usable=False, pace=Pace(T0 + 24 * HOUR, HOUR, asked_at=T0, failures=1))

    store.pushed(active.token, T0 + MINUTE)

    assert _next_at(store) == T0 + 24 * HOUR


def test_a_push_that_comes_while_the_feed_is_polled_is_not_lost(store: Store) -> None:
    active = _active(store)
    at = T0 + 9 * MINUTE
    store.pushed(active.token, at)

    poll(store, at + timedelta(seconds=5), hub=HUB, pace=Pace(T0 + 24 * HOUR, HOUR, asked_at=at - MINUTE))

    assert _next_at(store) <= at + MINUTE


def test_when_a_lease_ends_early_the_feed_is_polled_as_any_other(store: Store) -> None:
    active = _active(store)
    poll(store, T0 + MINUTE, hub=HUB, pace=Pace(T0 + 24 * HOUR, HOUR, asked_at=T0 + MINUTE))

    store.keep_subscription(active, agreed.lapsed(active, T0 + 2 * MINUTE), T0 + 2 * MINUTE)

    assert _next_at(store) == T0 + MINUTE + HOUR
    assert store.feed_task("harbour", T0).told_until is None


def test_a_feed_that_is_no_longer_followed_is_due_to_be_left(store: Store) -> None:
    active = _active(store)
    assert store.subscriptions_due(T0 + MINUTE) == ()

    store.sync_feeds([replace(FEED, paused=True), OTHER], T0 + MINUTE)

    assert store.subscriptions_due(T0 + MINUTE) == (replace(active, is_followed=False),)
    store.drop_subscription(active)
    assert store.subscriptions() == ()


def test_another_hub_is_asked_once_the_old_one_is_left(store: Store) -> None:
    active = _active(store)
    other = Hub("https://other.example/", HUB.topic)

    poll(store, T0 + HOUR, hub=other)
    [leaving] = store.subscriptions()
    store.drop_subscription(leaving)
    poll(store, T0 + 2 * HOUR, hub=other)

    assert (leaving.state, leaving.hub, leaving.token) == ("leaving", HUB, active.token)
    [wanted] = store.subscriptions()
    assert (wanted.state, wanted.hub) == ("wanted", other)
    assert wanted.token != active.token


def _wanted(store: Store) -> Subscription:
    store.sync_feeds([FEED, OTHER], T0)
    poll(store, T0, hub=HUB)
    [wanted] = store.subscriptions()
    return wanted


def _active(store: Store) -> Subscription:
    wanted = _wanted(store)
    active = agreed.verified(agreed.asking(wanted, T0), 864_000, T0)
    assert store.keep_subscription(wanted, active, T0)
    assert store.subscription(wanted.token) == active
    return active


def _next_at(store: Store) -> object:
    return next(state.next_at for state in store.feeds() if state.feed.slug == "harbour")
