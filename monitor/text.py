"""Text that others wrote: when two texts are one, and how to keep them harmless. Pure."""

import re
import unicodedata
from collections.abc import Sequence

# Characters that no reader sees: zero-width space, word joiner, byte order mark, soft hyphen, direction marks, and
# Mongolian vowel separator. Zero-width (non-)joiner stays: it changes letters in Persian, Indic scripts and emoji.
_INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff"
_DROP_INVISIBLE = re.compile(f"[{_INVISIBLE}]")


def fold(text: str) -> str:
    """The text as it is compared: NFC, white space folded to single blanks, invisible characters gone.

    Two texts with equal folds are one text: they never make a revision.
    """
    ascii_only = text.isascii()
    if ascii_only and len(text) < _SHORT:
        return " ".join(text.split())
    # the usual case at a quarter of the price: whatever is invisible or a blank other than " " is not printable
    if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:] and (ascii_only or unicodedata.is_normalized("NFC", text)):
        return text
    if ascii_only:
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", _DROP_INVISIBLE.sub("", text)).split())


# Characters of ASCII that are parted and joined sooner than looked at.
_SHORT = 64


def folded(texts: Sequence[str]) -> Sequence[str]:
    """Each text as it is compared; where all are so already, they are asked at once."""
    whole = f" {' '.join(texts)} "
    if "  " not in whole and (not any(map(whole.__contains__, _BLANKS)) if whole.isascii() else _is_folded(whole)):
        return texts
    return [fold(text) for text in texts]


# The blanks of ASCII besides " ".
_BLANKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f"


def _is_folded(whole: str) -> bool:
    return whole.isprintable() and unicodedata.is_normalized("NFC", whole)


# One character for each family that a typesetter may exchange without changing what is said. Quotation marks of all
# languages are one family, because « », „ “, 「 」 and " " replace each other when a house style changes.
_DOUBLE = '"“”„‟«»「」『』〝〞〟＂″'
_SINGLE = "'‘’‚‛‹›＇′`´ʼ"
_DASHES = "-‐‑‒–—―−﹘－─"
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys(_DOUBLE, '"'),
        **dict.fromkeys(_SINGLE, "'"),
        **dict.fromkeys(_DASHES, "-"),
        "…": "...",
        "⋯": "...",
        "～": "~",
        "〜": "~",
        "・": "·",
        "•": "·",
    }
)


def plain(text: str) -> str:
    """The text without its typography: folded, full-width forms narrow, one kind of quotation mark and dash, no case.

    Equal when only typography differs. A minus sign stays apart from no sign, and figures keep their separators.
    """
    return fold(unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHY))).casefold()


def clean_text(text: str) -> str:
    """The text without what no database keeps: NUL and lone surrogates. Everything else is exact."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def clean_header(text: str, limit: int = 200) -> str:
    """One line that is safe in a mail header: no control characters, no `=?` that a reader would decode, cut to `limit`."""
    line = " ".join(_CONTROL.sub(" ", text).split()).replace("=?", "= ?")
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


# What a terminal may obey or a reader be fooled by: C0, DEL, C1, bidi embeddings and isolates, interlinear marks, tags,
# lone surrogates. Invisible characters are dropped, the others shown by their number.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff\u2028\u2029\U000e0000-\U000e007f" + _INVISIBLE + "]"
)


def term_safe(text: str) -> str:
    """One line that a terminal only shows: controls and bidi overrides become `⟨U+001B⟩`, line breaks and tabs a blank."""
    return _UNSAFE.sub(lambda found: _shown(found[0]), text)


def _shown(character: str) -> str:
    if character in _INVISIBLE:
        return ""
    if character in "\t\n\v\f\r\x85\u2028\u2029":
        return " "
    return f"⟨U+{ord(character):04X}⟩"


def display_width(text: str) -> int:
    """Columns on a terminal: 2 for wide and full-width characters, 0 for combining and invisible ones."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


_WIDTHS: dict[str, int] = {}


def _columns(character: str) -> int:
    columns = _WIDTHS.get(character)
    if columns is None:
        if unicodedata.category(character) in ("Mn", "Me", "Cf"):
            columns = 0
        else:
            columns = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        _WIDTHS[character] = columns
    return columns


def cut_to_width(text: str, columns: int) -> str:
    """The beginning of the text that fits, with `…` where something was cut."""
    if display_width(text) <= columns:
        return text
    width, end = 1, 0
    for end, character in enumerate(text):  # noqa: B007 - the position is used after the loop
        width += _columns(character)
        if width > columns:
            break
    return text[:end].rstrip() + "…"


def shorten(text: str, limit: int) -> str:
    """The folded text, at most `limit` characters, cut between words where it has blanks."""
    line = fold(text)
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    blank = cut.rfind(" ", limit // 2)
    return (cut[:blank] if blank > 0 else cut).rstrip() + "…"
