"""From a decision to what is saved: builds the new revision with its edit, for polls and looks alike."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.compare import coarse_diff_of, diff_of
from monitor.model import (
    Change,
    Content,
    Diff,
    Edit,
    Entry,
    Event,
    KnownArticle,
    Listing,
    NewRevision,
    RawPage,
    Revision,
    Said,
    Segment,
    Source,
    Stamp,
)
from monitor.ports import Doors, WorkerKilled
from monitor.settings import Feed
from monitor.text import plain

QUIET = "quiet hours"  # what the reason of a dispatch starts with that waits for their end
TEMPLATE_WINDOW = timedelta(hours=24)
FIRST_JOINED = "\u0e00"  # from here on scripts are written without blanks, or with endings that stick to the word
TEMPLATE_ARTICLES = 3  # the third article of a host with the very same edit within the window: a template changed


def new_revision(
    known: KnownArticle,
    *,
    event: Event,
    confirmed: bool,
    source: Source,
    url: str,
    first_seen_at: datetime,
    posted: Stamp | None,
    updated: Stamp | None,
    content: Content,
    listings: Mapping[str, Said],
    extractor: str,
    raw: RawPage | None,
    reverts_to: int | None,
    feeds: tuple[Feed, ...],
    doors: Doors,
) -> NewRevision:
    """The revision that follows the article's head, with its edit, the changes, and who will hear of it.

    The first revision, and a page that comes after feed text, have no edit.
    """
    revision = NewRevision(event, confirmed, source, url, first_seen_at, posted, updated, content, listings, extractor, raw)
    head = known.head
    if head is None or event == "new":
        return revision
    newer = Revision(
        known.id, known.head_rev + 1, "", head.hash, event, confirmed, source, url, first_seen_at, first_seen_at, posted, updated,
        content, listings, extractor=extractor,
    )  # fmt: skip
    slugs = tuple(sorted({listing.feed for listing in known.listed} | {feed.slug for feed in feeds}))
    try:
        diff = doors.workers.run(diff_of, head, newer, known.url, slugs)
    except WorkerKilled:
        diff = coarse_diff_of(head, newer, known.url, slugs)
    edit = replace(diff.edit, reverts_to=reverts_to, held_by=_held_by(diff.edit, known.url, doors))
    edit = marked(edit, watched(doors.watchlist, diff.changes))
    tags = frozenset(tag for feed in feeds for tag in feed.tags)
    dispatches = doors.route(Diff(edit, head, newer, diff.changes), tags)
    if edit.held_by is None and any(row.state == "held" and row.reason.startswith(QUIET) for row in dispatches):
        edit = replace(edit, held_by=QUIET)
    return replace(revision, edit=edit, changes=diff.changes, dispatches=dispatches)


def watched(phrases: Sequence[str], changes: Sequence[Change]) -> tuple[Segment, ...]:
    """Which phrases stand more often (+) or less often (-) in the new text than in the old.

    Whole words, whatever their case and typography; in scripts that write words together they fit anywhere.
    """
    if not phrases:
        return ()
    before, after = (
        "\n".join(plain("".join(text for sign, text in change.segments if sign in kept)) for change in changes) for kept in ("=-", "=+")
    )
    found: list[Segment] = []
    for phrase in phrases:
        wanted = _whole_word(plain(phrase))
        more = len(wanted.findall(after)) - len(wanted.findall(before))
        if more:
            found.append(("+" if more > 0 else "-", phrase))
    return tuple(found)


def marked(edit: Edit, phrases: tuple[Segment, ...]) -> Edit:
    """The edit with the watched phrases that came or went, said first among the reasons of its weight."""
    said = tuple(f"{'adds' if sign == '+' else 'removes'} the watched '{phrase}'" for sign, phrase in phrases)
    return replace(edit, watched=phrases, severity=replace(edit.severity, reasons=said + edit.severity.reasons)) if phrases else edit


def _whole_word(phrase: str) -> re.Pattern[str]:
    joined = phrase[:1] >= FIRST_JOINED or phrase[-1:] >= FIRST_JOINED
    return re.compile(re.escape(phrase) if joined else rf"(?<!\w){re.escape(phrase)}(?!\w)")


def _held_by(edit: Edit, url: str, doors: Doors) -> str | None:
    if edit.fingerprint is None:
        return None
    host = urlsplit(url).netloc.lower()
    alike = doors.store.similar_edits(host, edit.fingerprint, edit.seen_before - TEMPLATE_WINDOW)
    return "template change" if alike >= TEMPLATE_ARTICLES - 1 else None


def feed_content(entry: Entry | Listing) -> Content:
    """The words of a version that is known from a feed alone: its title, and its summary and content as paragraphs.

    A summary that the content repeats is not said twice.
    """
    content = _paragraphs(entry.content)
    summary = [paragraph for paragraph in _paragraphs(entry.summary) if not _repeated(paragraph, entry.content or "")]
    return Content(title=entry.title, authors=entry.authors, body=tuple(summary + content))


def feed_stamps(entry: Entry | Listing) -> tuple[Stamp | None, Stamp | None]:
    """Posted and Updated as the feed says them."""
    posted = Stamp(entry.published_at, source="feed") if entry.published_at else None
    updated = Stamp(entry.updated_at, source="feed") if entry.updated_at else None
    return posted, updated


def said(listing: Listing | Entry) -> Said:
    """What a feed says of an article beside its page."""
    return Said(listing.title, listing.summary if listing.summary is not None else listing.content)


def present_listings(known: KnownArticle) -> dict[str, Said]:
    """What every feed says now; a feed that lists the article no more keeps what it said last."""
    listings: dict[str, Said] = {}
    for listing in sorted(known.listed, key=lambda row: (row.gone_at is not None, -row.changed_at.timestamp())):
        listings.setdefault(listing.feed, said(listing))
    return dict(sorted(listings.items()))


def _paragraphs(text: str | None) -> list[str]:
    return [part for part in (part.strip() for part in (text or "").split("\n\n")) if part]


def _repeated(paragraph: str, content: str) -> bool:
    def fold(text: str) -> str:
        return " ".join(text.split())

    return fold(paragraph) in fold(content)
