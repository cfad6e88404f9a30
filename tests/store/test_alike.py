"""What works on SQLite works the same on PostgreSQL: commands say the same, views show the same, a backup brings it back."""

import json
import shlex
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from store_cases import with_edit

from monitor.cli.main import main
from monitor.settings import StoreSettings
from monitor.store.copying import copy_state
from monitor.store.rows import sqlite_reader
from monitor.store.sql import open_store

pytestmark = pytest.mark.postgres

Asked = Callable[..., tuple[int, str, str]]
REFUSED = {"search '\"'": 2, "search --in added ''": 2, "show 9": 3, "show 1@7": 3}
VIEWS = ("v_feeds", "v_articles", "v_revisions", "v_edits", "v_looks", "v_restamps", "v_outbox")


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Path:
    """One history in a folder's SQLite state and in the database."""
    store = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    with_edit(store)
    store.close()
    new = open_store(database_url, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    copy_state(tmp_path / "monitor.db", database_url)
    new.close()
    return tmp_path


@pytest.fixture
def asked(both: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Asked:
    def ask(where: str, *words: str) -> tuple[int, str, str]:
        monkeypatch.setenv("MONITOR_DATABASE__URL", "sqlite:///monitor.db" if where == "sqlite" else database_url)
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(both / "config"), "--state", str(both), *words])
        told = capfd.readouterr()
        return int(str(ended.value.code)), told.out, told.err

    return ask


@pytest.mark.parametrize(
    "words",
    [
        "ls --jsonl", "log --jsonl", "log 1 --jsonl", "log 1 --looks --jsonl", "show 1 --json", "diff 1 --json --full", "diff 1 1 2",
        "feeds ls --jsonl", "search ferry --jsonl", "search pier --in removed --jsonl", "search harbourless --jsonl", "search '\"'",
        "search --in added ''", "show 9", "show 1@7", "verify --json", "export --format jsonl", "export --format csv", "stats --json",
        "report --since 2026-01-01 --format json", "log --undisclosed --jsonl", "ls --edited --jsonl",
    ],
)  # fmt: skip
def test_a_command_says_the_same_on_both(asked: Asked, words: str) -> None:
    on_sqlite, on_postgres = (without_now(asked(where, *shlex.split(words))) for where in ("sqlite", "postgresql"))

    assert on_postgres == on_sqlite
    assert on_sqlite[0] == REFUSED.get(words, 0)


def without_now(told: tuple[int, str, str]) -> tuple[int, str, str]:
    """Without the moment at which it was asked."""
    code, out, err = told
    try:
        document = json.loads(out)
    except ValueError:
        return told
    for name in ("until", "since", "seconds", "at", "asked_at"):
        if isinstance(document, dict):
            document.pop(name, None)
    return code, json.dumps(document), err


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_shows_the_same_on_both(both: Path, database_url: str, view: str) -> None:
    reading = sqlite_reader(both / "monitor.db")
    on_sqlite = [plain(dict(row)) for row in reading.execute(f"SELECT * FROM {view}")]
    reading.close()
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        on_postgres = [plain(row) for row in connection.execute(f"SELECT * FROM {view}")]  # type: ignore[arg-type]

    assert sorted(on_postgres, key=str) == sorted(on_sqlite, key=str)
    assert on_sqlite or view in ("v_restamps", "v_outbox")


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its moments read, whichever way they are written."""
    moments = {name for name in row if name == "at" or name.endswith(("_at", "_after", "_before"))}
    return {name: datetime.fromisoformat(value) if name in moments and isinstance(value, str) else value for name, value in row.items()}


def test_a_backup_of_postgresql_is_restored_by_its_own_tools(asked: Asked, both: Path, postgres_server: str) -> None:
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS restored WITH (FORCE)")
        connection.execute("CREATE DATABASE restored")
    restored = postgres_server.replace("/postgres?", "/restored?")

    assert asked("postgresql", "db", "backup", str(both / "monitor.dump"))[0] == 0
    subprocess.run(["pg_restore", "--no-owner", "-d", restored, both / "monitor.dump"], check=True, capture_output=True)

    store = open_store(restored, state_dir=both, read_only=True, settings=StoreSettings())
    assert len(store.revisions(1)) == 2
    assert len(list(store.looks(1))) == 2
    assert list(store.verify()) == []
    store.close()
