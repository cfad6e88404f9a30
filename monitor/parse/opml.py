"""Subscription lists of other readers: OPML in (listparser) and out, folders as tags. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from monitor.errors import ParseError
from monitor.parse.charset import decode
from monitor.parse.outline import prolog_of
from monitor.parse.repair import without_controls

MAX_FEEDS = 20_000


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed of a list: its address, its name there, and the folders it stands in."""

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()


def read_opml(body: bytes) -> tuple[Subscription, ...]:
    """The feeds of a subscription list, each address once, in order. Raises ParseError when it is none."""
    text = re.sub(r"^\s*<\?xml.*?\?>", "", decode(body).text.lstrip("\ufeff"), flags=re.DOTALL)
    data = without_controls(text.encode("utf-8", "replace"))
    _, doctype = prolog_of(data)
    if b"<!ENTITY" in doctype.upper():
        raise ParseError("xml_dtd_entity", "the list declares entities in a DTD, which is refused")
    if not re.search(rb"<(?:opml|outline|rdf:RDF|gtml)\b", data[:65_536], re.IGNORECASE):
        raise ParseError("not_a_feed", "this is no OPML subscription list")
    import listparser

    # bytes, never text: a text that begins with http:// would be fetched
    try:
        harvest = listparser.parse(b'<?xml version="1.0" encoding="utf-8"?>' + data)
    except (LookupError, AttributeError, TypeError, ValueError) as error:
        # what it raises where end tags come before their start tags
        raise ParseError("malformed", "the list's XML is broken") from error
    found: dict[str, Subscription] = {}
    for feed in harvest.feeds[:MAX_FEEDS]:
        url = str(feed.get("url") or "").strip()
        folders = [str(folder) for path in feed.get("categories") or () for folder in path]
        words = tuple(dict.fromkeys(word.strip() for word in (*(feed.get("tags") or ()), *folders) if word and str(word).strip()))
        if url:
            earlier = found.get(url)
            tags = tuple(dict.fromkeys((*(earlier.tags if earlier else ()), *words)))
            found[url] = Subscription(url, earlier.title if earlier else str(feed.get("title") or "").strip(), tags)
    return tuple(found.values())


def write_opml(subscriptions: Iterable[Subscription], at: datetime) -> str:
    """An OPML 2.0 list; a feed stands in the folder of its first tag and names all of them in `category`."""
    folders: dict[str, list[Subscription]] = {}
    for subscription in subscriptions:
        folders.setdefault(subscription.tags[0] if subscription.tags else "", []).append(subscription)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', "  <head>", "    <title>monitor</title>"]
    lines += [f"    <dateCreated>{escape(f'{at:%a, %d %b %Y %H:%M:%S} +0000')}</dateCreated>", "  </head>", "  <body>"]
    for folder, feeds in folders.items():
        indent = "      " if folder else "    "
        if folder:
            lines.append(f"    <outline text={quoteattr(folder)} title={quoteattr(folder)}>")
        for feed in feeds:
            category = f" category={quoteattr(','.join(tag.replace(',', ' ') for tag in feed.tags))}" if feed.tags else ""
            name = quoteattr(feed.title or feed.url)
            lines.append(f'{indent}<outline type="rss" text={name} title={name} xmlUrl={quoteattr(feed.url)}{category}/>')
        if folder:
            lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])
