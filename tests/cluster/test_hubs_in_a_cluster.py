"""A hub tells a cluster: any worker polls what was pushed, and a node that is killed forgets no subscription."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from fleet import Fleet, end, wait_until
from publisher import Publisher

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(200)]


class Watched(Publisher):
    """A publisher as the one feed that is configured."""

    def feeds_toml(self) -> str:
        return f'[feeds.news]\nurl = "{self.url}/feed.xml"\npages = false\n'


@pytest.fixture
def publisher() -> Iterator[Watched]:
    with Watched() as running:
        yield running  # type: ignore[misc]  # `__enter__` gives itself


@pytest.fixture
def fleet(tmp_path: Path, cluster_url: str, publisher: Watched) -> Iterator[Fleet]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        here = f"127.0.0.1:{free.getsockname()[1]}"
    web = f'[web]\nlisten = "{here}"\npublic_url = "http://{here}"\ntoken = "only for readers"\n'
    running = Fleet(tmp_path, cluster_url, publisher, feed_max="1h", more=web)
    running.workers = [running.start("worker") for _ in range(2)]
    try:
        yield running
    finally:
        running.kill()


def test_what_a_hub_pushes_is_polled_by_any_worker_and_a_killed_node_forgets_nothing(fleet: Fleet, publisher: Watched) -> None:
    active = "subscription WHERE state = 2"
    wait_until(lambda: fleet.count(active) == 1, 60, "the hub was not asked, or its question not answered")

    publisher.items.insert(0, "second")
    assert publisher.push() == 202
    wait_until(lambda: fleet.count("article") == 2, 30, "what was pushed was not polled")

    end(fleet.run)
    fleet.run = fleet.start("run")
    publisher.items.insert(0, "third")
    wait_until(lambda: _pushed(publisher) == 202, 60, "the node that started again takes no push")
    wait_until(lambda: fleet.count("article") == 3, 30, "what was pushed after the restart was not polled")
    wait_until(lambda: fleet.count("pgqueuer WHERE status <> 'queued'") == 0, 10)

    assert [one["hub.mode"] for one in publisher.asked] == ["subscribe"]
    assert publisher.polls <= 4  # the first, and one for each push; the restart may have cut one short
    assert fleet.stop() == [0, 0, 0]


def _pushed(publisher: Publisher) -> int:
    try:
        return publisher.push()
    except OSError:
        return 0
