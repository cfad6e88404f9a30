"""A word spelled right that was spelled wrong: told from a new word, from grammar, and from a name. Without a dictionary."""

import re

from rapidfuzz.distance import OSA

from monitor.classify.figures import may_hold_figure
from monitor.classify.han import is_han, is_slip
from monitor.classify.hunks import Hunk

# Pairs that differ by a letter or two and are both right words: an edit of meaning, not of spelling.
_PAIRS = """
    form/from woman/women began/begun became/become wrote/write came/come gave/give grew/grow knew/know held/hold
    spoke/speak broke/break drove/drive rose/rise three/there their/there these/those this/that here/there when/then
    them/then more/most first/fist house/hours four/hour fire/five fire/hire near/year last/late north/south mother/father
    mother/brother latest/largest seven/eleven later/latest could/would would/could should/would might/right fight/right
    night/right black/block killed/filled killing/filling march/match state/stage public/publicly east/west least/last
    month/mouth fifth/fifty sixth/sixty than/then were/where with/will said/says some/same home/some most/must made/make
    take/took team/term trial/trail party/parts price/prize board/broad found/fund lead/led loose/lose life/live much/such
    face/fact cost/most
"""
_BOTH_RIGHT = frozenset(frozenset(pair.split("/")) for pair in _PAIRS.split())
_VOWELS = frozenset("aeiouyаеёиоуыэюя")
# A change of these endings, or of one of them to none, is grammar.
_SUFFIXES = """
    s es d ed ing n en ly er ers or ors r rs y ies ied e al ian an ic ish ive ion ions t st est а у ы и е о й я ю ь ой ый ая
    ое ые ом ем ам ах ов ев ет ит л ла ло ли ть ся
"""
_ENDINGS = frozenset(["", *_SUFFIXES.split()])


def is_respelled(hunk: Hunk) -> bool:
    """Whether a hunk mends the spelling of a word: letters, a doubled word, or where words are parted."""
    old, new = hunk.removed.strip(), hunk.added.strip()
    if not new and old and _doubled(hunk):
        return True
    if old.isascii() and new.isascii():
        if old.isalpha() and new.isalpha():
            return not hunk.at_cut and _is_misspelling(old, new) and not (may_hold_figure(old) and may_hold_figure(new))
    elif is_han(old + new):
        return is_slip(hunk)
    if not old or not new or hunk.at_cut:
        return False
    if old.replace(" ", "").casefold() == new.replace(" ", "").casefold():
        return old.casefold() != new.casefold() and not (may_hold_figure(old) and may_hold_figure(new))
    old, new = old.replace("-", " "), new.replace("-", " ")
    first, second = old.split(), new.split()
    if len(first) != len(second) or len(first) > 3:
        return False
    differ = [(a, b) for a, b in zip(first, second, strict=True) if a != b]
    if not differ or not all(_is_misspelling(a.strip(".,;:!?\"'“”‘’()"), b.strip(".,;:!?\"'“”‘’()")) for a, b in differ):
        return False
    return not (may_hold_figure(old) and may_hold_figure(new))


def _doubled(hunk: Hunk) -> bool:
    word = hunk.removed.strip()
    if not word.isalpha() or hunk.old.count(word) < 2:
        return False
    return word in (*hunk.old[: hunk.old_start].rsplit(maxsplit=1)[-1:], *hunk.old[hunk.old_end :].split(maxsplit=1)[:1])


# Letters by which a misspelt word may be longer: one, and `'s`.
_LONGER = 3
_POSSESSIVE = re.compile("['’]s$")


def _is_misspelling(old: str, new: str) -> bool:
    if abs(len(old) - len(new)) > _LONGER:
        return False
    if "'" in old + new or "’" in old + new:
        old, new = _POSSESSIVE.sub("", old), _POSSESSIVE.sub("", new)
    if min(len(old), len(new)) < 4 or not (old + new).isalpha() or max(old + new) > "\u24ff":
        return False
    one, other = old.casefold(), new.casefold()
    if one == other or frozenset((one, other)) in _BOTH_RIGHT:
        return False
    distance = OSA.distance(one, other, score_cutoff=2)
    if distance > 1:
        return distance == 2 and sorted(one) == sorted(other)
    if sorted(one) == sorted(other):
        return True
    same = next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if one[same:] in _ENDINGS and other[same:] in _ENDINGS:
        return False
    if same == 0 and (distance == len(one) - len(other) or len(one) == len(other) < 7):
        return False  # another first letter makes another word more often than it mends one
    # one vowel for another in a short word: tense or number, like `run` and `ran`
    return not (len(one) == len(other) < 6 and one[same] in _VOWELS and other[same] in _VOWELS)
