"""Every shipped site rule reads a page in its outlet's layout, and the layout is read without a rule too."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from monitor.extract.page import extract_page
from monitor.extract.rules import faults
from monitor.extract.sites import rule_for, shipped_rules
from monitor.model import Page, PageContext
from monitor.times import rfc3339

LAYOUTS = Path(__file__).parent / "layouts"
EXPECTED = json.loads((LAYOUTS / "expected.json").read_text(encoding="utf-8"))
NOW = datetime(2024, 3, 6, tzinfo=UTC)


def read(host: str, *, ruled: bool) -> Page:
    wanted = EXPECTED[host]
    rule = rule_for(urlsplit(wanted["url"]).netloc) if ruled else None
    assert (rule is not None) == ruled
    context = PageContext(url=wanted["url"], now=NOW, timezone="Asia/Seoul" if "korea" in host else None, rule=rule)
    return extract_page((LAYOUTS / f"{host}.html").read_bytes(), (("content-type", "text/html"),), 200, context)


@pytest.mark.parametrize("host", EXPECTED)
def test_a_page_is_read_exactly_by_its_rule(host: str) -> None:
    page, wanted = read(host, ruled=True), EXPECTED[host]

    assert page.verdict == "article"
    content = page.content
    read_fields = {
        "url": page.url, "title": content.title, "subtitle": content.subtitle, "authors": list(content.authors), "section": content.section,
        "body": list(content.body), "captions": list(content.captions), "posted_at": rfc3339(page.posted.at) if page.posted else None,
        "updated_at": rfc3339(page.updated.at) if page.updated else None,
    }  # fmt: skip
    assert read_fields == wanted


@pytest.mark.parametrize("host", EXPECTED)
def test_its_headline_and_text_are_read_without_the_rule_too(host: str) -> None:
    page, wanted = read(host, ruled=False), EXPECTED[host]

    assert page.content.title == wanted["title"]
    assert [paragraph for paragraph in page.content.body if paragraph in wanted["body"]] == wanted["body"]
    assert len(page.content.body) <= len(wanted["body"]) + 1, "at most a sign-off or a lone heading more"


def test_every_selector_of_a_shipped_rule_can_be_read() -> None:
    assert [fault for rule in shipped_rules() for fault in faults(rule)] == []


def test_every_shipped_rule_has_a_page_in_its_layout() -> None:
    tried = {rule_for(urlsplit(wanted["url"]).netloc) for wanted in EXPECTED.values()}

    assert {rule.origin for rule in shipped_rules()} == {rule.origin for rule in tried if rule}
