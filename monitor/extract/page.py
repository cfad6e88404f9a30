"""An article page to its fields: the one door of this room."""

from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser

from monitor.extract.authors import authors_of
from monitor.extract.blocks import Document, read_document
from monitor.extract.body import Selection, select
from monitor.extract.charset import decode
from monitor.extract.header import read_header
from monitor.extract.headline import heading_over, title_of
from monitor.extract.letters import fingerprint, letters
from monitor.extract.metadata import (
    Metadata,
    canonical_of,
    fold,
    language_by_script,
    language_of,
    next_pages,
    read_metadata,
    section_of,
)
from monitor.extract.reconcile import doubts_of, reconcile, sight_of
from monitor.extract.rules import Ruled, apply
from monitor.extract.second import Seen, guessed_day, is_at_odds, second_text
from monitor.extract.stamps import (
    Reading,
    address_stamp,
    closing_stamp,
    data_stamp,
    is_stamp_line,
    lone_stamp,
    machine_stamps,
    vague_stamp,
    visible_stamps,
    zone_of_language,
)
from monitor.extract.suspect import refused, suspicion
from monitor.model import Content, Headers, Page, PageContext, RawPage, Stamp
from monitor.proof import text_key

# Goes up with every change that can read the same bytes differently; kept with each revision.
EXTRACTOR = "blocks/3"
SECOND = "trafilatura"


def extract_page(response_body: bytes, headers: Headers, status: int, context: PageContext) -> Page:
    """What this answer says as an article page, or why it is none; reconciled with the page before, if there is one.

    `headers` are the answer's, `status` its status. Never raises for what a page holds.
    """
    known = context.known_raw
    is_same = known is not None and known.body == response_body and known.url == context.url
    if is_same and context.known is not None and not _goes_on(response_body):
        return Page(
            "article", None, context.url, None, context.known, context.known_posted, context.known_updated, context.extractor or EXTRACTOR
        )
    if reason := refused(response_body, headers, status):
        return Page("suspect", reason, context.url, None, Content(""), extractor=EXTRACTOR)
    return _read(response_body, headers, context)


def append_page(first: Page, more: Page) -> Page:
    """The article continued by its next page: the text and captions that the pages before do not have. A page that is none taints all."""
    if more.verdict == "suspect":
        return replace(first, verdict="suspect", reason=more.reason)
    old, new = first.content, more.content
    body = old.body + tuple(paragraph for paragraph in new.body if paragraph not in set(old.body))
    captions = old.captions + tuple(caption for caption in new.captions if caption not in set(old.captions))
    return replace(
        first,
        content=replace(old, body=body, captions=captions),
        doubts=tuple(dict.fromkeys(first.doubts + more.doubts)),
        blocks=tuple(dict.fromkeys(first.blocks + more.blocks)),
        more=more.more,
        parts=first.parts + 1,
    )


def _goes_on(body: bytes) -> bool:
    """Does this page name a next one? Then it may be the same to the byte while that one was edited."""
    at = body.find(b"next")
    while at >= 0:
        if body[max(0, at - 5) : at].rstrip(b"\"'").endswith(b"rel="):
            return True
        at = body.find(b"next", at + 4)
    return False


def _read(body: bytes, headers: Headers, context: PageContext) -> Page:
    html = decode(body, headers, charset=context.rule.charset if context.rule else None)
    tree = LexborHTMLParser(html)
    more = next_pages(tree, context.url)
    if more and context.known is not None and context.known_raw is not None:
        context = replace(context, known=_part_on(context.known_raw, context.known, context))
    metadata = read_metadata(tree)
    reading = reading_of(tree, metadata, context)
    language = reading.language
    ruled = apply(context.rule, tree, reading) if context.rule else Ruled()
    document = read_document(tree)
    title = ruled.title or title_of(document, metadata)
    selection = select(document, title, _judge(metadata), _foreign(context), ruled.body)
    own_url = canonical_of(tree, metadata, context.url) or context.url
    if not ruled.title and (heading := heading_over(document, title, selection.blocks, own_url)):
        title, selection = heading, select(document, heading, _judge(metadata), _foreign(context), ruled.body)
    content = _ruled(_content(document, metadata, selection, title, language, reading), ruled)
    content, extractor = _second_reading(html, content, context)
    posted, updated = _stamps(html, document, metadata, selection, title, reading, context)
    posted, updated = ruled.posted or posted, ruled.updated or updated
    page = Page(
        "article", None, context.url, canonical_of(document.tree, metadata, context.url), content, posted, updated, extractor,
        blocks=_fingerprints(selection) if context.known is None else (), more=more,
    )  # fmt: skip
    reason = suspicion(html, document, metadata, page, context)
    if reason:
        return replace(page, verdict="suspect", reason=reason)
    return _compared(page, document, html, context)


def _part_on(raw: RawPage, known: Content, context: PageContext) -> Content:
    """The part of an article in several pages that stood on this one: what is compared with this page alone."""
    html = decode(raw.body, raw.headers, charset=context.rule.charset if context.rule else None)
    sight = sight_of(read_document(html), html)
    body = tuple(paragraph for paragraph in known.body if sight.tells(paragraph))
    return replace(known, body=body, captions=tuple(caption for caption in known.captions if sight.tells(caption)))


def reading_of(tree: LexborHTMLParser, metadata: Metadata, context: PageContext) -> Reading:
    """How stamps are read on this page: by the rule's zone, the feed's, or that of the page's language."""
    language = language_of(tree, metadata) or language_by_script("".join(metadata.headlines))
    zone = (context.rule.timezone if context.rule else None) or context.timezone or zone_of_language(language)
    return Reading(zone, context.now, language)


def _ruled(content: Content, ruled: Ruled) -> Content:
    """What the site rule found in place of what was guessed; its sub-headline and captions are no paragraphs."""
    told = {letters(text) for text in (ruled.subtitle or "", *ruled.captions)} - {""}
    return replace(
        content,
        subtitle=ruled.subtitle or content.subtitle,
        authors=ruled.authors or content.authors,
        section=ruled.section or content.section,
        captions=ruled.captions or content.captions,
        body=tuple(paragraph for paragraph in content.body if letters(paragraph) not in told),
    )


def _foreign(context: PageContext) -> frozenset[int]:
    """What stands in many articles of this host, without what this article had before that was known."""
    if not context.boilerplate or context.known is None:
        return context.boilerplate
    return context.boilerplate - {fingerprint(paragraph) for paragraph in context.known.body}


# Blocks of a page that are counted, to learn what stands in many articles; shorter ones stand everywhere by chance.
_MOST_BLOCKS, _SHORTEST_BLOCK = 300, 20


def _fingerprints(selection: Selection) -> tuple[int, ...]:
    texts = [block.text for block in selection.within if len(block.text) >= _SHORTEST_BLOCK]
    return tuple(dict.fromkeys(fingerprint(text) for text in texts[:_MOST_BLOCKS]))


# Less text than this on a first look, and the other extractor is asked; it is taken when it finds twice as much and a good deal.
_LITTLE, _GOOD_DEAL = 250, 400


def _second_reading(html: str, content: Content, context: PageContext) -> tuple[Content, str]:
    """The text as read here, or by trafilatura where that is pinned, or where on a first look it finds what was not found here."""
    pinned = context.extractor or ""
    size = sum(map(len, content.body))
    is_first = context.known is None and not pinned
    if not pinned.startswith(SECOND) and not (is_first and size < _LITTLE):
        return content, EXTRACTOR
    text = second_text(html)
    if text is None or (is_first and len(text) < max(_GOOD_DEAL, 2 * size)):
        return content, EXTRACTOR
    lines = [fold(line) for line in text.split("\n")]
    told = {letters(content.title), letters(content.subtitle or ""), ""}
    return replace(content, body=tuple(line for line in lines if letters(line) not in told)), f"{SECOND} {EXTRACTOR}"


def _compared(page: Page, document: Document, html: str, context: PageContext) -> Page:
    """The page beside the version that is known: without what only wobbled, with doubts about what changed."""
    known, raw = context.known, context.known_raw
    if known is None:
        return page
    if raw is not None and context.extractor not in _OF_TODAY and not _reads_as_known(page, context):
        page = _as_read_before(page, raw, known, context)
    if text_key(known) == text_key(page.content):
        return replace(page, content=known)
    if raw is None:
        return replace(page, doubts=doubts_of(known, page.content))
    old_html = decode(raw.body, raw.headers, charset=context.rule.charset if context.rule else None)
    before, now = Seen(old_html, read_document(old_html)), Seen(html, document)
    content = reconcile(known, page.content, sight_of(before.document, old_html), sight_of(document, html), context.boilerplate)
    if content is known:
        return replace(page, content=content)
    doubts = doubts_of(known, content)
    if not doubts and is_at_odds(before, now, known, content):
        doubts = ("extractors at odds",)
    return replace(page, content=content, doubts=doubts)


_OF_TODAY = (None, EXTRACTOR, f"{SECOND} {EXTRACTOR}")


def _reads_as_known(page: Page, context: PageContext) -> bool:
    known = context.known
    stamps = (page.posted, page.updated) == (context.known_posted, context.known_updated)
    return known is not None and stamps and text_key(known) == text_key(page.content)


def _as_read_before(page: Page, raw: RawPage, known: Content, context: PageContext) -> Page:
    """The page with what an older extractor read of each field and stamp that is the same, read by this one, on the page before."""
    pinned = SECOND if (context.extractor or "").startswith(SECOND) else EXTRACTOR
    first_look = replace(context, url=raw.url, known=None, known_raw=None, known_posted=None, known_updated=None, extractor=pinned)
    again = _read(raw.body, raw.headers, first_look)
    old, new = again.content, page.content
    same = [name for name in _TEXTS if text_key(replace(old, **{name: getattr(new, name)})) == text_key(old)]
    return replace(
        page,
        content=replace(new, **{name: getattr(known, name) for name in same}),
        posted=context.known_posted if again.posted == page.posted else page.posted,
        updated=context.known_updated if again.updated == page.updated else page.updated,
    )


_TEXTS = ("title", "subtitle", "authors", "section", "body", "captions")


def _judge(metadata: Metadata) -> str | None:
    """The article's text as told to machines, as a witness; short ones are summaries."""
    told = metadata.said("articleBody")
    return letters(told) if told and len(told) > 400 else None


def _content(document: Document, metadata: Metadata, selection: Selection, title: str, language: str | None, reading: Reading) -> Content:
    header = read_header(
        document, metadata, title, [block for block in selection.blocks if block.entry_time or not is_stamp_line(block, reading)]
    )
    return Content(
        title=title,
        subtitle=header.subtitle,
        authors=authors_of(document, metadata, title, header.body, header.names),
        section=section_of(metadata),
        body=tuple(block.text for block in header.body),
        captions=selection.captions,
        language=language,
    )


def _stamps(
    html: str, document: Document, metadata: Metadata, selection: Selection, title: str, reading: Reading, context: PageContext
) -> tuple[Stamp | None, Stamp | None]:
    posted, updated = machine_stamps(document.tree, metadata, reading)
    if posted is None or updated is None:
        seen_posted, seen_updated = visible_stamps(document.blocks, reading)
        updated = updated or seen_updated
        if posted is None:
            posted = vague_stamp(metadata, seen_posted or lone_stamp(document, title, selection.blocks, reading), reading)
    if context.known is None and (posted is None or posted.source == "relative"):
        # "4 minutes ago" may be how long it takes to read; a day that is written out is better
        own = canonical_of(document.tree, metadata, context.url) or context.url
        posted = (
            data_stamp(html, reading)
            or address_stamp(own, reading)
            or guessed_day(html, reading)
            or closing_stamp(document, selection.blocks, reading)
            or posted
        )
    return posted or context.known_posted, updated
