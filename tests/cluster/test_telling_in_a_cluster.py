"""Any worker may tell: one at a time for a target, at least once, and a repeat has the key it had."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from fleet import Fleet, end, wait_until
from many_hosts import ManyHosts

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(200)]

# notes the key of what it is told; the first time it ends only with who asked it
DESK = """
import os, pathlib, sys, time
parent = os.getppid()
here = pathlib.Path(sys.argv[1])
sys.stdin.read()
with (here / "told").open("a") as told:
    told.write(sys.argv[2] + "\\n")
try:
    (here / "stuck").open("x").close()
except FileExistsError:
    sys.exit(0)
while os.getppid() == parent:
    time.sleep(0.1)
"""


@pytest.fixture
def desk(tmp_path: Path, cluster_url: str) -> Iterator[tuple[Fleet, ManyHosts, Path]]:
    program = tmp_path / "desk.py"
    program.write_text(DESK)
    with ManyHosts(hosts=4, feeds=2) as site:
        fleet = Fleet(tmp_path, cluster_url, site, target=f"exec:{sys.executable} {program} {tmp_path} {{delivery}}")
        try:
            yield fleet, site, tmp_path
        finally:
            fleet.kill()


def test_what_a_killed_worker_was_telling_is_told_by_another_under_the_same_key(desk: tuple[Fleet, ManyHosts, Path]) -> None:
    fleet, site, folder = desk
    fleet.workers = [fleet.start("worker"), fleet.start("worker")]
    wait_until(lambda: fleet.count("article") == 8, 60)
    site.edit(site.addresses[0], "/0.xml")
    wait_until(lambda: (folder / "told").exists(), 60, "nobody was told")

    end(teller_of(fleet))
    with psycopg.connect(fleet.url, autocommit=True) as connection:
        connection.execute("UPDATE delivery SET lease_until = 0 WHERE state = 0")  # two minutes later
    wait_until(lambda: fleet.count("delivery WHERE sent_at IS NOT NULL") == 1, 60, "it was never taken up again")

    keys = (folder / "told").read_text().split()
    assert len(keys) == 2
    assert len(set(keys)) == 1


def teller_of(fleet: Fleet) -> "subprocess.Popen[bytes]":
    """The process whose program is being told now."""
    for process in (fleet.run, *fleet.workers):
        if subprocess.run(["pgrep", "-P", str(process.pid), "-f", "desk.py"], capture_output=True, check=False).stdout:
            return process
    raise AssertionError("nobody is telling")
