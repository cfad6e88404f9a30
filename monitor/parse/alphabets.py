"""How texts of the legacy encodings look: the characters that are ordinary in each, for telling encodings apart. Pure."""

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Alphabet:
    """One encoding, the characters that ordinary text in it consists of, and those of them it cannot do without."""

    codec: str
    ordinary: frozenset[str]
    needed: frozenset[str]
    least: float = 0.3
    is_double: bool = False

    def share(self, sample: bytes) -> float:
        """How much of the sample's foreign text is ordinary in this encoding, 0 to 1; 0 when what it needs is missing."""
        text = sample.decode(self.codec, "replace")
        foreign = [char for char in text if char > "\x7f"]
        if not foreign:
            return 0.0
        if sum(char in self.needed for char in foreign) < self.least * len(foreign):
            return 0.0
        return sum(char in self.ordinary for char in foreign) / len(foreign)


def alphabet_of(codec: str) -> Alphabet | None:
    """The alphabet of this encoding, None for those that are told by nothing (Latin)."""
    return _alphabets().get(codec)


def best_alphabet(sample: bytes, *, doubles: bool = False) -> tuple[Alphabet | None, float]:
    """The encoding in which the sample looks most ordinary, and how much so. The earlier wins a tie.

    `doubles`: only encodings of two bytes a character.
    """
    best, most = None, 0.0
    for alphabet in _alphabets().values():
        if doubles and not alphabet.is_double:
            continue
        share = alphabet.share(sample)
        if share > most + 0.01:
            best, most = alphabet, share
    return best, most


_RUN = re.compile(rb"([A-Za-z]?)([\x80-\xff]+)(?=([A-Za-z]?))")


def is_latin(sample: bytes) -> bool:
    """Whether most foreign bytes stand alone beside ASCII letters, as accented letters of Latin words do."""
    runs = _RUN.findall(sample)
    alone = sum(bool(before or after) and len(run) <= 2 for before, run, after in runs)
    return alone * 2 > len(runs)


def _double(codec: str, leads: range, trails: range) -> set[str]:
    pairs = (bytes((lead, trail)).decode(codec, "ignore") for lead in leads for trail in trails)
    return {char for char in pairs if len(char) == 1}


def _block(first: int, last: int) -> set[str]:
    return {chr(code) for code in range(first, last + 1)}


@cache
def _alphabets() -> dict[str, Alphabet]:
    high = range(0xA1, 0xFF)
    marks = set("‘’“”…·—–、。，．「」『』《》〈〉！？：；（）～・ー％　₩〔〕【】→○●△▲■□◆※")
    hangul = _double("euc_kr", range(0xB0, 0xC9), high)
    hanzi = _double("gb2312", range(0xB0, 0xD8), high)
    hanzi_tw = _double("big5", range(0xA4, 0xC7), range(0x40, 0xFF))
    kana = _block(0x3041, 0x3093) | _block(0x30A1, 0x30F6) | {"ー"}
    kanji = _double("euc_jp", range(0xB0, 0xD0), high)
    russian = set("абвгдежзийклмнопрстуфхцчшщъыьэюяё")
    cyrillic = russian | {char.upper() for char in russian} | set("іїєґІЇЄҐ«»—–№„“”’…")
    greek = {shape for char in _block(0x3B1, 0x3C9) | set("άέήίόύώϊϋΐΰ") for shape in (char, char.upper())}
    hebrew = _block(0x5D0, 0x5EA)
    arabic = _block(0x621, 0x63A) | _block(0x641, 0x64A)
    thai = _block(0xE01, 0xE3A) | _block(0xE40, 0xE4E)
    quotes = set("«»“”‘’–—…·\xa0،؛؟")
    rows = [
        Alphabet("euc_jp", frozenset(kana | kanji | marks), frozenset(kana), 0.15, is_double=True),
        Alphabet("cp932", frozenset(kana | kanji | marks), frozenset(kana), 0.15, is_double=True),
        Alphabet("cp949", frozenset(hangul | marks), frozenset(hangul), 0.6, is_double=True),
        Alphabet("gb18030", frozenset(hanzi | marks), frozenset(hanzi), 0.5, is_double=True),
        Alphabet("big5hkscs", frozenset(hanzi_tw | marks), frozenset(hanzi_tw), 0.5, is_double=True),
        Alphabet("cp874", frozenset(thai | quotes), frozenset("านรกอเงมลยวดท"), 0.42),
        *(
            Alphabet(codec, frozenset(cyrillic), frozenset("оеаинтсрвл"), 0.42)
            for codec in ("cp1251", "koi8_r", "iso8859_5", "cp866")
        ),
        *(Alphabet(codec, frozenset(greek | quotes), frozenset("αοιετσνρηπ"), 0.42) for codec in ("cp1253", "iso8859_7")),
        *(Alphabet(codec, frozenset(hebrew | quotes), frozenset("יוהלאתמרשב"), 0.42) for codec in ("cp1255", "iso8859_8")),
        *(Alphabet(codec, frozenset(arabic | quotes), frozenset("ايلمنرتوبع"), 0.42) for codec in ("cp1256", "iso8859_6")),
    ]  # fmt: skip
    return {row.codec: row for row in rows}
