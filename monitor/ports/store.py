"""The door to the store, by what is done with it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import (
    Article,
    Change,
    Diff,
    Dispatch,
    Edit,
    FeedTask,
    Glimpse,
    Habit,
    Key,
    KnownArticle,
    KnownFeed,
    Look,
    LookOutcome,
    OutletTrust,
    PageTask,
    PollOutcome,
    RawPage,
    Restamp,
    Revision,
    Saved,
    Subscription,
    Turn,
)
from monitor.ports.doors import Clock, Workers
from monitor.ports.hubs import HubStore
from monitor.ports.outbox import OutboxStore
from monitor.ports.righting import RightingStore
from monitor.settings import Feed, ScheduleSettings, SiteRule


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed and what became of its polls, as `feeds ls` and `status` show it. `configured` False: not in feeds.toml any more."""

    feed_id: int
    feed: Feed
    url: str
    title: str | None
    configured: bool
    outcome: str | None
    error: str | None
    polled_at: datetime | None
    next_at: datetime | None
    failures: int
    articles: int
    edits_7d: int


@dataclass(frozen=True, slots=True)
class OutletDay:
    """One outlet's edits of a while: all, and of them those of headlines, those disclosed and not, those with a correction note.

    `waits`: how long after its publication each article stood that was first edited then.
    """

    edits: int = 0
    headlines: int = 0
    disclosed: int = 0
    undisclosed: int = 0
    corrections: int = 0
    waits: tuple[timedelta, ...] = ()

    def __add__(self, more: "OutletDay") -> "OutletDay":
        return OutletDay(
            self.edits + more.edits,
            self.headlines + more.headlines,
            self.disclosed + more.disclosed,
            self.undisclosed + more.undisclosed,
            self.corrections + more.corrections,
            self.waits + more.waits,
        )


@dataclass(frozen=True, slots=True)
class DayTally:
    """A while in counts: outlets by the slug of an edit's first feed ("" without one), `hours` since its beginning."""

    outlets: Mapping[str, OutletDay]
    hours: Mapping[int, int]
    kinds: Mapping[str, int]
    levels: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class EditQuery:
    """Which edits, oldest first. `after` is an edit id (a cursor). Kinds: any of. `min_level` a severity level.

    `before` an edit id too: only older edits, the cursor of a list that runs backwards; 0 no bound.
    """

    article: int | None = None
    feeds: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    min_level: str = "noise"
    undisclosed: bool = False
    since: datetime | None = None
    until: datetime | None = None
    after: int = 0
    limit: int | None = None
    newest: bool = False
    held: bool = True
    before: int = 0


@dataclass(frozen=True, slots=True)
class ArticleQuery:
    """Which articles, by id. `states` empty: all of them, merged ones only with `merged`.

    `after` and `before` are article ids (cursors of pages); 0 no bound.
    """

    feeds: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    edited: bool = False
    since: datetime | None = None
    merged: bool = False
    limit: int | None = None
    newest: bool = False
    after: int = 0
    before: int = 0


@dataclass(frozen=True, slots=True)
class PollRun:
    """`times` polls of a feed in a row that ended alike, from the first to the last of them. `outcome` is the contract's."""

    from_at: datetime
    to_at: datetime
    times: int
    outcome: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One search hit: the revision whose words (or added, removed words) fit."""

    article: int
    rev: int
    at: datetime
    title: str
    snippet: str
    where: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What verify found: a revision (or chain, ledger, raw page) that does not fit, and how."""

    article: int | None
    rev: int | None
    what: str
    message: str


@dataclass(frozen=True, slots=True)
class Counts:
    """A state in numbers, for `status`."""

    feeds: int
    feeds_failing: int
    articles: int
    watched: int
    revisions: int
    edits: int
    edits_24h: int
    due: int
    oldest_due_at: datetime | None
    last_poll_at: datetime | None
    outbox_waiting: int
    outbox_dead: int


class AskingStore(Protocol):
    """What is due, and who has it."""

    def sync_feeds(self, feeds: Sequence[Feed], now: datetime, bounds: ScheduleSettings | None = None) -> None:
        """Makes the configured feeds known: by slug, a new slug with a known URL is a rename. Nothing is deleted.

        `bounds` are the configured ones, from which a feed that was never asked gets its floor.
        """
        ...

    def claim(
        self, now: datetime, *, hosts: int, per_host: int, lease: timedelta, feeds: Sequence[str] | None = None, tasks: str = "any"
    ) -> tuple[Turn, ...]:
        """Claims due hosts fairly. Each claimed task's next_at has durably moved by its floor before this returns.

        `feeds` limits to those slugs and their articles, `tasks` to 'feed' or 'page'.
        """
        ...

    def prolong(self, turn: Turn, until: datetime) -> None:
        """The turn takes longer than its lease: its host is nobody else's until then. One that has ended or was lost is left alone."""
        ...

    def release(self, turn: Turn, free_at: datetime) -> None:
        """Gives the host back, to be asked again from `free_at` on. A lease that was lost is left alone."""
        ...

    def releasing(self, turn: Turn, free_at: datetime) -> "Future[None]":
        """The same without waiting: the future is done once the host is given back."""
        ...

    def give_back(self, turn: Turn, tasks: Sequence[FeedTask | PageTask], now: datetime) -> None:
        """Tasks of a turn that were not asked, or failed by our own fault: due again at once, and nothing is held against them."""
        ...

    def hold_host(self, host: str, until: datetime) -> None:
        """Nothing is asked of this host before `until` (Retry-After); never shortens."""
        ...

    def make_due(self, feeds: Sequence[str] | None, now: datetime) -> None:
        """`check --force`: the feeds and every watched page of theirs are due now; clears back-off, Retry-After and leases of the dead."""
        ...

    def ask_soon(self, slug: str, now: datetime) -> bool:
        """The feed is due now, before its schedule and back-off; whoever polls takes it as soon as its host may be asked.

        False when it is not polled at all (paused, or not configured).
        """
        ...

    def feed_task(self, slug: str, now: datetime) -> FeedTask:
        """A task for this feed outside the schedule (backfill, tests). Raises NotFound."""
        ...

    def page_task(self, article_id: int, now: datetime) -> PageTask:
        """A task for this article's page outside the schedule. Raises NotFound."""
        ...

    def free_leases(self) -> None:
        """Takes every claimed host back. For a process that has just taken the state for itself: all other holders are dead."""
        ...

    def next_due_at(self) -> datetime | None:
        """When the next claim could give something; None when nothing is watched."""
        ...


class LearningStore(Protocol):
    """What thinking needs to know, and saving what it learnt."""

    def known_feed(self, feed_id: int) -> KnownFeed: ...

    def find_articles(self, keys: Iterable[Key]) -> Mapping[Key, int]:
        """The articles these keys name, merges followed. Keys that name none are left out."""
        ...

    def known_article(self, article_id: int, *, raw: bool = True) -> KnownArticle: ...

    def glimpses(self, feed_id: int, articles: Sequence[int]) -> Mapping[int, Glimpse]:
        """What is known of these articles of a feed without reading any text. Merged ones are left out."""
        ...

    def boilerplate(self, host: str) -> frozenset[int]:
        """Fingerprints of blocks seen in at least three articles of this host."""
        ...

    def habit(self, host: str) -> Habit | None:
        """How this host's articles are edited, as looks taught; None while nothing was learnt."""
        ...

    def similar_edits(self, host: str, fingerprint: bytes, since: datetime) -> int:
        """How many articles of this host had an edit of this fingerprint lately."""
        ...

    def save_poll(self, outcome: PollOutcome) -> Saved: ...

    def save_look(self, outcome: LookOutcome) -> Saved: ...

    def saving(self, outcome: PollOutcome | LookOutcome) -> "Future[Saved]":
        """Starts to save, for who does not stand and wait: the future is done once it is kept, together with others under load."""
        ...

    def watch(self, url: str, keys: Sequence[Key], now: datetime, *, due_at: datetime | None = None) -> int:
        """Follows a page without a feed; the article's id, also when it was known."""
        ...

    def unwatch(self, article_id: int) -> None: ...

    def merge(self, loser: int, winner: int, reason: str, now: datetime) -> None:
        """Tells that two articles are one: names and listings go to the winner, no revision moves, and `unmerge` undoes it."""
        ...

    def unmerge(self, article_id: int, now: datetime) -> bool:
        """Takes the article's merge back; False when it was not merged."""
        ...


class ReadingStore(Protocol):
    """What is remembered. Reads take no lock and never wait for the writer."""

    def feeds(self) -> tuple[FeedState, ...]: ...

    def polls(self, slug: str, limit: int = 50) -> tuple[PollRun, ...]:
        """How the last polls of a feed went, newest first; empty for a feed that is not known."""
        ...

    def subscriptions(self) -> tuple[Subscription, ...]:
        """What was agreed with hubs, by feed."""
        ...

    def articles(self, query: ArticleQuery) -> Iterator[Article]: ...

    def article(self, article_id: int) -> Article | None: ...

    def article_by_url(self, url_keys: Sequence[Key]) -> int | None: ...

    def last_edited(self, back: int = 0) -> int | None:
        """The article edited last (back 0), the one before (1), …"""
        ...

    def revisions(self, article_id: int) -> tuple[Revision, ...]:
        """All, oldest first. Raises StoreError when a text does not match its hash."""
        ...

    def revision(self, article_id: int, rev: int) -> Revision | None: ...

    def find_revisions(self, hash_prefix: str, article_id: int | None = None) -> tuple[tuple[int, int], ...]:
        """(article, rev) of revisions whose hash starts so."""
        ...

    def edits(self, query: EditQuery) -> Iterator[Edit]: ...

    def edit(self, article_id: int, to_rev: int) -> Edit | None: ...

    def changes(self, edit_id: int) -> tuple[Change, ...]:
        """The changes as they were told."""
        ...

    def looks(self, article_id: int) -> Iterator[Look]: ...

    def restamps(self, since: datetime | None, feeds: Sequence[str] = ()) -> Iterator[tuple[int, int, Restamp]]:
        """(article, rev, restamp), oldest first."""
        ...

    def raw(self, article_id: int, rev: int) -> RawPage | None: ...

    def search(
        self, query: str, *, where: str = "any", feeds: Sequence[str] = (), since: datetime | None = None, limit: int = 50
    ) -> tuple[Hit, ...]: ...

    def counts(self, now: datetime) -> Counts: ...

    def outlets(self, since: datetime, feed: str | None = None) -> tuple[OutletTrust, ...]:
        """How the pages of each host were read since then (whole days), the least trusted first; `feed`: hosts of its articles only."""
        ...

    def day_tally(self, since: datetime, until: datetime) -> DayTally:
        """The edits seen from `since` to before `until` in numbers, those of noise left out."""
        ...

    def get_meta(self, key: str) -> str | None: ...

    def set_meta(self, key: str, value: str) -> None: ...


class KeepingStore(Protocol):
    """Keeping what is remembered safe and provable."""

    def verify(self, article_id: int | None = None) -> Iterator[Fault]:
        """Re-computes every hash; yields what does not fit."""
        ...

    def ledger(self, lines: Iterable[str]) -> Iterator[Fault]:
        """What the lines of a ledger file say that this store does not."""
        ...

    def redact(self, article_id: int, revs: Sequence[int] | None, reason: str, now: datetime) -> tuple[int, ...]:
        """Removes the words and raw pages of these revisions, None: all; which revisions that were. Hashes stay. Raises NotFound."""
        ...

    def redacted(self) -> tuple[tuple[int, int, datetime, str], ...]:
        """(article, rev, when, why) of every revision whose words were removed."""
        ...

    def close(self) -> None: ...


class Store(AskingStore, RightingStore, HubStore, LearningStore, ReadingStore, OutboxStore, KeepingStore, Protocol):
    """The whole memory. `store.sql` and `store.memory` keep the same promises (tests/store/)."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What a recipe is given.

    `route` says for an edit which targets hear of it, and why or why not (pure, from the rules; its second argument are the tags of
    the article's feeds). `rule_for` gives the site rule of a host, if there is one. `watchlist`: phrases whose coming or going is marked.
    """

    store: Store
    workers: Workers
    clock: Clock
    bounds: ScheduleSettings
    route: Callable[[Diff, frozenset[str]], tuple[Dispatch, ...]]
    rule_for: Callable[[str], SiteRule | None]
    watchlist: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What `deliver` did in one round."""

    sent: int = 0
    failed: int = 0
    held: int = 0


EditListener = Callable[[Edit], None]
