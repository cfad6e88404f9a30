"""A change as the rules see it: what several of them ask is answered once."""

from monitor.classify.figures import Figure, figures, may_hold_figure
from monitor.classify.hunks import Hunk, hunks_of
from monitor.model import Change
from monitor.text import fold

# A word is looked at as an edit of its own where the text that stayed is so many times longer than what changed.
_REWORDED = 1.3


class Place:
    """A change with what rules ask about it."""

    __slots__ = ("_looks_same", "_touched", "change", "exchanged", "hunks", "language", "new", "old")

    def __init__(self, change: Change, language: str) -> None:
        self.change = change
        self.language = language
        self.old = "".join([text for sign, text in change.segments if sign != "+"])
        self.new = "".join([text for sign, text in change.segments if sign != "-"])
        self.hunks = hunks_of(change, self.old, self.new) if self.old and self.new else []
        # all words that went or came: what is found nowhere in it need not be looked for hunk by hunk
        self.exchanged = " | ".join([text for sign, text in change.segments if sign != "="])
        self._looks_same: bool | None = None
        self._touched: list[tuple[list[Figure], list[Figure]]] | None = None

    @property
    def looks_same(self) -> bool:
        """Whether both texts are one when folded."""
        if self._looks_same is None:
            self._looks_same = not (self.hunks and _differs(self.hunks[0])) and fold(self.old) == fold(self.new)
        return self._looks_same

    @property
    def kept(self) -> int:
        """Characters that both versions have."""
        return len(self.old) - sum([len(hunk.removed) for hunk in self.hunks]) if self.hunks else 0

    @property
    def is_headline(self) -> bool:
        return self.change.field == "headline" or self.change.field.startswith("feed-headline")

    @property
    def is_reworded(self) -> bool:
        """Whether so much changed that a single word is not the edit."""
        return _REWORDED * sum([max(len(hunk.removed), len(hunk.added)) for hunk in self.hunks]) > self.kept

    @property
    def touched(self) -> list[tuple[list[Figure], list[Figure]]]:
        """The figures that each hunk touches, on both sides; empty when there are none at all."""
        if self._touched is None:
            self._touched = [touched(hunk, self.language) for hunk in self.hunks] if may_hold_figure(self.exchanged) else []
        return self._touched


def _differs(hunk: Hunk) -> bool:
    """Whether a letter or figure stands for another, which no folding makes the same: the usual case at a tenth of the price."""
    was, now = hunk.removed[:1], hunk.added[:1]
    return was != now and was.isalnum() and was.isascii() and now.isalnum() and now.isascii()


# In a longer exchange a figure, date or name has no counterpart that a reader would name.
_DETAIL = 160


def touched(hunk: Hunk, language: str) -> tuple[list[Figure], list[Figure]]:
    """The figures on each side that the hunk touches."""
    if max(len(hunk.removed), len(hunk.added)) > _DETAIL or not may_hold_figure(f"{hunk.removed} {hunk.added}"):
        return [], []
    # words that only came or only went touch the figures they stand beside, on both sides alike
    reach = 0 if hunk.removed and hunk.added else 1
    sides = []
    for text, start, end in ((hunk.old, hunk.old_start, hunk.old_end), (hunk.new, hunk.new_start, hunk.new_end)):
        left = max(0, start - 60)
        near = figures(text[left : end + 60], language)
        sides.append([figure for figure in near if figure.start + left < end + reach and start < figure.end + left + reach])
    return sides[0], sides[1]
