"""Long work shows a sign of life on a terminal, and nothing anywhere else."""

import io
import os
import pty
import subprocess
import sys
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

import pytest

from monitor.cli import live
from monitor.cli.face import Face, Reading
from monitor.errors import StoreError

PROGRAM = "import sys, time\nfrom monitor.cli.waiting import waiting\nwith waiting('counting'):\n time.sleep({pause})\n print('data')\n"


def seen(program: str, *, is_terminal: bool) -> tuple[str, str]:
    """What stdout and stderr got; stderr is a terminal or not."""
    master, slave = pty.openpty()
    try:
        err = slave if is_terminal else subprocess.PIPE
        environ = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
        done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=err, text=True, check=True, env=environ)
        os.close(slave)
        told = b""
        while is_terminal:
            try:
                told += os.read(master, 4096)
            except OSError:
                break
        return done.stdout, told.decode() if is_terminal else done.stderr
    finally:
        os.close(master)


@pytest.mark.slow
def test_a_spinner_shows_after_half_a_second_and_goes_before_the_data() -> None:
    out, err = seen(PROGRAM.format(pause=1.0), is_terminal=True)

    assert out == "data\n"
    assert "counting" in err


def test_quick_work_shows_nothing() -> None:
    assert seen(PROGRAM.format(pause=0), is_terminal=True) == ("data\n", "")


def test_off_a_terminal_nothing_is_shown() -> None:
    assert seen(PROGRAM.format(pause=0), is_terminal=False) == ("data\n", "")


def test_the_live_table_shows_feeds_and_edits(told_state: Path) -> None:
    from rich.console import Console

    console = Console(width=100, record=True, file=io.StringIO())
    with Face(told_state, told_state, "never", None).reading() as reading:
        console.print(live._drawn(reading, live._Lines()))
    text = console.export_text()

    assert "2 articles watched" in text
    assert "demo" in text
    assert "2@1..2" in text


def test_a_live_table_outlives_a_store_that_is_away(told_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    face, tries, drawn = Face(told_state, told_state, "never", None), [StoreError("the database cannot be reached")], threading.Event()

    class Away:
        def reading(self) -> AbstractContextManager[Reading]:
            if tries:
                raise tries.pop()
            drawn.set()
            return face.reading()

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(live, "EVERY", 0.001)

    with live.live_table(cast(Face, Away())):
        assert drawn.wait(10)
