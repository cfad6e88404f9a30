import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import SystemClock
from monitor.fetch.politeness import HostGate, Slots, host_of
from monitor.fetch.robots import RobotsBook
from monitor.model import Answer, Failure, Response

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Notes:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_meta(self, key: str) -> str | None:
        return self.kept.get(key)

    def set_meta(self, key: str, value: str) -> None:
        self.kept[key] = value


class World:
    """Answers every robots.txt alike; `now` is moved by hand."""

    def __init__(self, status: int = 200, body: bytes = b"", code: str | None = None) -> None:
        self.now, self.asked, self.status, self.body, self.code = NOW, 0, status, body, code
        self.notes = Notes()

    def book(self) -> RobotsBook:
        return RobotsBook(self.notes, self.ask, lambda: self.now)

    async def ask(self, url: str) -> Answer:
        self.asked += 1
        if self.code:
            return Failure(url, self.code, "no", self.now, self.status or None)
        return Response(url, url, self.status, (), self.body, self.now, self.now)


def of(book: RobotsBook) -> object:
    return asyncio.run(_of(book))


async def _of(book: RobotsBook) -> object:
    return await book.of("https://news.example")


def test_a_host_rests_between_two_requests() -> None:
    async def two() -> float:
        clock = SystemClock()
        gate = HostGate(clock, gap=timedelta(milliseconds=30), per_host=1)
        async with gate.turn("a"):
            pass
        ended = clock.monotonic()
        async with gate.turn("a"):
            return clock.monotonic() - ended

    assert asyncio.run(two()) >= 0.029


def test_the_rest_of_one_host_is_nothing_to_another() -> None:
    async def two() -> None:
        gate = HostGate(SystemClock(), gap=timedelta(hours=1), per_host=1)
        async with gate.turn("a"):
            pass
        async with asyncio.timeout(1), gate.turn("b"):
            pass

    asyncio.run(two())


def test_a_host_may_ask_for_a_longer_rest() -> None:
    gate = HostGate(SystemClock(), gap=timedelta(seconds=2), per_host=1)

    gate.slow_down("a", timedelta(seconds=30))

    assert gate.gap("a") == timedelta(seconds=30)
    assert gate.gap("b") == timedelta(seconds=2)


def test_a_host_is_named_with_its_port_unless_it_is_the_usual_one() -> None:
    assert host_of("https://u:p@News.Example:443/x") == "news.example"
    assert host_of("http://news.example:8080/") == "news.example:8080"


def test_requests_that_hang_give_their_slot_to_others() -> None:
    async def crowd() -> bool:
        slots, never = Slots(1), asyncio.Event()
        slots.PATIENCE = 0.01  # type: ignore[misc]  # a class constant, shortened for this one

        async def hang() -> None:
            async with slots.one():
                await never.wait()

        hanging = [asyncio.create_task(hang()) for _ in range(3)]
        async with asyncio.timeout(2), slots.one():
            never.set()
        await asyncio.gather(*hanging)
        return True

    assert asyncio.run(crowd())


def test_at_most_four_times_as_many_hang_beside_those_in_flight() -> None:
    async def crowd() -> int:
        slots, never, inside = Slots(2), asyncio.Event(), 0
        slots.PATIENCE = 0.001  # type: ignore[misc]  # a class constant, shortened for this one

        async def hang() -> None:
            nonlocal inside
            async with slots.one():
                inside += 1
                await never.wait()

        hanging = [asyncio.create_task(hang()) for _ in range(30)]
        for _ in range(100):
            await asyncio.sleep(0.001)
        met = inside
        never.set()
        await asyncio.gather(*hanging)
        return met

    assert asyncio.run(crowd()) == 2 + 4 * 2


def test_robots_txt_is_remembered_over_a_restart_for_a_day() -> None:
    world = World(body=b"User-agent: *\nDisallow: /no")

    first, again = of(world.book()), of(world.book())
    world.now += timedelta(hours=25)
    of(world.book())

    assert first.allows("https://news.example/yes", "watcher")  # type: ignore[attr-defined]
    assert not again.allows("https://news.example/no/x", "watcher")  # type: ignore[attr-defined]
    assert world.asked == 2
    assert json.loads(world.notes.kept["robots:https://news.example"])["text"].startswith("User-agent")


def test_a_host_without_robots_txt_allows_everything() -> None:
    robots = of(World(status=404, code="http_404").book())

    assert robots.allows("https://news.example/x", "watcher")  # type: ignore[attr-defined]
    assert robots.trouble is None  # type: ignore[attr-defined]


def test_a_host_whose_robots_txt_fails_is_left_alone_for_a_while() -> None:
    world = World(status=503, code="http_503")
    book = world.book()

    troubled = of(book)
    of(book)
    world.now += timedelta(minutes=11)
    of(book)

    assert troubled.trouble.code == "http_503"  # type: ignore[attr-defined]
    assert world.asked == 2


def test_a_robots_txt_behind_endless_redirects_is_none() -> None:
    robots = of(World(status=0, code="redirect_loop").book())

    assert robots.trouble is None  # type: ignore[attr-defined]
    assert robots.allows("https://news.example/x", "watcher")  # type: ignore[attr-defined]


def test_an_old_robots_txt_counts_on_while_the_new_one_cannot_be_had() -> None:
    world = World(body=b"User-agent: *\nDisallow: /no")
    of(world.book())

    world.now, world.code, world.status = NOW + timedelta(days=3), "timeout", 0
    robots = of(world.book())

    assert robots.trouble is None  # type: ignore[attr-defined]
    assert not robots.allows("https://news.example/no", "watcher")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("said", "rest"),
    [("7", timedelta(seconds=7)), ("99999", timedelta(minutes=10)), ("1e9", timedelta(minutes=10)), ("1e15", timedelta(minutes=10)),
     ("1e300", timedelta(minutes=10)), ("1e400", None), ("inf", None), ("nan", None), ("-3", None), ("soon", None), ("0", None)],
)  # fmt: skip
def test_a_crawl_delay_is_read_and_capped(said: str, rest: timedelta | None) -> None:
    assert of(World(body=f"User-agent: *\nCrawl-delay: {said}".encode()).book()).crawl_delay("watcher") == rest  # type: ignore[attr-defined]
