"""JSON Feed 1.0 and 1.1, with what is found in their place. Pure."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.errors import ParseError
from monitor.model import Entry, FeedDocument, FeedHints, SameItem
from monitor.parse.entries import MAX_ID, MAX_TITLE, address, names_of
from monitor.parse.markup import headline, paragraphs_of_html, paragraphs_of_text
from monitor.parse.outline import PARSER_VERSION
from monitor.text import clean_text
from monitor.times import read_stamp


def parse_json_feed(
    text: str, *, url: str, encoding: str, timezone: str | None, known: frozenset[bytes], max_items: int, warnings: tuple[str, ...] = ()
) -> FeedDocument:
    """The feed in this JSON. Raises ParseError not_a_feed when it is some other JSON, malformed when it is none."""
    try:
        feed = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise ParseError("malformed", f"the JSON breaks: {error}") from error
    version = feed.get("version") if isinstance(feed, Mapping) else None
    items = feed.get("items") if isinstance(feed, Mapping) else None
    if not isinstance(items, list) or not (isinstance(version, str) or feed.get("title") is not None):
        raise ParseError("not_a_feed", "this is JSON, but no JSON Feed")
    found: list[Entry | SameItem] = []
    for position, item in enumerate(items[:max_items]):
        if not isinstance(item, Mapping):
            warnings = (*warnings, f"item {position + 1} is no object and was left out")
            continue
        sha = _sha(item, url, timezone)
        found.append(SameItem(sha, position) if sha in known else _entry(item, position, sha, url, timezone))
    hubs = feed.get("hubs")
    hub = next((_text(hub.get("url")) for hub in hubs if isinstance(hub, Mapping)), None) if isinstance(hubs, list) else None
    return FeedDocument(
        format=f"json{str(version or '').rstrip('/').rpartition('/')[2]}",
        encoding=encoding,
        title=headline(_text(feed.get("title")) or "", is_html=False) or None,
        link=address(_text(feed.get("home_page_url")), url),
        items=tuple(found),
        hints=FeedHints(hub=hub, self_url=_text(feed.get("feed_url"))),
        warnings=warnings,
        complete=len(items) <= max_items,
    )


def _entry(item: Mapping[str, Any], position: int, sha: bytes, base: str, timezone: str | None) -> Entry:
    markup, plain = _text(item.get("content_html")), _text(item.get("content_text"))
    content = paragraphs_of_html(markup) if markup else paragraphs_of_text(plain or "")
    summary = paragraphs_of_text(_text(item.get("summary")) or "")
    guid = _text(item.get("id"))
    people = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    return Entry(
        id=guid[:MAX_ID] if guid else None,
        url=address(_text(item.get("url")) or _text(item.get("external_url")), base),
        title=headline(_text(item.get("title")) or "", is_html=False)[:MAX_TITLE],
        authors=tuple(names_of(person.get("name") for person in people or () if isinstance(person, Mapping))),
        published_at=_at(item.get("date_published"), timezone),
        updated_at=_at(item.get("date_modified"), timezone),
        summary=summary or None,
        content=content or None,
        item_sha=sha,
        position=position,
    )


def _text(value: object) -> str | None:
    """Text of a member; a number stands for its digits, as ids of every type are found."""
    if isinstance(value, str):
        return clean_text(value).strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def _at(value: object, timezone: str | None) -> datetime | None:
    text = _text(value)
    stamp = read_stamp(text, timezone=timezone) if text else None
    return stamp.at if stamp else None


def _sha(item: Mapping[str, Any], url: str, timezone: str | None) -> bytes:
    context = hashlib.sha256(PARSER_VERSION + f"{url}\0{timezone}".encode()).digest()
    return hashlib.blake2b(json.dumps(item, sort_keys=True).encode(), key=context, digest_size=16).digest()
