"""A feed with a hub, from its first poll to the end of the subscription: real servers, real store, a clock moved by hand."""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes import FakeClock
from publisher import Publisher, get

from monitor.app import App
from monitor.cli.main import cli
from monitor.engine.hubs import Tending
from monitor.engine.local import run_once
from monitor.engine.workers import InlineWorkers
from monitor.hubs import reachable_at
from monitor.model import Answer, Request, Subscription
from monitor.ports import Store
from monitor.settings import Feed, FetchSettings, Settings, WebSettings
from monitor.web.server import serve_in_thread

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass
class Desk:
    """The program, served on loopback, with one feed."""

    app: App
    store: Store
    clock: FakeClock
    base: str | None

    def poll(self) -> int:
        """Polls what is due; how many feeds that were."""
        doors, fetcher = self.app.doors(self.store, InlineWorkers()), self.app.fetcher(self.store)

        async def once() -> int:
            try:
                return len((await run_once(doors, fetcher, self.app.settings.fetch, feeds=None, force=False)).done)
            finally:
                await fetcher.close()

        return asyncio.run(once())

    def tend(self) -> None:
        Tending(self.store, self.base, self.clock, lambda: self.app.fetcher(self.store)).run()

    @property
    def subscription(self) -> Subscription:
        [subscription] = self.store.subscriptions()
        return subscription

    @property
    def next_poll_in(self) -> timedelta:
        next_at = self.store.feeds()[0].next_at
        assert next_at is not None
        return next_at - self.clock.now()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher() as running:
        yield running


@pytest.fixture
def desk(publisher: Publisher, tmp_path: Path) -> Iterator[Desk]:
    clock = FakeClock()
    settings = Settings(
        tmp_path,
        tmp_path,
        fetch=FetchSettings(host_gap=timedelta(0), allow_networks=("127.0.0.0/8",)),
        web=WebSettings("127.0.0.1:0", token="only for readers"),
        feeds=(Feed("news", f"{publisher.url}/feed.xml", pages=False),),
    )
    app = App(settings, clock)
    store = app.writing()
    serving = serve_in_thread(app, settings.web, store=store)
    web = replace(settings.web, public_url=f"{serving.address}/")
    yield Desk(replace(app, settings=replace(settings, web=web)), store, clock, reachable_at(web))
    serving.stop()
    app.close()


def test_a_feed_that_names_a_hub_is_subscribed_and_then_polled_rarely(desk: Desk, publisher: Publisher) -> None:
    desk.poll()
    assert desk.next_poll_in < 4 * HOUR
    desk.tend()

    [asked] = publisher.asked
    assert asked["hub.mode"] == "subscribe"
    assert asked["hub.topic"] == f"{publisher.url}/topic.xml"
    assert asked["hub.callback"].startswith(f"{desk.base}/w/")
    assert len(asked["hub.callback"].rpartition("/")[2]) >= 40
    assert 40 <= len(asked["hub.secret"]) < 200
    assert publisher.challenges == [(200, "ch-4711")]
    assert desk.subscription.state == "active"
    desk.clock.move(hours=4)
    desk.poll()
    assert 23 * HOUR < desk.next_poll_in <= DAY


def test_what_is_pushed_makes_the_feed_due_at_once_and_is_not_read_itself(desk: Desk, publisher: Publisher) -> None:
    subscribed(desk)
    publisher.items.insert(0, "second")
    polls = publisher.polls

    assert publisher.push() == 202
    assert publisher.polls == polls
    assert desk.poll() == 1

    assert [article.title for article in desk.store.articles(every())] == ["About first", "About second"]
    assert desk.next_poll_in > 20 * HOUR


@pytest.mark.parametrize("signature", ["", "sha256=00", "sha1=", "md5=0123", "nonsense", "sha256=é"])
def test_what_is_not_signed_by_the_hub_is_answered_and_ignored(desk: Desk, publisher: Publisher, signature: str) -> None:
    subscribed(desk)

    assert publisher.push(signature.encode("utf-8").decode("latin-1")) == 202

    assert desk.poll() == 0


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_every_signature_that_hubs_use_is_known(desk: Desk, publisher: Publisher, method: str) -> None:
    subscribed(desk)

    publisher.push(method=method)

    assert desk.poll() == 1


def test_a_storm_of_pushes_is_no_storm_of_polls(desk: Desk, publisher: Publisher) -> None:
    subscribed(desk)
    polls = publisher.polls

    for _ in range(20):
        publisher.push()
        desk.clock.move(seconds=1)
        desk.poll()

    assert publisher.polls == polls + 1


def test_what_nobody_asked_for_is_not_confirmed(desk: Desk, publisher: Publisher) -> None:
    subscribed(desk)
    asked = publisher.asked[-1]

    assert publisher.confirm(asked, **{"hub.mode": "unsubscribe"})[0] == 404
    assert publisher.confirm(asked, **{"hub.topic": "http://other.example/"})[0] == 404
    assert publisher.confirm({**asked, "hub.callback": f"{desk.base}/w/guess"})[0] == 404
    assert get(f"{desk.base}/w/guess", b"x")[0] == 404
    assert desk.subscription.state == "active"


@pytest.mark.parametrize("lease", ["9" * 5_000, "-1", "soon", ""])
def test_a_lease_of_any_words_is_answered(desk: Desk, publisher: Publisher, lease: str) -> None:
    subscribed(desk)

    assert publisher.confirm(publisher.asked[-1], **{"hub.lease_seconds": lease}) == (200, "ch-4711")
    assert desk.subscription.until is not None
    assert desk.subscription.until <= desk.clock.now() + timedelta(days=30)


def test_the_lease_is_renewed_before_it_ends(desk: Desk, publisher: Publisher) -> None:
    publisher.lease = 8 * 3600
    subscribed(desk)

    desk.clock.move(hours=1)
    desk.tend()
    assert len(publisher.asked) == 1
    desk.clock.move(hours=1)
    desk.tend()

    assert [one["hub.mode"] for one in publisher.asked] == ["subscribe", "subscribe"]
    assert publisher.asked[0]["hub.callback"] == publisher.asked[1]["hub.callback"]
    assert desk.subscription.until == desk.clock.now() + 8 * HOUR


def test_when_the_lease_ends_unrenewed_the_feed_is_polled_as_before(desk: Desk, publisher: Publisher) -> None:
    publisher.lease = 8 * 3600
    subscribed(desk)
    publisher.confirms = False
    desk.clock.move(hours=4)
    desk.poll()
    assert desk.next_poll_in <= 4 * HOUR

    desk.clock.move(hours=4, seconds=1)
    desk.tend()
    assert desk.poll() == 1

    assert desk.next_poll_in < 12 * HOUR
    assert desk.subscription.state == "asked"


def test_a_hub_that_fails_is_asked_ever_less_and_the_feed_is_polled(desk: Desk, publisher: Publisher) -> None:
    publisher.answer = 503
    desk.poll()

    for _ in range(24 * 4):
        desk.tend()
        desk.clock.move(minutes=15)

    assert 4 <= len(publisher.asked) <= 8
    assert desk.next_poll_in < timedelta(0)


def test_a_hub_that_never_answers_keeps_no_process_from_ending(desk: Desk) -> None:
    desk.poll()
    asked, closed = threading.Event(), threading.Event()

    class Silent:
        async def fetch(self, request: Request) -> Answer:
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError("it never answers")

        async def close(self) -> None:
            closed.set()

    tending = Tending(desk.store, desk.base, desk.clock, Silent)  # type: ignore[arg-type]  # all that is asked of a Fetcher here
    job = threading.Thread(target=tending.run)
    job.start()
    assert asked.wait(10)

    tending.stop()
    job.join(10)

    assert not job.is_alive()
    assert closed.is_set()


def test_a_hub_that_says_no_is_left_alone_for_days(desk: Desk, publisher: Publisher) -> None:
    subscribed(desk)
    publisher.confirm(publisher.asked[-1], **{"hub.mode": "denied"})

    assert desk.subscription.state == "wanted"
    assert desk.next_poll_in <= HOUR
    desk.clock.move(days=3)
    desk.tend()
    assert len(publisher.asked) == 1


def test_a_hub_that_lets_news_pass_is_not_relied_on(desk: Desk, publisher: Publisher) -> None:
    subscribed(desk)

    for item in ("second", "third"):
        publisher.items.insert(0, item)
        desk.clock.move(days=1, hours=1)
        desk.poll()

    assert desk.subscription.state == "wanted"
    assert desk.next_poll_in <= 3 * HOUR


def test_a_feed_that_is_taken_out_is_unsubscribed(desk: Desk, publisher: Publisher) -> None:
    subscribed(desk)

    desk.store.sync_feeds([], desk.clock.now())
    desk.tend()

    assert [one["hub.mode"] for one in publisher.asked] == ["subscribe", "unsubscribe"]
    assert publisher.challenges[-1] == (200, "ch-4711")
    assert desk.store.subscriptions() == ()


def test_a_feed_that_changes_its_hub_leaves_the_old_one_first(desk: Desk, publisher: Publisher) -> None:
    subscribed(desk)
    publisher.hub_link = False
    publisher.push()
    desk.poll()
    desk.tend()

    assert [one["hub.mode"] for one in publisher.asked] == ["subscribe", "unsubscribe"]
    assert desk.store.subscriptions() == ()


def test_who_cannot_be_reached_subscribes_nothing_and_relies_on_nothing(desk: Desk, publisher: Publisher) -> None:
    subscribed(desk)
    desk.clock.move(hours=4)
    desk.poll()

    desk.base = reachable_at(WebSettings("127.0.0.1:0"))
    desk.tend()

    assert desk.base is None
    assert len(publisher.asked) == 1
    assert desk.next_poll_in <= HOUR


def test_a_hub_on_a_network_that_may_not_be_asked_is_not(desk: Desk, publisher: Publisher) -> None:
    desk.poll()
    desk.app = replace(desk.app, settings=replace(desk.app.settings, fetch=FetchSettings()))

    desk.tend()

    assert publisher.asked == []
    assert desk.subscription.failures == 1


def subscribed(desk: Desk) -> None:
    desk.poll()
    desk.clock.move(minutes=5)
    desk.tend()
    assert desk.subscription.state == "active"
    desk.clock.move(hours=4)
    desk.poll()
    desk.clock.move(minutes=1)


def every() -> object:
    from monitor.ports import ArticleQuery

    return ArticleQuery()


def test_a_list_of_feeds_says_until_when_a_hub_tells(desk: Desk, publisher: Publisher, tmp_path: Path) -> None:
    subscribed(desk)
    (tmp_path / "feeds.toml").write_text(f'[feeds.news]\nurl = "{publisher.url}/feed.xml"\n')

    listed = CliRunner().invoke(cli, ["--config", str(tmp_path), "--state", str(tmp_path), "feeds", "ls", "--jsonl"])

    until = desk.subscription.until
    assert until is not None
    assert json.loads(listed.stdout)["told_until"] == until.strftime("%Y-%m-%dT%H:%M:%SZ")
