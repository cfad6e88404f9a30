"""What is said and by whom: quotations, names, and the words that make a claim weaker or stronger."""

import functools
import re
import unicodedata
from collections import Counter
from typing import NamedTuple

from monitor.classify.han import names_by_sound
from monitor.classify.hunks import Hunk
from monitor.classify.vocabulary import any_of, holds_one_of, meanings, one_of

# --- quotations -----------------------------------------------------------------------------------------------------

_QUOTED = re.compile(
    '["“„«「『〝＂](?P<inside>[^"“”„«»「」『』〝〞＂]{2,1200})["”“»」』〞＂]'
    "|(?<![^\\W\\d_])[‘'](?P<single>[^‘’'\n]{1,300}(?:['’][^\\W\\d_][^‘’'\n]{0,300})*)[’'](?![^\\W\\d_])"
)
_MARK = re.compile("[\"“”„«»「」『』〝〞＂‘’']|&quot;")
# Fewer words inside quotation marks are a title, a nickname or distance, not speech.
_SPEECH_WORDS = 3
_SINGLE_WORDS = 4  # within ‘ ’, which mark titles and thoughts as well
_SPEECH_CHARACTERS = 8
# Where Chinese and Japanese introduce speech: a word of saying, in the same clause, so many characters before.
_SAYING = 8
_SAID = re.compile("(?:[:：說说道曰言批轟斥籲]|(?<![名簡简又人])[稱称](?![呼號号為为作])|指(?![數数定]))[^，。！？；、]*$")


def quotations(text: str) -> list[str]:
    """The words that stand inside quotation marks and are long enough to be speech."""
    return _quoted(text, 0, len(text))


def _quoted(text: str, start: int, end: int) -> list[str]:
    """The quotations that the place touches."""
    out: list[str] = []
    if not has_marks(text):
        return out
    # feeds that escape twice: the mark is as long as its name, so that places stay what they are
    for found in _QUOTED.finditer(text.replace("&quot;", '"     ')):
        group = "inside" if found["inside"] else "single"
        if found.start(group) <= end and start <= found.end(group):
            before = found.string[max(0, found.start() - _SAYING) : found.start()]
            if _is_speech(found[group], before, least=_SPEECH_WORDS if group == "inside" else _SINGLE_WORDS):
                out.append(found[group])
    return out


def _is_speech(inside: str, before: str, *, least: int) -> bool:
    if len(inside.split()) >= least:
        return True
    if inside.isascii() or " " in inside.strip():
        return False
    # without blanks a title is as long as a sentence: speech has a stop inside, or a word of saying in the clause before it
    said = bool(_SAID.search(before))
    if sum(character.isalpha() for character in inside) < _SPEECH_CHARACTERS:
        return said
    return said or bool(re.search("[，。！？；,]", inside))


def has_marks(text: str) -> bool:
    """Whether anything that may be a quotation mark stands in the text."""
    if text.isascii():
        return '"' in text or "'" in text or "&quot;" in text
    return bool(_MARK.search(text))


def quote_change(hunk: Hunk) -> tuple[str, str] | None:
    """The quotation before and after, when words inside it changed; one of them empty when it came or went whole."""
    old = _quoted(hunk.old, hunk.old_start, hunk.old_end)
    new = _quoted(hunk.new, hunk.new_start, hunk.new_end)
    if not old and not new:
        return None
    was, now = " / ".join(old), " / ".join(new)
    before_bare, after_bare = _bare(was), _bare(now)
    if before_bare == after_bare or (before_bare in _bare(hunk.new) and after_bare in _bare(hunk.old)):
        return None
    return was, now


def _bare(text: str) -> str:
    """What is left of `plain` text without its marks, at a third of the price."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text).casefold())


# A letter to Unicode, an apostrophe to a typesetter: ʼ.
_MARKS = re.compile(r"[\Wʼ]+")


# --- names ----------------------------------------------------------------------------------------------------------

_TITLES = "씨|의원|대표|장관|대통령|회장|총리|시장|감독|선수|교수|기자|사장|위원장|의장|총재|검사|판사|변호사|본부장|지사|교육감"
_NAME = re.compile(
    r"(?<![.!?:“‘«(]\s)(?<![.!?][”\"’'»)]\s)(?<!^)(?<![“\"‘'«(])(?<![^\W\d_])(?:[A-ZÀ-ÖØ-ÞА-ЯЁ][^\W\d_’']+(?:[-’'][^\W\d_]+)*)"
    r"|[ァ-ヺ][ァ-ヺー・]{2,}"
    rf"|[가-힣]{{2,4}}(?=\s?(?:{_TITLES}))|[가-힣]{{2,6}}(?=\s?\([A-Z][a-z])"
    r"|[一-鿿]{2,4}(?=氏|さん|議員|议员|總統|总统|主席|首相|大臣|被告|容疑者|先生|女士|部長|部长|局長|局长)"
)
# Capitalised for other reasons than being a name.
_NOT_NAMED = """
    the a an i he she it we they his her this that these there when where what who why how but and or if in on at by for
    with as from after before  monday tuesday wednesday thursday friday saturday sunday january february march april may
    june july august september october november december  mr mrs ms dr sir president prime minister government police court
    state live video watch breaking update news exclusive opinion analysis
"""
_NO_NAMES = frozenset(_NOT_NAMED.split())


_NAMELIKE = re.compile("[A-ZÀ-ÖØ-ÞА-ЯЁァ-ヺ가-힣一-鿿]")


def names_changed(hunk: Hunk) -> tuple[list[str], list[str]] | None:
    """Names that went and names that came in their place, where little else changed; None unless both."""
    if not (may_hold_name(hunk.removed) and may_hold_name(hunk.added)) or hunk.words > _NAME_WORDS:
        return None
    if any(_besides_names(text) for text in (hunk.removed, hunk.added)):
        return None
    if sounded := names_by_sound(hunk):
        return [sounded[0]], [sounded[1]]
    old, new = _names(hunk.old, hunk.old_start, hunk.old_end), _names(hunk.new, hunk.new_start, hunk.new_end)
    went = [name for name in old if not _is_form_of(name, new)]
    came = [name for name in new if not _is_form_of(name, old)]
    return (went, came) if went and came else None


_NAME_WORDS = 4


def may_hold_name(text: str) -> bool:
    """Whether it is worth looking for names here: a capital letter, or a script that has none."""
    return text != text.lower() if text.isascii() else bool(_NAMELIKE.search(text))


def _besides_names(text: str) -> bool:
    """Whether words stand there that are no part of a name, besides small ones."""
    return any(word[0].islower() and len(word) > 3 for word in re.findall(r"[^\W\d_]+", text))


def _names(text: str, start: int, end: int) -> list[str]:
    return [
        found[0]
        for found in _NAME.finditer(text)
        if found.start() < end and start < found.end() and found[0].casefold() not in _NO_NAMES and not found[0].isupper()
    ]


def _is_form_of(name: str, others: list[str]) -> bool:
    """`Australia` and `Australian` are one name in two forms; `Steward` and `Stewart` are two."""

    def bare(word: str) -> str:
        return re.sub(r"['’ʼ](?:s|S)?\b|[\W_]", "", word).casefold()

    def forms(one: str, other: str) -> bool:
        shorter, longer = sorted((bare(one), bare(other)), key=len)
        if len(shorter) == len(longer):
            return shorter == longer
        return longer.startswith(shorter[:-1] if len(shorter) > 4 else shorter)

    return any(forms(name, other) for other in others)


def is_title_case(text: str) -> bool:
    """A headline that capitalises most words: capitals tell no names there."""
    capitals = [word[0].isupper() for word in re.findall(r"[^\W\d_]{4,}", text)]
    return len(capitals) > 3 and sum(capitals) > 0.6 * len(capitals)


# --- hedges, attribution, negation ----------------------------------------------------------------------------------

# Letters of scripts that part words by blanks.
_LETTERS = "A-Za-zÀ-ɏЀ-ӿ؀-ۿ"
# What a word does to the claim beside it. Words of one row replace each other without a change of meaning.
STANCE: dict[str, str] = {
    "allegation": r"""alleged allegedly allegation allegations purported purportedly accused suspected mutmaßlich\w* presunto
        presuntos presunta presuntas suposto supostos supostamente présumée?s? подозреваем\w+ предполагаем\w+ 혐의 의혹 涉嫌 懷疑
        怀疑 疑似 疑い 容疑 المزعوم\w*""",
    "report": """reported reportedly report_say reports_say report_suggest reports_suggest apparent apparently according_to
        believed_to thought_to angeblich laut selon según secondo segundo по_данным по_словам 알려졌 전해졌 据报 據報 据悉 據悉
        据称 據稱 によると とみられ بحسب وفقا""",
    "possibility": """may might could possible possibly probable probably likely unlikely perhaps appear appears appeared seem
        seems seemed vermutlich möglicherweise könnten? peut-être pourrait podría[n]? posiblemente poderia forse potrebbe возможно
        вероятно 추정 가능성 수도_있 可能 或許 或许 恐怕 かもしれ 可能性 ربما""",
    "claim": r"""claim claims claimed claiming insist insists insisted allege alleges assert asserts asserted behauptet behauptete
        behaupteten prétend\w* affirme affirment affirmer afirma afirman afirmar afirmaron afirmado afirmó\w* sostiene sostienen
        утвержда\w+ 주장 聲稱 声称 宣稱 宣称 主張 زعم\w*""",
    "confirmation": r"""confirm confirms confirmed admit admits admitted acknowledge acknowledges acknowledged bestätigt\w*
        confirme confirment confirmer confirmen confirmou confirmo confirm[éó]\w* подтверд\w+ 확인 인정 證實 证实 確認 确认 承認
        承认 認め أكد\w*""",
    "denial": r"""deny denies denied reject rejects rejected dismiss dismisses dismissed dementiert dementierte dementierten
        bestreitet niega niegan niegó nega negado negano опроверг\w+ отрица\w+ 부인 否認 否认 نفى""",
    "negation": r"""not no never cannot can't won't don't doesn't didn't isn't aren't wasn't weren't hasn't haven't hadn't
        couldn't wouldn't shouldn't nicht niemals kein keine keinen keinem keiner keines nie pas aucun aucune jamais non mai nunca
        jamás não не нет никогда 않\w* 못\w* 아니\w* 없\w* 沒有 没有 並非 并非 不是 未能 ない なかった せず ません لم لن لا ليس""",
    "unconfirmed": r"""unconfirmed unverified without_evidence baseless unbestätigt\w* неподтвержд\w+ 미확인 未經證實 未经证实
        未確認""",
}
# A longer piece holds such words by chance.
_STANCE_WORDS = 4
_NEGATION_WORDS = 3


class _Found(NamedTuple):
    """A hedging word where it stands."""

    kind: str
    words: str
    start: int
    end: int


def _stances(text: str) -> list[_Found]:
    if text.isascii():
        return _ascii_stances(text)
    found = [_Found(each.lastgroup or "", each[0], each.start(), each.end()) for each in _pattern().finditer(text)]
    return [each for each in found if not _is_another_word(each.words, text, each.end)]


@functools.cache
def _pattern() -> "re.Pattern[str]":
    words = "|".join(f"(?P<{kind}>{one_of(row)})" for kind, row in STANCE.items())
    return re.compile(f"(?<![{_LETTERS}])(?:{words})(?![a-zà-ÿа-я])", re.I)


def _ascii_stances(text: str) -> list[_Found]:
    """What the pattern would find, looked up word by word: there is nothing to compile."""
    out: list[_Found] = []
    before = ""
    for found in _WORD.finditer(text):
        word = found[0].lower()
        both, before = f"{before} {word}", word
        start = found.start() - len(both) + len(word)
        kind = _KINDS.get(word)
        if kind and not _is_another_word(found[0], text, found.end()):
            out.append(_Found(kind, found[0], found.start(), found.end()))
        elif both in _KINDS and text[start : found.end()].lower() == both:
            out.append(_Found(_KINDS[both], text[start : found.end()], start, found.end()))
    return out


def _is_another_word(word: str, text: str, end: int) -> bool:
    """`May` is a month, and `non-` the beginning of a word."""
    return (word in ("May", "MAY")) or (word.lower() == "non" and text[end : end + 1] == "-")


_WORD = re.compile("[a-z]+(?:'t(?![a-z]))?", re.I | re.A)
_KINDS = meanings(STANCE)
STANCE_WORDS = tuple(_KINDS)
_holds_stance = holds_one_of(STANCE_WORDS)


def has_stance(text: str) -> bool:
    """Whether it is worth looking for hedges, attributions and negations here: a cheap question, sometimes yes in vain."""
    return _holds_stance(text.lower()) if text.isascii() else _hint().search(text.lower()) is not None


@functools.cache
def _hint() -> "re.Pattern[str]":
    return re.compile(f"(?<![{_LETTERS}])(?:{any_of(STANCE)})")


def _touched(hunk: Hunk) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """(kind, words) of hedges, attributions and negations that a hunk touches, before and after: 否認 where 否 became 承."""

    def at(text: str, start: int, end: int) -> tuple[tuple[str, str], ...]:
        left = max(0, start - _LONGEST)
        near = text[left : end + _LONGEST]
        found = _stances(near) if has_stance(near) else ()
        return tuple((each.kind, each.words) for each in found if each.start + left < end and start < each.end + left)

    removed, added = hunk.removed.strip(), hunk.added.strip()
    if removed in _NO or added in _NO:
        return ((("negation", removed),) if removed in _NO else ()), ((("negation", added),) if added in _NO else ())
    return at(hunk.old, hunk.old_start, hunk.old_end), at(hunk.new, hunk.new_start, hunk.new_end)


# Words of one character that turn a sentence round when they alone come or go; within other words they stand everywhere.
_NO = frozenset("不未沒没無无非안못")


# Characters around a hunk in which such a word may begin or end.
_LONGEST = 16


# Of a hunk in which more words change besides, nobody would say that the hedge was the edit.
_BESIDES = 1


def _besides_stance(hunk: Hunk) -> int:
    """Words of more than four letters that change beside the hedging ones; wide characters count by three."""
    rest = words = f"{hunk.removed} | {hunk.added}"
    for found in reversed(_stances(words)):
        rest = f"{rest[: found.start]} {rest[found.end :]}"
    latin = sum(len(word) > 4 for word in re.findall(f"[{_LETTERS}]+", rest))
    return latin + sum(character >= "⺀" and character.isalpha() for character in rest) // 3


def stance_changed(hunks: list[Hunk]) -> tuple[list[str], list[str]] | None:
    """Hedging words that went and that came in short hunks of one change; words that only moved do not count."""
    touched = [(hunk, _touched(hunk)) for hunk in hunks]
    short = [(hunk, both) for hunk, both in touched if any(both) and hunk.words <= _STANCE_WORDS and _besides_stance(hunk) <= _BESIDES]
    old = [found for _, (before, _) in short for found in before]
    new = [found for _, (_, after) in short for found in after]
    less, more = (Counter(kind for kind, _ in side) for side in (old, new))
    if less == more:
        return None
    # the same words anywhere else in the change: they moved
    all_old = Counter(kind for _, (before, _) in touched for kind, _ in before)
    all_new = Counter(kind for _, (_, after) in touched for kind, _ in after)
    went = {kind for kind in less - more if all_old[kind] > all_new[kind]}
    came = {kind for kind in more - less if all_new[kind] > all_old[kind]}
    if all(hunk.words > _NEGATION_WORDS for hunk, both in short if any(kind == "negation" for side in both for kind, _ in side)):
        went, came = went - {"negation"}, came - {"negation"}
    if not went and not came:
        return None
    return [words for kind, words in old if kind in went], [words for kind, words in new if kind in came]
