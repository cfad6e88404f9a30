"""One look: asks for an article's page, reads it, tells what became of the article, and saves what was learnt, whole.

ask → 304? same bytes? → extract (more pages) → revise → diff, classify → schedule → save
"""

import hashlib
from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor import identify, revise, schedule
from monitor.extract.page import append_page, extract_page
from monitor.model import (
    Answer,
    ArticleUpdate,
    Failure,
    Habit,
    KnownArticle,
    Look,
    LookOutcome,
    Pace,
    Page,
    PageContext,
    PageTask,
    RawPage,
    Request,
    Response,
    Said,
    Saved,
    Verdict,
)
from monitor.ports import Doors, Recipe, Steps, WorkerKilled, waiting
from monitor.proof import text_key
from monitor.revise import Decision
from monitor.urls import may_share
from monitor.versions import feed_content, feed_stamps, new_revision, present_listings

TRIES = 3  # how often an outcome is thought out again when another observation was saved first
MOST_PAGES = 10  # of one article in several pages
# what does not pass by itself: the feed's own words are then the text at once
PAGE_IS_OUT_OF_REACH = ("robots", "paywall", "login", "too_large", "bad_encoding", "blocked_address", "blocked_scheme", "redirect_loop")
NOT_TAKEN: tuple[Verdict, ...] = ("held", "suspect", "failed")  # what such a look read is no text of the article, and is asked for again
FAILURES_BEFORE_FEED_TEXT = 3  # of an article that never had a page: then the feed's words are kept rather than nothing


def look(task: PageTask, doors: Doors) -> Recipe:
    """Asks for the page and saves what became of the article. Returns what was stored, with the verdict of the look."""
    return waiting(steps(task, doors), doors.store)


def steps(task: PageTask, doors: Doors) -> Steps:
    """The same for an engine that saves."""
    answer: Answer = yield request(task)
    seen = yield from _read(task, answer, doors)
    for _ in range(TRIES):
        outcome = learn(task, answer, seen, doors)
        saved: Saved = yield outcome
        if saved.stored:
            break
    verdict = outcome.update.look.verdict if outcome.update.look else None
    error = f"{answer.code}: {answer.message}" if isinstance(answer, Failure) else None
    return replace(saved, verdict=verdict, status=answer.status, error=error)


def request(task: PageTask) -> Request:
    """The question, conditional when there are validators."""
    return replace(_asking(task, task.url), validators=task.pace.validators)


def _asking(task: PageTask, url: str) -> Request:
    """A feed's headers go only to the feed's own host: a page that redirects may go on elsewhere."""
    host = urlsplit(url).netloc.lower()
    own = next((feed for feed in task.feeds if urlsplit(feed.url).netloc.lower() == host), None)
    if own is None:
        return Request(url, "page")
    return Request(url, "page", None, own.headers if may_share(own.url, url) else (), own.proxy, own.ca_file)


def _read(task: PageTask, answer: Answer, doors: Doors) -> Generator[Request, Answer, Page | None]:
    """The page as extracted, with its further pages; None when there is nothing to extract (failed, 304, the same bytes)."""
    if not isinstance(answer, Response) or answer.status == 304 or _sha(answer) == task.pace.body_sha:
        return None
    known = doors.store.known_article(task.article_id)
    context = _context(task, known, answer, doors)
    page: Page = _extract(answer, context, doors)
    more, asked, parts = list(page.more), {task.url, answer.final_url}, 1
    while more and parts < MOST_PAGES and page.verdict == "article":
        url = more.pop(0)
        if url in asked:
            continue
        asked.add(url)
        parts += 1
        next_answer = yield _asking(task, url)
        if not isinstance(next_answer, Response) or next_answer.status != 200:
            return replace(page, verdict="suspect", reason="truncated")
        part = _extract(next_answer, replace(context, url=url, known=None, known_raw=None), doors)
        page = append_page(page, part)
        more.extend(part.more)
    return page


def _extract(answer: Response, context: PageContext, doors: Doors) -> Page:
    try:
        return doors.workers.run(extract_page, answer.body, answer.headers, answer.status, context)
    except WorkerKilled:
        nothing = revise.NO_CONTENT
        return Page("suspect", "error_page", answer.final_url, None, nothing, doubts=("reading it took too much time or memory",))


def _context(task: PageTask, known: KnownArticle, answer: Response, doors: Doors) -> PageContext:
    head = known.head if known.head and known.head.source == "page" else None
    host = urlsplit(answer.final_url).netloc.lower()
    posted, updated = head.stamps if head else (None, None)
    return PageContext(
        url=answer.final_url,
        now=answer.at,
        timezone=next((feed.timezone for feed in task.feeds if feed.timezone), None),
        rule=doors.rule_for(host),
        known=head.content if head else None,
        # the page of an article that was gone is the one that stood in its place
        known_raw=known.head_raw if head and head.event != "gone" else None,
        known_posted=posted,
        known_updated=updated,
        extractor=head.extractor if head else None,
        boilerplate=doors.store.boilerplate(host),
        listed_title=known.listed[0].title if known.listed else None,
    )


def learn(task: PageTask, answer: Answer, page: Page | None, doors: Doors) -> LookOutcome:
    """All that this look teaches, without writing any of it."""
    known = doors.store.known_article(task.article_id, raw=False)
    now = answer.at
    listings = present_listings(known)
    decision = _decide(known, answer, page, listings, now)
    source_is_page = True
    if decision.event is None and _falls_back(known, answer, page, doors):
        decision, source_is_page = _decide_from_feed(known, decision, listings, now), False
    elif decision.event is None:
        decision = _with_feeds_words(known, decision, listings, now)
    update = _update(task, known, answer, page, decision, listings, doors, source_is_page=source_is_page)
    notes = tuple(page.doubts) if page and decision.verdict in ("held", "suspect") else ()
    pace, lesson = _pace(task, known, answer, page, decision, doors)
    return LookOutcome(task, now, pace, update, _merge_into(known, page, doors), notes, lesson)


def _decide(known: KnownArticle, answer: Answer, page: Page | None, listings: Mapping[str, Said], now: datetime) -> Decision:
    if isinstance(answer, Failure):
        if answer.status in (404, 410):
            return revise.decide_absence(known, answer.status, answer.code, now)
        return revise.unchanged(known, "failed", answer.code)
    if page is None:
        return revise.decide_same(known, now)
    if page.verdict == "suspect" and page.reason == "home_page" and known.head is not None:
        return revise.decide_absence(known, answer.status, "home_page", now)
    return revise.decide(known, page, listings, now)


def _falls_back(known: KnownArticle, answer: Answer, page: Page | None, doors: Doors) -> bool:
    """Whether the feed's own words are the text, because the page cannot be had."""
    if not known.listed or (known.head is not None and known.head.source == "page"):
        return False
    reason = answer.code if isinstance(answer, Failure) else page.reason if page and page.verdict == "suspect" else None
    if reason is None:
        return False
    if reason in PAGE_IS_OUT_OF_REACH or known.head is not None:
        return True
    return 1 + sum(1 for _ in doors.store.looks(known.id)) >= FAILURES_BEFORE_FEED_TEXT


def _decide_from_feed(known: KnownArticle, page_decision: Decision, listings: Mapping[str, Said], now: datetime) -> Decision:
    speaker = min(known.listed, key=lambda listing: (listing.gone_at is not None, listing.first_seen_at))
    posted, updated = feed_stamps(speaker)
    decision = revise.decide_feed(known, feed_content(speaker), posted, updated, listings, now)
    # the look itself failed, and is written down as that
    return replace(decision, verdict=page_decision.verdict, reason=page_decision.reason, sooner=page_decision.sooner)


def _with_feeds_words(known: KnownArticle, decision: Decision, listings: Mapping[str, Said], now: datetime) -> Decision:
    """The decision, with the edit that a feed made to its own words since the head; the page beside it stands as it was."""
    head = known.head
    if head is None or head.event == "gone" or head.source != "page":
        return decision
    posted, updated = head.stamps
    resaid = revise.decide_feed(replace(known, memo=decision.memo), head.content, posted, updated, listings, now)
    if resaid.event is None and resaid.flapping is None:
        return decision
    taken = decision.verdict not in NOT_TAKEN
    return replace(
        resaid,
        verdict=resaid.verdict if taken else decision.verdict,
        confirmed=taken or head.confirmed,
        reason="a feed changed its own words" if taken else decision.reason,
        restamp=decision.restamp if resaid.event is None else None,
        discloses=decision.discloses,
        confirms_head=decision.confirms_head,
        seen_head=decision.seen_head,
        state=decision.state,
        sooner=decision.sooner,
    )


def _update(
    task: PageTask,
    known: KnownArticle,
    answer: Answer,
    page: Page | None,
    decision: Decision,
    listings: Mapping[str, Said],
    doors: Doors,
    *,
    source_is_page: bool,
) -> ArticleUpdate:
    now = answer.at
    is_article = page is not None and page.verdict == "article"
    update = ArticleUpdate(
        known.id,
        known.head_rev,
        known.url,
        keys=identify.page_keys(page, answer.final_url) if page is not None and is_article and isinstance(answer, Response) else (),
        canonical_url=page.canonical_url if page is not None and is_article else None,
        state=decision.state,
        restamp=decision.restamp,
        seen=decision.seen_head,
        confirm=decision.confirms_head,
        discloses=decision.discloses,
        memo=decision.memo,
        flapping=decision.flapping,
        blocks=page.blocks if page is not None and is_article and known.head is None else (),
    )
    if decision.event is not None and decision.content is not None:
        raw = None
        if page is not None and decision.verdict not in NOT_TAKEN and isinstance(answer, Response):
            raw = RawPage(answer.final_url, answer.status, answer.headers, answer.body)
        elif decision.event == "edited":  # a feed changed its own words, the page stands as it was
            raw = doors.store.known_article(known.id).head_raw
        kept_source = known.head.source if page is None and known.head else "page"
        revision = new_revision(
            known,
            event=decision.event,
            confirmed=decision.confirmed,
            source=kept_source if source_is_page else "feed",
            url=page.url if page else known.head.url if known.head else known.url,
            first_seen_at=decision.first_seen_at or now,
            posted=decision.posted,
            updated=decision.updated,
            content=decision.content,
            listings=listings,
            extractor=decision.extractor if source_is_page else "feed",
            raw=raw if source_is_page else None,
            reverts_to=decision.reverts_to,
            feeds=task.feeds,
            doors=doors,
        )
        update = replace(update, revision=revision)
    rev = known.head_rev + 1 if update.revision else decision.rev_met
    took = answer.at - answer.asked_at if isinstance(answer, Response) else timedelta(0)
    address = answer.final_url or answer.url
    seen = Look(now, address, answer.status, decision.verdict, decision.reason, rev, took, len(answer.body))
    return replace(update, look=seen)


def _merge_into(known: KnownArticle, page: Page | None, doors: Doors) -> int | None:
    """Another article that this page says it is, by its canonical address; never one that stands beside it in a feed now."""
    if page is None or page.verdict != "article" or not page.canonical_url:
        return None
    keys = [key for key in identify.page_keys(page, page.url) if key.kind == "canonical"]
    if keys:  # a canonical address that is believed; the other article may be known by that address alone
        keys += identify.url_keys(page.canonical_url)
    others = set(doors.store.find_articles(keys).values()) - {known.id}
    if len(others) != 1:
        return None
    other = doors.store.known_article(others.pop(), raw=False)
    present = {listing.feed for listing in known.listed if listing.gone_at is None}
    beside = {listing.feed for listing in other.listed if listing.gone_at is None}
    return None if present & beside else other.id


def _pace(
    task: PageTask, known: KnownArticle, answer: Answer, page: Page | None, decision: Decision, doors: Doors
) -> tuple[Pace, Habit | None]:
    """When to look again, and what this look teaches of the outlet.

    Validators and bytes are kept of accepted pages only, so that a doubtful one is asked for whole again; and not of the first of
    several, which says nothing of the others.
    """
    edited = _is_edit(known, decision)
    posted = decision.posted or (known.head.posted if known.head else None)
    posted_at, first_seen_at = posted.at if posted else None, known.first_seen_at or answer.at
    habit = doors.store.habit(urlsplit(task.url).netloc)
    lesson = schedule.taught(
        task.pace,
        verdict=decision.verdict,
        edited=edited,
        posted_at=posted_at,
        first_seen_at=first_seen_at,
        last_edit_at=known.last_edit_at,
        edited_at=decision.updated.at if decision.updated else None,
        habit=habit,
        bounds=doors.bounds,
        now=answer.at,
    )
    pace = schedule.after_look(
        task.pace,
        answer,
        verdict=decision.verdict,
        edited=edited,
        posted_at=posted_at,
        first_seen_at=first_seen_at,
        last_edit_at=answer.at if edited else known.last_edit_at,
        habit=habit,
        sooner=decision.sooner,
        bounds=doors.bounds,
        now=answer.at,
    )
    asked_at = answer.asked_at if isinstance(answer, Response) else answer.at
    pace = replace(pace, asked_at=asked_at)
    if decision.verdict == "gone" or (page is not None and page.parts > 1):
        return replace(pace, validators=None, body_sha=None), lesson
    if decision.verdict in NOT_TAKEN:
        return replace(pace, validators=task.pace.validators, body_sha=task.pace.body_sha), lesson
    if isinstance(answer, Response) and answer.status == 200:
        return replace(pace, body_sha=_sha(answer)), lesson
    return pace, lesson


def _is_edit(known: KnownArticle, decision: Decision) -> bool:
    """Whether the page itself was edited; what a feed does to its own words says nothing of when to look at the page."""
    if decision.event != "edited" or decision.content is None or known.head is None:
        return decision.event in ("reverted", "restored")
    return text_key(decision.content) != text_key(known.head.content)


def _sha(answer: Response) -> bytes:
    return hashlib.sha256(answer.body).digest()
