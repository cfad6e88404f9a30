"""What stayed between two changes and only tears them apart: a reader would rather see one change."""

from collections.abc import Sequence

from monitor.diff.tokens import is_particle

Block = tuple[bool, int, int, int, int]
"""(equal?, old start, old end, new start, new end) in tokens."""

# Articles, prepositions and auxiliaries anchor the eye less; pronouns do not belong here: `these`, `we` and `which` tell
# one clause from another. English only: elsewhere length and script decide.
_WORDS = """
    a an the of to in on at by for with from and or but as is are was were be been has have had will would can not after said
"""
LIGHT = frozenset(_WORDS.split())
# By how many of the two neighbours are replacements (the others only add or only remove): an island lighter than the
# first figure, and no heavier than the heavier neighbour, is given up; so is one lighter than HEAVY that is the
# second figure times lighter than what either neighbour weighs. Tuned on human-marked spans, where the optimum is flat;
# checked on East Asian text by eye.
_GIVEN_UP = {2: (0.8, 3.0), 1: (0.35, 3.0), 0: (0.8, 2.0)}
HEAVY = 1.5

_WEIGHTS: dict[str, float] = {}


def weight(token: str) -> float:
    """How much a matched token anchors the eye."""
    known = _WEIGHTS.get(token)
    if known is None:
        if len(_WEIGHTS) > 50_000:
            _WEIGHTS.clear()
        known = _WEIGHTS[token] = _weigh(token)
    return known


def _weigh(token: str) -> float:
    first = token[0]
    if not first.isalnum():
        return 0.0 if first.isspace() else 0.05
    if token.lower() in LIGHT or "぀" <= first <= "ゟ":
        return 0.4
    if "가" <= first <= "힣":
        return 0.1 if is_particle(token) else _HANGUL.get(len(token), 1.0)
    if first >= "⺀" and len(token) == 1:
        return 0.14
    return 1.0 if len(token) > 3 or first.isdigit() else 0.7


# By syllables: a Hangul word of two is one of the most frequent, and alone between two changes it only tears them apart.
_HANGUL = {1: 0.15, 2: 0.3, 3: 0.7}


def without_islands(blocks: list[Block], old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Gives up equal runs between two changes that weigh less than the churn they separate."""
    kept: list[Block] = []
    weights: list[tuple[float, float]] = []
    for block in blocks:
        kept.append(block)
        weights.append(_weights(block, old, new))
        while len(kept) > 2 and not kept[-1][0] and _is_weak(kept, weights):
            _, a, _, c, _ = kept[-3]
            _, _, b, _, d = kept[-1]
            kept[-3:] = [(False, a, b, c, d)]
            weights[-3:] = [(sum(pair[0] for pair in weights[-3:]), sum(pair[1] for pair in weights[-3:]))]
    return kept


# A run of more tokens is no island, whatever they are.
_MAINLAND = 16


def _weights(block: Block, old: Sequence[str], new: Sequence[str]) -> tuple[float, float]:
    equal, a, b, c, d = block
    if equal and b - a > _MAINLAND:
        return _MAINLAND, _MAINLAND
    size = sum(map(weight, old[a:b]))
    return size, size if equal else sum(map(weight, new[c:d]))


def _is_weak(blocks: list[Block], weights: list[tuple[float, float]]) -> bool:
    """Whether the last but one block, an equal run, gives way to its neighbours."""
    size = weights[-2][0]
    if size < 0.1:
        return True
    before, after = blocks[-3], blocks[-1]
    removes, adds = [block[2] > block[1] for block in (before, after)], [block[4] > block[3] for block in (before, after)]
    if size >= HEAVY or not any(removes) or not any(adds):
        return False
    feather, times = _GIVEN_UP[sum(removes) + sum(adds) - 2]
    lighter, heavier = sorted((max(weights[-3]), max(weights[-1])))
    return (size < feather and size <= heavier) or size * times < lighter
