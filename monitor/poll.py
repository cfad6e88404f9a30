"""One poll: asks a feed, reads what it says now, tells which articles it speaks of, and saves what was learnt, whole.

ask → 304? same bytes? → parse → identify → (feed text alone: revise, diff, classify) → schedule → save
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor import identify, revise, schedule
from monitor.errors import ParseError
from monitor.model import (
    Answer,
    ArticleUpdate,
    Entry,
    Failure,
    FeedDocument,
    FeedTask,
    Glimpse,
    KnownArticle,
    KnownFeed,
    Listing,
    Match,
    Matched,
    PollOutcome,
    Request,
    Response,
    Revision,
    SameEntry,
    Saved,
)
from monitor.parse.feed import parse_feed
from monitor.parse.hub import hub_of
from monitor.ports import Doors, Recipe, Steps, WorkerKilled, waiting
from monitor.proof import folded
from monitor.settings import Feed
from monitor.urls import may_share
from monitor.versions import feed_content, feed_stamps, new_revision, present_listings, said

TRIES = 3  # how often an outcome is thought out again when another observation was saved first


def poll(task: FeedTask, doors: Doors) -> Recipe:
    """Asks the feed and saves what it says. Returns what was stored; the last try's answer when others were always faster."""
    return waiting(steps(task, doors), doors.store)


def steps(task: FeedTask, doors: Doors) -> Steps:
    """The same for an engine that saves."""
    answer: Answer = yield request(task)
    for _ in range(TRIES):
        outcome = learn(task, answer, doors)
        saved: Saved = yield outcome
        if saved.stored:
            break
    return replace(saved, outcome=outcome.outcome, status=outcome.status, entries=outcome.entries, error=outcome.error)


def request(task: FeedTask) -> Request:
    """The question, conditional when there are validators; what opens the feed does not follow it to another host."""
    feed = task.feed
    headers = feed.headers if may_share(feed.url, task.url) else ()
    return Request(task.url, "feed", task.pace.validators, headers, feed.proxy, feed.ca_file)


def learn(task: FeedTask, answer: Answer, doors: Doors) -> PollOutcome:
    """All that this answer teaches, without writing any of it."""
    match answer:
        case Failure(code=code, status=status):
            return _outcome(task, answer, f"error:{code}", doors, error=answer.message, failed=code, status=status)
        case Response(status=304):
            return _outcome(task, answer, "not_modified", doors)
        case Response(status=200):
            return _learn_body(task, answer, doors)
    sentence = f"{task.url} answered {answer.status}, which holds no whole feed"
    return _outcome(task, answer, f"error:http_{answer.status}", doors, error=sentence, failed=f"http_{answer.status}")


def _learn_body(task: FeedTask, answer: Response, doors: Doors) -> PollOutcome:
    body_sha = hashlib.sha256(answer.body).digest()
    if body_sha == task.pace.body_sha:
        return _outcome(task, answer, "unchanged", doors)
    known = doors.store.known_feed(task.feed_id)
    seen = frozenset(listing.item_sha for listing in known.listings if listing.gone_at is None)
    try:
        document: FeedDocument = doors.workers.run(_parse, answer, task.feed.timezone, seen)
    except ParseError as error:
        return _outcome(task, answer, f"error:{error.code}", doors, error=f"{task.url}: {error.message}", failed=error.code)
    except WorkerKilled:
        sentence = f"{task.url}: reading this feed took too much time or memory"
        return _outcome(task, answer, "error:malformed", doors, error=sentence, failed="malformed")
    keys = identify.entry_keys(task.feed, known, document)
    found = doors.store.find_articles({key for row in keys for key in row})
    matched = identify.match(task.feed, known, document, keys, found, answer.at)
    same = _same_entries(task, matched, doors)
    updates = _updates(task, matched, same, answer.at, doors)
    news = sum(_is_news(known, update) for update in updates)
    outcome = _outcome(task, answer, "ok", doors, document=document, news=news)
    return replace(
        outcome,
        pace=replace(outcome.pace, body_sha=body_sha),
        title=document.title,
        entries=len(document.items),
        usable=document.complete,
        known_memo=matched.memo,
        articles=updates,
        same=same,
        left=matched.left,
        notes=matched.notes,
        news=news,
        hub=hub_of(document.hints, answer.headers, answer.final_url),
    )


def _parse(answer: Response, timezone: str | None, seen: frozenset[bytes]) -> FeedDocument:
    return parse_feed(answer.body, content_type=answer.header("content-type"), url=answer.final_url, timezone=timezone, known=seen)


def _outcome(
    task: FeedTask,
    answer: Answer,
    outcome: str,
    doors: Doors,
    *,
    error: str | None = None,
    failed: str | None = None,
    status: int | None = None,
    document: FeedDocument | None = None,
    news: int = 0,
) -> PollOutcome:
    pace = schedule.after_poll(
        task.feed,
        task.pace,
        answer,
        news=news,
        document=document,
        failed=failed,
        bounds=doors.bounds,
        now=answer.at,
        told_until=task.told_until,
    )
    asked_at = answer.asked_at if isinstance(answer, Response) else answer.at
    took = answer.at - asked_at
    return PollOutcome(
        task,
        answer.at,
        outcome,
        answer.status if isinstance(answer, Response) else status,
        replace(pace, asked_at=asked_at),
        error=error,
        moved_to=schedule.moved_to(pace),
        took=took,
        bytes=len(answer.body),
        feed_min=doors.bounds.feed_min,
    )


# --- what an entry changes ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sighting:
    """One entry of this poll, with the article it speaks of as the store knows it."""

    match: Match
    known: KnownArticle | None
    listing: Listing
    own_words_changed: bool


def _same_entries(task: FeedTask, matched: Matched, doors: Doors) -> tuple[SameEntry, ...]:
    """The entries whose bytes are known, of articles that wait for nothing: most of every feed, and none of their texts is read."""
    speaking: dict[int | None, Match] = {}
    for match in matched.matches:
        speaking.setdefault(match.article_id, match)  # of several rows that speak of one article the first one speaks
    known = {number: match for number, match in speaking.items() if number is not None and _is_as_before(match)}
    found = doors.store.glimpses(task.feed_id, list(known))
    return tuple(
        SameEntry(number, match.listing_key, match.entry.position, match.keys, None if follows else found[number].head_rev)
        for number, match in known.items()
        for follows in (_follows_page(task.feed, match.entry),)
        if number in found and _is_at_rest(found[number], follows)
    )


def _is_as_before(match: Match) -> bool:
    before = match.before
    if before is None or before.gone_at is not None:
        return False
    return (before.item_sha, before.article_id) == (match.entry.item_sha, match.article_id)


def _is_at_rest(known: Glimpse, follows_page: bool) -> bool:
    if follows_page:
        return known.source != "feed"  # else its page is still to be watched
    return known.source == "feed" and known.alone and known.event != "gone" and revise.is_at_rest(known.memo)


def _follows_page(feed: Feed, entry: Entry) -> bool:
    return feed.pages and (entry.url or "").startswith(("http://", "https://"))


def _updates(task: FeedTask, matched: Matched, same: Sequence[SameEntry], now: datetime, doors: Doors) -> tuple[ArticleUpdate, ...]:
    """What the other entries say of their articles."""
    updates: list[ArticleUpdate] = []
    spoken_of = {entry.article_id for entry in same}
    for match in matched.matches:
        if match.article_id is not None and match.article_id in spoken_of:
            continue  # a duplicate row of the same snapshot: the first one speaks
        sighting = _sighting(task, match, now, doors)
        updates.append(_update(task, sighting, now, doors))
        if match.article_id is not None:
            spoken_of.add(match.article_id)
    updates.extend(_vanished(listing, now, doors) for listing in matched.vanished if listing.article_id not in spoken_of)
    return tuple(updates)


def _sighting(task: FeedTask, match: Match, now: datetime, doors: Doors) -> _Sighting:
    entry, before = match.entry, match.before
    changed = before is not None and _words(entry) != _words(before)
    listing = Listing(
        feed=task.feed.slug,
        key=match.listing_key,
        article_id=match.article_id or 0,
        guid=entry.id,
        url=entry.url,
        title=entry.title,
        summary=entry.summary,
        content=entry.content,
        authors=entry.authors,
        published_at=entry.published_at,
        updated_at=entry.updated_at,
        item_sha=entry.item_sha,
        position=entry.position,
        first_seen_at=before.first_seen_at if before else now,
        changed_at=now if before is None or changed else before.changed_at,
    )
    known = doors.store.known_article(match.article_id, raw=False) if match.article_id is not None else None
    return _Sighting(match, known, listing, changed)


def _update(task: FeedTask, sighting: _Sighting, now: datetime, doors: Doors) -> ArticleUpdate:
    match, known, listing = sighting.match, sighting.known, sighting.listing
    url = match.entry.url or ""
    follows_page = _follows_page(task.feed, match.entry)
    if known is None:
        update = ArticleUpdate(None, 0, url, keys=match.keys, listing=listing)
        if follows_page:
            return replace(update, watch=schedule.first_look(doors.bounds, now))
        return _with_feed_text(update, _stranger(url, listing), sighting, task.feed, now, doors)
    update = ArticleUpdate(known.id, known.head_rev, known.url, keys=match.keys, listing=listing)
    if follows_page:
        # the page says what changed; the next look also records what this feed says now
        stirred = (sighting.own_words_changed or _newer_stamp(match)) and not _page_told(known.head, match, task.pace.asked_at)
        update = replace(update, pull_forward_to=now) if stirred else update
        return replace(update, watch=schedule.first_look(doors.bounds, now)) if _needs_watch(known, sighting) else update
    joins = match.before is None and known.head is not None
    if joins or (known.head is not None and known.head.source == "page"):
        return update
    return _with_feed_text(update, known, sighting, task.feed, now, doors)


def _with_feed_text(
    update: ArticleUpdate, known: KnownArticle, sighting: _Sighting, feed: Feed, now: datetime, doors: Doors
) -> ArticleUpdate:
    """The update with the feed's own text as a version, where no page is followed."""
    listing = sighting.listing
    listings = present_listings(known) | {listing.feed: said(listing)}
    speaks = known.head is None or _speaker(known, listing.feed) == listing.feed
    content = feed_content(listing) if speaks or known.head is None else known.head.content
    posted, updated = feed_stamps(listing) if speaks or known.head is None else known.head.stamps
    decision = revise.decide_feed(known, content, posted, updated, listings, now)
    update = replace(
        update,
        state=decision.state,
        restamp=decision.restamp,
        seen=decision.seen_head,
        confirm=decision.confirms_head,
        discloses=decision.discloses,
        memo=decision.memo,
        flapping=decision.flapping,
    )
    event = decision.event
    if event is None and not speaks and sighting.own_words_changed:
        event = "edited"  # another feed than the one whose words are the text changed its own words
    if event is None:
        return update
    revision = new_revision(
        known,
        event=event,
        confirmed=decision.confirmed,
        source="feed",
        url=known.url,
        first_seen_at=decision.first_seen_at or now,
        posted=decision.posted,
        updated=decision.updated,
        content=decision.content or content,
        listings=listings,
        extractor="feed",
        raw=None,
        reverts_to=decision.reverts_to,
        feeds=(feed,),
        doors=doors,
    )
    return replace(update, revision=revision)


def _vanished(listing: Listing, now: datetime, doors: Doors) -> ArticleUpdate:
    """An item that left from the middle of its feed: its page is looked at now."""
    known = doors.store.known_article(listing.article_id, raw=False)
    return ArticleUpdate(known.id, known.head_rev, known.url, pull_forward_to=now)


def _stranger(url: str, listing: Listing) -> KnownArticle:
    return KnownArticle(0, url, None, "watched", None, listed=(listing,))


def _speaker(known: KnownArticle, default: str) -> str:
    """The feed whose words are the text of an article without a page: the one that listed it first and still does."""
    present = [listing for listing in known.listed if listing.gone_at is None] or list(known.listed)
    return min(present, key=lambda listing: listing.first_seen_at).feed if present else default


def _needs_watch(known: KnownArticle, sighting: _Sighting) -> bool:
    """A retired article that its feed shows again with other words, or one known from feeds without pages alone."""
    return (known.state == "retired" and sighting.own_words_changed) or (known.head is not None and known.head.source == "feed")


def _newer_stamp(match: Match) -> bool:
    before, entry = match.before, match.entry
    return before is not None and entry.updated_at is not None and entry.updated_at != before.updated_at


def _page_told(head: Revision | None, match: Match, asked_at: datetime | None) -> bool:
    """Whether the page has shown since the feed was read last what the feed now says: then it is no sign of another edit."""
    entry, before = match.entry, match.before
    if head is None or before is None or head.source != "page" or head.event == "gone" or _words(entry)[1:] != _words(before)[1:]:
        return False
    if folded(entry.title) != folded(head.content.title):
        return False
    if _newer_stamp(match) and entry.updated_at is not None:
        updated = head.stamps[1]
        return updated is not None and updated.at >= entry.updated_at
    return asked_at is not None and head.first_seen_at >= asked_at


def _words(row: Entry | Listing) -> tuple[str, str | None, str | None]:
    return row.title, row.summary, row.content


def _is_news(known: KnownFeed, update: ArticleUpdate) -> bool:
    """An entry that was not there at the poll before, or an edit: what the feed's own rate is learnt from. A first poll has no news."""
    return known.usable_at is not None and (update.article_id is None or update.revision is not None)
