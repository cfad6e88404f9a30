"""Figures, dates and times of day in running text, as values: `3천만` is 30,000,000 and `18:00` is 6 p.m."""

import functools
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

Sort = Literal["number", "date"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its unit, and where it stands. `value` is canonical: equal values are written equal."""

    sort: Sort
    value: str
    unit: str
    start: int
    end: int
    text: str


# --- words ----------------------------------------------------------------------------------------------------------

_SMALL = {
    word: number
    for number, words in enumerate(
        "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty".split(
            "|"
        )
    )
    for word in words.split()
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12, "hundred": 100}
_ORDINAL = {"third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}

# multiplier: its spellings, as regular expressions without groups
_TIMES: dict[int, str] = {
    10**2: r"hundred",
    10**3: r"thousand|k|tausend|mille|mil|mila|тыс\.?|тысяч[аиу]?|ألف|آلاف|thsd",
    10**6: r"millions?|mio\.?|mln|m|millionen|millones|millón|milh(?:ão|ões)|milion[ei]|млн\.?|миллион(?:а|ов)?|مليون|ملايين",
    10**9: r"billions?|bn|b|milliarden?|mrd\.?|milliards?|md|bilh(?:ão|ões)|miliard[oi]|mld|млрд\.?|миллиард(?:а|ов)?|مليار",
    10**12: r"trillions?|tn|billionen|billones|трлн\.?|триллион(?:а|ов)?",
}
_EAST = {
    "十": 10,
    "십": 10,
    "百": 100,
    "백": 100,
    "千": 1000,
    "천": 1000,
    "万": 10**4,
    "萬": 10**4,
    "만": 10**4,
    "亿": 10**8,
    "億": 10**8,
    "억": 10**8,
    "兆": 10**12,
    "조": 10**12,
}
_HAN = dict(zip("〇零一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)) | {"两": 2, "兩": 2}

_UNITS: dict[str, str] = {
    "%": r"[%％]p?|per ?cent|percent(?:age points?)?|pct|퍼센트|パーセント|prozent|pour cent|por ?ciento|por cento|per cento|процент(?:а|ов)?|بالمئة",
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
_SIGN_CHARACTERS = re.escape("%％$€£₩¥￥°-−–+")
_SIGNS = {"$": "$", "€": "€", "£": "£", "₩": "₩", "¥": "¥", "￥": "¥"}

_MONTHS = {
    number: pattern
    for number, pattern in enumerate(
        (
            r"jan(?:\.|uary|uar|vier)?|enero|janeiro|gennaio|января|январь",
            r"feb(?:\.|ruary|ruar|rero|braio)?|février|fevereiro|февраля|февраль",
            r"mar(?:\.|ch|s|zo)|märz|março|марта?",
            r"apr(?:\.|il|ile)?|avril|abril|апрел[яь]",
            r"may|mai|mayo|maio|maggio|мая|май",
            r"june?|juni|juin|junio|junho|giugno|июн[яь]",
            r"july?|juli|juillet|julio|julho|luglio|июл[яь]",
            r"aug(?:\.|ust)?|août|agosto|августа?",
            r"sept?(?:\.|ember|embre|iembre)?|setembro|settembre|сентябр[яь]",
            r"oct(?:\.|ober|obre)?|okt(?:\.|ober)?|octubre|outubro|ottobre|октябр[яь]",
            r"nov(?:\.|ember|embre|iembre|embro)?|ноябр[яь]",
            r"dec(?:\.|ember)?|dez(?:\.|ember|embro)?|décembre|diciembre|dicembre|декабр[яь]",
        ),
        1,
    )
}
_DAYS = {
    "mon": r"mon(?:day)?|montag|lundi|lunes|lunedì|segunda-feira|понедельник[а-я]*|월요일|月曜日?|(?:星期|周|週|禮拜)一",
    "tue": r"tues?(?:day)?|dienstag|mardi|martes|martedì|terça-feira|вторник[а-я]*|화요일|火曜日?|(?:星期|周|週|禮拜)二",
    "wed": r"wed(?:nesday)?|mittwoch|mercredi|miércoles|mercoledì|quarta-feira|сред[ау]|수요일|水曜日?|(?:星期|周|週|禮拜)三",
    "thu": r"thu(?:rs)?(?:day)?|donnerstag|jeudi|jueves|giovedì|quinta-feira|четверг[а-я]*|목요일|木曜日?|(?:星期|周|週|禮拜)四",
    "fri": r"fri(?:day)?|freitag|vendredi|viernes|venerdì|sexta-feira|пятниц[ауы]|금요일|金曜日?|(?:星期|周|週|禮拜)五",
    "sat": r"saturday|samstag|samedi|sábado|sabato|суббот[ауы]|토요일|土曜日?|(?:星期|周|週|禮拜)六",
    "sun": r"sunday|sonntag|dimanche|domingo|domenica|воскресень[ея]|일요일|日曜日?|(?:星期|周|週|禮拜)(?:日|天)",
    "today": r"today|heute|aujourd.hui|hoy|oggi|сегодня|오늘|今日|今天",
    "yesterday": r"yesterday|gestern|hier|ayer|ieri|вчера|어제|昨日|昨天",
    "tomorrow": r"tomorrow|morgen|demain|mañana|domani|завтра|내일|明日|明天",
}


def _any(table: dict[str, str] | dict[int, str]) -> str:
    return "|".join(table.values())


_EAST_SIGNS = "".join(_EAST)
_DIGITS = r"\d+(?:[.,’'  \u2009]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
# A latin unit must end at the end of its word; an eastern one may be followed by anything.
_WORD_END = r"(?![^\W\d_])"


@functools.cache
def _pattern() -> "re.Pattern[str]":
    month, day = _any(_MONTHS), _any(_DAYS)
    return re.compile(
        rf"""
        (?P<iso>\b(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}\b)
        |(?P<ampm>(?:오전|오후|午前|午後|上午|下午|晚上|凌晨|早上)\s?\d{{1,2}}(?:[:：]\d\d|[시時时點点](?:\s?\d{{1,2}}[분分])?))
        |(?P<clock>\b\d{{1,2}}(?:[:.]\d\d)?\s?[ap]\.?\s?m\b\.?|\b\d{{1,2}}[:：]\d\d(?![\d:])|\b\d{{1,2}}\s?(?:uhr|heures?|h)(?:\s?\d\d)?{_WORD_END}|\d{{1,2}}[時时点點](?:\d{{1,2}}分)?|\d{{1,2}}시(?:\s?\d{{1,2}}분)?(?!간))
        |(?P<eastdate>(?:\d{{2,4}}\s?[年년]\s?)?\d{{1,2}}\s?[月월]\s?\d{{1,2}}\s?[日號号일]|\d{{4}}\s?[年년]|\d{{1,2}}\s?(?:月|월)(?![가-힣])|\d{{1,2}}(?:日|일(?=\s|[,.()]|$|[은이에부까오 ])))
        |(?P<monthday>\b(?:{month})\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}}\b)?)
        |(?P<daymonth>\b\d{{1,2}}(?:st|nd|rd|th|\.|er|º)?\s+(?:of\s+|de\s+)?(?:{month}){_WORD_END}(?:,?\s+(?:de\s+)?\d{{4}}\b)?)
        |(?P<monthyear>\b(?:{month})\s+(?:de\s+)?\d{{4}}\b)
        |(?P<day>\b(?:{day}){_WORD_END}|(?:[월화수목금토일]요일|[月火水木金土日]曜|(?:星期|周|週|禮拜)[一二三四五六日天]|오늘|어제|내일|昨[天日]|今[天日]|明[天日]))
        |(?P<east>(?<![^\W⺀-\uffff])(?<!\.)(?:\d+(?:[.,]\d+)*\s?[{_EAST_SIGNS}]+\s?)+(?:\d+(?:,\d{{3}})*(?![\d{_EAST_SIGNS}]))?)
        |(?P<han>[〇零一二三四五六七八九十百千萬万億亿兆两兩]+(?=[人名個个年月日時时分歲岁％%元圓円億亿萬万次宗支間间隻只位死傷伤歳件校戶户]))
        |(?P<number>(?<![^\W⺀-\uffff])(?P<sign>(?<![\w.,)])[-−–+])?(?P<money>[$€£₩¥￥]\s?)?(?:{_DIGITS})(?:st|nd|rd|th)?
            (?:(?:\s|-)?(?:{_any(_TIMES)}){_WORD_END})?)
        |(?P<word>\b(?:{"|".join(_SMALL)}|{"|".join(_ORDINAL)})(?:-(?:one|two|three|four|five|six|seven|eight|nine))?{_WORD_END}(?:\s(?:{_any(_TIMES)}){_WORD_END})?)
        """,
        re.X | re.I,
    )


@functools.cache
def _unit_pattern() -> "re.Pattern[str]":
    groups = "|".join(f"(?P<u{index}>{pattern})" for index, pattern in enumerate(_UNITS.values()))
    return re.compile(rf"[\s-]?(?:{groups})(?:{_WORD_END}|(?<=[^\x00-\u04ff])|(?<=%))", re.I)


def figures(text: str, language: str) -> list[Figure]:
    """All figures of a text, left to right."""
    out = []
    for found in _pattern().finditer(text):
        sort = found.lastgroup or ""
        made = _READERS[sort if sort in _READERS else "number"](found, text, language)
        if made:
            out.append(made)
    return out


@functools.cache
def _hint() -> "re.Pattern[str]":
    words = "|".join([*_SMALL, *_ORDINAL])
    return re.compile(
        rf"[\d{_SIGN_CHARACTERS}{_EAST_SIGNS}〇零一二三四五六七八九]|(?<![^\W\d_])(?:{words}|{_any(_TIMES)}|{_any(_MONTHS)}|{_any(_DAYS)}|{_any(_UNITS)})(?![^\W\d_])",
        re.I,
    )


def may_hold_figure(text: str) -> bool:
    """Whether it is worth looking for figures here: a cheap question, sometimes yes in vain."""
    return bool(_hint().search(text))


# --- values ---------------------------------------------------------------------------------------------------------


def _date(found: "re.Match[str]", text: str, language: str) -> Figure:
    words = found[0].lower()
    for table in (_MONTHS, _DAYS):
        for name, pattern in table.items():
            words = re.sub(rf"(?<![^\W\d_])(?:{pattern}){_WORD_END}", f" m{name} ", words)
    parts = sorted(re.findall(r"m?\w+", re.sub(r"[年月日號号년월일.,]|(?<=\d)(?:st|nd|rd|th|er)\b|\b(?:of|de)\b", " ", words)))
    return Figure("date", " ".join(part.lstrip("0") for part in parts), "", found.start(), found.end(), found[0])


def _clock(found: "re.Match[str]", text: str, language: str) -> Figure:
    digits = [int(part) for part in re.findall(r"\d+", found[0])]
    hour, minute = digits[0], digits[1] if len(digits) > 1 else 0
    late = re.search(r"p\.?\s?m|오후|午後|下午|晚上", found[0], re.I)
    early = re.search(r"a\.?\s?m|오전|午前|上午|凌晨|早上", found[0], re.I)
    if late and hour < 12:
        hour += 12
    if early and hour == 12:
        hour = 0
    return Figure("date", f"{hour:02}:{minute:02}", "time", found.start(), found.end(), found[0])


def _number(found: "re.Match[str]", text: str, language: str) -> Figure | None:
    digits = re.search(_DIGITS, found[0])
    assert digits
    value = decimal(digits[0], language)
    if value is None:
        return None
    rest = found[0][digits.end() :].strip(" -").casefold()
    times = _multiplier(rest)
    unit, end = _unit_behind(text, found.end())
    money = (found["money"] or "").strip()
    if found["sign"] in ("-", "−", "–") and found["sign"]:
        value = -value
    plain_year = times == 1 and not unit and not money and re.fullmatch(r"(?:19|20)\d\d", found[0])
    if plain_year:
        return Figure("date", found[0], "year", found.start(), found.end(), found[0])
    return Figure("number", _canonical(value * times), _SIGNS.get(money, unit), found.start(), end, text[found.start() : end])


def _east(found: "re.Match[str]", text: str, language: str) -> Figure | None:
    value = _eastern_value(found[0], language)
    if value is None:
        return None
    unit, end = _unit_behind(text, found.end())
    return Figure("number", _canonical(value), unit, found.start(), end, text[found.start() : end])


def _word(found: "re.Match[str]", text: str, language: str) -> Figure:
    parts = re.split(r"[-\s]", found[0].casefold())
    value = Decimal(sum(_SMALL.get(part, _ORDINAL.get(part, 0)) for part in parts if part in _SMALL or part in _ORDINAL))
    times = _multiplier(parts[-1]) if parts[-1] not in _SMALL else 1
    unit, end = _unit_behind(text, found.end())
    return Figure("number", _canonical(value * times), unit, found.start(), end, text[found.start() : end])


_READERS = {
    **dict.fromkeys(("iso", "eastdate", "monthday", "daymonth", "monthyear", "day"), _date),
    **dict.fromkeys(("ampm", "clock"), _clock),
    **dict.fromkeys(("east", "han"), _east),
    **dict.fromkeys(("number", "sign", "money"), _number),
    "word": _word,
}


def decimal(digits: str, language: str) -> Decimal | None:
    """The value of written digits: `1.000` is a thousand in German and one in English."""
    comma_decimal = language[:2] in ("de", "fr", "es", "pt", "it", "ru", "nl", "pl", "tr", "sv", "da", "no", "fi", "id", "vi", "uk")
    text = re.sub(r"[\s’'\u2009]", "", digits)
    grouped = re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+(?:[.,]\d+)?", text)
    point = "," if comma_decimal else "."
    other = "." if comma_decimal else ","
    if text.count(point) > 1 or (grouped and text.count(point) == 1 and text.count(other) >= 1 and text.rfind(other) > text.rfind(point)):
        point, other = other, point
    elif text.count(other) == 1 and not re.search(rf"{re.escape(other)}\d{{3}}$", text):
        point, other = other, point
    try:
        return Decimal(text.replace(other, "").replace(point, "."))
    except InvalidOperation:
        return None


def _eastern_value(text: str, language: str) -> Decimal | None:
    """`3억 5000만`, `1億2千万`, `三百二十`: sections of ten thousands, each a sum of figures times signs."""
    total = section = Decimal(0)
    pending: Decimal | None = None
    for part in re.findall(r"\d+(?:[.,]\d+)*|\S", text):
        if part[0].isdigit() and part not in _HAN and part not in _EAST:
            pending = decimal(part, "ko")
        elif part in _HAN:
            pending = (pending or Decimal(0)) * 10 + _HAN[part]
        elif part in _EAST:
            times = _EAST[part]
            if times < 10**4:
                section += (Decimal(1) if pending is None else pending) * times
            else:
                section += pending or Decimal(0)
                total += (section or Decimal(1)) * times
                section = Decimal(0)
            pending = None
        else:
            return None
    return total + section + (pending or Decimal(0))


@functools.cache
def _times_patterns() -> tuple[tuple[int, "re.Pattern[str]"], ...]:
    return tuple((times, re.compile(rf"(?:{pattern})\Z", re.I)) for times, pattern in _TIMES.items())


def _multiplier(word: str) -> int:
    return next((times for times, pattern in _times_patterns() if pattern.match(word)), 1)


def _unit_behind(text: str, end: int) -> tuple[str, int]:
    found = _unit_pattern().match(text, end)
    if not found or not found.lastgroup:
        return "", end
    return list(_UNITS)[int(found.lastgroup[1:])], found.end()


def _canonical(value: Decimal) -> str:
    text = f"{value.normalize():f}" if abs(value.adjusted()) < 40 else str(value.normalize())
    return "0" if text == "-0" else text
