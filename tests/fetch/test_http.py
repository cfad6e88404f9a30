import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from loopback_site import Asked, Site, reply

from monitor.clock import SystemClock
from monitor.fetch.http import HttpFetcher, agent_line, wire_url
from monitor.model import Answer, Failure, Request, Response, Validators
from monitor.settings import FetchSettings

SETTINGS = FetchSettings(
    user_agent="watcher/1 (+https://watcher.example)",
    allow_networks=("127.0.0.2/32",),
    host_gap=timedelta(0),
    timeout=timedelta(seconds=5),
    max_bytes=50_000,
)
ON_LOOPBACK = replace(SETTINGS, allow_networks=("127.0.0.0/8",))


def ask(
    answers: dict[str, object], question: Callable[[HttpFetcher, Site], Awaitable[object]], settings: FetchSettings = SETTINGS
) -> object:
    async def conversation() -> object:
        async with Site(dict(answers)) as site:  # type: ignore[arg-type]  # bytes or functions
            fetcher = HttpFetcher(settings, SystemClock())
            try:
                return await question(fetcher, site)
            finally:
                await fetcher.close()

    return asyncio.run(conversation())


def fetched(path: str, answers: dict[str, object], **request: object) -> tuple[Answer, list[Asked]]:
    async def question(fetcher: HttpFetcher, site: Site) -> object:
        return await fetcher.fetch(Request(site.url + path, "feed", **request)), site.asked  # type: ignore[arg-type]

    answer, asked = ask(answers, question)  # type: ignore[misc]
    return answer, asked


def test_an_answer_comes_whole_with_its_headers_and_times() -> None:
    answer, asked = fetched("/feed", {"/feed": reply(200, b"<rss/>", ETag='W/"1"', Content_Type="application/rss+xml")})

    assert isinstance(answer, Response)
    assert (answer.status, answer.body, answer.header("etag")) == (200, b"<rss/>", 'W/"1"')
    assert answer.url == answer.final_url
    assert answer.asked_at <= answer.at
    assert len(asked) == 1


def test_a_question_names_who_asks_and_nothing_more() -> None:
    _, asked = fetched("/feed", {"/feed": reply()})

    assert set(asked[0].headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert asked[0].headers["user-agent"] == "watcher/1 (+https://watcher.example)"
    assert "rss" in asked[0].headers["accept"]


@pytest.mark.parametrize(
    "path", ["/Feed.XML?B=2&a=1&x=%7e&&empty=", "/a//b/../c?x", "/%E2%82%AC/?q=%20+", "/a;b=c/'(x)!*", "/feed?", "/a??b=?"]
)
def test_an_address_is_kept_verbatim(path: str) -> None:
    _, asked = fetched(path + "#top", {})

    assert asked[0].path == path


def test_the_user_agent_always_names_a_contact() -> None:
    assert agent_line("mine/2 (+https://me.example)", "box") == "mine/2 (+https://me.example)"
    assert agent_line(FetchSettings().user_agent, "box.example") == "monitor/0.1 (+mailto:abuse@box.example)"
    assert agent_line("httpwatch/3", "") == "httpwatch/3 (+mailto:abuse@localhost)"


def test_an_address_with_foreign_letters_is_escaped_as_browsers_do() -> None:
    assert wire_url("http://example.org/뉴스 1?q=é#x") == "http://example.org/%EB%89%B4%EC%8A%A4%201?q=%C3%A9"
    assert wire_url("HTTPS://bücher.example") == "https://xn--bcher-kva.example/"


@pytest.mark.parametrize("etag", ['"a"', 'W/"a,b  c/\u00e9;=\\%22?"', "5f1c unquoted", '"' + "x" * 300 + '"', '"\u00c3\u00a9"'])
def test_validators_go_back_byte_for_byte(etag: str) -> None:
    date = "tue, 1 jan 2041 00:00:00 gmt"

    async def question(fetcher: HttpFetcher, site: Site) -> object:
        first = await fetcher.fetch(Request(site.url + "/feed", "feed"))
        assert isinstance(first, Response)
        validators = Validators(first.final_url, first.header("etag"), first.header("last-modified"))
        await fetcher.fetch(Request(site.url + "/feed", "feed", validators))
        return site.asked[1].raw

    raw = ask({"/feed": reply(200, b"x", ETag=etag, Last_Modified=date)}, question)

    assert f"If-None-Match: {etag}\r\n".encode("latin-1") in raw  # type: ignore[operator]
    assert f"If-Modified-Since: {date}\r\n".encode() in raw  # type: ignore[operator]


def test_validators_are_sent_to_the_address_they_came_from_alone() -> None:
    async def question(fetcher: HttpFetcher, site: Site) -> object:
        await fetcher.fetch(Request(site.url + "/old", "feed", Validators(site.url + "/new", '"n"')))
        return [(asked.path, asked.headers.get("if-none-match")) for asked in site.asked]

    assert ask({"/old": reply(302, Location="/new"), "/new": reply(304)}, question) == [("/old", None), ("/new", '"n"')]


def test_a_304_is_an_answer() -> None:
    answer, _ = fetched("/feed", {"/feed": reply(304, ETag='"2"')})

    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (304, b"")


def test_redirects_are_followed_and_noted() -> None:
    answer, asked = fetched("/a", {"/a": reply(301, Location="/b"), "/b": reply(302, Location="c?"), "/c?": reply(200, b"ok")})

    assert isinstance(answer, Response)
    assert [hop.status for hop in answer.hops] == [301, 302]
    assert answer.final_url.endswith("/c?")
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("/a", "redirect_loop"),
        ("http://127.0.0.1:9/x", "blocked_address"),
        ("http://[::ffff:127.0.0.1]/", "blocked_address"),
        ("http://localhost/", "blocked_address"),
        ("http://user:word@127.0.0.2/", "blocked_address"),
        ("file:///etc/passwd", "blocked_scheme"),
        ("gopher://127.0.0.2/", "blocked_scheme"),
    ],
)
def test_a_redirect_that_must_not_be_followed_is_not(location: str, code: str) -> None:
    answer, asked = fetched("/a", {"/a": reply(302, Location=location)})

    assert isinstance(answer, Failure)
    assert answer.code == code
    assert len(asked) == 1


def test_a_redirect_back_to_the_first_address_is_not_followed() -> None:
    answer, asked = fetched("/a", {"/a": reply(302, Location="/b"), "/b": reply(302, Location="/a")})

    assert isinstance(answer, Failure)
    assert answer.code == "redirect_loop"
    assert [one.path for one in asked] == ["/a", "/b"]


def test_a_host_rests_too_before_a_redirect_of_another_leads_there() -> None:
    async def meetings() -> tuple[list[float], Answer]:
        loop, asked_at = asyncio.get_running_loop(), list[float]()

        def met(asked: Asked) -> bytes:
            asked_at.append(loop.time())
            return reply(200, b"ok")

        async with Site({"/own": met, "/met": met}, address="127.0.0.3") as there, Site() as here:
            here.answers["/a"] = reply(302, Location=f"{there.url}/met")
            fetcher = HttpFetcher(replace(ON_LOOPBACK, host_gap=timedelta(milliseconds=80)), SystemClock())
            await fetcher.fetch(Request(there.url + "/own", "feed"))
            answer = await fetcher.fetch(Request(here.url + "/a", "feed"))
            await fetcher.close()
            return asked_at, answer

    (first, second), answer = asyncio.run(meetings())

    assert second - first >= 0.079
    assert isinstance(answer, Response)
    assert [hop.status for hop in answer.hops] == [302]


def test_two_hosts_that_lead_to_each_other_keep_nobody_waiting() -> None:
    async def meetings() -> list[str]:
        async with Site(address="127.0.0.3") as there, Site() as here:
            here.answers |= {"/a": reply(302, Location=f"{there.url}/end"), "/end": reply(200, b"ok")}
            there.answers |= {"/a": reply(302, Location=f"{here.url}/end"), "/end": reply(200, b"ok")}
            fetcher = HttpFetcher(ON_LOOPBACK, SystemClock())
            async with asyncio.timeout(5):
                answers = await asyncio.gather(*(fetcher.fetch(Request(site.url + "/a", "feed")) for site in (here, there)))
            await fetcher.close()
            return [str(answer.status) for answer in answers]

    assert asyncio.run(meetings()) == ["200", "200"]


def test_an_endless_chain_ends_after_five_hops() -> None:
    answers = {f"/{n}": reply(302, Location=f"/{n + 1}") for n in range(20)}

    answer, asked = fetched("/0", dict(answers))

    assert isinstance(answer, Failure)
    assert answer.code == "redirect_loop"
    assert len(asked) == 6


@pytest.mark.parametrize(
    ("path", "bytes_", "code"),
    [
        pytest.param("/404", reply(404, b"no"), "http_404", id="status"),
        pytest.param("/503", reply(503, Retry_After="3600"), "http_503", id="busy"),
        pytest.param("/cut", b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf", "truncated", id="shorter than said"),
        pytest.param("/chunk-cut", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nhalf", "truncated", id="chunk cut"),
        pytest.param("/nothing-cut", b"", "network", id="closed at once"),
        pytest.param("/junk-cut", b"HTTP/9.9 abc\r\n\r\n", "network", id="no http"),
        pytest.param("/large", reply(200, b"x" * 60_000), "too_large", id="large"),
        pytest.param("/bomb", reply(200, gzip.compress(b"\0" * 9_000_000), Content_Encoding="gzip"), "too_large", id="bomb"),
        pytest.param("/br", reply(200, b"x", Content_Encoding="br"), "bad_encoding", id="brotli"),
    ],
)
def test_what_goes_wrong_has_its_code(path: str, bytes_: bytes, code: str) -> None:
    answer, asked = fetched(path, {path: bytes_})

    assert isinstance(answer, Failure)
    assert answer.code == code
    assert len(asked) == 1


def test_a_failure_keeps_what_the_server_said() -> None:
    answer, _ = fetched("/busy", {"/busy": reply(429, Retry_After="7")})

    assert isinstance(answer, Failure)
    assert (answer.status, answer.header("retry-after")) == (429, "7")


def test_a_server_that_hangs_is_left_at_the_deadline() -> None:
    quick = FetchSettings(allow_networks=("127.0.0.2/32",), timeout=timedelta(milliseconds=60))

    answer = ask({}, lambda fetcher, site: fetcher.fetch(Request(site.url + "/hang", "feed")), quick)

    assert isinstance(answer, Failure)
    assert answer.code == "timeout"


@pytest.mark.parametrize(
    ("url", "code"), [("http://127.0.0.2:1/", "connect"), ("http://10.1.2.3/", "blocked_address"), ("ftp://x/", "blocked_scheme")]
)
def test_what_cannot_be_reached_has_its_code(url: str, code: str) -> None:
    answer = ask({}, lambda fetcher, site: fetcher.fetch(Request(url, "feed")))

    assert isinstance(answer, Failure)
    assert answer.code == code


def test_secrets_are_not_sent_to_another_origin() -> None:
    async def question(fetcher: HttpFetcher, site: Site) -> object:
        async with Site({"/there": reply(200)}) as other:
            site.answers["/here"] = reply(302, Location=other.url + "/there")
            await fetcher.fetch(Request(site.url + "/here", "feed", headers=(("Authorization", "Bearer k"), ("X-Api-Key", "k"))))
            return site.asked[0].headers, other.asked[0].headers

    ours, theirs = ask({}, question)  # type: ignore[misc]

    assert ours["authorization"] == "Bearer k"
    assert not {"authorization", "x-api-key"} & set(theirs)


def test_cookies_are_not_kept() -> None:
    async def question(fetcher: HttpFetcher, site: Site) -> object:
        for _ in range(2):
            await fetcher.fetch(Request(site.url + "/feed", "feed"))
        return site.asked[1].headers

    assert "cookie" not in ask({"/feed": reply(200, Set_Cookie="id=1")}, question)  # type: ignore[operator]


def test_a_site_that_sets_hundreds_of_cookies_is_still_read() -> None:
    bomb = b"HTTP/1.1 200 OK\r\n" + b"".join(b"Set-Cookie: c%d=v; Path=/\r\n" % n for n in range(500)) + b"Content-Length: 2\r\n\r\nok"

    answer, _ = fetched("/feed", {"/feed": bomb})

    assert isinstance(answer, Response)
    assert answer.body == b"ok"


def test_robots_txt_is_asked_once_and_obeyed_for_pages() -> None:
    async def question(fetcher: HttpFetcher, site: Site) -> object:
        answers = [await fetcher.fetch(Request(site.url + path)) for path in ("/open", "/private/x", "/open")]
        return [getattr(answer, "code", answer.status) for answer in answers], site.paths()

    robots = reply(200, b"User-agent: *\nDisallow: /private/\n")

    assert ask({"/robots.txt": robots, "/open": reply(200, b"<p>")}, question) == ([200, "robots", 200], ["/robots.txt", "/open", "/open"])


def test_robots_txt_is_not_asked_for_feeds_or_when_switched_off() -> None:
    _, asked = fetched("/feed", {"/feed": reply(200)})
    off = FetchSettings(allow_networks=("127.0.0.2/32",), robots=False)

    async def question(fetcher: HttpFetcher, site: Site) -> object:
        await fetcher.fetch(Request(site.url + "/page"))
        return site.paths()

    assert [one.path for one in asked] == ["/feed"]
    assert ask({}, question, off) == ["/page"]


@pytest.mark.slow
def test_two_hundred_hosts_that_hang_delay_nobody() -> None:
    async def crowd(*, with_hanging: bool) -> list[float]:
        async with Site({"/good": reply(200, b"ok")}, address="0.0.0.0") as site:
            port = site.url.rsplit(":", 1)[1]
            fetcher = HttpFetcher(replace(SETTINGS, allow_networks=("127.0.0.0/8",)), SystemClock())
            took: list[float] = []

            async def ask(number: int) -> None:
                started = asyncio.get_running_loop().time()
                path = "good" if number % 2 else "hang"
                await fetcher.fetch(Request(f"http://127.9.{number // 200}.{number % 200}:{port}/{path}", "feed"))
                took.extend([asyncio.get_running_loop().time() - started] if number % 2 else [])

            asked = {number: asyncio.create_task(ask(number)) for number in range(400) if number % 2 or with_hanging}
            await asyncio.gather(*(asked[number] for number in range(1, 400, 2)))
            for hanging in asked.values():
                hanging.cancel()
            await asyncio.gather(*asked.values(), return_exceptions=True)
            await fetcher.close()
            return sorted(took)

    alone, beside = asyncio.run(crowd(with_hanging=False)), asyncio.run(crowd(with_hanging=True))

    assert len(alone) == len(beside) == 200
    assert beside[197] - alone[197] < 2


def test_one_host_is_asked_one_thing_at_a_time() -> None:
    async def question(fetcher: HttpFetcher, site: Site) -> object:
        await asyncio.gather(*(fetcher.fetch(Request(f"{site.url}/{n}", "feed")) for n in range(8)))
        return site.most_open, len(site.asked)

    assert ask({}, question) == (1, 8)
