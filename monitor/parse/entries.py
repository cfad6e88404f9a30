"""What was read of one item, as an Entry: its address, words, authors and stamps. Pure."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
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
_PUBLISHED = ("pubdate", "published", "issued", "date")
_UPDATED = ("updated", "modified")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def entry_of(said: Mapping[str, Any], link: str | None, *, position: int, item_sha: bytes, timezone: str | None, base: str) -> Entry:
    """The entry of one item. `said` is what the reader in `sax` gathered, `link` the item's link if it has one, made absolute."""
    guid = said.get("id") or said.get("guid")
    content, summary = _longest(said.get("content")), _first(said.get("summary") or said.get("dc_description"))
    people = said.get("author") or said.get("itunes_author") or ()
    return Entry(
        id=clean_text(guid.strip())[:MAX_ID] if guid else None,
        url=address(_link(said, link), base),
        title=_title(said.get("title") or said.get("dc_title") or ()),
        authors=tuple(names_of(people)),
        published_at=_stamp(said, _PUBLISHED, timezone),
        updated_at=_stamp(said, _UPDATED, timezone),
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


def _link(said: Mapping[str, Any], link: str | None) -> str | None:
    """The original address before a counting one, the item's link, or an id that is one."""
    original = said.get("origlink")
    if original and is_web(original):
        return str(original)
    if link:
        return link
    permalink = said.get("permalink")
    if permalink and is_web(permalink):
        return str(permalink)
    guid = said.get("id")
    if guid and not _scheme(guid).startswith(("tag", "urn")) and (is_web(guid) or "/" in guid):
        # Atom wants a link where there is no content; in its place some feeds have an address for an id
        return str(guid)
    return None


def _title(texts: Sequence[Sequence[str]]) -> str:
    kind, text = texts[0] if texts else ("text", "")
    if kind == "base64":
        kind, text = "html", _decoded(text)
    return clean_text(headline(text, is_html=kind == "html"))[:MAX_TITLE]


def _longest(texts: Sequence[Sequence[str]] | None) -> str:
    return max((_words(kind, text) for kind, text in texts or ()), key=len, default="")


def _first(texts: Sequence[Sequence[str]] | None) -> str:
    return _words(*texts[0]) if texts else ""


def _words(kind: str, text: str) -> str:
    if kind == "base64":
        kind, text = "html", _decoded(text)
    return paragraphs_of_text(text) if kind == "text" else paragraphs_of_html(text)


def _decoded(text: str) -> str:
    """The text inside base64; as it stands when it is none, for many types that name no text are plain text all the same."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except ValueError:
        return text


def names_of(names: Iterable[object]) -> list[str]:
    """Names without mail addresses, each once, in order."""
    seen: dict[str, None] = {}
    for name in names:
        if isinstance(name, str):
            plain = headline(clean_text(_EMAIL.sub("", name) if "@" in name else name), is_html=True).strip(" ()<>,;")
            if plain:
                seen.setdefault(plain[:500])
    return list(seen)[:MAX_AUTHORS]


def _stamp(said: Mapping[str, Any], names: tuple[str, ...], timezone: str | None) -> datetime | None:
    for name in names:
        text = said.get(name)
        if text and (stamp := read_stamp(text, timezone=timezone)):
            return stamp.at
    return None
