"""Times put right: what was asked while the clock was ahead would else wait until the day that it showed."""

from datetime import datetime, timedelta

from monitor.store.asking import refresh_hosts
from monitor.store.halves import Halves
from monitor.store.writer import Transaction

SLACK = timedelta(seconds=2)
LONGEST_HOLD = timedelta(hours=24)  # no Retry-After holds a host for longer

_ASKED = (
    "UPDATE watch SET next_at = CASE WHEN next_at > asked_at THEN :now + (next_at - asked_at) ELSE next_at END, asked_at = :now"
    " WHERE asked_at > :soon RETURNING host_id"
)
_HELD = (
    "UPDATE host SET free_at = CASE WHEN free_at > :latest THEN :now ELSE free_at END,"
    " lease_until = CASE WHEN lease_until > :latest THEN 0 ELSE lease_until END"
    " WHERE free_at > :latest OR lease_until > :latest RETURNING id"
)


class Righting(Halves):
    """RightingStore over SQL."""

    def right_times(self, now: datetime) -> None:
        def work(tx: Transaction) -> None:
            asked = [row["host_id"] for row in tx.rows(_ASKED, now=now, soon=now + SLACK)]
            held = [row["id"] for row in tx.rows(_HELD, now=now, latest=now + LONGEST_HOLD)]
            refresh_hosts(tx, asked + held)

        self._write(work)
