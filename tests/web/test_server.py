"""Serving: in a thread beside the daemon, by command, and stopping."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from seeding import seeded_app

from monitor.errors import Busy, UsageError
from monitor.settings import WebSettings
from monitor.store.memory import MemoryStore
from monitor.web.server import serve_in_thread


@pytest.fixture
def served(newsroom: tuple[MemoryStore, dict[str, int]], tmp_path: Path):
    serving = serve_in_thread(seeded_app(newsroom[0], tmp_path), WebSettings(listen="127.0.0.1:0"))
    yield serving
    serving.stop()


def test_pages_are_served_from_a_thread_until_it_is_stopped(served) -> None:
    with urlopen(f"{served.address}/healthz", timeout=10) as answer:
        assert answer.status == 200
        assert answer.headers["server"] is None

    served.stop()

    with pytest.raises(OSError):
        urlopen(f"{served.address}/healthz", timeout=2)


def test_an_open_stream_of_events_does_not_hold_up_the_end(served) -> None:
    answer = urlopen(f"{served.address}/api/events?after=0", timeout=10)
    assert answer.readline() == b"retry: 5000\n"

    served.stop()

    assert not served._thread.is_alive()
    answer.close()


def test_a_taken_address_is_told(served, newsroom: tuple[MemoryStore, dict[str, int]], tmp_path: Path) -> None:
    with pytest.raises(Busy, match="cannot listen"):
        serve_in_thread(seeded_app(newsroom[0], tmp_path / "other"), WebSettings(listen=served.address.removeprefix("http://")))


@pytest.mark.parametrize("listen", ["nonsense", "127.0.0.1:port", "127.0.0.1:70000", "127.0.0.1"])
def test_what_is_no_address_is_refused(newsroom: tuple[MemoryStore, dict[str, int]], tmp_path: Path, listen: str) -> None:
    with pytest.raises(UsageError):
        serve_in_thread(seeded_app(newsroom[0], tmp_path), WebSettings(listen=listen))


@pytest.mark.slow
def test_serve_runs_over_an_empty_state_and_ends_cleanly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "monitor", "--config", str(tmp_path / "config"), "--state", str(tmp_path / "state")]
    process = subprocess.Popen([*command, "serve", "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        said = process.stderr.readline()
        found = re.match(r"serving (http://127\.0\.0\.1:\d+),", said)
        assert found, said
        with urlopen(found[1], timeout=10) as answer:
            assert "No edits yet" in answer.read().decode()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()


@pytest.mark.slow
def test_serve_refuses_the_open_network_without_a_token(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "monitor", "--config", str(tmp_path), "--state", str(tmp_path), "serve", "--listen", "0.0.0.0:0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert "no token is set" in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_fuzzer_of_the_api_finds_no_fault_of_ours(served) -> None:
    fuzzer = os.environ.get("MONITOR_SCHEMATHESIS") or shutil.which("schemathesis")
    if not fuzzer:
        pytest.skip("schemathesis is not installed (pip install schemathesis)")
    command = [
        fuzzer,
        "run",
        f"{served.address}/api/openapi.json",
        "--checks",
        "not_a_server_error,content_type_conformance,response_schema_conformance",
    ]
    done = subprocess.run(
        [*command, "--max-examples", "60", "--exclude-path", "/api/events", "--no-color"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout[-4000:]
