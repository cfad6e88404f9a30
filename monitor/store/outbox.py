"""The outbox: one row for each edit and target, taken by one sender at a time, each with what became of it."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from monitor.model import Delivery, Diff, Dispatch, DispatchState, OutboxRow, QueuedEdit, Receipt, Refusal, WaitingRow
from monitor.store.codes import DISPATCH_STATES, FAILED, GIVEN_UP, HELD, SENDING, SENT
from monitor.store.halves import Halves
from monitor.store.instants import from_ms, maybe_from_ms, to_ms
from monitor.store.reading import edits_of
from monitor.store.revising import target_id
from monitor.store.rows import Row, chunks
from monitor.store.stored import changes_of, revision_of
from monitor.store.writer import Transaction

_DUE = f"outbox.state <= {HELD}"
_OPEN = f"delivery.state IN ({SENDING}, {FAILED})"
CORRECTED = "correction: it was disclosed after all"
_WITHOUT_WORDS = (
    "SELECT edit.*, article.url, target.name AS row_target, outbox.id AS row_id, outbox.state AS row_state, outbox.reason AS row_reason,"
    " outbox.rule AS row_rule, outbox.due_at AS row_due_at FROM outbox JOIN target ON target.id = outbox.target_id"
    " JOIN edit ON edit.id = outbox.edit_id JOIN article ON article.id = edit.article_id"
)
WAITING, SENT_ROW, DEAD = (DISPATCH_STATES.index(state) for state in ("waiting", "sent", "dead"))


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

    def due_rows(self, target: str, now: datetime, limit: int = 500, after: int = 0) -> tuple[WaitingRow, ...]:
        found = self._reads.rows(
            f"{_WITHOUT_WORDS} WHERE target.name = :target AND {_DUE} AND outbox.due_at <= :now AND outbox.delivery_id IS NULL"
            " AND outbox.id > :after ORDER BY outbox.id LIMIT :most",
            target=target, now=now, after=after, most=limit,
        )  # fmt: skip
        return self._without_words(found)

    def rows(self, ids: Sequence[int]) -> tuple[WaitingRow, ...]:
        found = [
            row
            for some in chunks(sorted(ids))
            for row in self._reads.rows(f"{_WITHOUT_WORDS} WHERE outbox.id IN (:ids) ORDER BY outbox.id", ids=some)
        ]
        return self._without_words(found)

    def told_alike(self, target: str, fingerprints: Collection[bytes], since: datetime) -> tuple[WaitingRow, ...]:
        found = [
            row
            for some in chunks(list(fingerprints))
            for row in self._reads.rows(
                f"{_WITHOUT_WORDS} WHERE edit.seen_before >= :since AND edit.fingerprint IN (:fingerprints) AND target.name = :target"
                f" AND outbox.delivery_id IS NOT NULL AND outbox.state <> {DEAD}",
                since=since, fingerprints=some, target=target,
            )
        ]  # fmt: skip
        return self._without_words(sorted(found, key=lambda row: int(row["row_id"])))

    def due_edits(self, target: str, now: datetime, limit: int = 500, after: int = 0) -> tuple[QueuedEdit, ...]:
        return tuple(map(self._with_words, self.due_rows(target, now, limit, after)))

    def queued(self, rows: Sequence[int]) -> tuple[QueuedEdit, ...]:
        return tuple(map(self._with_words, self.rows(rows)))

    def due_deliveries(self, target: str, now: datetime) -> tuple[Delivery, ...]:
        found = self._reads.rows(
            "SELECT delivery.* FROM delivery JOIN target ON target.id = delivery.target_id"
            f" WHERE target.name = :target AND {_OPEN} AND delivery.lease_until <= :now ORDER BY delivery.id",
            target=target, now=now,
        )  # fmt: skip
        return tuple(
            Delivery(row["id"], bytes(row["key"]).hex(), target, self._rows_of(row), row["fence"], row["attempts"]) for row in found
        )

    def resume_delivery(self, delivery: Delivery, now: datetime, lease: timedelta) -> Delivery | None:
        def work(tx: Transaction) -> Row | None:
            return tx.row(
                f"UPDATE delivery SET state = {SENDING}, fence = fence + 1, attempts = attempts + 1, lease_until = :until"
                f" WHERE id = :id AND fence = :fence AND {_OPEN} AND lease_until <= :now RETURNING fence, attempts",
                id=delivery.id, fence=delivery.fence, now=now, until=now + lease,
            )  # fmt: skip

        row = self._write(work)
        return replace(delivery, fence=row["fence"], attempts=row["attempts"]) if row else None

    def reschedule(self, rows: Sequence[int], state: DispatchState, reason: str, due_at: datetime) -> None:
        def work(tx: Transaction) -> None:
            for some in chunks(rows):
                # a correction that waits stays one: its message must not have the key of the one it corrects
                tx.run(
                    f"UPDATE outbox SET state = :state, reason = CASE WHEN :state <= {HELD} AND reason = :corrected THEN reason"
                    " ELSE CAST(:reason AS TEXT) END, due_at = :due WHERE id IN (:rows)",
                    state=DISPATCH_STATES.index(state), reason=reason, corrected=CORRECTED, due=due_at, rows=some,
                )  # fmt: skip

        self._write(work)

    def start_delivery(self, target: str, rows: Sequence[int], now: datetime, lease: timedelta) -> Delivery | None:
        return self._write(lambda tx: _start(tx, target, list(rows), now, lease))

    def revive(self, target: str | None, now: datetime) -> int:
        def work(tx: Transaction) -> int:
            of_target = "" if target is None else " AND target_id IN (SELECT id FROM target WHERE name = :target)"
            tx.run(
                f"UPDATE outbox SET state = {WAITING}, due_at = :now WHERE state = {DEAD} AND delivery_id IN"
                f" (SELECT id FROM delivery WHERE state = {GIVEN_UP}{of_target})",
                now=now, target=target,
            )  # fmt: skip
            return tx.run(
                f"UPDATE delivery SET state = {FAILED}, attempts = 0, lease_until = :now WHERE state = {GIVEN_UP}{of_target}",
                now=now, target=target,
            )  # fmt: skip

        return self._write(work)

    def finish_delivery(self, delivery: Delivery, result: Receipt | Refusal, retry_at: datetime | None) -> None:
        self._write(lambda tx: _finish(tx, delivery, result, retry_at))

    def messages_sent(self, target: str, since: datetime) -> tuple[datetime, ...]:
        found = self._reads.rows(
            f"SELECT delivery.sent_at FROM delivery JOIN target ON target.id = delivery.target_id WHERE delivery.state = {SENT}"
            " AND target.name = :target AND delivery.sent_at >= :since ORDER BY delivery.sent_at",
            target=target, since=since,
        )  # fmt: skip
        return tuple(from_ms(row["sent_at"]) for row in found)

    def next_due_delivery_at(self) -> datetime | None:
        new = self._reads.row(
            "SELECT min(outbox.due_at) AS at FROM outbox JOIN target ON target.id = outbox.target_id"
            f" WHERE {_DUE} AND outbox.delivery_id IS NULL AND target.active = 1"
        )
        begun = self._reads.row(
            "SELECT min(delivery.lease_until) AS at FROM delivery JOIN target ON target.id = delivery.target_id"
            f" WHERE {_OPEN} AND target.active = 1"
        )
        times = [from_ms(row["at"]) for row in (new, begun) if row and row["at"] is not None]
        return min(times, default=None)

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
            "SELECT outbox.*, target.name, edit.article_id, edit.from_rev, edit.to_rev, edit.title,"
            " delivery.attempts, delivery.sent_at, delivery.reference, delivery.error FROM outbox"
            " JOIN target ON target.id = outbox.target_id JOIN edit ON edit.id = outbox.edit_id"
            f" LEFT JOIN delivery ON delivery.id = outbox.delivery_id WHERE {' AND '.join(conditions)} ORDER BY outbox.id DESC LIMIT :most",
            most=limit, **values,
        )  # fmt: skip
        return tuple(_outbox_row(row) for row in rows)

    def held(self) -> tuple[tuple[str, str, int], ...]:
        rows = self._reads.rows(
            "SELECT target.name, outbox.reason, count(*) AS n FROM outbox JOIN target ON target.id = outbox.target_id"
            f" WHERE outbox.state = {HELD} AND outbox.delivery_id IS NULL AND target.active = 1"
            " GROUP BY target.name, outbox.reason ORDER BY target.name, outbox.reason"
        )
        return tuple((row["name"], row["reason"], int(row["n"])) for row in rows)

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

    def _without_words(self, found: Sequence[Row]) -> tuple[WaitingRow, ...]:
        edits = edits_of(self._reads, found)
        return tuple(WaitingRow(row["row_id"], _dispatch(row), edit) for row, edit in zip(found, edits, strict=True))

    def _with_words(self, row: WaitingRow) -> QueuedEdit:
        edit = row.edit
        old, new = revision_of(self._reads, edit.article, edit.from_rev), revision_of(self._reads, edit.article, edit.to_rev)
        assert old is not None
        assert new is not None
        return QueuedEdit(row.id, row.dispatch, Diff(edit, old, new, changes_of(self._reads, edit.id)))

    def _rows_of(self, delivery: Row) -> tuple[int, ...]:
        # rows of a message that has not ended are waiting or held, which an index lists
        found = self._reads.rows(
            f"SELECT id FROM outbox WHERE {_DUE} AND target_id = :target AND delivery_id = :id ORDER BY id",
            target=delivery["target_id"], id=delivery["id"],
        )  # fmt: skip
        return tuple(row["id"] for row in found)


def _dispatch(row: Row) -> Dispatch:
    state = cast(DispatchState, DISPATCH_STATES[row["row_state"]])
    return Dispatch(row["row_target"], state, row["row_reason"], from_ms(row["row_due_at"]), row["row_rule"])


def delivery_key(target: str, edits: Sequence[int], *, corrected: bool = False) -> bytes:
    """The same edits for the same target always make the same key, and so the same message id; a correction has one of its own."""
    return hashlib.sha256("\0".join([target, *map(str, sorted(edits)), *([CORRECTED] if corrected else [])]).encode()).digest()


def tell_again(tx: Transaction, edit: int, now: datetime) -> None:
    """An edit that was told as undisclosed was disclosed after all: who heard the one hears the other."""
    tx.run(
        f"UPDATE outbox SET state = {WAITING}, reason = :reason, due_at = :now, delivery_id = NULL"
        f" WHERE edit_id = :edit AND state = {SENT_ROW}",
        reason=CORRECTED, now=now, edit=edit,
    )  # fmt: skip


def _start(tx: Transaction, target: str, rows: list[int], now: datetime, lease: timedelta) -> Delivery | None:
    lock = "" if tx.dialect == "sqlite" else " FOR UPDATE"
    free = [
        row
        for some in chunks(sorted(rows))
        for row in tx.rows(
            f"SELECT id, edit_id, target_id, reason FROM outbox WHERE id IN (:rows) AND {_DUE} AND delivery_id IS NULL{lock}", rows=some
        )
    ]
    if not rows or len(free) != len(set(rows)):
        return None
    corrected = any(row["reason"] == CORRECTED for row in free)
    key = delivery_key(target, [row["edit_id"] for row in free], corrected=corrected)
    number = tx.insert(
        "delivery", key=key, target_id=free[0]["target_id"], state=SENDING, fence=1, attempts=1, lease_until=to_ms(now + lease)
    )
    for some in chunks(rows):
        tx.run("UPDATE outbox SET delivery_id = :delivery WHERE id IN (:rows)", delivery=number, rows=some)
    return Delivery(number, key.hex(), target, tuple(sorted(rows)), 1, 1)


def _finish(tx: Transaction, delivery: Delivery, result: Receipt | Refusal, retry_at: datetime | None) -> None:
    sent = isinstance(result, Receipt)
    mine = tx.run(
        "UPDATE delivery SET state = :state, lease_until = :retry, reference = COALESCE(:reference, reference), sent_at = :sent,"
        " error = :error WHERE id = :id AND fence = :fence",
        state=SENT if sent else GIVEN_UP if retry_at is None else FAILED, retry=retry_at or 0,
        reference=result.reference if isinstance(result, Receipt) else None, sent=result.at if sent else None,
        error=None if isinstance(result, Receipt) else result.message, id=delivery.id, fence=delivery.fence,
    )  # fmt: skip
    if not mine:
        return  # the lease was lost: whoever has it now writes what became of it
    for rows in chunks(delivery.rows):
        if sent or retry_at is None:
            tx.run("UPDATE outbox SET state = :state WHERE id IN (:rows)", state=SENT_ROW if sent else DEAD, rows=rows)
        else:
            # state and reason stay: from them a retry says the same again
            tx.run("UPDATE outbox SET due_at = :due WHERE id IN (:rows)", due=retry_at, rows=rows)


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
        reason=row["error"] or row["reason"],
        due_at=from_ms(row["due_at"]),
        attempts=row["attempts"] or 0,
        sent_at=maybe_from_ms(row["sent_at"]),
        reference=row["reference"],
    )
