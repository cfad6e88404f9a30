"""All names one article might have: of an entry, of an address, of a page. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from monitor.model import Entry, FeedDocument, Key, KeyKind, KnownFeed, Listing, Page, SameItem
from monitor.settings import Feed
from monitor.text import plain
from monitor.urls import host_of, is_home, same_site, stable_token, url_key

# Longer values are kept as their hash: an index row has its limits.
MAX_VALUE = 400
# A title says who it is only together with its minute, and only when it is no mere word ("Live", "Morning briefing" at midnight).
MIN_TITLE = 12


def url_keys(url: str) -> tuple[Key, ...]:
    """The keys of an address alone; none for a front page."""
    key = url_key(url)
    return (_key("url", "", key),) if key and not is_home(url) else ()


def page_keys(page: Page, url: str) -> tuple[Key, ...]:
    """All names of the article that a page speaks of: the address it was read at and what it calls its own.

    A canonical address counts when it is on the same site and no front or section page: many sites point every page there.
    """
    names = dict.fromkeys(url_keys(url) + url_keys(page.url))
    own = page.canonical_url
    if own and same_site(own, page.url or url) and not _is_section(own, page.url or url):
        names |= dict.fromkeys(_key("canonical", "", key.value) for key in url_keys(own))
        names |= dict.fromkeys(url_keys(own))
    return tuple(names)


def _is_section(canonical: str, url: str) -> bool:
    """Whether a canonical address is a page above the one it stands on."""
    above, here = url_key(canonical), url_key(url)
    if above is None or is_home(canonical):
        return True
    return here is not None and here.startswith(above + "/") and not re.search(r"\d{4,}|-[^/]*-[^/]*-", above.rpartition("/")[2])


def entry_keys(feed: Feed, known: KnownFeed, document: FeedDocument) -> tuple[tuple[Key, ...], ...]:
    """Every name each item might have, surest first; () for an item whose bytes are known. `match` decides which of them count."""
    return tuple(() if isinstance(item, SameItem) else names_of(feed.slug, item) for item in document.items)


def names_of(slug: str, said: Entry | Listing) -> tuple[Key, ...]:
    """The names that what a feed says of an article makes, surest first. Without guid, address and title its text is its name."""
    guid = said.id if isinstance(said, Entry) else said.guid
    title = said.title
    if not (title or guid or said.url):
        title = f"{said.summary or ''} {said.content or ''}"
    return _names(slug, guid, said.url, title, said.published_at)


@lru_cache(maxsize=8192)
def _names(slug: str, guid: str | None, url: str | None, title: str, published_at: datetime | None) -> tuple[Key, ...]:
    names: list[Key] = []
    if guid:
        names.append(_key("guid", slug, guid_value(guid, url)))
    if url:
        names.extend(url_keys(url))
        if token := stable_token(url):
            names.append(_key("token", "", token))
    words = plain(title)
    if published_at and words and (len(words) >= MIN_TITLE or (published_at.hour, published_at.minute) != (0, 0)):
        names.append(_key("title", host_of(url or "") or slug, f"{published_at:%Y-%m-%dT%H:%M} {words}"))
    elif words and not guid and not (url and url_key(url)):
        names.append(_key("title", slug, words))
    return tuple(names)


def guid_value(guid: str, url: str | None) -> str:
    """A guid as it is compared: byte for byte, but for addresses, whose spelling and counting fragments (`#3`) do not matter."""
    guid = guid.strip()
    if not guid.lower().startswith(("http://", "https://")):
        return guid
    key = url_key(guid)
    if key is None or is_home(guid):
        return guid
    fragment = urlsplit(guid).fragment
    counts = fragment.isdecimal() and (len(fragment) < 4 or (url is not None and url_key(url) == key))
    return key if not fragment or counts or "#" in key else f"{key}#{fragment}"


def _key(kind: KeyKind, scope: str, value: str) -> Key:
    return Key(kind, scope, value if len(value) <= MAX_VALUE else "sha256:" + sha256(value.encode("utf-8", "replace")).hexdigest())


def by_kind(names: Sequence[Key]) -> dict[KeyKind, Key]:
    """The names by their kind, surest first where a kind has two."""
    return {name.kind: name for name in reversed(names)}
