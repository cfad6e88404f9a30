"""Articles, revisions and looks, as they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from monitor.model.feeds import Listing
from monitor.model.pages import Content, RawPage, Stamp

Event = Literal["new", "edited", "reverted", "gone", "restored"]
Source = Literal["page", "feed"]
ArticleState = Literal["watched", "retired", "gone"]


@dataclass(frozen=True, slots=True)
class Said:
    """What one feed says of an article: the title and summary of its listing."""

    title: str
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class Glimpse:
    """An article without its words: enough to tell whether the same entry once more can teach anything about it.

    `source` and `event` of its head, None where it has none; `alone`: no other feed lists it, and no page of it is watched.
    """

    head_rev: int
    source: Source | None
    event: Event | None
    memo: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Restamp:
    """A stamp (or address) that moved alone, seen at `at`."""

    at: datetime
    posted: Stamp | None
    updated: Stamp | None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of an article, immutable but for `last_seen_at`, `confirmed`, `restamps` (and listings that join later).

    `hash` is `proof.revision_hash`; `listings` maps feed slugs to what they said when the revision was made.
    `extractor` names who read the page; `raw_sha` the stored response, None where none is kept.
    """

    article: int
    rev: int
    hash: str
    parent_hash: str | None
    event: Event
    confirmed: bool
    source: Source
    url: str
    first_seen_at: datetime
    last_seen_at: datetime
    posted: Stamp | None
    updated: Stamp | None
    content: Content
    listings: Mapping[str, Said] = field(default_factory=dict)
    restamps: tuple[Restamp, ...] = ()
    extractor: str = ""
    raw_sha: bytes | None = None
    redacted: bool = False

    @property
    def stamps(self) -> tuple[Stamp | None, Stamp | None]:
        """Posted and Updated as last read: those of the newest restamp, else the revision's own."""
        if self.restamps:
            return self.restamps[-1].posted, self.restamps[-1].updated
        return self.posted, self.updated


@dataclass(frozen=True, slots=True)
class Article:
    """One story, as lists show it. `title`, `posted_at`, `updated_at` are those of its newest revision."""

    id: int
    url: str
    canonical_url: str | None
    feeds: tuple[str, ...]
    title: str
    state: ArticleState
    revisions: int
    first_seen_at: datetime
    posted_at: datetime | None = None
    updated_at: datetime | None = None
    last_edit_at: datetime | None = None
    next_look_at: datetime | None = None
    language: str | None = None
    merged_into: int | None = None
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What thinking needs of an article: its head, the texts it ever had (content sha → newest revision number), what feeds say.

    `memo` is revise's own memory (held look, sightings of absence, flips, pinned extractor), JSON, opaque to everybody else.
    `listed` are the article's present and past listings, newest change first. `head_raw` is the raw response of the head.
    """

    id: int
    url: str
    canonical_url: str | None
    state: ArticleState
    head: Revision | None
    texts: Mapping[bytes, int] = field(default_factory=dict)
    listed: tuple[Listing, ...] = ()
    memo: str = "{}"
    head_raw: RawPage | None = None
    head_rev: int = 0
    first_seen_at: datetime | None = None
    last_edit_at: datetime | None = None
    flapping: bool = False


Verdict = Literal["same", "restamped", "edited", "new", "held", "suspect", "failed", "gone"]


@dataclass(frozen=True, slots=True)
class Look:
    """One time an article's page was asked for (or, for `source: feed`, its entry changed)."""

    at: datetime
    url: str
    status: int | None
    verdict: Verdict
    reason: str | None = None
    rev: int | None = None
    took: timedelta = timedelta(0)
    bytes: int = 0
