"""Which blocks are the article's text: the element that holds it, then a decision about each block in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.extract.blocks import Block, Document
from monitor.extract.byline import byline_names
from monitor.extract.headline import headline_at
from monitor.extract.islands import without_boxes
from monitor.extract.labels import is_label
from monitor.extract.letters import fingerprint, letters
from monitor.extract.stamps import STAMP_NAMES, is_clock

_PROSE_TAGS = frozenset(("p", "blockquote", "pre"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LOOSE = frozenset(("div", "section", "article", "td", "center", "main", "body", "header", "th", "dd", "dt", "form", "fieldset", "address"))
_NOT_A_ROOT = frozenset(("p", "blockquote", "pre", "ul", "ol", "li", "table", "tbody", "tr", "h1", "h2", "h3", "h4", "figure"))
_SENTENCE_END = re.compile(r"[.!?…。！？؟:;\"”’»)）」』]$")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Selection:
    """The article's blocks in reading order, its captions, and all blocks of the element they were found in."""

    blocks: tuple[Block, ...] = ()
    captions: tuple[str, ...] = ()
    within: tuple[Block, ...] = ()


def select(
    document: Document, title: str, judge: str | None, boilerplate: frozenset[int] = frozenset(), ruled: frozenset[int] = frozenset()
) -> Selection:
    """The article's text. `judge` is the text the page gives to machines (letters only), a witness rather than a source.

    `boilerplate` are the fingerprints of blocks that stand in many articles of this host: they are in none of them. `ruled` are the
    numbers of nodes that a site rule says hold the text.
    """
    headline = headline_at(document, title)
    parts = tuple(at for at, element in enumerate(document.elements) if element.mem_id in ruled)
    if not parts:
        root = _root(document, judge, headline)
        if root is None:
            return Selection()
        parts = _parts(document, root)
    inside = _inside(document, parts)
    within = [block for block in document.blocks if inside[block.at]]
    captions = _captions(document, _pictured(document, headline, within))
    told = {letters(caption) for caption in captions} | {letters(title)} - {""}
    if headline is not None:  # with its kicker, perhaps
        told.add(letters(document.blocks[headline].text))
    blocks: list[Block] = []
    _mark_entry_times(document, within)
    for block in within:
        if not block.entry_time and not _is_text(block):
            continue
        key = letters(block.text)
        if key in told or (boilerplate and fingerprint(block.text) in boilerplate):
            continue
        if len(key) >= _LONG:
            told.add(key)
        blocks.append(block)
    blocks = without_boxes(document, parts, blocks, within)
    while blocks and blocks[-1].tag in _HEADINGS:
        blocks.pop()
    return Selection(tuple(blocks), captions, tuple(within))


# A live blog has this many entries that look alike at least; an entry's time stands this few elements below it.
_ENTRIES, _DEPTH = 3, 4


def _mark_entry_times(document: Document, within: Sequence[Block]) -> None:
    """Marks the times of a live blog: alone in their blocks, in elements of one name that hold paragraphs each."""
    clocks = [block for block in within if not block.figure and is_clock(block.text) and STAMP_NAMES.match(block.furniture or "meta")]
    if len(clocks) < _ENTRIES:
        return
    holding = {at for block in within if len(block.text) >= 60 and block.link < 0.5 for at in document.chain(block.at)[: _DEPTH + 1]}
    entries: dict[tuple[str, str], dict[int, Block]] = {}
    for block in clocks:
        entry = next((at for at in document.chain(block.at)[:_DEPTH] if at in holding), None)
        if entry is not None:
            element = document.elements[entry]
            entries.setdefault((element.tag, _stable(element.name)), {}).setdefault(entry, block)
    for alike in entries.values():
        for block in alike.values() if len(alike) >= _ENTRIES else ():
            block.entry_time = True


# A paragraph this long that stands there twice is one paragraph, printed twice.
_LONG = 50
# With this much text around it, the headline's surroundings are taken before a richer place elsewhere, if that is not far richer.
_GOOD_PIECE, _FAR_RICHER = 600, 6
# An article shorter than this is not trusted to be alone in its element.
_SHORTEST = 250


def _scope(document: Document, headline: int | None) -> int:
    """The element that the page itself calls an article and that holds the headline, if it holds text too; else the whole body."""
    elements = document.elements
    if headline is not None and document.blocks[headline].tag == "h1":
        for at in document.chain(document.blocks[headline].at):
            if elements[at].tag in ("article", "main") and _prose(document, at)[0] >= _SHORTEST:
                return at
    return 0


def _around(document: Document, headline: int | None, scope: int) -> int | None:
    """The smallest element that holds the headline and a good piece of text."""
    if headline is None:
        return None
    for at in document.chain(document.blocks[headline].at):
        if at == scope:
            return None
        size, paragraphs = _prose(document, at)
        if size >= _GOOD_PIECE and paragraphs >= 3:
            return at
    return None


def _prose(document: Document, root: int) -> tuple[int, int]:
    """How many characters and paragraphs of prose an element holds."""
    inside = _inside(document, (root,))
    sizes = [
        len(block.text)
        for block in document.blocks
        if inside[block.at] and not block.furniture and not block.figure and block.link < 0.5 and len(block.text) >= 60
    ]
    return sum(sizes), len(sizes)


def _parts(document: Document, root: int) -> tuple[int, ...]:
    """The root, and the other elements of its name within the same article: a text that is cut into pieces by what stands between."""
    elements = document.elements
    name = _stable(elements[root].name)
    if not name and elements[root].tag == "section":
        # nameless pieces are of one text only side by side
        parent = elements[root].parent
        return tuple(at for at, e in enumerate(elements) if e.parent == parent and e.tag == elements[root].tag and not _stable(e.name))
    if not name:
        return (root,)
    home = next((at for at in document.chain(root)[1:] if elements[at].tag in ("article", "main")), None)
    if home is None:
        return (root,)
    inside = _inside(document, (home,))
    chain = set(document.chain(root))
    parts = []
    for at in range(home + 1, len(elements)):
        element = elements[at]
        if inside[at] and element.tag == elements[root].tag and at not in chain and _stable(element.name) == name:
            nearest = next(k for k in document.chain(at)[1:] if elements[k].tag in ("article", "main"))
            if nearest == home:
                parts.append(at)
    return tuple(sorted((root, *parts)))


_VOLATILE = re.compile(r"\d|__\w{4,}$|^(?:css|sc|jsx|svelte)-|^[a-z]{0,2}[A-Z]\w*[A-Z]\w*$")


def _stable(name: str) -> str:
    """A class name without its generated parts."""
    return " ".join(sorted(token for token in name.split() if not _VOLATILE.search(token)))


def _root(document: Document, judge: str | None, headline: int | None) -> int | None:
    """The article's element: the richest place, or a place around the headline that is nearly as rich."""
    scope = _scope(document, headline)
    root = find_root(document, judge, scope)
    near = _around(document, headline, scope)
    if root is None or near is None or near in document.chain(root):
        return root
    beside = find_root(document, judge, near)
    if beside is None or _prose(document, beside)[0] * _FAR_RICHER < _prose(document, root)[0]:
        return root
    return beside


def find_root(document: Document, judge: str | None, scope: int = 0) -> int | None:
    """The element within `scope` that holds the article's text."""
    elements = document.elements
    if not elements:
        return None
    allowed = _inside(document, (scope,))
    weight = [0.0] * len(elements)
    direct = [0.0] * len(elements)
    for block in document.blocks:
        if block.furniture or block.figure or block.tag == "h1" or block.link >= 0.5 or not allowed[block.at]:
            continue
        value = _weight(block, judge)
        weight[block.at] += value
        if len(block.text) >= 60:
            holder = elements[block.at].parent if block.tag in _PROSE_TAGS or block.tag == "li" else block.at
            if holder >= 0:
                direct[holder] += len(block.text) * (1 - block.link)
    for at in range(len(elements) - 1, 0, -1):
        weight[elements[at].parent] += weight[at]
    if not weight[scope]:
        return None

    def is_text_itself(at: int) -> bool:
        """Called a text and full of paragraphs: a longer box inside it (a speech, a document) is a part of it."""
        return elements[at].text_root and direct[at] >= _GOOD_PIECE

    children: dict[int, int] = {}
    for at in range(1, len(elements)):
        parent = elements[at].parent
        if weight[at] and (parent not in children or weight[at] > weight[children[parent]]):
            children[parent] = at
    root = scope
    while (
        not is_text_itself(root)
        and (child := children.get(root)) is not None
        and weight[child] >= 0.7 * weight[root]
        and elements[child].tag not in _NOT_A_ROOT
    ):
        root = child
    root = root if is_text_itself(root) else _tighter(document, root, weight, direct)
    named = [at for at, e in enumerate(elements) if 0.6 * weight[root] <= weight[at] <= 1.6 * weight[root] and weight[at]]
    marked = [at for at in named if "articleBody" in elements[at].prop] or [at for at in named if elements[at].text_root]
    return min(marked, key=lambda at: weight[at]) if marked else root


def _tighter(document: Document, root: int, weight: Sequence[float], direct: Sequence[float]) -> int:
    """The innermost element around the place with most direct prose that still holds more than half of the root's."""
    densest = max(range(len(direct)), key=direct.__getitem__)
    if not direct[densest]:
        return root
    chain = document.chain(densest)
    if root not in chain:
        return root
    for at in chain[: chain.index(root)]:
        if weight[at] >= 0.55 * weight[root]:
            return at if document.elements[at].tag not in _NOT_A_ROOT else root
    return root


def _weight(block: Block, judge: str | None) -> float:
    size = len(block.text)
    value = size * (1 - block.link)
    if not ((block.tag in _PROSE_TAGS or size >= 80) and size >= 25):
        value *= 0.3
    if judge is not None and size >= 25:
        value *= 3 if letters(block.text) in judge else 0.5
    return value


def _inside(document: Document, roots: Sequence[int]) -> list[bool]:
    inside = [False] * len(document.elements)
    for root in roots:
        inside[root] = True
    for at in range(roots[0] + 1, len(inside)):
        inside[at] = inside[at] or inside[document.elements[at].parent]
    return inside


def _pictured(document: Document, headline: int | None, within: Sequence[Block]) -> Sequence[Block]:
    """The blocks whose captions are the article's: those within its text, and those between headline and text."""
    if not within or headline is None:
        return within
    first = next(k for k, block in enumerate(document.blocks) if block is within[0])
    begin = headline - _ABOVE if headline < first else first
    above = [block for block in document.blocks[max(0, begin) : first] if block.figure]
    return [block for block in (*above, *within) if block.link < 0.4 and not (block.furniture and _ELSEWHERE.search(block.furniture))]


# Pictures in parts of these names belong to other articles.
_ELSEWHERE = re.compile(
    r"relat|recommend|newsletter|teaser|promo|trending|popular|sidebar|hidden|comment|cookie|menu|nav|footer|share|social|more|next"
)


# A picture may stand right above its article's headline.
_ABOVE = 3


def _captions(document: Document, within: Sequence[Block]) -> tuple[str, ...]:
    """What stands under pictures, one text per picture, each once."""
    grouped: dict[int, list[str]] = {}
    captioned = _captioned(document)
    for block in within:
        holder = _caption_holder(document, block)
        # beside its caption a figure holds buttons, counters, what comes next
        beside = holder in captioned and not (block.furniture and _CAPTION.search(block.furniture))
        if holder is not None and not beside:
            grouped.setdefault(holder, []).append(block.text)
    seen: dict[str, str] = {}
    for texts in grouped.values():
        caption = " ".join(dict.fromkeys(texts))
        if len(caption) > 10:
            seen.setdefault(letters(caption), caption)
    return tuple(seen.values())


def _captioned(document: Document) -> set[int]:
    """The elements that hold a figcaption."""
    holding: set[int] = set()
    for element in document.elements:
        at = element.parent if element.tag == "figcaption" else -1
        while at >= 0 and at not in holding:
            holding.add(at)
            at = document.elements[at].parent
    return holding


_CAPTION = re.compile("caption|credit")


def _caption_holder(document: Document, block: Block) -> int | None:
    """The element that holds the whole caption this block belongs to."""
    if not block.figure and not (block.furniture and _CAPTION.search(block.furniture)):
        return None
    chain = document.chain(block.at)
    for at in chain:
        if document.elements[at].tag == "figcaption":
            return at
    for at in chain:
        if document.elements[at].tag == "figure":
            return at
    return block.at


def _is_text(block: Block) -> bool:
    """One block's own looks: is it a paragraph (heading, list item, quote) of an article?"""
    text, size = block.text, len(block.text)
    if block.furniture or block.figure or block.tag == "h1" or not _WORD.search(text):
        return False
    if is_label(text):
        return False
    if block.link > 0.85 and block.tag != "p":
        return False
    if block.link > 0.5 and size * (1 - block.link) < 40:
        return False
    if block.tag in ("li", "td", "dd", "dt") and block.link > 0.6:
        return False
    return not (block.tag in _LOOSE and size < 25 and not _SENTENCE_END.search(text) and not byline_names(text))
