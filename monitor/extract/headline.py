"""The headline: what readers see above the text, as far as it agrees with what the page tells machines."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from monitor.extract.blocks import Block, Document
from monitor.extract.byline import byline_names
from monitor.extract.letters import letters
from monitor.extract.metadata import Metadata, fold

_PARTED = re.compile(r"\s+[|–—·•»>-]\s+|\s*[|]\s*|:\s+")
_SITE = re.compile(r"\s+[|–—·•»-]\s+|\s*[|]\s*")
# Where a name of the outlet may begin behind a headline, also without spaces; not the colon behind a kicker.
_BOUNDARY = re.compile(r"\s*[|–—·•»_-]\s*|\s+:\s+|：|:(?=\S)")
_QUOTES = "\"'“”„«»‘’"
_WORDS = re.compile(r"\w+")

# Two headlines with this share of words in common (Dice) speak of the same thing.
_AGREES = 0.55
_SHORTEST = 5
# The beginning of a told headline, up to where the outlet's name may begin, is a headline from this many letters.
_SHORTEST_BEGINNING = 10
# A headline that is a link leads to another article, or home.
_A_LINK = 0.9


def title_of(document: Document, metadata: Metadata) -> str:
    """The visible h1 that agrees with what machines are told; without one, the visible block that does; else what machines are told."""
    told = _whole(metadata.headlines)
    wanted = {letters(part) for name in told for part in (name, *_SITE.split(name), *_PARTED.split(name))} - {""}
    begins = _beginnings(told, metadata)
    own = {document.elements[block.at].mem_id for block in document.blocks if block.tag == "h1" and _is_above_text(document, block)}
    headings = [node for node in document.tree.css("h1") if fold(node.text(separator=" "))]
    visible = [node for node in headings if node.mem_id in own]
    names = {letters(_without_site(name, metadata)) for name in told}
    if found := _agreeing(visible, told, begins):
        return _with_kicker(document, _without_kicker(found, wanted, begins, names), metadata)
    if heading := _kicked_heading(document, names, begins):
        return heading
    if block := _visible_block(document, told, begins, names):
        return block
    visible = visible or headings
    if found := _agreeing(visible, told, begins):
        return _without_kicker(found, wanted, begins, names)
    if len(visible) == 1 and len(_WORDS.findall(_text(visible[0]))) >= 4 and not _told_as_one(metadata):
        return _without_kicker(visible[0], wanted, begins, names)
    for name in told:
        return _without_site(name, metadata, sole=len(told) == 1)
    return _text(visible[0]) if visible else ""


def _whole(told: Sequence[str]) -> tuple[str, ...]:
    """The told headlines, those that an unescaped quotation mark cut off put behind one that goes on with it."""
    cut = {name for name in told for other in told if other.startswith(name) and other[len(name) :].lstrip()[:1] in tuple(_QUOTES)}
    return (*(name for name in told if name not in cut), *(name for name in told if name in cut))


def _agreeing(headings: Sequence[LexborNode], told: Sequence[str], begins: set[str]) -> LexborNode | None:
    """The heading that agrees best with what is told; the first one where nothing is told."""
    best = max(headings, key=lambda node: _agreement(_text(node), told), default=None)
    if best is None or not told:
        return best
    text = _text(best)
    return best if letters(text) in begins or _agreement(text, told) >= _AGREES else None


def _beginnings(told: Iterable[str], metadata: Metadata) -> set[str]:
    """What the told headlines say in front of where an outlet's name may begin; not that name itself."""
    site = letters(metadata.text("og:site_name") or "")
    found = {letters(name[: mark.start()]) for name in told for mark in _BOUNDARY.finditer(name)}
    return {key for key in found if len(key) >= _SHORTEST_BEGINNING and not (site and key in site)}


def _text(node: LexborNode) -> str:
    return fold(node.text(separator=" "))


def _agreement(text: str, told: Iterable[str]) -> float:
    """0 to 1: how much of this and of the nearest told headline is the same; a small part of one (the outlet's name) counts little."""
    best = 0.0
    for name in told:
        best = max(best, _dice(text, name))
        for part in _SITE.split(name):
            best = max(best, _dice(text, part) * min(1.0, 2 * len(part) / max(1, len(name))))
    return best


def _dice(one: str, other: str) -> float:
    a, b = letters(one), letters(other)
    if not a or not b:
        return 0.0
    if a in b or b in a:
        # languages without spaces between words are compared so too
        return 2 * min(len(a), len(b)) / (len(a) + len(b))
    first, second = set(_WORDS.findall(one.lower())), set(_WORDS.findall(other.lower()))
    return 2 * len(first & second) / (len(first) + len(second))


def _without_kicker(node: LexborNode, wanted: set[str], begins: set[str], names: set[str]) -> str:
    """The headline without a label that stands in an element of its own beside it, where machines are told it without, or behind.

    `names` are the told headlines, the outlet's name taken off: where one of them is all but the label, the others may have it.
    """
    whole = _text(node)
    if letters(whole) in wanted:
        wanted = begins | names - {letters(whole)}
    pieces = [piece for piece in (fold(run.text_content or "") for run in node.traverse(include_text=True) if run.tag == "-text") if piece]
    cuts = range(1, len(pieces)) if len(pieces) <= _MOST_PIECES else ()
    texts = [fold(" ".join(part)).strip(_MARKS) for cut in cuts for part in (pieces[cut:], pieces[:cut])]
    told = [text for text in texts if len(letters(text)) >= 12 and letters(text) in wanted]
    return max(told, key=len, default=whole)


# A heading of more pieces than this is set in some other way than with a label.
_MOST_PIECES = 30
# What stands between a label and a headline.
_MARKS = " |–—·•:-"


def _is_above_text(document: Document, block: Block) -> bool:
    """No link, and no part of a path of links: where that ends with an h1, the headline is another."""
    return block.link < _A_LINK and not any(_PATH.search(document.elements[at].name) for at in document.chain(block.at)[:_PATH_DEPTH])


_PATH, _PATH_DEPTH = re.compile(r"breadcrumb", re.IGNORECASE), 5


def _kicked_heading(document: Document, names: set[str], begins: set[str]) -> str | None:
    """A lower heading that is a label, in an element of its own, and what machines are told."""
    shown = {document.elements[block.at].mem_id for block in document.blocks if block.tag in ("h2", "h3") and _may_be_headline(block)}
    for node in document.tree.css("h2,h3") if shown else ():
        if node.mem_id in shown and node.child is not None and node.child.next is not None:
            text = _without_kicker(node, names, begins, names)
            if letters(text) in names and letters(text) != letters(_text(node)):
                return text
    return None


def _told_as_one(metadata: Metadata) -> str | None:
    """The headline that JSON-LD and OpenGraph tell word for word alike; None where they differ or one is silent."""
    names = [_without_site(said, metadata) for said in (metadata.said("headline"), metadata.text("og:title")) if said]
    return names[0] if len(names) == 2 and letters(names[0]) == letters(names[1]) else None


def _with_kicker(document: Document, title: str, metadata: Metadata) -> str:
    """The headline with the kicker that stands right above it, where machines are told both as one, word for word."""
    name, key = _told_as_one(metadata), letters(title)
    whole = letters(name or "")
    if name is None or not key or whole == key or not whole.endswith(key):
        return title
    above = [place for place, block in enumerate(document.blocks) if place and block.tag == "h1" and letters(block.text) == key]
    shown = any(letters(document.blocks[place - 1].text) + key == whole for place in above)
    return name if shown or any(letters(block.text) == whole for block in document.blocks if block.tag in ("h1", "h2")) else title


def _visible_block(document: Document, told: Sequence[str], begins: set[str], names: set[str]) -> str | None:
    """A block near the top of the page that says exactly what machines are told, or else how that begins."""
    exact = {name for name in (*map(letters, told), *names) if len(name) >= _SHORTEST}
    blocks = [(block.text, key) for block, key in zip(document.blocks, document.keys, strict=True) if _may_be_headline(block)]
    # a heading that is a link to itself, as in blogs
    linked = [(block.text, letters(block.text)) for block in document.blocks if _HEADING.match(block.tag) and block.link >= _A_LINK]
    for wanted in (exact, begins):
        if found := [text for text, key in blocks if key in wanted]:
            return max(found, key=len)
    found = [text for text, key in linked if len(key) >= _SURE and key in exact | begins]
    return max(found, key=len, default=None)


# A heading that is a link may be the outlet's name; one with this many letters is not.
_SURE = 25


def heading_over(document: Document, title: str, body: Sequence[Block], url: str) -> str | None:
    """The heading right above the text, where the page has no h1 and machines are told nothing but the outlet's name."""
    first = next((block for block in body if len(block.text) >= _PROSE and not _HEADING.match(block.tag)), None)
    host = letters(max(urlsplit(url).netloc.removeprefix("www.").split(".")[:-1], key=len, default=""))
    if first is None or len(host) < _SHORTEST or host not in letters(title) or any(block.tag == "h1" for block in document.blocks):
        return None
    place = next(k for k, block in enumerate(document.blocks) if block is first)
    near = document.blocks[max(0, place - _NEAR) : place]
    headings = (block for block in reversed(near) if _HEADING.match(block.tag) and _may_be_headline(block))
    return next((block.text for block in headings if len(block.text.split()) > 1 and not byline_names(block.text)), None)


# A heading stands this many blocks above the first long paragraph at most: a date, a byline, a picture's caption lie between.
_NEAR, _PROSE = 4, 60
_HEADING = re.compile(r"h[2-6]$")


def headline_at(document: Document, title: str) -> int | None:
    """Which block is the headline: the one that reads so, or an h1 that is a part of it or a little more (a kicker beside it)."""
    wanted = letters(title)
    if not wanted:
        return None
    found = [k for k, key in enumerate(document.keys) if key == wanted]
    if not found:
        # an h1 of several blocks: kicker and headline
        parts = [(k, document.keys[k]) for k, block in enumerate(document.blocks) if block.tag in ("h1", "h2", "h3")]
        found = [k for k, part in parts if len(part) >= 10 and (part in wanted or (wanted in part and len(part) < 2 * len(wanted)))]
    return next((k for k in found if document.blocks[k].tag == "h1"), found[0] if found else None)


def _may_be_headline(block: Block) -> bool:
    return block.tag not in ("li", "body") and block.link < 0.5 and block.furniture != "hidden"


def _without_site(name: str, metadata: Metadata, *, sole: bool = False) -> str:
    """A told headline without the outlet's name behind (or before) it."""
    parts = _SITE.split(name)
    site = letters(metadata.text("og:site_name") or "")
    while len(parts) > 1 and site and (letters(parts[-1]) in site or site in letters(parts[-1])):
        name = name[: name.rindex(parts[-1])].rstrip(" |–—·•»-")
        parts.pop()
    if sole and len(parts) > 1:
        return max(parts, key=len)
    marks = [mark for mark in _BOUNDARY.finditer(name) if mark.start() and letters(name[mark.end() :]) == site]
    return name[: marks[0].start()] if marks and site else name
