"""The pages in a real browser: with and without JavaScript, by keyboard, wide and narrow, light and dark.

Needs Chromium (Debian's) and the package playwright; the checks for accessibility need axe.min.js of the npm package axe-core, at
the path in MONITOR_AXE.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from seeding import seed, seeded_app
from walk import one_of_each, pages

from monitor.settings import WebSettings
from monitor.store.memory import MemoryStore
from monitor.web.server import Serving, serve_in_thread

pytestmark = [pytest.mark.slow, pytest.mark.chromium, pytest.mark.timeout(600)]

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
AXE = Path(os.environ.get("MONITOR_AXE", ""))
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 390, "height": 844}}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install playwright)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Serving, dict[str, int], MemoryStore]]:
    store = MemoryStore()
    ids = seed(store)
    program = seeded_app(store, tmp_path_factory.mktemp("desk"))
    serving = serve_in_thread(program, WebSettings(listen="127.0.0.1:0"), store=store)
    yield serving, ids, store
    serving.stop()


class Witness:
    """Writes down what a page does that it must not."""

    def __init__(self, page: Any, address: str) -> None:
        self.seen: list[str] = []
        page.on("console", lambda message: message.type in ("error", "warning") and self.seen.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.seen.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.seen.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: request.url.startswith(address) or self.seen.append(f"request: {request.url}"))


def opened(browser: Any, served: Any, *, size: str = "wide", scheme: str = "light", **options: Any) -> tuple[Any, Witness]:
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce", **options)
    page = context.new_page()
    return page, Witness(page, served[0].address)


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("wide", "dark"), ("narrow", "light"), ("narrow", "dark")])
def test_every_page_is_accessible_and_fits(browser: Any, served: Any, size: str, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not there (npm pack axe-core, then MONITOR_AXE=…/axe.min.js)")
    page, witness = opened(browser, served, size=size, scheme=scheme, bypass_csp=True)
    faults = []
    for path in pages(served[1]) if (size, scheme) == ("wide", "light") else one_of_each(served[1]):
        page.goto(served[0].address + path)
        across = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if across > 0:
            faults.append(f"{path}: scrolls {across} pixels sideways")
        page.add_script_tag(content=AXE.read_text())
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found = page.evaluate("(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", STANDARDS)
        faults += [f"{path}: {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
    page.context.close()

    assert not faults
    assert not witness.seen


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_every_page_asks_nobody_else_and_complains_of_nothing(browser: Any, served: Any, script: bool) -> None:
    page, witness = opened(browser, served, java_script_enabled=script)
    for path in pages(served[1]):
        answer = page.goto(served[0].address + path)
        assert answer.status == 200
    page.context.close()

    assert not witness.seen


def test_an_edit_is_found_and_compared_without_script(browser: Any, served: Any) -> None:
    page, _ = opened(browser, served, java_script_enabled=False)
    flood = served[1]["flood"]
    page.goto(served[0].address)

    page.select_option("select[name=feed]", "gazette")
    page.click(".filters button")
    page.click(".row h3 a:has-text('flood report') >> nth=-1")
    page.click("text=Side by side")
    page.fill("input[name=a]", "1")
    page.fill("input[name=b]", "3")
    page.click("text=Compare")
    url = page.url
    deletions = page.locator("del").count()
    page.context.close()

    assert url == f"{served[0].address}/a/{flood}/1..3?view=side"
    assert deletions > 2


def test_the_keyboard_reads_an_edit_from_end_to_end(browser: Any, served: Any) -> None:
    page, witness = opened(browser, served)
    flood, address = served[1]["flood"], served[0].address
    page.goto(address)

    place = "[...document.querySelectorAll('[data-row]')].findIndex((row) => row.contains(document.activeElement))"
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate(place) == 1
    page.keyboard.press("k")
    assert page.evaluate(place) == 0

    page.goto(f"{address}/a/{flood}/1..2")
    for key, anchor in (("n", "c1"), ("n", "c2"), ("p", "c1")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.id") == anchor
    page.keyboard.press("s")
    page.wait_for_url("**?view=side")
    page.keyboard.press("]")
    page.wait_for_url(f"**/a/{flood}/2..3")
    page.keyboard.press("[")
    page.wait_for_url(f"**/a/{flood}/1..2")
    page.keyboard.press("w")
    page.wait_for_url("**?full=1")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "url"
    page.keyboard.type("jn?")
    assert page.input_value("#find-url") == "jn?"
    page.keyboard.press("Escape")
    for key, path in (("f", "/feeds"), ("s", "/search"), ("t", "/stats"), ("o", "/outbox"), ("c", "/settings"), ("e", "/")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(address + path)
    page.keyboard.press("?")
    page.wait_for_url("**/help")
    page.context.close()

    assert not witness.seen


def test_the_keys_can_be_switched_off(browser: Any, served: Any) -> None:
    page, _ = opened(browser, served)
    page.goto(f"{served[0].address}/help")

    page.click("text=Keys are on")
    page.keyboard.press("Tab")
    page.goto(served[0].address)
    page.keyboard.press("?")
    page.keyboard.press("j")
    url, inside = page.url, page.evaluate("Boolean(document.activeElement.closest('[data-row]'))")
    page.context.close()

    assert (url, inside) == (f"{served[0].address}/", False)


def test_the_way_by_tab_is_seen_and_begins_with_the_text(browser: Any, served: Any) -> None:
    page, _ = opened(browser, served)
    page.goto(served[0].address)

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.evaluate("Boolean(document.activeElement.closest('main'))")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.context.close()

    assert inside
    assert outline != "none"


def test_words_that_went_and_came_are_told_to_who_cannot_see(browser: Any, served: Any) -> None:
    page, _ = opened(browser, served)
    page.goto(f"{served[0].address}/a/{served[1]['flood']}/1..2")
    tree = page.locator("main").aria_snapshot()
    page.context.close()

    assert "deletion: denies knowing of" in tree
    assert "insertion: admits seeing" in tree


def test_a_new_edit_is_announced_while_the_page_is_open(browser: Any, served: Any) -> None:
    from dataclasses import replace

    from seeding import HOUR, KOREAN, NOW, Newsroom

    page, witness = opened(browser, served)
    page.goto(served[0].address)

    Newsroom(served[2]).edit(served[1]["korean"], NOW + HOUR, replace(KOREAN, title="시, 부두 보수에 180억 원 투입"))
    page.wait_for_selector("#live a", timeout=15_000)
    said = page.inner_text("#live")
    page.click("#live a")
    first = page.inner_text(".row h3")
    page.context.close()

    assert said == "1 new edit"
    assert "180" in first
    assert not witness.seen


def test_filters_and_older_edits_come_into_the_open_page(browser: Any, served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.web.pages.PAGE", 4)
    page, witness = opened(browser, served)
    page.goto(served[0].address)
    page.evaluate("window.isStill = true")
    rows = page.locator("[data-row]")
    before = rows.count()

    page.focus("text=Older edits")
    page.keyboard.press("Enter")
    rows.nth(before).wait_for()
    place = "[...document.querySelectorAll('[data-row]')].findIndex((row) => row.contains(document.activeElement))"
    after, focused = rows.count(), page.evaluate(place)
    page.focus("select[name=feed]")
    page.select_option("select[name=feed]", "haneul")
    page.wait_for_selector(".kicker:has-text('Gazette')", state="detached")
    still, chosen, url = page.evaluate("window.isStill"), page.evaluate("document.activeElement.name"), page.url
    page.go_back()
    page.wait_for_selector(".kicker:has-text('Hill Country')")
    page.context.close()

    assert (before, after, focused) == (4, 8, 4)
    assert (still, chosen) == (True, "feed")
    assert "feed=haneul" in url
    assert not witness.seen


def test_the_printed_difference_has_its_marks_and_no_tools(browser: Any, served: Any) -> None:
    page, _ = opened(browser, served)
    page.goto(f"{served[0].address}/a/{served[1]['flood']}/1..2")
    page.emulate_media(media="print")
    hidden = [page.is_visible(name) for name in (".tools", ".map", ".foot", ".top nav")]
    struck = page.evaluate("getComputedStyle(document.querySelector('del')).textDecorationLine")
    weight = page.evaluate("getComputedStyle(document.querySelector('.text ins')).fontWeight")
    page.context.close()

    assert hidden == [False] * 4
    assert struck == "line-through"
    assert int(weight) >= 600


def test_the_slider_leads_to_other_revisions(browser: Any, served: Any) -> None:
    page, witness = opened(browser, served)
    often = served[1]["often"]
    page.goto(f"{served[0].address}/a/{often}/1..2")

    page.focus("input[type=range] >> nth=1")
    page.keyboard.press("End")
    page.wait_for_url(f"**/a/{often}/1..12")
    page.context.close()

    assert not witness.seen


def test_words_run_their_own_way_and_nothing_moves_for_who_wants_calm(browser: Any, served: Any) -> None:
    page, _ = opened(browser, served)
    found = []
    for name in ("arabic", "korean", "chinese"):
        page.goto(f"{served[0].address}/a/{served[1][name]}/1..2")
        found.append(page.evaluate("[getComputedStyle(document.querySelector('h1')).direction, document.querySelector('.text').lang]"))
    calm = page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
    page.context.close()

    assert found == [["rtl", "ar"], ["ltr", "ko"], ["ltr", "zh"]]
    assert calm == "auto"


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_a_browser_may_send_the_forms_it_was_given(browser: Any, served: Any, tmp_path: Path, script: bool) -> None:
    program = seeded_app(served[2], tmp_path, token="open sesame")
    closed = serve_in_thread(program, WebSettings(listen="127.0.0.1:0", token="open sesame"), store=served[2])
    page, witness = opened(browser, (closed,), java_script_enabled=script)
    try:
        page.goto(f"{closed.address}/feeds/gazette")
        page.fill("input[name=token]", "open sesame")
        page.click("button:has-text('Sign in')")
        signed_in = page.url
        page.click("button:has-text('Pause')")
        paused = page.inner_text("[role=status]")
        page.click("button:has-text('Resume')")
        page.click("button:has-text('Poll now')")
        polled = page.inner_text("[role=status]")
    finally:
        page.context.close()
        closed.stop()

    assert signed_in == f"{closed.address}/feeds/gazette"
    assert paused.startswith("Paused in feeds.toml")
    assert polled.startswith("It is due now")
    assert not witness.seen
