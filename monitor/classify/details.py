"""What a reader would name in an edit of a few words: a figure, a date, a quotation, a name, a hedge, a slip of spelling."""

import re
from collections import Counter

from monitor.classify.figures import Figure
from monitor.classify.hunks import Hunk
from monitor.classify.looks import QUOTE_MARKS, SAYS, became, looks_alike, worth
from monitor.classify.place import Place
from monitor.classify.speech import (
    has_marks,
    has_stance,
    is_title_case,
    may_hold_name,
    names_changed,
    quotations,
    quote_change,
    stance_changed,
)
from monitor.classify.spelling import is_respelled
from monitor.text import plain, shorten


def _changed_figures(place: Place, sort: str) -> list[str]:
    out = []
    for hunk, (old, new) in zip(place.hunks, place.touched, strict=False):
        if hunk.at_cut or not old or not new:
            continue
        went = _left_over(old, new, sort)
        came = _left_over(new, old, sort)
        if went and came and (hunk.words <= _EXCHANGE or _same_thing(went, came, hunk)):
            out.append(became(_texts(went), _texts(came)))
    return out


# In an exchange of more words two figures speak of the same thing only when they have a unit or the next word in common.
_EXCHANGE = 3


def _same_thing(went: list[Figure], came: list[Figure], hunk: Hunk) -> bool:
    if {figure.unit for figure in went if figure.unit} & {figure.unit for figure in came if figure.unit}:
        return True
    return bool(_counted(went, hunk.old) & _counted(came, hunk.new))


def _counted(these: list[Figure], text: str) -> set[str]:
    """The words behind figures: what they count."""
    found = (re.search(re.escape(figure.text.strip()) + r"\s+([^\W\d_]{4,})", text) for figure in these)
    return {match[1].casefold() for match in found if match}


def _texts(these: list[Figure]) -> str:
    return ", ".join(figure.text.strip() for figure in these)


def _left_over(these: list[Figure], others: list[Figure], sort: str) -> list[Figure]:
    spare = Counter(map(worth, others))
    out = []
    for figure in these:
        if figure.sort != sort:
            continue
        if spare[worth(figure)]:
            spare[worth(figure)] -= 1
        elif not any(figure.value == other.value and not (figure.unit and other.unit) for other in others):
            out.append(figure)
    return out


def number(place: Place) -> list[str]:
    """Figures that differ in value or unit on both sides of an exchange."""
    return [f"a figure changed: {change}" for change in _changed_figures(place, "number")]


def date(place: Place) -> list[str]:
    """Dates and times of day that differ on both sides of an exchange."""
    return [f"a date or time changed: {change}" for change in _changed_figures(place, "date")]


def quote(place: Place) -> list[str]:
    """Words inside quotation marks that changed, came or went."""
    if place.change.op == "delete" and place.change.field == "body":
        gone = quotations(place.old[:3000])
        return [f"a quotation was taken out: “{shorten(gone[0], 80)}”"] if gone else []
    out: list[str] = []
    if place.change.op == "insert" or not (has_marks(place.old) or has_marks(place.new)):
        return out
    for hunk in place.hunks:
        changed = None if hunk.at_cut else quote_change(hunk)
        if not changed or looks_alike(hunk, place.language):
            continue
        was, now = (shorten(words, 80) for words in changed)
        if was and now:
            sentence = f"a quotation changed: “{was}” became “{now}”"
        else:
            sentence = f"a quotation was taken out: “{was}”" if was else f"a quotation was put in: “{now}”"
        if sentence not in out:
            out.append(sentence)
    return out


def name(place: Place) -> list[str]:
    """Names that stand in place of other names."""
    if not may_hold_name(place.exchanged) or place.is_reworded or (place.is_headline and is_title_case(place.new)):
        return []
    changed = [(hunk, names_changed(hunk)) for hunk in place.hunks]
    return [
        f"a name changed: {became(', '.join(both[0]), ', '.join(both[1]))}" for hunk, both in changed if both and not is_respelled(hunk)
    ]


def hedge(place: Place) -> list[str]:
    """A hedge, an attribution or a negation that changed, came or went; or marks of distance around words."""
    # a hunk may hold a part of such a word where words are not parted by blanks, and 不 alone
    worth_it = has_stance(place.exchanged) or not place.exchanged.isascii()
    changed = stance_changed([hunk for hunk in place.hunks if not hunk.at_cut]) if worth_it else None
    if changed and not place.is_reworded:
        went, came = changed
        if went and came:
            return [f"a claim was reworded: {became(', '.join(went), ', '.join(came))}"]
        return [f"“{', '.join(went)}” was taken out"] if went else [f"“{', '.join(came)}” was put in"]
    return _distance(place)


# Quotation marks around so many words at most keep a distance from them; around more they are a quotation.
_DISTANCED = 4


def _distance(place: Place) -> list[str]:
    """Quotation marks that were put around a few words, or taken from them, the words themselves unchanged."""
    if not has_marks(place.exchanged) or not QUOTE_MARKS.search(place.exchanged):
        return []
    segments = place.change.segments
    for k, (sign, text) in enumerate(segments):
        pair = segments[k + 1 : k + 3]
        around = len(pair) == 2 and pair[0][0] == "=" and pair[1][0] == sign and _only_marks(text) and _only_marks(pair[1][1])
        if sign != "=" and around and len(pair[0][1].split()) <= _DISTANCED:
            return [_DISTANCE[sign].format(words=shorten(pair[0][1], 60))]
    for hunk in place.hunks:
        marks = len(QUOTE_MARKS.findall(hunk.added)) - len(QUOTE_MARKS.findall(hunk.removed))
        if abs(marks) == 2 and hunk.words <= _DISTANCED and SAYS.sub("", plain(hunk.removed)) == SAYS.sub("", plain(hunk.added)):
            return [_DISTANCE["+" if marks > 0 else "-"].format(words=shorten(SAYS.sub(" ", hunk.added), 60))]
    return []


_DISTANCE = {"+": "quotation marks were put around “{words}”", "-": "quotation marks were taken from “{words}”"}


def _only_marks(text: str) -> bool:
    return bool(QUOTE_MARKS.search(text)) and not SAYS.sub("", text)


def typo(place: Place) -> list[str]:
    """Words whose spelling was mended."""
    respelled = [hunk for hunk in place.hunks if is_respelled(hunk)]
    return [f"the spelling changed: {became(hunk.removed.strip(), hunk.added.strip())}" for hunk in respelled]
