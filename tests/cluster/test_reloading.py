"""A node takes a changed configuration with its embedded worker and its leadership, and still ends when asked to."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fleet import Fleet, wait_until
from many_hosts import ManyHosts

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(200)]


@pytest.fixture
def node(tmp_path: Path, cluster_url: str) -> Iterator[tuple[Fleet, ManyHosts]]:
    with ManyHosts(hosts=2, feeds=1) as site:
        fleet = Fleet(tmp_path, cluster_url, site)
        try:
            yield fleet, site
        finally:
            fleet.kill()


def test_a_changed_configuration_is_asked_and_told_by_the_node_that_runs(node: tuple[Fleet, ManyHosts], tmp_path: Path) -> None:
    fleet, site = node
    wait_until(lambda: fleet.count("article") == 2, 60)

    program = tmp_path / "note.py"
    program.write_text("import sys\nwith open(sys.argv[1], 'a') as told:\n    told.write(sys.argv[2] + chr(10))\n")
    settings = fleet.config / "monitor.toml"
    settings.write_text(settings.read_text().replace("exec:true", f"exec:{sys.executable} {program} {tmp_path / 'told'} {{article}}"))
    feeds = fleet.config / "feeds.toml"
    feeds.write_text(feeds.read_text() + f'[feeds.later]\nurl = "http://{site.addresses[0]}:{site.port}/later.xml"\npages = false\n')
    wait_until(lambda: fleet.count("article") == 3, 60, "the new feed was not polled")
    site.edit(site.addresses[0], "/later.xml")
    wait_until(lambda: (tmp_path / "told").exists(), 60, "the new target was not told")

    began = time.monotonic()
    assert fleet.stop() == [0]
    assert time.monotonic() - began < 7  # the engine would wait eight seconds for a worker that was not asked to stop
