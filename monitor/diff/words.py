"""Two texts that are each other's revision, word by word: what a reader would mark, not the shortest script.

Anchors on words that are unique in both (patience), rapidfuzz's exact search only in the small gaps between them, then
islands that only tear a change apart are given up, and what was put in or taken out slides to the border of its phrase.
"""

import re
from collections import Counter
from collections.abc import Sequence

from rapidfuzz.distance import Indel

from monitor.diff.chain import heaviest_chain
from monitor.diff.ends import shared_ends
from monitor.diff.islands import LIGHT, Block, without_islands
from monitor.diff.singles import single_words
from monitor.diff.tokens import tokens
from monitor.model import Segment

# Largest gap (old tokens times new tokens) that is searched exactly: its table takes an eighth of this in bytes.
_EXACT = 3_000_000
# How often a gap may be cut at anchors again; each level reads the text once, so the sum stays linear.
_LEVELS = 16


def word_changes(old: str, new: str) -> list[Segment]:
    """The segments that lead from one sentence to its revision."""
    if old == new:
        return [("=", old)]
    return single_words(old, new) or _by_tokens(old, new)


def _by_tokens(old: str, new: str) -> list[Segment]:
    return _within(old, new, *_with_neighbours(old, *_shared_words(old, new))) or _within(old, new, 0, 0)


def _within(old: str, new: str, start: int, end: int) -> list[Segment]:
    """The segments where so many characters stay at both ends; none where what came or went may slide into them."""
    before, after = tokens(old[start : len(old) - end]), tokens(new[start : len(new) - end])
    blocks = _blocks(before, after)
    if (start and _may_slide(blocks[:2], before, after)) or (end and _may_slide(blocks[:-3:-1], before, after)):
        return []
    segments: list[Segment] = [("=", old[:start])] if start else []
    for equal, a, b, c, d in _at_phrase_borders(blocks, before, after):
        if equal:
            segments.append(("=", "".join(before[a:b])))
            continue
        if b > a:
            segments.append(("-", "".join(before[a:b])))
        if d > c:
            segments.append(("+", "".join(after[c:d])))
    if end:
        segments.append(("=", old[len(old) - end :]))
    return segments


def _may_slide(blocks: Sequence[Block], old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether the outmost change of these, which begin at an end, may slide past what is known there."""
    known, changed = blocks[0], blocks[0] if not blocks[0][0] else blocks[1]
    _, a, b, c, d = changed
    if a < b and c < d:
        return False
    if known is changed:
        return True
    text, start, end = (old, a, b) if b > a else (new, c, d)
    size = known[2] - known[1]
    if known[1] < a:
        return text[start - size : start] == text[end - size : end]
    return text[start : start + size] == text[end : end + size]


def _shared_words(old: str, new: str) -> tuple[int, int]:
    """How many characters both begin with and both end with, up to blanks: whole words, that need not be parted into tokens."""
    start, end = shared_ends(old, new)
    start = old.rfind(" ", 0, start) + 1
    blank = old.find(" ", len(old) - end)
    end = len(old) - blank if end and blank >= 0 else 0
    near = old[start : start + 1] + new[start : start + 1] + old[len(old) - end - 1 :][:1] + new[len(new) - end - 1 :][:1]
    # a blank that has grown, or `5 %`: a token of more than what is parted here
    return (0, 0) if _JOINED.search(near + old[len(old) - end :][1:2]) else (start, end)


_JOINED = re.compile(r"[\s%％]")
# Words around what came or went that are parted into tokens, so that it can slide.
_NEIGHBOURS = 2


def _with_neighbours(old: str, start: int, end: int) -> tuple[int, int]:
    """Ends that leave a few of the shared words on both sides."""
    stop = len(old) - end
    for _ in range(_NEIGHBOURS):
        start = old.rfind(" ", 0, max(start - 1, 0)) + 1
        stop = old.find(" ", stop + 1) if stop < len(old) else -1
        if stop < 0:
            stop = len(old)
    near = old[start : start + 1] + old[stop - 1 : stop] + old[stop + 1 : stop + 2]
    return (0, 0) if _JOINED.search(near) else (start, len(old) - stop)


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    blocks = _alternate(_runs(old, new), len(old), len(new))
    # an island stands between two changes
    return without_islands(blocks, old, new) if len(blocks) - blocks[0][0] > 2 else blocks


# --- matching -------------------------------------------------------------------------------------------------------

_Gap = tuple[int, int, int, int, int]
_Run = tuple[int, int, int]
"""(old start, new start, length) of what is matched."""


def _runs(old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    """What is matched, in order. Blanks are matched last, beside words, so that they never decide."""
    runs: list[_Run] = []
    start, end = 0, min(len(old), len(new))
    while start < end and old[start] == new[start]:
        start += 1
    stop, other = len(old), len(new)
    while stop > start and other > start and old[stop - 1] == new[other - 1]:
        stop, other = stop - 1, other - 1
    if start:
        runs.append((0, 0, start))
    if stop > start and other > start:
        runs += _inner_runs(old, new, (start, stop, start, other))
    if stop < len(old):
        runs.append((stop, other, len(old) - stop))
    return runs


def _inner_runs(old: Sequence[str], new: Sequence[str], inside: tuple[int, int, int, int]) -> list[_Run]:
    a, last, c, other = inside
    shared = set(old[a:last]).intersection(new[c:other])
    if all(map(str.isspace, shared)):
        return []
    olds = [k for k in range(a, last) if not old[k].isspace()]
    news = [k for k in range(c, other) if not new[k].isspace()]
    words = _matches([old[k] for k in olds], [new[k] for k in news])
    runs: list[_Run] = []
    for x, y in [*((olds[x + k], news[y + k]) for x, y, size in words for k in range(size)), (last, other)]:
        if x - a == y - c and old[a:x] == new[c:y]:
            b, d = a, c
        else:
            while a < x and c < y and old[a] == new[c]:
                runs.append((a, c, 1))
                a, c = a + 1, c + 1
            b, d = x, y
            while b > a and d > c and old[b - 1] == new[d - 1]:
                b, d = b - 1, d - 1
        size = x - b + (x < last and y < other)
        if size:
            runs.append((b, d, size))
        a, c = x + 1, y + 1
    return runs


def _matches(old: list[str], new: list[str]) -> list[_Run]:
    """Runs (old start, new start, length) that are matched, in order."""
    runs: list[_Run] = []
    gaps: list[_Gap] = [(0, len(old), 0, len(new), _LEVELS)]
    while gaps:
        a, b, c, d, level = gaps.pop()
        start = a
        while a < b and c < d and old[a] == new[c]:
            a, c = a + 1, c + 1
        if a > start:
            runs.append((start, c - (a - start), a - start))
        end = b
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
        if end > b:
            runs.append((b, d, end - b))
        if a == b or c == d:
            continue
        anchors = _anchors(old[a:b], new[c:d]) if level else []
        if anchors:
            at, to = a, c
            for x, y in [*anchors, (b - a, d - c)]:
                if at < a + x and to < c + y:
                    gaps.append((at, a + x, to, c + y, level - 1))
                at, to = a + x + 1, c + y + 1
            runs += [(a + x, c + y, 1) for x, y in anchors]
        elif (b - a) * (d - c) <= _EXACT:
            runs += [(a + m.a, c + m.b, m.size) for m in Indel.opcodes(old[a:b], new[c:d]).as_matching_blocks() if m.size]
    return sorted(runs)


def _anchors(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Words that stand once in both, in the order that most of them keep."""
    shared = set(old).intersection(new)
    if not shared:
        return []
    first, second = Counter(old), Counter(new)
    once = {token for token in shared if first[token] == second[token] == 1 and _may_anchor(token)}
    if not once:
        return []
    place = {token: at for at, token in enumerate(new) if token in once}
    return [(x, y) for x, y, _ in heaviest_chain([(at, place[token], 1.0) for at, token in enumerate(old) if token in once])]


def _may_anchor(token: str) -> bool:
    """A figure never does ('8% … 4%' to '4% … 5%' pairs by place, not by value), nor a word that stands everywhere."""
    return token[0].isalpha() and token.lower() not in LIGHT


def _alternate(runs: list[tuple[int, int, int]], old_size: int, new_size: int) -> list[Block]:
    """Runs to blocks: equal and changed in turn."""
    blocks: list[Block] = []
    a = c = 0
    for x, y, size in [*runs, (old_size, new_size, 0)]:
        if x > a or y > c:
            blocks.append((False, a, x, c, y))
        if size and blocks and blocks[-1][0]:
            blocks[-1] = (True, blocks[-1][1], x + size, blocks[-1][3], y + size)
        elif size:
            blocks.append((True, x, x + size, y, y + size))
        a, c = x + size, y + size
    return blocks


# --- sliding --------------------------------------------------------------------------------------------------------


def _at_phrase_borders(blocks: list[Block], old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Slides what was only put in or only taken out to where a sentence, a clause or at least a word begins."""
    out = list(blocks)
    for k in range(1, len(out) - 1):
        _, a, b, c, d = out[k]
        if out[k][0] or (b > a) == (d > c):
            continue
        text, start, end = (old, a, b) if b > a else (new, c, d)
        back = out[k - 1][2] - out[k - 1][1]
        ahead = out[k + 1][2] - out[k + 1][1]
        shift = _best_shift(text, start, end, back, ahead)
        if shift:
            _, pa, pb, pc, pd = out[k - 1]
            _, na, nb, nc, nd = out[k + 1]
            out[k - 1] = (True, pa, pb + shift, pc, pd + shift)
            out[k] = (False, a + shift, b + shift, c + shift, d + shift)
            out[k + 1] = (True, na + shift, nb, nc + shift, nd)
    return [block for block in out if block[2] > block[1] or block[4] > block[3]]


def _best_shift(text: Sequence[str], start: int, end: int, back: int, ahead: int) -> int:
    best, shift = _border(text, start) + _border(text, end), 0
    for step in range(1, back + 1):
        if text[start - step] != text[end - step]:
            break
        score = _border(text, start - step) + _border(text, end - step)
        if score > best:
            best, shift = score, -step
    for step in range(1, ahead + 1):
        if text[start + step - 1] != text[end + step - 1]:
            break
        score = _border(text, start + step) + _border(text, end + step)
        if score > best:
            best, shift = score, step
    return shift


def _border(text: Sequence[str], at: int) -> int:
    """How well a change may begin or end before the token at `at`."""
    if at == 0 or at == len(text):
        return 3
    left, right = text[at - 1], text[at]
    if left in ".!?。！？\n":
        return 3
    if right.isspace() or left in ",;:、，；：":
        return 2
    return 1 if left.isspace() else 0


def joined(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Neighbouring segments of one sign made one, within each change the removed before the added."""
    out: list[Segment] = []
    same = removed = added = ""
    for sign, text in segments:
        if sign == "=" and text:
            if removed or added:
                out += _change(same, removed, added)
                same, removed, added = text, "", ""
            else:
                same += text
        elif sign == "-":
            removed += text
        elif sign == "+":
            added += text
    return (*out, *_change(same, removed, added))


def _change(same: str, removed: str, added: str) -> list[Segment]:
    """What stayed, and the change behind it."""
    parts: tuple[Segment, ...] = (("=", same), ("-", removed), ("+", added))
    return [segment for segment in parts if segment[1]]
