"""PgBouncer: in session mode all works; in transaction mode it is refused at once, with the reason."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from store_cases import with_edit

from monitor.errors import Busy, StoreError
from monitor.settings import StoreSettings
from monitor.store.lock import hold
from monitor.store.sql import open_store

pytestmark = pytest.mark.postgres

BOUNCER = os.environ.get("MONITOR_TEST_PGBOUNCER") or shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"


@pytest.fixture
def pooled(database_url: str, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Starts a pooler of a mode before the server; its URL."""
    if not Path(BOUNCER).exists():
        pytest.skip("pgbouncer is not installed")
    started: list[subprocess.Popen[bytes]] = []

    def start(mode: str) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = parse_qs(urlsplit(database_url).query)["host"][0]
        settings = tmp_path / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\npostgres = host={server} user=monitor\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
            f"unix_socket_dir =\nauth_type = any\npool_mode = {mode}\n"
        )
        as_nobody = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        readable = Path("/tmp") / f"monitor-pgbouncer-{port}.ini"  # nobody cannot look into our folders
        shutil.copy(settings, readable)
        started.append(subprocess.Popen([BOUNCER, "-q", readable], cwd="/", stderr=subprocess.DEVNULL, **as_nobody))  # type: ignore[call-overload]
        url = f"postgresql://monitor@127.0.0.1:{port}/postgres"
        until = time.monotonic() + 10
        while not answers(url):
            assert time.monotonic() < until, "the pooler did not start"
            time.sleep(0.05)
        readable.unlink()
        return url

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_pooler_that_shares_sessions_is_refused_with_the_reason(pooled: Callable[[str], str], database_url: str, tmp_path: Path) -> None:
    open_store(database_url, state_dir=tmp_path, read_only=False, settings=StoreSettings()).close()
    url = pooled("transaction")

    with pytest.raises(StoreError, match="pool_mode = transaction") as refused:
        open_store(url, state_dir=tmp_path, read_only=True, settings=StoreSettings())
    with pytest.raises(StoreError, match="pool_mode = transaction"), hold(tmp_path, url):
        pass

    assert "own address" in (refused.value.hint or "")


def test_a_pooler_that_keeps_sessions_is_as_good_as_the_server(pooled: Callable[[str], str], tmp_path: Path) -> None:
    url = pooled("session")

    with hold(tmp_path, url):
        store = open_store(url, state_dir=tmp_path, read_only=False, settings=StoreSettings())
        article = with_edit(store)
        with pytest.raises(Busy), hold(tmp_path, url):
            pass

    assert len(store.revisions(article)) == 2
    assert list(store.verify()) == []
    store.close()
