"""Who wrote it: as the page tells machines, and as a reader sees it between headline and text, or right below the text."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborNode

from monitor.extract.blocks import Block, Document
from monitor.extract.byline import first_names, is_person, signed
from monitor.extract.headline import headline_at
from monitor.extract.letters import letters
from monitor.extract.metadata import Metadata, fold

_METAS = (
    "author", "article:author", "og:article:author", "parsely-author", "sailthru.author", "byl", "dc.creator", "dc:creator",
    "article:author_name", "article_author", "cxenseparse:author",
)  # fmt: skip
_LEAD_IN = re.compile(
    r"^(?:(?:written|story|text|words|report(?:ing)?|article|posted|published|veröffentlicht|geschrieben|verfasst|erstellt)\s+)?"
    r"(?:by|von|par|por|di|da|de|door|av|af|author|autor(?:in)?|autor(?:in)?/autor(?:in)?|auteur|автор|текст)\b[\s:]+",
    re.IGNORECASE,
)
# Names of accounts, not of people.
_NOBODY = frozenset(("admin", "administrator", "webmaster", "root", "editor", "noauthor", "unknown", "anonymous", "user", "guest"))


@dataclass(frozen=True, slots=True)
class _Zone:
    """The blocks where a byline may stand, the likeliest first; how many of them lie between headline and text; the text's ancestors."""

    blocks: tuple[Block, ...]
    between: int
    home: frozenset[int]


def authors_of(document: Document, metadata: Metadata, title: str, body: Sequence[Block], signing: Sequence[str]) -> tuple[str, ...]:
    """Who wrote it, each once: the persons told to machines that stand near the text, else those of the byline, else what is told.

    `signing` are the names of a byline that stood as a line of the text.
    """
    zone = _near(document, title, body)
    told = [names for names in _told(metadata) if names]
    persons = [names for names in (_persons(names, metadata) for names in told) if names]
    if names := _standing(persons, zone.blocks[: zone.between], signing):
        return names
    place, shown = (-1, signing) if signing else _shown_names(document, zone)
    seen = clean_names(shown)
    if place >= zone.between and (names := _standing(persons, zone.blocks, ())):
        return names
    fuller = (names for names in persons if any(_is_same(name, other) for name in names for other in seen))
    return next(fuller, seen) or next(iter(persons), next(iter(told), ()))


def _standing(persons: Sequence[tuple[str, ...]], blocks: Sequence[Block], signing: Sequence[str]) -> tuple[str, ...]:
    """The first of these that stand in these blocks, or in this byline."""
    shown = letters(" ".join((*(block.text for block in blocks), *signing)))
    return next((names for names in persons if all(letters(name) in shown for name in names)), ())


def _is_same(name: str, other: str) -> bool:
    """Do these names share their last word? One may be written with more given names."""
    return letters(name.split()[-1]) == letters(other.split()[-1])


def _told(metadata: Metadata) -> Iterator[tuple[str, ...]]:
    yield clean_names(_ld_names(metadata.ld.get("author")))
    for name in _METAS:
        text = metadata.metas.get(name)
        if text and "http" not in text and "@" not in text:
            yield clean_names(re.split(r"\s*[,;]\s*|\s+(?:and|und|et|y|e)\s+", _LEAD_IN.sub("", text)))


def _persons(names: Sequence[str], metadata: Metadata) -> tuple[str, ...]:
    """Those that are neither the outlet nor an organization."""
    desks = {letters(name) for name in _ld_names(metadata.ld.get("author"), organizations=True)}
    outlet = letters(metadata.text("og:site_name") or "") or "-"
    return tuple(
        name
        for name in names
        if letters(name) not in outlet and outlet not in letters(name) and letters(name) not in desks and "." not in name.rstrip(".")
    )


def clean_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names without 'By', mail addresses, addresses of profiles; each once."""
    clean: dict[str, str] = {}
    for name in names:
        name = _LEAD_IN.sub("", fold(name))
        name = re.sub(r"\s*\(?[\w.+-]+@[\w.-]+\.\w+\)?", "", name).strip(" ,;|·-–—/")
        if name and len(name) < 100 and "://" not in name and not name.startswith("@") and letters(name) not in _NOBODY:
            clean.setdefault(letters(name), name)
    return tuple(clean.values())


# --- as told to machines --------------------------------------------------------------------------------------------


def _ld_names(author: Any, *, organizations: bool = False) -> list[str]:
    """The names of the authors, or of those alone that are organizations; several in one text are told apart."""
    names: list[str] = []
    for who in author if isinstance(author, list) else [author]:
        if organizations and not (isinstance(who, dict) and who.get("@type") in ("Organization", "NewsMediaOrganization")):
            continue
        name = (who.get("name") or _two_part_name(who)) if isinstance(who, dict) else who
        if isinstance(name, list):
            names.extend(part for part in name if isinstance(part, str))
        elif isinstance(name, str):
            names.append(name)
    return [part for name in names if name.strip() for part in _parted(fold(html.unescape(name)))]


def _two_part_name(who: Mapping[str, Any]) -> str:
    return " ".join(part for part in (who.get("givenName"), who.get("familyName")) if isinstance(part, str))


_BETWEEN_NAMES = re.compile(r"\s*[,;]\s*(?:(?:and|und|et|y|e|&)\s+)?|\s+(?:and|und|et|y|&)\s+")


def _parted(name: str) -> list[str]:
    """Several names in one text, each by itself, where every part is a person's."""
    parts = _BETWEEN_NAMES.split(_LEAD_IN.sub("", name))
    return parts if len(parts) > 1 and all(is_person(part) for part in parts) else [name]


# --- as a reader sees it --------------------------------------------------------------------------------------------

# Bylines stand within this many blocks above the headline, below it, and below the text.
_ABOVE, _BELOW, _BEHIND = 3, 40, 12
# A line that is nothing but names is no longer than this.
_LINE = 80
# Names of parts that speak of other articles, or of readers.
_ELSEWHERE = re.compile(
    r"relat|recommend|recirc|teaser|trending|popular|most|sidebar|rail|comment|cookie|menu|nav|footer|hidden|newsletter|next|outbrain|taboola|^aside$"
)


def _near(document: Document, title: str, body: Sequence[Block]) -> _Zone:
    blocks, place = document.blocks, headline_at(document, title)
    start = next((k for k, block in enumerate(blocks) if body and block is body[0]), len(blocks))
    end = next((k for k in range(len(blocks) - 1, start, -1) if body and blocks[k] is body[-1]), start)
    if place is None:
        place = max(0, start - 6)
    below = blocks[place + 1 : min(start, place + _BELOW)] if place < start else blocks[place + 1 : place + 6]
    around = (*blocks[start : start + 2], *blocks[max(0, place - _ABOVE) : place][::-1], *blocks[end + 1 : end + 1 + _BEHIND])
    between, others = ([b for b in part if not (b.furniture and _ELSEWHERE.search(b.furniture))] for part in (below, around))
    return _Zone((*between, *others), len(between), _home(document, body))


def _home(document: Document, body: Sequence[Block]) -> frozenset[int]:
    """The nodes around the text: up to what the page calls an article, or a few."""
    chain = document.chain(body[0].at)[1:] if body else []
    article = next((k for k, at in enumerate(chain) if document.elements[at].tag in ("article", "main")), _AROUND)
    return frozenset(document.elements[at].mem_id for at in chain[: article + 1])


def _shown_names(document: Document, zone: _Zone) -> tuple[int, Sequence[str]]:
    """The names in the page's byline: its links, or its text if that is names; or the names of a line that says 'By'; and their place."""
    place, names = _marked_names(document, zone)
    if names:
        return place, names
    lines = ((k, signed(block.text, alone=k < zone.between and block.tag[0] != "h")) for k, block in enumerate(zone.blocks))
    return next(((k, names) for k, names in lines if names), (len(zone.blocks), ()))


_BYLINES = "[rel~=author],[itemprop=author],[class*=byline i],[class*=author i],[class*=reporter i],[class*=autor i]"
_MOST = 40


def _marked_names(document: Document, zone: _Zone) -> tuple[int, list[str]]:
    """The names in the element that is called a byline and stands in the likeliest place."""
    nodes = document.tree.css(_BYLINES)[:_MOST]
    if not nodes:
        return 0, []
    order: dict[int, int] = {}
    for k, block in enumerate(zone.blocks):
        for at in document.chain(block.at):
            order.setdefault(document.elements[at].mem_id, k)
    own = {document.elements[block.at].mem_id for block in zone.blocks}
    walked = {element.mem_id for element in document.elements}
    found: list[tuple[int, list[str]]] = []
    for node in nodes:
        place = _place_of(node, order, own)
        if place is None and _is_at_home(node, zone, walked):
            place = len(zone.blocks)
        if place is not None and not _QUOTED.search(node.attributes.get("class") or "") and (names := _names_in(node)):
            found.append((place, names))
    return min(found, key=lambda pair: pair[0], default=(0, []))


def _place_of(node: LexborNode, order: Mapping[int, int], own: set[int]) -> int | None:
    """Which block of the zone this element holds, or stands in."""
    if node.mem_id in order:
        return order[node.mem_id]
    parent: LexborNode | None = node.parent
    while parent is not None and parent.mem_id not in order and parent.tag in _INLINE:
        parent = parent.parent
    return order[parent.mem_id] if parent is not None and parent.mem_id in own else None


_INLINE = ("a", "span", "em", "b", "strong", "i", "small", "cite")
# How many elements lie between a byline and what holds the text too, at most; and how many of those are looked at where none is an article.
_LEVELS, _AROUND = 3, 4


def _is_at_home(node: LexborNode, zone: _Zone, walked: set[int]) -> bool:
    """Does it stand in an element that holds the text, in nothing that speaks of others?"""
    above: LexborNode | None = node
    levels = 0
    while above is not None and above.mem_id not in zone.home and levels <= _LEVELS:
        if above.tag in ("aside", "blockquote") or _ELSEWHERE.search(above.attributes.get("class") or ""):
            return False
        levels += above.mem_id in walked
        above = above.parent
    return above is not None and above.mem_id in zone.home


# Who is quoted, or took the picture, wrote no article.
_QUOTED = re.compile(r"quot|zitat|statement|citation|inline-article|recipe|comment", re.IGNORECASE)
_OF_OTHERS = re.compile(r"(?:more|all|view|see|show|read|follow|about|alle|mehr|über|voir|tous|ver|más|tutti|altri)\b", re.IGNORECASE)


def _names_in(node: LexborNode) -> list[str]:
    text = fold(node.text(separator=" "))
    if not text or len(text) > 250 or node.tag in ("body", "html", "head", "meta", "article", "main"):
        return []
    links = [fold(link.text(separator=" ")) for link in node.css("a")]
    linked = [name for name in links if is_person(name) and not _OF_OTHERS.match(name)]
    written = signed(text) or (first_names(_LEAD_IN.sub("", text)) if len(text) <= _LINE else [])
    return linked or [_first_run(node, name) for name in written if not _OF_OTHERS.match(name)]


def _first_run(node: LexborNode, name: str) -> str:
    """The name alone, where its text goes on with what stands in an element of its own: a role, an agency."""
    runs = [_LEAD_IN.sub("", fold(run.text_content or "")) for run in node.traverse(include_text=True) if run.tag == "-text"]
    return next((run for run in runs if name.startswith(f"{run} ") and is_person(run)), name)
