"""What a page says about its article to machines and in its header: JSON-LD, meta elements, headline, authors, section, address."""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.extract.blocks import Document
from monitor.extract.letters import letters

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
    scripts = [script.text(deep=True) or "" for script in tree.css('script[type^="application/ld+json" i]')]
    for text in scripts:
        for thing in _things(text):
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
    return best[1] or next(
        (_told_in_pieces(text) for text in scripts if _ARTICLE_TYPE.search(text[:_MAX_JSON]) and _json(text) is None), {}
    )


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


# --- authors, section, address, language ----------------------------------------------------------------------------

_PERSON = re.compile(r"^[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,4}$")
_LEAD_IN = re.compile(
    r"^(?:(?:written|story|text|words|report(?:ing)?|article|posted|published|veröffentlicht|geschrieben|verfasst)\s+)?"
    r"(?:by|von|par|por|di|da|de|door|av|af|author|autor(?:in)?|autor(?:in)?/autor(?:in)?|auteur|автор|текст)\b[\s:]+",
    re.IGNORECASE,
)


def authors_of(document: Document, metadata: Metadata) -> tuple[str, ...]:
    """Who wrote it, each once: as told to machines, unless that names the outlet only; then as the byline shows."""
    told = clean_names(_ld_names(metadata.ld.get("author")) or _meta_names(metadata))
    desks = {letters(name) for name in _ld_names(metadata.ld.get("author"), organizations=True)}
    outlet = letters(metadata.text("og:site_name") or "") or "-"
    persons = tuple(
        name
        for name in told
        if letters(name) not in outlet and outlet not in letters(name) and letters(name) not in desks and "." not in name.rstrip(".")
    )
    return persons or clean_names(_shown_names(document)) or told


def _meta_names(metadata: Metadata) -> list[str]:
    told = metadata.text("author", "article:author", "parsely-author", "sailthru.author", "byl", "dc.creator", "article:author_name")
    if not told or "http" in told or "@" in told:
        return []
    return re.split(r"\s*[,;]\s*|\s+(?:and|und|et|y|e)\s+", _LEAD_IN.sub("", told))


def _shown_names(document: Document) -> list[str]:
    """The names in the page's first byline: its links, or its text if that is names."""
    comments = {element.mem_id for element in document.elements if element.furniture and "comment" in element.furniture}
    for node in document.tree.css(
        "[rel~=author],[itemprop=author],[class*=byline i],[class*=author i],[class*=reporter i],[class*=autor i]"
    )[:12]:
        if node.mem_id in comments or node.tag in ("body", "html", "head", "meta", "article", "main"):
            continue
        text = fold(node.text(separator=" "))
        if not text or len(text) > 250:
            continue
        links = [fold(link.text(separator=" ")) for link in node.css("a")]
        names = [name for name in links if _PERSON.match(name) and name[0].isupper()]
        if names:
            return names
        rest = _LEAD_IN.sub("", text)
        parts = [part for part in re.split(r"\s*[,;|&·•]\s*|\s+(?:and|und|et|y)\s+", rest) if part]
        if parts and all(_PERSON.match(part) and part[0].isupper() for part in parts[:1]):
            return [part for part in parts if _PERSON.match(part) and part[0].isupper()]
    return []


def clean_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names without 'By', mail addresses, addresses of profiles; each once."""
    clean: dict[str, str] = {}
    for name in names:
        name = _LEAD_IN.sub("", fold(name))
        name = re.sub(r"\s*\(?[\w.+-]+@[\w.-]+\.\w+\)?", "", name).strip(" ,;|·-–—/")
        if name and len(name) < 100 and "://" not in name and not name.startswith("@"):
            clean.setdefault(letters(name), name)
    return tuple(clean.values())


def _ld_names(author: Any, *, organizations: bool = False) -> list[str]:
    """The names of the authors, or of those alone that are organizations; several in one text are told apart."""
    names: list[str] = []
    for who in author if isinstance(author, list) else [author]:
        if organizations and not (isinstance(who, dict) and who.get("@type") in ("Organization", "NewsMediaOrganization")):
            continue
        name = who.get("name") if isinstance(who, dict) else who
        if isinstance(name, list):
            names.extend(part for part in name if isinstance(part, str))
        elif isinstance(name, str):
            names.append(name)
    return [part for name in names if name.strip() for part in _parted(fold(html.unescape(name)))]


_BETWEEN_NAMES = re.compile(r"\s*[,;]\s*(?:(?:and|und|et|y|e|&)\s+)?|\s+(?:and|und|et|y|&)\s+")


def _parted(name: str) -> list[str]:
    """Several names in one text, each by itself, where every part is a person's."""
    parts = _BETWEEN_NAMES.split(_LEAD_IN.sub("", name))
    return parts if len(parts) > 1 and all(_PERSON.match(part) and part[0].isupper() for part in parts) else [name]


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
