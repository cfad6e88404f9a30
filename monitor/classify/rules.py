"""What makes a kind: one table of named rules. Each rule says what it found in words that a reader understands.

A rule looks at one change and its hunks; what it finds is kept in the edit as evidence. The weight is how much a
reader should care, 0 to 100, before the place is considered: a figure in a headline weighs more than one in a caption.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from monitor.classify.figures import Figure, figures, may_hold_figure
from monitor.classify.hunks import Hunk, hunks_of
from monitor.classify.notes import correction_note
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
from monitor.model import Change
from monitor.text import fold, plain, shorten


class Place:
    """A change with what rules ask about it; what several rules ask is answered once."""

    __slots__ = ("_touched", "bare", "change", "exchanged", "hunks", "kept", "language", "new", "old")

    def __init__(self, change: Change, language: str) -> None:
        self.change = change
        self.language = language
        self.old = "".join([text for sign, text in change.segments if sign != "+"])
        self.new = "".join([text for sign, text in change.segments if sign != "-"])
        self.hunks = hunks_of(change, self.old, self.new) if self.old and self.new else []
        self.bare = fold(self.old), fold(self.new)
        exchanged = [text for sign, text in change.segments if sign != "="]
        # characters that both versions have
        self.kept = (len(self.old) + len(self.new) - sum(map(len, exchanged))) // 2
        # all words that went or came: what is found nowhere in it need not be looked for hunk by hunk
        self.exchanged = " | ".join(exchanged)
        self._touched: list[tuple[list[Figure], list[Figure]]] | None = None

    @property
    def looks_same(self) -> bool:
        return self.bare[0] == self.bare[1]

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
            self._touched = [_touched(hunk, self.language) for hunk in self.hunks] if may_hold_figure(self.exchanged) else []
        return self._touched


# A word is looked at as an edit of its own where the text that stayed is so many times longer than what changed.
_REWORDED = 1.3

Find = Callable[[Place], list[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`find` gives a sentence for each thing it found. Rules of a lower `step` that find something end the search."""

    kind: str
    weight: int
    step: int
    find: Find


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that held, and the sentence that says why."""

    kind: str
    weight: int
    reason: str


def findings(place: Place) -> list[Finding]:
    """What the table finds in a change. Steps are tried in turn: structure, then looks alone, then rewriting, then details."""
    found: list[Finding] = []
    last = RULES[-1].step
    for rule in _RULES_FOR.get(place.change.op, RULES) if place.old and place.new else _ONE_SIDED:
        if rule.step > last:
            break
        for reason in rule.find(place):
            found.append(Finding(rule.kind, rule.weight, reason))
            last = min(last, FINAL.get(rule.kind, last))
    return found


# --- structure ------------------------------------------------------------------------------------------------------


def _paragraph(op: str, sentence: str) -> Find:
    def find(place: Place) -> list[str]:
        change = place.change
        if change.op != op or change.field != "body":
            return []
        numbers = change.to_pars or change.from_pars
        text = shorten(place.new or place.old, 80)
        return [sentence.format(at=numbers[0], was=change.from_pars[0] if change.from_pars else 0, text=text)]

    return find


def _note(place: Place) -> list[str]:
    if place.change.field not in ("body", "caption", "subheading") or place.change.op == "delete":
        return []
    if len(place.exchanged) < 20 and place.change.op != "insert":
        return []
    added = " ".join(text for sign, text in place.change.segments if sign == "+")
    if not added or (len(added) < 20 and place.change.op != "insert"):
        return []
    text = place.new if len(place.new) <= 3000 else added[:3000]
    note = correction_note(text)
    if not note or (place.old and correction_note(place.old[:3000]) and len(added) < 40):
        return []
    return [f"a correction note came: “{shorten(text, 120)}”"]


# --- looks ----------------------------------------------------------------------------------------------------------

_QUOTE_MARKS = re.compile("[\"“”„«»「」『』〝〞＂]|(?<![^\\W\\d_])[‘'’]|[’'](?![^\\W\\d_])")
_MARKS = re.compile(r"[^\w\s]")
_SAYS = re.compile(r"[\W_]+")
_SAID = re.compile(r"[^\W_]")


def _typography(place: Place) -> list[str]:
    if place.change.op in ("insert", "delete"):
        return []
    if place.looks_same:
        return ["only white space or invisible characters differ"] if place.old != place.new and place.change.op != "move" else []
    if place.hunks and all(looks_alike(hunk, place.language) for hunk in place.hunks):
        return [f"only typography differs: {_became(place.hunks[0].removed, place.hunks[0].added)}"]
    return []


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
    if _SAYS.sub("", plain(hunk.removed)) != _SAYS.sub("", plain(hunk.added)):
        return False
    if "?" in hunk.removed + hunk.added and hunk.removed.count("?") != hunk.added.count("?"):
        return False
    was, now = _touched(hunk, language)
    if Counter(map(_worth, was)) != Counter(map(_worth, now)):
        return False
    return len(_QUOTE_MARKS.findall(hunk.removed)) == len(_QUOTE_MARKS.findall(hunk.added))


def _parts(text: str) -> int:
    """Words parted by blanks or hyphens, where nothing else stands beside letters; else 0."""
    parts = _HYPHEN.sub(" ", text)
    return 0 if _MARKS.search(parts) else len(parts.split())


_HYPHEN = re.compile(r"(?<=[^\W_])[-‐‑](?=[^\W_])")


# --- rewriting ------------------------------------------------------------------------------------------------------

# Fewer exchanged characters than this are no rewriting. East Asian text says more in one; where hardly anything was
# kept, half as many will do.
_REWRITTEN_LEAST = 40
_REWRITTEN_LEAST_EAST = 14
_HARDLY = 0.1


def _rewritten(place: Place) -> list[str]:
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


# --- details --------------------------------------------------------------------------------------------------------


# In a longer exchange a figure, date or name has no counterpart that a reader would name.
_DETAIL = 160


def _touched(hunk: Hunk, language: str) -> tuple[list[Figure], list[Figure]]:
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


def _worth(figure: Figure) -> tuple[str, str, str]:
    return figure.sort, figure.value, figure.unit


def _changed_figures(place: Place, sort: str) -> list[str]:
    out = []
    for hunk, (old, new) in zip(place.hunks, place.touched, strict=False):
        if hunk.at_cut or not old or not new:
            continue
        went = _left_over(old, new, sort)
        came = _left_over(new, old, sort)
        if went and came and (hunk.words <= _EXCHANGE or _same_thing(went, came, hunk)):
            out.append(_became(_texts(went), _texts(came)))
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
    spare = Counter(map(_worth, others))
    out = []
    for figure in these:
        if figure.sort != sort:
            continue
        if spare[_worth(figure)]:
            spare[_worth(figure)] -= 1
        elif not any(figure.value == other.value and not (figure.unit and other.unit) for other in others):
            out.append(figure)
    return out


def _number(place: Place) -> list[str]:
    return [f"a figure changed: {change}" for change in _changed_figures(place, "number")]


def _date(place: Place) -> list[str]:
    return [f"a date or time changed: {change}" for change in _changed_figures(place, "date")]


def _quote(place: Place) -> list[str]:
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


def _name(place: Place) -> list[str]:
    if not may_hold_name(place.exchanged) or place.is_reworded or (place.is_headline and is_title_case(place.new)):
        return []
    changed = [(hunk, names_changed(hunk)) for hunk in place.hunks]
    return [
        f"a name changed: {_became(', '.join(both[0]), ', '.join(both[1]))}" for hunk, both in changed if both and not is_respelled(hunk)
    ]


def _hedge(place: Place) -> list[str]:
    # a hunk may hold a part of such a word where words are not parted by blanks, and 不 alone
    worth_it = has_stance(place.exchanged) or not place.exchanged.isascii()
    changed = stance_changed([hunk for hunk in place.hunks if not hunk.at_cut]) if worth_it else None
    if changed and not place.is_reworded:
        went, came = changed
        if went and came:
            return [f"a claim was reworded: {_became(', '.join(went), ', '.join(came))}"]
        return [f"“{', '.join(went)}” was taken out"] if went else [f"“{', '.join(came)}” was put in"]
    return _distance(place)


# Quotation marks around so many words at most keep a distance from them; around more they are a quotation.
_DISTANCED = 4


def _distance(place: Place) -> list[str]:
    """Quotation marks that were put around a few words, or taken from them, the words themselves unchanged."""
    if not has_marks(place.exchanged) or not _QUOTE_MARKS.search(place.exchanged):
        return []
    segments = place.change.segments
    for k, (sign, text) in enumerate(segments):
        pair = segments[k + 1 : k + 3]
        around = len(pair) == 2 and pair[0][0] == "=" and pair[1][0] == sign and _only_marks(text) and _only_marks(pair[1][1])
        if sign != "=" and around and len(pair[0][1].split()) <= _DISTANCED:
            return [_DISTANCE[sign].format(words=shorten(pair[0][1], 60))]
    for hunk in place.hunks:
        marks = len(_QUOTE_MARKS.findall(hunk.added)) - len(_QUOTE_MARKS.findall(hunk.removed))
        if abs(marks) == 2 and hunk.words <= _DISTANCED and _SAYS.sub("", plain(hunk.removed)) == _SAYS.sub("", plain(hunk.added)):
            return [_DISTANCE["+" if marks > 0 else "-"].format(words=shorten(_SAYS.sub(" ", hunk.added), 60))]
    return []


_DISTANCE = {"+": "quotation marks were put around “{words}”", "-": "quotation marks were taken from “{words}”"}


def _only_marks(text: str) -> bool:
    return bool(_QUOTE_MARKS.search(text)) and not _SAYS.sub("", text)


def _typo(place: Place) -> list[str]:
    respelled = [hunk for hunk in place.hunks if is_respelled(hunk)]
    return [f"the spelling changed: {_became(hunk.removed.strip(), hunk.added.strip())}" for hunk in respelled]


def _became(was: str, now: str) -> str:
    return f"“{shorten(was, 60)}” → “{shorten(now, 60)}”"


# --- the table ------------------------------------------------------------------------------------------------------

RULES: tuple[Rule, ...] = (
    # kind               weight step  what is looked for
    Rule("correction-note", 50, 0, _note),
    Rule("paragraph-added", 9, 0, _paragraph("insert", "paragraph {at} was added: “{text}”")),
    Rule("paragraph-removed", 26, 0, _paragraph("delete", "paragraph {at} was taken out: “{text}”")),
    Rule("paragraph-moved", 3, 0, _paragraph("move", "paragraph {was} moved to {at}")),
    Rule("paragraph-split", 1, 0, _paragraph("split", "paragraph {was} was split")),
    Rule("paragraph-merged", 1, 0, _paragraph("merge", "paragraphs were merged into paragraph {at}")),
    Rule("typography", 0, 1, _typography),
    Rule("rewritten", 38, 2, _rewritten),
    Rule("typo", 3, 3, _typo),
    Rule("number", 42, 3, _number),
    Rule("quote", 40, 3, _quote),
    Rule("name", 40, 3, _name),
    Rule("hedge", 34, 3, _hedge),
    Rule("date", 22, 3, _date),
)
# Once one of these holds, later steps have nothing to say: what only looks different means the same, and the details
# of a rewriting are no edits of details.
FINAL = {"typography": 1, "rewritten": 2}
# What only came or only went has no details to compare.
_STRUCTURE = {
    "insert": "paragraph-added",
    "delete": "paragraph-removed",
    "move": "paragraph-moved",
    "split": "paragraph-split",
    "merge": "paragraph-merged",
}
_RULES_FOR = {
    op: tuple(rule for rule in RULES if rule.kind not in _STRUCTURE.values() or rule.kind == _STRUCTURE.get(op))
    for op in ("replace", *_STRUCTURE)
}
_ONE_SIDED = tuple(rule for rule in RULES if rule.step == 0 or rule.kind == "quote")
