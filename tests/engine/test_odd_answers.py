"""Answers that nobody asked for, and what they must not do."""

import pytest
from fakes import START, FakeClock

from monitor.engine.workers import InlineWorkers
from monitor.model import Answer, FeedTask, Response, Validators
from monitor.poll import poll
from monitor.ports import Doors
from monitor.settings import Feed, ScheduleSettings
from monitor.store.memory import MemoryStore

URL = "http://news.example/feed"
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><guid>a</guid><title>One</title><description>Words.</description></item></channel></rss>"""


def polled(store: MemoryStore, doors: Doors, answer: Answer) -> str | None:
    recipe = poll(store.feed_task("news", START), doors)
    next(recipe)
    try:
        recipe.send(answer)
    except StopIteration as end:
        return str(end.value.outcome)
    return None


def a_task(store: MemoryStore) -> FeedTask:
    return store.feed_task("news", START)


@pytest.mark.parametrize("body", [b"", FEED.replace(b"<item>", b"<item><!-- part -->"), b"<html>come back later</html>"])
@pytest.mark.parametrize("status", [202, 204, 206, 226])
def test_an_odd_answer_takes_nothing_away(status: int, body: bytes) -> None:
    clock, store = FakeClock(), MemoryStore()
    doors = Doors(store, InlineWorkers(), clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)
    store.sync_feeds([Feed("news", URL, pages=False)], START)
    polled(store, doors, Response(URL, URL, 200, (("ETag", '"1"'),), FEED, START, START))
    before = a_task(store).pace

    outcome = polled(store, doors, Response(URL, URL, status, (("ETag", '"2"'),), body, START, clock.now()))

    after = a_task(store).pace
    assert outcome == f"error:http_{status}"
    assert after.validators == Validators(URL, '"1"')
    assert after.body_sha == before.body_sha
    assert len(list(store.revisions(1))) == 1
    assert store.known_article(1).listed[0].gone_at is None


def test_an_empty_200_takes_nothing_away() -> None:
    clock, store = FakeClock(), MemoryStore()
    doors = Doors(store, InlineWorkers(), clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)
    store.sync_feeds([Feed("news", URL, pages=False)], START)
    polled(store, doors, Response(URL, URL, 200, (("ETag", '"1"'),), FEED, START, START))

    outcome = polled(store, doors, Response(URL, URL, 200, (("ETag", '"2"'),), b"", START, clock.now()))

    assert outcome == "error:not_a_feed"
    assert a_task(store).pace.validators == Validators(URL, '"1"')
    assert store.known_article(1).listed[0].gone_at is None


def test_a_304_that_nobody_asked_for_leaves_the_next_question_unconditional() -> None:
    clock, store = FakeClock(), MemoryStore()
    doors = Doors(store, InlineWorkers(), clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)
    store.sync_feeds([Feed("news", URL)], START)

    outcome = polled(store, doors, Response(URL, URL, 304, (("ETag", '"1"'),), b"", START, START))

    assert outcome == "not_modified"
    assert a_task(store).pace.validators is None
