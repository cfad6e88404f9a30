"""Reading stored pages again with the extractor of today: what it reads better becomes a revision without an edit.

Nothing is fetched and nobody is told: the article did not change, our reading did.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from monitor.extract.page import EXTRACTOR, extract_page
from monitor.model import Article, ArticleUpdate, Content, LookOutcome, NewRevision, Page, PageContext, RawPage, Revision
from monitor.ports import ArticleQuery, Doors, WorkerKilled
from monitor.proof import text_key

FIELDS = ("title", "subtitle", "authors", "section", "body", "captions")


@dataclass(frozen=True, slots=True)
class Rereading:
    """What reading an article's newest stored page again gave: the `fields` that read differently, or the `reason` why it stays."""

    article: Article
    old: Content
    new: Content | None
    fields: tuple[str, ...] = ()
    reason: str | None = None


def reread(doors: Doors, *, feeds: tuple[str, ...] = (), now: datetime, save: bool) -> Iterator[Rereading]:
    """Every article whose newest revision came from a kept page, read again; with `save` what reads differently is stored."""
    for article in doors.store.articles(ArticleQuery(feeds=feeds)):
        head = doors.store.revision(article.id, article.revisions) if article.revisions else None
        if head is None or head.source != "page" or head.event == "gone" or head.redacted:
            continue
        raw = doors.store.raw(article.id, head.rev)
        if raw is None:
            yield Rereading(article, head.content, None, reason="no stored page")
            continue
        try:
            page: Page = doors.workers.run(extract_page, raw.body, raw.headers, raw.status, _context(raw, head, doors))
        except WorkerKilled:
            yield Rereading(article, head.content, None, reason="took too much time or memory")
            continue
        if page.verdict == "suspect":
            yield Rereading(article, head.content, None, reason=f"reads as {page.reason}")
        elif page.more:
            yield Rereading(article, head.content, None, reason="in several pages, of which the first is kept")
        elif text_key(page.content) != text_key(head.content):
            fields = tuple(name for name in FIELDS if getattr(page.content, name) != getattr(head.content, name))
            if save:
                _save(article, head, page, raw, doors, now)
            yield Rereading(article, head.content, page.content, fields)


def _context(raw: RawPage, head: Revision, doors: Doors) -> PageContext:
    host = urlsplit(raw.url).netloc.lower()
    stamp = head.updated or head.posted
    zone = stamp.zone if stamp else None
    return PageContext(
        url=raw.url,
        now=head.first_seen_at,
        timezone=zone if zone and "/" in zone else None,
        rule=doors.rule_for(host),
        boilerplate=doors.store.boilerplate(host),
    )


def _save(article: Article, head: Revision, page: Page, raw: RawPage, doors: Doors, now: datetime) -> None:
    task = doors.store.page_task(article.id, now)
    known = doors.store.known_article(article.id, raw=False)
    revision = NewRevision(
        event="new",
        confirmed=True,
        source="page",
        url=head.url,
        first_seen_at=now,
        posted=page.posted or head.posted,
        updated=page.updated or head.updated,
        content=page.content,
        listings=head.listings,
        extractor=page.extractor or EXTRACTOR,
        raw=raw,
    )
    update = ArticleUpdate(article.id, head.rev, article.url, revision=revision, memo=known.memo)
    doors.store.save_look(LookOutcome(task, now, task.pace, update, notes=("read again with a better extractor",)))
