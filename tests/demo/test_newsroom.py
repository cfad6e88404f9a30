"""The pretend newsroom: its pages are read as they are meant, its story is told by the store alone, another seed tells another."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.demo.layouts import desktop, mobile
from monitor.demo.newsroom import Newsroom
from monitor.demo.stories import Scene, scene
from monitor.extract.page import extract_page
from monitor.extract.sites import rule_for
from monitor.model import Page, PageContext

SEOUL = ZoneInfo("Asia/Seoul")
POSTED = datetime(2023, 9, 19, 16, 20, tzinfo=SEOUL)
UPDATED = datetime(2023, 9, 20, 9, 34, tzinfo=SEOUL)
NOW = datetime(2023, 9, 20, 3, 0, tzinfo=UTC)
HOST = "www.koreatimes.co.kr"


@pytest.fixture(params=range(6))
def told(request: pytest.FixtureRequest) -> Scene:
    return scene(request.param, POSTED, UPDATED)


def read(html: str, path: str, *, with_rule: bool) -> Page:
    host = HOST if with_rule else "news.example"
    context = PageContext(url=f"https://{host}{path}", now=NOW, timezone="Asia/Seoul", rule=rule_for(host, ()))
    return extract_page(html.encode(), (("content-type", "text/html; charset=utf-8"),), 200, context)


def test_the_desktop_page_is_read_whole_with_the_shipped_rule(told: Scene) -> None:
    story = told.first_edited
    page = read(desktop(story, told.outlet, told.others, UPDATED, 3), story.path, with_rule=True)

    assert page.verdict == "article"
    assert page.content.title == story.headline
    assert page.content.subtitle == story.deck
    assert page.content.authors == (story.author,)
    assert page.content.section == story.section
    assert page.content.body == story.paragraphs
    assert page.content.captions == tuple(photo.caption for photo in story.photos)
    assert page.posted
    assert page.updated
    assert (page.posted.at, page.updated.at) == (POSTED, UPDATED)


def test_the_desktop_page_is_read_nearly_so_without_a_rule(told: Scene) -> None:
    story = told.first
    page = read(desktop(story, told.outlet, told.others, POSTED, 0), story.path, with_rule=False)

    assert page.content.title == story.headline
    assert set(story.paragraphs) <= set(page.content.body)
    assert len(page.content.body) <= len(story.paragraphs) + 1
    assert page.posted
    assert page.posted.at == POSTED
    assert page.updated is None


@pytest.mark.parametrize("with_rule", [True, False])
def test_the_mobile_page_has_the_words_and_no_stamp(told: Scene, with_rule: bool) -> None:
    story = told.first
    page = read(mobile(story, told.outlet, told.others, 1), story.path, with_rule=with_rule)

    assert page.content.title == story.headline
    assert page.content.authors == (story.author,)
    assert set(story.paragraphs) <= set(page.content.body)
    assert len(page.content.body) <= len(story.paragraphs) + 1
    assert (page.posted, page.updated) == (None, None)


def test_what_turns_around_an_article_is_no_part_of_it(told: Scene) -> None:
    story = told.second
    first, second = (
        read(desktop(story, told.outlet, told.others, POSTED + timedelta(hours=n), n), story.path, with_rule=False) for n in (0, 4)
    )

    assert first.content == second.content


def test_another_seed_tells_another_story() -> None:
    headlines = {scene(seed, POSTED, UPDATED).first.headline for seed in range(20)}

    assert len(headlines) > 10
    assert scene(3, POSTED, UPDATED) == scene(3, POSTED, UPDATED)


def test_the_feed_is_the_same_until_the_newsroom_edits(told: Scene) -> None:
    newsroom = Newsroom(told, POSTED, address="http://127.0.0.1:1")
    newsroom.publish(told.first, told.second)
    before = newsroom.answer("/rss/allnews.xml")
    newsroom.tick += 1

    assert newsroom.answer("/rss/allnews.xml") == before
    assert newsroom.answer("/none")[0] == 404


@pytest.mark.slow
def test_the_demo_prints_what_its_store_answers(tmp_path: Path) -> None:
    shown = {}
    for seed in ("1", "7"):
        words = [sys.executable, "-m", "monitor", "demo", "--seed", seed, "--keep", str(tmp_path / seed)]
        shown[seed] = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path).stdout
        for article in ("1", "2"):
            words = [sys.executable, "-m", "monitor", "--state", str(tmp_path / seed), "show", f"{article}@last", "--json"]
            revision = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
            assert revision["title"] in shown[seed]
            assert revision["rev"] == 2

    assert shown["1"] != shown["7"]
    assert "[-" in shown["1"]
    assert "not disclosed" in shown["1"].lower()


@pytest.mark.slow
def test_a_folder_that_is_in_use_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "letter").touch()
    done = subprocess.run([sys.executable, "-m", "monitor", "demo", "--keep", str(tmp_path)], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "is not empty" in done.stderr


DAYS = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*|\d{4}-\d\d-\d\d")


@pytest.mark.slow
def test_the_session_that_readme_shows_is_a_real_one(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "monitor", "demo"]
    shown = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path).stdout
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
    session = readme.partition("\n\n```\n")[2].partition("```")[0]

    real = [DAYS.sub("·", line) for line in shown.splitlines()]
    told = [DAYS.sub("·", line).removesuffix("…").rstrip() for line in session.splitlines() if line not in ("", "…")]
    assert not [line for line in told if not any(other.startswith(line) for other in real)]
