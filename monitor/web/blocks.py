"""Changes as a page shows them: in reading order, signed, unchanged runs folded, moves told at both ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from monitor.model import Change, Segment

CONTEXT = 1  # unchanged paragraphs shown on each side of a change, so that it can be read
FOLD_FROM = 3  # a shorter unchanged run is shown: folding it saves nothing

SIGNS = {"replace": "~", "insert": "+", "delete": "−", "move": ">", "split": "¦", "merge": "¦", "equal": "", "away": "<"}
WORDS = {
    "replace": "changed",
    "insert": "added",
    "delete": "removed",
    "move": "moved",
    "split": "split",
    "merge": "merged",
    "equal": "unchanged",
    "away": "moved away",
}
FIELDS = {
    "headline": "Headline",
    "subheading": "Subheading",
    "byline": "Byline",
    "section": "Section",
    "body": "Text",
    "caption": "Captions",
}
View = Literal["inline", "side", "old", "new"]


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph (or several, split or merged) on a page. `number` counts the changes from 1, 0 for what is unchanged.

    `op` is a change's, or `away`: the place a moved paragraph left, whose words stand at `link`.
    """

    op: str
    label: str
    segments: tuple[Segment, ...]
    kinds: tuple[str, ...] = ()
    number: int = 0
    anchor: str = ""
    link: str = ""
    from_pars: tuple[int, ...] = ()
    to_pars: tuple[int, ...] = ()

    @property
    def sign(self) -> str:
        """The mark in the margin."""
        return SIGNS[self.op]

    @property
    def word(self) -> str:
        """What happened, said in a word."""
        return WORDS[self.op]

    @property
    def old(self) -> tuple[Segment, ...]:
        """The words as they were, those that went marked."""
        return tuple(segment for segment in self.segments if segment[0] != "+")

    @property
    def new(self) -> tuple[Segment, ...]:
        """The words as they are, those that came marked."""
        return tuple(segment for segment in self.segments if segment[0] != "-")

    @property
    def size(self) -> int:
        """Characters of its words."""
        return sum(len(text) for _, text in self.segments)


@dataclass(frozen=True, slots=True)
class Fold:
    """A run of unchanged paragraphs that is folded away. `label` names the first and the last."""

    blocks: tuple[Block, ...]
    label: str

    @property
    def size(self) -> int:
        """Characters of its words."""
        return sum(block.size for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Section:
    """One field of the article: its changes among what is unchanged. `changes` counts those."""

    field: str
    title: str
    items: tuple[Block | Fold, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks, those in folds too."""
        return tuple(block for item in self.items for block in (item.blocks if isinstance(item, Fold) else (item,)))

    @property
    def changes(self) -> int:
        """How many changes it has."""
        return sum(1 for item in self.items if isinstance(item, Block) and item.number)


def sections(changes: Iterable[Change], *, fold: bool = True) -> tuple[Section, ...]:
    """The fields in the order of reading: headline, subheading, byline, section, text, captions, then what the feeds say."""
    by_field: dict[str, list[Change]] = {}
    for change in changes:
        by_field.setdefault(change.field, []).append(change)
    order = sorted(by_field, key=lambda name: (list(FIELDS).index(name) if name in FIELDS else len(FIELDS), name))
    found: list[Section] = []
    number = 0
    for name in order:
        blocks: list[Block] = []
        for change in by_field[name]:
            if change.op != "equal":
                number += 1
            blocks.append(_block(change, number if change.op != "equal" else 0, numbered=name in ("body", "caption")))
        blocks = _with_places_left(by_field[name], blocks)
        found.append(Section(name, field_title(name), _folded(blocks) if fold else tuple(blocks)))
    return tuple(found)


def reading(found: Sequence[Section], side: Literal["old", "new"]) -> tuple[Section, ...]:
    """The same sections as one of the two versions reads, every paragraph in its place, what differs marked."""
    return tuple(Section(section.field, section.title, _one_side(section.blocks, side)) for section in found)


def field_title(name: str) -> str:
    """What a field is called on a page."""
    if name in FIELDS:
        return FIELDS[name]
    kind, _, slug = name.partition(":")
    return f"{'Headline' if kind == 'feed-headline' else 'Summary'} in the feed {slug}"


def glance(changes: Sequence[Change], *, width: int = 220) -> tuple[str, tuple[Segment, ...]]:
    """The change that tells most, cut to about `width` characters around its first changed words: (field, segments).

    The first replaced paragraph of the text; else one that was added or removed; else any other field but the headline.
    """
    rank = {"replace": 0, "insert": 1, "delete": 1, "split": 2, "merge": 2, "move": 3}
    told = [change for change in changes if change.op != "equal" and change.field != "headline"]
    if not told:
        return "", ()
    best = min(told, key=lambda change: (change.field != "body", rank[change.op]))
    return best.field, cut(best.segments, width)


def cut(segments: Sequence[Segment], width: int) -> tuple[Segment, ...]:
    """What fits `width` characters around the first changed words; all of it when it does."""
    if sum(len(text) for _, text in segments) <= width:
        return tuple(segments)
    lead, found, left = width // 4, [], width
    first = next((index for index, (sign, _) in enumerate(segments) if sign != "="), 0)
    for index, (sign, text) in enumerate(segments):
        if index < first - 1 or left <= 0:
            continue
        if index == first - 1 and len(text) > lead:
            text = "…" + text[-lead:].partition(" ")[2] if " " in text[-lead:] else "…" + text[-lead:]
        if len(text) > left:
            text = text[:left].rstrip() + "…"
        left -= len(text)
        found.append((sign, text))
    return tuple(found)


def marks(section: Section) -> tuple[tuple[int, int, str, Block], ...]:
    """Where the changes stand in a section, in thousandths of its length: (from, length, op, block)."""
    total = sum(block.size for block in section.blocks) or 1
    found = []
    at = 0
    for block in section.blocks:
        if block.number:
            found.append((at * 1000 // total, max(6, block.size * 1000 // total), block.op, block))
        at += block.size
    return tuple(found)


def _block(change: Change, number: int, *, numbered: bool) -> Block:
    return Block(
        op=change.op,
        label=_label(change) if numbered else "",
        segments=change.segments,
        kinds=change.kinds,
        number=number,
        anchor=f"c{number}" if number else "",
        from_pars=change.from_pars,
        to_pars=change.to_pars,
    )


def _one_side(found: Sequence[Block], side: Literal["old", "new"]) -> tuple[Block | Fold, ...]:
    here = [
        replace(
            block,
            segments=block.old if side == "old" else block.new,
            label=f"¶{','.join(map(str, block.from_pars if side == 'old' else block.to_pars))}" if block.label else "",
        )
        for block in found
        if block.op not in ("away", "insert" if side == "old" else "delete")
    ]
    return tuple(sorted(here, key=lambda block: (block.from_pars if side == "old" else block.to_pars)[:1]))


def _label(change: Change) -> str:
    old, new = (",".join(map(str, pars)) for pars in (change.from_pars, change.to_pars))
    if not old or not new or old == new:
        return f"¶{old or new}"
    # a paragraph that only shifted keeps one number: the new one; what moved, split or merged shows both
    return f"¶{new}" if change.op in ("equal", "replace") else f"¶{old}→{new}"


def _with_places_left(changes: Sequence[Change], blocks: Sequence[Block]) -> list[Block]:
    # a moved paragraph stands once, where it is now; the place it left gets a line that leads there
    moves = [(change, block) for change, block in zip(changes, blocks, strict=True) if change.op == "move" and change.from_pars]
    if not moves:
        return list(blocks)
    found: list[Block] = []
    waiting = sorted(moves, key=lambda pair: pair[0].from_pars)
    for change, block in zip(changes, blocks, strict=True):
        if change.op != "move" and change.from_pars:
            while waiting and waiting[0][0].from_pars < change.from_pars:
                found.append(_place_left(*waiting.pop(0)))
        found.append(block)
    found.extend(_place_left(*pair) for pair in waiting)
    return found


def _place_left(change: Change, block: Block) -> Block:
    old, new = change.from_pars[0], change.to_pars[0]
    return Block("away", f"¶{old}→{new}", (), anchor=f"{block.anchor}-left", link=block.anchor, from_pars=(old,), to_pars=(new,))


def _folded(blocks: Sequence[Block]) -> tuple[Block | Fold, ...]:
    found: list[Block | Fold] = []
    run: list[Block] = []
    for block in (*blocks, None):
        if block is not None and block.op == "equal":
            run.append(block)
            continue
        found += _run(run, first=not found, last=block is None)
        run = []
        if block is not None:
            found.append(block)
    return tuple(found)


def _run(run: list[Block], *, first: bool, last: bool) -> list[Block | Fold]:
    head = 0 if first else CONTEXT
    tail = 0 if last else CONTEXT
    hidden = run[head : len(run) - tail]
    if len(hidden) < FOLD_FROM or (first and last):
        return list(run)
    label = f"{hidden[0].label} to {hidden[-1].label}" if hidden[0].label else ""
    return [*run[:head], Fold(tuple(hidden), label), *run[len(run) - tail :]]
