import os
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import heavy
import pytest

from monitor.engine.nursery import TASKS
from monitor.engine.workers import InlineWorkers, ProcessWorkers
from monitor.errors import ParseError
from monitor.ports import WorkerKilled


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessWorkers]:
    # the nursery is a process of its own and must find this folder's module of heavy functions
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    made = ProcessWorkers(wall=timedelta(seconds=0.7), most=2)
    yield made
    made.close()


def test_a_result_comes_back(workers: ProcessWorkers) -> None:
    assert workers.run(heavy.doubled, 21) == 42
    assert workers.run(len, b"x" * 3_000_000) == 3_000_000


def test_an_error_comes_through_as_it_was(workers: ProcessWorkers) -> None:
    with pytest.raises(ParseError) as raised:
        workers.run(heavy.refused, "malformed")

    assert (raised.value.code, raised.value.message) == ("malformed", "no feed in these bytes")


@pytest.mark.parametrize("hostile", [heavy.spin, heavy.devour, heavy.vanish])
def test_what_breaks_a_limit_is_killed_and_the_next_task_runs(workers: ProcessWorkers, hostile: object) -> None:
    with pytest.raises(WorkerKilled):
        workers.run(hostile)  # type: ignore[arg-type]  # a function without arguments

    assert workers.run(heavy.doubled, 1) == 2


def test_a_worker_that_has_done_its_share_is_replaced_and_no_task_is_blamed(workers: ProcessWorkers) -> None:
    assert all(workers.run(abs, -number) == number for number in range(2 * TASKS + 1))


def test_endless_recursion_is_an_error_like_others(workers: ProcessWorkers) -> None:
    with pytest.raises(RecursionError):
        workers.run(heavy.nest)


def test_a_result_that_cannot_be_handed_over_is_said_to_be_one(workers: ProcessWorkers) -> None:
    with pytest.raises(RuntimeError, match="cannot be handed over"):
        workers.run(heavy.unspeakable)


def test_many_threads_share_few_workers(workers: ProcessWorkers) -> None:
    found: list[int] = []
    threads = [threading.Thread(target=lambda n=n: found.append(workers.run(heavy.doubled, n))) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [2 * n for n in range(20)]


def test_a_nursery_that_died_is_replaced(workers: ProcessWorkers) -> None:
    workers.start()
    nursery = workers._nursery
    assert nursery is not None
    os.kill(nursery._process.pid, signal.SIGKILL)
    nursery._process.wait()

    assert workers.run(heavy.doubled, 3) == 6
    nursery.close()


def test_inline_workers_run_where_they_are_called() -> None:
    assert InlineWorkers().run(heavy.doubled, 4) == 8
