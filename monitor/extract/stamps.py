"""Posted and Updated: from machine-readable data first, then from the lines a reader sees near the headline."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from monitor.extract.blocks import Block, Document
from monitor.extract.headline import headline_at
from monitor.extract.metadata import Metadata
from monitor.model import Stamp
from monitor.times import read_stamp

_POSTED_METAS = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "pubdate",
    "publishdate", "publish-date", "publish_date", "published_time", "date.published", "dc.date.issued", "dcterms.created",
    "dcterms.issued", "dc.date.created", "sailthru.date", "bt:pubdate",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "article.published", "article.created",
    "originalpublicationdate", "displaydate", "displaytime", "rbpubdate", "ptime", "published-date", "publication_date",
    "publication-date", "date_published", "datecreated", "iso-8601-publish-date", "created", "pub_date", "published",
)  # fmt: skip
# These name a day and not what happened on it: some pages are made anew on it.
_VAGUE_METAS = ("date", "dc.date", "dcterms.date")
_UPDATED_METAS = (
    "article:modified_time", "og:updated_time", "og:modified_time", "datemodified", "dcterms.modified", "dc.date.modified",
    "article.updated", "lastmod", "last-modified", "lastmodified", "article:modified", "utime", "revised", "rbupdatedate",
    "bt:moddate", "modified-date", "date.modified", "date_modified",
)  # fmt: skip

# Words in front of a stamp, in the languages the stamps are read in. They only say which of the two it is.
_POSTED_WORD = (
    r"(?:first )?(?:posted|published|publication date|issued|created|released|date)|\b(?:datum|fecha|data|дата)\b|التاريخ"
    r"|입력|등록|게재|작성|발행|승인|기사입력|날짜|公開|掲載|配信|投稿|日付|发布|發布|日期"
    r"|发表|發表|刊登|(?:erst)?veröffentlicht|erschienen|erstellt|publié|paru|mis en ligne|créé|publicado|publicada|creado"
    r"|pubblicat[oa]|inserito"
    r"|creato|опубликован[оа]?|дата публикации|размещено|создано|نشر|نُشر|تاريخ النشر"
)
_UPDATED_WORD = (
    r"(?:last |lastly )?(?:updated|modified|revised|edited|update)|수정|최종 ?수정|업데이트|기사수정"
    r"|最終更新|更新|更新日時|修改|最后更新|修订"
    r"|(?:zuletzt |letzte )?(?:aktualisiert|aktualisierung|geändert|änderung|bearbeitet)|mis à jour|màj|mise à jour|modifié"
    r"|dernière mise à jour"
    r"|actualizado|actualizada|última actualización|modificado|atualizado|atualizada|última atualização|aggiornat[oa]|ultimo aggiornamento"
    r"|modificato|обновлен[оа]?|обновлён|изменено|последнее обновление|آخر تحديث|تم التحديث|محدث|تحديث"
)
_LABELLED = re.compile(
    rf"(?P<updated>{_UPDATED_WORD})|(?P<posted>{_POSTED_WORD})",
    re.IGNORECASE,
)
_LOOKS_LIKE_A_TIME = re.compile(
    r"\d{4}|\d{1,2}[:.시時点h]\d{2}|\b(?:ago|vor|il y a|hace|há|fa|назад|前|전|منذ)\b"
    r"|\d+ ?(?:시간|분|일) ?전|\d+ ?(?:分|小时|小時|時間|天)前"
)
_RELATIVE = re.compile(
    r"\bago\b|\bvor \d|il y a|\bhace\b|\bhá \d|\bfa\b|назад|前|전|منذ|yesterday|today|gestern|heute|hier|ayer|oggi|ieri"
    r"|вчера|сегодня|어제|오늘|昨日|今日",
    re.IGNORECASE,
)
_AFTER_LABEL = re.compile(
    r"^[\s:：|·.,;–—/\-\]\)】)>]*(?:(?:on|at|am|um|le|el|il|à|a las|alle|em|в|den|日時?|time|date|uhr|in)\b[\s:：]*)*", re.IGNORECASE
)
_MAX_LINE = 160
# A line that is a link speaks of another page.
_A_LINK = 0.9


# Where nothing else names a zone, the language does, if nearly all of its outlets share one.
_ZONES = {
    "ko": "Asia/Seoul", "ja": "Asia/Tokyo", "zh": "Asia/Shanghai", "de": "Europe/Berlin", "fr": "Europe/Paris", "it": "Europe/Rome",
    "nl": "Europe/Amsterdam", "sv": "Europe/Stockholm", "da": "Europe/Copenhagen", "nb": "Europe/Oslo", "no": "Europe/Oslo",
    "nn": "Europe/Oslo", "fi": "Europe/Helsinki", "pl": "Europe/Warsaw", "cs": "Europe/Prague", "hu": "Europe/Budapest",
    "el": "Europe/Athens",    "tr": "Europe/Istanbul", "he": "Asia/Jerusalem", "vi": "Asia/Ho_Chi_Minh", "th": "Asia/Bangkok",
    "ru": "Europe/Moscow",
}  # fmt: skip


def zone_of_language(language: str | None) -> str | None:
    """The zone that nearly all outlets of this language share; None for languages of many zones and for emigrated variants (fr-CA)."""
    if not language:
        return None
    tag, _, region = language.lower().partition("-")
    zone = _ZONES.get(tag)
    return None if region in ("ca", "us", "br", "be") and tag != "nl" else zone


@dataclass(frozen=True, slots=True)
class Reading:
    """How stamps are read on this page: the zone for those that name none, the time of the look, the language."""

    timezone: str | None
    now: datetime
    language: str | None

    def read(self, text: Any, source: str) -> Stamp | None:
        """The stamp in this text; None for anything else, or a time that has not come yet."""
        if isinstance(text, list):
            text = text[0] if text else None
        if isinstance(text, dict):
            text = text.get("@value")
        if not isinstance(text, str) or not text.strip():
            return None
        language = self.language[:2].lower() if self.language else None
        stamp = read_stamp(text, timezone=self.timezone, now=self.now, language=language, source=source)
        if stamp and source == "visible" and _RELATIVE.search(text) and not re.search(r"\d{4}", text):
            return replace(stamp, source="relative")
        return stamp


def machine_stamps(tree: LexborHTMLParser, metadata: Metadata, reading: Reading) -> tuple[Stamp | None, Stamp | None]:
    """What the page tells machines: JSON-LD, meta elements, itemprops, in this order."""
    posted = reading.read(metadata.ld.get("datePublished"), "json-ld") or _first(reading, metadata, _POSTED_METAS)
    updated = reading.read(metadata.ld.get("dateModified"), "json-ld") or _first(reading, metadata, _UPDATED_METAS)
    if posted is None:
        posted = _of_nodes(tree, reading, '[itemprop="datePublished"],time[pubdate],[property="datePublished"]', "itemprop")
    if posted is None:
        posted = reading.read(metadata.ld.get("dateCreated"), "json-ld") or reading.read(metadata.ld.get("uploadDate"), "json-ld")
    if updated is None:
        updated = _of_nodes(tree, reading, '[itemprop="dateModified"],[property="dateModified"]', "itemprop")
    return posted, updated


def vague_stamp(metadata: Metadata, seen: Stamp | None, reading: Reading) -> Stamp | None:
    """The day that the page calls nothing but its date, unless `seen`, what it shows, is an earlier one."""
    told = _first(reading, metadata, _VAGUE_METAS)
    return seen if told is None or (seen is not None and seen.source != "relative" and told.at - seen.at >= _A_DAY) else told


def _first(reading: Reading, metadata: Metadata, names: Iterable[str]) -> Stamp | None:
    return next((stamp for name in names if (stamp := reading.read(metadata.metas.get(name), "og" if ":" in name else "meta"))), None)


def _of_nodes(tree: LexborHTMLParser, reading: Reading, selector: str, source: str) -> Stamp | None:
    for node in tree.css(selector)[:4]:
        attributes = node.attributes
        told = attributes.get("datetime") or attributes.get("content") or node.text(separator=" ")
        if stamp := reading.read(" ".join(told.split()), source):
            return stamp
    return None


def visible_stamps(blocks: Sequence[Block], reading: Reading) -> tuple[Stamp | None, Stamp | None]:
    """Posted and Updated from labelled lines; of each the first in reading order."""
    posted = updated = None
    for block in blocks:
        line = _stamp_line(block)
        for kind, text in labelled(line) if line else ():
            if kind == "posted" and posted is None:
                posted = _first_in(text, reading)
            elif kind == "updated" and updated is None:
                updated = _first_in(text, reading)
        if posted and updated:
            break
    return posted, updated


def _first_in(text: str, reading: Reading) -> Stamp | None:
    """The stamp that this text is, or that it begins with."""
    if stamp := reading.read(text, "visible"):
        return stamp
    begins = _DAY.match(text)
    return reading.read(begins[0], "visible") if begins else None


def _stamp_line(block: Block) -> str | None:
    """What of this block may tell times: a short line that is no link, or the beginning of a longer one that begins with a label."""
    text = block.text
    if block.link > _A_LINK or not _LOOKS_LIKE_A_TIME.search(text[:_MAX_LINE]):
        return None
    return text[:_MAX_LINE] if len(text) <= _MAX_LINE or _LABELLED.match(text) else None


def labelled(line: str) -> Iterable[tuple[str, str]]:
    """The parts of a line that begin with a word like Posted or Updated, each with what follows up to the next; or that end with one."""
    marks = list(_LABELLED.finditer(line))
    if len(marks) == 1 and marks[0].end() == len(line) and _LOOKS_LIKE_A_TIME.search(line[: marks[0].start()]):
        yield ("updated" if marks[0]["updated"] else "posted"), line[: marks[0].start()]
    for mark, following in zip_longest(marks, marks[1:]):
        rest = line[mark.end() : following.start() if following else None]
        rest = _AFTER_LABEL.sub("", rest).strip(" |·,;([{【")
        if rest and _LOOKS_LIKE_A_TIME.search(rest):
            yield ("updated" if mark["updated"] else "posted"), rest


def lone_stamp(document: Document, title: str, body: Sequence[Block], reading: Reading) -> Stamp | None:
    """A time without a label: a short line near the headline that holds a date, or a `<time>` there, which may tell the minute."""
    near = [*_near_headline(document, title, body), *_named_between(document, title, body)]
    text = {id(block) for block in body[:6]}
    seen = next((stamp for b in near if not b.figure and (stamp := _date_in(b.text, reading, is_text=id(b) in text))), None)
    places = {block.at for block in near}
    inside = {element.mem_id for at, element in enumerate(document.elements) if at in places}
    for node in document.tree.css("time")[:8]:
        parent = node.parent
        while parent is not None and parent.tag not in ("body", "html") and parent.mem_id not in inside:
            parent = parent.parent
        if parent is None or parent.mem_id not in inside:
            continue
        stamp = reading.read(" ".join((node.attributes.get("datetime") or node.text(separator=" ")).split()), "time")
        if stamp and (seen is None or abs(stamp.at - seen.at) < _A_DAY):
            return stamp
    return seen


_A_DAY = timedelta(days=1)


def closing_stamp(document: Document, body: Sequence[Block], reading: Reading) -> Stamp | None:
    """The date in the last paragraphs of the text or in the lines right below it, where some outlets put their byline."""
    end = next((k for k in range(len(document.blocks) - 1, -1, -1) if body and document.blocks[k] is body[-1]), None)
    if end is None:
        return None
    lines = (block for block in document.blocks[max(0, end - 1) : end + _BELOW_TEXT] if block.link < 0.3 and len(block.text) < _BYLINE)
    return next((stamp for block in lines if (stamp := _date_in(block.text, reading))), None)


_BELOW_TEXT = 6

# Bylines stand within this many blocks above and below the headline; longer lines than this are sentences.
_ABOVE, _BELOW, _BYLINE = 4, 14, 140


def _near_headline(document: Document, title: str, body: Sequence[Block]) -> Sequence[Block]:
    """The blocks below the headline, up to the text's second paragraph, then those above it, where clocks stand too."""
    blocks, place = document.blocks, headline_at(document, title)
    if place is None:
        place = next((k for k, block in enumerate(blocks) if block.tag == "h1"), None)
    start = next((k for k, block in enumerate(blocks) if body and block is body[0]), 0)
    if place is None:
        return blocks[max(0, start - 6) : start + 2]
    below = start + 2 if place <= start < place + 3 * _BELOW else place + _BELOW
    return [*blocks[place:below], *reversed(blocks[max(0, place - _ABOVE) : place])]


# What developers call the line that tells when and by whom.
STAMP_NAMES = re.compile(r"meta|metadata|timestamp|dateline|publish|byline")


def _named_between(document: Document, title: str, body: Sequence[Block]) -> Sequence[Block]:
    """Lines between the headline and the text, however far from it, whose names say that they tell times."""
    blocks, place = document.blocks, headline_at(document, title)
    start = next((k for k, block in enumerate(blocks) if body and block is body[0]), 0)
    if place is None:
        return ()
    return [block for block in blocks[place:start] if block.furniture and block.link < _A_LINK and STAMP_NAMES.match(block.furniture)]


_DAY = re.compile(
    r"(?<!\d)(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4}|\d{1,2}\.\d{1,2}\.\d{2}(?!\d)"
    r"|\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]"
    r"|\d{1,2}(?:st|nd|rd|th|er|º|\.)?\s(?:de\s)?[^\W\d_]{3,12}\.?,?\s(?:de\s|del\s)?\d{4}|[^\W\d_]{3,10}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4})"
    r"(?:[T,\s|·–-]{1,4}(?:at\s|um\s|à\s|a las\s|alle\s|오전\s?|오후\s?|午前\s?|午後\s?|上午\s?|下午\s?)?"
    r"\d{1,2}(?:[:.h]|[時时点點시]\s?)\d{2}(?:[:분分]\d{2})?[분分]?(?:\s?[ap]\.?m\.?)?(?:\s(?:Uhr|UTC|GMT|[A-Z]{3,4})(?!\w))?)?",
    re.IGNORECASE,
)


_PARTING = tuple("|–—-:)•·")


def _date_in(line: str, reading: Reading, *, is_text: bool = False) -> Stamp | None:
    """The date in a short line (a byline), or at the very beginning of a longer one (a dateline); not in a sentence."""
    if len(line) > _BYLINE or is_text:
        found = _DAY.search(line[:_BYLINE])
        begins = found is not None and (found.start() == 0 or (found.start() < 45 and line[found.end() :].lstrip()[:1] in _PARTING))
        return reading.read(found[0], "visible") if found and begins else None
    for found in _DAY.finditer(line):
        if stamp := reading.read(found[0], "visible"):
            return stamp
    return reading.read(line, "visible") if len(line) <= 40 and _LOOKS_LIKE_A_TIME.search(line) else None


_IN_ADDRESS = re.compile(
    r"/(20\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_-]|\D)|/(20\d\d)/([1-9]|1[0-2])/([1-9]|[12]\d|3[01])/"
)


_IN_DATA = re.compile(
    r"""(?:"|&quot;)(?:first_?)?(?:date_?published|publish(?:ed|ing)?_?(?:date|time|at|on)|publication_?(?:date|time)|pub_?date)(?:"|&quot;)"""
    r"""\s*:\s*(?:"|&quot;)([^"&]{8,40})(?:"|&quot;)""",
    re.IGNORECASE,
)


def data_stamp(html: str, reading: Reading) -> Stamp | None:
    """The day of publication in the data that a page carries for its own scripts: the first that can be read."""
    return next((stamp for found in _IN_DATA.finditer(html) if (stamp := reading.read(found[1], "data"))), None)


def address_stamp(url: str | None, reading: Reading) -> Stamp | None:
    """The day that many outlets put into an article's address."""
    match = _IN_ADDRESS.search(url or "")
    if match is None:
        return None
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[4], match[5], match[6])
    return reading.read(f"{year}-{int(month):02d}-{int(day):02d}", "url")


_CLOCK = re.compile(r"(?<![\d.,:])\d{1,2}\s?(?:[:.h]|[時时點点시])\s?\d{2}(?![\d,:])")
_LONGEST_CLOCK, _CLOCK_WORDS = 32, 3


def is_clock(text: str) -> bool:
    """Is this nothing but a time of day, with a day or a zone perhaps? "5 minutes ago" is none: it moves with every look."""
    if len(text) > _LONGEST_CLOCK or not _CLOCK.search(text) or _RELATIVE.search(text):
        return False
    return len(re.findall(r"[^\W\d_]{2,}", text)) <= _CLOCK_WORDS


def is_stamp_line(block: Block, reading: Reading) -> bool:
    """A block that only tells a time: 'Posted : …', '16:20 | World'. It is none of the article's text."""
    if len(block.text) > _MAX_LINE or not _LOOKS_LIKE_A_TIME.search(block.text):
        return False
    if any(reading.read(text, "visible") for _, text in labelled(block.text)):
        words = _LABELLED.sub(" ", block.text)
        return len(re.findall(r"[^\W\d_]{2,}", words)) <= 8
    return len(block.text) <= 40 and reading.read(block.text, "visible") is not None
