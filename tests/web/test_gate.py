"""Who may come in, and what a form of another site can do: nothing."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from seeding import FEEDS, NOON, SeededApp, seeded_app
from starlette.routing import Route
from starlette.testclient import TestClient
from walk import machine_pages, pages

from monitor.errors import UsageError
from monitor.settings import WebSettings
from monitor.store.memory import MemoryStore
from monitor.web.app import create_app
from monitor.web.gate import Bucket, local_path
from monitor.web.server import serve_in_thread

TOKEN = "a-token-of-the-newsroom"
OURS = "http://127.0.0.1:8484"


@pytest.fixture
def writable(tmp_path: Path) -> tuple[SeededApp, MemoryStore]:
    store = MemoryStore()
    store.sync_feeds(FEEDS, NOON)
    return seeded_app(store, tmp_path), store


@pytest.fixture
def editor(writable: tuple[SeededApp, MemoryStore]) -> TestClient:
    """A reader on this machine whose wishes are done."""
    program, store = writable
    return TestClient(create_app(program, writing=lambda: nullcontext(store)), base_url=OURS, follow_redirects=False)


@pytest.fixture
def closed(newsroom, tmp_path: Path) -> TestClient:
    """A stranger before a server with a token."""
    program = seeded_app(newsroom[0], tmp_path, token=TOKEN, public_url="https://desk.example")
    return TestClient(create_app(program), base_url="https://desk.example", follow_redirects=False, client=("203.0.113.9", 1))


def form_of(client: TestClient, path: str) -> str:
    return client.get(path).text.partition('name="form" value="')[2].partition('"')[0]


def test_a_stranger_sees_nothing_but_the_door(closed: TestClient, ids: dict[str, int]) -> None:
    for path in [*pages(ids), *machine_pages(ids)]:
        answer = closed.get(path)
        if path.startswith(("/static/", "/healthz", "/favicon")):
            assert answer.status_code == 200, path
        else:
            assert answer.status_code in (303, 401), path
            assert "minister" not in answer.text.lower(), path
    assert "monitor 0" not in closed.get("/login").text


@pytest.mark.parametrize("host", ["x/login", "x/w/", "x/u/", "x/static/", "x/healthz?", "x/login#"])
def test_a_made_up_name_of_ours_opens_nothing(closed: TestClient, host: str) -> None:
    for path in ("/settings", "/api/edits"):
        assert closed.get(path, headers={"host": host}).status_code in (303, 401)


def test_every_route_is_closed_unless_it_is_listed(closed: TestClient) -> None:
    routes = [route for route in closed.app.routes if isinstance(route, Route)]  # type: ignore[attr-defined]

    for route in routes:
        path = route.path
        for name in ("article", "rev", "slug", "name"):
            path = path.replace(f"{{{name}}}", "1")
        path = path.replace("{pair}", "1..2")
        if path.startswith(("/static", "/login", "/healthz", "/favicon", "/u/", "/w/")):
            continue
        assert closed.get(path).status_code in (303, 401), path


def test_the_token_opens_by_form_by_header_and_for_feeds_by_address(closed: TestClient) -> None:
    by_header = closed.get("/api/edits", headers={"authorization": f"Bearer {TOKEN}"})
    by_password = closed.get("/edits.atom", auth=("anyone", TOKEN))
    by_address = closed.get(f"/edits.atom?token={TOKEN}")
    signed_in = closed.post("/login", data={"form": form_of(closed, "/login"), "token": TOKEN, "next": "/feeds"})

    assert [answer.status_code for answer in (by_header, by_password, by_address)] == [200] * 3
    assert TOKEN not in by_address.text
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/feeds")
    cookie = signed_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" in cookie
    assert closed.get("/").status_code == 200


def test_the_token_in_an_address_opens_no_page(closed: TestClient) -> None:
    assert closed.get(f"/?token={TOKEN}").status_code == 303
    assert closed.get(f"/api/edits?token={TOKEN}").status_code == 401


def test_a_wrong_token_or_a_made_up_cookie_opens_nothing(closed: TestClient) -> None:
    wrong = closed.post("/login", data={"form": form_of(closed, "/login"), "token": "guess"})
    closed.cookies.set("monitor_session", "made.up.cookie", domain="desk.example")

    assert wrong.status_code == 403
    assert closed.get("/").status_code == 303
    assert closed.get("/api/edits", headers={"authorization": "Basic !!!"}).status_code == 401


def test_guessing_is_slowed_down(closed: TestClient) -> None:
    form = form_of(closed, "/login")
    answers = [closed.post("/login", data={"form": form, "token": f"guess {number}"}).status_code for number in range(8)]

    assert answers[:5] == [403] * 5
    assert answers[5:] == [429] * 3


def test_strangers_that_ask_too_often_are_told_to_wait() -> None:
    bucket = Bucket(burst=3, rate=1)

    assert [bucket.takes("one", 0.0) for _ in range(4)] == [True, True, True, False]
    assert bucket.takes("other", 0.0)
    assert bucket.takes("one", 1.0)


def test_without_a_token_only_names_of_this_machine_are_answered(editor: TestClient) -> None:
    for name in ("evil.example", "127.0.0.1.evil.example", "evil.example:8484", ""):
        assert editor.get("/", headers={"host": name}).status_code == 421, name
    for name in ("localhost:8484", "127.0.0.1", "[::1]:8484"):
        assert editor.get("/", headers={"host": name}).status_code == 200, name


def test_no_wish_is_done_without_a_form_of_ours(editor: TestClient, writable: tuple[SeededApp, MemoryStore]) -> None:
    good = form_of(editor, "/feeds/gazette")
    assert good

    refused = [
        editor.post("/feeds/gazette", data={"do": "pause"}),
        editor.post("/feeds/gazette", data={"do": "pause", "form": "made-up"}),
        editor.post("/feeds/gazette", data={"do": "pause", "form": good}, headers={"origin": "https://evil.example"}),
        editor.post("/feeds/gazette", data={"do": "pause", "form": good}, headers={"sec-fetch-site": "cross-site"}),
        editor.post("/feeds/gazette", json={"do": "pause", "form": good}),
        editor.post("/feeds/gazette", content=b"form=" + b"x" * 100_000, headers={"content-type": "application/x-www-form-urlencoded"}),
        editor.put("/feeds/gazette", data={"do": "pause"}),
        editor.delete("/feeds/gazette"),
    ]

    assert {answer.status_code for answer in refused} == {403}
    assert "paused" not in (writable[0].settings.config_dir / "feeds.toml").read_text()


def test_a_feed_can_be_polled_now_paused_and_resumed(editor: TestClient, writable: tuple[SeededApp, MemoryStore]) -> None:
    program, store = writable
    file = program.settings.config_dir / "feeds.toml"
    form = form_of(editor, "/feeds/gazette")

    polled = editor.post("/feeds/gazette", data={"do": "poll", "form": form})
    paused = editor.post("/feeds/gazette", data={"do": "pause", "form": form})
    said = file.read_text()
    editor.post("/feeds/gazette", data={"do": "resume", "form": form})

    assert polled.headers["location"] == "/feeds/gazette?done=poll"
    assert next(state for state in store.feeds() if state.feed.slug == "gazette").next_at == program.clock.now()
    assert paused.status_code == 303
    assert "paused = true" in said
    assert "paused" not in file.read_text()


def test_looking_changes_nothing(client: TestClient, newsroom, ids: dict[str, int]) -> None:
    store = newsroom[0]
    before = (store.counts(NOON), store.feeds(), tuple(store.outbox()), dict(store.meta))

    for path in [*pages(ids), *machine_pages(ids)]:
        client.get(path)

    assert (store.counts(NOON), store.feeds(), tuple(store.outbox()), dict(store.meta)) == before


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        "/a\r\nSet-Cookie: x=1",
        "\t//evil",
        "/%0d\x00",
    ],
)
def test_after_signing_in_one_stays_on_this_site(wanted: str) -> None:
    assert local_path(wanted) == "/"


def test_an_address_that_others_can_reach_needs_a_token(newsroom, tmp_path: Path) -> None:
    program = seeded_app(newsroom[0], tmp_path)

    for listen in ("0.0.0.0:0", "[::]:0", "192.0.2.1:0"):
        with pytest.raises(UsageError, match="no token"):
            serve_in_thread(program, WebSettings(listen=listen))


def test_secrets_of_the_configuration_are_never_shown(newsroom, tmp_path: Path) -> None:
    from dataclasses import replace

    from monitor.settings import Feed, MailSettings

    secret = "canary-of-a-secret"
    program = seeded_app(newsroom[0], tmp_path, token=secret)
    program.settings = replace(
        program.settings,
        database_url=f"postgresql://monitor:{secret}@db.example/news",
        mail=MailSettings(host="mail.example", user="monitor", password=secret),
        feeds=(
            Feed("private", f"https://reader:{secret}@feeds.example/rss", headers=(("Authorization", secret),)),
            *program.settings.feeds,
        ),
    )
    reader = TestClient(create_app(program), base_url=OURS, headers={"authorization": f"Bearer {secret}"})

    for path in ("/settings", "/feeds", "/api/feeds", "/", "/help", "/outbox", "/api/openapi.json"):
        answer = reader.get(path)
        assert answer.status_code == 200
        assert secret not in answer.text, path
