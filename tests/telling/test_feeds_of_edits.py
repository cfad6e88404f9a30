"""Atom and JSON Feed of edits: valid by their specifications, stable, and read by feedparser."""

import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import feedparser.api
import pytest
from newsdesk import NEW, NOON, OLD, edited

from monitor.model import Diff
from monitor.render.atom import Channel, atom, channel_id, edit_id, etag, json_feed

CHANNEL = Channel("Edits", channel_id("state", ""), "https://edits.example.org/edits.atom", "https://edits.example.org")
ATOM = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def some() -> list[Diff]:
    return [
        edited(1, at=NOON),
        edited(2, at=NOON + timedelta(hours=1), kinds=("gone",)),
        edited(3, old=NEW, new=OLD, at=NOON - timedelta(hours=1), kinds=("headline", "reverted")),
    ]


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
    feed = json.loads(body)
    faults = [] if feed.get("version") == "https://jsonfeed.org/version/1.1" else ["version"]
    faults += [] if isinstance(feed.get("title"), str) and isinstance(feed.get("items"), list) else ["title and items"]
    for item in feed["items"]:
        faults += [] if isinstance(item.get("id"), str) and item["id"] else ["item id"]
        faults += [] if "content_html" in item or "content_text" in item else ["content"]
        faults += [name for name in ("date_published", "date_modified") if name in item and not RFC3339.fullmatch(item[name])]
        faults += [] if all(isinstance(tag, str) for tag in item.get("tags", [])) else ["tags"]
        faults += [] if all(author.keys() & {"name", "url", "avatar"} for author in item.get("authors", [])) else ["authors"]
        faults += [key for key in item if key.startswith("_") and not isinstance(item[key], dict)]
    return faults


def test_the_atom_feed_keeps_rfc_4287() -> None:
    assert rfc4287_faults(atom(some(), CHANNEL)) == []
    assert rfc4287_faults(atom(some(), Channel("Edits", channel_id("state", "")))) == []
    assert rfc4287_faults(atom([], CHANNEL)) == []


def test_the_checks_bite() -> None:
    broken = atom(some(), CHANNEL).replace(b"<updated>2026", b"<updated>on 2026", 1).replace(b"<title>Edits</title>", b"")

    assert {fault.split(":")[0] for fault in rfc4287_faults(broken)} == {"3.3", "4.1.1"}


def test_the_json_feed_keeps_version_1_1() -> None:
    assert json_feed_faults(json_feed(some(), CHANNEL)) == []
    assert json_feed_faults(json_feed([], CHANNEL)) == []


@pytest.fixture
def stock_feedparser(monkeypatch: pytest.MonkeyPatch) -> None:
    """feedparser as everybody else has it; the parse room gives it an XML reader of its own for the whole process."""
    monkeypatch.setattr(feedparser.api, "PREFERRED_XML_PARSERS", ["drv_libxml2"])


@pytest.mark.usefixtures("stock_feedparser")
def test_feedparser_reads_what_we_write() -> None:
    read = feedparser.parse(io.BytesIO(atom(some(), CHANNEL)))

    assert (read.bozo, read.version) == (False, "atom10")
    assert [entry.title for entry in read.entries] == [
        "Gone: Minister admits seeing flood report",
        "Headline changed: Minister admits seeing flood report",
        "Changed back: Minister denies knowing of flood report",
    ]
    assert [entry.link for entry in read.entries] == ["https://news.example/2", "https://news.example/1", "https://news.example/3"]
    assert datetime(*read.entries[1].updated_parsed[:6], tzinfo=UTC) == NOON
    assert "<del>Minister denies knowing of flood report</del>" in read.entries[1].content[0].value


def test_an_edit_has_one_id_everywhere() -> None:
    one, *_ = some()

    in_atom = ElementTree.fromstring(atom([one], CHANNEL)).findtext(f"{ATOM}entry/{ATOM}id")
    in_json = json.loads(json_feed([one], Channel("Elsewhere", "urn:other")))["items"][0]["id"]

    assert in_atom == in_json == edit_id(one)
    assert len({edit_id(diff) for diff in some()}) == 3


def test_the_same_edits_are_the_same_bytes_whatever_their_order() -> None:
    assert atom(some(), CHANNEL) == atom(some()[::-1], CHANNEL)
    assert etag(atom(some(), CHANNEL)) == etag(atom(some(), CHANNEL))
    assert etag(atom(some(), CHANNEL)) != etag(atom(some()[1:], CHANNEL))


def test_feeds_of_different_scope_have_different_ids() -> None:
    ids = {channel_id(state, scope) for state in ("one", "two") for scope in ("", "feed:bbc", "article:42", "rule:x")}

    assert len(ids) == 8
    assert all(name.startswith("urn:uuid:") for name in ids)
