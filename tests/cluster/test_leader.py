"""One process leads; when it ends, or loses its connection, another does, and it knows."""

from datetime import timedelta

import psycopg
import pytest

from monitor.engine.leader import LEADER, Leader
from monitor.engine.local import Job

pytestmark = pytest.mark.postgres


def test_one_leads_and_the_next_takes_over_when_it_ends(cluster_url: str) -> None:
    first, second = Leader(cluster_url), Leader(cluster_url)

    assert (first.leads(), second.leads(), first.leads()) == (True, False, True)
    first.close()

    assert second.leads()
    second.close()


def test_a_leader_that_lost_its_connection_knows_and_stands_back(cluster_url: str) -> None:
    first, second = Leader(cluster_url), Leader(cluster_url)
    assert first.leads()

    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", (LEADER,))
    assert second.leads()

    assert not first.leads()
    assert not first.leads()
    first.close()
    second.close()


def test_only_the_leader_does_a_fixed_job(cluster_url: str) -> None:
    first, second = Leader(cluster_url), Leader(cluster_url)
    done: list[str] = []
    assert first.leads()

    for name, leader in (("first", first), ("second", second)):
        leader.only(Job("count", timedelta(seconds=1), lambda name=name: done.append(name))).run()  # type: ignore[misc]

    assert done == ["first"]
    first.close()
    second.close()
