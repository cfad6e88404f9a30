import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from fakes import START, FakeClock

from monitor.engine.drive import Bell, Done, TurnRunner, drive, is_public_name
from monitor.engine.outage import Outage
from monitor.errors import Damaged, StoreError
from monitor.model import Answer, Failure, FeedTask, Pace, PollOutcome, Request, Response, Saved, Task, Turn
from monitor.ports import Doors, Outcome, Recipe, Steps, Store
from monitor.settings import Feed, FetchSettings, ScheduleSettings


def kept(saved: object) -> "Future[object]":
    done: Future[object] = Future()
    done.set_result(saved)
    return done


@dataclass
class Notebook:
    """The part of a store that turns need; writes down what it is told."""

    released: list[datetime] = field(default_factory=list)
    given_back: list[str] = field(default_factory=list)
    held: list[tuple[str, datetime]] = field(default_factory=list)
    prolonged: list[datetime] = field(default_factory=list)
    fails_with: Exception | None = None

    def saving(self, outcome: Outcome) -> "Future[Saved]":
        done: Future[Saved] = Future()
        if self.fails_with is not None:
            done.set_exception(self.fails_with)
        else:
            done.set_result(Saved(True, outcome="saved"))
        return done

    def releasing(self, turn: Turn, free_at: datetime) -> "Future[object]":
        self.released.append(free_at)
        return kept(None)

    def give_back(self, turn: Turn, tasks: Sequence[FeedTask], now: datetime) -> None:
        self.given_back += [task.url for task in tasks]

    def prolong(self, turn: Turn, until: datetime) -> None:
        self.prolonged.append(until)

    def hold_host(self, host: str, until: datetime) -> None:
        self.held.append((host, until))


@dataclass
class Web:
    """Answers each address with what stands for it, else with 200; counts how many are in flight."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    gap: timedelta = timedelta(seconds=2)

    async def fetch(self, request: Request) -> Answer:
        self.asked.append(request.url)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(0)
        self.in_flight -= 1
        return self.answers.get(request.url) or Response(request.url, request.url, 200, (), b"", START, START)

    def rest(self, host: str) -> timedelta:
        return self.gap

    async def close(self) -> None: ...


def asks(task: Task, doors: Doors) -> Recipe:
    answer = yield Request(task.url, "feed")
    if isinstance(answer, Failure):
        return Saved(True, outcome=f"error:{answer.code}")
    if answer.url.endswith("more"):
        yield Request(task.url + "/2", "feed")
    if answer.url.endswith("bug"):
        raise ZeroDivisionError
    if answer.url.endswith("kept"):
        return (yield PollOutcome(task, START, "not_modified", answer.status, Pace(START, timedelta(hours=1))))
    return Saved(True, outcome="ok")


def a_turn(*urls: str) -> Turn:
    tasks = tuple(FeedTask(n, 1, n, Feed(f"f{n}", url), url, Pace(START, timedelta(hours=1))) for n, url in enumerate(urls))
    return Turn(1, "h.example", 1, START + timedelta(hours=1), tasks)


def run(
    turn: Turn,
    web: Web,
    notebook: Notebook,
    *,
    per_host: int = 1,
    outage: Outage | None = None,
    before: Callable[[TurnRunner], None] | None = None,
    tells_all: bool = False,
) -> list[Done]:
    clock = FakeClock()
    doors = Doors(cast(Store, notebook), None, clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)  # type: ignore[arg-type]
    told: list[Done] = []

    async def work() -> None:
        with ThreadPoolExecutor(2) as pool:
            runner = TurnRunner(doors, web, FetchSettings(per_host=per_host), pool, outage, asks, tells_all)
            if before:
                before(runner)
            await runner.run(turn, told.append)

    asyncio.run(work())
    return told


def outcomes(told: list[Done]) -> list[str | None]:
    return [done.saved.outcome if done.saved else None for done in told]


def test_a_recipe_is_asked_until_it_returns() -> None:
    web = Web()
    task = a_turn("http://h.example/more").tasks[0]

    saved = asyncio.run(drive(asks(task, None), web))  # type: ignore[arg-type]  # this recipe needs no doors

    assert saved.outcome == "ok"
    assert web.asked == ["http://h.example/more", "http://h.example/more/2"]


def test_an_answer_that_needs_no_reading_waits_for_no_thread() -> None:
    url, go_on = "http://h.example/feed", threading.Event()
    learnt: list[Outcome] = []

    def steps() -> Steps:
        answer = yield Request(url, "feed")
        yield PollOutcome(a_turn(url).tasks[0], START, "not_modified", answer.status, Pace(START, timedelta(hours=1)))  # type: ignore[arg-type]
        return Saved(True, outcome="not_modified")

    async def save(outcome: Outcome) -> Saved:
        learnt.append(outcome)
        return Saved(True)

    async def work() -> Saved:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(go_on.wait)
            try:
                return await asyncio.wait_for(
                    drive(steps(), Web({url: Response(url, url, 304, (), b"", START, START)}), pool, save=save), 10
                )
            finally:
                go_on.set()

    assert asyncio.run(work()).outcome == "not_modified"
    assert len(learnt) == 1


def test_what_other_threads_end_is_heard_in_the_loop_with_its_errors() -> None:
    async def work() -> list[object]:
        bell = Bell()
        with ThreadPoolExecutor(4) as pool:
            works = [pool.submit(divmod, 7, number % 3) for number in range(300)]
            return await asyncio.gather(*(bell.heard(work) for work in works), return_exceptions=True)

    heard = asyncio.run(work())

    assert [type(one) for one in heard] == [ZeroDivisionError, tuple, tuple] * 100


def test_a_question_that_takes_longer_than_the_lease_keeps_its_host() -> None:
    """An article of ten pages whose host wants ten minutes between two questions: else it is claimed again, and nothing is ever kept."""
    notebook = Notebook()

    class Slow(Web):
        async def fetch(self, request: Request) -> Answer:
            async with asyncio.timeout(10):
                while len(notebook.prolonged) < 2:
                    await asyncio.sleep(0)
            return await super().fetch(request)

    def hurry(runner: TurnRunner) -> None:
        runner.prolonged_every = timedelta(milliseconds=1)

    told = run(a_turn("http://h.example/a"), Slow(), notebook, before=hurry)

    assert outcomes(told) == ["ok"]
    assert min(notebook.prolonged) > START + timedelta(minutes=5)


def test_a_turn_is_worked_off_one_by_one_and_the_host_rests() -> None:
    web, notebook = Web(), Notebook()

    told = run(a_turn("http://h.example/a", "http://h.example/b"), web, notebook)

    assert outcomes(told) == ["ok", "ok"]
    assert web.most_in_flight == 1
    assert notebook.released == [START + timedelta(seconds=2)]
    assert notebook.given_back == []


def test_more_at_once_only_where_the_user_says_so() -> None:
    web = Web()

    run(a_turn(*(f"http://h.example/{n}" for n in range(6))), web, Notebook(), per_host=3)

    assert web.most_in_flight == 3


def test_a_bug_in_one_task_leaves_the_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    told = run(a_turn("http://h.example/bug", "http://h.example/b"), Web(), Notebook())

    assert outcomes(told) == ["error:internal", "ok"]
    assert "ZeroDivisionError" in caplog.text


def test_a_store_that_is_away_is_no_failure_of_a_page_and_nothing_more_is_asked() -> None:
    web, notebook = Web(), Notebook(fails_with=StoreError("the disk is full"))

    with pytest.raises(StoreError, match="the disk is full"):
        run(a_turn("http://h.example/kept", "http://h.example/b"), web, notebook)

    assert web.asked == ["http://h.example/kept"]
    assert notebook.given_back == ["http://h.example/b"]
    assert len(notebook.released) == 1


def test_a_text_that_does_not_read_back_is_a_failure_of_its_page_alone() -> None:
    web, notebook = Web(), Notebook(fails_with=Damaged("revision 7 does not read back"))

    told = run(a_turn("http://h.example/kept", "http://h.example/b"), web, notebook)

    assert outcomes(told) == ["error:internal", "ok"]


def test_what_was_not_asked_when_we_stop_is_due_again() -> None:
    notebook, web = Notebook(), Web()

    run(a_turn("http://h.example/a", "http://h.example/b"), web, notebook, before=lambda runner: setattr(runner, "stopping", True))

    assert web.asked == []
    assert notebook.given_back == ["http://h.example/a", "http://h.example/b"]


def test_a_host_that_wants_long_rests_gets_one_request_a_turn() -> None:
    notebook = Notebook()

    told = run(a_turn("http://h.example/a", "http://h.example/b"), Web(gap=timedelta(minutes=1)), notebook)

    assert len(told) == 1
    assert notebook.given_back == ["http://h.example/b"]
    assert notebook.released == [START + timedelta(minutes=1)]


def test_retry_after_holds_the_whole_host() -> None:
    busy = Failure("http://h.example/a", "http_429", "", START, 429, (("Retry-After", "600"),))
    notebook = Notebook()

    run(a_turn("http://h.example/a"), Web({"http://h.example/a": busy}), notebook)

    assert notebook.held == [("h.example", START + timedelta(minutes=10))]


@pytest.mark.parametrize("url", ["http://127.0.0.1:80/x", "http://localhost/x", "http://[::1]/", "http://nas.local/", "http://box/"])
def test_an_address_that_many_may_share_is_not_held(url: str) -> None:
    assert not is_public_name(url)


def test_who_was_blamed_before_an_outage_was_known_is_not_blamed_after() -> None:
    hosts = [f"http://h{n}.example/a" for n in range(7)]
    dead = {url: Failure(url, "connect", "", START) for url in hosts}
    outage, notebook = Outage(), Notebook()

    told = [run(a_turn(url), Web(dead), notebook, outage=outage) for url in hosts]

    assert [len(done) for done in told] == [1, 1, 1, 1, 0, 0, 0]
    assert sorted(notebook.given_back) == hosts


def test_a_round_by_hand_tells_every_failure_and_blames_nobody_in_an_outage() -> None:
    hosts = [f"http://h{n}.example/a" for n in range(7)]
    dead = {url: Failure(url, "dns", "", START) for url in hosts}
    outage, notebook = Outage(), Notebook()

    told = [run(a_turn(url), Web(dead), notebook, outage=outage, tells_all=True) for url in hosts]

    assert [outcomes(done) for done in told] == [["error:dns"]] * 7
    assert {turn.tasks[0].url for turn, _ in outage.wronged()} == set(hosts)


def test_an_outage_of_ours_is_counted_against_nobody() -> None:
    outage, notebook = Outage(), Notebook()
    for host in range(8):
        outage.is_ours(Failure(f"http://h{host}.example/", "dns", "", START), 1.0)
    dead = Failure("http://h.example/a", "dns", "", datetime(2026, 1, 1, tzinfo=UTC))

    told = run(a_turn("http://h.example/a"), Web({"http://h.example/a": dead}), notebook, outage=outage)

    assert told == []
    assert notebook.given_back == ["http://h.example/a"]
