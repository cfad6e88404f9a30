"""What a feed must keep to be one: RFC 4287 for Atom, by hand and as a grammar, and JSON Feed 1.1 as a schema."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from jsonschema import Draft202012Validator
from lxml import etree

HERE = Path(__file__).parent
ATOM = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def rfc4287_faults(body: bytes) -> list[str]:
    """What RFC 4287 demands of a feed document and is not met, section by section."""
    feed = ElementTree.fromstring(body)
    faults = [] if feed.tag == f"{ATOM}feed" else ["4.1.1: the root is no atom:feed"]
    faults += _once(feed, ("id", "title", "updated"), "4.1.1")
    entries = feed.findall(f"{ATOM}entry")
    if feed.find(f"{ATOM}author") is None and any(entry.find(f"{ATOM}author") is None for entry in entries):
        faults.append("4.1.1: neither the feed nor each entry has an author")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    faults += ["4.1.1: two entries with one id and updated"] if len(set(ids)) != len(ids) else []
    for entry in entries:
        faults += _once(entry, ("id", "title", "updated"), "4.1.2")
        faults += _at_most_once(entry, ("content", "published", "rights", "source", "summary"))
        links = [link for link in entry.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
        if entry.find(f"{ATOM}content") is None and not links:
            faults.append("4.1.2: neither content nor alternate link")
        if len({(link.get("type"), link.get("hreflang")) for link in links}) != len(links):
            faults.append("4.1.2: two alternate links of one type")
        for tag in ("title", "summary", "content"):
            text = entry.find(f"{ATOM}{tag}")
            if text is not None and text.get("type", "text") not in ("text", "html"):
                faults.append(f"3.1.1: {tag} has a type of its own")
            if text is not None and len(text):
                faults.append(f"3.1.1: {tag} of type text or html has children")
    for element in feed.iter():
        faults += _element_faults(element)
    return faults


def _once(parent: ElementTree.Element, names: Sequence[str], section: str) -> list[str]:
    return [f"{section}: {name} stands {count} times" for name in names if (count := len(parent.findall(f"{ATOM}{name}"))) != 1]


def _at_most_once(parent: ElementTree.Element, names: Sequence[str]) -> list[str]:
    return [f"4.1.2: several {name}" for name in names if len(parent.findall(f"{ATOM}{name}")) > 1]


def _element_faults(element: ElementTree.Element) -> list[str]:
    name = element.tag.removeprefix(ATOM)
    if name in ("updated", "published") and not RFC3339.fullmatch(element.text or ""):
        return [f"3.3: '{element.text}' is no RFC 3339 time"]
    if name == "id" and not urlsplit(element.text or "").scheme:
        return [f"4.2.6: '{element.text}' is no IRI"]
    if name == "link" and not urlsplit(element.get("href") or "").scheme:
        return ["4.2.7: a link without an address"]
    if name == "category" and not element.get("term"):
        return ["4.2.2: a category without a term"]
    if name == "author" and not element.findtext(f"{ATOM}name"):
        return ["3.2: an author without a name"]
    return []


def json_feed_faults(body: bytes) -> list[str]:
    """What JSON Feed 1.1 demands and is not met."""
    schema = json.loads((HERE / "json-feed.json").read_text())
    feed = json.loads(body)
    faults = [error.message for error in Draft202012Validator(schema).iter_errors(feed)]
    ids = [item.get("id") for item in feed.get("items", [])]
    return faults + (["two items with one id"] if len(set(ids)) != len(ids) else [])


def schema_faults(body: bytes) -> list[str]:
    """What RFC 4287 says of elements, attributes and their values, as a grammar."""
    grammar = etree.RelaxNG(etree.parse(HERE / "atom.rng"))
    return [] if grammar.validate(etree.fromstring(body)) else [error.message for error in grammar.error_log]
