"""Whether an edit is one of looks alone, or a text written anew: then it has no details that a reader would name."""

import re
from collections import Counter

from monitor.classify.figures import Figure
from monitor.classify.hunks import Hunk
from monitor.classify.place import Place, touched
from monitor.text import plain, shorten

QUOTE_MARKS = re.compile("[\"“”„«»「」『』〝〞＂]|(?<![^\\W\\d_])[‘'’]|[’'](?![^\\W\\d_])")
_MARKS = re.compile(r"[^\w\s]")
SAYS = re.compile(r"[\W_]+")
_SAID = re.compile(r"[^\W_]")


def typography(place: Place) -> list[str]:
    """Whether nothing but looks differs."""
    if place.change.op in ("insert", "delete"):
        return []
    if place.looks_same:
        return ["only white space or invisible characters differ"] if place.old != place.new and place.change.op != "move" else []
    for hunk in place.hunks:
        if not looks_alike(hunk, place.language):
            return []
    return [f"only typography differs: {became(place.hunks[0].removed, place.hunks[0].added)}"] if place.hunks else []


def looks_alike(hunk: Hunk, language: str) -> bool:
    """Whether both sides say the same letters and figures, so that only marks, blanks or case differ."""
    if hunk.at_cut:
        return True
    old, new = hunk.removed.strip(), hunk.added.strip()
    if old.isalpha() and new.isalpha() and old.isascii() and new.isascii() and old.lower() != new.lower():
        return False  # the usual case at a tenth of the price
    if old and new and _parts(hunk.removed) != _parts(hunk.added):
        return False  # `setup` and `set up`: spelling
    if bool(_SAID.search(hunk.removed)) != bool(_SAID.search(hunk.added)):
        return False
    if SAYS.sub("", plain(hunk.removed)) != SAYS.sub("", plain(hunk.added)):
        return False
    if "?" in hunk.removed + hunk.added and hunk.removed.count("?") != hunk.added.count("?"):
        return False
    was, now = touched(hunk, language)
    if Counter(map(worth, was)) != Counter(map(worth, now)):
        return False
    return len(QUOTE_MARKS.findall(hunk.removed)) == len(QUOTE_MARKS.findall(hunk.added))


def _parts(text: str) -> int:
    """Words parted by blanks or hyphens, where nothing else stands beside letters; else 0."""
    parts = _HYPHEN.sub(" ", text)
    return 0 if _MARKS.search(parts) else len(parts.split())


_HYPHEN = re.compile(r"(?<=[^\W_])[-‐‑](?=[^\W_])")


# Fewer exchanged characters than this are no rewriting. East Asian text says more in one; where hardly anything was
# kept, half as many will do.
_REWRITTEN_LEAST = 40
_REWRITTEN_LEAST_EAST = 14
_HARDLY = 0.1


def rewritten(place: Place) -> list[str]:
    """Whether more was exchanged than stayed."""
    if 2 * len(place.exchanged) < len(place.old):
        return []
    exchanged = sum([max(len(hunk.removed), len(hunk.added)) for hunk in place.hunks if hunk.removed and hunk.added])
    if exchanged <= place.kept:
        return []
    least = _REWRITTEN_LEAST if place.new.isascii() or max(map(ord, place.new or " ")) < 0x1100 else _REWRITTEN_LEAST_EAST
    if place.kept < _HARDLY * exchanged:
        least //= 2
    if exchanged <= least:
        return []
    what = "the headline" if place.is_headline else "a paragraph" if place.change.field == "body" else "the text"
    return [f"{what} was rewritten: “{shorten(place.old, 80)}” became “{shorten(place.new, 80)}”"]


def worth(figure: Figure) -> tuple[str, str, str]:
    """What makes two figures the same."""
    return figure.sort, figure.value, figure.unit


def became(was: str, now: str) -> str:
    """What was, and what stands there now, for a reader."""
    return f"“{shorten(was, 60)}” → “{shorten(now, 60)}”"
