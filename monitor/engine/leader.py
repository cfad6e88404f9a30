"""One leader for the fixed jobs of a cluster: an advisory lock on a connection of its own, taken over when its holder dies."""

import logging
import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from monitor.errors import StoreError

if TYPE_CHECKING:
    from monitor.engine.local import Job

log = logging.getLogger("monitor.engine")

LEADER = 7306651


class Leader:
    """Asks for the lock whenever it is asked whether it leads; a lost connection is a lost lock."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None
        self._leads = False
        self._asking = threading.Lock()

    def only(self, job: "Job") -> "Job":
        """The job, done by the leader alone."""

        def run() -> object:
            return job.run() if self.leads() else None

        return replace(job, run=run)

    def leads(self) -> bool:
        """Whether this process leads now."""
        with self._asking:
            from psycopg import Error

            try:
                return self._still() or self._try()
            except (Error, StoreError) as error:
                log.warning("leader lock lost error=%s", error)
                self._drop()
                return False

    def _still(self) -> bool:
        if not self._leads:
            return False
        self._connection.execute("SELECT 1")
        return True

    def _try(self) -> bool:
        if self._connection is None:
            from monitor.store.rows import connect_postgres

            self._connection = connect_postgres(self._url)
            self._connection.autocommit = True
        row = self._connection.execute(f"SELECT pg_try_advisory_lock({LEADER}) AS mine").fetchone()
        if row["mine"]:
            log.info("leads the cluster's fixed jobs")
        self._leads = bool(row["mine"])
        return self._leads

    def _drop(self) -> None:
        self._leads = False
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Gives the lock up, at once: the server notices a closed connection a little later."""
        with self._asking:
            if self._leads:
                from psycopg import Error

                with suppress(Error):
                    self._connection.execute(f"SELECT pg_advisory_unlock({LEADER})")
            self._drop()
