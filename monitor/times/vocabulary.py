"""The words of dates in eleven languages, folded: months, halves of the day, days told by their distance, units of "ago". Pure data."""

import unicodedata


def folded(text: str) -> str:
    """How words of dates compare: narrow forms, any script's digits as 0-9, no case, no accents or vowel signs, single blanks."""
    text = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    kept = (
        str(unicodedata.digit(char)) if char.isdigit() and not char.isascii() else char
        for char in text
        if unicodedata.category(char) not in ("Mn", "Cf")
    )
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def _table(rows: dict[int, str]) -> dict[str, int]:
    return {folded(word.replace("_", " ")): value for value, words in rows.items() for word in words.split()}


MONTHS = _table(
    {
        1: "january jan januar jänner janvier janv enero ene janeiro gennaio genn gen января январь янв يناير جانفي كانون_الثاني",
        2: "february feb februar feber février févr fév febrero fevereiro fev febbraio febb февраля февраль фев февр فبراير فيفري شباط",
        3: "march mar märz mrz mär mars marzo março marco марта март мар مارس آذار",
        4: "april apr avril avr abril abr aprile апреля апрель апр أبريل ابريل أفريل نيسان",
        5: "may mai mayo maio maggio mag мая май مايو ماي أيار",
        6: "june jun juni juin junio junho giugno giu июня июнь июн يونيو يونيه جوان حزيران",
        7: "july jul juli juillet juil julio julho luglio lug июля июль июл يوليو يوليه يوليوز جويلية تموز",
        8: "august aug août aout agosto ago августа август авг أغسطس غشت أوت آب",
        9: "september sept sep septembre septiembre setiembre set setembro settembre sett сентября сентябрь сен сент سبتمبر شتنبر أيلول",
        10: "october oct oktober okt octobre octubre outubro out ottobre ott октября октябрь окт أكتوبر اكتوبر تشرين_الأول",
        11: "november nov novembre noviembre novembro ноября ноябрь ноя нояб نوفمبر نونبر تشرين_الثاني",
        12: "december dec dezember dez décembre déc diciembre dic dezembro dicembre декабря декабрь дек ديسمبر دجنبر كانون_الأول",
    }
)

MONTHS |= {f"{number}{sign}": number for number in range(1, 13) for sign in "월月"}

# Before or after the clock: which half of the day it means.
HALVES = {
    folded(word): half
    for half, words in {
        "am": "a.m. a.m am 오전 새벽 아침 午前 上午 凌晨 早上 清晨 ص صباحا утра ночи|de la mañana|da manhã|du matin|di mattina|del mattino",
        "pm": "p.m. p.m pm 오후 저녁 밤 午後 下午 晚上 中午 م مساء вечера дня|de la tarde|de la noche|da tarde|da noite|"
        "de l'après-midi|du soir|di sera|di pomeriggio|del pomeriggio|a. m.".replace("|a. m.", "|p. m."),
    }.items()
    for piece in words.split("|")
    for word in ([piece] if piece.startswith(("d", "p. m")) else piece.split())
} | {"a. m.": "am", "a m": "am", "p m": "pm"}

# Days by their distance from today.
DAYS = _table(
    {
        0: "today 오늘 今日 本日 今天 heute aujourd'hui hoy hoje oggi сегодня اليوم",
        -1: "yesterday 어제 昨日 昨天 gestern hier ayer ontem ieri вчера أمس",
        -2: "그저께 그제 一昨日 前天 vorgestern avant-hier anteayer anteontem l'altro_ieri позавчера",
    }
)
NOW = frozenset(
    folded(word)
    for word in (
        "just now", "now", "방금", "방금 전", "たった今", "刚刚", "剛剛", "gerade eben", "a l'instant", "ahora mismo", "agora mesmo",
        "agora", "adesso", "только что", "الآن",
    )
)  # fmt: skip

# Seconds of one unit; a month is 30 days and a year 365, as sites count when they say "ago".
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
UNITS = _table(
    {
        1: "second seconds sec secs s 초 秒 秒钟 sekunde sekunden sek seconde secondes segundo segundos seg secondo secondi "
        "секунда секунду секунды секунд сек ثانية ثوان ثواني",
        _MINUTE: "minute minutes min mins m 분 分 分钟 分鐘 分間 minuten minuto minutos minuti минута минуту минуты минут мин دقيقة دقائق",
        _HOUR: "hour hours hr hrs h 시간 時間 小时 小時 个小时 個小時 stunde stunden std heure heures hora horas ora ore "
        "час часа часов ч ساعة ساعات",
        _DAY: "day days d 일 日 天 tag tage tagen jour jours j día días dia dias giorno giorni день дня дней يوم أيام",
        7 * _DAY: "week weeks w wk 주 주일 週間 周 週 星期 woche wochen semaine semaines semana semanas settimana settimane "
        "неделя неделю недели недель أسبوع أسابيع",
        30 * _DAY: "month months mo 개월 달 か月 ヶ月 カ月 ヵ月 个月 個月 monat monate monaten mois mes meses mês mese mesi "
        "месяц месяца месяцев شهر أشهر شهور",
        365 * _DAY: "year years yr yrs y 년 年 jahr jahre jahren an ans année années año años ano anos anno anni год года лет سنة سنوات",
    }
)
PAIRS = _table({2: "ثانيتين", 2 * _MINUTE: "دقيقتين", 2 * _HOUR: "ساعتين", 2 * _DAY: "يومين", 14 * _DAY: "أسبوعين", 60 * _DAY: "شهرين"})
ONES = frozenset(folded(word) for word in ("a", "an", "one", "einer", "einem", "eine", "un", "une", "una", "uno", "um", "uma", "un'"))
BEFORE_AGO = tuple(folded(word) for word in ("vor", "il y a", "hace", "há", "ha", "قبل", "منذ"))
AFTER_AGO = tuple(folded(word) for word in ("ago", "전", "前", "以前", "fa", "назад", "atrás", "her", "تقريبا"))

# Months stand before the day in these languages where a date is written 3/4.
MONTH_FIRST_LANGUAGES = frozenset({"en-us"})
DAY_FIRST_LANGUAGES = frozenset({"de", "fr", "es", "pt", "it", "ru", "ar", "en-gb", "en-au", "en-in", "nl", "pl", "tr", "th", "vi"})
MONTH_FIRST_ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Detroit", "America/Phoenix",
                     "America/Anchorage", "Pacific/Honolulu", "Asia/Manila", "US/")  # fmt: skip
DAY_FIRST_ZONES = ("Europe/", "Africa/", "Australia/", "America/Sao_Paulo", "America/Argentina", "America/Mexico_City", "America/Bogota",
                   "Asia/Kolkata", "Asia/Singapore", "Asia/Dubai", "Asia/Riyadh", "Asia/Bangkok", "Pacific/Auckland")  # fmt: skip
