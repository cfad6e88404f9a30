"""Single words that became others, came or went, each far from the next: most edits, told without parting a text into tokens."""

from rapidfuzz.distance import Prefix

from monitor.diff.islands import HEAVY, weight
from monitor.diff.tokens import is_one_word
from monitor.model import Segment

# Marks that end a word and are no part of it.
_STOPS = ",.;:!?"
# Characters that are compared at a time, and before it is worth to compare as many.
_WINDOW = 400
_FEW = 6
# Words that no other change reaches over, light as they may be.
_MANY = 8


def single_words(old: str, new: str) -> list[Segment]:
    """The segments from one text to another; none where it is not as simple as that.

    They are those that sentences and tokens would give: no change may slide, and what stayed between two is no island.
    """
    segments: list[Segment] = []
    told = 0
    i = j = Prefix.similarity(old, new)  # where the texts differ
    before, after = f"{old} ", f"{new} "  # so that each word ends at a blank
    while i < len(old) or j < len(new):
        at = old.rfind(" ", told, i) + 1
        to, i_end, j_end = at + j - i, before.find(" ", i), after.find(" ", j)
        if (told and not at) or i_end == at or j_end == to:  # more blanks than one
            return []
        # where the texts go on if the word became another, if one came, if it went
        for i, j in ((i_end, j_end), (at, j_end + 1), (i_end + 1, to)):
            if old.startswith(new[j : j + _FEW], i):
                same = _same(old, new, i, j)
                if (i + same == len(old) and j + same == len(new)) or _keeps_apart(old[i : i + min(same, _WINDOW)]):
                    break
        else:
            return []
        change = _exchanged(old[at:i], new[to:j]) if i > at and j > to else _came_or_went(old, at, i, new[to : j - 1])
        if not change:
            return []
        kept = at if len(change) == 2 else at - 1
        if kept > told:
            segments.append(("=", old[told:kept]))
        segments += change
        told = kept + len(change[0][1]) if change[0][0] == "-" else kept
        i, j = i + same, j + same
    if told < len(old):
        segments.append(("=", old[told:]))
    return segments


def _same(old: str, new: str, i: int, j: int) -> int:
    """How many characters are the same from there on."""
    same = size = Prefix.similarity(old[i : i + _WINDOW], new[j : j + _WINDOW])
    while size == _WINDOW:
        size = Prefix.similarity(old[i + same : i + same + _WINDOW], new[j + same : j + same + _WINDOW])
        same += size
    return same


def _keeps_apart(stayed: str) -> bool:
    """Whether so much stands between two changes that it is no island, whatever they are."""
    return stayed.count(" ") > _MANY or sum(map(weight, filter(str.isalpha, stayed.split(" ")[:-1]))) >= HEAVY


def _exchanged(before: str, after: str) -> list[Segment]:
    """The segments where one word became another; none where it may be more than that."""
    word, other = _without_stop(before), _without_stop(after)
    if word == other or not is_one_word(word) or not is_one_word(other):
        return []
    return [("-", word), ("+", other)] if before[len(word) :] == after[len(other) :] else [("-", before), ("+", after)]


def _came_or_went(old: str, at: int, i: int, added: str) -> list[Segment]:
    """The segment where a word came before this place, or went from it to `i`, with the blank before it."""
    word = added if i == at else old[at : i - 1]
    bare = _without_stop(word)
    if at < 2 or i >= len(old) or not (old[at - 2].isalnum() or old[at - 2] == ",") or not is_one_word(bare):
        return []
    if old.endswith(bare, 0, at - 1) or old.startswith(bare, i):
        return []  # the same word beside it: there are several places to say it came or went
    return [("+", f" {word}")] if i == at else [("-", f" {word}")]


def _without_stop(word: str) -> str:
    return word[:-1] if word[-1:] in _STOPS else word
