"""Copies of the database: taken while a daemon writes, checked before they count, put back without losing what was there."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from monitor.errors import NotFound, StoreError
from monitor.store.codes import DISPATCH_STATES, FAILED, GIVEN_UP, HELD, SENDING
from monitor.store.rows import Connected, plain_postgres_url, sqlite_reader
from monitor.store.schema import found_schema, is_empty, refuse_newer

PAGES_A_STEP = 2000  # between which a writer gets its turn; a copy of 3.6 GB takes half a minute


def backup(source: Path, target: Path) -> str:
    """Copies the database to `target`, consistent as of one commit, checked and synced; the copy's SHA-256.

    The copy takes its place by a rename, so that a half-made one never stands under the name.
    """
    if not source.exists():
        raise NotFound(f"there is no database at {source} yet")
    part = target.with_name(target.name + ".part")
    _forget(part)
    try:
        with closing(sqlite_reader(source)) as reading, closing(sqlite3.connect(part)) as copy:
            reading.execute("BEGIN")  # one snapshot for the whole copy, or each commit of the writer would start it again
            reading.execute("SELECT 1 FROM sqlite_master").fetchone()
            reading.backup(copy, pages=PAGES_A_STEP)
            copy.execute("PRAGMA journal_mode=DELETE")
        problems = list(faults_of(part))
        if problems:
            raise StoreError(f"the copy does not check: {problems[0]}")
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"cannot write the backup {target}: {error}") from error
    finally:
        _forget(part)
    return _sha256(target)


def restore(backup_file: Path, target: Path, now: datetime) -> Path | None:
    """Puts a backup in the database's place, after checking it; where the old database went, None when there was none.

    What the backup still wanted to tell may have been told since, so it is not told again.
    """
    if not backup_file.exists():
        raise NotFound(f"there is no backup at {backup_file}")
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    _forget(part)
    shutil.copyfile(backup_file, part)
    problems = list(faults_of(part))
    if problems:
        _forget(part)
        raise StoreError(f"{backup_file} does not check and was not restored: {problems[0]}")
    _silence(part)
    _sync(part)
    aside = None
    if target.exists():
        aside = target.with_name(f"{target.name}.before-{now:%Y%m%dT%H%M%SZ}")
        for suffix in ("", "-wal", "-shm"):
            beside = target.with_name(target.name + suffix)
            if beside.exists():
                beside.replace(aside.with_name(aside.name + suffix))
    part.replace(target)
    _forget(part)
    _sync(target.parent)
    return aside


def _forget(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _silence(path: Path) -> None:
    dropped = DISPATCH_STATES.index("dropped")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE outbox SET state = {dropped}, reason = 'the database was restored from a backup' WHERE state <= {HELD}")
        connection.execute(f"UPDATE delivery SET state = {GIVEN_UP} WHERE state IN ({SENDING}, {FAILED})")


def faults_of(path: Path) -> Iterator[str]:
    """What SQLite itself finds wrong with a database file; also one of a newer program."""
    try:
        with closing(sqlite_reader(path)) as connection:
            for row in connection.execute("PRAGMA integrity_check(20)"):
                if row[0] != "ok":
                    yield str(row[0])
            for row in connection.execute("PRAGMA foreign_key_check").fetchmany(20):
                yield f"a row of {row[0]} belongs to a row of {row[2]} that is not there"
            rows = Connected(connection, "sqlite")
            schema = found_schema(rows)
            if schema is None and not is_empty(rows):
                yield "it is not a database of monitor"
            elif schema is not None:
                refuse_newer(schema)
    except sqlite3.DatabaseError as error:
        yield str(error)


def dump_postgres(url: str, target: Path) -> str:
    """Backs a PostgreSQL database up with its own pg_dump (custom format); the file's SHA-256."""
    binary = shutil.which("pg_dump") or next(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))), None)
    if binary is None:
        raise StoreError("pg_dump is not installed", hint="apt install postgresql-client")
    part = target.with_name(target.name + ".part")
    done = subprocess.run([binary, "-Fc", "-f", str(part), plain_postgres_url(url)], capture_output=True, text=True, check=False)
    if done.returncode:
        part.unlink(missing_ok=True)
        raise StoreError(f"pg_dump failed: {done.stderr.strip()}")
    _sync(part)
    part.replace(target)
    _sync(target.parent)
    return _sha256(target)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
