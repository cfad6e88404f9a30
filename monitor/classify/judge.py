"""The judgement of an edit: what the rules found, weighed, in words a reader understands."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from monitor.classify.disclosure import disclosed
from monitor.classify.han import is_han
from monitor.classify.looks import looks_alike
from monitor.classify.notes import correction_note
from monitor.classify.place import Place
from monitor.classify.rules import Finding, findings
from monitor.classify.version import Version
from monitor.model import KINDS, Change, Event, Judgement, Level, Severity, Source
from monitor.text import fold, shorten

# How much a reader should care that a field differs at all, before what differs in it is weighed.
_FIELDS = {"headline": 36, "subheading": 20, "byline": 22, "section": 4, "caption": 12, "body": 12, "feed-headline": 15, "feed-summary": 8}
# The same finding weighs more where everybody reads it.
_EMPHASIS = {"headline": 1.3, "subheading": 1.1, "caption": 0.7, "feed-headline": 0.8, "feed-summary": 0.5}
_EVENTS = {"gone": (75, "the article is gone"), "restored": (40, "the article is back"), "reverted": (40, "an earlier text came back")}
_UNDISCLOSED = 16
# Scores from which an edit is of medium and of high severity. A reworded headline is medium, a figure in it high.
_MEDIUM, _HIGH = 30, 60
_MOST_REASONS = 6
_MOST_EVIDENCE = 60
# Body texts of fewer characters are too short to be called rewritten; so are those that keep more than this share.
_WHOLE_REWRITE_LEAST = 60
_WHOLE_REWRITE_KEPT = 0.3


class _Judged(NamedTuple):
    """A change that is not `equal`, what was found in it, and whether it matters: not looks or spelling alone.

    A tuple, because a long edited text has hundreds.
    """

    change: Change
    found: list[Finding]
    matters: bool
    differs: bool


def judge(old: Version, new: Version, changes: Sequence[Change], *, event: Event, source: Source, language: str | None) -> Judgement:
    """Kinds, severity, and disclosure of what `compare` found.

    `source` tells whose text it is; a feed's words beside a page never make an edit of the article.
    """
    tongue = language or new.content.language or old.content.language or ""
    judged = [_judged(Place(change, tongue)) for change in changes if change.op != "equal"]
    rewritten = _is_rewritten(changes)
    if rewritten:
        judged = [_as_rewritten(one) for one in judged]
    notes = [finding.reason for one in judged for finding in one.found if finding.kind == "correction-note"]
    own_text = any(one.differs and not one.change.field.startswith("feed-") for one in judged)
    told, proof = disclosed(old, new, text_changed=own_text, notes=notes)
    if event == "gone":
        told, proof = None, "the article is gone; its text repeats what was read last"
    severity = _severity([one for one in judged if not _is_echo(one, new)], event, told, rewritten)
    if severity.score == 0 and any(_is_echo(one, new) for one in judged):
        severity = Severity("noise", 0, ("the feed follows the headline of the page",))
    return Judgement(
        kinds=_kinds(judged, event, rewritten),
        severity=severity,
        disclosed=told,
        changes=_marked(changes, judged),
        evidence=(*_evidence(judged), proof),
    )


def _judged(place: Place) -> _Judged:
    found = findings(place)
    differs = place.change.op in ("move", "split", "merge") or not place.looks_same
    if not found:
        return _Judged(place.change, found, differs, differs)
    kinds = {finding.kind for finding in found}
    matters = differs and "typography" not in kinds and not (kinds <= _TRIFLES and _only_trifles(place, found))
    return _Judged(place.change, found, matters, differs)


_TRIFLES = {"typography", "typo", "paragraph-moved", "paragraph-split", "paragraph-merged"}


def _only_trifles(place: Place, found: list[Finding]) -> bool:
    """Whether spelling, looks and a new place are all there is to a change."""
    # another Han character is a slip more often than not, but it may as well be another minister
    slips = sum(is_han((hunk.removed + hunk.added).strip()) for hunk in place.hunks)
    spelled = sum(finding.kind == "typo" for finding in found)
    return spelled - slips + sum(looks_alike(hunk, place.language) for hunk in place.hunks) >= len(place.hunks)


def _is_echo(one: _Judged, new: Version) -> bool:
    """Whether a feed only took over the headline that the page has already: told once, with the page's own edit."""
    if not one.change.field.startswith("feed-headline"):
        return False
    text = "".join(text for sign, text in one.change.segments if sign != "-")
    return bool(text) and fold(text) == fold(new.content.title)


# --- the whole text -------------------------------------------------------------------------------------------------


def _is_rewritten(changes: Sequence[Change]) -> bool:
    """Whether neither version's body holds much of the other."""
    segments = [segment for change in changes if change.field == "body" for segment in change.segments]
    sizes = {sign: sum([len(text) * (3 if text > "⺀" else 1) for mark, text in segments if mark == sign]) for sign in "=-+"}
    same, old, new = sizes["="], sizes["="] + sizes["-"], sizes["="] + sizes["+"]
    return min(old, new) >= _WHOLE_REWRITE_LEAST and same < _WHOLE_REWRITE_KEPT * min(old, new)


def _as_rewritten(one: _Judged) -> _Judged:
    if one.change.field != "body" or not one.differs:
        return one
    return one._replace(found=[finding for finding in one.found if finding.kind == "correction-note"])


# --- kinds ----------------------------------------------------------------------------------------------------------


def _field_kind(change: Change) -> str:
    field = change.field
    return field.split(":", 1)[0] if ":" in field else field


def _marked(changes: Sequence[Change], judged: Sequence[_Judged]) -> tuple[Change, ...]:
    """The changes with their own kinds."""
    found = {id(one.change): one.found for one in judged if one.found}
    if not found:
        return tuple(changes)
    return tuple(
        [
            replace(change, kinds=_ordered(finding.kind for finding in found[id(change)])) if id(change) in found else change
            for change in changes
        ]
    )


def _kinds(judged: Sequence[_Judged], event: Event, rewritten: bool) -> tuple[str, ...]:
    kinds = {_field_kind(one.change) for one in judged}
    # what a feed's own words are made of stays with the change: the edit is named by what the article says
    kinds |= {finding.kind for one in judged if not one.change.field.startswith("feed-") for finding in one.found}
    if rewritten:
        kinds.add("rewritten")
    if event in _EVENTS:
        kinds.add(event)
    return _ordered(kinds)


def _ordered(kinds: Iterable[str]) -> tuple[str, ...]:
    present = set(kinds)
    return tuple(kind for kind in KINDS if kind in present)


# --- severity -------------------------------------------------------------------------------------------------------


def _severity(judged: Sequence[_Judged], event: Event, told: bool | None, rewritten: bool) -> Severity:
    weighed: list[tuple[float, str]] = []
    if event in _EVENTS:
        weighed.append(_EVENTS[event])
    if rewritten:
        weighed.append((60.0, "the text was written anew"))
    for one in judged:
        if one.found:
            field = _field_kind(one.change)
            emphasis = _EMPHASIS.get(field, 1.0)
            weighed += [(finding.weight * emphasis, _placed(finding.reason, field)) for finding in one.found if finding.weight]
        if one.change.op == "delete" and (correction_note(_text(one.change)[:2000])):
            weighed.append((45.0, "a correction note was taken out"))
    weighed += _field_weights(judged)
    if not weighed:
        return Severity("noise", 0, ("only looks differ: marks, blanks or case",) if any(one.differs for one in judged) else ())
    matters = any(one.matters for one in judged) or event in _EVENTS or rewritten
    if told is False and matters:
        weighed.append((_UNDISCLOSED, "not disclosed: the stamp did not move and no correction note came"))
    weighed.sort(key=lambda item: -item[0])
    score = min(100, round(_together(weight for weight, _ in weighed)))
    reasons = tuple(dict.fromkeys(reason for _, reason in weighed if reason))[:_MOST_REASONS]
    return Severity(_level(score), score, reasons)


def _together(weights: Iterable[float]) -> float:
    """Weights, heaviest first, as one score: each takes its share of what is left to 100, later ones less and less."""
    left, share = 1.0, 1.0
    for weight in weights:
        left *= 1 - min(weight, 95) / 100 * share
        share *= 0.7
    return 100 * (1 - left)


def _field_weights(judged: Sequence[_Judged]) -> list[tuple[float, str]]:
    """One weight for each field that differs in more than looks; spelling alone weighs a quarter."""
    heaviest: dict[str, tuple[float, str]] = {}
    for one in judged:
        if not one.differs or (one.found and {finding.kind for finding in one.found} == {"typography"}):
            continue
        field = _field_kind(one.change)
        weight = _FIELDS[field] * (1.0 if one.matters else 0.25)
        if field == "body" and one.change.op in ("move", "split", "merge") and not one.matters:
            weight = 2.0
        if weight > heaviest.get(field, (0.0, ""))[0]:
            is_told = any(finding.kind == "rewritten" for finding in one.found)  # with both texts
            heaviest[field] = (weight, "" if is_told else _field_reason(one.change, field))
    return list(heaviest.values())


def _field_reason(change: Change, field: str) -> str:
    old = shorten("".join(text for sign, text in change.segments if sign != "+"), 70)
    new = shorten("".join(text for sign, text in change.segments if sign != "-"), 70)
    names = {"feed-headline": "the feed's headline", "feed-summary": "the feed's summary", "body": "the text"}
    name = names.get(field, f"the {field}")
    if field == "body" or change.op in ("insert", "delete", "move"):
        verb = "came" if change.op == "insert" and field != "body" else "went" if change.op == "delete" and field != "body" else "changed"
        return f"{name} {verb}"
    return f"{name} changed: “{old}” → “{new}”"


def _placed(reason: str, field: str) -> str:
    return (
        f"{field}: {reason}"
        if field in ("headline", "subheading", "caption", "feed-headline", "feed-summary") and field not in reason
        else reason
    )


def _level(score: int) -> Level:
    return "high" if score >= _HIGH else "medium" if score >= _MEDIUM else "low"


# --- proof ----------------------------------------------------------------------------------------------------------


def _evidence(judged: Sequence[_Judged]) -> tuple[str, ...]:
    lines = []
    for one in judged:
        if not one.found:
            continue
        numbers = one.change.to_pars or one.change.from_pars
        place = f"{one.change.field} {numbers[0]}" if one.change.field in ("body", "caption") and numbers else one.change.field
        lines += [f"{finding.kind} ({place}): {finding.reason}" for finding in one.found]
    return tuple(lines[:_MOST_EVIDENCE])


def _text(change: Change) -> str:
    return "".join(text for _, text in change.segments)
