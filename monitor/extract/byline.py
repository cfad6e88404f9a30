"""Lines that name who wrote an article."""

import re

from monitor.times.vocabulary import MONTHS, folded

_BYLINE = re.compile(
    r"^(?:by|von|par|por|di|da|de|door|av|af|autor(?:in)?:?|текст:?|автор:?)\s+(?P<names>[^\W\d_][^\d|@]{3,80})$|^(?P<reporter>[가-힣]{2,4})\s*(?:기자|특파원)$"
    r"|^(?:記者|文)[：:／/\s]\s*(?P<writer>\S{2,8})$",
    re.IGNORECASE,
)
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_PERSON = re.compile(r"^[^\W\d_][\w.'’\u00ad-]*(?: [^\W\d_][\w.'’\u00ad-]*){1,4}$")
# Small words within names.
_PARTICLE = re.compile(r"van|von|vom|der|den|de|del|della|di|da|das|dos|do|du|la|le|el|al|bin|bint|ibn|ben|zu|zum|zur|af|av|ter|ten|y|e|i")


def is_person(text: str) -> bool:
    """Two to five words, each with a capital, or of a script that has none, or a small word that names have."""
    if not _PERSON.match(text) or text[0].islower():
        return False
    return all(not word[0].islower() or _PARTICLE.fullmatch(re.split(r"[-'’]", word)[0]) for word in text.split())


def byline_names(text: str) -> tuple[str, ...]:
    """The names in a line that is nothing but a byline; empty for anything else."""
    if len(text) > 100:
        return ()
    match = _BYLINE.match(MAIL.sub("", text).strip(" |·,"))
    if match is None:
        return ()
    if not match["names"]:
        return (match["reporter"] or match["writer"],)
    names = re.split(r"\s*(?:,|;|&|\band\b|\bund\b|\bet\b|\by\b|\be\b)\s*", match["names"].strip())
    # a byline is names: each word begins with a capital, or the script has none
    are_names = all(name and len(name.split()) <= 5 and (name[0].isupper() or not name[0].islower()) for name in names)
    return tuple(names) if are_names and len(names) <= 6 and not match["names"].rstrip().endswith((".", "!", "?")) else ()


_SAYS_BY = re.compile(
    r"(?:^|(?<=[\s|/·•–—-]))(?:by|von|par|por|door|di|af|av|author|autor(?:in)?(?:/autor(?:in)?)?|auteur|autore|redaktion|redacción|автор|текст|文|記者|作者|著者)"
    r"(?:\s*[:：]\s*|\s+)(?=\S)",
    re.IGNORECASE,
)
# What may stand in front of that in a byline: a word for writing or publishing, a day.
_BEFORE_BY = re.compile(
    r"(?:(?:posted|published|written|story|text|words|report(?:ed|ing)?|article|updated|erstellt|veröffentlicht|geschrieben|verfasst|aktualisiert|publié"
    r"|rédigé|écrit|publicado|escrito|scritto|pubblicato|опубликовано)\b\W*)?(?:on|am|le|il|el|em|vom)?\s*"
    r"(?:(?:[^\W\d_]{2,12}\W+)?(?:[^\W\d_]{3,12}\.?\s)?\d[\d\s.,:/年月日-]*(?:[^\W\d_]{1,12}\.?[\s,]*){0,2}[\d\s.,:/-]*(?:uhr|h|am|pm)?)?\W*$",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"\s*[|/·•()\[\]]|\s[–—-]\s|[,\s]*\d|\s+(?:on|am|le|il|el|em|at|vom|um|in|aus|posted|published|veröffentlicht|updated|aktualisiert|stand)\b",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*[,;&]\s*(?:(?:and|und|et|y|e)\s+)?|\s+(?:and|und|et|y|e)\s+")
_LONGEST, _LONGEST_BEFORE = 160, 60


def signed(text: str, *, alone: bool = False) -> list[str]:
    """The names in a line that says by whom, also with a day, a desk or a town beside them; empty for anything else.

    `alone` lets one word be a name.
    """
    found = _SAYS_BY.search(text) if len(text) <= _LONGEST else None
    if found is None or found.start() > _LONGEST_BEFORE or not _BEFORE_BY.match(text[: found.start()]):
        return []
    return first_names(MAIL.sub("", text[found.end() :]).strip(" |·,:"), alone=alone)


def first_names(text: str, *, alone: bool = False) -> list[str]:
    """The names that this text begins with, up to the first part that is none."""
    stop = _STOP.search(text)
    words = (text[: stop.start()] if stop else text).split()
    while len(words) > 1 and stop and (folded(words[-1].strip(".,")) in MONTHS or _WEEKDAY.fullmatch(words[-1].strip(".,"))):
        words.pop()
    names: list[str] = []
    for part in _BETWEEN.split(" ".join(words).strip(" ,;:")):
        if not (is_person(part) or (alone and not names and _is_word(part))):
            break
        names.append(part)
    return names


def _is_word(text: str) -> bool:
    return len(text) > 1 and text[0].isalpha() and not text[0].islower() and " " not in text
