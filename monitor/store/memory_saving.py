"""Saving and learning, in memory: everything is checked first, so that what follows cannot fail half way."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor import proof
from monitor.errors import NotFound
from monitor.model import (
    ArticleUpdate,
    Edit,
    Glimpse,
    Habit,
    Key,
    KnownArticle,
    KnownFeed,
    Listing,
    LookOutcome,
    NewRevision,
    Pace,
    PollOutcome,
    Revision,
    SameEntry,
    Saved,
)
from monitor.ports import PollRun
from monitor.schedule import with_lesson
from monitor.store.codes import EVERY_ARTICLE, KIND_BITS
from monitor.store.memory_asking import MemoryAsking
from monitor.store.memory_hubs import MemoryHubs
from monitor.store.memory_state import ArticleRow, EditRow, OutboxState
from monitor.store.values import KIND_ORDER, host_name

STRONG = ("url", "canonical")
FIRST_FLOOR = timedelta(minutes=5)
GONE_LATELY = timedelta(days=30)
BOILERPLATE_FROM = 3
BOILERPLATE_SHARE = 8


@dataclass(slots=True)
class _Learnt:
    new_articles: list[int] = field(default_factory=list)
    revisions: int = 0
    edits: list[Edit] = field(default_factory=list)


class MemorySaving(MemoryAsking, MemoryHubs):
    """LearningStore in memory."""

    def known_feed(self, feed_id: int) -> KnownFeed:
        if feed_id not in self.feed_rows:
            raise NotFound(f"feed {feed_id} is not there")
        row = self.feed_rows[feed_id]
        mine = [self.as_listed(feed_id, one) for (feed, _), one in self.listings.items() if feed == feed_id]
        present = sorted((one for one in mine if one.gone_at is None), key=lambda one: one.position)
        gone = [one for one in mine if one.gone_at is not None and (row.usable_at is None or one.gone_at >= row.usable_at - GONE_LATELY)]
        return KnownFeed(feed_id, row.feed.slug, (*present, *gone), row.memo, row.usable_at)

    def find_articles(self, keys: Iterable[Key]) -> Mapping[Key, int]:
        return self.named(keys)

    def known_article(self, article_id: int, *, raw: bool = True) -> KnownArticle:
        row = self.article_rows.get(article_id)
        if row is None:
            raise NotFound(f"article {article_id} is not there")
        head = row.revisions[-1] if row.revisions else None
        return KnownArticle(
            id=row.id, url=row.url, canonical_url=row.canonical_url, state=row.state, head=head,
            texts={proof.text_key(revision.content): revision.rev for revision in row.revisions},
            listed=tuple(listing for _, listing in self.listed(article_id)), memo=row.memo,
            head_raw=row.raws.get(head.rev) if raw and head else None, head_rev=len(row.revisions), first_seen_at=row.first_seen_at,
            last_edit_at=row.last_edit_at, flapping=row.flapping,
        )  # fmt: skip

    def glimpses(self, feed_id: int, articles: Sequence[int]) -> Mapping[int, Glimpse]:
        found: dict[int, Glimpse] = {}
        for number in articles:
            row = self.article_rows.get(number)
            if row is None or row.merged_into is not None:
                continue
            head = row.revisions[-1] if row.revisions else None
            alone = all(feed == feed_id for feed, _ in self.listed(number)) and self.watch_of("page", number) is None
            found[number] = Glimpse(len(row.revisions), head.source if head else None, head.event if head else None, row.memo, alone)
        return found

    def boilerplate(self, host: str) -> frozenset[int]:
        many = max(BOILERPLATE_FROM, len(self.blocks.get((host, EVERY_ARTICLE), ())) / BOILERPLATE_SHARE)
        return frozenset(
            fp for (name, fp), articles in self.blocks.items() if name == host and fp != EVERY_ARTICLE and len(articles) >= many
        )

    def habit(self, host: str) -> Habit | None:
        return self.habits.get(host_name(f"//{host}"))

    def similar_edits(self, host: str, fingerprint: bytes, since: datetime) -> int:
        edits = [row.edit for row in self.edit_rows.values() if row.edit.fingerprint == fingerprint and row.edit.seen_before >= since]
        return len({edit.article for edit in edits if host_name(self.article_rows[edit.article].url) == host})

    def save_poll(self, outcome: PollOutcome) -> Saved:
        task = outcome.task
        if self.watches[task.watch_id].fence != task.fence or not all(self._is_fresh(update, task.feed_id) for update in outcome.articles):
            return Saved(False)
        learnt = _Learnt()
        self._keep_pace(task.watch_id, outcome.pace)
        row = self.feed_rows[task.feed_id]
        row.outcome, row.error, row.polled_at = outcome.outcome, outcome.error, outcome.at
        row.title, row.moved_to = outcome.title or row.title, outcome.moved_to or row.moved_to
        row.memo = outcome.known_memo or row.memo
        row.usable_at = outcome.at if outcome.usable else row.usable_at
        last = row.polls[-1] if row.polls else None
        if last is not None and (last.outcome, last.status) == (outcome.outcome, outcome.status):
            row.polls[-1] = replace(last, to_at=outcome.at, times=last.times + 1)
        else:
            row.polls.append(PollRun(outcome.at, outcome.at, 1, outcome.outcome, outcome.status))
        self.keep_hub(outcome)
        for update in outcome.articles:
            self._apply(update, outcome.at, task.feed_id, learnt)
        for entry in outcome.same:
            self._keep_same(entry, task.feed_id, outcome.at)
        for left in outcome.left:
            found = self.listings.get((task.feed_id, left.key))
            if found is not None and found.gone_at is None:
                self.listings[task.feed_id, left.key] = replace(found, gone_at=left.gone_at or outcome.at)
        return Saved(True, tuple(learnt.new_articles), learnt.revisions, tuple(learnt.edits))

    def save_look(self, outcome: LookOutcome) -> Saved:
        task = outcome.task
        if self.watches[task.watch_id].fence != task.fence or not self._is_fresh(outcome.update, None):
            return Saved(False)
        learnt = _Learnt()
        self._keep_pace(task.watch_id, outcome.pace)
        self._apply(outcome.update, outcome.at, None, learnt)
        if outcome.lesson is not None:
            host = host_name(task.url)
            self.habits[host] = with_lesson(self.habits.get(host), outcome.lesson)
        if outcome.merge_into is not None:
            self.merge(task.article_id, outcome.merge_into, "the page names the other article's address", outcome.at)
        return Saved(True, (), learnt.revisions, tuple(learnt.edits))

    def saving(self, outcome: PollOutcome | LookOutcome) -> "Future[Saved]":
        done: Future[Saved] = Future()
        done.set_result(self.save_poll(outcome) if isinstance(outcome, PollOutcome) else self.save_look(outcome))
        return done

    def watch(self, url: str, keys: Sequence[Key], now: datetime, *, due_at: datetime | None = None) -> int:
        article = next(iter(self.named(keys).values()), None)
        if article is None:
            article = self._new_article(ArticleUpdate(None, 0, url, keys=tuple(keys)), now)
        self.start_watch("page", article, url, Pace(due_at or now, FIRST_FLOOR))
        if self.article_rows[article].state == "retired":
            self.article_rows[article].state = "watched"
        return article

    def unwatch(self, article_id: int) -> None:
        watch, row = self.watch_of("page", article_id), self.article_rows.get(article_id)
        if watch is not None:
            watch.pace, watch.fence = replace(watch.pace, next_at=None), watch.fence + 1
        if row is not None and row.state == "watched":
            row.state = "retired"

    def merge(self, loser: int, winner: int, reason: str, now: datetime) -> None:
        """Tells that two articles are one: no revision moves, and `unmerge` undoes it."""
        lost, won = self.article_rows.get(loser), self.article_rows.get(winner)
        if loser == winner or lost is None or won is None or lost.merged_into or won.merged_into:
            return
        keys = [alias for alias, article in self.aliases.items() if article == loser]
        listings = [key for key, listing in self.listings.items() if listing.article_id == loser]
        self._move(keys, listings, loser, winner)
        self.merges.append((loser, winner, keys, listings, lost.state))
        lost.merged_into, lost.state = winner, "retired"
        watch = self.watch_of("page", loser)
        if watch is not None:
            watch.pace, watch.fence = replace(watch.pace, next_at=None), watch.fence + 1

    def unmerge(self, article_id: int, now: datetime) -> bool:
        """Takes a merge back; False when the article was not merged."""
        found = next((merge for merge in reversed(self.merges) if merge[0] == article_id), None)
        if found is None:
            return False
        self.merges.remove(found)
        _, winner, keys, listings, state = found
        self._move(keys, listings, winner, article_id)
        self.article_rows[article_id].merged_into, self.article_rows[article_id].state = None, state
        watch = self.watch_of("page", article_id)
        if watch is not None:
            watch.pace = replace(watch.pace, next_at=now)
        return True

    def _move(self, keys: list[tuple[str, str, str]], listings: list[tuple[int, str]], from_article: int, to: int) -> None:
        for key in keys:
            if self.aliases.get(key) == from_article:
                self.aliases[key] = to
        for name in listings:
            if self.listings[name].article_id == from_article:
                self.listings[name] = replace(self.listings[name], article_id=to)

    def _keep_same(self, entry: SameEntry, feed: int, at: datetime) -> None:
        known = self.listings[feed, entry.listing_key]
        self.listings[feed, entry.listing_key] = replace(known, position=entry.position)
        revisions = self.article_rows[entry.article_id].revisions
        if entry.rev is not None and entry.rev == len(revisions):
            revisions[-1] = replace(revisions[-1], confirmed=True, last_seen_at=max(revisions[-1].last_seen_at, at))
        self.name(entry.article_id, entry.keys)

    # --- one update ---

    def _is_fresh(self, update: ArticleUpdate, feed: int | None) -> bool:
        article = update.article_id if update.article_id is not None else self._met_meanwhile(update, feed, ())
        if article is None:
            return update.after_rev == 0
        row = self.article_rows.get(article)
        return row is not None and row.merged_into is None and len(row.revisions) == update.after_rev

    def _met_meanwhile(self, update: ArticleUpdate, feed: int | None, mine: Sequence[int]) -> int | None:
        article = next(iter(self.named(key for key in update.keys if key.kind in STRONG).values()), None)
        if article is None or article in mine:
            return None
        listed = any(number == feed and listing.gone_at is None for number, listing in self.listed(article))
        return None if listed else article

    def _keep_pace(self, watch_id: int, pace: Pace) -> None:
        watch = self.watches[watch_id]
        watch.pace = replace(pace, asked_at=pace.asked_at or watch.pace.asked_at, next_at=pace.soonest if watch.stirred else pace.next_at)

    def _apply(self, update: ArticleUpdate, at: datetime, feed: int | None, learnt: _Learnt) -> None:
        article = update.article_id
        if article is None:
            article = self._met_meanwhile(update, feed, learnt.new_articles)
        if article is None:
            article = self._new_article(update, at)
            learnt.new_articles.append(article)
        row = self.article_rows[article]
        self.name(article, update.keys)
        row.canonical_url = update.canonical_url or row.canonical_url
        row.state = update.state or row.state
        row.memo = update.memo if update.memo is not None else row.memo
        row.flapping = update.flapping if update.flapping is not None else row.flapping
        if update.listing is not None and feed is not None:
            self._keep_listing(article, feed, update.listing)
        if update.watch is not None:
            self.start_watch("page", article, update.url, update.watch)
        if row.revisions:
            self._keep_head(row, update, at)
        if update.revision is not None:
            learnt.revisions += 1
            edit = self._add_revision(row, update.revision, at)
            learnt.edits += [edit] if edit else []
        if update.look is not None:
            row.looks.setdefault(update.look.at, update.look)
        if update.blocks and not row.blocks_counted:
            row.blocks_counted = True
            for fp in (EVERY_ARTICLE, *update.blocks):
                self.blocks.setdefault((host_name(row.url), fp), set()).add(article)
        watch = self.watch_of("page", article)
        to = update.pull_forward_to
        if to is not None and watch is not None and row.merged_into is None and (watch.pace.next_at is None or watch.pace.next_at > to):
            rested_at = max(to, watch.pace.asked_at + watch.pace.floor) if watch.pace.asked_at else to
            watch.pace, watch.stirred = replace(watch.pace, next_at=min(watch.pace.next_at or rested_at, rested_at)), True

    def _new_article(self, update: ArticleUpdate, at: datetime) -> int:
        number = len(self.article_rows) + 1
        listing = update.listing
        row = ArticleRow(number, update.url, at, listing.title if listing else "", update.canonical_url)
        row.posted_at, row.updated_at = (listing.published_at, listing.updated_at) if listing else (None, None)
        self.article_rows[number] = row
        self.name(number, update.keys)
        return number

    def _keep_listing(self, article: int, feed: int, listing: Listing) -> None:
        known = self.listings.get((feed, listing.key))
        first_seen_at = known.first_seen_at if known else listing.first_seen_at
        self.listings[feed, listing.key] = replace(listing, article_id=article, first_seen_at=first_seen_at)

    def _keep_head(self, row: ArticleRow, update: ArticleUpdate, at: datetime) -> None:
        head = row.revisions[-1]
        head = replace(
            head, confirmed=head.confirmed or update.confirm, last_seen_at=max(head.last_seen_at, at) if update.seen else head.last_seen_at
        )
        moved = update.restamp
        if moved is not None and all(restamp.at != moved.at for restamp in head.restamps):
            head = replace(head, restamps=(*head.restamps, moved))
            row.posted_at, row.updated_at = (stamp.at if stamp else None for stamp in (moved.posted, moved.updated))
        row.revisions[-1] = head
        if update.discloses is not None:
            for told in self.edit_rows.values():
                if (told.edit.article, told.edit.to_rev, told.edit.disclosed) == (row.id, update.discloses, False):
                    told.edit = replace(told.edit, disclosed=True)
                    self._tell_again(told.edit.id, update.look.at if update.look else head.last_seen_at)

    def _tell_again(self, edit: int, now: datetime) -> None:
        from monitor.store.outbox import CORRECTED

        for row in self.outbox_rows.values():
            if row.edit == edit and row.dispatch.state == "sent":
                row.dispatch = replace(row.dispatch, state="waiting", reason=CORRECTED, due_at=now)
                row.delivery = None

    def _add_revision(self, row: ArticleRow, new: NewRevision, at: datetime) -> Edit | None:
        parent = row.revisions[-1].hash if row.revisions else None
        sha = hashlib.sha256(new.raw.body).digest() if new.raw else None
        said = proof.revision_hash(
            content=new.content, event=new.event, source=new.source, url=new.url, first_seen_at=new.first_seen_at, posted=new.posted,
            updated=new.updated, listings=new.listings, parent_hash=parent,
        )  # fmt: skip
        revision = Revision(
            row.id, len(row.revisions) + 1, said, parent, new.event, new.confirmed, new.source, new.url, new.first_seen_at,
            max(at, new.first_seen_at), new.posted, new.updated, new.content, dict(new.listings), (), new.extractor, sha,
        )  # fmt: skip
        row.revisions.append(revision)
        if new.raw is not None:
            row.raws[revision.rev] = new.raw
        row.title, row.language = new.content.title or row.title, new.content.language or row.language
        row.posted_at, row.updated_at = (stamp.at if stamp else None for stamp in (new.posted, new.updated))
        return self._keep_edit(row, revision, new) if new.edit else None

    def _keep_edit(self, row: ArticleRow, revision: Revision, new: NewRevision) -> Edit:
        assert new.edit is not None
        number = len(self.edit_rows) + 1
        kinds = tuple(kind for kind in KIND_ORDER if kind in new.edit.kinds and kind in KIND_BITS)
        feeds = frozenset(feed for feed, _ in self.listed(row.id))
        edit = replace(
            new.edit, id=number, article=row.id, from_rev=revision.rev - 1, to_rev=revision.rev, kinds=kinds, url=row.url,
            feeds=tuple(sorted(self.feed_rows[feed].feed.slug for feed in feeds)),
        )  # fmt: skip
        self.edit_rows[number] = EditRow(edit, new.changes, feeds)
        row.last_edit_at = edit.seen_before
        for dispatch in new.dispatches:
            self.targets.add(dispatch.target)
            outbox = len(self.outbox_rows) + 1
            self.outbox_rows[outbox] = OutboxState(outbox, number, dispatch)
        return edit
