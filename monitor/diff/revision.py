"""A text and its revision, sentence by sentence: words are matched only with those of the sentence's own revision."""

import re

from monitor.diff.align import Link, align
from monitor.diff.ends import is_alike, shared_ends
from monitor.diff.singles import single_words
from monitor.diff.split import sentences
from monitor.diff.words import joined, word_changes
from monitor.model import Segment
from monitor.text import fold


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
    if len(before) == len(after) and all(one == other or is_alike(one, other) for one, other in zip(before, after, strict=True)):
        for one, other in zip(before, after, strict=True):
            segments += word_changes(one, other)
        return segments
    i = j = 0
    links = align(before, after, [fold(text) for text in before], [fold(text) for text in after], moves=False)
    for link in [*links, Link((len(before),), (len(after),))]:
        segments += [("-", "".join(before[i : link.old[0]])), ("+", "".join(after[j : link.new[0]]))]
        if link.old[0] < len(before):
            segments += word_changes("".join([before[k] for k in link.old]), "".join([after[k] for k in link.new]))
        i, j = link.old[-1] + 1, link.new[-1] + 1
    return segments
