"""Words of strangers are shown in mail, feeds, webhooks and chats; they never act there."""

import json
import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from feed_rules import json_feed_faults, schema_faults
from hypothesis import given, settings
from hypothesis import strategies as st
from newsdesk import NEW, NOON, OLD, edited

from monitor.model import Delivery, Diff, Report
from monitor.notify.payload import payload
from monitor.render.atom import Channel, atom, json_feed
from monitor.render.brief import Room, brief, brief_title, tame
from monitor.render.html import report_html
from monitor.render.mail import Letter, compose, reads_as_meant
from monitor.render.plain import COLUMNS, report_text
from monitor.report import build
from monitor.text import display_width

LETTER = Letter(
    "Monitor <monitor@example.org>", "desk@example.org", "7c" * 32, "desk", "https://edits.example.org", "https://edits.example.org/u/x"
)
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
    "Auto-Submitted", "X-Auto-Response-Suppress", "X-Monitor-Delivery", "X-Monitor-Article", "X-Monitor-Revisions", "X-Monitor-Severity",
    "X-Monitor-Kinds", "X-Monitor-Rule", "MIME-Version", "Content-Type",
]  # fmt: skip
HOSTILE = [
    pytest.param("=?utf-8?q?Mayor=0D=0ABcc:_eve@example.net?=", id="encoded-word-with-a-header"),
    pytest.param("=?utf-8?q?Mayor=0D=0A=0D=0A<h1>body</h1>?=", id="encoded-word-that-ends-the-headers"),
    pytest.param("=?utf-8?b?TWF5b3INCkJjYzogZXZlQGV4YW1wbGUubmV0?=", id="base64-word-with-a-header"),
    pytest.param("= ?utf-8?q?x?= =?utf-8?q?=0D=0AX-Spam:_no?=", id="words-in-a-row"),
    pytest.param("Mayor\r\nBcc: eve@example.net\r\n\r\n<h1>body</h1>", id="plain-line-breaks"),
    pytest.param("Mayor\x0bresigns\x0c\x85now\u2028then\u2029end", id="odd-line-breaks"),
    pytest.param("Mayor\x00resigns", id="nul"),
    pytest.param("\x1b[31mred\x1b]8;;https://eve.example\x07link\x1b]8;;\x07\x9b2J", id="terminal-escapes"),
    pytest.param("Mayor \u202egnp.exe\u202c \u2066x\u2069 \u200f", id="bidi"),
    pytest.param("Mayor \ud800 resigns \udfff", id="lone-surrogates"),
    pytest.param("Mayor \ufffe\uffff\U000e0041 resigns", id="noncharacters-and-tags"),
    pytest.param("<script>alert(1)</script><img src=x onerror=alert(1)>", id="script"),
    pytest.param("</title></style><svg/onload=alert(1)>\"'`><a href=javascript:alert(1)>", id="break-out"),
    pytest.param("]]> <!-- --> <![CDATA[ <?php ?> &lt;b&gt; &#0; &xxe;", id="xml"),
    pytest.param("{{ 7*7 }} {% import os %} ${7*7} {0.__class__} %s", id="templates"),
    pytest.param("@everyone <!channel> <@U024BE7LH> [pay](https://eve.example) @here", id="mentions"),
    pytest.param("=HYPERLINK(\"https://eve.example\") +1 -1 @SUM(A1)", id="formula"),
    pytest.param("[bold red]x[/] [link=https://eve.example]y[/link] :smile:", id="markup"),
    pytest.param("시장이 사임했다" * 6000, id="long-without-blanks"),
    pytest.param("a" * 100_000, id="long"),
    pytest.param("", id="empty"),
    pytest.param("[-old-]{+new+}\n-- \nYou get this because", id="our-own-marks"),
]  # fmt: skip


def hostile_diff(words: str) -> Diff:
    """The words wherever a stranger may put them."""
    new = replace(
        NEW, title=words, subtitle=words, authors=(words,), section=words, body=(words, *NEW.body[1:]), captions=(words,), language="en"
    )
    diff = edited(old=replace(OLD, title=f"{words} before"), new=new, feeds=(words or "harbour",))
    edit = replace(
        diff.edit,
        url=f"https://news.example/{words}",
        severity=replace(diff.edit.severity, reasons=(words,)),
        evidence=(words,),
    )
    return replace(diff, edit=edit)


def hostile_report(words: str, url: str | None = None) -> Report:
    diff = hostile_diff(words)
    if url is not None:
        diff = replace(diff, edit=replace(diff.edit, url=url))
    return build(
        [diff], since=None, until=NOON, titles={42: words}, outlets={words or "harbour": words}, rules={diff.edit.id: words or "all"}
    )


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


class Seen(HTMLParser):
    """The elements of a page and where they lead."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.leads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.leads += [value or "" for name, value in attrs if name in ("href", "src", "action", "background")]


def seen(html: str) -> Seen:
    parser = Seen()
    parser.feed(html)
    return parser


MAIL_TAGS = {
    "html", "head", "meta", "title", "style", "body", "div", "table", "tbody",
    "tr", "td", "th", "p", "h1", "h2", "h3", "span", "a", "br", "b",
}  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
def test_a_mail_has_our_headers_and_no_others(words: str) -> None:
    raw = compose(hostile_report(words), LETTER)

    message = read(raw)
    assert list(message.keys()) == HEADERS
    assert message["To"] == "desk@example.org"
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert len(raw) < 400_000


@pytest.mark.parametrize("words", HOSTILE)
def test_the_html_of_a_mail_holds_nothing_that_acts(words: str) -> None:
    body = read(compose(hostile_report(words), LETTER)).get_body(("html",))
    assert body
    found = seen(body.get_content())

    assert found.tags <= MAIL_TAGS
    assert not [name for name in found.attributes if name.startswith("on")]
    assert all(lead.startswith("https://") for lead in found.leads)
    assert "49" not in body.get_content() or "7*7" not in words


@pytest.mark.parametrize("words", HOSTILE)
def test_text_is_at_most_76_columns_and_without_controls(words: str) -> None:
    text = report_text(hostile_report(words))

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    lines = [line for line in text.splitlines() if not line.startswith("https://news.example/")]
    assert max(map(display_width, lines)) <= COLUMNS


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", 'https://x"onmouseover="y', "https://[", "//eve", "file:///etc/passwd", ""]
)
def test_only_web_addresses_become_links(url: str) -> None:
    report = hostile_report("Mayor resigns", url)
    body = read(compose(report, LETTER)).get_body(("html",))
    assert body
    pages = [body.get_content(), report_html(report, title="Edits")]

    for page in pages:
        assert all(lead.startswith("https://edits.example.org") for lead in seen(page).leads)
    feed = ElementTree.fromstring(atom([report.stories[0].diff], Channel("Edits", "urn:x")))
    assert not feed.findall(".//{*}entry/{*}link")


@pytest.mark.parametrize("words", HOSTILE)
def test_the_page_loads_nothing_and_runs_nothing(words: str) -> None:
    page = report_html(hostile_report(words), title=words)

    found = seen(page)
    assert not found.tags & {"script", "img", "iframe", "object", "embed", "form", "link", "base", "svg"}
    assert not [name for name in found.attributes if name.startswith("on")]
    page.encode()


@pytest.mark.parametrize("words", HOSTILE)
def test_feeds_stay_well_formed_and_inert(words: str) -> None:
    diff = hostile_diff(words)

    feed = ElementTree.fromstring(atom([diff], Channel(f"Edits {words}", "urn:x", pages="https://edits.example.org")))
    item = json.loads(json_feed([diff], Channel("Edits", "urn:x")))["items"][0]
    assert schema_faults(atom([diff], Channel(f"Edits {words}", "urn:x", pages="https://edits.example.org"))) == []
    assert json_feed_faults(json_feed([diff], Channel(f"Edits {words}", "urn:x", pages="https://edits.example.org"))) == []

    for html in (feed.findtext(".//{*}content") or "", item["content_html"]):
        assert seen(html).tags <= {"p", "h4", "br", "del", "ins", "em"}
        assert not seen(html).attributes


@pytest.mark.parametrize("words", HOSTILE)
def test_a_webhook_is_json_with_the_exact_words(words: str) -> None:
    report = hostile_report(words)
    body = payload(Delivery(1, "k", "hook", (1,), 1, 1, report))

    told = json.loads(body)
    assert b"\n" not in body
    assert told["title"] == words.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("limit", [280, 300, 500, 2000])
def test_a_post_fits_and_mentions_nobody(words: str, limit: int) -> None:
    report = hostile_report(words)
    title, text = brief_title(report), brief(report, Room(limit))

    assert len(text) <= limit
    assert len(title) <= 200
    assert not re.search(r"@(?:everyone|here)|<!channel>|<@U|\]\(", title + text)


def test_taming_keeps_what_is_read() -> None:
    assert tame("write to ann@example.org <b>").replace("\u200b", "") == "write to ann@example.org <b>"


def test_a_header_that_was_smuggled_in_is_found_before_the_mail_leaves() -> None:
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = "=?utf-8?q?Mayor=0D=0ABcc:_eve@example.net?="
    raw = message.as_bytes()

    assert reads_as_meant(raw, message) is (b"\nBcc:" not in raw)
    assert not reads_as_meant(b"Subject: Mayor\r\nBcc: eve@example.net\r\n\r\n", message)
    assert not reads_as_meant(b"Subject: Mayor\nBcc: eve@example.net\r\n\r\n", message)


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=80))
def test_no_words_at_all_can_write_a_header(words: str) -> None:
    message = read(compose(hostile_report(words), LETTER))

    assert list(message.keys()) == HEADERS


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=80))
def test_no_words_at_all_can_break_a_feed(words: str) -> None:
    ElementTree.fromstring(atom([hostile_diff(words)], Channel(words, "urn:x")))
