"""What makes a kind: one table of named rules. Each rule says what it found in words that a reader understands.

A rule looks at one change and its hunks; what it finds is kept in the edit as evidence. The weight is how much a
reader should care, 0 to 100, before the place is considered: a figure in a headline weighs more than one in a caption.
"""

import functools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from monitor.classify.figures import Figure, figures, may_hold_figure
from monitor.classify.hunks import Hunk
from monitor.classify.notes import correction_note
from monitor.classify.speech import is_title_case, names_changed, quotations, quote_change, stance_changed
from monitor.model import Change
from monitor.text import fold, plain, shorten


@dataclass(frozen=True, slots=True)
class Place:
    """A change with what rules ask about it."""

    change: Change
    hunks: tuple[Hunk, ...]
    old: str
    new: str
    language: str

    @property
    def is_headline(self) -> bool:
        return self.change.field == "headline" or self.change.field.startswith("feed-headline")


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
    for rule in RULES:
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


def _typography(place: Place) -> list[str]:
    if place.change.op in ("insert", "delete"):
        return []
    if fold(place.old) == fold(place.new):
        return ["only white space or invisible characters differ"] if place.old != place.new and place.change.op != "move" else []
    if place.hunks and all(looks_alike(hunk, place.language) for hunk in place.hunks):
        return [f"only typography differs: {_became(place.hunks[0].removed, place.hunks[0].added)}"]
    return []


def looks_alike(hunk: Hunk, language: str) -> bool:
    """Whether both sides say the same letters and figures, so that only marks, blanks or case differ."""
    if hunk.at_cut:
        return True
    if hunk.removed.strip() and hunk.added.strip() and _parts(hunk.removed) != _parts(hunk.added):
        return False  # `setup` and `set up`: spelling
    if _SAYS.sub("", plain(hunk.removed)) != _SAYS.sub("", plain(hunk.added)):
        return False
    if "?" in hunk.removed + hunk.added and hunk.removed.count("?") != hunk.added.count("?"):
        return False
    old, new = _touched(hunk, language)
    if Counter(map(_worth, old)) != Counter(map(_worth, new)):
        return False
    return len(_QUOTE_MARKS.findall(hunk.removed)) == len(_QUOTE_MARKS.findall(hunk.added))


def _parts(text: str) -> int:
    """Words parted by blanks, where nothing but letters and blanks stands; else 0."""
    return 0 if _MARKS.search(text) else len(text.split())


# --- rewriting ------------------------------------------------------------------------------------------------------

# Fewer exchanged characters than this are no rewriting, however little was kept. East Asian text says more in one.
_REWRITTEN_LEAST = 40
_REWRITTEN_LEAST_EAST = 14


def _rewritten(place: Place) -> list[str]:
    exchanged = sum(max(len(hunk.removed), len(hunk.added)) for hunk in place.hunks if hunk.removed and hunk.added)
    kept = sum(len(text) for sign, text in place.change.segments if sign == "=")
    least = _REWRITTEN_LEAST if place.new.isascii() or max(map(ord, place.new or " ")) < 0x1100 else _REWRITTEN_LEAST_EAST
    if exchanged <= least or exchanged <= kept:
        return []
    what = "the headline" if place.is_headline else "a paragraph" if place.change.field == "body" else "the text"
    return [f"{what} was rewritten: “{shorten(place.old, 80)}” became “{shorten(place.new, 80)}”"]


# --- details --------------------------------------------------------------------------------------------------------


# In a longer exchange a figure, date or name has no counterpart that a reader would name.
_DETAIL = 160


@functools.lru_cache(maxsize=256)
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
    for hunk in place.hunks:
        if hunk.at_cut:
            continue
        old, new = _touched(hunk, place.language)
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
        return [f"a quotation was taken out: “{shorten(gone[0][2], 80)}”"] if gone else []
    out: list[str] = []
    for hunk in place.hunks:
        if place.change.op == "insert" or hunk.at_cut or looks_alike(hunk, place.language):
            continue
        changed = quote_change(hunk)
        if not changed:
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
    if place.is_headline and is_title_case(place.new):
        return []
    changed = [names_changed(hunk) for hunk in place.hunks if not _is_respelled(hunk)]
    return [f"a name changed: {_became(', '.join(went), ', '.join(came))}" for went, came in filter(None, changed)]


def _hedge(place: Place) -> list[str]:
    changed = stance_changed([hunk for hunk in place.hunks if not hunk.at_cut])
    if changed:
        went, came = changed
        if went and came:
            return [f"a claim was reworded: {_became(', '.join(went), ', '.join(came))}"]
        return [f"“{', '.join(went)}” was taken out"] if went else [f"“{', '.join(came)}” was put in"]
    for hunk in place.hunks:
        if hunk.words <= _DISTANCED and _SAYS.sub("", plain(hunk.removed)) == _SAYS.sub("", plain(hunk.added)):
            marks = len(_QUOTE_MARKS.findall(hunk.removed)), len(_QUOTE_MARKS.findall(hunk.added))
            if abs(marks[0] - marks[1]) == 2:
                return [f"quotation marks were {'put around' if marks[1] > marks[0] else 'taken from'} words"]
    return []


# Quotation marks around so many words at most keep a distance from them; around more they are a quotation.
_DISTANCED = 4

# Pairs that differ by a letter or two and are both right words: an edit of meaning, not of spelling.
_BOTH_RIGHT = frozenset(
    frozenset(pair.split("/"))
    for pair in "form/from woman/women began/begun became/become wrote/write came/come gave/give grew/grow knew/know held/hold spoke/speak broke/break"
    " drove/drive rose/rise three/there their/there these/those this/that here/there when/then them/then more/most first/fist house/hours four/hour"
    " fire/five fire/hire near/year last/late north/south mother/father mother/brother latest/largest seven/eleven later/latest could/would would/could"
    " should/would might/right fight/right night/right black/block killed/filled killing/filling march/match state/stage public/publicly east/west"
    " least/last month/mouth fifth/fifty sixth/sixty than/then were/where with/will said/says some/same home/some most/must made/make take/took"
    " team/term trial/trail party/parts price/prize board/broad found/fund lead/led loose/lose life/live much/such face/fact cost/most".split()
)
_VOWELS = frozenset("aeiouyаеёиоуыэюя")
# A change of these endings is grammar.
_ENDINGS = frozenset(
    ["", "s", "es", "d", "ed", "ing", "n", "en", "ly", "er", "ers", "or", "ors", "r", "rs", "y", "ies", "ied", "e", "al", "ian", "an", "ic", "ish", "ive", "ion", "ions"]
    + ["t", "st", "est", "а", "у", "ы", "и", "е", "о", "й", "я", "ю", "ь", "ой", "ый", "ая", "ое", "ые", "ом", "ем", "ам", "ах", "ов", "ев", "ет", "ит", "л", "ла", "ло", "ли", "ть", "ся"]
)  # fmt: skip


def _typo(place: Place) -> list[str]:
    respelled = [hunk for hunk in place.hunks if _is_respelled(hunk)]
    return [f"a spelling was put right: {_became(hunk.removed.strip(), hunk.added.strip())}" for hunk in respelled]


def _is_respelled(hunk: Hunk) -> bool:
    old, new = hunk.removed.strip(), hunk.added.strip()
    if not new and old and (_doubled(hunk)):
        return True
    if not old or not new or hunk.at_cut:
        return False
    if old.replace(" ", "").casefold() == new.replace(" ", "").casefold():
        return old.casefold() != new.casefold()
    first, second = old.split(), new.split()
    if len(first) != len(second) or len(first) > 3:
        return False
    differ = [(a, b) for a, b in zip(first, second, strict=True) if a != b]
    return bool(differ) and all(_is_misspelling(a.strip(".,;:!?\"'“”‘’()"), b.strip(".,;:!?\"'“”‘’()")) for a, b in differ)


def _doubled(hunk: Hunk) -> bool:
    word = hunk.removed.strip()
    around = hunk.old[: hunk.old_start].split()[-1:] + hunk.old[hunk.old_end :].split()[:1]
    return word.isalpha() and word in around


def _is_misspelling(old: str, new: str) -> bool:
    if min(len(old), len(new)) < 4 or not (old + new).isalpha() or max(map(ord, old + new)) > 0x24FF:
        return False
    one, other = old.casefold(), new.casefold()
    if one == other or frozenset((one, other)) in _BOTH_RIGHT:
        return False
    if sorted(one) == sorted(other):
        return OSA.distance(one, other) <= 2
    distance = OSA.distance(one, other)
    if distance > (2 if min(len(one), len(other)) >= 8 else 1):
        return False
    same = next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if one[same:] in _ENDINGS and other[same:] in _ENDINGS:
        return False
    if same == 0 and distance == len(one) - len(other) or same == 0 and len(one) == len(other) and len(one) < 7:
        return False  # another first letter makes another word more often than it mends one
    # one vowel for another in a short word: tense or number, like `run` and `ran`
    return not (len(one) == len(other) < 6 and one[same] in _VOWELS and other[same] in _VOWELS)


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
