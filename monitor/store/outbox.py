"""The outbox: one row for each edit and target, taken by one sender at a time, each with what became of it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from monitor.model import Delivery, Diff, Dispatch, DispatchState, OutboxRow, QueuedEdit, Receipt, Refusal
from monitor.store.codes import DISPATCH_STATES, FAILED, HELD, SENDING, SENT
from monitor.store.halves import Halves
from monitor.store.instants import from_ms, maybe_from_ms
from monitor.store.reading import edits_of
from monitor.store.revising import target_id
from monitor.store.rows import Row
from monitor.store.stored import changes_of, revision_of
from monitor.store.writer import Transaction

_DUE = f"outbox.state <= {HELD}"
WAITING, SENT_ROW, DEAD = DISPATCH_STATES.index("waiting"), DISPATCH_STATES.index("sent"), DISPATCH_STATES.index("dead")


class OutboxPart(Halves):
    """OutboxStore over SQL."""

    def sync_targets(self, names: Sequence[str], now: datetime) -> None:
        known = {row["name"]: bool(row["active"]) for row in self._reads.rows("SELECT name, active FROM target")}
        if {name for name, active in known.items() if active} == set(names):
            return

        def work(tx: Transaction) -> None:
            tx.run("UPDATE target SET active = 0 WHERE active = 1 AND name NOT IN (:names)", names=[*names, ""])
            for name in names:
                tx.run("UPDATE target SET active = 1 WHERE id = :id AND active = 0", id=target_id(tx, name))

        self._write(work)

    def due_edits(self, target: str, now: datetime, limit: int = 500) -> tuple[QueuedEdit, ...]:
        rows = self._reads.rows(
            "SELECT outbox.id AS row_id, outbox.state, outbox.reason, outbox.rule, outbox.due_at, delivery.attempts, delivery.lease_until,"
            " outbox.edit_id FROM outbox JOIN target ON target.id = outbox.target_id"
            " LEFT JOIN delivery ON delivery.id = outbox.delivery_id"
            f" WHERE target.name = :target AND {_DUE} AND outbox.due_at <= :now"
            " AND (delivery.id IS NULL OR delivery.lease_until <= :now) ORDER BY outbox.due_at, outbox.id LIMIT :most",
            target=target, now=now, most=limit,
        )  # fmt: skip
        return tuple(self._queued(row, target) for row in rows)

    def reschedule(self, rows: Sequence[int], state: DispatchState, reason: str, due_at: datetime) -> None:
        def work(tx: Transaction) -> None:
            tx.run(
                "UPDATE outbox SET state = :state, reason = :reason, due_at = :due WHERE id IN (:rows)",
                state=DISPATCH_STATES.index(state), reason=reason, due=due_at, rows=list(rows),
            )  # fmt: skip

        self._write(work)

    def start_delivery(self, target: str, rows: Sequence[int], now: datetime, lease: timedelta) -> Delivery | None:
        return self._write(lambda tx: _start(tx, target, list(rows), now, lease))

    def finish_delivery(self, delivery: Delivery, result: Receipt | Refusal, retry_at: datetime | None) -> None:
        self._write(lambda tx: _finish(tx, delivery, result, retry_at))

    def next_due_delivery_at(self) -> datetime | None:
        row = self._reads.row(
            f"SELECT min(outbox.due_at) AS at FROM outbox JOIN target ON target.id = outbox.target_id WHERE {_DUE} AND target.active = 1"
        )
        return maybe_from_ms(row["at"]) if row else None

    def outbox(
        self, *, target: str | None = None, state: str | None = None, since: datetime | None = None, limit: int = 100
    ) -> tuple[OutboxRow, ...]:
        conditions = ["1 = 1"]
        values: dict[str, object] = {}
        if target is not None:
            conditions.append("target.name = :target")
            values["target"] = target
        if state is not None:
            conditions.append("outbox.state = :state")
            values["state"] = DISPATCH_STATES.index(state) if state in DISPATCH_STATES else -1
        if since is not None:
            conditions.append("outbox.due_at >= :since")
            values["since"] = since
        rows = self._reads.rows(
            "SELECT outbox.*, target.name, edit.article_id, edit.from_rev, edit.to_rev, edit.title, delivery.attempts, delivery.sent_at,"
            " delivery.reference FROM outbox JOIN target ON target.id = outbox.target_id JOIN edit ON edit.id = outbox.edit_id"
            f" LEFT JOIN delivery ON delivery.id = outbox.delivery_id WHERE {' AND '.join(conditions)} ORDER BY outbox.id DESC LIMIT :most",
            most=limit, **values,
        )  # fmt: skip
        return tuple(_outbox_row(row) for row in rows)

    def dead_letters(self, target: str) -> int:
        row = self._reads.row(
            "SELECT count(*) AS n FROM outbox JOIN target ON target.id = outbox.target_id"
            " WHERE target.name = :target AND outbox.state = :dead",
            target=target, dead=DEAD,
        )  # fmt: skip
        return int(row["n"]) if row else 0

    def mute(self, subject: str, until: datetime | None) -> None:
        def work(tx: Transaction) -> None:
            tx.run("DELETE FROM mute WHERE subject = :subject", subject=subject)
            tx.insert("mute", subject=subject, until=until)

        self._write(work)

    def unmute(self, subject: str) -> None:
        self._write(lambda tx: tx.run("DELETE FROM mute WHERE subject = :subject", subject=subject))

    def mutes(self, now: datetime) -> frozenset[str]:
        rows = self._reads.rows("SELECT subject FROM mute WHERE until IS NULL OR until > :now", now=now)
        return frozenset(row["subject"] for row in rows)

    def _queued(self, row: Row, target: str) -> QueuedEdit:
        found = self._reads.rows(
            "SELECT edit.*, article.url FROM edit JOIN article ON article.id = edit.article_id WHERE edit.id = :id", id=row["edit_id"]
        )
        edit = next(edits_of(self._reads, found))
        old, new = revision_of(self._reads, edit.article, edit.from_rev), revision_of(self._reads, edit.article, edit.to_rev)
        assert old is not None
        assert new is not None
        state = cast(DispatchState, DISPATCH_STATES[row["state"]])
        dispatch = Dispatch(target, state, row["reason"], from_ms(row["due_at"]), row["rule"])
        return QueuedEdit(row["row_id"], dispatch, Diff(edit, old, new, changes_of(self._reads, edit.id)), row["attempts"] or 0)


def delivery_key(target: str, edits: Sequence[int]) -> bytes:
    """The same edits for the same target always make the same key, and so the same message id."""
    return hashlib.sha256("\0".join([target, *map(str, sorted(edits))]).encode()).digest()


def _start(tx: Transaction, target: str, rows: list[int], now: datetime, lease: timedelta) -> Delivery | None:
    lock = "" if tx.dialect == "sqlite" else " FOR UPDATE OF outbox"
    free = tx.rows(
        "SELECT outbox.id, outbox.edit_id, outbox.target_id FROM outbox LEFT JOIN delivery ON delivery.id = outbox.delivery_id"
        f" WHERE outbox.id IN (:rows) AND {_DUE} AND (delivery.id IS NULL OR delivery.lease_until <= :now){lock}",
        rows=rows, now=now,
    )  # fmt: skip
    if not rows or len(free) != len(set(rows)):
        return None
    key = delivery_key(target, [row["edit_id"] for row in free])
    known = tx.row("SELECT id FROM delivery WHERE key = :key", key=key)
    number = known["id"] if known else tx.insert("delivery", key=key, target_id=free[0]["target_id"])
    row = tx.row(
        f"UPDATE delivery SET state = {SENDING}, fence = fence + 1, attempts = attempts + 1, lease_until = :until WHERE id = :id"
        " RETURNING fence, attempts",
        id=number, until=now + lease,
    )  # fmt: skip
    tx.run("UPDATE outbox SET delivery_id = :delivery WHERE id IN (:rows)", delivery=number, rows=rows)
    assert row is not None
    return Delivery(number, key.hex(), target, tuple(rows), row["fence"], row["attempts"])


def _finish(tx: Transaction, delivery: Delivery, result: Receipt | Refusal, retry_at: datetime | None) -> None:
    sent = isinstance(result, Receipt)
    mine = tx.run(
        "UPDATE delivery SET state = :state, lease_until = 0, reference = COALESCE(:reference, reference), sent_at = :sent, error = :error"
        " WHERE id = :id AND fence = :fence",
        state=SENT if sent else FAILED, reference=result.reference if isinstance(result, Receipt) else None,
        sent=result.at if sent else None, error=None if isinstance(result, Receipt) else result.message,
        id=delivery.id, fence=delivery.fence,
    )  # fmt: skip
    if not mine:
        return  # the lease was lost: whoever has it now writes what became of it
    rows = list(delivery.rows)
    if isinstance(result, Receipt):
        tx.run("UPDATE outbox SET state = :sent WHERE id IN (:rows)", sent=SENT_ROW, rows=rows)
    elif retry_at is None:
        tx.run("UPDATE outbox SET state = :dead, reason = :reason WHERE id IN (:rows)", dead=DEAD, reason=result.message, rows=rows)
    else:
        tx.run(
            "UPDATE outbox SET state = :waiting, reason = :reason, due_at = :due WHERE id IN (:rows)",
            waiting=WAITING, reason=result.message, due=retry_at, rows=rows,
        )  # fmt: skip


def _outbox_row(row: Row) -> OutboxRow:
    return OutboxRow(
        id=row["id"],
        edit_id=row["edit_id"],
        article=row["article_id"],
        from_rev=row["from_rev"],
        to_rev=row["to_rev"],
        title=row["title"],
        target=row["name"],
        state=cast(DispatchState, DISPATCH_STATES[row["state"]]),
        reason=row["reason"],
        due_at=from_ms(row["due_at"]),
        attempts=row["attempts"] or 0,
        sent_at=maybe_from_ms(row["sent_at"]),
        reference=row["reference"],
    )
