"""Atom and JSON Feed of edits: valid by their specifications, stable, and read by feedparser."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import feedparser
import feedparser.api
import pytest
from feed_rules import ATOM, json_feed_faults, rfc4287_faults, schema_faults
from newsdesk import NEW, NOON, OLD, edited

from monitor.model import Diff
from monitor.render.atom import Channel, atom, channel_id, edit_id, etag, json_feed

CHANNEL = Channel("Edits", channel_id("state", ""), "https://edits.example.org/edits.atom", "https://edits.example.org")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def some() -> list[Diff]:
    return [
        edited(1, at=NOON),
        edited(2, at=NOON + timedelta(hours=1), kinds=("gone",)),
        edited(3, old=NEW, new=OLD, at=NOON - timedelta(hours=1), kinds=("headline", "reverted")),
    ]


def test_the_atom_feed_keeps_rfc_4287() -> None:
    assert rfc4287_faults(atom(some(), CHANNEL)) == []
    assert rfc4287_faults(atom(some(), Channel("Edits", channel_id("state", "")))) == []
    assert rfc4287_faults(atom([], CHANNEL)) == []
    assert schema_faults(atom(some(), CHANNEL)) == []
    assert schema_faults(atom([], Channel("Edits", channel_id("state", "")))) == []


def test_the_checks_bite() -> None:
    broken = atom(some(), CHANNEL).replace(b"<updated>2026", b"<updated>on 2026", 1).replace(b"<title>Edits</title>", b"")

    assert {fault.split(":")[0] for fault in rfc4287_faults(broken)} == {"3.3", "4.1.1"}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"<updated>2026", b"<updated>on 2026"),
        (b"<title>Edits</title>", b""),
        (b"<entry>", b"<entry><price>1</price>"),
        (b'rel="alternate"', b'href2="x"'),
        (b"<id>urn:", b"<id>no iri "),
        (b"<author><name>", b"<author><email>"),
        (b'<category term="gone"/>', b"<category/>"),
        (b'type="html"', b'type="video"'),
    ],
)
def test_the_grammar_bites(good: bytes, bad: bytes) -> None:
    whole = atom(some(), CHANNEL)
    broken = whole.replace(good, bad, 1).replace(b"<author><email>monitor</name>", b"<author><email>monitor</email>")

    assert broken != whole
    assert schema_faults(broken)


@pytest.mark.parametrize(
    "change",
    [
        {"version": "https://jsonfeed.org/version/1"},
        {"title": None},
        {"items": [{"id": "1"}]},
        {"items": [{"id": 1, "content_text": "x"}]},
        {"items": [{"id": "1", "content_text": "x", "date_published": "yesterday"}]},
        {"items": [{"id": "1", "content_text": "x", "price": 1}]},
        {"items": [{"id": "1", "content_text": "x"}, {"id": "1", "content_text": "y"}]},
        {"_monitor": "words"},
    ],
    ids=repr,
)
def test_the_check_of_a_json_feed_bites(change: dict[str, object]) -> None:
    feed = json.loads(json_feed(some(), CHANNEL))

    assert json_feed_faults(json.dumps({**feed, **change}).encode())


def test_a_page_s_odd_language_is_left_away() -> None:
    told = [replace(diff, new=replace(diff.new, content=replace(diff.new.content, language="en us; x"))) for diff in some()]

    assert json_feed_faults(json_feed(told, CHANNEL)) == []


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
