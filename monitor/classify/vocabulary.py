"""The words of figures: numerals, multipliers, units, months and days, as regular expressions without groups."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

_NUMERALS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty
"""
SMALL = {word: number for number, word in enumerate(_NUMERALS.split())}
SMALL |= {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12, "hundred": 100}
ORDINAL = {"third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}

TIMES: dict[int, str] = {
    10**2: r"hundred",
    10**3: r"thousand|k|tausend|mille|mil|mila|тыс\.?|тысяч[аиу]?|ألف|آلاف",
    10**6: r"millions?|mio\.?|mln|m|millionen|millones|millón|milh(?:ão|ões)|milion[ei]|млн\.?|миллион(?:а|ов)?|مليون|ملايين",
    10**9: r"billions?|bn|b|milliarden?|mrd\.?|milliards?|md|bilh(?:ão|ões)|miliard[oi]|mld|млрд\.?|миллиард(?:а|ов)?|مليار",
    10**12: r"trillions?|tn|billionen|billones|трлн\.?|триллион(?:а|ов)?",
}
EAST = {"十": 10, "십": 10, "百": 100, "백": 100, "千": 1000, "천": 1000}
EAST |= {"万": 10**4, "萬": 10**4, "만": 10**4, "亿": 10**8, "億": 10**8, "억": 10**8, "兆": 10**12, "조": 10**12}
HAN = dict(zip("〇零一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)) | {"两": 2, "兩": 2}
# What Han numerals must count to be numerals: 一 alone is in half of all words.
COUNTED = "人名個个年月日時时分歲岁％%元圓円億亿萬万次宗支間间隻只位死傷伤歳件校戶户"

UNITS: dict[str, str] = {
    "%": r"[%％]p?|per ?cent|percent(?:age points?)?|pct|퍼센트|パーセント|prozent|pour cent|por ?ciento|por cento|per cento"
    r"|процент(?:а|ов)?",
    "$": r"(?:us ?)?dollars?|usd|달러|ドル|美元|dólares|доллар(?:а|ов)?|دولار",
    "€": r"euros?|eur|유로|ユーロ|歐元|欧元|евро|يورو",
    "£": r"pounds?|gbp|파운드|ポンド|英鎊|英镑",
    "₩": r"원|won|krw|韓元|韩元|ウォン",
    "¥": r"yen|円|엔|日圓|日元|jpy",
    "元": r"yuan|元|위안|人民币|人民幣",
    "km": r"km|kilomet(?:er|re)s?|킬로미터|公里|キロ(?:メートル)?|км",
    "mi": r"miles?|마일|英里",
    "m": r"met(?:er|re)s?|미터|米|公尺|メートル|м",
    "kg": r"kg|kilos?|kilogram(?:me)?s?|킬로그램|公斤|кг",
    "t": r"tons?|tonnes?|톤|噸|吨|トン|тонн[аы]?",
    "°": r"°[cf]?|degrees?|도|度|градус(?:а|ов)?",
}
SIGNS = {"$": "$", "€": "€", "£": "£", "₩": "₩", "¥": "¥", "￥": "¥"}

MONTHS: dict[str, str] = {
    "1": r"jan(?:\.|uary|uar|vier)?|enero|janeiro|gennaio|января|январь",
    "2": r"feb(?:\.|ruary|ruar|rero|braio)?|février|fevereiro|февраля|февраль",
    "3": r"mar(?:\.|ch|s|zo)|märz|março|марта?",
    "4": r"apr(?:\.|il|ile)?|avril|abril|апрел[яь]",
    "5": r"may|mai|mayo|maio|maggio|мая|май",
    "6": r"june?|juni|juin|junio|junho|giugno|июн[яь]",
    "7": r"july?|juli|juillet|julio|julho|luglio|июл[яь]",
    "8": r"aug(?:\.|ust)?|août|agosto|августа?",
    "9": r"sept?(?:\.|ember|embre|iembre)?|setembro|settembre|сентябр[яь]",
    "10": r"oct(?:\.|ober|obre)?|okt(?:\.|ober)?|octubre|outubro|ottobre|октябр[яь]",
    "11": r"nov(?:\.|ember|embre|iembre|embro)?|ноябр[яь]",
    "12": r"dec(?:\.|ember)?|dez(?:\.|ember|embro)?|décembre|diciembre|dicembre|декабр[яь]",
}
DAYS: dict[str, str] = {
    "mon": r"mon(?:day)?|montag|lundi|lunes|lunedì|segunda-feira|понедельник[а-я]*|월요일|月曜日?|(?:星期|周|週|禮拜)一",
    "tue": r"tues?(?:day)?|dienstag|mardi|martes|martedì|terça-feira|вторник[а-я]*|화요일|火曜日?|(?:星期|周|週|禮拜)二",
    "wed": r"wed(?:nesday)?|mittwoch|mercredi|miércoles|mercoledì|quarta-feira|сред[ау]|수요일|水曜日?|(?:星期|周|週|禮拜)三",
    "thu": r"thu(?:rs)?(?:day)?|donnerstag|jeudi|jueves|giovedì|quinta-feira|четверг[а-я]*|목요일|木曜日?|(?:星期|周|週|禮拜)四",
    "fri": r"fri(?:day)?|freitag|vendredi|viernes|venerdì|sexta-feira|пятниц[ауы]|금요일|金曜日?|(?:星期|周|週|禮拜)五",
    "sat": r"saturday|samstag|samedi|sábado|sabato|суббот[ауы]|토요일|土曜日?|(?:星期|周|週|禮拜)六",
    "sun": r"sunday|sonntag|dimanche|domingo|domenica|воскресень[ея]|일요일|日曜日?|(?:星期|周|週|禮拜)(?:日|天)",
    "today": r"today|heute|aujourd['’]hui|hoy|oggi|сегодня|오늘|今日|今天",
    "yesterday": r"yesterday|gestern|hier|ayer|ieri|вчера|어제|昨日|昨天",
    "tomorrow": r"tomorrow|morgen|demain|mañana|domani|завтра|내일|明日|明天",
}


def any_of(table: Mapping[Any, str]) -> str:
    """One alternative of all patterns of a table."""
    return "|".join(table.values())


def in_ascii(pattern: str) -> str:
    """The alternatives that may stand in a text of ASCII alone: a third of them, which take a fifth of the time to compile.

    For patterns of words as they stand here: groups are not nested, and what is optional is ASCII where its word is.
    """
    pattern = _SET.sub(lambda found: _NOT_ASCII.sub("", found[0]), pattern)
    pattern = _GROUP.sub(lambda found: f"({found['how']}{_ascii_of(found['inside'].split('|'))})", pattern)
    return _ascii_of(_BETWEEN.split(pattern))


_SET = re.compile(r"\[[^\]]+\]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_GROUP = re.compile(r"\((?P<how>\?(?:[-i]*:|<?[!=]))(?P<inside>[^()]*)\)")
_BETWEEN = re.compile(r"\|(?![^(]*\))")


def _ascii_of(alternatives: list[str]) -> str:
    """The ASCII ones; where none is left, what makes its word be left out too."""
    return "|".join(each for each in alternatives if each.isascii()) or "…"


def holds_one_of(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Asks a text of ASCII in small letters whether one of these words may stand in it; sometimes it says yes in vain.

    Words are looked up, so that no pattern of hundreds of alternatives is compiled, or tried at each letter; of several words the first.
    """
    words = {word for pattern in patterns for word in spelled(pattern)}
    beginnings = tuple(word.rstrip("*") for word in words if word.endswith("*"))
    first = frozenset(found[0] for word in words if (found := _WORD.match(word)))

    def may_hold(text: str) -> bool:
        return not first.isdisjoint(_WORD.findall(text)) or any(map(text.__contains__, beginnings))

    return may_hold


_WORD = re.compile("[a-z]+")


def spelled(pattern: str) -> Iterator[str]:
    """The words of ASCII that a pattern of words stands for; `*` behind one that may go on."""
    for alternative in _BETWEEN.split(pattern):
        if alternative.isalpha():
            if alternative.isascii():
                yield alternative
            continue
        pieces = []
        for piece in _PIECE.finditer(_LOOKING.sub("", alternative).replace(r"\w", "")):
            choice = list(spelled(piece["inside"])) if piece["inside"] else list(piece["one"] or piece["letter"])
            pieces.append([*choice, ""] if piece["maybe"] else choice)
        yield from filter(str.isascii, map("".join, itertools.product(*pieces)))


_LOOKING = re.compile(r"\(\?<?[!=][^()]*\)")
_PIECE = re.compile(r"(?:\(\?[-i]*:(?P<inside>[^()]*)\)|\[(?P<one>[^\]]+)\]|\\?(?P<letter>.))(?P<maybe>\??)")
