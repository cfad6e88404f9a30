"""What a page says about its article to machines and in its header: JSON-LD, meta elements, headline, section, address."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

_ARTICLE_TYPE = re.compile(r"Article|BlogPosting|Report\b|LiveBlog|WebPage\b")
_NOT_BELOW = frozenset(
    (
        "itemListElement", "mentions", "isRelatedTo", "relatedLink", "hasPart", "video", "image", "publisher", "citation", "comment",
        "liveBlogUpdate",
    )
)  # fmt: skip
_COMMENT_MARKS = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$|;\s*$")
_MAX_JSON = 2_000_000
_MAX_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Metadata:
    """The page's own account of its article. `ld` is its JSON-LD article object, `metas` its meta elements, names lower-cased."""

    ld: Mapping[str, Any] = field(default_factory=dict)
    metas: Mapping[str, str] = field(default_factory=dict)
    document_title: str = ""

    def text(self, *names: str) -> str | None:
        """The first of these meta elements that says something."""
        return next((value for name in names if (value := self.metas.get(name))), None)

    def said(self, name: str) -> str | None:
        """A text of the JSON-LD article, entities resolved."""
        value = self.ld.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        return fold(html.unescape(value)) if isinstance(value, str) and value.strip() else None

    @property
    def headlines(self) -> tuple[str, ...]:
        """What the page tells machines its headline is: JSON-LD, OpenGraph, Twitter, the document's title."""
        told = (self.said("headline"), self.text("og:title"), self.text("twitter:title"), self.document_title)
        return tuple(dict.fromkeys(name for name in told if name))


def fold(text: str) -> str:
    """White space folded."""
    return " ".join(text.split())


def read_metadata(tree: LexborHTMLParser) -> Metadata:
    """Reads meta elements and JSON-LD."""
    metas: dict[str, str] = {}
    for node in tree.css("meta"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        value = attributes.get("content") or attributes.get("value")
        if name and value and value.strip():
            metas.setdefault(name.lower(), fold(value))
    title = tree.css_first("title")
    return Metadata(_json_ld(tree), metas, fold(title.text()) if title is not None else "")


def _json_ld(tree: LexborHTMLParser) -> Mapping[str, Any]:
    """The object that describes the article best: an article rather than a page, with the most said about it."""
    best: tuple[int, Mapping[str, Any]] = (-1, {})
    named: dict[str, Mapping[str, Any]] = {}
    scripts = [script.text(deep=True) or "" for script in tree.css('script[type^="application/ld+json" i]')]
    for text in scripts:
        for thing in _things(text):
            if isinstance(thing.get("@id"), str) and "name" in thing:
                named.setdefault(thing["@id"], thing)
            kind = thing.get("@type")
            name = " ".join(map(str, kind)) if isinstance(kind, list) else str(kind)
            if not _ARTICLE_TYPE.search(name) or "ItemList" in name:
                continue
            score = (
                (0 if "WebPage" in name else 3)
                + ("headline" in thing)
                + 2 * ("datePublished" in thing)
                + ("articleBody" in thing)
                + ("author" in thing)
            )
            if score > best[0]:
                best = (score, thing)
    if best[1]:
        return {**best[1], "author": _with_names(best[1].get("author"), named)}
    return next((_told_in_pieces(text) for text in scripts if _ARTICLE_TYPE.search(text[:_MAX_JSON]) and _json(text) is None), {})


def _with_names(author: Any, named: Mapping[str, Mapping[str, Any]]) -> Any:
    """The authors, with what the page says elsewhere of those that the article only refers to by their `@id`."""
    if isinstance(author, list):
        return [_with_names(who, named) for who in author]
    known_as = author.get("@id") if isinstance(author, dict) and "name" not in author else author
    return named.get(known_as, author) if isinstance(known_as, str) else author


_PIECE = re.compile(r'"(datePublished|dateModified|headline)"\s*:\s*"((?:[^"\\]|\\.)*)"(?=\s*[,}])')


def _told_in_pieces(text: str) -> Mapping[str, Any]:
    """What can be read of an article object that is no JSON: an unescaped quotation mark, a comma too many."""
    return dict(reversed(_PIECE.findall(text[:_MAX_JSON])))


def _things(text: str) -> Iterator[Mapping[str, Any]]:
    if len(text) > _MAX_JSON:
        return
    stack: list[Any] = [_json(text)]
    seen = 0
    while stack and seen < _MAX_NODES:
        seen += 1
        thing = stack.pop()
        if isinstance(thing, list):
            stack.extend(reversed(thing))
        elif isinstance(thing, dict):
            yield thing
            stack.extend(value for key, value in thing.items() if isinstance(value, list | dict) and key not in _NOT_BELOW)


def _json(text: str) -> Any:
    for attempt in (text, _COMMENT_MARKS.sub("", text.strip())):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


# --- section, address, language -------------------------------------------------------------------------------------


def section_of(metadata: Metadata) -> str | None:
    """The part of the paper it stands in."""
    section = metadata.said("articleSection") or metadata.text("article:section", "section", "parsely-section", "og:article:section")
    return section if section and len(section) < 60 else None


def canonical_of(tree: LexborHTMLParser, metadata: Metadata, url: str) -> str | None:
    """The address the page gives itself: rel=canonical, else og:url; absolute."""
    link = tree.css_first('link[rel="canonical" i]')
    told = (link.attributes.get("href") if link is not None else None) or metadata.text("og:url")
    if not told:
        return None
    try:
        address = urljoin(url, told.strip())
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.netloc else None


def language_of(tree: LexborHTMLParser, metadata: Metadata) -> str | None:
    """The language tag of the page as it names it."""
    root = tree.root
    told = (root.attributes.get("lang") or root.attributes.get("xml:lang")) if root is not None else None
    told = told or metadata.said("inLanguage") or metadata.text("og:locale", "content-language", "language")
    match = re.match(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*$", told.strip()) if told else None
    return match[0].replace("_", "-") if match else None


_SCRIPTS = (
    (re.compile(r"[가-힣]"), "ko"), (re.compile(r"[ぁ-ヿ]"), "ja"), (re.compile(r"[一-鿿]"), "zh"), (re.compile(r"[؀-ۿ]"), "ar"),
    (re.compile(r"[\u0590-\u05ff]"), "he"), (re.compile(r"[\u0e00-\u0e7f]"), "th"), (re.compile(r"[\u0370-\u03ff]"), "el"),
)  # fmt: skip


def language_by_script(text: str) -> str | None:
    """The language that a text's letters belong to, where they belong to one; for pages that name none."""
    return next((language for letter, language in _SCRIPTS if len(letter.findall(text)) * 4 >= len(text) > 0), None)


def next_pages(tree: LexborHTMLParser, url: str) -> tuple[str, ...]:
    """The address of the article's next page, where the page names one on its own host."""
    for node in tree.css('link[rel="next" i],a[rel="next" i]'):
        if address := _further(node, url):
            return (address,)
    return ()


def _further(node: LexborNode, url: str) -> str | None:
    try:
        address = urljoin(url, (node.attributes.get("href") or "").strip()).split("#")[0]
        here, there = urlsplit(url), urlsplit(address)
    except ValueError:
        return None
    if not there.netloc or there.netloc != here.netloc or address == url.split("#")[0]:
        return None
    # the next page of one article keeps its path or lies below it; the next article does not
    stem = re.sub(r"(?:[/_-]?(?:page)?[/_-]?\d{1,2})?(?:\.\w{1,5})?/?$", "", here.path)
    return address if stem and len(stem) > 1 and there.path.startswith(stem) else None
