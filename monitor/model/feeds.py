"""What a feed says, and which article an entry speaks of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed as it said it, text in plain text. Dates None where the feed gave none that can be believed.

    `summary` and `content` are visible text with paragraphs parted by a blank line. `item_sha` is the hash of the item's bytes.
    """

    id: str | None
    url: str | None
    title: str
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    summary: str | None = None
    content: str | None = None
    item_sha: bytes = b""
    position: int = 0


@dataclass(frozen=True, slots=True)
class SameItem:
    """An item whose bytes were seen before (`item_sha` was in `known`): it was not parsed again."""

    item_sha: bytes
    position: int = 0


@dataclass(frozen=True, slots=True)
class FeedHints:
    """What the publisher says about when to ask: RSS ttl, sy:*, skipHours, skipDays (0 = Monday), and a WebSub hub."""

    ttl: timedelta | None = None
    period: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub: str | None = None
    self_url: str | None = None


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed, read. `complete` is False when its end was missing, so that nothing may be concluded from an absence."""

    format: str
    encoding: str
    title: str | None
    link: str | None
    items: tuple[Entry | SameItem, ...]
    hints: FeedHints = FeedHints()
    warnings: tuple[str, ...] = ()
    complete: bool = True

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The items that were parsed."""
        return tuple(item for item in self.items if isinstance(item, Entry))


KeyKind = Literal["guid", "url", "token", "canonical", "title"]


@dataclass(frozen=True, slots=True)
class Key:
    """One name of an article. `scope` is a feed slug for guids and titles, '' for what is true everywhere."""

    kind: KeyKind
    scope: str
    value: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What one feed says of one article now. `key` is the row's own key within the feed; `gone_at` set once it left the feed."""

    feed: str
    key: str
    article_id: int
    guid: str | None
    url: str | None
    title: str
    summary: str | None
    content: str | None
    authors: tuple[str, ...]
    published_at: datetime | None
    updated_at: datetime | None
    item_sha: bytes
    position: int
    first_seen_at: datetime
    changed_at: datetime
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownFeed:
    """What the store knows of a feed: its newest listings (those present and those that left lately) and identify's memory."""

    feed_id: int
    slug: str
    listings: tuple[Listing, ...] = ()
    memo: str = "{}"
    usable_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """An entry and the article it speaks of; `article_id` None: a new one. `keys` are all names learnt from this entry.

    `listing_key` names the listing row; `before` is that row as it was, None when this feed had not listed the article.
    """

    entry: Entry
    article_id: int | None
    listing_key: str
    keys: tuple[Key, ...]
    before: Listing | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """What identify concludes from one usable snapshot. `vanished` left from the middle of the feed; `left` scrolled out or vanished."""

    matches: tuple[Match, ...]
    left: tuple[Listing, ...] = ()
    vanished: tuple[Listing, ...] = ()
    memo: str = "{}"
    notes: tuple[str, ...] = ()
