"""What every page keeps, and what single pages show."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from seeding import FEEDS, FLOOD, HOUR, NOON, Newsroom, seeded_app
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient
from walk import machine_pages, pages

from monitor.ports import EditQuery
from monitor.settings import Feed
from monitor.store.memory import MemoryStore
from monitor.web import card
from monitor.web import pages as reading
from monitor.web.app import create_app

MOST_BYTES = 100_000


def test_every_page_answers_and_stays_under_100_kb(client: TestClient, ids: dict[str, int]) -> None:
    for path in pages(ids):
        answer = client.get(path)

        assert answer.status_code == 200, path
        assert len(answer.content) < MOST_BYTES, (path, len(answer.content))
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_every_answer_carries_the_safe_headers(client: TestClient, ids: dict[str, int]) -> None:
    for path in [*pages(ids), *machine_pages(ids), "/a/999", "/nowhere", "/api/nowhere", "/a/1@999/raw"]:
        headers = client.get(path).headers

        assert headers["content-security-policy"].startswith("default-src 'none'"), path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin", path
        assert "server" not in headers, path


def test_no_page_loads_or_runs_anything_that_is_not_ours(client: TestClient, ids: dict[str, int]) -> None:
    for path in pages(ids):
        tree = LexborHTMLParser(client.get(path).text)

        for node in tree.css("script, style, link, img, iframe, object, embed, form, base, meta[http-equiv]"):
            address = node.attributes.get("src") or node.attributes.get("href") or node.attributes.get("action") or ""
            assert address.startswith("/") or node.attributes.get("rel") == "canonical", (path, node.html)
            assert not address.startswith("//"), (path, node.html)
        for node in tree.css("*"):
            wrong = [name for name in node.attributes if name.startswith("on") or name in ("style", "srcdoc")]
            assert not wrong, (path, node.html)


def test_links_to_publishers_tell_them_nothing(client: TestClient, ids: dict[str, int]) -> None:
    tree = LexborHTMLParser(client.get(f"/a/{ids['flood']}/1..2").text)
    outside = tree.css("a[href^=http]")

    assert outside
    assert all({"noopener", "noreferrer", "nofollow"} <= set((node.attributes["rel"] or "").split()) for node in outside)


def test_every_page_has_one_heading_a_title_and_a_way_past_the_menu(client: TestClient, ids: dict[str, int]) -> None:
    for path in pages(ids):
        tree = LexborHTMLParser(client.get(path).text)

        assert len(tree.css("h1")) == 1, path
        assert tree.css_first("title").text().strip(), path
        assert tree.css_first("a.skip[href='#main']") is not None, path
        names = [node.attributes["id"] for node in tree.css("[id]")]
        assert len(names) == len(set(names)), path


def test_the_stream_shows_words_of_the_headline_that_went_and_came(client: TestClient, ids: dict[str, int]) -> None:
    text = client.get("/").text

    assert "Minister <del>denies knowing of</del><ins>admits seeing</ins> flood report" in text
    assert f'href="/a/{ids["flood"]}/1..2"' in text


def test_noise_is_hidden_behind_a_switch(client: TestClient, ids: dict[str, int]) -> None:
    address = f"/a/{ids['typography']}/1..2"

    assert address not in client.get("/").text
    assert "Show noise" in client.get("/").text
    assert address in client.get("/?min=noise").text


def test_filters_leave_only_what_fits(client: TestClient, ids: dict[str, int]) -> None:
    by_feed = client.get("/?feed=haneul").text
    by_text = client.get("/?q=homes").text

    assert f"/a/{ids['korean']}/" in by_feed
    assert f"/a/{ids['flood']}/" not in by_feed
    assert f"/a/{ids['flood']}/1..2" in by_text
    assert f"/a/{ids['korean']}/" not in by_text


def test_the_stream_runs_on_to_the_oldest_edit_and_shows_each_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE", 6)
    seen: list[str] = []
    path = "/?min=noise"

    while path:
        tree = LexborHTMLParser(client.get(path).text)
        seen += [node.attributes["href"] or "" for node in tree.css(".row h3 a")]
        older = tree.css_first("a[rel=next]")
        path = (older.attributes["href"] or "") if older else ""

    assert len(seen) == len(set(seen)) == 20


def test_a_difference_tells_both_clocks_and_its_proof(client: TestClient, ids: dict[str, int], newsroom) -> None:
    text = client.get(f"/a/{ids['flood']}/1..2").text
    store = newsroom[0]

    for rev in (1, 2):
        assert store.revision(ids["flood"], rev).hash in text
    assert "not disclosed" in text
    assert "Posted" in text
    assert 'datetime="2026-11-19T16:00:00Z"' in text
    assert 'datetime="2026-11-19T16:20:00Z"' in text


def test_the_recipe_on_the_page_verifies_a_hash_without_monitor(client: TestClient, ids: dict[str, int], tmp_path: Path) -> None:
    recipe = LexborHTMLParser(client.get(f"/a/{ids['korean']}/1..2").text).css_first("pre").text()
    saved = client.get(f"/a/{ids['korean']}@2.json").content

    (tmp_path / "revision.json").write_bytes(saved)
    right = subprocess.run([sys.executable, "-I", "-c", recipe], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    (tmp_path / "revision.json").write_bytes(saved.replace(b"150", b"160"))
    wrong = subprocess.run([sys.executable, "-I", "-c", recipe], cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert (right.strip(), wrong.strip()) == ("True", "False")


def test_a_moved_paragraph_is_told_at_both_ends(client: TestClient, ids: dict[str, int]) -> None:
    tree = LexborHTMLParser(client.get(f"/a/{ids['flood']}/1..2").text)
    here, left = tree.css_first(".b-move"), tree.css_first(".b-away")

    assert "moved from ¶7" in here.text()
    assert left.css_first("a").attributes["href"] == f"#{here.attributes['id']}"
    assert here.css_first(".remark a").attributes["href"] == f"#{left.attributes['id']}"


def test_the_two_versions_can_be_read_by_themselves(client: TestClient, ids: dict[str, int]) -> None:
    before = LexborHTMLParser(client.get(f"/a/{ids['flood']}/1..2?view=old").text).css_first(".text").text()
    after = LexborHTMLParser(client.get(f"/a/{ids['flood']}/1..2?view=new").text).css_first(".text").text()

    assert "baseless" in before
    assert "two meetings" not in before
    assert "baseless" not in after
    assert "two meetings" in after


def test_other_ways_to_name_a_pair_lead_to_its_numbers(client: TestClient, ids: dict[str, int]) -> None:
    flood = ids["flood"]

    assert client.get(f"/a/{flood}/2..1").headers["location"] == f"/a/{flood}/1..2"
    assert client.get(f"/a/{flood}/2..2").headers["location"] == f"/a/{flood}@2"
    assert client.get(f"/a/{flood}/compare?a=3&b=1&view=side").headers["location"] == f"/a/{flood}/1..3?view=side"
    assert client.get(f"/a/{flood}/first..last").headers["location"] == f"/a/{flood}/1..3"


def test_a_long_article_comes_in_parts_that_hold_all_of_it(tmp_path: Path) -> None:
    store = MemoryStore()
    store.sync_feeds(FEEDS, NOON)
    body = tuple(f"Paragraph {number} stands " + "<&> water " * 60 for number in range(300))
    room = Newsroom(store)
    article = room.publish("gazette", "endless", NOON, replace(FLOOD, body=body))
    room.edit(article, NOON + HOUR, replace(FLOOD, body=tuple(text.replace("stands", "stood") for text in body)))
    reader = TestClient(create_app(seeded_app(store, tmp_path)), base_url="http://127.0.0.1", follow_redirects=False)

    told = sum(change.field == "body" for change in store.changes(1))
    for start, whole in ((f"/a/{article}@1", 300), (f"/a/{article}/1..2", told), (f"/a/{article}/1..2?view=side", told)):
        path, found = start, 0
        while path:
            answer = reader.get(path)
            assert len(answer.content) < MOST_BYTES, (path, len(answer.content))
            tree = LexborHTMLParser(answer.text)
            found += len(tree.css(".text .b, .sides tr[id]"))
            following = next((node for node in tree.css(".pager a[rel=next]") if "part=" in (node.attributes["href"] or "")), None)
            path = start.partition("?")[0] + (following.attributes["href"] or "") if following else ""
        assert found == whole, start


def test_raw_pages_are_text_that_no_browser_runs(client: TestClient, ids: dict[str, int]) -> None:
    answer = client.get(f"/a/{ids['hostile']}@2/raw")

    assert answer.headers["content-type"].startswith("text/plain")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "<script>" in answer.text


def test_looking_up_an_address_leads_to_its_article(client: TestClient, ids: dict[str, int]) -> None:
    found = client.get("/lookup", params={"url": "https://gazette.example/flood-report"})
    unknown = client.get("/lookup", params={"url": "https://gazette.example/never"})

    assert (found.status_code, found.headers["location"]) == (303, f"/a/{ids['flood']}")
    assert unknown.status_code == 404


def test_search_tells_in_which_version_words_came(client: TestClient, ids: dict[str, int]) -> None:
    added = client.get("/search?q=meetings&in=added").text
    removed = client.get("/search?q=meetings&in=removed").text

    assert f"/a/{ids['flood']}@2" in added
    assert f"/a/{ids['flood']}@2" not in removed


def test_feeds_that_fail_come_first_with_their_error(client: TestClient) -> None:
    tree = LexborHTMLParser(client.get("/feeds").text)
    first = tree.css_first("tbody tr").text()

    assert "Hill Country News" in first
    assert "timeout, 3 times" in first


def test_a_feed_shows_its_last_polls_as_a_strip(client: TestClient) -> None:
    tree = LexborHTMLParser(client.get("/feeds/hills").text)
    drawn = {node.attributes["class"]: re.findall(r"M(\d+) ", node.attributes["d"] or "") for node in tree.css("svg.strip path")}
    places = sorted(int(place) for found in drawn.values() for place in found)

    assert [int(place) for place in drawn["poll-bad"]] == places[-3:]
    assert drawn["poll-news"]
    assert len(places) == len(set(places))


def test_a_rule_is_tried_on_what_happened(client: TestClient, ids: dict[str, int]) -> None:
    text = client.get("/settings?rule=quiet-admissions").text

    assert "1 edit fits of" in text
    assert f"/a/{ids['flood']}/1..2" in text


def test_charts_have_their_numbers_as_tables(client: TestClient) -> None:
    tree = LexborHTMLParser(client.get("/stats").text)

    assert len(tree.css("svg.chart")) == 3
    assert len(tree.css("table")) == 5
    assert all(node.attributes.get("aria-label") for node in tree.css("svg[role=img]"))


def test_a_card_is_a_png_where_the_machine_has_fonts(client: TestClient, ids: dict[str, int]) -> None:
    if not card.can_draw():
        pytest.skip("no resvg or no fonts on this machine")
    answer = client.get(f"/a/{ids['korean']}/1..2/card.png")

    assert answer.headers["content-type"] == "image/png"
    assert answer.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert f"/a/{ids['korean']}/1..2/card.png" in client.get(f"/a/{ids['korean']}/1..2").text


def test_who_has_a_page_is_not_sent_it_again(client: TestClient, ids: dict[str, int]) -> None:
    for path in ("/", f"/a/{ids['flood']}/1..2", "/edits.atom", "/api/edits"):
        etag = client.get(path).headers["etag"]

        assert client.get(path, headers={"if-none-match": etag}).status_code == 304


def test_what_is_not_there_is_told_so(client: TestClient, ids: dict[str, int]) -> None:
    for path in (
        "/a/999",
        "/a/0",
        "/a/x",
        "/a/99999999999999999999",
        f"/a/{ids['flood']}/1..9",
        f"/a/{ids['flood']}@9",
        "/feeds/none",
        "/nope",
    ):
        assert client.get(path).status_code == 404, path


def test_the_script_of_others_is_the_one_it_says(client: TestClient) -> None:
    from hashlib import sha256
    from importlib.resources import files

    note = files("monitor.web").joinpath("static", "htmx.txt").read_text()

    assert sha256(client.get("/static/htmx.min.js").content).hexdigest() in note
    assert "Zero-Clause BSD" in note


def test_an_open_page_is_told_how_many_edits_came(client: TestClient, newsroom) -> None:
    newest = max(edit.id for edit in newsroom[0].edits(EditQuery()))
    polled = re.search(r'data-hx-get="(/live\?[^"]+)"', client.get("/?feed=haneul").text)

    assert polled
    assert polled[1] == f"/live?feed=haneul&amp;after={newest}"
    assert client.get(f"/live?after={newest}").status_code == 204
    assert "1 new edit<" in client.get("/live?feed=haneul&after=0").text
    assert client.get("/live?after=0").text.startswith("<title>(")


def test_very_many_feeds_fit_their_pages_and_can_all_be_reached(tmp_path: Path) -> None:
    store = MemoryStore()
    feeds = [Feed(f"outlet-of-the-north-{number}", f"https://north-{number}.example/rss") for number in range(230)]
    store.sync_feeds(feeds, NOON)
    room = Newsroom(store)
    for feed in feeds:
        for number in range(60):
            room.fail(feed.slug, NOON + number * HOUR, f"http_{500 + number % 4}", "it answered with an error page of its own making")
    client = TestClient(create_app(seeded_app(store, tmp_path)), base_url="http://127.0.0.1")

    listed: list[str] = []
    path = "/feeds"
    while path:
        page = client.get(path)
        assert len(page.content) < 100_000
        listed += re.findall(r'<a href="/feeds/([^"]+)"><bdi>', page.text)
        more = re.search(r'<a href="([^"]+)" rel="next">', page.text)
        path = more[1] if more else ""

    assert {feed.slug for feed in feeds} <= set(listed)
    assert len(listed) == len(set(listed))
    for path in ("/", "/search"):
        assert 'input name="feed"' in client.get(path).text
        assert len(client.get(path).content) < 100_000


def test_headlines_longer_than_any_leave_the_pages_small(tmp_path: Path) -> None:
    store = MemoryStore()
    store.sync_feeds(FEEDS, NOON)
    room = Newsroom(store)
    article = room.publish("gazette", "endless", NOON, replace(FLOOD, title="W" * 40_000))
    for number in range(1, 40):
        endless = replace(FLOOD, title=f"W{number} " * 9_000, subtitle="s" * 9_000 * number, authors=("A" * 9_000,))
        room.edit(article, NOON + number * HOUR, endless)
    client = TestClient(create_app(seeded_app(store, tmp_path)), base_url="http://127.0.0.1")

    for path in (
        "/", f"/a/{article}", f"/a/{article}/1..2", f"/a/{article}/2..3?view=side", f"/a/{article}/3..9?view=old", f"/a/{article}@2",
        "/search?q=harbour", "/feeds/gazette", "/settings?try=1",
    ):  # fmt: skip
        assert len(client.get(path).content) < 100_000, path
    assert "Older revisions" in client.get(f"/a/{article}").text


def test_every_page_names_its_feeds_and_they_are_there(client: TestClient, ids: dict[str, int]) -> None:
    named = set()
    for path in pages(ids):
        tree = LexborHTMLParser(client.get(path).text)
        found = [node.attributes for node in tree.css("link[rel=alternate]")]
        kinds = {attributes["type"] for attributes in found}
        assert "application/atom+xml" in kinds, path
        named |= {(attributes["href"], attributes["type"]) for attributes in found}

    for address, kind in named:
        answer = client.get(address or "")
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, kind), address


def test_who_shares_a_difference_shares_its_picture_and_words(client: TestClient, ids: dict[str, int]) -> None:
    tree = LexborHTMLParser(client.get(f"/a/{ids['flood']}/1..2").text)
    said = {node.attributes["property"]: node.attributes["content"] or "" for node in tree.css("meta[property]")}

    assert said["og:title"] == "Minister admits seeing flood report"
    assert said["og:url"].endswith(f"/a/{ids['flood']}/1..2")
    assert "The Quay Gazette" in said["og:description"]
    if card.can_draw():
        assert client.get(said["og:image"]).content.startswith(b"\x89PNG")


def test_split_and_merged_paragraphs_say_so_and_keep_their_words(client: TestClient, ids: dict[str, int], tmp_path: Path) -> None:
    split = client.get(f"/a/{ids['flood']}/1..2").text
    store = MemoryStore()
    store.sync_feeds(FEEDS, NOON)
    room = Newsroom(store)
    article = room.publish("gazette", "merged", NOON, FLOOD)
    room.edit(article, NOON + HOUR, replace(FLOOD, body=(*FLOOD.body[:8], f"{FLOOD.body[8]} {FLOOD.body[9]}", *FLOOD.body[10:])))
    merged = TestClient(create_app(seeded_app(store, tmp_path)), base_url="http://127.0.0.1").get(f"/a/{article}/1..2").text

    assert "one paragraph became 2" in split
    assert "2 paragraphs became one" in merged
    for text in (split, merged):
        assert LexborHTMLParser(text).css_first(".sign") is not None


def test_the_bookmarklet_leads_here_from_any_page(client: TestClient) -> None:
    link = LexborHTMLParser(client.get("/lookup").text).css_first("a.bookmarklet")

    assert link is not None
    assert link.attributes["href"] == ("javascript:location.href='http://127.0.0.1:8484/lookup?url='+encodeURIComponent(location.href)")
