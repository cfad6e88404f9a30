"""Every page there is, for tests that hold for all of them."""

from collections.abc import Mapping


def pages(ids: Mapping[str, int]) -> list[str]:
    """HTML pages over the seeded newsroom."""
    found = ["/", "/?min=noise", "/?q=homes", "/?feed=gazette&kind=headline&min=medium&since=7d&undisclosed=1", "/?q=nowhere-at-all"]
    for name, article in ids.items():
        found += [f"/a/{article}", f"/a/{article}@1"]
        if name != "single":
            found += [f"/a/{article}/1..2{view}" for view in ("", "?view=side", "?view=old", "?view=new", "?full=1")]
    found += [f"/a/{ids['flood']}/1..3", f"/a/{ids['often']}/1..12", f"/a/{ids['long']}/1..2?view=side&full=1"]
    found += ["/feeds", *(f"/feeds/{slug}" for slug in ("gazette", "haneul", "hills"))]
    found += [
        "/search",
        "/search?q=homes",
        "/search?q=homes&in=added",
        "/search?q=%EC%8B%9C%EC%9E%A5",
        "/stats",
        "/stats?since=7d",
        "/outbox",
    ]
    found += ["/outbox?state=sent", "/settings", "/settings?rule=quiet-admissions", "/settings?try=1&kind=headline", "/help", "/lookup"]
    return found


def one_of_each(ids: Mapping[str, int]) -> list[str]:
    """One page of each kind, for what takes long."""
    flood = ids["flood"]
    found = ["/", f"/a/{flood}", f"/a/{flood}@2", f"/a/{flood}/1..3", f"/a/{flood}/1..3?view=side", f"/a/{ids['arabic']}/1..2?view=side"]
    found += [f"/a/{ids['korean']}/1..2", f"/a/{ids['gone']}/1..2", "/feeds", "/feeds/hills", "/search?q=homes", "/stats", "/outbox"]
    return [*found, "/settings?rule=quiet-admissions", "/help", "/lookup"]


def machine_pages(ids: Mapping[str, int]) -> list[str]:
    """Everything else that answers 200."""
    flood = ids["flood"]
    found = ["/edits.atom", "/edits.json", "/feeds/gazette.atom", "/feeds/gazette.json", f"/a/{flood}.atom", f"/a/{flood}.json"]
    found += [
        "/rules/headlines.atom",
        "/rules/headlines.json",
        f"/a/{flood}@2/text",
        f"/a/{flood}@2/raw",
        f"/a/{flood}@2.json",
        "/stats.csv",
    ]
    found += ["/healthz", "/favicon.ico", "/static/style.css", "/static/monitor.js", "/static/htmx.min.js", "/static/icon.svg"]
    return found + api_pages(ids)


def api_pages(ids: Mapping[str, int]) -> list[str]:
    flood = ids["flood"]
    found = [
        "/api/edits",
        "/api/edits?after=3&limit=2",
        "/api/edits.jsonl",
        "/api/articles",
        "/api/articles?limit=2",
        f"/api/articles/{flood}",
    ]
    found += [f"/api/articles/{flood}/revisions", f"/api/articles/{flood}/revisions/2", f"/api/diff/{flood}/1..3", "/api/feeds"]
    found += [
        "/api/lookup?url=https://gazette.example/flood-report",
        "/api/search?q=homes",
        "/api/events?once=1&after=3",
        "/api/openapi.json",
    ]
    return found
