"""The queue of a cluster: claimed and enqueued as one, taken once, held when a bug of ours met it, and seen from outside."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fakes import FakeClock, FakeWeb

from monitor.cli.main import main
from monitor.engine import cluster
from monitor.engine.cluster import TURNS, Cluster, Worker, install, install_queue, make_months
from monitor.engine.queue import TURN, enqueue, enqueue_rounds, forget_log, payload_of, turn_of
from monitor.engine.workers import InlineWorkers
from monitor.errors import StoreError
from monitor.model import Key, Saved, Turn
from monitor.ports import Doors
from monitor.settings import Feed, ScheduleSettings, Settings, StoreSettings
from monitor.store import months
from monitor.store.queueing import QueuedTask, QueuedTurn
from monitor.store.sql import SqlStore, open_store

pytestmark = pytest.mark.postgres

NOW = datetime.now(UTC)
LEASE = timedelta(minutes=5)
FEEDS = [Feed(f"quay{n}", f"http://quay{n % 3}.example/{n}.xml") for n in range(6)]  # two of each of three hosts


@pytest.fixture
def store(cluster_url: str, tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(cluster_url, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    assert isinstance(opened, SqlStore)
    install_queue(cluster_url)
    opened.sync_feeds(FEEDS, NOW - timedelta(minutes=1))
    yield opened
    opened.close()


class Recorded:
    """An `enqueue` that keeps what it was given."""

    def __init__(self) -> None:
        self.turns: list[QueuedTurn] = []

    def __call__(self, connection: Any, turns: Any) -> set[int]:
        self.turns += turns
        return enqueue(connection, turns)


def claimed(store: SqlStore, at: datetime = NOW) -> list[QueuedTurn]:
    kept = Recorded()
    store.claim_queued(at, hosts=64, per_host=50, lease=LEASE, enqueue=kept)
    return kept.turns


def jobs(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT dedupe_key, status::text FROM pgqueuer ORDER BY id").fetchall()


def test_a_long_reader_puts_off_the_months_and_not_the_start(
    store: SqlStore, cluster_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(months, "PATIENCE_MS", 50)
    with psycopg.connect(cluster_url) as reading:
        reading.execute("SELECT 1 FROM look LIMIT 1")
        make_months(store, NOW)

    assert "made later" in caplog.text
    assert store.make_months(NOW)


def test_a_queue_that_is_away_is_told(cluster_url: str) -> None:
    with pytest.raises(StoreError, match="queue cannot be reached"):
        install_queue(cluster_url.replace("/fleet?", "/nowhere?"))


def test_what_is_due_becomes_one_job_for_each_host(store: SqlStore, cluster_url: str) -> None:
    turns = claimed(store)

    assert sorted((turn.host, len(turn.tasks)) for turn in turns) == [(f"quay{n}.example", 2) for n in range(3)]
    assert sorted(jobs(cluster_url)) == [(f"quay{n}.example", "queued") for n in range(3)]
    assert claimed(store) == []


def test_a_claim_that_cannot_be_enqueued_claims_nothing(store: SqlStore, cluster_url: str) -> None:
    def full(connection: Any, turns: Any) -> set[int]:
        enqueue(connection, turns)
        raise RuntimeError("the queue is full")

    with pytest.raises(RuntimeError):
        store.claim_queued(NOW, hosts=64, per_host=50, lease=LEASE, enqueue=full)

    assert jobs(cluster_url) == []
    assert len(claimed(store)) == 3


def test_a_host_that_has_a_job_gets_no_second_one(store: SqlStore, cluster_url: str) -> None:
    claimed(store)
    store.make_due(None, NOW)  # as if the lease had run out while the job still waits

    again = store.claim_queued(NOW, hosts=64, per_host=50, lease=LEASE, enqueue=enqueue)

    assert again == 0
    assert len(jobs(cluster_url)) == 3


def test_a_host_that_has_a_job_keeps_what_is_due_as_it_was(store: SqlStore, cluster_url: str) -> None:
    before = stirred_page(store, cluster_url)

    store.claim_queued(NOW, hosts=64, per_host=50, lease=LEASE, enqueue=lambda _, turns: {turn.host_id for turn in turns})

    assert watches(cluster_url) == before


def test_what_a_worker_gives_back_is_as_it_was_before_the_claim(store: SqlStore, cluster_url: str) -> None:
    before = stirred_page(store, cluster_url)

    for turn in claimed(store):
        taken = store.take_turn(turn_of(payload_of(turn)), NOW, LEASE)
        assert taken is not None
        store.give_back(taken, taken.tasks, NOW)

    assert watches(cluster_url) == before


def test_a_job_that_waited_over_an_upgrade_is_read() -> None:
    queued = turn_of(b'{"host_id": 1, "host": "h.example", "fence": 3, "tasks": [[7, 2, null], [8, 4, "2026-03-02T08:00:00Z"]]}')

    assert queued.tasks == (QueuedTask(7, 2, None), QueuedTask(8, 4, datetime(2026, 3, 2, 8, tzinfo=UTC)))


def stirred_page(store: SqlStore, url: str) -> list[tuple[object, ...]]:
    """One page more that is due, with signs of an edit; all that is watched."""
    article = store.watch("http://pier.example/a", [Key("url", "", "http://pier.example/a")], NOW - timedelta(hours=1))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE watch SET stirred = 1, asked_at = next_at - 60000 WHERE kind = 1 AND ref_id = %s", [article])
    return watches(url)


def watches(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT ref_id, kind, next_at, asked_at, failures, stirred FROM watch ORDER BY id").fetchall()


def test_a_backlog_waits_in_its_table_and_not_in_the_queue(store: SqlStore, cluster_url: str) -> None:
    store.sync_feeds([Feed(f"f{n}", f"http://host{n}.example/rss") for n in range(400)], NOW - timedelta(minutes=1))
    cluster = Cluster(store, None)  # type: ignore[arg-type] # nobody works here

    first = [cluster.claim(NOW, hosts=512, lease=LEASE) for _ in range(3)]
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute("UPDATE pgqueuer SET status = 'picked' WHERE id IN (SELECT id FROM pgqueuer ORDER BY id LIMIT 100)")
    more = cluster.claim(NOW, hosts=512, lease=LEASE)

    assert first == [2 * TURNS, 0, 0]
    assert more == 2 * 100 - (2 * TURNS - 100)


def test_a_turn_is_taken_once_and_a_dead_workers_is_given_up(store: SqlStore) -> None:
    turn = claimed(store)[0]

    first = store.take_turn(turn, NOW, LEASE)
    second = store.take_turn(turn, NOW, LEASE)
    store.abandon_turn(turn)
    later = claimed(store, NOW + timedelta(hours=2))

    assert first is not None
    assert len(first.tasks) == 2
    assert second is None
    assert turn.host in {one.host for one in later}


def test_a_worker_that_was_thought_dead_saves_nothing_any_more(store: SqlStore) -> None:
    from monitor.poll import poll

    turn = claimed(store)[0]
    first = store.take_turn(turn, NOW, LEASE)
    assert first is not None
    task = first.tasks[0]
    clock, doors = doors_of(store)
    web = FakeWeb(clock)
    web[task.url] = (
        "<?xml version='1.0'?><rss version='2.0'><channel><title>t</title><item><guid>a</guid>"
        "<title>Herring</title><link>http://quay0.example/a</link></item></channel></rss>"
    )
    recipe = poll(task, doors)  # type: ignore[arg-type]
    request = next(recipe)

    store.abandon_turn(turn)
    saved: Saved | None = None
    try:
        while True:
            request = recipe.send(web.ask(request))
    except StopIteration as end:
        saved = end.value

    assert saved is not None
    assert not saved.new_articles
    assert store.counts(NOW).articles == 0


def test_a_round_of_telling_waits_once_for_each_target(store: SqlStore, cluster_url: str) -> None:
    store.queue_rounds(["desk", "night"], enqueue_rounds)
    store.queue_rounds(["desk"], enqueue_rounds)

    assert sorted(jobs(cluster_url)) == [("tell desk", "queued"), ("tell night", "queued")]


def test_what_pgqueuer_wrote_of_old_jobs_is_forgotten(store: SqlStore, cluster_url: str) -> None:
    claimed(store)
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute("UPDATE pgqueuer_log SET created = now() - interval '3 days' WHERE id = (SELECT min(id) FROM pgqueuer_log)")

        assert forget_log(cluster_url) == 1
        assert connection.execute("SELECT count(*) FROM pgqueuer_log").fetchone() == (2,)


# --- from outside ---------------------------------------------------------------------------------------------------


def doors_of(store: SqlStore) -> tuple[FakeClock, Doors]:
    clock = FakeClock(NOW)
    return clock, Doors(store, InlineWorkers(), clock, ScheduleSettings(), lambda diff, tags: (), lambda host: None)


@pytest.fixture
def monitor(cluster_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    (tmp_path / "monitor.toml").write_text(f'[database]\nurl = "{cluster_url}"\n')

    def asked(*words: str) -> tuple[int, str]:
        return exit_code(tmp_path, *words), capsys.readouterr().out

    return asked


def exit_code(folder: Path, *words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["--config", str(folder), "--state", str(folder / "state"), *words])
    return int(str(ended.value.code))


def work_off(store: SqlStore, url: str, jobs_ended: int) -> None:
    """A worker of this process, until pgqueuer has written that so many jobs ended."""
    _, doors = doors_of(store)

    async def work() -> None:
        worker = Worker(Settings(Path(), Path()), store, doors, None, url)  # type: ignore[arg-type] # nothing is fetched
        running = asyncio.create_task(worker.run(signals=False))
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        async with connection, asyncio.timeout(20):
            await install(connection)
            while True:
                ended = await connection.execute("SELECT count(*) FROM pgqueuer_log WHERE status NOT IN ('queued', 'picked')")
                row = await ended.fetchone()
                if row is not None and row[0] >= jobs_ended:
                    break
                await asyncio.sleep(0.05)
        worker.stop()
        await running

    asyncio.run(work())


def put_unreadable(url: str) -> None:
    from pgqueuer.adapters.persistence.queries import SyncQueries

    from monitor.engine.queue import _Joined

    with psycopg.connect(url) as connection:
        SyncQueries(_Joined(connection)).enqueue([TURN], [b"nothing we wrote"], [0])  # type: ignore[arg-type]


@pytest.mark.slow  # pgqueuer takes a second for each thing that is asked of it beside its listening
def test_a_bug_holds_its_job_until_somebody_decides(store: SqlStore, cluster_url: str, monitor: Any) -> None:
    put_unreadable(cluster_url)
    work_off(store, cluster_url, 1)

    held = json.loads(monitor("cluster", "status", "--json")[1])["queue"]["held"]
    assert len(held) == 1
    number = str(held[0]["id"])
    assert f"monitor cluster retry {number}" in monitor("cluster", "status")[1]

    assert monitor("cluster", "retry", number)[0] == 0
    assert json.loads(monitor("cluster", "status", "--json")[1])["queue"] == {"queued": 1, "picked": 0, "held": []}
    work_off(store, cluster_url, 2)
    assert monitor("cluster", "drop", number)[0] == 0
    assert json.loads(monitor("cluster", "status", "--json")[1])["queue"] == {"queued": 0, "picked": 0, "held": []}
    assert monitor("cluster", "drop", number)[0] == 3


@pytest.mark.slow  # pgqueuer takes a second for each thing that is asked of it beside its listening
def test_a_store_that_is_away_for_a_moment_holds_no_job(
    store: SqlStore, cluster_url: str, monitor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.claim_queued(NOW, hosts=1, per_host=50, lease=LEASE, enqueue=enqueue)
    take, tries = store.take_turn, [StoreError("the database cannot be reached")]

    def first_fails(*words: Any) -> Turn | None:
        turn = take(*words)
        if tries:
            raise tries.pop()  # as when the server went away while it committed: nobody knows whether it did
        return turn

    monkeypatch.setattr(store, "take_turn", first_fails)
    monkeypatch.setattr(cluster, "AGAIN_AFTER", timedelta(0))
    work_off(store, cluster_url, 1)

    assert json.loads(monitor("cluster", "status", "--json")[1])["queue"]["held"] == []
    with psycopg.connect(cluster_url) as connection:
        assert connection.execute("SELECT count(*) FROM host WHERE lease_until > 0").fetchone() == (0,)


def test_the_status_tells_workers_depth_lag_and_the_latest_hosts(store: SqlStore, cluster_url: str, monitor: Any) -> None:
    said = {"host": "a", "pid": 7, "busy": 1, "turns": 5, "polls": 4, "looks": 1, "edits": 2, "rounds": 0}
    store.set_meta("worker:north", json.dumps({"at": datetime.now(UTC).isoformat(), **said}))
    store.set_meta("worker:south", json.dumps({"at": (datetime.now(UTC) - timedelta(hours=1)).isoformat(), **said}))
    store.set_meta("worker:ended", "")
    store.claim_queued(NOW, hosts=1, per_host=50, lease=LEASE, enqueue=enqueue)

    status = json.loads(monitor("cluster", "status", "--json")[1])

    assert [(row["name"], row["lost"]) for row in status["workers"]] == [("north", False), ("south", True)]
    assert (status["queue"]["queued"], status["queue"]["held"]) == (1, [])
    assert len(status["hosts"]) == 2
    assert status["lag_seconds"] >= 60
    assert all(row["lag_seconds"] >= 60 for row in status["hosts"])
    assert datetime.fromisoformat(status["oldest_due_at"]) <= NOW - timedelta(minutes=1)
    assert "1 alive, 1 lost" in monitor("cluster", "status")[1]


def test_a_state_without_a_cluster_has_no_status(tmp_path: Path) -> None:
    assert exit_code(tmp_path, "cluster", "status") == 4
