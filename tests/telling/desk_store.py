"""A store of the tests of telling: the outbox and what telling reads beside it, kept in memory, crash included."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.model import Delivery, Diff, Dispatch, DispatchState, OutboxRow, QueuedEdit, Receipt, Refusal, Revision, WaitingRow
from monitor.ports import FeedState


class Crash(BaseException):
    """The process dies here."""


@dataclass
class HandClock:
    """A clock that is moved by hand."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def pass_(self, time: timedelta) -> None:
        self.at += time


@dataclass
class _Message:
    delivery: Delivery
    due_at: datetime
    ended: bool = False
    sent_at: datetime | None = None


@dataclass
class DeskStore:
    """OutboxStore in plain dicts. `step` is called before each door call and may raise Crash."""

    step: Callable[[str], None] = lambda name: None
    kept: dict[int, QueuedEdit] = field(default_factory=dict)
    states: dict[int, OutboxRow] = field(default_factory=dict)
    messages: dict[int, _Message] = field(default_factory=dict)
    taken: dict[int, int] = field(default_factory=dict)
    muted: dict[str, datetime | None] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    firsts: dict[int, Revision] = field(default_factory=dict)
    feed_states: tuple[FeedState, ...] = ()

    def put(self, diff: Diff, dispatches: Sequence[Dispatch]) -> None:
        """What saving an edit does."""
        for dispatch in dispatches:
            number = len(self.kept) + 1
            self.kept[number] = QueuedEdit(number, dispatch, diff)
            edit = diff.edit
            self.states[number] = OutboxRow(
                number,
                edit.id,
                edit.article,
                edit.from_rev,
                edit.to_rev,
                edit.title,
                dispatch.target,
                dispatch.state,
                dispatch.reason,
                dispatch.due_at,
            )

    def sync_targets(self, names: Sequence[str], now: datetime) -> None:
        self.step("sync_targets")

    def due_edits(self, target: str, now: datetime, limit: int = 500, after: int = 0) -> tuple[QueuedEdit, ...]:
        self.step("due_edits")
        due = (
            row
            for number, row in sorted(self.kept.items())
            if number > after
            and number not in self.taken
            and row.dispatch.target == target
            and row.dispatch.state in ("waiting", "held")
            and row.dispatch.due_at <= now
        )
        return tuple(row for row, _ in zip(due, range(limit), strict=False))

    def due_rows(self, target: str, now: datetime, limit: int = 500, after: int = 0) -> tuple[WaitingRow, ...]:
        return tuple(WaitingRow(row.id, row.dispatch, row.diff.edit) for row in self.due_edits(target, now, limit, after))

    def rows(self, ids: Sequence[int]) -> tuple[WaitingRow, ...]:
        self.step("rows")
        found = (self.kept[number] for number in sorted(ids))
        return tuple(WaitingRow(row.id, row.dispatch, row.diff.edit) for row in found)

    def told_alike(self, target: str, fingerprints: Collection[bytes], since: datetime) -> tuple[WaitingRow, ...]:
        self.step("told_alike")
        found = (self.kept[number] for number in sorted(self.taken) if self.states[number].state != "dead")
        return tuple(
            WaitingRow(row.id, row.dispatch, row.diff.edit)
            for row in found
            if row.dispatch.target == target and row.diff.edit.fingerprint in fingerprints and row.diff.edit.seen_before >= since
        )

    def queued(self, rows: Sequence[int]) -> tuple[QueuedEdit, ...]:
        self.step("queued")
        return tuple(self.kept[row] for row in sorted(rows))

    def reschedule(self, rows: Sequence[int], state: DispatchState, reason: str, due_at: datetime) -> None:
        self.step("reschedule")
        for row in rows:
            dispatch = replace(self.kept[row].dispatch, state=state, reason=reason, due_at=due_at)
            self.kept[row] = replace(self.kept[row], dispatch=dispatch)
            self.states[row] = replace(self.states[row], state=state, reason=reason, due_at=due_at)

    def start_delivery(self, target: str, rows: Sequence[int], now: datetime, lease: timedelta) -> Delivery | None:
        self.step("start_delivery")
        if any(row in self.taken for row in rows):
            return None
        number = len(self.messages) + 1
        edits = sorted(self.states[row].edit_id for row in rows)
        key = sha256(f"{target}\0{edits}".encode()).hexdigest()
        delivery = Delivery(number, key, target, tuple(sorted(rows)), 1, 1)
        self.messages[number] = _Message(delivery, now + lease)
        self.taken |= dict.fromkeys(rows, number)
        return delivery

    def due_deliveries(self, target: str, now: datetime) -> tuple[Delivery, ...]:
        self.step("due_deliveries")
        return tuple(
            message.delivery
            for message in self.messages.values()
            if not message.ended and message.delivery.target == target and message.due_at <= now
        )

    def resume_delivery(self, delivery: Delivery, now: datetime, lease: timedelta) -> Delivery | None:
        self.step("resume_delivery")
        message = self.messages[delivery.id]
        if message.ended or message.due_at > now:
            return None
        message.delivery = replace(message.delivery, fence=message.delivery.fence + 1, attempts=message.delivery.attempts + 1)
        message.due_at = now + lease
        return message.delivery

    def finish_delivery(self, delivery: Delivery, result: Receipt | Refusal, retry_at: datetime | None) -> None:
        self.step("finish_delivery")
        message = self.messages[delivery.id]
        if message.delivery.fence != delivery.fence:
            return
        message.ended = retry_at is None
        message.due_at = retry_at or message.due_at
        state: DispatchState = "sent" if isinstance(result, Receipt) else "dead" if retry_at is None else "waiting"
        message.sent_at = result.at if isinstance(result, Receipt) else None
        for row in delivery.rows:
            said = self.states[row].reason if isinstance(result, Receipt) else result.message
            self.states[row] = replace(self.states[row], state=state, reason=said, attempts=delivery.attempts)
            if isinstance(result, Receipt):
                self.states[row] = replace(self.states[row], sent_at=result.at, reference=result.reference)

    def messages_sent(self, target: str, since: datetime) -> tuple[datetime, ...]:
        self.step("messages_sent")
        times = (message.sent_at for message in self.messages.values() if message.delivery.target == target)
        return tuple(sorted(at for at in times if at and at >= since))

    def outbox(
        self, *, target: str | None = None, state: str | None = None, since: datetime | None = None, limit: int = 100
    ) -> tuple[OutboxRow, ...]:
        self.step("outbox")
        rows = (row for row in self.states.values() if target in (None, row.target) and state in (None, row.state))
        return tuple(rows)[:limit]

    def held(self) -> tuple[tuple[str, str, int], ...]:
        self.step("held")
        free = [row.dispatch for number, row in self.kept.items() if number not in self.taken and row.dispatch.state == "held"]
        return tuple((*key, count) for key, count in sorted(Counter((said.target, said.reason) for said in free).items()))

    def mutes(self, now: datetime) -> frozenset[str]:
        return frozenset(subject for subject, until in self.muted.items() if until is None or until > now)

    def mute(self, subject: str, until: datetime | None) -> None:
        self.muted[subject] = until

    def feeds(self) -> tuple[FeedState, ...]:
        self.step("feeds")
        return self.feed_states

    def revision(self, article_id: int, rev: int) -> Revision | None:
        self.step("revision")
        return self.firsts.get(article_id)

    def get_meta(self, key: str) -> str | None:
        return self.meta.get(key)

    def set_meta(self, key: str, value: str) -> None:
        self.step("set_meta")
        self.meta[key] = value


@dataclass
class Postbox:
    """A notifier that takes everything, or what `answer` says; `got` are the deliveries it accepted."""

    answer: Callable[[Delivery], Refusal | None] = lambda delivery: None
    got: list[Delivery] = field(default_factory=list)
    step: Callable[[str], None] = lambda name: None

    def send(self, target: object, delivery: Delivery, edits: Sequence[QueuedEdit]) -> Receipt | Refusal:
        self.step("send")
        assert delivery.report is not None
        refusal = self.answer(delivery)
        if refusal:
            return refusal
        self.got.append(delivery)
        self.step("accepted")
        return Receipt(delivery.report.until, delivery.key)
