"""Did you mean: the nearest known word."""

from collections.abc import Iterable

NEAR = 60  # of 100, by rapidfuzz's ratio; below that a suggestion puzzles more than it helps


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, None when none is near."""
    from rapidfuzz import fuzz, process

    best = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=NEAR)
    return best[0] if best else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'timeout'?`, or nothing when no known word is near."""
    near = nearest(word, known)
    return f"; did you mean '{near}'?" if near else ""
