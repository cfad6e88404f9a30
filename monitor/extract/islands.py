"""Boxes in the middle of a text: what stands in wrappers of its own must look like a part of the article to be one.

Nothing is judged by its words: an editor's paragraph stands where the other paragraphs stand; a box stands in something of its own,
with links, controls or little text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.extract.blocks import Block, Document


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Elements that are a text's own structure: they make no box of what they hold.
_STRUCTURE = _words("ul ol dl blockquote table tbody thead tr hgroup figure details")
_LEAVES = _words("p h1 h2 h3 h4 h5 h6 li blockquote pre dd dt td th figcaption")
_ITEMS = _words("li dd dt td th")
_LISTS = _words("ul ol dl table")
_HEADINGS = _words("h2 h3 h4 h5 h6")

# A kind of wrapper that holds this share of the prose is how this page sets its text.
_OWN_SHARE = 0.2
_PROSE = 40

Place = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Island:
    """One box: its blocks, and what speaks against it."""

    blocks: list[Block] = field(default_factory=list)
    prose: int = 0
    paragraphs: int = 0
    short: int = 0
    linked: float = 0.0
    size: int = 0
    quoted: bool = True
    items: int = 0


def without_boxes(document: Document, roots: Sequence[int], blocks: Sequence[Block], within: Sequence[Block]) -> list[Block]:
    """Those of `blocks` (candidates for text) that are no box's; `within` are all blocks of the text's element, for judging boxes."""
    places = _places(document, roots)
    mass, balance = _weigh(places, blocks, within)
    most = max(mass, key=lambda place: mass[place], default=())
    total = sum(mass.values())
    own = {most} | {place for place, size in mass.items() if size >= _OWN_SHARE * total and balance.get(place, 0) > 0}
    own |= {place[:depth] for place in own for depth in range(len(place))}
    islands: dict[int, _Island] = {}
    holder: dict[int, int] = {}
    leads: set[int] = set()
    begun = False
    candidates = {id(block) for block in blocks}
    for block in within:
        box = _box(document, places, own, block, holder)
        if box is not None:
            _add(document, islands.setdefault(box, _Island()), block)
            if not begun:
                leads.add(box)
        elif id(block) in candidates and len(block.text) >= _PROSE:
            begun = True
    kept = {box for box in leads if _leads(islands[box])} | {
        box for box, island in islands.items() if document.elements[box].text_root or _belongs(document.elements[box].tag, island)
    }
    return [block for block in blocks if (box := _box(document, places, own, block, holder)) is None or box in kept]


def _weigh(places: Sequence[Place], blocks: Sequence[Block], within: Sequence[Block]) -> tuple[dict[Place, int], dict[Place, int]]:
    """For each kind of wrapper its characters of prose, and how many more paragraphs than scraps it holds (names, times, buttons)."""
    mass: dict[Place, int] = {}
    balance: dict[Place, int] = {}
    for block in blocks:
        if len(block.text) >= _PROSE:
            place = places[block.at]
            mass[place] = mass.get(place, 0) + len(block.text)
    for block in within:
        if block.tag not in _HEADINGS:
            place = places[block.at]
            balance[place] = balance.get(place, 0) + (1 if len(block.text) >= _PROSE and block.link < 0.5 else -1)
    return mass, balance


def _places(document: Document, roots: Sequence[int]) -> list[Place]:
    """For each element within the roots the wrappers between it and its root, by tag and lasting name."""
    places: list[Place] = [()] * len(document.elements)
    seen = [False] * len(document.elements)
    for root in roots:
        seen[root] = True
    for at in range(min(roots, default=0), len(document.elements)):
        element = document.elements[at]
        if seen[at] or element.parent < 0 or not seen[element.parent]:
            continue
        seen[at] = True
        above = places[element.parent]
        wraps = element.tag not in _STRUCTURE and element.tag not in _LEAVES
        places[at] = (*above, (element.tag, lasting_name(element.name))) if wraps else above
    return places


def _box(document: Document, places: Sequence[Place], own: set[Place], block: Block, holder: dict[int, int]) -> int | None:
    """The outermost wrapper of this block that is not how the page sets its text, or its list; None where there is none."""
    if block.at in holder:
        found = holder[block.at]
        return None if found < 0 else found
    box = -1
    if places[block.at] not in own:
        for at in document.chain(block.at):
            if places[at] in own:
                break
            box = at
    elif block.tag in _ITEMS:
        box = next((at for at in document.chain(block.at) if document.elements[at].tag in _LISTS), -1)
    holder[block.at] = box
    return None if box < 0 else box


def _add(document: Document, island: _Island, block: Block) -> None:
    size = len(block.text)
    island.size += size
    island.linked += size * block.link
    island.blocks.append(block)
    tags = {document.elements[at].tag for at in document.chain(block.at)[:4]}
    quoted = "blockquote" in tags
    island.quoted = island.quoted and quoted
    if block.link < 0.3 and size >= _PROSE:
        island.prose += size
        island.paragraphs += 1
        island.items += block.tag == "li"
    elif block.tag not in _HEADINGS:
        island.short += 1


def _belongs(tag: str, island: _Island) -> bool:
    """Does this box hold a part of the article: a lone heading, a quote, a list, or paragraphs with little beside them?"""
    if tag in _LISTS:
        long = island.size >= 100 * len(island.blocks)
        return island.linked < (0.6 if long else 0.4) * island.size and (not island.linked or island.size >= 25 * len(island.blocks))
    if len(island.blocks) == 1 and island.blocks[0].tag in _HEADINGS:
        return island.linked == 0
    share = island.linked / max(1, island.size)
    if island.quoted or island.items == len(island.blocks):
        return share < 0.2 and island.prose > 0
    return island.paragraphs >= 2 and island.prose >= 300 and share < 0.12 and island.short * 2 <= island.paragraphs


def _leads(island: _Island) -> bool:
    """In front of the text: is this its first paragraph, set apart as openings often are?"""
    return island.paragraphs > 0 and island.short == 0 and island.linked <= 0.1 * island.size


_GENERATED = _words("css sc jsx svelte emotion")


def lasting_name(name: str) -> str:
    """A class name without the parts that a build makes up: those with digits, and hashes behind __ or -."""
    kept = []
    for token in name.split():
        stem = token.split("__", 1)[0] if "__" in token and not token.split("__", 1)[1].islower() else token
        if any(letter.isdigit() for letter in stem) or stem.split("-", 1)[0] in _GENERATED or not stem:
            continue
        kept.append(stem)
    return " ".join(sorted(kept))
