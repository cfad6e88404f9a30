"""What makes a kind: one table of named rules. Each rule says what it found in words that a reader understands.

A rule looks at one change and its hunks; what it finds is kept in the edit as evidence. The weight is how much a
reader should care, 0 to 100, before the place is considered: a figure in a headline weighs more than one in a caption.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from monitor.classify import details, looks
from monitor.classify.figures import FIGURE_WORDS
from monitor.classify.notes import correction_note
from monitor.classify.place import Place
from monitor.classify.speech import STANCE_WORDS
from monitor.classify.vocabulary import holds_one_of
from monitor.text import shorten

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
    for rule in _rules_for(place):
        if rule.step > last:
            break
        for reason in rule.find(place):
            found.append(Finding(rule.kind, rule.weight, reason))
            last = min(last, FINAL.get(rule.kind, last))
    return found


def _rules_for(place: Place) -> tuple[Rule, ...]:
    if not place.old or not place.new:
        return _ONE_SIDED
    return (_PLAIN if _is_plain(place.exchanged) else _BY_OP)[place.change.op]


def _is_plain(text: str) -> bool:
    """Whether these words are neither figures, names nor hedges, and no mark stands between them: most edits, told at once."""
    return _SMALL_WORDS.match(text) is not None and not _holds_more_than_words(text)


_SMALL_WORDS = re.compile(r"[a-z |]*\Z")


_holds_more_than_words = holds_one_of([*FIGURE_WORDS, *STANCE_WORDS])


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


# --- the table ------------------------------------------------------------------------------------------------------

RULES: tuple[Rule, ...] = (
    # kind               weight step  what is looked for
    Rule("correction-note", 50, 0, _note),
    Rule("paragraph-added", 9, 0, _paragraph("insert", "paragraph {at} was added: “{text}”")),
    Rule("paragraph-removed", 26, 0, _paragraph("delete", "paragraph {at} was taken out: “{text}”")),
    Rule("paragraph-moved", 3, 0, _paragraph("move", "paragraph {was} moved to {at}")),
    Rule("paragraph-split", 1, 0, _paragraph("split", "paragraph {was} was split")),
    Rule("paragraph-merged", 1, 0, _paragraph("merge", "paragraphs were merged into paragraph {at}")),
    Rule("typography", 0, 1, looks.typography),
    Rule("rewritten", 38, 2, looks.rewritten),
    Rule("typo", 3, 3, details.typo),
    Rule("number", 42, 3, details.number),
    Rule("quote", 40, 3, details.quote),
    Rule("name", 40, 3, details.name),
    Rule("hedge", 34, 3, details.hedge),
    Rule("date", 22, 3, details.date),
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
_BY_OP = {
    op: tuple(rule for rule in RULES if rule.kind not in _STRUCTURE.values() or rule.kind == _STRUCTURE.get(op))
    for op in ("replace", "equal", *_STRUCTURE)
}
# Rules that ask for figures, capitals, hedging words or marks in what was exchanged.
_OF_MORE_THAN_WORDS = ("number", "name", "hedge", "date")
_PLAIN = {op: tuple(rule for rule in rules if rule.kind not in _OF_MORE_THAN_WORDS) for op, rules in _BY_OP.items()}
_ONE_SIDED = tuple(rule for rule in RULES if rule.step == 0 or rule.kind == "quote")
