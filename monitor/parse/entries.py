"""What feedparser read of one item, as an Entry: its address, words, authors and stamps. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.model import Entry
from monitor.parse.markup import headline, paragraphs_of_html, paragraphs_of_text
from monitor.text import clean_text
from monitor.times import read_stamp
from monitor.urls import is_web, resolve

# A headline or an id longer than this is an attack or a mistake; the first part tells stories apart just as well.
MAX_TITLE, MAX_ID, MAX_URL = 4096, 4096, 8192
MAX_AUTHORS = 50
# In this order: when a story was published, and when it was changed.
_PUBLISHED = ("own_pubdate", "own_published", "own_issued", "published", "own_date")
_UPDATED = ("own_updated", "own_modified", "updated", "own_lastupdated", "own_lastmod")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def entry_of(said: Mapping[str, Any], *, position: int, item_sha: bytes, timezone: str | None, base: str) -> Entry:
    """The entry of one item; `said` is feedparser's dictionary, `base` what its relative links are relative to."""
    guid = _first_text(said, ("own_id", "own_guid", "id"))
    published = _stamp(said, _PUBLISHED, timezone)
    updated = _stamp(said, _UPDATED, timezone)
    content = _content(said)
    summary = _summary(said, content)
    return Entry(
        id=guid[:MAX_ID] if guid else None,
        url=address(_link(said, guid), base),
        title=clean_text(_title(said))[:MAX_TITLE],
        authors=tuple(_authors(said)),
        published_at=published,
        updated_at=updated,
        summary=clean_text(summary) or None,
        content=clean_text(content) or None,
        item_sha=item_sha,
        position=position,
    )


def address(link: str | None, base: str) -> str | None:
    """A link made absolute, without user name and password; what is no address stays as typed, and is nobody's to ask."""
    if not link:
        return None
    link = clean_text(link).strip()[:MAX_URL]
    whole = resolve(base, link) if base and not _scheme(link) else link
    if "@" in whole and is_web(whole):
        parts = urlsplit(whole)
        if "@" in parts.netloc:
            whole = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return whole or None


def _scheme(link: str) -> str:
    """The scheme of a link, '' when it has none or is no address."""
    try:
        return urlsplit(link).scheme
    except ValueError:
        return ""


def _title(said: Mapping[str, Any]) -> str:
    detail = said.get("title_detail") or {}
    title = said.get("title")
    if not isinstance(title, str):
        return ""
    # RSS knows no types: its titles are read as HTML, as all readers do; Atom says what it means
    is_html = detail.get("type", "text/html") != "text/plain" or not said.get("atom", False)
    return headline(title, is_html=is_html)


def _link(said: Mapping[str, Any], guid: str | None) -> str | None:
    original = said.get("own_origlink")
    if isinstance(original, str) and is_web(original.strip()):
        return original
    if said.get("link"):
        return str(said["link"])
    permalink = said.get("own_guid")
    if isinstance(permalink, str) and is_web(permalink.strip()):
        return permalink
    links = [link for link in said.get("links") or () if isinstance(link, Mapping) and link.get("href")]
    chosen = next((link["href"] for link in links if link.get("rel", "alternate") == "alternate"), None)
    if chosen is None and said.get("atom") and guid and not _scheme(guid).startswith(("tag", "urn")):
        # Atom 1.0 wants a link where there is no content; in its place some feeds have an address for an id
        return guid if is_web(guid) or "/" in guid else None
    return str(chosen) if chosen else None


def _content(said: Mapping[str, Any]) -> str:
    texts = [_words(part) for part in said.get("content") or () if isinstance(part, Mapping)]
    return max(texts, key=len, default="")


def _summary(said: Mapping[str, Any], content: str) -> str:
    detail = said.get("summary_detail")
    if not isinstance(detail, Mapping):
        value = said.get("summary")
        summary = paragraphs_of_html(value) if isinstance(value, str) else ""
    else:
        summary = _words(detail)
    # feedparser copies a content into a missing summary
    return "" if summary == content else summary


def _words(part: Mapping[str, Any]) -> str:
    value = part.get("value")
    if not isinstance(value, str):
        return ""
    kind = part.get("type") or "text/html"
    if kind == "text/plain":
        return paragraphs_of_text(value)
    return paragraphs_of_html(value)


def _authors(said: Mapping[str, Any]) -> Iterable[str]:
    people = said.get("authors") or ()
    names = [person.get("name") for person in people if isinstance(person, Mapping)]
    if not any(names) and isinstance(said.get("author"), str):
        names = [said["author"]]
    return names_of(names)


def names_of(names: Iterable[object]) -> list[str]:
    """Names without mail addresses, each once, in order."""
    seen: dict[str, None] = {}
    for name in names:
        if isinstance(name, str):
            plain = headline(clean_text(_EMAIL.sub("", name)), is_html=True).strip(" ()<>,;")
            if plain:
                seen.setdefault(plain[:500])
    return list(seen)[:MAX_AUTHORS]


def _stamp(said: Mapping[str, Any], names: tuple[str, ...], timezone: str | None) -> datetime | None:
    for name in names:
        # not .get(): feedparser answers a missing `updated` with `published`
        value = said[name] if name in said else None  # noqa: SIM401 - .get() lies, see above
        if isinstance(value, str):
            stamp = read_stamp(value, timezone=timezone)
            if stamp:
                return stamp.at
    return None


def _first_text(said: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = said.get(name)
        if isinstance(value, str) and value.strip():
            return clean_text(value.strip())
    return None
