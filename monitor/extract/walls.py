"""Words of pages that stand in for an article: walls, checks, errors. They only count where the article's own text is missing."""

import re
from functools import lru_cache

from monitor.extract.words import phrases


def wall_words(text: str) -> str | None:
    """The reason whose words this text holds most of; None where it holds none."""
    counts = {reason: len(phrase.findall(text)) for reason, phrase in _walls().items()}
    reason = max(counts, key=lambda name: counts[name])
    return reason if counts[reason] else None


def holds_words_of(reason: str, text: str) -> bool:
    """Does this text hold words of this kind of page?"""
    return _walls()[reason].search(text) is not None


@lru_cache(maxsize=1)
def _walls() -> dict[str, re.Pattern[str]]:
    return {reason: re.compile("|".join(told), re.IGNORECASE) for reason, told in phrases("walls").items()}
