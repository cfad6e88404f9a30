"""The whole store for a command by hand: to read the outbox, or for a few small writes (a mute, a cursor) beside a running daemon."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from monitor.cli.face import Face
from monitor.ports import Store
from monitor.settings import Settings


@contextmanager
def touching(face: Face, *, read_only: bool = False) -> Iterator[tuple[Store, Settings, datetime]]:
    """The store, open without the lock: each write is one short transaction, which the database orders after others."""
    from monitor.clock import SystemClock
    from monitor.store.sql import open_store

    settings = face.settings(secrets=False)
    store = open_store(settings.database_url, state_dir=settings.state_dir, read_only=read_only, settings=settings.store)
    try:
        yield store, settings, SystemClock().now()
    finally:
        store.close()
