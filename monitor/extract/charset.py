"""Bytes of a page to text, whatever the page and the server say of them."""

import codecs
import re

from monitor.model import Headers

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE
)
_LANGUAGE = re.compile(rb"""<html[^>]{0,300}?\blang\s*=\s*["']?([a-zA-Z]{2})""", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# What a page that names the narrow set really writes: browsers read these as their supersets (WHATWG Encoding).
_WIDER = {
    "euc-kr": "cp949", "euc_kr": "cp949", "ks_c_5601-1987": "cp949", "korean": "cp949", "x-windows-949": "cp949",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
    "x-sjis": "cp932",    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "big5": "big5hkscs", "tis-620": "cp874", "utf8": "utf-8", "unicode": "utf-8",
}  # fmt: skip
_BY_LANGUAGE = {
    "ko": "cp949",
    "ja": "cp932",
    "zh": "gb18030",
    "ru": "cp1251",
    "uk": "cp1251",
    "ar": "cp1256",
    "tr": "cp1254",
    "el": "cp1253",
}
_HEAD = 4096


def decode(body: bytes, headers: Headers, *, charset: str | None = None) -> str:
    """The page as text. Bytes that are valid UTF-8 are UTF-8; else the rule, the server, the page and its language are asked in turn."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    declared = [name for name in (charset, _of_server(headers), _of_page(body)) if name]
    if not any(name.startswith("iso-2022") for name in declared):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for name in (*declared, _of_language(body)):
        text = _decoded(body, name, strict=True)
        if text is not None:
            return text
    # nothing fits without errors: a stray byte is likelier than a wrong name
    for name in (*declared, "utf-8"):
        text = _decoded(body, name, strict=False)
        if text is not None:
            return text
    return body.decode("utf-8", "replace")


def _decoded(body: bytes, name: str | None, *, strict: bool) -> str | None:
    if not name:
        return None
    try:
        return body.decode(_WIDER.get(name, name), "strict" if strict else "replace")
    except (UnicodeDecodeError, LookupError):
        return None


def _of_server(headers: Headers) -> str | None:
    for key, value in headers:
        if key.lower() == "content-type" and (match := re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", value, re.IGNORECASE)):
            return match[1].lower()
    return None


def _of_page(body: bytes) -> str | None:
    match = _DECLARED.search(body[:_HEAD])
    return (match[1] or match[2]).decode("ascii", "replace").lower() if match else None


def _of_language(body: bytes) -> str | None:
    match = _LANGUAGE.search(body[:_HEAD])
    return _BY_LANGUAGE.get(match[1].decode("ascii").lower()) if match else None
