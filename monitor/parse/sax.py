"""The XML reader that feedparser is given: expat, with limits, which reads an item's own elements itself. No network, no files.

feedparser asks for a SAX driver by module name (`PREFERRED_XML_PARSERS`) and finds `create_parser` here. It is told the head of the feed
and the links as they stand. What else an item says (ids, words, authors, stamps) it is told as one element `own:said` in JSON, which
it keeps untouched: on its own it makes links of ids and dates of nonsense, copies one field into another, and repairs texts that are
right. Elements that no article needs (media, comments, categories, the head of another feed) are left out.
"""

import json
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape
from xml.sax.xmlreader import AttributesNSImpl, InputSource, XMLReader

# What one element may have; a feed that has more is not written for readers.
MAX_ATTRIBUTES = 200
MAX_DEPTH = 200
MAX_NAMESPACES = 100
# How deep below the root an item may stand.
ITEM_DEPTH = 5

# Between namespace and name; no XML holds this character, but namespaces with a blank are found.
BETWEEN = "\f"
OWN = "urn:monitor"
OWN_PREFIX = "own"
SAID = "own_said"

_RSS = frozenset(
    {
        "",
        "http://backend.userland.com/rss",
        "http://backend.userland.com/rss2",
        "http://backend.userland.com/rss091",
        "http://backend.userland.com/rss092",
        "http://blogs.law.harvard.edu/tech/rss",
        "http://purl.org/rss/1.0/",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://channel.netscape.com/rdf/simple/0.9/",
        "http://purl.org/net/rss1.1#",
    }
)
_ATOM = frozenset(
    {
        "http://www.w3.org/2005/Atom",
        "http://purl.org/atom/ns#",
        "http://example.com/newformat#",
        "http://example.com/necho",
        "http://purl.org/echo/",
        "uri/of/echo/namespace#",
        "http://purl.org/pie/",
    }
)
_MODULES = {
    "http://purl.org/dc/elements/1.1/": {
        "title": "dc_title",
        "description": "dc_description",
        "creator": "author",
        "author": "author",
        "date": "date",
    },
    "http://purl.org/dc/terms/": {"modified": "modified", "issued": "issued", "available": "issued"},
    "http://purl.org/rss/1.0/modules/content/": {"encoded": "content"},
    "http://www.w3.org/1999/xhtml": {"body": "content", "div": "content"},
    "http://rssnamespace.org/feedburner/ext/1.0": {"origlink": "origlink"},
    "http://www.itunes.com/dtds/podcast-1.0.dtd": {"author": "itunes_author"},
    "http://example.com/dtds/podcast-1.0.dtd": {"author": "itunes_author"},
}
_PLAIN = {
    "title": "title",
    "description": "summary",
    "summary": "summary",
    "abstract": "summary",
    "content": "content",
    "encoded": "content",
    "fullitem": "content",
    "body": "content",
    "author": "author",
    "managingeditor": "author",
    "guid": "guid",
    "id": "id",
    "pubdate": "pubdate",
    "published": "published",
    "issued": "issued",
    "updated": "updated",
    "modified": "modified",
    "date": "date",
    "link": "link",
}
_WORDS = frozenset({"title", "summary", "content", "dc_title", "dc_description"})
_NO_ATTRIBUTES = AttributesNSImpl({}, {})


class Broken(Exception):
    """The XML is not well-formed. Not SAX's exception: that would send feedparser to its loose reader, which is slow and guesses."""


def create_parser() -> "FeedReader":
    """What feedparser calls."""
    return FeedReader()


class FeedReader(XMLReader):
    """One document, read once, told to the content handler in namespace events."""

    def setFeature(self, name: str, state: bool | int) -> None:
        """All features are fixed: namespaces on, external entities off."""

    def parse(self, source: object) -> None:
        """Reads the byte stream of `source`. Raises Broken where the XML breaks."""
        assert isinstance(source, InputSource)
        stream = source.getByteStream()
        assert stream is not None
        parser = expat.ParserCreate("utf-8", namespace_separator=BETWEEN)
        # without these, expat reports a text in pieces: at every entity, every line, every 8 kB
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        _Telling(parser, self.getContentHandler())
        try:
            parser.Parse(stream.read(), True)
        except expat.ExpatError as error:
            raise Broken(f"{expat.errors.messages.get(error.code, 'not well-formed')} in line {error.lineno}") from error


class _Telling:
    """Turns expat's calls into SAX events; knows where in the feed it stands."""

    def __init__(self, parser: Any, handler: Any) -> None:
        self._parser, self._handler = parser, handler
        self._depth = 0
        self._skip_from = 0  # depth of the element that is being left out; 0: none
        self._entry_at = 0  # depth of the open item; 0: none
        self._entry_namespace: str | None = None
        self._namespaces = 0
        self._pairs: dict[str, tuple[str | None, str]] = {}
        self._fates: dict[str, str | None] = {}
        self._said: dict[str, Any] = {}
        self._child: _Child | None = None
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = handler.characters
        parser.StartNamespaceDeclHandler = self._namespace
        handler.startPrefixMapping(OWN_PREFIX, OWN)

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        self._namespaces += 1
        # feedparser puts a declaration of xlink among the attributes of the next element, which would hide `own:said`
        if self._namespaces <= MAX_NAMESPACES and not self._skip_from and uri != "http://www.w3.org/1999/xlink":
            self._handler.startPrefixMapping(prefix, uri)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        if self._skip_from:
            return
        if self._child is not None:
            self._child.open(name.rpartition(BETWEEN)[2], depth)
            return
        if depth > MAX_DEPTH:
            self._skip(depth)
            return
        pair = self._pairs.get(name) or self._learn(name)
        if self._entry_at and depth == self._entry_at + 1:
            fate = self._fates[name]
            if fate is None and pair[0] == self._entry_namespace:
                # a namespace of somebody's own: its names mean what they mean without one
                fate = _PLAIN.get(pair[1].lower())
            if fate is None:
                self._skip(depth)
                return
            if fate != "link":
                self._child = _Child(fate, pair, attributes)
                self._parser.CharacterDataHandler = self._child.text
                return
            self._parser.CharacterDataHandler = self._handler.characters
        elif not self._entry_at and pair[1] in ("item", "entry") and depth <= ITEM_DEPTH:
            self._entry_at = depth
            self._entry_namespace = pair[0]
            self._said = {}
            self._parser.CharacterDataHandler = None  # what stands between its elements is white space
        self._handler.startElementNS(pair, None, _attributes(attributes))

    def _end(self, name: str) -> None:
        depth, self._depth = self._depth, self._depth - 1
        if self._skip_from:
            if depth == self._skip_from:
                self._skip_from = 0
                if not self._entry_at or depth > self._entry_at + 1:
                    self._parser.CharacterDataHandler = self._handler.characters
            return
        if self._child is not None:
            if depth == self._entry_at + 1:
                self._child.tell(self._said)
                self._child = None
                self._parser.CharacterDataHandler = None
            else:
                self._child.close(name.rpartition(BETWEEN)[2], depth)
            return
        if depth == self._entry_at:
            self._entry_at = 0
            self._tell()
            self._parser.CharacterDataHandler = self._handler.characters
        elif self._entry_at and depth == self._entry_at + 1:
            self._parser.CharacterDataHandler = None
        self._handler.endElementNS(self._pairs[name], None)

    def _tell(self) -> None:
        # ASCII without ampersands: nothing in it that feedparser could take for an entity or another encoding
        said = json.dumps(self._said).replace("&", "\\u0026")
        self._handler.startElementNS((OWN, "said"), None, _NO_ATTRIBUTES)
        self._handler.characters(said)
        self._handler.endElementNS((OWN, "said"), None)

    def _skip(self, depth: int) -> None:
        self._skip_from = depth
        self._parser.CharacterDataHandler = None

    def _learn(self, name: str) -> tuple[str | None, str]:
        namespace, _, local = name.rpartition(BETWEEN)
        namespace = namespace.strip()
        pair = self._pairs[name] = (namespace or None, local)
        self._fates[name] = _fate(namespace, local.lower())
        return pair


class _Child:
    """One element of an item, gathered to its end. Elements inside it become the tags of an HTML text, without attributes."""

    def __init__(self, fate: str, pair: tuple[str | None, str], attributes: dict[str, str]) -> None:
        self._fate = fate
        self._kind = _kind_of_text(fate, pair, attributes)
        self._is_permalink = fate == "guid" and _attribute(attributes, "ispermalink", "true").strip().lower() != "false"
        self._parts: list[str] = []
        self._names: list[str] = []
        self._name_at = 0
        self._is_markup = pair[0] == "http://www.w3.org/1999/xhtml" or self._kind == "xhtml"
        self.text = self._parts.append if not self._is_markup else self._escaped

    def _escaped(self, text: str) -> None:
        self._parts.append(escape(text) if self._is_markup else text)

    def open(self, name: str, depth: int) -> None:
        """A tag inside."""
        if self._fate == "author":
            if name == "name" and not self._name_at:
                self._name_at = depth
                self._parts.clear()
        elif self._kind in ("html", "xhtml"):
            if not self._is_markup:
                # text before the first tag was markup or not, nobody knows; behind it, it is text
                self._is_markup = True
            self._parts.append(f"<{name}>")

    def close(self, name: str, depth: int) -> None:
        """Its end tag."""
        if self._fate == "author":
            if depth == self._name_at:
                self._names.append("".join(self._parts))
                self._name_at = 0
            self._parts.clear()
        elif self._kind in ("html", "xhtml"):
            self._parts.append(f"</{name}>")

    def tell(self, said: dict[str, Any]) -> None:
        """Adds what this element said to what the item says."""
        text = "".join(self._parts).strip()
        if self._fate in _WORDS:
            if text:
                said.setdefault(self._fate, []).append(["html" if self._kind == "xhtml" else self._kind, text])
        elif self._fate.endswith("author"):
            said.setdefault(self._fate, []).extend(self._names or ([text] if text else []))
        elif text:
            said.setdefault(self._fate, text)
            if self._is_permalink:
                said["permalink"] = text


def _kind_of_text(fate: str, pair: tuple[str | None, str], attributes: dict[str, str]) -> str:
    """How the words of this element are written: 'html', 'xhtml', 'text' or 'base64'. RSS knows no types: its words are HTML."""
    if fate not in _WORDS or pair[0] not in _ATOM:
        return "html"
    mode, kind = _attribute(attributes, "mode", ""), _attribute(attributes, "type", "text").lower().strip()
    if mode == "base64" or ("/" in kind and not kind.startswith("text/") and not kind.endswith(("+xml", "/xml"))):
        return "base64"
    if kind in ("xhtml", "application/xhtml+xml") or (mode == "xml" and kind not in ("text", "text/plain")):
        return "xhtml"
    return "html" if kind.endswith("html") else "text"


def _attribute(attributes: dict[str, str], name: str, otherwise: str) -> str:
    for key, value in attributes.items():
        if key.rpartition(BETWEEN)[2].lower() == name:
            return value
    return otherwise


def _fate(namespace: str, local: str) -> str | None:
    """What an item's child is to us; None: nothing."""
    if namespace in _RSS or namespace in _ATOM:
        return _PLAIN.get(local)
    return _MODULES.get(namespace, _MODULES.get(namespace.lower(), {})).get(local)


def _attributes(attributes: dict[str, str]) -> AttributesNSImpl:
    if not attributes:
        return _NO_ATTRIBUTES
    values, names = {}, {}
    for key, value in list(attributes.items())[:MAX_ATTRIBUTES]:
        namespace, _, local = key.rpartition(BETWEEN)
        pair = (namespace or None, local)
        values[pair] = value
        names[pair] = f"xml:{local}" if namespace.endswith("/XML/1998/namespace") else local
    return AttributesNSImpl(values, names)
