"""Addresses and forms that would like to be more than words: none runs, leads away, or reads what is not ours."""

from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient
from test_gate import form_of

WISHES = {
    "a script": "<script>alert(1)</script>",
    "out of an attribute": '" autofocus onfocus=alert(1) x="',
    "out of an attribute, single": "' onmouseover='alert(1)",
    "a picture that fails": "<img src=x onerror=alert(1)>",
    "out of the title": "</title><svg/onload=alert(1)>",
    "a script address": "javascript:alert(1)",
    "a script address, hidden": "java\tscript:alert(1)//https://a.example",
    "a data address": "data:text/html,<script>alert(1)</script>",
    "a template": "{{7*7}}${7*7}<%=7*7%>#{7*7}{% include '/etc/passwd' %}",
    "a template that reaches out": "{{request.app.state.site.gate.token}}{{''.__class__.__mro__}}",
    "a header": "x\r\nset-cookie: stolen=1\r\nlocation: https://evil.example",
    "a line": "x\nX-Evil: 1",
    "up": "../../../../etc/passwd",
    "up, hidden": "..%2f..%2f..%2fetc%2fpasswd",
    "up, other slashes": "..\\..\\windows\\win.ini",
    "an absolute file": "/etc/passwd\x00.html",
    "another site": "//evil.example/%2f..",
    "another site, other slashes": "/\\evil.example",
    "a query": "' OR 1=1; DROP TABLE edit; --",
    "a search": '" AND (NEAR(a b) OR * ) {before after}: ^x',
    "a pattern": "(a+)+$",
    "backwards": "\u202egnp.exe\u2066",
    "a surrogate": "\ud800",
    "a formula": '=HYPERLINK("https://evil.example")',
    "marks": "[bold red]x[/] \x1b]8;;https://evil.example\x07link",
}
PLACES = """
/?q={}&feed={}&kind={}&since={}&min={}&before={}  /live?after={}&feed={}  /search?q={}&in={}&feed={}  /lookup?url={}  /feeds/{}
/feeds?from={}  /feeds/{}.atom  /rules/{}.json  /a/{}  /a/1/{}  /a/1@{}  /a/1/1..2?view={}&part={}  /a/1/compare?a={}&b={}
/static/{}  /stats?since={}  /stats.csv?since={}  /outbox?state={}&target={}  /settings?try=1&added={}&removed={}&kind={}
/settings?rule={}  /login?next={}  /u/{}  /w/{}  /edits.atom?feed={}  /api/edits?feed={}  /api/search?q={}  /api/lookup?url={}
/api/diff/1/{}  /api/articles/{}  /api/events?once=1&after={}  /{}
"""
HEADERS = """
content-security-policy content-type cache-control etag x-content-type-options x-frame-options referrer-policy content-length
cross-origin-opener-policy permissions-policy location link access-control-allow-origin x-accel-buffering allow
"""


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES.keys())
def test_an_address_is_never_more_than_words(client: TestClient, wish: str) -> None:
    typed = quote(wish, safe="", errors="replace")
    for place in PLACES.split():
        answer = client.get(place.replace("{}", typed))

        assert answer.status_code < 500, place
        assert set(answer.headers) <= set(HEADERS.split()), place
        where = answer.headers.get("location", "/")
        assert where[:1] == "/", place
        assert where[1:2] not in ("/", "\\"), place
        assert "root:x:0" not in answer.text, place
        if answer.headers.get("content-type", "").startswith("text/html"):
            inert(answer.text, place)


def inert(page: str, place: str) -> None:
    tree = LexborHTMLParser(page)
    for node in tree.css("*"):
        names = [name for name in node.attributes if name.startswith("on") or name in ("style", "srcdoc", "formaction", "autofocus")]
        assert not names, (place, node.html)
        address = node.attributes.get("href") or node.attributes.get("src") or node.attributes.get("action") or ""
        plain = address.startswith(("/", "#", "?", "http://", "https://")) and not address.startswith("//")
        assert not address or plain or "bookmarklet" in (node.attributes.get("class") or ""), (place, node.html)
    assert not tree.css("iframe, object, embed, base, img, video, style, math, set, animate, foreignobject"), place
    assert all((node.attributes.get("src") or "").startswith("/static/") and not node.text() for node in tree.css("script")), place
    assert not set(page) & set("\x00\x07\x1b\x7f\x9b\u202d\u202e"), place
    assert not any(run in page for run in ("4949", "49${", "}49", "49<%")), place


def test_a_form_of_wishes_changes_nothing(client: TestClient) -> None:
    good = form_of(client, "/feeds/gazette")
    for wish in WISHES.values():
        words = wish.encode("utf-8", "replace").decode()
        for path in ("/feeds", "/feeds/gazette", f"/feeds/{quote(words, safe='')}", "/login"):
            answer = client.post(path, data={"form": words, "do": words, "url": words, "token": words, "next": words})
            assert answer.status_code in (403, 404, 429), path
            meant = client.post(path, data={"form": good, "do": words, "url": words, "token": words, "next": words})
            assert 400 <= meant.status_code < 500, path
            assert set(meant.headers) <= {*HEADERS.split(), "retry-after"}
