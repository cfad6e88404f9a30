"""Which units of the old text are which of the new: paragraphs, and the sentences inside a changed paragraph.

Equal units anchor; the heaviest chain of them stayed, the others moved. Between anchors, units are paired by similar
words, grown to splits and merges. What is then left may have moved and been edited, or was written anew where it stood.
All steps are bounded: exact search in small gaps only, candidates by rare words in large ones.
"""

import bisect
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel, LCSseq

from monitor.diff.chain import Point, heaviest_chain
from monitor.diff.ends import is_alike
from monitor.diff.tokens import words

# Share of words in common from which one unit is the other's revision; a unit that also changed place needs more.
SIMILAR = 0.40
# The same for two units that are left alone between the same neighbours.
SIMILAR_ALONE = 0.30
MOVED_SIMILAR = 0.55
# Each part of a split paragraph must be found in the whole one to this share.
CONTAINED = 0.55
# Cells of a gap that are all compared; larger gaps compare units that share rare words.
_DENSE = 1600
# Words of one times words of the other up to which order counts; above, only how many words are shared.
_ORDERED = 4_000_000
# A word that stands in more units of a gap than this points to none.
_RARE = 5
# A unit of fewer words than this is not looked for elsewhere, nor is a repeated line of fewer characters.
_MOVABLE_WORDS = 5
_MOVABLE_LINE = 60
# Units of one version a split or merge may have.
_PARTS = 6


class Link(NamedTuple):
    """Old units and new ones that belong together; several on one side are a split or merge. A tuple, because texts have thousands."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    moved: bool = False


def align(old: Sequence[str], new: Sequence[str], old_keys: Sequence[str], new_keys: Sequence[str], *, moves: bool) -> list[Link]:
    """Links between units, those that stayed first, in order; then the moved ones. Unlinked units were added or removed.

    `keys` are the units as compared: equal keys are one unit.
    """
    if _stand_in_turn(old, new, old_keys, new_keys):
        return [Link((i,), (i,)) for i in range(len(old))]
    bags = _Bags(old, new)
    kept, elsewhere = _equal_units(old_keys, new_keys, bags if moves else None)
    linked_old = {i for i, _ in kept} | ({i for i, _ in elsewhere} if moves else set())
    linked_new = {j for _, j in kept} | ({j for _, j in elsewhere} if moves else set())
    free_old = [i for i in range(len(old)) if i not in linked_old]
    free_new = [j for j in range(len(new)) if j not in linked_new]
    links: list[Link] = []
    before_old = before_new = -1
    for i, j in [*kept, (len(old), len(new))]:
        if i > before_old + 1 and j > before_new + 1:
            gap_old = free_old[bisect.bisect_right(free_old, before_old) : bisect.bisect_left(free_old, i)]
            gap_new = free_new[bisect.bisect_right(free_new, before_new) : bisect.bisect_left(free_new, j)]
            links += _gap_links(gap_old, gap_new, bags, old, new)
        if i < len(old):
            links.append(Link((i,), (j,)))
        before_old, before_new = i, j
    moved: list[Link] = []
    if moves:
        moved += [Link((i,), (j,), moved=True) for i, j in elsewhere]
        moved += _moved_and_edited([*links, *moved], free_old, free_new, bags)
    return [*_with_those_alone(links, moved, Link((len(old),), (len(new),)), bags), *moved]


def _stand_in_turn(old: Sequence[str], new: Sequence[str], old_keys: Sequence[str], new_keys: Sequence[str]) -> bool:
    """Whether surely no unit moved, came or went: each is the one at its place or is alike it, and stands nowhere else."""
    if len(old) != len(new):
        return False
    differ = [i for i, (key, other) in enumerate(zip(old_keys, new_keys, strict=True)) if key != other]
    went, came = {old_keys[i] for i in differ}, {new_keys[i] for i in differ}
    return went.isdisjoint(new_keys) and came.isdisjoint(old_keys) and all(is_alike(old[i], new[i]) for i in differ)


# --- equal units ----------------------------------------------------------------------------------------------------


Pair = tuple[int, int]


def _equal_units(old: Sequence[str], new: Sequence[str], bags: "_Bags | None") -> tuple[list[Pair], list[Pair]]:
    """Pairs of equal units: those that stayed in order, and those that stand elsewhere.

    With `bags`, units that were edited weigh too when it is decided what stayed.
    """
    count_old, count_new = Counter(old), Counter(new)
    place = {key: j for j, key in enumerate(new) if count_new[key] == 1 and count_old.get(key) == 1}
    unique = [(i, place[key], float(len(key) + 1)) for i, key in enumerate(old) if key in place]
    stayed = {(i, j) for i, j, _ in heaviest_chain(unique)}
    if bags and len(stayed) < len(unique):
        edited = _edited_pairs(old, new, unique, bags)
        stayed = {(i, j) for i, j, _ in heaviest_chain(sorted([*unique, *edited]))}
    chain = [(i, j) for i, j, _ in unique if (i, j) in stayed]
    elsewhere = [(i, j) for i, j, _ in unique if (i, j) not in stayed]
    repeated = {key for key, n in count_old.items() if key in count_new and (n > 1 or count_new[key] > 1)}
    if not repeated:
        return chain, elsewhere
    chain = _with_repeated(old, new, chain, repeated)
    taken_old, taken_new = {i for i, _ in chain}, {j for _, j in chain}
    waiting = defaultdict(list)
    for j, key in enumerate(new):
        if key in repeated and j not in taken_new and len(key) >= _MOVABLE_LINE:
            waiting[key].append(j)
    for i, key in enumerate(old):
        if i not in taken_old and waiting.get(key):
            elsewhere.append((i, waiting[key].pop(0)))
    return chain, elsewhere


def _edited_pairs(old: Sequence[str], new: Sequence[str], unique: Sequence[Point], bags: "_Bags") -> list[Point]:
    """For each old unit that has no equal the most alike new one, weighed by what they share."""
    equal_old, equal_new = {i for i, _, _ in unique}, {j for _, j, _ in unique}
    free_old = [i for i in range(len(old)) if i not in equal_old and old[i]]
    free_new = [j for j in range(len(new)) if j not in equal_new and new[j]]
    if len(free_old) * len(free_new) <= _DENSE:
        found = [max(((bags.similarity(i, j, SIMILAR), -j) for j in free_new), default=(0.0, 0)) for i in free_old]
        pairs = [(i, -j, alike) for i, (alike, j) in zip(free_old, found, strict=True) if alike]
    else:
        pairs = [(free_old[p], free_new[q], SIMILAR) for p, q, _ in _likely_pairs(free_old, free_new, bags)]
    return [(i, j, alike * min(len(old[i]), len(new[j]))) for i, j, alike in pairs]


def _with_repeated(old: Sequence[str], new: Sequence[str], chain: list[Pair], repeated: set[str]) -> list[Pair]:
    """The chain with repeated lines put in: within each gap the first with the first, from both ends."""
    out: list[Pair] = []
    at_old = at_new = 0
    for i, j in [*chain, (len(old), len(new))]:
        waiting = defaultdict(list)
        for q in range(at_new, j):
            if new[q] in repeated:
                waiting[new[q]].append(q)
        pairs = []
        for p in range(at_old, i):
            if waiting.get(old[p]):
                pairs.append((p, waiting[old[p]].pop(0), float(len(old[p]) + 1)))
        out += [(p, q) for p, q, _ in heaviest_chain(pairs)]
        if i < len(old):
            out.append((i, j))
        at_old, at_new = i + 1, j + 1
    return out


# --- similarity -----------------------------------------------------------------------------------------------------


class _Bags:
    """The words of each unit as numbers, made when first asked for."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self._texts = (old, new)
        self._words: tuple[dict[int, array[int]], dict[int, array[int]]] = ({}, {})
        self.likely: dict[tuple[tuple[int, ...], tuple[int, ...]], list[tuple[int, int, float]]] = {}
        self._sets: tuple[dict[int, frozenset[int]], dict[int, frozenset[int]]] = ({}, {})

    def words(self, side: int, unit: int) -> "array[int]":
        found = self._words[side].get(unit)
        if found is None:
            # the hash of a word stands for it: two words of one hash would only make two texts a little more alike
            found = array("Q", array("q", map(hash, words(self._texts[side][unit].casefold()))).tobytes())
            self._words[side][unit] = found
        return found

    def set(self, side: int, unit: int) -> frozenset[int]:
        found = self._sets[side].get(unit)
        if found is None:
            found = self._sets[side][unit] = frozenset(self.words(side, unit))
        return found

    def joined(self, side: int, units: Sequence[int]) -> "array[int]":
        out = array("Q")
        for unit in units:
            out.extend(self.words(side, unit))
        return out

    def similarity(self, i: int, j: int, least: float) -> float:
        """0 to 1; 0 below `least`."""
        first, second = self.set(0, i), self.set(1, j)
        if len(first & second) < 0.3 * min(len(first), len(second)):
            return 0.0
        return similarity(self.words(0, i), self.words(1, j), least)

    def may_be_one(self, i: int, j: int) -> bool:
        """Whether one could be the other's revision when there is nothing else that it could be."""
        return min(len(self.words(0, i)), len(self.words(1, j))) >= _MOVABLE_WORDS and bool(self.similarity(i, j, SIMILAR_ALONE))

    def is_held(self, i: int, j: int) -> bool:
        """Whether all of the shorter one stands in the longer, word by word: what was put around it may be many times as long."""
        shorter, longer = sorted((self.words(0, i), self.words(1, j)), key=len)
        return len(shorter) >= _MOVABLE_WORDS and shorter.tobytes() in longer.tobytes()


def similarity(first: "array[int]", second: "array[int]", least: float = 0.0) -> float:
    """Twice the words in common, in order, by all words; 0 below `least`."""
    size = len(first) + len(second)
    if not size or 2 * min(len(first), len(second)) < least * size:
        return 0.0
    if len(first) * len(second) <= _ORDERED:
        return float(Indel.normalized_similarity(first, second, score_cutoff=least))
    value = 2 * _shared(first, second) / size
    return value if value >= least else 0.0


def _common(first: "array[int]", second: "array[int]") -> int:
    """Words in common, in order where that is affordable."""
    if len(first) * len(second) <= _ORDERED:
        return int(LCSseq.similarity(first, second))
    return _shared(first, second)


def _shared(first: "array[int]", second: "array[int]") -> int:
    return sum((Counter(first) & Counter(second)).values())


# --- gaps -----------------------------------------------------------------------------------------------------------


def _gap_links(gap_old: list[int], gap_new: list[int], bags: _Bags, old: Sequence[str], new: Sequence[str]) -> list[Link]:
    """Links of what stands between two anchors."""
    if not gap_old or not gap_new:
        return []
    if len(gap_old) == len(gap_new) and all(is_alike(old[i], new[j]) for i, j in zip(gap_old, gap_new, strict=True)):
        return [Link((i,), (j,)) for i, j in zip(gap_old, gap_new, strict=True)]
    return _grown(_gap_pairs(gap_old, gap_new, bags), gap_old, gap_new, bags)


def _gap_pairs(old: list[int], new: list[int], bags: _Bags) -> list[Pair]:
    """Positions in the gap that are each other's revision, rising on both sides."""
    if len(old) * len(new) <= _DENSE:
        return _dense_pairs(old, new, bags)
    pairs: list[Pair] = []
    at_old = at_new = 0
    anchors = heaviest_chain(_likely_pairs(old, new, bags))
    for p, q in [*((p, q) for p, q, _ in anchors), (len(old), len(new))]:
        part_old, part_new = old[at_old:p], new[at_new:q]
        if part_old and part_new and len(part_old) * len(part_new) <= _DENSE:
            pairs += [(at_old + x, at_new + y) for x, y in _dense_pairs(part_old, part_new, bags)]
        if p < len(old):
            pairs.append((p, q))
        at_old, at_new = p + 1, q + 1
    return pairs


def _dense_pairs(old: list[int], new: list[int], bags: _Bags) -> list[Pair]:
    n, m = len(old), len(new)
    score = [[0.0] * m for _ in range(n)]
    for p in range(n):
        for q in range(m):
            alike = bags.similarity(old[p], new[q], SIMILAR) or (SIMILAR if bags.is_held(old[p], new[q]) else 0.0)
            if alike:
                # long units are worth more, but not so much that one outweighs two
                score[p][q] = alike * min(len(bags.words(0, old[p])), len(bags.words(1, new[q])), 400) ** 0.5
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    for p in range(n - 1, -1, -1):
        for q in range(m - 1, -1, -1):
            taken = score[p][q] + best[p + 1][q + 1] if score[p][q] else 0.0
            best[p][q] = max(best[p + 1][q], best[p][q + 1], taken)
    pairs = []
    p = q = 0
    while p < n and q < m:
        if score[p][q] and best[p][q] == score[p][q] + best[p + 1][q + 1]:
            pairs.append((p, q))
            p, q = p + 1, q + 1
        elif best[p][q] == best[p + 1][q]:
            p += 1
        else:
            q += 1
    return pairs


def _likely_pairs(old: Sequence[int], new: Sequence[int], bags: _Bags) -> list[tuple[int, int, float]]:
    """For each old unit the new one that shares most rare words with it, if they are alike."""
    asked = tuple(old), tuple(new)
    if asked not in bags.likely:
        bags.likely[asked] = _by_rare_words(old, new, bags)
    return bags.likely[asked]


def _by_rare_words(old: Sequence[int], new: Sequence[int], bags: _Bags) -> list[tuple[int, int, float]]:
    holders: dict[int, list[int]] = defaultdict(list)
    for q, j in enumerate(new):
        for word in bags.set(1, j):
            holders[word].append(q)
    out = []
    for p, i in enumerate(old):
        shared: dict[int, int] = defaultdict(int)
        for word in bags.set(0, i):
            found = holders.get(word)
            if found and len(found) <= _RARE:
                for q in found:
                    shared[q] += 1
        often = sorted(((n, -q) for q, n in shared.items() if n >= 2), reverse=True)[:3]
        likely = [(bags.similarity(i, new[-q], SIMILAR), q) for _, q in often]
        alike, q = max(likely, default=(0.0, 0))
        if alike:
            out.append((p, -q, alike * len(bags.words(0, i)) ** 0.5))
    return out


def _grown(pairs: list[Pair], old: list[int], new: list[int], bags: _Bags) -> list[Link]:
    """Pairs to links: a neighbour that nobody claims joins when its words are found in the other side."""
    taken_old, taken_new = {p for p, _ in pairs}, {q for _, q in pairs}
    links = []
    for p, q in pairs:
        first, second = [p], [q]
        if len(bags.words(0, old[p])) >= len(bags.words(1, new[q])):
            _grow(second, new, taken_new, bags, 1, bags.joined(0, [old[p]]))
        else:
            _grow(first, old, taken_old, bags, 0, bags.joined(1, [new[q]]))
        links.append(Link(tuple(old[x] for x in first), tuple(new[y] for y in second)))
    return links


def _grow(own: list[int], units: list[int], taken: set[int], bags: _Bags, side: int, whole: "array[int]") -> None:
    """Adds neighbours to `own` while they make it more like the whole."""
    alike = similarity(bags.joined(side, [units[k] for k in own]), whole)
    grew = True
    while grew and len(own) < _PARTS and alike < 0.97:
        grew = False
        for k, near in ((own[-1] + 1, own[-1]), (own[0] - 1, own[0])):
            if not 0 <= k < len(units) or k in taken or abs(units[k] - units[near]) != 1:
                continue
            wider = [*own, k] if k > near else [k, *own]
            part = bags.words(side, units[k])
            better = similarity(bags.joined(side, [units[x] for x in wider]), whole)
            if better < alike + 0.02 or _common(part, whole) < CONTAINED * len(part):
                continue
            gained = _common(bags.joined(side, [units[x] for x in wider]), whole) - _common(
                bags.joined(side, [units[x] for x in own]), whole
            )
            if gained < CONTAINED * len(part):
                continue
            own[:], alike, grew = wider, better, True
            taken.add(k)
            break


# --- what is left ---------------------------------------------------------------------------------------------------


def _with_those_alone(stayed: list[Link], moved: list[Link], end: Link, bags: _Bags) -> list[Link]:
    """The links that stayed, with those of two units that are left alone between the same neighbours."""
    gone, come = {i for link in moved for i in link.old}, {j for link in moved for j in link.new}
    out: list[Link] = []
    at_old = at_new = 0
    for link in [*stayed, end]:
        if at_old < link.old[0] and at_new < link.new[0]:
            left_old = [i for i in range(at_old, link.old[0]) if i not in gone]
            left_new = [j for j in range(at_new, link.new[0]) if j not in come]
            if len(left_old) == len(left_new) == 1 and bags.may_be_one(left_old[0], left_new[0]):
                out.append(Link(tuple(left_old), tuple(left_new)))
        if link is not end:
            out.append(link)
        at_old, at_new = link.old[-1] + 1, link.new[-1] + 1
    return out


def _moved_and_edited(links: list[Link], free_old: list[int], free_new: list[int], bags: _Bags) -> list[Link]:
    """Units that nobody claims and that are alike, wherever they stand; best first."""
    linked_old = {i for link in links for i in link.old}
    linked_new = {j for link in links for j in link.new}
    old = [i for i in free_old if i not in linked_old and len(bags.words(0, i)) >= _MOVABLE_WORDS]
    new = [j for j in free_new if j not in linked_new and len(bags.words(1, j)) >= _MOVABLE_WORDS]
    if not old or not new:
        return []
    if len(old) * len(new) <= _DENSE:
        found = [(bags.similarity(i, j, MOVED_SIMILAR), i, j) for i in old for j in new]
    else:
        found = [(bags.similarity(old[p], new[q], MOVED_SIMILAR), old[p], new[q]) for p, q, _ in _likely_pairs(old, new, bags)]
    out = []
    for alike, i, j in sorted(found, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if alike and i not in linked_old and j not in linked_new:
            linked_old.add(i)
            linked_new.add(j)
            out.append(Link((i,), (j,), moved=True))
    return out
