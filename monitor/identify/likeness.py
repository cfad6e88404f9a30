"""How alike two texts are, by their words, for telling an edited story from another one. Pure, linear."""

import re
from collections import Counter
from functools import lru_cache

# Words; of scripts without spaces every character is one.
_WORD = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
# More of a text says nothing new about which story it is.
MAX_TEXT = 8_000


@lru_cache(maxsize=512)
def words_of(text: str) -> "Counter[str]":
    """The words of a text's first part, counted, without case."""
    return Counter(_WORD.findall(text[:MAX_TEXT].casefold()))


def likeness(one: str, other: str) -> float:
    """0 (no word in common) to 1 (the same words), order left aside."""
    mine, theirs = words_of(one), words_of(other)
    total = mine.total() + theirs.total()
    return 2 * (mine & theirs).total() / total if total else 1.0


def is_same_text(one: str, other: str, least: float) -> bool:
    """Whether two texts are at least that alike."""
    return one == other or likeness(one, other) >= least
