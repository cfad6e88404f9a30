"""The nouns of monitor: frozen values that flow one way, from a request to a report.

Times are aware UTC, cut to the millisecond. Texts are exact. An id is the store's number for a thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from monitor.settings import Feed, SiteRule

Headers = tuple[tuple[str, str], ...]

# --- asking ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes a request conditional, byte for byte as received, and the final address it belongs to."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the world. `kind` tells which manners apply (robots.txt is for pages)."""

    url: str
    kind: Literal["feed", "page"] = "page"
    validators: Validators | None = None
    headers: Headers = ()
    proxy: str | None = None
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect that was followed: its status and the address it led to."""

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole: `body` is decoded of its content encoding, complete, and within the caps.

    `url` is the address asked, `final_url` the one that answered. `asked_at` is when it was sent, `at` when the answer was complete.
    A 304 is a Response with an empty body.
    """

    url: str
    final_url: str
    status: int
    headers: Headers
    body: bytes
    asked_at: datetime
    at: datetime
    hops: tuple[Hop, ...] = ()

    def header(self, name: str) -> str | None:
        """The first header of that name, case folded; None when there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Failure:
    """The world failed, which is normal. `code` is the contract's (`timeout`, `http_404`, …) without `error:`."""

    url: str
    code: str
    message: str
    at: datetime
    status: int | None = None
    headers: Headers = ()
    final_url: str | None = None
    hops: tuple[Hop, ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that name, case folded; None when there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


Answer = Response | Failure


@dataclass(frozen=True, slots=True)
class Pace:
    """When to ask next and with what. Kept by the store for each watched feed or page, thought out by `schedule`.

    `floor` is what a claim moves `next_at` by before anything is sent, so that a crash never asks twice within it.
    `next_at` None: retired, never asked again by itself. `memo` is schedule's own memory (JSON), opaque to everybody else.
    """

    next_at: datetime | None
    floor: timedelta
    validators: Validators | None = None
    body_sha: bytes | None = None
    asked_at: datetime | None = None
    failures: int = 0
    memo: str = "{}"


@dataclass(frozen=True, slots=True)
class FeedTask:
    """A claimed poll. `url` is the configured address or the one it moved to for good."""

    watch_id: int
    fence: int
    feed_id: int
    feed: Feed
    url: str
    pace: Pace


@dataclass(frozen=True, slots=True)
class PageTask:
    """A claimed look at an article's page. `feeds` are those the article belongs to, as configured."""

    watch_id: int
    fence: int
    article_id: int
    url: str
    pace: Pace
    feeds: tuple[Feed, ...] = ()


Task = FeedTask | PageTask


@dataclass(frozen=True, slots=True)
class Turn:
    """A claimed host with its due tasks. Nobody else asks this host until it is released or `lease_until` has passed."""

    host_id: int
    host: str
    fence: int
    lease_until: datetime
    tasks: tuple[Task, ...]


# --- reading feeds --------------------------------------------------------------------------------------------------


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


# --- knowing which article ------------------------------------------------------------------------------------------

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


# --- reading pages --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Content:
    """The words of one version: what is compared, and nothing else. `title` may be empty; the rest empty or None."""

    title: str
    subtitle: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    body: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time the publisher claims. `zone` is the zone it was read in ('+09:00', 'Asia/Seoul'), None when it was UTC by itself.

    `text` is what was read, `source` where ('json-ld', 'og', 'visible', 'feed', 'rule', …).
    """

    at: datetime
    zone: str | None = None
    text: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class RawPage:
    """A response as it came: bytes undecoded of charset, with its headers."""

    url: str
    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class PageContext:
    """All that extraction may know beside the page itself. `known` and `known_raw` are the article's current version."""

    url: str
    now: datetime
    timezone: str | None = None
    rule: SiteRule | None = None
    known: Content | None = None
    known_raw: RawPage | None = None
    known_posted: Stamp | None = None
    known_updated: Stamp | None = None
    extractor: str | None = None
    boilerplate: frozenset[int] = frozenset()
    listed_title: str | None = None


SUSPECT_REASONS = (
    "consent", "paywall", "login", "captcha", "blocked", "error_page", "soft_404", "maintenance", "truncated", "empty",
    "other_article", "home_page", "stale", "not_html",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """An article page, read and already reconciled with the page before. `verdict` 'suspect' has a `reason` of SUSPECT_REASONS.

    `doubts` are reasons not to believe a change at first sight ('much text lost', 'extractors disagree', …).
    `blocks` are 64-bit fingerprints of its text blocks, for learning what stands in many articles of a host.
    `more` are the addresses of further pages of the same article (rel=next), to be fetched and appended.
    """

    verdict: Literal["article", "suspect"]
    reason: str | None
    url: str
    canonical_url: str | None
    content: Content
    posted: Stamp | None = None
    updated: Stamp | None = None
    extractor: str = ""
    doubts: tuple[str, ...] = ()
    blocks: tuple[int, ...] = ()
    more: tuple[str, ...] = ()


# --- remembering ----------------------------------------------------------------------------------------------------

Event = Literal["new", "edited", "reverted", "gone", "restored"]
Source = Literal["page", "feed"]
ArticleState = Literal["watched", "retired", "gone"]


@dataclass(frozen=True, slots=True)
class Said:
    """What one feed says of an article: the title and summary of its listing."""

    title: str
    summary: str | None = None


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


# --- what differs ---------------------------------------------------------------------------------------------------

Segment = tuple[Literal["=", "-", "+"], str]
Op = Literal["replace", "insert", "delete", "move", "split", "merge", "equal"]


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs (or, op 'equal', does not). Paragraphs count from 1; split and merge list several.

    The law: per field, '=' and '-' segments in order of `from_pars` spell the old text, '=' and '+' in order of `to_pars` the new.
    `field`: headline subheading byline section caption body feed-headline:SLUG feed-summary:SLUG.
    """

    field: str
    op: Op
    from_pars: tuple[int, ...]
    to_pars: tuple[int, ...]
    segments: tuple[Segment, ...]
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stats:
    """How much differs, in words and body paragraphs; `similarity` 0 to 1. `paragraphs` is their number in the new version."""

    words_added: int
    words_removed: int
    paragraphs: int
    changed: int
    added: int
    removed: int
    moved: int
    similarity: float


LEVELS = ("noise", "low", "medium", "high")
Level = Literal["noise", "low", "medium", "high"]

KINDS = (
    "headline", "subheading", "byline", "section", "caption", "body", "feed-headline", "feed-summary",
    "typography", "typo", "number", "quote", "name", "hedge", "date",
    "paragraph-added", "paragraph-removed", "paragraph-moved", "paragraph-split", "paragraph-merged",
    "correction-note", "rewritten", "reverted", "gone", "restored",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Severity:
    """How much a reader should care: level, score 0 to 100, and the reasons in words."""

    level: Level
    score: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What classify makes of changes: kinds in the order of KINDS, the changes with their own kinds, and the proof of `disclosed`.

    `evidence` are sentences: which stamp said what, which words made a kind. `fingerprint` is equal for the same edit in another article.
    """

    kinds: tuple[str, ...]
    severity: Severity
    disclosed: bool | None
    changes: tuple[Change, ...]
    evidence: tuple[str, ...] = ()
    fingerprint: bytes | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What differs between two neighbouring revisions, judged. `id` orders all edits of a store; 0 while not stored.

    It happened between `seen_after` (old revision last seen) and `seen_before` (new one first seen).
    """

    article: int
    from_rev: int
    to_rev: int
    url: str
    title: str
    feeds: tuple[str, ...]
    seen_after: datetime
    seen_before: datetime
    claimed_at: datetime | None
    kinds: tuple[str, ...]
    severity: Severity
    disclosed: bool | None
    reverts_to: int | None
    stats: Stats
    evidence: tuple[str, ...] = ()
    held_by: str | None = None
    fingerprint: bytes | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Diff:
    """The difference of two revisions of one article, neighbours or not."""

    edit: Edit
    old: Revision
    new: Revision
    changes: tuple[Change, ...]


# --- what a poll or a look learnt, saved whole ----------------------------------------------------------------------


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
    `disclose_head` turns the newest edit's `disclosed` true (an Updated that followed within one look), told as a correction of ours.
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
    disclose_head: bool = False
    memo: str | None = None
    flapping: bool | None = None
    listing: Listing | None = None
    watch: Pace | None = None
    look: Look | None = None
    blocks: tuple[int, ...] = ()
    pull_forward_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """All that one poll learnt. `outcome` is the contract's (ok, not_modified, unchanged, error:<code>)."""

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
    left: tuple[Listing, ...] = ()
    notes: tuple[str, ...] = ()
    took: timedelta = timedelta(0)
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class LookOutcome:
    """All that one look learnt: one article's update, and when to look again. `merge_into`: the page told that it is another article."""

    task: PageTask
    at: datetime
    pace: Pace
    update: ArticleUpdate
    merge_into: int | None = None
    notes: tuple[str, ...] = ()


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


# --- telling --------------------------------------------------------------------------------------------------------

DispatchState = Literal["waiting", "held", "merged", "muted", "sent", "dropped", "dead"]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One edit for one target: an outbox row, saved in the transaction of the edit. A "no" is a row too, with its reason."""

    target: str
    state: DispatchState
    reason: str
    due_at: datetime
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class QueuedEdit:
    """An outbox row that is due, with what it is about."""

    id: int
    dispatch: Dispatch
    diff: Diff
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An outbox row that was not told yet, with its edit but without the words: enough to decide by, small enough for ten thousand."""

    id: int
    dispatch: Dispatch
    edit: Edit


@dataclass(frozen=True, slots=True)
class Story:
    """One article in a report. `diff` is the net difference over `edits` (oldest first), with the worst of their severities.

    `title` is the headline the article was first seen with, `outlet` who publishes it, `also` the same edit in other articles.
    `held` says since when and why it waited, `rules` which rules wanted it told. `correction`: it was told before, as undisclosed, and
    was not.
    """

    diff: Diff
    edits: tuple[Edit, ...]
    title: str
    outlet: str
    also: tuple[Edit, ...] = ()
    held: str | None = None
    rules: tuple[str, ...] = ()
    correction: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """The same change in many articles of one host, most likely a template: told in one sentence, `sample` shows it."""

    host: str
    edits: tuple[Edit, ...]
    sample: Diff


@dataclass(frozen=True, slots=True)
class OutletCount:
    """One outlet in a report, in numbers. `outlet` is its title, `slug` its feed."""

    slug: str
    outlet: str
    edits: int
    headlines: int
    undisclosed: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a reader of a digest should mend: a feed that fails, a message that nobody took. `since` where it is known."""

    subject: str
    message: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What is told in one piece: stories, the gravest first, and the numbers behind them.

    `edits` counts everything, `more` those that are neither in a story nor in a notice. `reason` says why they come together
    ('', 'digest', 'quiet hours', 'limit 6/h').
    """

    since: datetime | None
    until: datetime
    stories: tuple[Story, ...] = ()
    notices: tuple[Notice, ...] = ()
    counts: tuple[OutletCount, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    edits: int = 0
    more: int = 0
    reason: str = ""
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one target. `key` is sha256 over target and edit ids: the same edits always make the same message id.

    `attempts` counts this one too. `report` is what the message says: set by deliver, None as the store hands it out.
    """

    id: int
    key: str
    target: str
    rows: tuple[int, ...]
    fence: int
    attempts: int
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A target took a message. `reference` is its Message-ID or delivery id."""

    at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A target did not take a message. `permanent`: it never will (dead letter); else it is tried again."""

    at: datetime
    permanent: bool
    message: str


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """What became of one edit for one target, as `notify log` shows it."""

    id: int
    edit_id: int
    article: int
    from_rev: int
    to_rev: int
    title: str
    target: str
    state: DispatchState
    reason: str
    due_at: datetime
    attempts: int = 0
    sent_at: datetime | None = None
    reference: str | None = None
