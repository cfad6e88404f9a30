"""A long difference or text → parts that one page can carry, so that every page stays under 100 kB."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.model import Segment
from monitor.web.blocks import Block, Fold, Section

BUDGET = 62_000  # bytes of the article on one page; the rest of a page takes up to 25 kB
BLOCK_BYTES = 230  # the marks around one paragraph
SEGMENT_BYTES = 15  # and around one run of changed words


@dataclass(frozen=True, slots=True)
class Part:
    """Part `number` of `count`. `left_out` unchanged paragraphs are not on any of them, to be asked for."""

    sections: tuple[Section, ...]
    number: int = 1
    count: int = 1
    left_out: int = 0


def part_of(sections: Sequence[Section], wanted: int, *, twice: bool = False, full: bool = False) -> Part:
    """One part. All in one when it fits; else without the words of folds (unless `full`), and only then cut.

    `twice`: every word is shown two times, side by side.
    """
    scale = 2 if twice else 1
    sections, left_out = tuple(sections), 0
    if sum(_weight(item) for section in sections for item in section.items) * scale > BUDGET and not full:
        left_out = sum(len(item.blocks) for section in sections for item in section.items if isinstance(item, Fold))
        sections = tuple(replace(section, items=tuple(map(_emptied, section.items))) for section in sections)
    pages = _pages(sections, BUDGET // scale)
    number = min(max(1, wanted), len(pages))
    return Part(pages[number - 1], number, len(pages), left_out)


def text_part(paragraphs: Sequence[str], wanted: int) -> tuple[tuple[tuple[int, str], ...], int, int]:
    """Numbered paragraphs of one part of a text, its number and how many there are."""
    blocks = tuple(Block("equal", str(number), (("=", text),)) for number, text in enumerate(paragraphs, 1))
    part = part_of((Section("body", "", blocks),), wanted, full=True)
    shown = tuple((int(block.label), "".join(text for _, text in block.segments)) for section in part.sections for block in section.blocks)
    return shown, part.number, part.count


def _pages(sections: Sequence[Section], budget: int) -> list[tuple[Section, ...]]:
    pages: list[list[Section]] = [[]]
    room = budget
    for section in sections:
        items: list[Block | Fold] = []
        for item in (piece for whole in section.items for piece in _pieces(whole, budget)):
            weight = _weight(item)
            if weight > room and (items or pages[-1]):
                if items:
                    pages[-1].append(replace(section, items=tuple(items)))
                pages.append([])
                items, room = [], budget
            items.append(item)
            room -= weight
        if items:
            pages[-1].append(replace(section, items=tuple(items)))
    return [tuple(page) for page in pages]


def _pieces(item: Block | Fold, budget: int) -> list[Block | Fold]:
    """The item, or the blocks of a fold that is too long for any page, or the pieces of a paragraph that is."""
    if _weight(item) <= budget:
        return [item]
    if isinstance(item, Fold):
        return [piece for block in item.blocks for piece in _pieces(block, budget)]
    found: list[Block | Fold] = []
    run: list[Segment] = []
    size = 0
    step = budget // 4  # characters, of which the longest take 4 bytes, or 5 when escaped
    for sign, text in ((sign, whole[at : at + step]) for sign, whole in item.segments for at in range(0, len(whole), step)):
        weight = _bytes(text) + SEGMENT_BYTES
        if size + weight > budget - BLOCK_BYTES and run:
            found.append(replace(item, segments=tuple(run)))
            run, size = [], 0
        run.append((sign, text))
        size += weight
    return [*found, replace(item, segments=tuple(run))]


def _emptied(item: Block | Fold) -> Block | Fold:
    return replace(item, blocks=tuple(replace(block, segments=()) for block in item.blocks)) if isinstance(item, Fold) else item


def _weight(item: Block | Fold) -> int:
    if isinstance(item, Fold):
        return sum(map(_weight, item.blocks)) if any(block.segments for block in item.blocks) else BLOCK_BYTES
    return BLOCK_BYTES + sum(_bytes(text) + SEGMENT_BYTES for _, text in item.segments)


def _bytes(text: str) -> int:
    # escaped characters grow to five bytes
    return len(text.encode("utf-8", "replace")) + 4 * sum(map(text.count, "<>&\"'"))
