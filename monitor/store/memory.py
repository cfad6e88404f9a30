"""A store in memory, for tests and for a state that is not there yet: it keeps the promises of the SQL store (tests/store/)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor import proof
from monitor.errors import NotFound
from monitor.model import (
    LEVELS,
    Article,
    Change,
    Content,
    Delivery,
    Diff,
    DispatchState,
    Edit,
    Key,
    Look,
    OutboxRow,
    OutletTrust,
    QueuedEdit,
    RawPage,
    Receipt,
    Refusal,
    Restamp,
    Revision,
    WaitingRow,
    sign_of,
)
from monitor.ports import ArticleQuery, Counts, DayTally, EditQuery, Fault, FeedState, Hit, OutletDay, PollRun
from monitor.store.memory_saving import MemorySaving
from monitor.store.memory_state import NEVER, DeliveryState, EditRow, OutboxState
from monitor.store.terms import Found, found_in, read_query
from monitor.store.trusting import trusts
from monitor.store.values import host_name


class MemoryStore(MemorySaving):
    """The whole memory, gone when the process ends."""

    # --- reading ---

    def feeds(self) -> tuple[FeedState, ...]:
        newest = max((row.polled_at or NEVER for row in self.feed_rows.values()), default=NEVER)
        states = []
        for row in self.feed_rows.values():
            watch = self.watch_of("feed", row.id)
            articles = {listing.article_id for (feed, _), listing in self.listings.items() if feed == row.id}
            edits = [
                told for told in self.edit_rows.values() if row.id in told.feeds and told.edit.seen_before >= newest - timedelta(days=7)
            ]
            states.append(
                FeedState(
                    row.id, row.feed, row.moved_to or row.feed.url, row.title, row.configured, row.outcome, row.error, row.polled_at,
                    watch.pace.next_at if watch else None, watch.pace.failures if watch else 0, len(articles), len(edits),
                )
            )  # fmt: skip
        return tuple(sorted(states, key=lambda state: (not state.configured, state.feed.slug)))

    def polls(self, slug: str, limit: int = 50) -> tuple[PollRun, ...]:
        row = self.feed_by_slug(slug)
        return tuple(reversed(row.polls))[:limit] if row else ()

    def articles(self, query: ArticleQuery) -> Iterator[Article]:
        found = [article for row in self.article_rows.values() if _fits(article := self.article_of(row), query)]
        found.sort(key=lambda article: article.id, reverse=query.newest)
        yield from found[: query.limit]

    def article(self, article_id: int) -> Article | None:
        row = self.article_rows.get(article_id)
        return self.article_of(row) if row else None

    def article_by_url(self, url_keys: Sequence[Key]) -> int | None:
        return next(iter(self.named(url_keys).values()), None)

    def last_edited(self, back: int = 0) -> int | None:
        edited = sorted(((row.last_edit_at, row.id) for row in self.article_rows.values() if row.last_edit_at), reverse=True)
        return edited[back][1] if back < len(edited) else None

    def revisions(self, article_id: int) -> tuple[Revision, ...]:
        row = self.article_rows.get(article_id)
        return tuple(row.revisions) if row else ()

    def revision(self, article_id: int, rev: int) -> Revision | None:
        return next((revision for revision in self.revisions(article_id) if revision.rev == rev), None)

    def find_revisions(self, hash_prefix: str, article_id: int | None = None) -> tuple[tuple[int, int], ...]:
        articles = list(self.article_rows) if article_id is None else [article_id]
        return tuple(
            (revision.article, revision.rev)
            for article in articles
            for revision in self.revisions(article)
            if revision.hash.startswith(hash_prefix.lower())
        )

    def edits(self, query: EditQuery) -> Iterator[Edit]:
        found = [self._edit(told) for told in self.edit_rows.values() if self._wanted(told, query)]
        yield from sorted(found, key=lambda edit: edit.id, reverse=query.newest)[: query.limit]

    def edit(self, article_id: int, to_rev: int) -> Edit | None:
        rows = (told for told in self.edit_rows.values() if (told.edit.article, told.edit.to_rev) == (article_id, to_rev))
        return next((self._edit(told) for told in rows), None)

    def changes(self, edit_id: int) -> tuple[Change, ...]:
        return self.edit_rows[edit_id].changes if edit_id in self.edit_rows else ()

    def looks(self, article_id: int) -> Iterator[Look]:
        row = self.article_rows.get(article_id)
        yield from sorted(row.looks.values(), key=lambda look: look.at) if row else ()

    def restamps(self, since: datetime | None, feeds: Sequence[str] = ()) -> Iterator[tuple[int, int, Restamp]]:
        found = [
            (revision.article, revision.rev, restamp)
            for article in self.article_rows
            for revision in self.revisions(article)
            for restamp in revision.restamps
            if (since is None or restamp.at >= since) and (not feeds or set(feeds) & set(self.feeds_of(article)))
        ]
        yield from sorted(found, key=lambda one: one[2].at)

    def raw(self, article_id: int, rev: int) -> RawPage | None:
        row = self.article_rows.get(article_id)
        return row.raws.get(rev) if row else None

    def search(
        self, query: str, *, where: str = "any", feeds: Sequence[str] = (), since: datetime | None = None, limit: int = 50
    ) -> tuple[Hit, ...]:
        wanted = read_query(query)
        hits: list[Hit] = []
        for row in self.article_rows.values():
            if feeds and not set(feeds) & set(self.feeds_of(row.id)):
                continue
            for old, new in zip([None, *row.revisions], row.revisions, strict=False):
                found: Found | None = found_in(wanted, where, old.content if old else None, new.content)
                if found is not None and (since is None or new.first_seen_at >= since):
                    hits.append(Hit(row.id, new.rev, new.first_seen_at, new.content.title, found.snippet, found.where))
        return tuple(sorted(hits, key=lambda hit: (hit.at, hit.article, hit.rev), reverse=True)[:limit])

    def outlets(self, since: datetime, feed: str | None = None) -> tuple[OutletTrust, ...]:
        first = since.replace(hour=0, minute=0, second=0, microsecond=0)
        ids = {row.id for row in self.feed_rows.values() if row.feed.slug == feed}
        listed = {listing.article_id for (of, _), listing in self.listings.items() if of in ids}
        hosts = {host_name(self.article_rows[article].url) for article in listed}
        found: dict[str, dict[str, int]] = {}
        for row in self.article_rows.values():
            host = host_name(row.url)
            signs = [sign_of(look) for look in row.looks.values() if look.at >= first] if feed is None or host in hosts else []
            for reason in (sign for sign in signs if sign is not None):
                counts = found.setdefault(host, {})
                counts[reason] = counts.get(reason, 0) + 1
        return trusts(found)

    def day_tally(self, since: datetime, until: datetime) -> DayTally:
        outlets: dict[str, OutletDay] = {}
        hours, kinds, levels = Counter[int](), Counter[str](), Counter[str]()
        for edit in self.edits(EditQuery(since=since, until=until, min_level="low")):
            slug = edit.feeds[0] if edit.feeds else ""
            headline, corrected = ("headline" in edit.kinds, "correction-note" in edit.kinds)
            posted_at = self.article_of(self.article_rows[edit.article]).posted_at
            waits = (edit.seen_before - posted_at,) if posted_at and edit.from_rev == 1 else ()
            outlets[slug] = outlets.get(slug, OutletDay()) + OutletDay(
                1, int(headline), int(edit.disclosed is True), int(edit.disclosed is False), int(corrected), waits
            )
            hours[(edit.seen_before - since) // timedelta(hours=1)] += 1
            kinds.update(edit.kinds)
            levels[edit.severity.level] += 1
        return DayTally(outlets, hours, kinds, levels)

    def counts(self, now: datetime) -> Counts:
        due = [watch.pace.next_at for watch in self.watches.values() if watch.pace.next_at is not None and watch.pace.next_at <= now]
        configured = [row for row in self.feed_rows.values() if row.configured]
        edits = [told.edit for told in self.edit_rows.values()]
        states = [row.dispatch.state for row in self.outbox_rows.values()]
        return Counts(
            feeds=len(configured),
            feeds_failing=sum((row.outcome or "").startswith("error:") for row in configured),
            articles=sum(row.merged_into is None for row in self.article_rows.values()),
            watched=sum(watch.kind == "page" and watch.pace.next_at is not None for watch in self.watches.values()),
            revisions=sum(len(row.revisions) for row in self.article_rows.values()),
            edits=len(edits),
            edits_24h=sum(edit.seen_before >= now - timedelta(days=1) for edit in edits),
            due=len(due),
            oldest_due_at=min(due, default=None),
            last_poll_at=max((row.polled_at for row in self.feed_rows.values() if row.polled_at), default=None),
            outbox_waiting=sum(state in ("waiting", "held") for state in states),
            outbox_dead=states.count("dead"),
        )

    def get_meta(self, key: str) -> str | None:
        return self.meta.get(key)

    def set_meta(self, key: str, value: str) -> None:
        self.meta[key] = value

    def _edit(self, told: EditRow) -> Edit:
        return replace(told.edit, feeds=tuple(sorted(self.feed_rows[feed].feed.slug for feed in told.feeds)))

    def _wanted(self, told: EditRow, query: EditQuery) -> bool:
        edit = self._edit(told)
        return (
            edit.id > query.after
            and (not query.before or edit.id < query.before)
            and (query.article is None or edit.article == query.article)
            and (not query.feeds or bool(set(query.feeds) & set(edit.feeds)))
            and (not query.kinds or bool(set(query.kinds) & set(edit.kinds)))
            and LEVELS.index(edit.severity.level) >= LEVELS.index(query.min_level)
            and (not query.undisclosed or edit.disclosed is False)
            and (query.since is None or edit.seen_before >= query.since)
            and (query.until is None or edit.seen_before < query.until)
            and (query.held or edit.held_by is None)
        )

    # --- telling ---

    def sync_targets(self, names: Sequence[str], now: datetime) -> None:
        self.targets = set(names)

    def due_edits(self, target: str, now: datetime, limit: int = 500, after: int = 0) -> tuple[QueuedEdit, ...]:
        return self.queued([row.id for row in self.due_rows(target, now, limit, after)])

    def due_rows(self, target: str, now: datetime, limit: int = 500, after: int = 0) -> tuple[WaitingRow, ...]:
        due = [
            number
            for number, row in sorted(self.outbox_rows.items())
            if number > after and row.dispatch.target == target and row.dispatch.due_at <= now and _is_free(row)
        ]
        return self.rows(due[:limit])

    def rows(self, ids: Sequence[int]) -> tuple[WaitingRow, ...]:
        found = (self.outbox_rows[number] for number in sorted(ids) if number in self.outbox_rows)
        return tuple(WaitingRow(row.id, row.dispatch, self._edit(self.edit_rows[row.edit])) for row in found)

    def told_alike(self, target: str, fingerprints: Collection[bytes], since: datetime) -> tuple[WaitingRow, ...]:
        begun = (row for row in self.outbox_rows.values() if row.delivery is not None and row.dispatch.target == target)
        alike = (row.id for row in begun if row.dispatch.state != "dead" and self.edit_rows[row.edit].edit.fingerprint in fingerprints)
        return tuple(row for row in self.rows(list(alike)) if row.edit.seen_before >= since)

    def queued(self, rows: Sequence[int]) -> tuple[QueuedEdit, ...]:
        return tuple(self._queued(row) for row in self.rows(rows))

    def due_deliveries(self, target: str, now: datetime) -> tuple[Delivery, ...]:
        return tuple(
            state.delivery
            for state in self.deliveries.values()
            if state.delivery.target == target and not state.ended and state.lease_until <= now
        )

    def resume_delivery(self, delivery: Delivery, now: datetime, lease: timedelta) -> Delivery | None:
        state = self.deliveries[delivery.key]
        if state.ended or state.lease_until > now or state.delivery.fence != delivery.fence:
            return None
        state.delivery = replace(state.delivery, fence=delivery.fence + 1, attempts=state.delivery.attempts + 1)
        state.lease_until = now + lease
        return state.delivery

    def revive(self, target: str | None, now: datetime) -> int:
        dead = [
            state for state in self.deliveries.values() if state.ended and state.sent_at is None and target in (None, state.delivery.target)
        ]
        for state in dead:
            state.ended, state.lease_until, state.delivery = False, now, replace(state.delivery, attempts=0)
            self._set(state.delivery.rows, state="waiting", due_at=now)
        return len(dead)

    def messages_sent(self, target: str, since: datetime) -> tuple[datetime, ...]:
        times = (state.sent_at for state in self.deliveries.values() if state.delivery.target == target)
        return tuple(sorted(at for at in times if at and at >= since))

    def reschedule(self, rows: Sequence[int], state: DispatchState, reason: str, due_at: datetime) -> None:
        from monitor.store.outbox import CORRECTED

        for row in rows:
            is_correction = state in ("waiting", "held") and self.outbox_rows[row].dispatch.reason == CORRECTED
            self._set([row], state=state, reason=CORRECTED if is_correction else reason, due_at=due_at)

    def start_delivery(self, target: str, rows: Sequence[int], now: datetime, lease: timedelta) -> Delivery | None:
        from monitor.store.outbox import CORRECTED, delivery_key

        found = [self.outbox_rows[row] for row in sorted(rows) if row in self.outbox_rows]
        if not rows or len(found) != len(rows) or not all(map(_is_free, found)):
            return None
        corrected = any(row.dispatch.reason == CORRECTED for row in found)
        key = delivery_key(target, [row.edit for row in found], corrected=corrected).hex()
        delivery = Delivery(len(self.deliveries) + 1, key, target, tuple(row.id for row in found), 1, 1)
        self.deliveries[key] = DeliveryState(delivery, now + lease)
        for row in found:
            row.delivery = delivery.id
        return delivery

    def finish_delivery(self, delivery: Delivery, result: Receipt | Refusal, retry_at: datetime | None) -> None:
        state = self.deliveries[delivery.key]
        if state.delivery.fence != delivery.fence:
            return
        state.ended, state.lease_until = retry_at is None, retry_at or NEVER
        if isinstance(result, Receipt):
            state.sent_at, state.reference, state.error = result.at, result.reference, None
            self._set(delivery.rows, state="sent")
            return
        state.error = result.message
        if retry_at is None:
            self._set(delivery.rows, state="dead")
        else:
            self._set(delivery.rows, due_at=retry_at)

    def _set(self, rows: Sequence[int], **values: object) -> None:
        for row in (self.outbox_rows[number] for number in rows):
            row.dispatch = replace(row.dispatch, **values)  # type: ignore[arg-type]  # fields of Dispatch, checked by its callers above

    def next_due_delivery_at(self) -> datetime | None:
        new = (row.dispatch.due_at for row in self.outbox_rows.values() if _is_free(row) and row.dispatch.target in self.targets)
        begun = (state.lease_until for state in self.deliveries.values() if not state.ended and state.delivery.target in self.targets)
        return min((*new, *begun), default=None)

    def outbox(
        self, *, target: str | None = None, state: str | None = None, since: datetime | None = None, limit: int = 100
    ) -> tuple[OutboxRow, ...]:
        rows = []
        for row in sorted(self.outbox_rows.values(), key=lambda row: row.id, reverse=True):
            said, edit = row.dispatch, self.edit_rows[row.edit].edit
            if target not in (None, said.target) or state not in (None, said.state) or (since and said.due_at < since):
                continue
            sent = self._delivery(row)
            rows.append(
                OutboxRow(
                    row.id, edit.id, edit.article, edit.from_rev, edit.to_rev, edit.title, said.target, said.state,
                    (sent.error if sent else None) or said.reason,
                    said.due_at, sent.delivery.attempts if sent else 0, sent.sent_at if sent else None, sent.reference if sent else None,
                )
            )  # fmt: skip
        return tuple(rows[:limit])

    def held(self) -> tuple[tuple[str, str, int], ...]:
        said = [row.dispatch for row in self.outbox_rows.values() if row.dispatch.state == "held" and row.delivery is None]
        counts = Counter((one.target, one.reason) for one in said if one.target in self.targets)
        return tuple((*key, counts[key]) for key in sorted(counts))

    def dead_letters(self, target: str) -> int:
        return sum(row.dispatch.state == "dead" and row.dispatch.target == target for row in self.outbox_rows.values())

    def mute(self, subject: str, until: datetime | None) -> None:
        self.muted[subject] = until

    def unmute(self, subject: str) -> None:
        self.muted.pop(subject, None)

    def mutes(self, now: datetime) -> frozenset[str]:
        return frozenset(subject for subject, until in self.muted.items() if until is None or until > now)

    def _delivery(self, row: OutboxState) -> DeliveryState | None:
        return next((state for state in self.deliveries.values() if state.delivery.id == row.delivery), None)

    def _queued(self, row: WaitingRow) -> QueuedEdit:
        edit = row.edit
        old, new = self.revision(edit.article, edit.from_rev), self.revision(edit.article, edit.to_rev)
        assert old is not None
        assert new is not None
        return QueuedEdit(row.id, row.dispatch, Diff(edit, old, new, self.changes(edit.id)))

    # --- keeping ---

    def verify(self, article_id: int | None = None) -> Iterator[Fault]:
        yield from ()

    def ledger(self, lines: Iterable[str]) -> Iterator[Fault]:
        yield from ()

    def redact(self, article_id: int, revs: Sequence[int] | None, reason: str, now: datetime) -> tuple[int, ...]:
        row = self.article_rows.get(article_id)
        if row is None or not row.revisions:
            raise NotFound(f"article {article_id} has no revisions")
        keys = {proof.content_json(one.content, one.listings) for one in row.revisions if revs is None or one.rev in revs}
        gone = [one.rev for one in row.revisions if proof.content_json(one.content, one.listings) in keys]
        for rev in gone:
            row.revisions[rev - 1] = replace(row.revisions[rev - 1], content=Content(""), listings={}, redacted=True)
            row.raws.pop(rev, None)
            self.tombstones[article_id, rev] = (now, reason)
        for told in self.edit_rows.values():
            if told.edit.article == article_id and {told.edit.from_rev, told.edit.to_rev} & set(gone):
                silent = replace(told.edit.severity, reasons=())
                told.edit, told.changes = replace(told.edit, title="", severity=silent, evidence=(), watched=()), ()
        if len(row.revisions) in gone:
            row.title, row.memo = "", "{}"
        if len(gone) == len(row.revisions):
            for key, listing in self.listings.items():
                if listing.article_id == article_id:
                    self.listings[key] = replace(listing, title="", summary=None, content=None, authors=())
        return tuple(gone)

    def redacted(self) -> tuple[tuple[int, int, datetime, str], ...]:
        return tuple((article, rev, at, reason) for (article, rev), (at, reason) in sorted(self.tombstones.items()))

    def close(self) -> None:
        """Nothing is to be closed."""


def _is_free(row: OutboxState) -> bool:
    return row.dispatch.state in ("waiting", "held") and row.delivery is None


def _fits(article: Article, query: ArticleQuery) -> bool:
    return (
        (not query.feeds or bool(set(query.feeds) & set(article.feeds)))
        and article.id > query.after
        and (not query.before or article.id < query.before)
        and (not query.states or article.state in query.states)
        and (query.merged or article.merged_into is None)
        and (not query.edited or article.last_edit_at is not None)
        and (
            query.since is None
            or (article.last_edit_at is not None and article.last_edit_at >= query.since)
            or (not query.edited and article.first_seen_at >= query.since)
        )
    )
