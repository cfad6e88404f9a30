"""Cheap and certain answers about two texts, before words are counted: what they share at their ends, whether they are alike."""

from rapidfuzz.distance import Indel

# Texts of so many characters are compared letter by letter; the time grows with the square of it.
_LETTERS = 4000
# Share of letters in common above which two texts have most words in common too. Unrelated texts of a language reach 0.6.
_ALIKE = 0.8


def shared_start(one: str, other: str) -> int:
    """How many characters both begin with. Halving: whole slices are compared, not letters."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def shared_end(one: str, other: str, most: int) -> int:
    """How many characters both end with, `most` at most."""
    size, other_size = len(one), len(other)
    low, high = 0, most + 1
    if one[size - most :] == other[other_size - most :]:
        return most
    while high - low > 1:
        middle = (low + high) // 2
        if one[size - middle : size - low] == other[other_size - middle : other_size - low]:
            low = middle
        else:
            high = middle
    return low


def is_alike(one: str, other: str) -> bool:
    """Whether one is surely the other's revision: most of it is the same from both ends, or letter by letter.

    False tells nothing: then words must be counted.
    """
    shorter, longer = sorted((len(one), len(other)))
    start = shared_start(one, other)
    if 2 * start >= longer or 2 * (start + shared_end(one, other, shorter - start)) >= longer:
        return True
    return longer <= _LETTERS and Indel.normalized_similarity(one, other, score_cutoff=_ALIKE) > 0
