"""A cluster over a real PostgreSQL: workers die, the database restarts, and nothing is lost, told twice, or asked by two at once."""

import json
import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from fleet import Fleet, end, texts, wait_until
from many_hosts import ManyHosts

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(400)]

WORKERS = 4
KILLS = 30
GAP = 0.2  # seconds between an answer and the next question to its host


@pytest.fixture
def fleet_and_site(tmp_path: Path, cluster_url: str) -> Iterator[tuple[Fleet, ManyHosts]]:
    told = tmp_path / "told.jsonl"
    with ManyHosts(with_pages=True) as site:
        fleet = Fleet(tmp_path, cluster_url, site, host_gap=f"{GAP}s", target=f"exec:sh -c 'cat >> {told}; echo >> {told}'")
        try:
            yield fleet, site
        finally:
            fleet.kill()


def restart(server: str) -> None:
    """The whole server, as an upgrade of its machine would have it; skipped for one that is not ours."""
    with psycopg.connect(server) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    data = Path(row[0])
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not binaries:
        return
    as_nobody = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    command = [binaries[-1], "-D", data, "-m", "immediate", "-w", "-l", data.parent / "log", "restart"]
    subprocess.run(command, check=True, capture_output=True, cwd="/", **as_nobody)  # type: ignore[call-overload] # user and group by keyword


def test_workers_may_die_and_the_database_restart(fleet_and_site: tuple[Fleet, ManyHosts], postgres_server: str, tmp_path: Path) -> None:
    fleet, site = fleet_and_site
    chance = random.Random(7)
    feeds = [(host, f"/{number}.xml") for host in site.addresses for number in range(site.feeds)]
    fleet.workers = [fleet.start("worker") for _ in range(WORKERS)]
    wait_until(lambda: len(texts(fleet.url)) == len(feeds), 120, lambda: f"{len(texts(fleet.url))} of {len(feeds)} articles")

    acknowledged: list[dict[str, object]] = []
    for kill in range(KILLS):
        for feed in [*chance.sample(feeds, 8), *chance.sample(feeds[:: site.feeds], 2)]:
            site.edit(*feed)
        number = chance.randrange(WORKERS)
        time.sleep(chance.uniform(0.2, 1.0))
        end(fleet.workers[number])
        fleet.workers[number] = fleet.start("worker")
        if kill == KILLS // 2:
            acknowledged = fleet.lines("log", "--jsonl")
            restart(postgres_server)
    fleet.revive()

    newest = {f"http://{host}:{site.port}{path}/story": site.text(host, path) for host, path in feeds}
    held: dict[str, str] = {}

    def all_are_held() -> bool:
        held.clear()
        held.update(texts(fleet.url))
        return held == newest

    wait_until(all_are_held, 150, lambda: f"{sum(held.get(url) != text for url, text in newest.items())} of {len(newest)} are behind")
    edits = fleet.lines("log", "--jsonl")
    keys = [(edit["article"], edit["to_rev"]) for edit in edits]
    assert len(keys) == len(set(keys))
    assert {(edit["article"], edit["to_rev"]) for edit in acknowledged} <= set(keys)
    assert site.looked >= site.hosts
    assert site.overlaps == []
    assert min(site.gaps) >= GAP - 0.02  # a question is under way for some milliseconds
    wait_until(lambda: fleet.count("outbox WHERE state <= 1") == 0, 150, "not all of it was told")
    assert fleet.count("v_outbox WHERE state NOT IN ('sent', 'merged')") == 0
    told = messages_of(tmp_path / "told.jsonl")
    assert len(told) > KILLS
    assert {edit: messages for edit, messages in told.items() if len(messages) > 1} == {}
    assert fleet.stop() == [0] * (1 + WORKERS)


def messages_of(told: Path) -> dict[int, set[str]]:
    """The keys of the messages each edit was told in; one that was sent again, because its sender died, has the same key."""
    said: dict[int, set[str]] = {}
    for line in filter(None, told.read_text().splitlines()):
        message = json.loads(line)
        for edit in message["edits"]:
            said.setdefault(edit["id"] if isinstance(edit, dict) else edit, set()).add(message["delivery"])
    return said
