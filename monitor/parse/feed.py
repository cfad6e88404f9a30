"""Bytes of a feed → FeedDocument: RSS of all versions, Atom, RDF, JSON Feed and sitemaps, broken ones too. Pure.

decode → find the items → read only those whose bytes are new (one call of feedparser) → entries. Where the XML is broken it is mended
once; where it still breaks, each item is read alone, so that one bad item costs none of the others.
"""

import hashlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitor.errors import ParseError
from monitor.model import Entry, FeedDocument, FeedHints, SameItem
from monitor.parse.charset import decode
from monitor.parse.entries import address, entry_of
from monitor.parse.json_feed import parse_json_feed
from monitor.parse.markup import headline
from monitor.parse.outline import Outline, outline, prolog_of
from monitor.parse.repair import ancestors, end_tags, rebuilt, repaired, with_entities, without_controls
from monitor.parse.sax import SAID, Broken
from monitor.parse.sitemap import parse_sitemap

# A feed of more items is no list of news; reading 50,000 takes feedparser ten seconds.
MAX_ITEMS = 20_000
READER = "monitor.parse.sax"


def parse_feed(
    body: bytes, *, content_type: str | None, url: str, timezone: str | None = None, known: frozenset[bytes] = frozenset()
) -> FeedDocument:
    """The feed in `body` (bytes, undecoded), its items in order; those whose `item_sha` is in `known` as SameItem.

    `url` is what relative links are relative to, `timezone` the zone of stamps that name none. An item's hash covers its bytes and all
    that its reading depends on. Raises ParseError: not_a_feed, xml_dtd_entity, malformed.
    """
    decoded = decode(body, content_type)
    text = decoded.text.lstrip("\ufeff \t\r\n\0")
    if not text:
        raise ParseError("not_a_feed", "the answer is empty")
    if text[0] in "{[":
        return parse_json_feed(
            text, url=url, encoding=decoded.encoding, timezone=timezone, known=known, max_items=MAX_ITEMS, warnings=decoded.warnings
        )
    data = without_controls(text.encode("utf-8", "replace"))
    start, doctype = prolog_of(data)
    if b"<!ENTITY" in doctype.upper():
        raise ParseError("xml_dtd_entity", "the feed declares entities in a DTD, which is refused")
    if start < 0:
        raise ParseError("not_a_feed", "this is no feed, nor any XML")
    lines = outline(data[start:], max_items=MAX_ITEMS)
    if lines.root == "sitemapindex":
        raise ParseError("not_a_feed", "this is an index of sitemaps: add one of those it names")
    if lines.root == "urlset":
        return parse_sitemap(
            lines.body, url=url, encoding=decoded.encoding, timezone=timezone, known=known, max_items=MAX_ITEMS, warnings=decoded.warnings
        )
    if lines.root == "html" or (lines.root not in ("rss", "feed", "rdf", "channel") and not lines.items):
        what = "a web page" if lines.root == "html" else f"XML of another kind (<{lines.root}>)"
        raise ParseError("not_a_feed", f"this is {what}, no feed")
    document = _document(lines, url, timezone, known)
    return replace(document, encoding=decoded.encoding, warnings=decoded.warnings + lines.warnings + document.warnings)


def _document(lines: Outline, url: str, timezone: str | None, known: frozenset[bytes]) -> FeedDocument:
    context = f"{url}\0{timezone}".encode()
    shas = [_with(item.sha, context) for item in lines.items]
    wanted = [position for position, sha in enumerate(shas) if sha not in known]
    whole, warnings = _read(lines, wanted, url)
    if whole is None:
        found, warnings, feed = _read_one_by_one(lines, wanted, url)
    else:
        found, feed = dict(zip(wanted, whole.entries, strict=True)), whole
    items: list[Entry | SameItem] = []
    for position, sha in enumerate(shas):
        if position in found:
            entry = found[position]
            said = json.loads(entry.get(SAID) or "{}")
            if "id" in entry:
                said.setdefault("guid", entry["id"])  # rdf:about
            items.append(entry_of(said, _link_of(entry), position=position, item_sha=sha, timezone=timezone, base=url))
        elif sha in known:
            items.append(SameItem(sha, position))
    return FeedDocument(
        format=feed.get("version") or lines.root,
        encoding="",
        title=_plain(feed.feed.get("title")),
        link=address(feed.feed.get("link"), url),
        items=tuple(items),
        hints=_hints(lines.skeleton, feed.feed),
        warnings=warnings,
        complete=not lines.cut_off,
    )


def _link_of(entry: Any) -> str | None:
    """The item's page among its links: what feedparser chose, else the first that is an alternate."""
    if entry.get("link"):
        return str(entry["link"])
    return next((link["href"] for link in entry.get("links") or () if link.get("href") and link.get("rel") == "alternate"), None)


def _with(sha: bytes, context: bytes) -> bytes:
    return hashlib.blake2b(sha + context, digest_size=16).digest()


# --- reading --------------------------------------------------------------------------------------------------------


def _read(lines: Outline, wanted: Sequence[int], url: str) -> tuple[Any | None, tuple[str, ...]]:
    """feedparser's reading of the head and the wanted items; None where it did not find just these, even in the mended XML."""
    document = lines.body if len(wanted) == len(lines.items) else lines.whole(frozenset(wanted))
    said = None if lines.cut_off else _feedparser(document, url)
    if said is not None and len(said.entries) == len(wanted):
        return said, ()
    for mend in (with_entities, repaired):
        said = _feedparser(mend(_closed(document, lines)), url)
        if said is not None and len(said.entries) == len(wanted):
            return said, () if lines.cut_off else ("the XML was broken and has been mended",)
    return None, ()


def _read_one_by_one(lines: Outline, wanted: Sequence[int], url: str) -> tuple[dict[int, Any], tuple[str, ...], Any]:
    """Each wanted item on its own; of the broken ones what their elements plainly say."""
    opening = ancestors(lines.body[: lines.items[0].start] if lines.items else lines.body)
    head = _feedparser(repaired(_closed(lines.skeleton, lines)), url) or _feedparser(opening + end_tags(opening), url)
    if head is None:
        raise ParseError("malformed", "the XML breaks before its first item")
    found: dict[int, Any] = {}
    for position in wanted:
        item = lines.items[position]
        piece = lines.body[item.start : item.end]
        for mend in (repaired, rebuilt):
            said = _feedparser(mend(opening + piece + end_tags(opening)), url)
            if said is not None and said.entries:
                found[position] = said.entries[0]
                break
    if not found and not lines.items and not head.get("version"):
        raise ParseError("malformed", "the XML breaks and no item can be found in it")
    lost = len(wanted) - len(found)
    told = ("the XML is broken: its items were read one by one",)
    return found, (*told, f"{lost} items could not be read") if lost else told, head


def _feedparser(document: bytes, url: str) -> Any | None:
    """The only call of feedparser: from memory, so that a body that names a file or an address opens nothing. None for broken XML."""
    import feedparser
    import feedparser.api

    if READER not in feedparser.api.PREFERRED_XML_PARSERS:
        feedparser.api.PREFERRED_XML_PARSERS.insert(0, READER)
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        return feedparser.parse(io.BytesIO(document), response_headers=headers, resolve_relative_uris=False, sanitize_html=False)
    except Broken:
        return None


def _closed(document: bytes, lines: Outline) -> bytes:
    """The document with its missing end tags, after the last whole item."""
    if not lines.cut_off:
        return document
    last = max(document.rfind(end) for end in (b"</item", b"</entry"))
    whole = document[: document.find(b">", last) + 1] if last >= 0 else document
    opening = ancestors(whole[: lines.items[0].start] if lines.items else whole)
    return whole + end_tags(opening)


# --- what the publisher says about when to ask ----------------------------------------------------------------------

_TTL = re.compile(rb"<ttl\s*>\s*(\d{1,6})\s*<", re.IGNORECASE)
_PERIOD = re.compile(rb"<\w+:updatePeriod\s*>\s*(\w+)\s*<", re.IGNORECASE)
_FREQUENCY = re.compile(rb"<\w+:updateFrequency\s*>\s*(\d{1,6})\s*<", re.IGNORECASE)
_HOUR = re.compile(rb"<hour\s*>\s*(\d{1,2})\s*<", re.IGNORECASE)
_WEEKDAY = re.compile(rb"<day\s*>\s*([A-Za-z]{3})[a-z]*\s*<", re.IGNORECASE)
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _hints(skeleton: bytes, feed: Any) -> FeedHints:
    ttl = _TTL.search(skeleton)
    period, frequency = _PERIOD.search(skeleton), _FREQUENCY.search(skeleton)
    hours = _PERIODS.get(period[1].decode().lower()) if period else None
    times = max(1, int(frequency[1])) if frequency else 1
    days = (day.decode().lower() for day in _WEEKDAY.findall(skeleton))
    links = [link for link in feed.get("links") or () if link.get("href")]
    return FeedHints(
        ttl=timedelta(minutes=int(ttl[1])) if ttl and int(ttl[1]) else None,
        period=timedelta(hours=hours) / times if hours else None,
        skip_hours=frozenset(int(hour) % 24 for hour in _HOUR.findall(skeleton) if int(hour) <= 24),
        skip_days=frozenset(_WEEKDAYS.index(day) for day in days if day in _WEEKDAYS),
        hub=next((link["href"] for link in links if link.get("rel") == "hub"), None),
        self_url=next((link["href"] for link in links if link.get("rel") == "self"), None),
    )


def _plain(title: object) -> str | None:
    return headline(title, is_html=True) or None if isinstance(title, str) else None
