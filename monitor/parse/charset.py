"""Which characters the bytes of a feed mean, decided here and by nobody else. Pure.

A byte order mark wins, then UTF-16/32 that shows by its zeros, then UTF-8 that is valid, then what HTTP and the XML declaration say
(under the names of the WHATWG Encoding Standard), each checked against the result, then what the bytes look like. One bad byte never
ruins a feed: pieces that are no UTF-8 are read by themselves.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.parse.alphabets import alphabet_of, best_alphabet, is_latin


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a body, the encoding it was read by, and what was odd about it."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


# Labels of the WHATWG Encoding Standard → Python's codec of the same repertoire. What is not here is not read: utf-7, unicode_escape, idna.
_SAME = {
    "utf-8": "utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8",
    "cp1252": "windows-1252 x-cp1252 iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 ascii us-ascii ansi_x3.4-1968 cp819 ibm819",
    "cp949": "euc-kr euckr cseuckr ks_c_5601-1987 ks_c_5601-1989 ks_c_5601 ksc5601 ksc_5601 korean iso-ir-149 windows-949 uhc ms949 "
    "x-windows-949",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji ms932 windows-31j csshiftjis cp932",
    "euc_jp": "euc-jp eucjp x-euc-jp cseucpkdfmtjapanese",
    "iso2022_jp": "iso-2022-jp csiso2022jp",
    "gb18030": "gbk gb2312 gb_2312-80 gb_2312 chinese csgb2312 csiso58gb231280 iso-ir-58 x-gbk cp936 ms936 windows-936 gb18030 hz-gb-2312",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950 windows-950",
    "cp874": "windows-874 tis-620 tis620 dos-874 iso-8859-11 iso8859-11 x-windows-874",
    "cp1250": "windows-1250 x-cp1250",
    "cp1251": "windows-1251 x-cp1251 win-1251 win1251",
    "cp1253": "windows-1253 x-cp1253",
    "cp1254": "windows-1254 x-cp1254 iso-8859-9 iso8859-9 latin5 l5",
    "cp1255": "windows-1255 x-cp1255",
    "cp1256": "windows-1256 x-cp1256",
    "cp1257": "windows-1257 x-cp1257",
    "cp1258": "windows-1258 x-cp1258",
    "koi8_r": "koi8-r koi8 koi cskoi8r koi8_r",
    "koi8_u": "koi8-u koi8-ru",
    "cp866": "ibm866 866 csibm866",
    "iso8859_2": "iso-8859-2 iso8859-2 latin2 l2",
    "iso8859_3": "iso-8859-3 latin3",
    "iso8859_4": "iso-8859-4 latin4",
    "iso8859_5": "iso-8859-5 iso8859-5 cyrillic",
    "iso8859_6": "iso-8859-6 iso8859-6 arabic asmo-708",
    "iso8859_7": "iso-8859-7 iso8859-7 greek greek8",
    "iso8859_8": "iso-8859-8 iso8859-8 hebrew iso-8859-8-i logical",
    "iso8859_10": "iso-8859-10 latin6",
    "iso8859_13": "iso-8859-13",
    "iso8859_14": "iso-8859-14",
    "iso8859_15": "iso-8859-15 iso8859-15 latin9 latin-9 l9",
    "iso8859_16": "iso-8859-16",
    "mac_roman": "macintosh mac x-mac-roman",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "utf-16": "utf-16 utf16 ucs-2 unicode iso-10646-ucs-2",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be unicodefffe",
    "utf-32": "utf-32 utf32 ucs-4",
    "utf-32-le": "utf-32le",
    "utf-32-be": "utf-32be",
}
_LABELS = {label: codec for codec, labels in _SAME.items() for label in (codec, *labels.split())}
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# How the first characters of a document look in the wide encodings: `<` or `{` and another ASCII character.
_WIDE = (
    (re.compile(rb"[<{\s]\0\0\0[\x09-\x7e]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[<{\s]\0\0\0[\x09-\x7e]"), "utf-32-be"),
    (re.compile(rb"[<{\s]\0[\x09-\x7e]\0"), "utf-16-le"),
    (re.compile(rb"\0[<{\s]\0[\x09-\x7e]"), "utf-16-be"),
)
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]+)", re.IGNORECASE)
# A run of text between tags, from its first foreign byte to its last.
_FOREIGN = re.compile(rb"[^\x00-\x7f<>]+(?:[^<>]*[^\x00-\x7f<>]+)?")
# Share of a text's foreign characters that must be ordinary ones of its alphabet: at home, and to overrule what was declared.
AT_HOME, PLAINLY = 0.5, 0.85
# Bytes looked at to tell an alphabet; more say nothing new.
SAMPLE = 6_000


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """The text of these bytes. Never fails: what no encoding explains becomes U+FFFD, and a warning says so."""
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return _forced(body[len(mark) :], codec)
    for pattern, codec in _WIDE:
        if pattern.match(body):
            return _forced(body, codec)
    labels = list(_declared(body, content_type))
    if body.isascii():
        if b"\x1b$" in body and "iso2022_jp" in labels:
            return _forced(body, "iso2022_jp")
        return Decoded(body.decode("ascii"), "utf-8")
    try:
        return Decoded(body.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _legacy(body, [label for label in labels if not label.startswith("utf-")])


def codec_named(label: str) -> str | None:
    """Python's codec for a label of the WHATWG standard, None for one that is not read."""
    return _LABELS.get(label.strip().lower())


def _declared(body: bytes, content_type: str | None) -> Iterator[str]:
    http = _HTTP_CHARSET.search(content_type or "")
    xml = _XML_ENCODING.search(body[:1024])
    for label in (http and http[1], xml and xml[1].decode("ascii", "replace")):
        codec = codec_named(label) if label else None
        if codec:
            yield codec


def _forced(body: bytes, codec: str) -> Decoded:
    text = body.decode(codec, "replace")
    return Decoded(text.lstrip("\ufeff"), codec, _lost(text))


def _legacy(body: bytes, labels: list[str]) -> Decoded:
    pieces = _foreign_pieces(body)
    strange = b" ".join(piece for piece in pieces if not _is_utf8(piece))
    wide = sum(len(piece) for piece in pieces)
    if len(strange) < wide * 0.8 or _is_mostly_utf8(body[: SAMPLE * 50]):
        # mostly UTF-8: only what is not is read otherwise
        codec = _codec_for(strange, labels) or "cp1252"
        text = re.sub(rb"[^\x00-\x7f<>]+(?:[^<>]*[^\x00-\x7f<>]+)?", lambda piece: _by_piece(piece[0], codec), body).decode(
            "utf-8", "replace"
        )
        return Decoded(text, "utf-8", (f"some bytes are no UTF-8 and were read as {codec}",))
    codec = _codec_for(strange, labels) or "cp1252"
    text = _lenient(body, codec)
    warnings = _lost(text)
    if (labels and labels[0] != codec) or not labels:
        warnings = (f"declared as {labels[0] if labels else 'UTF-8'}, read as {codec}", *warnings)
    return Decoded(text, codec, warnings)


def _codec_for(strange: bytes, labels: list[str]) -> str | None:
    """The encoding of bytes that are no UTF-8: the first declared one at home in its result, unless another plainly is."""
    sample = strange[:SAMPLE]
    for label in labels:
        own = alphabet_of(label)
        # letters of a Latin text stand among ASCII ones and may look like any alphabet of single bytes
        if own is not None and own.share(sample) >= PLAINLY and (own.is_double or not is_latin(sample)):
            return label
    if is_latin(sample):
        best, share = best_alphabet(sample, doubles=True)
        if best is not None and share >= PLAINLY:
            return best.codec
        return next((label for label in labels if alphabet_of(label) is None and _decodes(sample, label)), None)
    best, share = best_alphabet(sample)
    for label in labels:
        own = alphabet_of(label)
        if own is None:
            # an encoding without an alphabet of its own here (Latin and its neighbours): right unless another plainly is
            if share < PLAINLY and _decodes(sample, label):
                return label
        elif (at_home := own.share(sample)) >= AT_HOME and (at_home >= share - 0.2 or (own.is_double and best and not best.is_double)):
            return label
    if best is not None and share >= AT_HOME:
        return best.codec
    return next((label for label in labels if _decodes(sample, label)), None)


def _decodes(sample: bytes, codec: str) -> bool:
    text = sample.decode(codec, "replace")
    return text.count("\ufffd") <= len(text) // 50


def _lenient(body: bytes, codec: str) -> str:
    # Python's cp1252 knows five bytes less than the web's
    if codec == "cp1252":
        return body.decode(codec, "latin1_rest")
    return body.decode(codec, "replace")


def _latin1_rest(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("latin1_rest", _latin1_rest)


def _by_piece(piece: bytes, codec: str) -> bytes:
    if _is_utf8(piece):
        return piece
    # a cut character or one bad byte inside good UTF-8
    good = piece.decode("utf-8", "ignore").encode()
    if len(good) >= len(piece) * 0.8:
        return piece.decode("utf-8", "replace").encode()
    return _lenient(piece, codec).encode()


def _foreign_pieces(body: bytes) -> list[bytes]:
    """Runs of text that hold foreign bytes, parted at tags, with one byte before and after, from the first part of the body."""
    part = body[: SAMPLE * 50]
    return [part[max(0, match.start() - 1) : match.end() + 1] for match in _FOREIGN.finditer(part)]


def _is_utf8(piece: bytes) -> bool:
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf8(part: bytes) -> bool:
    """Whether there are ten good characters for each bad byte."""
    text = part.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return bad * 10 <= foreign - bad


def _lost(text: str) -> tuple[str, ...]:
    count = text.count("\ufffd")
    return (f"{count} characters could not be read",) if count else ()
