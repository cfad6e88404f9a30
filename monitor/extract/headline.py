"""The headline: what readers see above the text, as far as it agrees with what the page tells machines."""

import re
from collections.abc import Iterable, Sequence

from selectolax.lexbor import LexborNode

from monitor.extract.blocks import Document
from monitor.extract.letters import letters
from monitor.extract.metadata import Metadata, fold

_PARTED = re.compile(r"\s+[|–—·•»>-]\s+|\s*[|]\s*|:\s+")
_SITE = re.compile(r"\s+[|–—·•»-]\s+|\s*[|]\s*")
_WORDS = re.compile(r"\w+")

# Two headlines with this share of words in common (Dice) speak of the same thing.
_AGREES = 0.55
_SHORTEST = 5
# A headline that is a link leads to another article.
_A_LINK = 0.9


def title_of(document: Document, metadata: Metadata) -> str:
    """The visible h1 that agrees with what machines are told; without one, the visible block that does; else what machines are told."""
    told = metadata.headlines
    wanted = {letters(part) for name in told for part in (name, *_PARTED.split(name))} - {""}
    own = {document.elements[block.at].mem_id for block in document.blocks if block.tag == "h1" and block.link < _A_LINK}
    headings = [node for node in document.tree.css("h1") if fold(node.text(separator=" "))]
    visible = [node for node in headings if node.mem_id in own] or headings
    if visible:
        ranked = sorted(visible, key=lambda node: -_agreement(_text(node), told))
        best = ranked[0]
        if not told or _agreement(_text(best), told) >= _AGREES:
            return _without_kicker(best, wanted)
    if block := _visible_block(document, told, metadata):
        return block
    if len(visible) == 1 and len(_WORDS.findall(_text(visible[0]))) >= 4:
        return _without_kicker(visible[0], wanted)
    for name in told:
        return _without_site(name, metadata, sole=len(told) == 1)
    return _text(visible[0]) if visible else ""


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


def _without_kicker(node: LexborNode, wanted: set[str]) -> str:
    """The headline without a label that stands in an element of its own beside it, where machines are told it without."""
    whole = _text(node)
    if letters(whole) in wanted:
        return whole
    pieces = [piece for piece in (fold(run.text_content or "") for run in node.traverse(include_text=True) if run.tag == "-text") if piece]
    for cut in range(1, len(pieces)):
        for part in (pieces[cut:], pieces[:cut]):
            text = fold(" ".join(part))
            if len(letters(text)) >= 12 and letters(text) in wanted:
                return text
    return whole


def _visible_block(document: Document, told: Sequence[str], metadata: Metadata) -> str | None:
    """A block near the top of the page that says exactly what machines are told."""
    names = [letters(name) for name in told] + [letters(_without_site(name, metadata)) for name in told]
    wanted = {name for name in names if len(name) >= _SHORTEST}
    found = [block for block in document.blocks if block.tag != "li" and block.link < 0.5 and letters(block.text) in wanted]
    return max(found, key=lambda block: len(block.text)).text if found else None


def _without_site(name: str, metadata: Metadata, *, sole: bool = False) -> str:
    """A told headline without the outlet's name behind (or before) it."""
    parts = _SITE.split(name)
    site = letters(metadata.text("og:site_name") or "")
    while len(parts) > 1 and site and (letters(parts[-1]) in site or site in letters(parts[-1])):
        name = name[: name.rindex(parts[-1])].rstrip(" |–—·•»-")
        parts.pop()
    if sole and len(parts) > 1:
        return max(parts, key=len)
    return name
