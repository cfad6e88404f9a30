"""The heaviest chain of points that rises on both sides: what stayed in order, so that the rest has moved."""

from collections.abc import Sequence
from itertools import pairwise

Point = tuple[int, int, float]


def heaviest_chain(points: Sequence[Point]) -> list[Point]:
    """Of points (old, new, weight) sorted by `old`: those that rise in `new` too, of the largest sum of weights.

    By weight and not by number, so that of two paragraphs that changed places the shorter one is said to have moved.
    """
    if all(before[1] < after[1] for before, after in pairwise(points)):
        return list(points)
    places = {new: place for place, new in enumerate(sorted({point[1] for point in points}), 1)}
    size = len(places)
    best = [(0.0, -1)] * (size + 1)  # a Fenwick tree of the best chain that ends at or before a place
    back = [-1] * len(points)
    sums = [0.0] * len(points)
    for index, (_, new, weight) in enumerate(points):
        place = places[new]
        before = (0.0, -1)
        at = place - 1
        while at:
            if best[at][0] > before[0]:
                before = best[at]
            at &= at - 1
        back[index] = before[1]
        sums[index] = before[0] + weight
        at = place
        while at <= size:
            if sums[index] > best[at][0]:
                best[at] = (sums[index], index)
            at += at & -at
    index = max(range(len(points)), key=sums.__getitem__)
    chain = []
    while index >= 0:
        chain.append(points[index])
        index = back[index]
    return chain[::-1]
