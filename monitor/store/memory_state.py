"""What the store in memory holds: plain values in dictionaries, by the numbers the SQL store would give them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from monitor.model import (
    Article,
    ArticleState,
    Change,
    Delivery,
    Dispatch,
    Edit,
    FeedTask,
    Habit,
    Key,
    Listing,
    Look,
    Pace,
    PageTask,
    RawPage,
    Revision,
    Subscription,
)
from monitor.ports import PollRun
from monitor.settings import Feed
from monitor.store.values import host_name

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class HostState:
    """A host with its turn."""

    id: int
    name: str
    free_at: datetime = NEVER
    lease_until: datetime = NEVER
    fence: int = 0


@dataclass(slots=True)
class WatchState:
    """A feed or page that is asked again and again."""

    id: int
    kind: str
    ref: int
    host: int
    pace: Pace
    fence: int = 0
    stirred: bool = False


@dataclass(slots=True)
class FeedRow:
    """A feed and what its polls taught."""

    id: int
    feed: Feed
    configured: bool = True
    moved_to: str | None = None
    title: str | None = None
    memo: str = "{}"
    usable_at: datetime | None = None
    polled_at: datetime | None = None
    outcome: str | None = None
    error: str | None = None
    polls: list[PollRun] = field(default_factory=list)


@dataclass(slots=True)
class ArticleRow:
    """An article with all that hangs on it."""

    id: int
    url: str
    first_seen_at: datetime
    title: str = ""
    canonical_url: str | None = None
    state: ArticleState = "watched"
    posted_at: datetime | None = None
    updated_at: datetime | None = None
    last_edit_at: datetime | None = None
    language: str | None = None
    merged_into: int | None = None
    flapping: bool = False
    memo: str = "{}"
    blocks_counted: bool = False
    revisions: list[Revision] = field(default_factory=list)
    raws: dict[int, RawPage] = field(default_factory=dict)
    looks: dict[datetime, Look] = field(default_factory=dict)


@dataclass(slots=True)
class EditRow:
    """An edit with its changes and the feeds its article stood in."""

    edit: Edit
    changes: tuple[Change, ...]
    feeds: frozenset[int]


@dataclass(slots=True)
class OutboxState:
    """One edit for one target."""

    id: int
    edit: int
    dispatch: Dispatch
    delivery: int | None = None


@dataclass(slots=True)
class DeliveryState:
    """One message and what became of it."""

    delivery: Delivery
    lease_until: datetime
    sent_at: datetime | None = None
    reference: str | None = None
    ended: bool = False
    error: str | None = None


class MemoryState:
    """The dictionaries, and what every part asks of them."""

    def __init__(self) -> None:
        self.hosts: dict[str, HostState] = {}
        self.watches: dict[int, WatchState] = {}
        self.feed_rows: dict[int, FeedRow] = {}
        self.article_rows: dict[int, ArticleRow] = {}
        self.aliases: dict[tuple[str, str, str], int] = {}
        self.listings: dict[tuple[int, str], Listing] = {}
        self.edit_rows: dict[int, EditRow] = {}
        self.blocks: dict[tuple[str, int], set[int]] = {}
        self.subscription_rows: dict[int, Subscription] = {}
        self.habits: dict[str, Habit] = {}
        self.merges: list[tuple[int, int, list[tuple[str, str, str]], list[tuple[int, str]], ArticleState]] = []
        self.targets: set[str] = set()
        self.outbox_rows: dict[int, OutboxState] = {}
        self.deliveries: dict[str, DeliveryState] = {}
        self.muted: dict[str, datetime | None] = {}
        self.tombstones: dict[tuple[int, int], tuple[datetime, str]] = {}
        self.meta: dict[str, str] = {}

    def host(self, name: str) -> HostState:
        """The host, made when it is new."""
        return self.hosts.setdefault(name, HostState(len(self.hosts) + 1, name))

    def host_of(self, watch: WatchState) -> HostState:
        """The host a watch is asked on."""
        return next(host for host in self.hosts.values() if host.id == watch.host)

    def watch_of(self, kind: str, ref: int) -> WatchState | None:
        """The watch of a feed or of an article's page."""
        return next((watch for watch in self.watches.values() if (watch.kind, watch.ref) == (kind, ref)), None)

    def start_watch(self, kind: str, ref: int, url: str, pace: Pace) -> None:
        """Watches it; what is watched keeps its pace, what was retired gets the new one."""
        watch = self.watch_of(kind, ref)
        if watch is None:
            number = len(self.watches) + 1
            self.watches[number] = WatchState(number, kind, ref, self.host(host_name(url)).id, pace)
        elif watch.pace.next_at is None:
            watch.pace = replace(watch.pace, next_at=pace.next_at, floor=pace.floor, memo=pace.memo)

    def feed_by_slug(self, slug: str) -> FeedRow | None:
        """The feed of that name."""
        return next((row for row in self.feed_rows.values() if row.feed.slug == slug), None)

    def alias(self, key: Key) -> tuple[str, str, str]:
        """A key as it is found by, whatever the slug of its feed is later."""
        feed = self.feed_by_slug(key.scope) if key.scope else None
        return key.kind, f"#{feed.id}" if feed else key.scope, key.value

    def name(self, article: int, keys: Iterable[Key]) -> None:
        """Keys become names of this article; a name that another has stays there."""
        for key in keys:
            self.aliases.setdefault(self.alias(key), article)

    def named(self, keys: Iterable[Key]) -> Mapping[Key, int]:
        """The articles these keys name."""
        return {key: self.aliases[self.alias(key)] for key in keys if self.alias(key) in self.aliases}

    def listed(self, article: int) -> Iterator[tuple[int, Listing]]:
        """The article's listings, with the feeds they stand in, newest change first."""
        mine = [(feed, self.as_listed(feed, one)) for (feed, _), one in self.listings.items() if one.article_id == article]
        yield from sorted(mine, key=lambda pair: (-pair[1].changed_at.timestamp(), pair[1].feed, pair[1].key))

    def as_listed(self, feed: int, listing: Listing) -> Listing:
        """A listing under its feed's present slug."""
        return replace(listing, feed=self.feed_rows[feed].feed.slug)

    def feeds_of(self, article: int) -> tuple[str, ...]:
        """Slugs of the feeds that list the article or did."""
        return tuple(sorted({listing.feed for _, listing in self.listed(article)}))

    def article_of(self, row: ArticleRow) -> Article:
        """An article as lists show it."""
        watch = self.watch_of("page", row.id)
        return Article(
            row.id, row.url, row.canonical_url, self.feeds_of(row.id), row.title, row.state, len(row.revisions), row.first_seen_at,
            row.posted_at, row.updated_at, row.last_edit_at, watch.pace.next_at if watch else None, row.language,
            row.merged_into, row.flapping,
        )  # fmt: skip

    def task_of(self, watch: WatchState) -> FeedTask | PageTask:
        """What is to be asked for a watch."""
        if watch.kind == "feed":
            row = self.feed_rows[watch.ref]
            sub = self.subscription_rows.get(row.id)
            told_until = sub.until if sub is not None and sub.state == "active" else None
            return FeedTask(watch.id, watch.fence, row.id, row.feed, row.moved_to or row.feed.url, watch.pace, told_until)
        feeds = dict.fromkeys(feed for feed, _ in self.listed(watch.ref))
        article = self.article_rows[watch.ref]
        followed = tuple(self.feed_rows[feed].feed for feed in sorted(feeds))
        return PageTask(watch.id, watch.fence, article.id, article.url, watch.pace, followed, watch.stirred)
