"""All that a poll or a look learnt, saved whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model.asking import FeedTask, Habit, Pace, PageTask
from monitor.model.differing import Change, Edit
from monitor.model.feeds import Key, Listing
from monitor.model.hubs import Hub
from monitor.model.pages import Content, RawPage, Stamp
from monitor.model.remembering import ArticleState, Event, Look, Restamp, Said, Source, Verdict
from monitor.model.telling import Dispatch


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A revision to be stored: number, parent and hash are given by the store's head, checked against `after_rev`.

    `edit` and `changes` are None and empty for the first revision and for `new` without an edit.
    """

    event: Event
    confirmed: bool
    source: Source
    url: str
    first_seen_at: datetime
    posted: Stamp | None
    updated: Stamp | None
    content: Content
    listings: Mapping[str, Said]
    extractor: str = ""
    raw: RawPage | None = None
    edit: Edit | None = None
    changes: tuple[Change, ...] = ()
    dispatches: tuple["Dispatch", ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleUpdate:
    """What one observation changes about one article. Saved only if the article's head is still `after_rev` (compare and swap).

    `article_id` None makes a new article with `keys`; `url` is then its address. Fields that are None stay as they are.
    `seen` moves the head's last_seen_at to the look's time; `confirm` sets the head's `confirmed`.
    `discloses` names a revision whose edit turns `disclosed` (an Updated followed within one look), told as a correction of ours.
    """

    article_id: int | None
    after_rev: int
    url: str
    keys: tuple[Key, ...] = ()
    canonical_url: str | None = None
    state: ArticleState | None = None
    revision: NewRevision | None = None
    restamp: Restamp | None = None
    seen: bool = False
    confirm: bool = False
    discloses: int | None = None
    memo: str | None = None
    flapping: bool | None = None
    listing: Listing | None = None
    watch: Pace | None = None
    look: Look | None = None
    blocks: tuple[int, ...] = ()
    pull_forward_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class SameEntry:
    """An entry that says what it said, of an article that waits for nothing. `rev`: its head, by this seen again and confirmed."""

    article_id: int
    listing_key: str
    position: int
    keys: tuple[Key, ...] = ()
    rev: int | None = None


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """All that one poll learnt. `outcome` is the contract's (ok, not_modified, unchanged, error:<code>).

    `hub` is what a usable document says of it: None when it names none. `feed_min` is the user's, where it is set.
    """

    task: FeedTask
    at: datetime
    outcome: str
    status: int | None
    pace: Pace
    error: str | None = None
    title: str | None = None
    entries: int = 0
    moved_to: str | None = None
    usable: bool = False
    known_memo: str | None = None
    articles: tuple[ArticleUpdate, ...] = ()
    same: tuple[SameEntry, ...] = ()
    left: tuple[Listing, ...] = ()
    notes: tuple[str, ...] = ()
    took: timedelta = timedelta(0)
    bytes: int = 0
    news: int = 0
    hub: Hub | None = None
    feed_min: timedelta | None = None


@dataclass(frozen=True, slots=True)
class LookOutcome:
    """All that one look learnt: one article's update, and when to look again. `merge_into`: the page told that it is another article.

    `lesson`: what it teaches of its host's habit.
    """

    task: PageTask
    at: datetime
    pace: Pace
    update: ArticleUpdate
    merge_into: int | None = None
    notes: tuple[str, ...] = ()
    lesson: Habit | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What the store made of an outcome.

    `stored` False: a newer claim owns the task (fenced out) or a head had moved; nothing was written.
    The recipe adds how it went: a poll its outcome, status, entries and error, a look its verdict (and error).
    """

    stored: bool
    new_articles: tuple[int, ...] = ()
    revisions: int = 0
    edits: tuple[Edit, ...] = ()
    outcome: str | None = None
    status: int | None = None
    entries: int = 0
    error: str | None = None
    verdict: Verdict | None = None
