"""One writer: whoever writes holds the state; a second one is told who has it and ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from monitor.errors import Busy, StoreError

LOCK_FILE = "lock"
POSTGRES_LOCK = 7306648  # the advisory lock that stands for "the one writer" of a database


@contextmanager
def hold(state_dir: Path, database_url: str, *, shared: bool = False) -> Iterator[None]:
    """Holds the state while the block runs. Raises Busy when another process has it.

    The kernel drops a file lock with its process, so that a kill leaves nothing behind; on PostgreSQL it is an advisory lock on a
    connection of its own. `shared`: one of the many workers of a cluster, which go together with each other but not with an upgrade.
    """
    if database_url.startswith("postgres"):
        with _advisory(database_url, shared=shared):
            yield
        return
    with _file(state_dir):
        yield


def is_held_elsewhere(state_dir: Path) -> bool:
    """Whether another process holds the state folder now."""
    try:
        lock = os.open(state_dir / LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(lock, 32, 0).decode(errors="replace").strip() != str(os.getpid())
    else:
        return False
    finally:
        os.close(lock)


@contextmanager
def _file(state_dir: Path) -> Iterator[None]:
    path = state_dir / LOCK_FILE
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(f"cannot write in the state folder {state_dir}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 32, 0).decode(errors="replace").strip()
            raise Busy(
                f"another monitor ({f'process {holder}' if holder else 'unknown'}) holds the state folder {state_dir}",
                hint="stop it first, or name another folder with --state",
            ) from None
        with suppress(OSError):  # on a full disk nobody learns who holds it, but it is held
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


@contextmanager
def _advisory(url: str, *, shared: bool) -> Iterator[None]:
    from monitor.store.rows import connect_postgres

    take = "pg_try_advisory_lock_shared" if shared else "pg_try_advisory_lock"
    connection = connect_postgres(url)
    try:
        connection.autocommit = True
        row = connection.execute(f"SELECT {take}({POSTGRES_LOCK}) AS taken").fetchone()
        if not row["taken"]:
            raise Busy("another monitor holds this database", hint="stop it first, or use another database")
        yield
    finally:
        connection.close()
