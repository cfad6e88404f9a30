"""What every part of the SQL store stands on: one half that reads, one that writes."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import TypeVar

from monitor.errors import StoreError
from monitor.model import Key
from monitor.settings import Feed, StoreSettings
from monitor.store.rows import Rows
from monitor.store.values import key_sha
from monitor.store.writer import Transaction, Writer

T = TypeVar("T")


class Halves:
    """The open store: readers, and a writer unless it was opened for reading alone."""

    def __init__(self, reads: Rows, writer: Writer | None, settings: StoreSettings) -> None:
        self._reads = reads
        self._writer = writer
        self._settings = settings
        # as configured in this process, with the secrets that are never stored
        self._configured: Mapping[str, Feed] = {}

    def _write(self, work: Callable[[Transaction], T]) -> T:
        return self._open_writer().run(work)

    def _start(self, work: Callable[[Transaction], T]) -> "Future[T]":
        """Done once the work is committed."""
        return self._open_writer().start(work)

    def _open_writer(self) -> Writer:
        if self._writer is None:
            raise StoreError("the store was opened for reading alone")
        return self._writer


def key_shas(rows: Rows, keys: Iterable[Key]) -> dict[Key, bytes]:
    """Keys with the bytes they are found by; a scope that is a feed's slug counts as that feed, whatever its slug is later."""
    wanted = list(dict.fromkeys(keys))
    scopes = {key.scope for key in wanted} - {""}
    numbers: dict[str, str] = {}
    if scopes:
        numbers = {
            row["slug"]: f"#{row['id']}" for row in rows.rows("SELECT id, slug FROM feed WHERE slug IN (:slugs)", slugs=sorted(scopes))
        }
    return {key: key_sha(key, numbers.get(key.scope, key.scope)) for key in wanted}
