"""A text and its revision, sentence by sentence: words are matched only with those of the sentence's own revision."""

import re

from monitor.diff.align import Link, align
from monitor.diff.ends import is_alike, shared_ends
from monitor.diff.singles import single_words
from monitor.diff.split import sentences
from monitor.diff.words import joined, word_changes
from monitor.model import Segment
from monitor.text import folded


def revision(old: str, new: str, language: str) -> tuple[Segment, ...]:
    """The segments from one text to its revision."""
    simple = single_words(old, new)
    if simple:
        return tuple(simple)
    start, end = shared_ends(old, new)
    first, last = _fences(old, start, end)
    before, after = old[first : len(old) - last], new[first : len(new) - last]
    segments: list[Segment] = [("=", old[:first])]
    if not before or not after:
        segments += [("-", before), ("+", after)]
    elif 2 * (start + end - first - last) >= max(len(before), len(after)) and _is_inside_sentence(old, new, start, end):
        segments += word_changes(before, after)
    else:
        segments += _between_fences(before, after, language, whole=not first and not last)
    segments.append(("=", old[len(old) - last :]))
    return joined(segments)


def _is_inside_sentence(old: str, new: str, start: int, end: int) -> bool:
    """Whether nothing that differs can end a sentence."""
    return not (_MAY_END.search(old, start, len(old) - end) or _MAY_END.search(new, start, len(new) - end))


_MAY_END = re.compile(r"[^\w\s,;:'’“”\"()-]|\n")


# What ends a sentence: a fence stands behind it where both texts are the same anyway. A full stop counts behind a word of
# so many small letters, which `L.A.`, `Gov.` and `Sept.` are not.
_ENDS_IN_ASCII = (". ", "? ", "! ", "\n")
_ENDS = (*_ENDS_IN_ASCII, "。", "！", "？", "؟ ", "। ")
_LETTERS = 5


def _fences(old: str, start: int, end: int) -> tuple[int, int]:
    """Characters before the first sentence that differs and after the last one, given what the texts share at their ends."""
    first, last = 0, len(old)
    marks = _ENDS_IN_ASCII if old.isascii() else _ENDS
    for mark in marks:
        at = old.rfind(mark, first, start)
        while at >= 0 and not _ends_sentence(old, at):
            at = old.rfind(mark, first, at)
        if at >= 0:
            first = at + len(mark)
    for mark in marks:
        at = old.find(mark, len(old) - end, last)
        while at >= 0 and not _ends_sentence(old, at):
            at = old.find(mark, at + 1, last)
        if at >= 0:
            last = at + len(mark)
    return first, len(old) - last


def _ends_sentence(text: str, at: int) -> bool:
    word = text[max(0, at - _LETTERS) : at]
    return text[at] != "." or (len(word) == _LETTERS and word.isalpha() and word.islower())


def _between_fences(old: str, new: str, language: str, *, whole: bool) -> list[Segment]:
    before, after = sentences(old, language), sentences(new, language)
    if whole and len(before) == len(after) == 1:
        return word_changes(old, new)
    segments: list[Segment] = []
    i = j = 0
    links = _sure_links(before, after) or align(before, after, folded(before), folded(after), moves=False)
    for link in [*links, Link((len(before),), (len(after),))]:
        segments += [("-", "".join(before[i : link.old[0]])), ("+", "".join(after[j : link.new[0]]))]
        if link.old[0] < len(before):
            segments += word_changes("".join([before[k] for k in link.old]), "".join([after[k] for k in link.new]))
        i, j = link.old[-1] + 1, link.new[-1] + 1
    return segments


def _sure_links(before: list[str], after: list[str]) -> list[Link]:
    """The links where each sentence is alike the one at its place, but two that became one or one that became two; none if unsure."""
    common = min(len(before), len(after))
    first = next((k for k in range(common) if not _is_same_sentence(before[k], after[k])), common)
    if len(before) == len(after):
        return [Link((k,), (k,)) for k in range(common)] if first == common else []
    if abs(len(before) - len(after)) > 1:
        return []
    last = next((k for k in range(common) if not _is_same_sentence(before[-1 - k], after[-1 - k])), common)
    whole, parts = (after, before) if len(before) > len(after) else (before, after)
    ways = [k for k in range(max(0, common - 1 - last), min(first + 1, common)) if _is_joined(parts[k], parts[k + 1], whole[k])]
    if len(ways) != 1:
        return []
    at = ways[0]
    old, new = ((at, at + 1), (at,)) if parts is before else ((at,), (at, at + 1))
    return [
        *(Link((k,), (k,)) for k in range(at)),
        Link(old, new),
        *(Link((len(before) - k,), (len(after) - k,)) for k in range(common - 1 - at, 0, -1)),
    ]


def _is_same_sentence(one: str, other: str) -> bool:
    return one == other or is_alike(one, other)


def _is_joined(first: str, second: str, whole: str) -> bool:
    return is_alike(first, whole[: len(first)]) and is_alike(second, whole[-len(second) :])
