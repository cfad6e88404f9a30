"""The places of a change where words were exchanged, each with the texts they stand in."""

import re
from typing import NamedTuple

from monitor.model import Change, Segment

# How far around a hunk a quotation mark or a figure may stand that it belongs to.
_AROUND = 400
# An excerpt that is cut elsewhere moves its end by a few words, because something before it grew or shrank.
_CUT = 40
# So many characters that stayed on each side make a change stand alone.
_ALONE = 3
_ELLIPSIS = re.compile(r"(?:\.\.+|…|\[…\])\W*(?:\w+ ?more\W*)?$")


class Hunk(NamedTuple):
    """Words `removed` and `added` at one place. `old` and `new` are the texts around, `start` and `end` places in them.

    A tuple, because a long edited text has thousands.
    `at_cut`: both texts end in an ellipsis and only this hunk stands before it, so a feed's excerpt was merely cut elsewhere.
    """

    field: str
    removed: str
    added: str
    old: str
    old_start: int
    old_end: int
    new: str
    new_start: int
    new_end: int
    at_cut: bool = False
    stands_alone: bool = True
    """Whether the next change is a few characters away at least, on both sides."""

    @property
    def words(self) -> int:
        """Words of the longer side; three characters count as one where no blanks part them."""
        return max(_words(self.removed), _words(self.added))


def _words(text: str) -> int:
    blanks = len(text.split())
    return blanks if text.isascii() else max(blanks, sum(character > "⺀" and not "가" <= character <= "힣" for character in text) // 2)


def hunks_of(change: Change, old: str, new: str) -> list[Hunk]:
    """The hunks of a change, in order. `old` and `new` are what its segments spell."""
    cut = _is_cut(old[-_CUT:]) and _is_cut(new[-_CUT:])
    out: list[Hunk] = []
    a = c = 0
    stayed = _ALONE  # characters since the hunk before
    removed = added = ""
    for sign, text in (*change.segments, _END):
        if sign == "-":
            removed = text
            continue
        if sign == "+":
            added = text
            continue
        if removed or added:
            b, d = a + len(removed), c + len(added)
            at_cut = cut and len(old) - b < 6 and len(new) - d < 6 and max(len(removed), len(added)) < _CUT
            left, right = max(0, a - _AROUND), max(0, c - _AROUND)
            old_place = old[left : b + _AROUND], a - left, b - left
            new_place = new[right : d + _AROUND], c - right, d - right
            out.append(Hunk(change.field, removed, added, *old_place, *new_place, at_cut, stayed >= _ALONE))
            if stayed < _ALONE and out[-2].stands_alone:
                out[-2] = out[-2]._replace(stands_alone=False)
            a, c, removed, added = b, d, "", ""
        size = len(text)
        a, c, stayed = a + size, c + size, size if out else _ALONE
    return out


# What stands behind the last hunk.
_END: Segment = ("=", "")


def _is_cut(end: str) -> bool:
    return (".." in end or "…" in end) and bool(_ELLIPSIS.search(end))
