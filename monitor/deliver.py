"""The recipe of telling: outbox rows that are due become messages, and each is sent once, or again until it is taken.

A message is claimed with its rows before it is sent, and its rows stay together from the first try to the last. So what is sent twice,
because the other side took it and we died before writing that down, has the same key both times, and the same Message-ID.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from zoneinfo import ZoneInfo

from monitor.errors import is_away
from monitor.model import Delivery, Diff, DispatchState, Edit, QueuedEdit, Receipt, Refusal, Report, WaitingRow
from monitor.ports import Clock, FeedState, Notifier, Store, Told
from monitor.report import (
    CORRECTION,
    FOLLOWING,
    TROUBLES_MAX,
    Bundle,
    Echo,
    addressees,
    build,
    bypasses,
    echoes,
    held_back,
    held_for_others,
    held_since,
    in_quiet,
    lead_of,
    limit_reason,
    may_echo,
    mute_of,
    next_digest,
    pressing,
    quiet_end,
    reason_of,
    same_text,
    stories,
    troubles,
)
from monitor.settings import Settings, Target

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than any notifier's deadline; after it a dead sender's message is taken up again
RETRY_AFTER = (
    timedelta(minutes=1),  # greylisting lets the second try pass
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3, hours=16),
)
"""Six retries over five days, the time after which mail servers give up too (RFC 5321, 4.5.4.1)."""
BATCH = 500  # rows read at once; whole ones carry two revisions each
PAGES = 40  # batches of an instant target that one round looks at: 20,000 rows without words are some 40 MB
ALIKE_MAX = 50  # edits of one fingerprint beyond which nobody compares the texts around them
SHOWN = 200  # edits a message shows at most; the others are counted
MAX_PER = (60, timedelta(hours=1))  # for people; machines (webhook, exec) get everything unless `max` is set
NET_MAX = 400_000  # characters of two texts that are compared here, outside of the processes that can be killed: about a second
DAY = timedelta(days=1)
THREAD = DAY  # how far back the first message of a thread is looked for that others follow
LINES = 32  # targets that are told at once, so that one that hangs holds up no other


def round(
    store: Store, notifiers: Mapping[str, Notifier], settings: Settings, clock: Clock, *, settled: bool = False, only: str | None = None
) -> Told:
    """Tells what is due, to all targets at once, or to `only` one; returns when every target has answered or timed out.

    `notifiers` by the addressees' names (`notify.open_notifiers`). `settled`: instant messages do not wait for further edits of their
    article, for a process that ends after this (`check`). What a target refuses for now is tried again six times in five days.
    """
    targets = addressees(settings.targets)
    if only is None:
        store.sync_targets([target.name for target in targets], clock.now())
    else:
        targets = tuple(target for target in targets if target.name == only)
    feeds = _Feeds(store)
    lines = [_Line(store, feeds, target, settings, clock, settled) for target in targets if target.name in notifiers]
    if not lines:
        return Told()
    with ThreadPoolExecutor(max_workers=min(LINES, len(lines)), thread_name_prefix="tell") as pool:
        sending: dict[Future[Receipt | Refusal], tuple[_Line, Delivery]] = {}
        waiting = list(lines)
        while waiting or sending:
            for line in waiting:
                message = line.next_message()
                if message:
                    sending[pool.submit(_send, notifiers[line.target.name], line.target, *message)] = line, message[0]
            done, _ = wait(sending, return_when=FIRST_COMPLETED) if sending else (set(), None)
            waiting = []
            for future in done:
                line, delivery = sending.pop(future)
                if line.finish(delivery, future.result()):
                    waiting.append(line)
    return Told(sum(line.sent for line in lines), sum(line.failed for line in lines), sum(line.held for line in lines))


def _send(notifier: Notifier, target: Target, delivery: Delivery, edits: Sequence[QueuedEdit]) -> Receipt | Refusal:
    try:
        return notifier.send(target, delivery, edits)
    except Exception as error:  # one message that trips its notifier must not stop the telling of all others
        log.exception("failed to tell target=%s delivery=%s", target.name, delivery.key[:12])
        assert delivery.report is not None
        return Refusal(delivery.report.until, False, f"internal: {error!r}")


class _Feeds:
    """The feeds as they are in this round, asked for when the first message needs them: counting ten thousand takes a while."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def states(self) -> tuple[FeedState, ...]:
        return self._store.feeds()


class _Line:
    """One target's messages in one round, one after the other; ends at the first that fails for now."""

    def __init__(self, store: Store, feeds: _Feeds, target: Target, settings: Settings, clock: Clock, settled: bool) -> None:
        self.target = target
        self.sent = self.failed = self.held = 0
        self._store, self._feeds, self._settings, self._clock, self._settled = store, feeds, settings, clock, settled
        self._zone = ZoneInfo(settings.timezone)
        self._messages = self._plan()

    def next_message(self) -> tuple[Delivery, tuple[QueuedEdit, ...]] | None:
        """The next message, claimed for us; None when there is none."""
        return next(self._messages, None)

    def finish(self, delivery: Delivery, result: Receipt | Refusal) -> bool:
        """Writes down what became of a message; whether to go on with this target."""
        if isinstance(result, Receipt):
            self.sent += 1
            log.info("told target=%s edits=%d reference=%s", self.target.name, len(delivery.rows), result.reference)
        else:
            self.failed += 1
            result = _explained(result, delivery.attempts)
            log.warning("not told target=%s edits=%d %s", self.target.name, len(delivery.rows), result.message)
        retry_at = None
        if isinstance(result, Refusal) and not result.permanent:
            retry_at = self._clock.now() + RETRY_AFTER[delivery.attempts - 1]
        if delivery.id:
            self._store.finish_delivery(delivery, result, retry_at)
        if self.target.mode == "digest" and (isinstance(result, Receipt) or not delivery.id):
            self._store.set_meta(self._digest_key, self._clock.now().isoformat())
        return isinstance(result, Receipt) or result.permanent

    # --- what is sent, in this order ---

    def _plan(self) -> Iterator[tuple[Delivery, tuple[QueuedEdit, ...]]]:
        now = self._clock.now()
        for begun in self._store.due_deliveries(self.target.name, now):
            delivery = self._store.resume_delivery(begun, now, LEASE)
            if delivery:
                yield from self._message(delivery)
        if self.target.mode == "digest":
            yield from self._digest(now)
        else:
            yield from self._instant(now)

    def _digest(self, now: datetime) -> Iterator[tuple[Delivery, tuple[QueuedEdit, ...]]]:
        rows = [row for page in self._due(now) for row in self._unmuted(page, now)]
        if rows:
            yield from self._claimed(rows, now)
        elif self.target.empty == "send":
            yield from self._sign_of_life(now)

    def _instant(self, now: datetime) -> Iterator[tuple[Delivery, tuple[QueuedEdit, ...]]]:
        """Single messages while the limit allows, the rest in one."""
        if not self._settled and not self._store.due_rows(self.target.name, now, 1):
            return
        rows = [row for page in self._due(now + self.target.wait, pages=PAGES) for row in self._loud(self._unmuted(page, now), now)]
        rows = self._news(rows, now)
        groups = pressing(rows, now, settled=self._settled)
        budget = self._budget(now)
        messages = [*held_back(rows, now), *self._singly(groups if budget is None else groups[:budget], now)]
        told = {row for bundle in messages for row in bundle.rows}
        left = [row.id for group in groups[budget:] for row in group if row.id not in told] if budget is not None else []
        if budget is not None and len(messages) + bool(left) > budget:
            alone = max(0, budget - 1)
            left = [row for bundle in messages[alone:] for row in bundle.rows] + left
            messages = messages[:alone]
        known = {row.id: row for row in rows}
        for bundle in messages:
            yield from self._told([known[row] for row in bundle.rows], now)
        if left:
            yield from self._surplus([known[row] for row in left], now, sendable=bool(budget))

    def _singly(self, groups: Sequence[Sequence[WaitingRow]], now: datetime) -> Iterator[Bundle]:
        """One message a story. The same edit in very many articles is one, without reading its words."""
        words: list[int] = []
        for group in groups:
            if len(group) > ALIKE_MAX:
                yield Bundle(tuple(row.id for row in group))
                continue
            words += [row.id for row in group]
            if len(words) >= BATCH:
                yield from self._stories(words, now)
                words = []
        yield from self._stories(words, now)

    def _stories(self, rows: Sequence[int], now: datetime) -> Iterator[Bundle]:
        """The rows by story; those whose words cannot be read one by one, to be refused when they are made into messages."""
        read = self._readable(rows)
        yield from stories(read, now, settled=self._settled)
        yield from (Bundle((row,)) for row in sorted(set(rows) - {one.id for one in read}))

    def _readable(self, rows: Sequence[int]) -> list[QueuedEdit]:
        """These rows with their words, without those that are damaged: one of them must not stop the telling of all others."""
        try:
            return list(self._store.queued(rows))
        except Exception as error:  # a damaged row shows as many kinds of error, each of its columns its own
            if is_away(error):
                raise
            log.exception("cannot read target=%s rows=%d", self.target.name, len(rows))
        half = len(rows) // 2
        return [*self._readable(rows[:half]), *self._readable(rows[half:])] if half else []

    def _surplus(self, rows: Sequence[WaitingRow], now: datetime, *, sendable: bool) -> Iterator[tuple[Delivery, tuple[QueuedEdit, ...]]]:
        most, per = self._limit or MAX_PER
        reason = limit_reason(most, per)
        if sendable:
            self._store.reschedule([row.id for row in rows], "held", reason, now)
            yield from self._claimed(rows, now)
        else:
            free_at = self._store.messages_sent(self.target.name, now - per)[0] + per
            self._hold([row.id for row in rows], "held", reason, free_at)

    def _told(self, rows: Sequence[WaitingRow], now: datetime) -> Iterator[tuple[Delivery, tuple[QueuedEdit, ...]]]:
        waiting = [row.id for row in rows if row.dispatch.state == "waiting"]
        if waiting and len(rows) > 1:
            self._store.reschedule(waiting, "waiting", f"one message for {len(rows)} edits", now)
        yield from self._claimed(rows, now)

    def _claimed(self, rows: Sequence[WaitingRow], now: datetime) -> Iterator[tuple[Delivery, tuple[QueuedEdit, ...]]]:
        delivery = self._store.start_delivery(self.target.name, [row.id for row in rows], now, LEASE)
        if delivery:
            yield from self._message(delivery, rows)

    def _sign_of_life(self, now: datetime) -> Iterator[tuple[Delivery, tuple[QueuedEdit, ...]]]:
        """A digest without edits, for readers who want to know that nothing happened."""
        last = self._store.get_meta(self._digest_key)
        if last is None:
            self._store.set_meta(self._digest_key, now.isoformat())
        elif next_digest(self.target, self._zone, datetime.fromisoformat(last)) <= now:
            key = sha256(f"{self.target.name}\0{now.astimezone(self._zone):%Y-%m-%d}".encode()).hexdigest()
            yield from self._message(Delivery(0, key, self.target.name, (), 0, 1))

    # --- rows ---

    def _due(self, now: datetime, *, pages: int | None = None) -> Iterator[tuple[WaitingRow, ...]]:
        after = turn = 0
        while (pages is None or turn < pages) and (page := self._store.due_rows(self.target.name, now, BATCH, after=after)):
            yield page
            after, turn = page[-1].id, turn + 1

    def _unmuted(self, page: Sequence[WaitingRow], now: datetime) -> list[WaitingRow]:
        """The rows that no mute, perhaps younger than the row, keeps from being told."""
        mutes = self._store.mutes(now)
        muted = {row.id: (f"{subject} is muted", now) for row in page if (subject := mute_of(row.edit, self.target, mutes))}
        self._hold_each("muted", muted)
        return [row for row in page if row.id not in muted]

    def _loud(self, page: Sequence[WaitingRow], now: datetime) -> list[WaitingRow]:
        """The rows that may be told at this hour; quiet hours may have begun since they were queued."""
        quiet = self._settings.quiet
        if not quiet or not in_quiet(quiet, self._zone, now):
            return list(page)
        silent = [row.id for row in page if not bypasses(row.edit, quiet)]
        if silent:
            self._hold(silent, "held", f"quiet hours until {quiet.end}", quiet_end(quiet, self._zone, now))
        return [row for row in page if bypasses(row.edit, quiet)]

    def _news(self, rows: Sequence[WaitingRow], now: datetime) -> list[WaitingRow]:
        """The rows but for those that repeat what the target was told of another outlet: they wait, to follow in its thread at once."""
        fresh = [] if self._is_machine else may_echo(rows, now, settled=self._settled)
        if not fresh:
            return list(rows)
        since = min(row.edit.seen_before for row in fresh) - FOLLOWING
        prints = {row.edit.fingerprint for row in fresh if row.edit.fingerprint is not None}
        found = list(echoes(fresh, self._store.told_alike(self.target.name, prints, since)))
        following = {echo.row.id: (echo.reason, max(now, echo.until)) for echo in reversed(self._compared(found))}
        self._hold_each("held", following)
        return [row for row in rows if row.id not in following]

    def _compared(self, found: Sequence[Echo]) -> list[Echo]:
        """Of rows with the words of others, those whose articles are copies; very many are believed without reading them."""
        doubtful = [echo for echo in found if not echo.is_sure]
        if len(doubtful) > ALIKE_MAX:
            return list(found)
        ids = sorted({row.id for echo in doubtful for row in (echo.row, echo.told)})
        words = {row.id: row.diff for row in self._readable(ids)}
        return [
            echo
            for echo in found
            if echo.is_sure or ({echo.row.id, echo.told.id} <= words.keys() and same_text(words[echo.row.id], words[echo.told.id]))
        ]

    def _hold_each(self, state: DispatchState, why: Mapping[int, tuple[str, datetime]]) -> None:
        """Rows with their reason and until when, those alike in one transaction."""
        for reason, due_at in dict.fromkeys(why.values()):
            self._hold([row for row, said in why.items() if said == (reason, due_at)], state, reason, due_at)

    def _hold(self, rows: Sequence[int], state: DispatchState, reason: str, due_at: datetime) -> None:
        self._store.reschedule(rows, state, reason, due_at)
        self.held += len(rows)

    @property
    def _limit(self) -> tuple[int, timedelta] | None:
        return self.target.max_per or (None if self._is_machine else MAX_PER)

    @property
    def _is_machine(self) -> bool:
        return self.target.url.startswith(("webhook+", "exec:"))

    def _budget(self, now: datetime) -> int | None:
        """How many messages the target may still get now; None: as many as there are."""
        if self._limit is None:
            return None
        most, per = self._limit
        return max(0, most - len(self._store.messages_sent(self.target.name, now - per)))

    @property
    def _digest_key(self) -> str:
        return f"digest:{self.target.name}"

    def _message(self, delivery: Delivery, rows: Sequence[WaitingRow] | None = None) -> Iterator[tuple[Delivery, tuple[QueuedEdit, ...]]]:
        """The delivery with its report, and the edits that are shown whole; made from the rows alone, so that a retry says the same.

        A message that cannot be made (a damaged text, a bug of ours) is refused and ends as a dead letter; the others go on.
        """
        now = self._clock.now()
        try:
            gravest = sorted(rows or self._store.rows(delivery.rows), key=lambda row: (-row.edit.severity.score, -row.id))
            shown = self._store.queued(sorted(row.id for row in gravest[:SHOWN]))
            rest = [row.edit for row in gravest[SHOWN:]]
            report = self._follow_up(shown, rest, now) or self._report(shown, rest, now)
        except Exception as error:  # whatever is wrong with one message must not stop the telling of all others
            if is_away(error):
                raise
            log.exception("failed to make target=%s delivery=%s", self.target.name, delivery.key[:12])
            self.finish(delivery, Refusal(now, False, f"internal: {error!r}"))
            return
        yield replace(delivery, report=report), shown

    def _follow_up(self, shown: Sequence[QueuedEdit], rest: Sequence[Edit], now: datetime) -> Report | None:
        """The story that was told before, with the outlets that carry it too by now; None where the rows are something else."""
        leads = {lead for row in shown if (lead := lead_of(row.dispatch)) is not None}
        prints = {row.diff.edit.fingerprint for row in shown if row.diff.edit.fingerprint is not None}
        if len(leads) != 1 or self.target.mode == "digest":
            return None
        since = min(row.diff.edit.seen_before for row in shown) - THREAD
        told = [row for row in self._store.told_alike(self.target.name, prints, since) if row.edit.article in leads]
        report = self._report([*self._store.queued([row.id for row in told[:1]]), *shown], rest, now)
        if len(report.stories) != 1 or report.stories[0].diff.edit.article not in leads:
            return None
        story = replace(report.stories[0], told_before=True, held=None)
        return replace(report, stories=(story,), edits=len(shown) + len(rest), reason=reason_of(row.dispatch for row in shown))

    def _report(self, shown: Sequence[QueuedEdit], rest: Sequence[Edit], now: datetime) -> Report:
        digest = self.target.mode == "digest"
        diffs = [row.diff for row in shown]
        edits = [diff.edit for diff in diffs] + list(rest)
        return build(
            diffs,
            since=min((edit.seen_before for edit in edits), default=None),
            until=now,
            timezone=self._settings.timezone,
            reason=reason_of((row.dispatch for row in shown), digest=digest),
            titles=_first_titles(self._store, diffs),
            outlets={state.feed.slug: state.title for state in self._feeds.states if state.title},
            net=_net,
            held={row.diff.edit.id: why for row in shown if (why := held_since(row, self._zone))},
            corrected=[row.diff.edit.id for row in shown if row.dispatch.reason.startswith(CORRECTION)],
            rules={row.diff.edit.id: row.dispatch.rule for row in shown if row.dispatch.rule},
            rest=rest,
            troubles=troubles(self._feeds.states, self._store.outbox(state="dead", since=now - DAY, limit=TROUBLES_MAX)) if digest else (),
            held_back=held_for_others(self._store.held(), self.target.name) if digest else (),
        )


def _first_titles(store: Store, diffs: Sequence[Diff]) -> dict[int, str]:
    """The headline each article was first seen with: the constant subject of its thread."""
    titles = {}
    for diff in diffs:
        first = diff.old if diff.edit.from_rev == 1 else store.revision(diff.edit.article, 1)
        if first and first.content.title:
            titles[diff.edit.article] = first.content.title
    return titles


def _net(first: Diff, last: Diff) -> Diff:
    from monitor.compare import coarse_diff_of, diff_of

    size = sum(map(len, (*first.old.content.body, *last.new.content.body)))
    compared = diff_of if size <= NET_MAX else coarse_diff_of
    return compared(first.old, last.new, last.edit.url, last.edit.feeds)


def _explained(refusal: Refusal, attempts: int) -> Refusal:
    """The refusal in words for `notify log`; permanent once the retries are used up."""
    if refusal.permanent:
        return replace(refusal, message=f"refused: {refusal.message}")
    if attempts > len(RETRY_AFTER):
        return replace(refusal, permanent=True, message=f"given up after {len(RETRY_AFTER)} retries: {refusal.message}")
    return replace(refusal, message=f"failed (retry {attempts} of {len(RETRY_AFTER)} follows): {refusal.message}")
