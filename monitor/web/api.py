"""The JSON API: the same shapes as the command line, cursors that move on edits alone, errors as problem+json (RFC 9457)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from monitor.errors import NotFound, UsageError
from monitor.ports import ArticleQuery, EditQuery, FeedState, Hit
from monitor.shapes import article_json, diff_json, edit_json, revision_json
from monitor.times import rfc3339
from monitor.web import words
from monitor.web.filters import MAX_ID, accepts, edit_query, moment, read_filter
from monitor.web.pages import find_article, find_edits
from monitor.web.site import Site, json_answer

Json = dict[str, Any]
LIMIT, MOST = 100, 500
STATES = ("watched", "retired", "gone")
WHERE = ("any", "added", "removed")
ANYBODY = {"access-control-allow-origin": "*"}
"""For lookup alone: a bookmarklet or extension asks from the page it stands on. No cookie goes with it."""


def edits(request: Request) -> Response:
    """`/api/edits?after=`: edits, oldest first after a cursor; without one the newest page, oldest first too."""
    site: Site = request.app.state.site
    chosen = replace(read_filter(request.query_params, strict=True), before=0)
    if "min" not in request.query_params:
        chosen = replace(chosen, level="noise")
    limit = _limit(request)
    after = _count(request, "after", None)
    if chosen.text:
        found = [edit for edit in find_edits(site, chosen) if edit.id > (after or 0)][::-1][: limit + 1]
    elif after is None:
        found = list(islice(site.store.edits(edit_query(chosen, site.now, site.timezone, limit=limit)), limit))[::-1]
    else:
        query = replace(edit_query(chosen, site.now, site.timezone, after=after, limit=limit + 1), newest=False)
        found = [edit for edit in islice(site.store.edits(query), limit + 1) if edit.id > after]
    shown = found[:limit]
    cursor = shown[-1].id if shown else (after or 0)
    return _page(request, "log", [edit_json(edit) for edit in shown], str(cursor), {"after": str(cursor)} if len(found) > limit else None)


def edit_lines(request: Request) -> Response:
    """`/api/edits.jsonl`: all edits after a cursor, one a line, as they are read: a list of any length in little memory."""
    site: Site = request.app.state.site
    chosen = read_filter(request.query_params, strict=True)
    if "min" not in request.query_params:
        chosen = replace(chosen, level="noise")
    after = _count(request, "after", 0) or 0
    query = replace(edit_query(replace(chosen, before=0), site.now, site.timezone, after=after), newest=False)

    def lines() -> Iterator[bytes]:
        for edit in site.store.edits(query):
            if edit.id > after and accepts(chosen, edit, site.now, site.timezone):
                yield json.dumps(edit_json(edit), ensure_ascii=False).encode("utf-8", "replace") + b"\n"

    return StreamingResponse(lines(), media_type="application/jsonl")


def articles(request: Request) -> Response:
    """`/api/articles`: newest first; `before` runs on from a page's `next`."""
    site: Site = request.app.state.site
    params = request.query_params
    state = _one_of(params.get("state", ""), "state", ("", *STATES))
    limit, before = _limit(request), _count(request, "before", 0) or 0
    since = _moment(site, params.get("since", ""))
    query = ArticleQuery(
        feeds=(params["feed"],) if params.get("feed") else (),
        states=(state,) if state else (),
        edited=_switch(params, "edited"),
        since=since,
        newest=True,
        before=before,
        limit=limit + 1 if not before else None,
    )
    found = list(islice((article for article in site.store.articles(query) if not before or article.id < before), limit + 1))
    shown = found[:limit]
    more = {"before": str(shown[-1].id)} if len(found) > limit else None
    return _page(request, "ls", [article_json(article) for article in shown], more["before"] if more else None, more)


def article(request: Request) -> Response:
    """`/api/articles/42`."""
    site: Site = request.app.state.site
    return json_answer(request, {"schema": "monitor.article/1", **article_json(site.article(request.path_params["article"]))})


def revisions(request: Request) -> Response:
    """`/api/articles/42/revisions`: whole, oldest first; `after` is a revision number."""
    site: Site = request.app.state.site
    owner = site.article(request.path_params["article"])
    limit, after = min(_limit(request), LIMIT), _count(request, "after", 0) or 0
    numbers = range(after + 1, min(owner.revisions, after + limit) + 1)
    shown = [revision for number in numbers if (revision := site.store.revision(owner.id, number))]
    more = {"after": str(numbers[-1])} if numbers and numbers[-1] < owner.revisions else None
    return _page(request, "revisions", [revision_json(revision) for revision in shown], more["after"] if more else None, more)


def revision(request: Request) -> Response:
    """`/api/articles/42/revisions/2`."""
    site: Site = request.app.state.site
    shown = site.revision(site.article(request.path_params["article"]), request.path_params["rev"])
    return json_answer(request, {"schema": "monitor.revision/1", **revision_json(shown)})


def diff(request: Request) -> Response:
    """`/api/diff/42/1..2`: the difference; `full=0` leaves out what is unchanged."""
    site: Site = request.app.state.site
    owner = site.article(request.path_params["article"])
    old, dots, new = request.path_params["pair"].partition("..")
    if not dots:
        raise NotFound("Two revisions are named as in 1..2.")
    full = request.query_params.get("full", "1")
    _one_of(full, "full", ("0", "1", "true", "false"))
    found = site.diff(owner, site.revision(owner, old), site.revision(owner, new))
    return json_answer(request, {"schema": "monitor.diff/1", **diff_json(found, full=full in ("1", "true"))})


def feeds(request: Request) -> Response:
    """`/api/feeds`: all feeds with how their polls go."""
    site: Site = request.app.state.site
    return _page(request, "feeds", [feed_json(state) for state in site.feeds()], None, None)


def lookup(request: Request) -> Response:
    """`/api/lookup?url=`: what is known of an address, for any page that asks. Nothing is fetched."""
    site: Site = request.app.state.site
    wanted = request.query_params.get("url", "")
    if not wanted:
        raise UsageError("the parameter url is missing")
    number = find_article(site, wanted[:2048])
    owner = site.store.article(number) if number else None
    if owner is None:
        raise NotFound("No watched article has this address.")
    last = next(site.store.edits(EditQuery(article=owner.id, newest=True, limit=1)), None)
    document = {
        "schema": "monitor.lookup/1",
        "article": article_json(owner),
        "revisions": owner.revisions,
        "last_edit": edit_json(last) if last else None,
        "page": f"{site.here(request)}/a/{owner.id}",
    }
    return json_answer(request, document, headers=ANYBODY)


def search(request: Request) -> Response:
    """`/api/search?q=&in=`: versions with these words, or whose edit added or removed them."""
    site: Site = request.app.state.site
    params = request.query_params
    text = params.get("q", "").strip()
    if not text:
        raise UsageError("the parameter q is missing")
    where = _one_of(params.get("in", "any"), "in", WHERE)
    feeds_asked = (params["feed"],) if params.get("feed") else ()
    hits = site.store.search(
        text[:200], where=where, feeds=feeds_asked, since=_moment(site, params.get("since", "")), limit=_limit(request)
    )
    return _page(request, "search", [hit_json(hit) for hit in hits], None, None)


def feed_json(state: FeedState) -> Json:
    """A feed as `feeds ls` prints it, without what may hold secrets (its headers, its proxy)."""
    return {
        "slug": state.feed.slug,
        "url": words.without_secret(state.url),
        "title": state.title,
        "configured": state.configured,
        "paused": state.feed.paused,
        "tags": list(state.feed.tags),
        "outcome": state.outcome,
        "error": state.error,
        "polled_at": rfc3339(state.polled_at) if state.polled_at else None,
        "next_at": rfc3339(state.next_at) if state.next_at else None,
        "failures": state.failures,
        "articles": state.articles,
        "edits_7d": state.edits_7d,
    }


def hit_json(hit: Hit) -> Json:
    """A search hit."""
    return {"article": hit.article, "rev": hit.rev, "at": rfc3339(hit.at), "title": hit.title, "snippet": hit.snippet, "where": hit.where}


def _page(request: Request, what: str, items: list[Json], cursor: str | None, more: Mapping[str, str] | None) -> Response:
    headers = {}
    if more:
        said = {name: value for name, value in request.query_params.items() if name not in (*more, "token")}
        headers["link"] = f'<{request.url.path}?{urlencode({**said, **more})}>; rel="next"'
    return json_answer(request, {"schema": f"monitor.{what}/1", "items": items, "next": cursor}, headers=headers)


def _limit(request: Request) -> int:
    limit = _count(request, "limit", LIMIT)
    if not limit or limit > MOST:
        raise UsageError(f"limit is a number from 1 to {MOST}")
    return limit


def _count(request: Request, name: str, default: int | None) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= MAX_ID):
        raise UsageError(f"{name} is a number from 0 on")
    return int(text)


def _one_of(text: str, name: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise UsageError(f"{name} is one of {', '.join(word for word in known if word)}")
    return text


def _switch(params: Mapping[str, str], name: str) -> bool:
    return _one_of(params.get(name, "0"), name, ("0", "1", "true", "false")) in ("1", "true")


def _moment(site: Site, text: str) -> datetime | None:
    if not text:
        return None
    at = moment(text, site.now, site.timezone)
    if at is None:
        raise UsageError("since is a time: 24h, 7d, 2023-09-19 or 2023-09-19T16:20Z")
    return at
