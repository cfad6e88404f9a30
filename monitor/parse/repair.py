"""Makes broken XML well-formed where the meaning is plain: stray ampersands, HTML's entities, undeclared prefixes. Pure, linear."""

import html.entities
import re
from collections.abc import Callable

_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)(?:#(\d{1,8});|#[xX]([0-9a-fA-F]{1,8});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_KNOWN = {b"amp", b"lt", b"gt", b"quot", b"apos"}
_PREFIX = re.compile(rb"</?([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=")
_LESS = re.compile(rb"<(?![A-Za-z_/!?])")
_XMLNS = re.compile(rb"xmlns:([A-Za-z_][\w.-]*)\s*=")
_NAMESPACES = {
    b"content": b"http://purl.org/rss/1.0/modules/content/",
    b"dc": b"http://purl.org/dc/elements/1.1/",
    b"dcterms": b"http://purl.org/dc/terms/",
    b"atom": b"http://www.w3.org/2005/Atom",
    b"itunes": b"http://www.itunes.com/dtds/podcast-1.0.dtd",
    b"media": b"http://search.yahoo.com/mrss/",
    b"rdf": b"http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    b"sy": b"http://purl.org/rss/1.0/modules/syndication/",
    b"feedburner": b"http://rssnamespace.org/feedburner/ext/1.0",
}
# What XML 1.0 does not allow in a document, bytes of UTF-8; U+FFFE and U+FFFF are handled apart.
CONTROLS = bytes(code for code in range(0x20) if code not in (9, 10, 13))
# An item with more kinds of elements that never close says nothing plainly.
MAX_UNCLOSED = 100


def without_controls(body: bytes) -> bytes:
    """The bytes without NUL and other characters that no XML may hold."""
    body = body.translate(None, CONTROLS)
    if b"\xef\xbf\xbe" in body or b"\xef\xbf\xbf" in body:
        body = body.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
    return body


def with_entities(document: bytes) -> bytes:
    """The document with stray ampersands and brackets escaped and HTML's entities read. CDATA stays as it is."""
    return _outside_cdata(document, _mended)


def repaired(document: bytes) -> bytes:
    """The document with all its plain mistakes mended, undeclared prefixes too."""
    return _with_namespaces(with_entities(document))


_START = re.compile(rb"<([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)((?:\s[^<>]*)?)>")


def ancestors(head: bytes) -> bytes:
    """The start tags that enclose the items, from what stands before the first one."""
    root = re.match(rb"<[^>]*>", head)
    channel = re.search(rb"<(?:[\w.-]+:)?channel(?=[\s>])[^>]*>", head)
    closed = channel and re.search(rb"</(?:[\w.-]+:)?channel\s*>", head[channel.end() :])
    return (root[0] if root else b"<rss>") + (channel[0] if channel and root and channel.start() >= root.end() and not closed else b"")


def end_tags(opening: bytes) -> bytes:
    """The end tags for these start tags."""
    return b"".join(b"</" + name + b">" for name in reversed(re.findall(rb"<([\w.:-]+)", opening)))


def rebuilt(document: bytes) -> bytes:
    """A document of one item, put together from the elements in it that have an end tag, their insides as text.

    For what mending cannot help: tags that cross or never close inside an item.
    """
    match = re.search(rb"<(?:[\w.-]+:)?(item|entry)(?=[\s>])[^>]*>", document)
    if match is None:
        return document
    name = re.match(rb"<([\w.:-]+)", match[0])
    assert name is not None
    end = document.rfind(b"</" + name[1])
    inside = document[match.end() : end if end > 0 else len(document)]
    parts, at = [], 0
    never_closed: set[bytes] = set()
    while (start := _START.search(inside, at)) and len(never_closed) < MAX_UNCLOSED:
        at = start.end()
        if start[2].endswith(b"/"):
            parts.append(start[0])
            continue
        if start[1] in never_closed:
            continue
        close = inside.find(b"</" + start[1] + b">", at)
        if close < 0:
            never_closed.add(start[1])
            continue
        text = _as_text(inside[at:close])
        parts.append(b"<%s%s>%s</%s>" % (start[1], _attributes_as_text(start[2]), text, start[1]))
        at = close
    whole = document[: match.end()] + b"".join(parts) + document[end if end > 0 else len(document) :]
    return _with_namespaces(whole)


def _as_text(inside: bytes) -> bytes:
    """The inside of an element as escaped text: CDATA opened, entities kept."""
    if b"<![CDATA[" in inside:
        inside = re.sub(rb"<!\[CDATA\[|\]\]>", b"", inside)
        return inside.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    return _ENTITY.sub(_entity, inside).replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _attributes_as_text(attributes: bytes) -> bytes:
    """The attributes of a start tag, only the well-formed ones, each once."""
    found = dict(re.findall(rb"""\s([A-Za-z_][\w.:-]*)\s*=\s*("[^"<]*"|'[^'<]*')""", attributes))
    return b"".join(b" %s=%s" % (key, _ENTITY.sub(_entity, value)) for key, value in found.items())


def _mended(piece: bytes) -> bytes:
    return _LESS.sub(b"&lt;", _ENTITY.sub(_entity, piece))


def _entity(match: re.Match[bytes]) -> bytes:
    number = int(match[1]) if match[1] else int(match[2], 16) if match[2] else None
    if number is not None:
        return match[0] if _is_xml_char(number) else b""
    name = match[3]
    if name is None:
        return b"&amp;"
    if name in _KNOWN:
        return match[0]
    text = html.entities.html5.get(name.decode() + ";")
    return text.encode() if text else b"&amp;" + match[0][1:]


def _is_xml_char(code: int) -> bool:
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def _outside_cdata(document: bytes, mend: Callable[[bytes], bytes]) -> bytes:
    parts, at = [], 0
    while (start := document.find(b"<![CDATA[", at)) >= 0:
        end = document.find(b"]]>", start)
        if end < 0:
            break
        parts += [mend(document[at:start]), document[start : end + 3]]
        at = end + 3
    parts.append(mend(document[at:]))
    return b"".join(parts)


def _with_namespaces(document: bytes) -> bytes:
    used = {name for pair in _PREFIX.findall(document) for name in pair if name} - {b"xmlns", b"xml"}
    missing = used - set(_XMLNS.findall(document))
    if not missing or len(missing) > 50:
        return document
    end = re.search(rb"<[A-Za-z_][\w.:-]*", document)
    if end is None:
        return document
    added = b"".join(b' xmlns:%s="%s"' % (name, _NAMESPACES.get(name, b"urn:unknown:" + name)) for name in sorted(missing))
    return document[: end.end()] + added + document[end.end() :]
