"""Silence can be trusted, or the commands and the page of feeds say why not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from monitor.app import App
from monitor.config import read_settings
from monitor.identify import url_keys
from monitor.model import ArticleUpdate, Look, LookOutcome
from monitor.settings import StoreSettings
from monitor.store.sql import open_store

WALLED = "wall.example: 4 of 5 looks gave no whole article (consent 3, shrunken 1) in 7 days"


def keep(state: Path, host: str, *looks: tuple[str, str | None], days_ago: int = 1) -> None:
    """Looks at one page of this host, a day ago or longer."""
    url, now = f"https://{host}/story", datetime.now(UTC).replace(microsecond=0)
    store = open_store(None, state_dir=state, read_only=False, settings=StoreSettings())
    article = store.watch(url, url_keys(url), now)
    for number, (verdict, reason) in enumerate(looks):
        at = now - timedelta(days=days_ago, minutes=number)
        task = store.page_task(article, at)
        look = Look(at, url, 200, verdict, reason, None, timedelta(0), 100)  # type: ignore[arg-type] # the words of the table
        store.save_look(LookOutcome(task, at, task.pace, ArticleUpdate(article, 0, url, look=look)))
    store.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    keep(folder, "calm.example", *[("same", None)] * 9, ("suspect", "captcha"))
    return folder


@pytest.fixture
def walled(state: Path) -> Path:
    keep(state, "wall.example", *[("suspect", "consent")] * 3, ("held", "much text lost"), ("same", None))
    keep(state, "old.example", *[("suspect", "consent")] * 9, days_ago=30)
    return state


def test_status_says_nothing_of_outlets_that_are_read_well(run, state: Path) -> None:
    assert "looks gave" not in run("status", state=state).out
    assert run("status", "--json", state=state).document["untrusted"] == []


def test_status_names_the_outlet_whose_silence_says_nothing(run, walled: Path) -> None:
    [line] = [line for line in run("status", state=walled).out.splitlines() if line.startswith("reading")]

    assert WALLED in line
    assert run("status", "--json", state=walled).document["untrusted"] == [
        {"host": "wall.example", "looks": 5, "bad": 4, "reasons": {"consent": 3, "shrunken": 1}, "trusted": False}
    ]


def test_doctor_warns_of_it_and_says_what_to_try(run, walled: Path) -> None:
    checks = {check["name"]: check for check in run("doctor", "--json", state=walled).document["checks"]}

    assert checks["outlet wall.example"]["state"] == "warn"
    assert "outlet calm.example" not in checks
    assert "outlet old.example" not in checks


def test_feeds_show_tells_how_the_pages_of_a_feed_were_read(run, told_state: Path) -> None:
    [feed] = run("feeds", "ls", "--json", "--all").document["items"][:1]

    [outlet] = run("feeds", "show", feed["slug"], "--json").document["reading"]
    assert outlet["trusted"] is True
    assert outlet["looks"] > 0
    assert "looks gave" in run("feeds", "show", feed["slug"]).out


def test_the_page_of_feeds_names_it(walled: Path) -> None:
    from monitor.web.app import create_app

    page = TestClient(create_app(App(read_settings(None, walled))), base_url="http://127.0.0.1:8484").get("/feeds").text

    assert WALLED.split(": ")[1] in page
    assert "calm.example" not in page
