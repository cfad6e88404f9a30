import asyncio
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import START, FakeClock, FakeWeb

from monitor.clock import SystemClock
from monitor.engine import local
from monitor.engine.local import Job, LocalEngine, Pulse, Setup, run_once
from monitor.engine.workers import InlineWorkers
from monitor.errors import ConfigError, StoreError
from monitor.model import Answer, Request, Turn
from monitor.ports import Clock, Doors, Store
from monitor.settings import Feed, FetchSettings, ScheduleSettings, Settings, StoreSettings
from monitor.store.sql import open_store

FEED = "http://news.example/feed"
STORY = "http://news.example/{}"


def a_feed(*stories: str) -> str:
    items = "".join(f"<item><guid>{s}</guid><title>About {s}</title><link>{STORY.format(s)}</link></item>" for s in stories)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'


def a_page(story: str, words: str = "The harbour was closed for repairs on Monday, the port office said in the evening.") -> str:
    text = "".join(f"<p>{words} Paragraph {n} tells more of it, at some length and in plain words.</p>" for n in range(5))
    return f"<html><head><title>About {story}</title></head><body><article><h1>About {story}</h1>{text}</article></body></html>"


class Asks:
    """The fake web behind the fetcher's door."""

    def __init__(self, web: FakeWeb, after: Callable[[Request], None] = lambda request: None) -> None:
        self.web, self.after, self.closed = web, after, False

    async def fetch(self, request: Request) -> Answer:
        answer = self.web.ask(request)
        self.after(request)
        return answer

    def rest(self, host: str) -> timedelta:
        return timedelta(0)

    async def close(self) -> None:
        self.closed = True


def stopping_after(web: FakeWeb, questions: int) -> Callable[[Request], None]:
    """Ends the daemon, as a service would be, with so many questions asked."""

    def stop(request: Request) -> None:
        if len(web.asked) == questions:
            signal.raise_signal(signal.SIGTERM)

    return stop


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    yield made
    made.close()


def settings_of(tmp_path: Path, *feeds: Feed) -> Settings:
    return Settings(tmp_path, tmp_path, fetch=FetchSettings(host_gap=timedelta(0)), feeds=feeds)


def doors_of(store: Store, clock: Clock, bounds: ScheduleSettings | None = None) -> Doors:
    return Doors(store, InlineWorkers(), clock, bounds or ScheduleSettings(), lambda diff, tags: (), lambda host: None)


def a_web(clock: FakeClock) -> FakeWeb:
    web = FakeWeb(clock)
    web[FEED] = a_feed("one", "two")
    for story in ("one", "two"):
        web[STORY.format(story)] = a_page(story)
    return web


def a_round(store: Store, clock: FakeClock, web: FakeWeb, *, force: bool = False) -> list[str]:
    work = run_once(doors_of(store, clock), Asks(web), FetchSettings(host_gap=timedelta(0)), feeds=None, force=force)
    done = asyncio.run(work).done
    return sorted(one.task.url for one in done)


def test_a_round_polls_what_is_due_and_the_pages_of_new_entries(store: Store) -> None:
    clock = FakeClock()
    store.sync_feeds([Feed("news", FEED)], clock.now())

    first = a_round(store, clock, a_web(clock))
    again = a_round(store, clock, a_web(clock))

    assert first == [FEED, STORY.format("one"), STORY.format("two")]
    assert again == []


def test_a_forced_round_asks_all_again_once_each_and_conditionally(store: Store) -> None:
    clock = FakeClock()
    web = a_web(clock)
    store.sync_feeds([Feed("news", FEED)], clock.now())
    a_round(store, clock, web)
    clock.move(minutes=1)

    assert len(a_round(store, clock, web, force=True)) == 3
    assert all(request.validators is not None for request in web.asked[3:])


def test_after_a_restart_every_question_is_conditional_still(tmp_path: Path) -> None:
    clock = FakeClock()
    web = a_web(clock)
    for _ in range(2):
        store = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
        store.sync_feeds([Feed("news", FEED)], clock.now())
        a_round(store, clock, web, force=True)
        store.close()
        clock.move(minutes=1)

    assert [request.validators is None for request in web.requests_of(FEED)] == [True, False]
    assert [request.validators is None for request in web.requests_of(STORY.format("one"))] == [True, False]


class Rests(Asks):
    """A fetcher whose hosts rest; one of them hangs until all others have been asked."""

    def __init__(self, web: FakeWeb, rest: timedelta, asked: int = 0) -> None:
        super().__init__(web)
        self._rest, self._wanted, self._all_asked = rest, asked, asyncio.Event()

    async def fetch(self, request: Request) -> Answer:
        answer = await super().fetch(request)
        if len(self.web.asked) == self._wanted:
            self._all_asked.set()
        if "hangs" in request.url:
            await self._all_asked.wait()
        return answer

    def rest(self, host: str) -> timedelta:
        return self._rest


def a_timely_round(store: Store, web: FakeWeb, fetcher: Rests) -> int:
    async def timely() -> int:
        async with asyncio.timeout(10):
            doors = doors_of(store, SystemClock())
            return len((await run_once(doors, fetcher, FetchSettings(), feeds=None, force=False)).done)

    return asyncio.run(timely())


def test_a_round_waits_for_no_host_that_rests_when_nothing_is_due_there(store: Store) -> None:
    now = SystemClock().now()
    web = FakeWeb(FakeClock(now))
    web[FEED] = a_feed()
    store.sync_feeds([Feed("news", FEED)], now)

    assert a_timely_round(store, web, Rests(web, timedelta(minutes=10))) == 1


def test_a_host_that_hangs_keeps_a_round_from_no_page_of_others(store: Store) -> None:
    now = SystemClock().now()
    web = a_web(FakeClock(now))
    web["http://hangs.example/feed"] = a_feed()
    store.sync_feeds([Feed("news", FEED), Feed("hangs", "http://hangs.example/feed")], now)

    assert a_timely_round(store, web, Rests(web, timedelta(milliseconds=200), asked=4)) == 4


def test_a_round_without_a_network_is_held_against_no_feed(store: Store) -> None:
    clock = FakeClock()
    web = FakeWeb(clock)
    feeds = [Feed(f"f{n}", f"http://h{n}.example/feed") for n in range(6)]
    for feed in feeds:
        web[feed.url] = "error:dns"
    store.sync_feeds(feeds, clock.now())

    first = a_round(store, clock, web)
    clock.move(minutes=1)
    second = a_round(store, clock, web)

    assert first == second == [feed.url for feed in feeds]
    assert {state.failures for state in store.feeds()} == {0}


def a_life(
    store: Store, setup: Setup, *, reload: Callable[[bool], Setup | None] = lambda asked: None, signals: int = signal.SIGTERM
) -> None:
    """Runs the daemon until its fetcher has been asked three times, then sends the signal; the test's fetcher does that."""

    async def live() -> None:
        async with asyncio.timeout(20):
            await LocalEngine(setup, reload).run()

    asyncio.run(live())


def test_the_daemon_works_off_what_is_due_and_stops_when_told(store: Store, tmp_path: Path) -> None:
    clock = SystemClock()
    web = a_web(FakeClock(clock.now()))
    store.sync_feeds([Feed("news", FEED)], clock.now())

    fetcher = Asks(web, stopping_after(web, 3))
    a_life(store, Setup(settings_of(tmp_path), doors_of(store, clock), fetcher))

    assert sorted(request.url for request in web.asked) == [FEED, STORY.format("one"), STORY.format("two")]
    assert fetcher.closed
    assert len(list(store.revisions(1))) == 1


def test_a_claim_that_meets_a_bug_of_ours_is_tried_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SystemClock()
    web = a_web(FakeClock(clock.now()))
    store.sync_feeds([Feed("news", FEED)], clock.now())
    claim, tries = store.claim, [ZeroDivisionError("a bug")]

    def first_fails(*words: Any, **more: Any) -> tuple[Turn, ...]:
        if tries:
            raise tries.pop()
        return claim(*words, **more)

    monkeypatch.setattr(store, "claim", first_fails)
    monkeypatch.setattr(local, "TROUBLE_PAUSE", 0.0)

    a_life(store, Setup(settings_of(tmp_path), doors_of(store, clock), Asks(web, lambda _: signal.raise_signal(signal.SIGTERM))))

    assert web.asked[0].url == FEED
    assert "cannot claim: ZeroDivisionError: a bug" in caplog.text


def test_a_host_whose_release_met_a_full_disk_is_asked_on_once_there_is_room(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SystemClock()
    web = a_web(FakeClock(clock.now()))
    store.sync_feeds([Feed("news", FEED)], clock.now())
    releasing, full = store.releasing, [StoreError("the disk is full")]

    def first_fails(turn: Turn, free_at: datetime) -> Future[None]:
        if not full:
            return releasing(turn, free_at)
        failed: Future[None] = Future()
        failed.set_exception(full.pop())
        return failed

    monkeypatch.setattr(store, "releasing", first_fails)
    a_life(store, Setup(settings_of(tmp_path), doors_of(store, clock), Asks(web, stopping_after(web, 3))))

    assert sorted(request.url for request in web.asked) == [FEED, STORY.format("one"), STORY.format("two")]


def test_a_daemon_that_starts_with_a_clock_put_right_asks_what_was_due_in_the_future(store: Store, tmp_path: Path) -> None:
    clock = SystemClock()
    web = a_web(FakeClock(clock.now()))
    ahead = FakeClock(clock.now() + timedelta(days=3650))
    store.sync_feeds([Feed("news", FEED, every=timedelta(seconds=1))], ahead.now())
    a_round(store, ahead, a_web(ahead))

    a_life(store, Setup(settings_of(tmp_path), doors_of(store, clock), Asks(web, lambda _: signal.raise_signal(signal.SIGTERM))))

    assert web.asked[0].url == FEED


def test_a_tick_that_hangs_is_noticed_at_the_second_look_and_told_once() -> None:
    pulse = Pulse(at=100.0)

    assert [pulse.has_hung(now, 60.0) for now in (150.0, 165.0, 180.0, 195.0)] == [False, False, True, False]


def test_a_machine_that_slept_has_no_tick_that_hangs() -> None:
    pulse = Pulse(at=100.0)

    at_waking = pulse.has_hung(7_300.0, 60.0)
    pulse.at = 7_301.0

    assert (at_waking, pulse.has_hung(7_315.0, 60.0)) == (False, False)


def test_a_faulty_configuration_leaves_the_last_good_one(store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = SystemClock()
    web = a_web(FakeClock(clock.now()))
    store.sync_feeds([Feed("news", FEED)], clock.now())

    def reload(asked: bool) -> Setup | None:
        signal.raise_signal(signal.SIGTERM)
        raise ConfigError(["feeds.toml:3: unknown key 'urll'"])

    def hang_up(request: Request) -> None:
        if len(web.asked) == 3:
            signal.raise_signal(signal.SIGHUP)

    a_life(store, Setup(settings_of(tmp_path), doors_of(store, clock), Asks(web, hang_up)), reload=reload)

    assert "unknown key 'urll'" in caplog.text


def test_a_store_that_is_away_while_the_configuration_changes_ends_nothing(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SystemClock()
    web = a_web(FakeClock(clock.now()))
    store.sync_feeds([Feed("news", FEED)], clock.now())
    asked: list[bool] = []

    def reload(hung_up: bool) -> Setup | None:
        asked.append(hung_up)
        if len(asked) == 1:
            raise StoreError("the disk is full")
        signal.raise_signal(signal.SIGTERM)
        return None

    def hang_up(request: Request) -> None:
        if len(web.asked) == 3:
            signal.raise_signal(signal.SIGHUP)

    a_life(store, Setup(settings_of(tmp_path), doors_of(store, clock), Asks(web, hang_up)), reload=reload)

    assert "configuration not taken" in caplog.text
    assert asked == [True, True]


def test_a_new_configuration_is_taken_without_a_restart(store: Store, tmp_path: Path) -> None:
    clock = SystemClock()
    web = a_web(FakeClock(clock.now()))
    web["http://other.example/feed"] = a_feed()
    store.sync_feeds([Feed("news", FEED)], clock.now())
    reloaded: list[bool] = []

    def act(request: Request) -> None:
        if len(web.asked) == 3:
            signal.raise_signal(signal.SIGHUP)
        if request.url == "http://other.example/feed":
            signal.raise_signal(signal.SIGTERM)

    first = Setup(settings_of(tmp_path), doors_of(store, clock), Asks(web, act))

    def reload(asked: bool) -> Setup | None:
        if reloaded:
            return None
        reloaded.append(asked)
        store.sync_feeds([Feed("news", FEED), Feed("other", "http://other.example/feed")], clock.now())
        return replace(first, fetcher=Asks(web, act))

    a_life(store, first, reload=reload)

    assert reloaded == [True]


def test_a_job_that_fails_is_tried_again(store: Store, tmp_path: Path) -> None:
    tries: list[int] = []

    def fail() -> None:
        tries.append(1)
        if len(tries) == 2:
            signal.raise_signal(signal.SIGTERM)
        raise OSError("no room")

    job = Job("tell", timedelta(milliseconds=20), fail)
    web = FakeWeb(FakeClock(START))
    a_life(store, Setup(settings_of(tmp_path), doors_of(store, SystemClock()), Asks(web), (job,)))

    assert len(tries) >= 2
