"""The words of figures: numerals, multipliers, units, months and days.

In a row of a table a word of ASCII stands as it is written, with `_` for a blank; another word may be a regular expression
without groups.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

_NUMERALS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty
"""
SMALL = {word: number for number, word in enumerate(_NUMERALS.split())}
SMALL |= {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12, "hundred": 100}
ORDINAL = {"third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}

TIMES: dict[int, str] = {
    10**2: "hundred",
    10**3: "thousand k tausend mille mil mila тыс\\.? тысяч[аиу]? ألف آلاف",
    10**6: """millions million mio. mio mln m millionen millones millón milh(?:ão|ões) milioni milione млн\\.? миллион(?:а|ов)?
        مليون ملايين""",
    10**9: """billions billion bn b milliarden milliarde mrd. mrd milliards milliard md bilh(?:ão|ões) miliardo miliardi mld млрд\\.?
        миллиард(?:а|ов)? مليار""",
    10**12: "trillions trillion tn billionen billones трлн\\.? триллион(?:а|ов)?",
}
EAST = {"十": 10, "십": 10, "百": 100, "백": 100, "千": 1000, "천": 1000}
EAST |= {"万": 10**4, "萬": 10**4, "만": 10**4, "亿": 10**8, "億": 10**8, "억": 10**8, "兆": 10**12, "조": 10**12}
HAN = dict(zip("〇零一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)) | {"两": 2, "兩": 2}
# What Han numerals must count to be numerals: 一 alone is in half of all words.
COUNTED = "人名個个年月日時时分歲岁％%元圓円億亿萬万次宗支間间隻只位死傷伤歳件校戶户"

UNITS: dict[str, str] = {
    "%": """%p % ％p? percentage_points percentage_point percent per_cento per_cent pct prozent pour_cent por_ciento porciento por_cento
        퍼센트 パーセント процент(?:а|ов)?""",
    "$": "us_dollars us_dollar dollars dollar usd 달러 ドル 美元 dólares доллар(?:а|ов)? دولار",
    "€": "euros euro eur 유로 ユーロ 歐元 欧元 евро يورو",
    "£": "pounds pound gbp 파운드 ポンド 英鎊 英镑",
    "₩": "원 won krw 韓元 韩元 ウォン",
    "¥": "yen jpy 円 엔 日圓 日元",
    "元": "yuan 元 위안 人民币 人民幣",
    "km": "km kilometers kilometer kilometres kilometre 킬로미터 公里 キロ(?:メートル)? км",
    "mi": "miles mile 마일 英里",
    "m": "meters meter metres metre m 미터 米 公尺 メートル м",
    "kg": "kg kilos kilo kilogrammes kilogramme kilograms kilogram 킬로그램 公斤 кг",
    "t": "tons ton tonnes tonne 톤 噸 吨 トン тонн[аы]?",
    "°": "°[cf]? degrees degree 도 度 градус(?:а|ов)?",
}
SIGNS = {"$": "$", "€": "€", "£": "£", "₩": "₩", "¥": "¥", "￥": "¥"}

MONTHS: dict[str, str] = {
    "1": "jan. january januar janvier jan enero janeiro gennaio января январь",
    "2": "feb. february februar febrero febbraio feb février fevereiro февраля февраль",
    "3": "mar. march mars marzo märz março марта?",
    "4": "apr. april aprile apr avril abril апрел[яь]",
    "5": "may mai mayo maio maggio мая май",
    "6": "june jun juni juin junio junho giugno июн[яь]",
    "7": "july jul juli juillet julio julho luglio июл[яь]",
    "8": "aug. august aug août agosto августа?",
    "9": "sept. sep. september septembre septiembre sept sep setembro settembre сентябр[яь]",
    "10": "oct. october octobre oct okt. oktober okt octubre outubro ottobre октябр[яь]",
    "11": "nov. november novembre noviembre novembro nov ноябр[яь]",
    "12": "dec. december dec dez. dezember dezembro dez décembre diciembre dicembre декабр[яь]",
}
DAYS: dict[str, str] = {
    "mon": "monday mon montag lundi lunes lunedì segunda-feira понедельник[а-я]* 월요일 月曜日? (?:星期|周|週|禮拜)一",
    "tue": "tuesday tues tue dienstag mardi martes martedì terça-feira вторник[а-я]* 화요일 火曜日? (?:星期|周|週|禮拜)二",
    "wed": "wednesday wed mittwoch mercredi miércoles mercoledì quarta-feira сред[ау] 수요일 水曜日? (?:星期|周|週|禮拜)三",
    "thu": "thursday thurs thu donnerstag jeudi jueves giovedì quinta-feira четверг[а-я]* 목요일 木曜日? (?:星期|周|週|禮拜)四",
    "fri": "friday fri freitag vendredi viernes venerdì sexta-feira пятниц[ауы] 금요일 金曜日? (?:星期|周|週|禮拜)五",
    "sat": "saturday samstag samedi sábado sabato суббот[ауы] 토요일 土曜日? (?:星期|周|週|禮拜)六",
    "sun": "sunday sonntag dimanche domingo domenica воскресень[ея] 일요일 日曜日? (?:星期|周|週|禮拜)(?:日|天)",
    "today": "today heute aujourd'hui hoy oggi сегодня 오늘 今日 今天",
    "yesterday": "yesterday gestern hier ayer ieri вчера 어제 昨日 昨天",
    "tomorrow": "tomorrow morgen demain mañana domani завтра 내일 明日 明天",
}


_Meaning = TypeVar("_Meaning")


def ascii_words(words: str) -> list[str]:
    """The words of ASCII of a table's row, as they are written."""
    return [word.replace("_", " ") for word in words.split() if word.isascii()]


def meanings(table: Mapping[_Meaning, str]) -> dict[str, _Meaning]:
    """What each word of ASCII of a table means; of a word in two rows the first."""
    return {word: meaning for meaning, row in [*table.items()][::-1] for word in ascii_words(row)}


def any_of(table: Mapping[Any, str], *, is_ascii: bool = False) -> str:
    """One regular expression of all words of a table, or of those that may stand in a text of ASCII alone.

    The latter are a third, and take a fifth of the time to compile.
    """
    return one_of(" ".join(table.values()), is_ascii=is_ascii)


def one_of(words: str, *, is_ascii: bool = False) -> str:
    """One regular expression of the words of a row."""
    return "|".join([_pattern(word) for word in words.split() if word.isascii() or not is_ascii])


def _pattern(word: str) -> str:
    if not word.isascii():
        return word.replace("_", r"\ ")
    return word if word.isalpha() else re.escape(word).replace("_", r"\ ").replace("'", "['’]")


def holds_one_of(words: Iterable[str]) -> Callable[[str], bool]:
    """Asks a text of ASCII in small letters whether one of these words may stand in it; sometimes it says yes in vain.

    Words are looked up, so that no pattern of hundreds of alternatives is compiled, or tried at each letter; of several words the first.
    """
    first = frozenset([word if word.isalpha() else _WORD.findall(word)[0] for word in words if word[:1].isalpha()])

    def may_hold(text: str) -> bool:
        return not first.isdisjoint(_WORD.findall(text))

    return may_hold


_WORD = re.compile("[a-z]+")
