"""News sitemaps as a source: each address with its headline and stamps is an entry, so that a moved lastmod triggers a look. Pure."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime

from monitor.model import Entry, FeedDocument, SameItem
from monitor.parse.entries import MAX_TITLE, address
from monitor.parse.markup import headline, unescaped
from monitor.parse.outline import PARSER_VERSION
from monitor.text import clean_text
from monitor.times import read_stamp

_URL = re.compile(rb"<(?:[\w.-]+:)?url(?=[\s>])[^>]*>")
_URL_END = re.compile(rb"</(?:[\w.-]+:)?url\s*>")
_CHILD = re.compile(
    r"<(?:([\w.-]+):)?(loc|lastmod|publication_date|title|name)(?=[\s>])[^>]*>\s*(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))\s*</", re.DOTALL
)


def parse_sitemap(
    body: bytes, *, url: str, encoding: str, timezone: str | None, known: frozenset[bytes], max_items: int, warnings: tuple[str, ...]
) -> FeedDocument:
    """The addresses of a sitemap in its order. `lastmod` is the entry's updated, Google News' publication date its published."""
    context = hashlib.sha256(PARSER_VERSION + f"{url}\0{timezone}".encode()).digest()
    items: list[Entry | SameItem] = []
    title = None
    for position, inside in enumerate(_pages(body)):
        if position >= max_items:
            warnings = (*warnings, f"only the first {max_items} addresses were read")
            break
        sha = hashlib.blake2b(inside, key=context, digest_size=16).digest()
        said = _children(inside.decode("utf-8", "replace"))
        title = title or said.get("name")
        if sha in known:
            items.append(SameItem(sha, position))
        elif said.get("loc"):
            items.append(
                Entry(
                    id=None,
                    url=address(said["loc"], url),
                    title=headline(said.get("title", ""), is_html=False)[:MAX_TITLE],
                    published_at=_at(said.get("publication_date"), timezone),
                    updated_at=_at(said.get("lastmod"), timezone),
                    item_sha=sha,
                    position=position,
                )
            )
    complete = b"</" in body[-200:] and len(items) < max_items
    return FeedDocument("sitemap", encoding, title, None, tuple(items), warnings=warnings, complete=complete)


def _pages(body: bytes) -> Iterator[bytes]:
    """The inside of each whole `url` element."""
    at = 0
    while (start := _URL.search(body, at)) and (end := _URL_END.search(body, start.end())):
        yield body[start.end() : end.start()]
        at = end.end()


def _children(markup: str) -> dict[str, str]:
    """The first of each child; an image's title and address are not the page's."""
    found: dict[str, str] = {}
    for prefix, name, cdata, text in _CHILD.findall(markup):
        if prefix.lower() not in ("image", "video"):
            found.setdefault(name, clean_text(cdata or unescaped(text)).strip())
    return found


def _at(text: str | None, timezone: str | None) -> datetime | None:
    stamp = read_stamp(text, timezone=timezone) if text else None
    return stamp.at if stamp else None
