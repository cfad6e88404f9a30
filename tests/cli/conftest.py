"""A state with the story of the demo in it, and a way to run commands on it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.main import main
from monitor.demo.play import play


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def told_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("told") / "state"
    for _ in play(folder, 1, datetime.now(UTC)):
        pass
    return folder


@pytest.fixture
def run(told_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    for name in ("NO_COLOR", "FORCE_COLOR", "MONITOR_CONFIG", "MONITOR_STATE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(*words: str, state: Path = told_state) -> Ran:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--state", str(state), *words])
        out, err = capfd.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return run
