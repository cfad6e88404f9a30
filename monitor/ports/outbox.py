"""The door to the outbox: a part of the store's."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import Delivery, DispatchState, OutboxRow, QueuedEdit, Receipt, Refusal, WaitingRow


class OutboxStore(Protocol):
    """What is to be told, what was, and why not."""

    def sync_targets(self, names: Sequence[str], now: datetime) -> None:
        """Makes targets known; a new one starts at the newest edit."""
        ...

    def due_edits(self, target: str, now: datetime, limit: int = 500, after: int = 0) -> tuple[QueuedEdit, ...]:
        """Waiting and held rows whose `due_at` has come and that no delivery has, by row id, from the row after `after` on."""
        ...

    def due_rows(self, target: str, now: datetime, limit: int = 500, after: int = 0) -> tuple[WaitingRow, ...]:
        """The same rows as `due_edits`, without the words."""
        ...

    def rows(self, ids: Sequence[int]) -> tuple[WaitingRow, ...]:
        """These rows without the words, by row id."""
        ...

    def queued(self, rows: Sequence[int]) -> tuple[QueuedEdit, ...]:
        """These rows with what they are about, by row id."""
        ...

    def told_alike(self, target: str, fingerprints: Collection[bytes], since: datetime) -> tuple[WaitingRow, ...]:
        """Rows that the target was told, or that are on their way, with an edit of such a fingerprint seen since then; by row id."""
        ...

    def due_deliveries(self, target: str, now: datetime) -> tuple[Delivery, ...]:
        """Messages begun and not ended: their retry is due, or their sender's lease is over. Rows and key stay as they were."""
        ...

    def resume_delivery(self, delivery: Delivery, now: datetime, lease: timedelta) -> Delivery | None:
        """Claims such a message again, fence and attempts one higher; None when somebody else has it or it has ended."""
        ...

    def reschedule(self, rows: Sequence[int], state: DispatchState, reason: str, due_at: datetime) -> None: ...

    def start_delivery(self, target: str, rows: Sequence[int], now: datetime, lease: timedelta) -> Delivery | None:
        """Claims these rows for one message; None when somebody else has them. From now on they go together, or not at all."""
        ...

    def finish_delivery(self, delivery: Delivery, result: Receipt | Refusal, retry_at: datetime | None) -> None:
        """Writes what became of it; `retry_at` None with a Refusal: a dead letter. A lost fence writes nothing.

        Rows become sent, dead, or wait with their delivery for `retry_at` (then in `due_deliveries`, never in `due_edits`).
        """
        ...

    def revive(self, target: str | None, now: datetime) -> int:
        """Dead letters, of one target or all, are tried again from the first retry on; how many messages."""
        ...

    def messages_sent(self, target: str, since: datetime) -> tuple[datetime, ...]:
        """When each message that this target took since then was taken, oldest first: one time a message, not a row."""
        ...

    def next_due_delivery_at(self) -> datetime | None: ...

    def outbox(
        self, *, target: str | None = None, state: str | None = None, since: datetime | None = None, limit: int = 100
    ) -> tuple[OutboxRow, ...]: ...

    def held(self) -> tuple[tuple[str, str, int], ...]:
        """(target, reason, how many) of the rows that are held and that no delivery has; of active targets, in this order."""
        ...

    def dead_letters(self, target: str) -> int: ...

    def mute(self, subject: str, until: datetime | None) -> None:
        """`subject` 'article:42' or 'feed:bbc'."""
        ...

    def unmute(self, subject: str) -> None: ...

    def mutes(self, now: datetime) -> frozenset[str]: ...
