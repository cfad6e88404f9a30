"""Where a site keeps its feeds: what its home page links to, and the common places. Pure."""

import re
from dataclasses import dataclass

from monitor.parse.charset import decode
from monitor.parse.markup import unescaped
from monitor.urls import is_web, resolve

_TAG = re.compile(r"<(link|base|a)\b([^<>]{0,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([A-Za-z-]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_TYPES = {
    "application/rss+xml": 0,
    "application/atom+xml": 0,
    "application/feed+json": 1,
    "application/rdf+xml": 1,
    "application/json": 3,
    "text/xml": 2,
    "application/xml": 2,
}
_LOOKS_LIKE_FEED = re.compile(
    r"(?:/(?:rss|feed|atom|feeds)(?:/|\.xml|\.rss|\.atom|\Z|\?)|\.(?:rss|atom|rdf)(?:\Z|\?)|feed\.json\Z)", re.IGNORECASE
)
_COMMENTS = re.compile(r"comment", re.IGNORECASE)
COMMON_PLACES = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds", "/feed.json")
# Pages with more links than this name no feed of their own.
MAX_LINKS = 40


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page names; `is_declared` when by link rel=alternate, else only by how its address looks."""

    url: str
    title: str = ""
    is_declared: bool = True


def feed_links(body: bytes, *, url: str, content_type: str | None) -> tuple[FeedLink, ...]:
    """The feeds a page names, the likeliest first: declared ones, feeds of comments last, then links that look like feeds."""
    page = decode(body, content_type).text
    base = url
    ranked: list[tuple[int, int, str, str, bool]] = []
    for name, inside in _TAG.findall(page):
        said = {key.lower(): unescaped(a or b or c).strip() for key, a, b, c in _ATTRIBUTE.findall(inside)}
        href = said.get("href", "")
        if name.lower() == "base":
            base = resolve(url, href) if href else base
            continue
        rank = _rank(name.lower(), said, href)
        if rank is not None and href:
            ranked.append((rank, len(ranked), href, said.get("title", ""), name.lower() == "link"))
    found: dict[str, FeedLink] = {}
    for _, _, href, title, is_declared in sorted(ranked):
        whole = resolve(base, re.sub(r"^feed:(?=https?:)|^feed:(?=//)", "", href))
        if is_web(whole):
            found.setdefault(whole, FeedLink(whole, title, is_declared))
    return tuple(found.values())[:MAX_LINKS]


def common_places(url: str) -> tuple[str, ...]:
    """Addresses to try when a page names no feed."""
    return tuple(resolve(url, place) for place in COMMON_PLACES)


def _rank(name: str, said: dict[str, str], href: str) -> int | None:
    """How likely this tag names the feed that is meant, 0 first; None when it names none."""
    late = 10 if _COMMENTS.search(href) or _COMMENTS.search(said.get("title", "")) else 0
    if name == "link":
        kind = said.get("type", "").split(";")[0].strip().lower()
        words = said.get("rel", "").lower().split()
        if "feed" in words:
            return late
        return _TYPES[kind] + late if "alternate" in words and kind in _TYPES and "hreflang" not in said else None
    return 20 + late if _LOOKS_LIKE_FEED.search(href) else None
