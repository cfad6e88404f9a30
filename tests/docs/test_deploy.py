"""What docs/deploy holds is what the program understands: commands, environment, keys, and units as hardened as the first."""

import configparser
from pathlib import Path
from typing import Any

import click
import pytest

from monitor.cli.main import cli
from monitor.config import read_settings

DEPLOY = Path(__file__).parent.parent.parent / "docs" / "deploy"


def compose() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def unit(name: str) -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None, strict=False)
    read.optionxform = str  # type: ignore[assignment, method-assign] # systemd's keys have capitals
    read.read_string((DEPLOY / name).read_text())
    return read


def is_command(name: str) -> bool:
    return cli.get_command(click.Context(cli), name) is not None


def test_the_compose_file_starts_a_database_a_node_and_two_workers() -> None:
    services = compose()["services"]

    assert set(services) == {"db", "run", "worker"}
    assert services["worker"]["deploy"]["replicas"] == 2
    for name in ("run", "worker"):
        assert services[name]["command"] == [name]
        assert is_command(name)
        assert services[name]["depends_on"]["db"]["condition"] == "service_healthy"
        assert (DEPLOY / services[name]["build"]["context"] / services[name]["build"]["dockerfile"]).exists()
    assert set(compose()["volumes"]) == {services["db"]["volumes"][0].split(":")[0]}


@pytest.mark.parametrize("name", ["run", "worker"])
def test_what_the_compose_file_sets_is_read(name: str, tmp_path: Path) -> None:
    environment = compose()["services"][name]["environment"]

    settings = read_settings(tmp_path, tmp_path, environ={"HOME": str(tmp_path), **environment})

    assert settings.database_url == "postgresql://monitor@db/monitor"
    assert (settings.web.listen is not None) == (name == "run")


def test_the_unit_of_a_worker_is_hardened_as_that_of_the_daemon() -> None:
    daemon, worker = unit("monitor.service"), unit("monitor-worker@.service")

    words = worker["Service"]["ExecStart"].split()
    assert is_command(words[-1])
    assert words[-1] == "worker"
    own = {"ExecStart", "ExecReload", "StateDirectory"}
    hardened = {key: value for key, value in daemon["Service"].items() if key not in own}
    assert {key: worker["Service"].get(key) for key in hardened} == hardened
    assert "ExecReload" not in worker["Service"]  # a worker takes its configuration once
