"""The XML reader that feedparser is given: expat, with limits, passing on only what an article is made of. No network, no files.

feedparser asks for a SAX driver by module name (`PREFERRED_XML_PARSERS`) and finds `create_parser` here. Compared with the driver of the
standard library it gathers text before it reports it, leaves out what no entry needs (media, comments, categories, copies of another
feed's head), and hands guids and stamps on under names of its own, so that feedparser keeps them as they were written instead of
reading them its way: it makes links of guids and dates of nonsense.
"""

from typing import Any
from xml.parsers import expat
from xml.sax import SAXParseException
from xml.sax.xmlreader import AttributesNSImpl, InputSource, Locator, XMLReader

# What one element may have; a feed that has more is not written for readers.
MAX_ATTRIBUTES = 200
MAX_DEPTH = 200
MAX_NAMESPACES = 100

OWN = "urn:monitor"
OWN_PREFIX = "own"

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
        "http://purl.org/net/rss1.1#",
    }
)
_ATOM = frozenset({"http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#", "http://example.com/newformat#", "http://example.com/necho",
                   "http://purl.org/echo/", "uri/of/echo/namespace#", "http://purl.org/pie/"})  # fmt: skip
_DC = "http://purl.org/dc/elements/1.1/"
_DCTERMS = "http://purl.org/dc/terms/"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_XHTML = "http://www.w3.org/1999/xhtml"
_ITUNES = frozenset({"http://www.itunes.com/dtds/podcast-1.0.dtd", "http://example.com/dtds/podcast-1.0.dtd"})
_FEEDBURNER = "http://rssnamespace.org/feedburner/ext/1.0"

# Children of an entry that feedparser reads, by local name in lower case.
_KEPT = frozenset(
    {"title", "link", "description", "summary", "content", "abstract", "fullitem", "body", "author", "encoded", "managingeditor"}
)
_KEPT_DC = frozenset({"title", "creator", "author", "description"})
# Children of an entry that are handed on under `own:`, as written.
_OWN_NAMES = frozenset({"guid", "id", "pubdate", "published", "updated", "modified", "issued", "created", "date", "lastupdated", "lastmod"})
_SKIP, _PASS = object(), object()


def create_parser() -> "FeedReader":
    """What feedparser calls."""
    return FeedReader()


class FeedReader(XMLReader):
    """One document, read once, told to the content handler in namespace events."""

    def setFeature(self, name: str, state: bool) -> None:
        """All features are fixed: namespaces on, external entities off."""

    def parse(self, source: object) -> None:
        """Reads the byte stream of `source`. Raises SAXParseException where the XML breaks."""
        assert isinstance(source, InputSource)
        stream = source.getByteStream()
        assert stream is not None
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        # refuses nothing that is well-formed, but the texts of entities are never fetched, nor expanded beyond expat's own guard
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        _Telling(parser, self.getContentHandler())
        try:
            parser.Parse(stream.read(), True)
        except expat.ExpatError as error:
            broken = SAXParseException(expat.errors.messages.get(error.code, "not well-formed"), error, _Place(error))
            self.getErrorHandler().fatalError(broken)


class _Place(Locator):
    """Where the XML broke, as SAX wants it."""

    def __init__(self, error: expat.ExpatError) -> None:
        self._error = error

    def getColumnNumber(self) -> int:
        return self._error.offset

    def getLineNumber(self) -> int:
        return self._error.lineno

    def getPublicId(self) -> None:
        return None

    def getSystemId(self) -> None:
        return None


class _Telling:
    """Turns expat's calls into SAX events; knows where in the feed it stands."""

    def __init__(self, parser: Any, handler: Any) -> None:
        self._handler = handler
        self._depth = 0
        self._skip_from = 0  # depth of the element that is being left out; 0: none
        self._entry_at = 0  # depth of the open entry; 0: none
        self._namespaces = 0
        self._pairs: dict[str, tuple[str | None, str]] = {}
        self._fate: dict[str, Any] = {}
        self._renamed: list[tuple[str | None, str]] = []
        parser.namespace_prefixes = False
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartNamespaceDeclHandler = self._namespace
        self._parser = parser
        handler.startPrefixMapping(OWN_PREFIX, OWN)

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        self._namespaces += 1
        if self._namespaces <= MAX_NAMESPACES and not self._skip_from:
            self._handler.startPrefixMapping(prefix, uri)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._skip_from:
            return
        if self._depth > MAX_DEPTH:
            self._skip_from = self._depth
            return
        pair = self._pairs.get(name) or self._learn(name)
        if self._entry_at and self._depth == self._entry_at + 1:
            fate = self._fate[name]
            if fate is _SKIP:
                self._skip_from = self._depth
                self._parser.CharacterDataHandler = None
                return
            if fate is not _PASS:
                self._renamed.append(pair := self._own(fate, attributes))
                self._handler.startElementNS(pair, None, AttributesNSImpl({}, {}))
                return
        elif not self._entry_at and pair[1] in ("item", "entry") and self._depth <= 5:
            self._entry_at = self._depth
        self._handler.startElementNS(pair, None, _attributes(attributes))

    def _end(self, name: str) -> None:
        depth, self._depth = self._depth, self._depth - 1
        if self._skip_from:
            if depth == self._skip_from:
                self._skip_from = 0
                self._parser.CharacterDataHandler = self._text
            return
        pair = self._pairs[name]
        if self._entry_at:
            if depth == self._entry_at:
                self._entry_at = 0
            elif depth == self._entry_at + 1 and self._fate[name] is not _PASS:
                pair = self._renamed.pop()
        self._handler.endElementNS(pair, None)

    def _text(self, text: str) -> None:
        if not self._skip_from:
            self._handler.characters(text)

    def _learn(self, name: str) -> tuple[str | None, str]:
        namespace, _, local = name.rpartition(" ")
        pair = self._pairs[name] = (namespace or None, local)
        self._fate[name] = _fate(namespace, local.lower())
        return pair

    def _own(self, name: str, attributes: dict[str, str]) -> tuple[str | None, str]:
        permanent = next((value for key, value in attributes.items() if key.lower() == "ispermalink"), "true")
        if name == "guid" and permanent.strip().lower() == "false":
            return OWN, "id"
        return OWN, name


def _fate(namespace: str, local: str) -> Any:
    """What becomes of an entry's child: skipped, passed on, or told under another name."""
    if namespace in _RSS or namespace in _ATOM:
        if local in _OWN_NAMES:
            return local
        return _PASS if local in _KEPT else _SKIP
    if namespace == _DC:
        return "date" if local == "date" else _PASS if local in _KEPT_DC else _SKIP
    if namespace == _DCTERMS:
        return {"modified": "modified", "issued": "issued", "created": "created", "available": "issued"}.get(local, _SKIP)
    if namespace == _CONTENT:
        return _PASS if local == "encoded" else _SKIP
    if namespace == _XHTML:
        return _PASS if local in ("body", "div") else _SKIP
    if namespace.lower() in _ITUNES:
        return _PASS if local == "author" else _SKIP
    if namespace == _FEEDBURNER:
        return "origlink" if local == "origlink" else _SKIP
    return _SKIP


def _attributes(attributes: dict[str, str]) -> AttributesNSImpl:
    if not attributes:
        return AttributesNSImpl({}, {})
    values, names = {}, {}
    for key, value in list(attributes.items())[:MAX_ATTRIBUTES]:
        namespace, _, local = key.rpartition(" ")
        pair = (namespace or None, local)
        values[pair] = value
        names[pair] = local if not namespace else f"xml:{local}" if namespace.endswith("/XML/1998/namespace") else local
    return AttributesNSImpl(values, names)
