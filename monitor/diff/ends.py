"""Cheap and certain answers about two texts, before words are counted: what they share at their ends, whether they are alike."""

from rapidfuzz.distance import Indel, Postfix, Prefix

# Texts of so many characters are compared letter by letter; the time grows with the square of it.
_LETTERS = 4000
# Share of letters in common above which two texts have most words in common too. Unrelated texts of a language reach 0.6.
_ALIKE = 0.8


def shared_ends(one: str, other: str) -> tuple[int, int]:
    """How many characters both begin with, and with how many of the others both end."""
    start = Prefix.similarity(one, other)
    return start, min(Postfix.similarity(one, other), min(len(one), len(other)) - start)


def is_alike(one: str, other: str) -> bool:
    """Whether one is surely the other's revision: most of it is the same from both ends, or letter by letter.

    False tells nothing: then words must be counted.
    """
    longer = max(len(one), len(other))
    start, end = shared_ends(one, other)
    if 2 * (start + end) >= longer:
        return True
    return longer <= _LETTERS and Indel.normalized_similarity(one, other, score_cutoff=_ALIKE) > 0
