"""An article whose page was never read is known, and has nothing to show yet."""

import json
from pathlib import Path

from monitor.cli.main import cli
from monitor.identify import url_keys
from monitor.settings import StoreSettings
from monitor.store.sql import open_store


def test_its_log_is_empty_and_no_error(tmp_path: Path) -> None:
    from click.testing import CliRunner
    from fakes import START

    store = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    article = store.watch("https://harbour.example/news/1", url_keys("https://harbour.example/news/1"), START)
    store.close()

    run = CliRunner().invoke(cli, ["--state", str(tmp_path), "log", str(article), "--jsonl"])
    listed = CliRunner().invoke(cli, ["--state", str(tmp_path), "ls", "--jsonl"])

    assert (run.exit_code, run.stdout) == (0, "")
    assert json.loads(listed.stdout)["revisions"] == 0
