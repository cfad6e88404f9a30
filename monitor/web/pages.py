"""Pages for reading: the stream of edits, an article's timeline, one revision, looking up an address, searching."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.errors import NotFound
from monitor.model import KINDS, LEVELS, Article, Edit, Revision
from monitor.shapes import revision_json
from monitor.web import words
from monitor.web.filters import Filter, accepts, edit_query, moment, number, query_string, read_filter
from monitor.web.parts import text_part
from monitor.web.site import Row, Site, answer

if TYPE_CHECKING:
    from monitor.ports import ReadingStore

PAGE = 30  # edits on one page of the stream: what a minute of reading takes
AT_ONCE = 100  # new edits that are told of at a time
HITS = 30  # on the page of a search; each is a text to be read from the store
SEARCHED = 400  # hits looked through for edits that fit a text
REVISIONS = 25  # on one page of a timeline: at most 2 kB each
PERIODS = (("", "any time"), ("24h", "last 24 hours"), ("7d", "last 7 days"), ("30d", "last 30 days"))
PLAIN = {"content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}


def stream(request: Request) -> Response:
    """`/`: the edits, newest first, as filtered."""
    site: Site = request.app.state.site
    chosen = read_filter(request.query_params)
    found = list(islice(find_edits(site, chosen), PAGE + 1))
    shown, more = found[:PAGE], len(found) > PAGE
    return site.page(
        request,
        "stream.html",
        days=_by_day(site, site.rows(shown)),
        chosen=chosen,
        outlets=sorted(site.outlets().items(), key=lambda pair: pair[1].casefold()),
        kinds=KINDS,
        levels=LEVELS,
        periods=_periods(chosen),
        newest=newest_id(site.store),
        older=query_string(replace(chosen, before=shown[-1].id)) if more else "",
        first=query_string(replace(chosen, before=0)),
        with_noise=query_string(replace(chosen, level="noise", before=0)),
        without_noise=query_string(replace(chosen, level="low", before=0)),
        feed_query=query_string(replace(chosen, before=0, text="")),
    )


def find_edits(site: Site, chosen: Filter) -> Iterator[Edit]:
    """The edits that fit, newest first; with a text those whose versions, or added or removed words, have it."""
    now, zone = site.now, site.timezone
    if not chosen.text:
        found: Iterator[Edit] = site.store.edits(edit_query(chosen, now, zone, limit=PAGE + 1))
        yield from (edit for edit in found if accepts(chosen, edit, now, zone))
        return
    since = moment(chosen.since, now, zone) if chosen.since else None
    hits = site.store.search(chosen.text, feeds=(chosen.feed,) if chosen.feed else (), since=since, limit=SEARCHED)
    places = dict.fromkeys((hit.article, hit.rev) for hit in hits)
    edits = (site.store.edit(*place) for place in places)
    yield from sorted((edit for edit in edits if edit and accepts(chosen, edit, now, zone)), key=lambda edit: -edit.id)


def live(request: Request) -> Response:
    """`/live?after=`: how many edits came since, as the piece that an open page puts in its place; 204 while there is none."""
    site: Site = request.app.state.site
    chosen = replace(read_filter(request.query_params), before=0)
    after = number(request.query_params.get("after", "")) or 0
    count = len(newer_edits(site, chosen, after))
    if not count:
        return Response(status_code=204)
    return site.page(request, "live.html", count=count, query=query_string(chosen))


def newer_edits(site: Site, chosen: Filter, after: int) -> list[Edit]:
    """The edits behind this one that fit, oldest first, at most AT_ONCE. A text is not looked for."""
    query = replace(edit_query(chosen, site.now, site.timezone, after=after, limit=AT_ONCE), newest=False)
    return [edit for edit in islice(site.store.edits(query), AT_ONCE) if accepts(chosen, edit, site.now, site.timezone)]


def newest_id(store: "ReadingStore") -> int:
    """The id of the newest edit, from which what comes later is counted; 0 while there is none."""
    from monitor.ports import EditQuery

    return next((edit.id for edit in store.edits(EditQuery(newest=True, limit=1))), 0)


def timeline(request: Request) -> Response:
    """`/a/42`: the revisions of an article, newest first, any two to be compared."""
    site: Site = request.app.state.site
    article = site.article(request.path_params["article"])
    last = min(number(request.query_params.get("to", "")) or article.revisions, article.revisions)
    first = max(1, last - REVISIONS + 1)
    revisions = _revisions(site, article, first, last)
    edits = {revision.rev: site.store.edit(article.id, revision.rev) for revision in revisions}
    looks = list(site.store.looks(article.id))[-50:]
    return site.page(
        request,
        "article.html",
        article=article,
        outlet=site.outlet(article.feeds, article.url),
        steps=[(revision, site.row(edit) if (edit := edits[revision.rev]) else None) for revision in reversed(revisions)],
        older=first - 1,
        newer=min(article.revisions, last + REVISIONS) if last < article.revisions else 0,
        looks=looks,
        widest=max((edit.stats.words_added + edit.stats.words_removed for edit in edits.values() if edit), default=1) or 1,
    )


def revision(request: Request) -> Response:
    """`/a/42@2`: one revision, to be read."""
    site: Site = request.app.state.site
    article, shown = _place(site, request)
    paragraphs, part, parts = text_part(shown.content.body, number(request.query_params.get("part", "")) or 1)
    return site.page(
        request,
        "revision.html",
        article=article,
        revision=shown,
        outlet=site.outlet(article.feeds, article.url),
        paragraphs=paragraphs,
        part=part,
        parts=parts,
    )


def plain(request: Request) -> Response:
    """`/a/42@2/text`: its words as plain text."""
    site: Site = request.app.state.site
    _, shown = _place(site, request)
    content = shown.content
    lines = [content.title, content.subtitle or "", ", ".join(content.authors), *content.body, *content.captions]
    text = "\n\n".join(line for line in lines if line) + "\n"
    return answer(request, text.encode("utf-8", "replace"), "text/plain; charset=utf-8", headers=PLAIN)


def raw(request: Request) -> Response:
    """`/a/42@2/raw`: the page as it was received, as plain text that no browser runs."""
    site: Site = request.app.state.site
    article, shown = _place(site, request)
    page = site.store.raw(article.id, shown.rev)
    if page is None:
        raise NotFound(f"The page behind revision {shown.rev} was not kept.")
    return answer(request, page.body, f"text/plain; charset={_charset(page.headers)}", headers=PLAIN)


def as_json(request: Request) -> Response:
    """`/a/42@2.json`: the revision as `show --json` prints it, for checking its hash."""
    from monitor.web.site import json_answer

    site: Site = request.app.state.site
    _, shown = _place(site, request)
    return json_answer(request, {"schema": "monitor.revision/1", **revision_json(shown)})


def lookup(request: Request) -> Response:
    """`/lookup?url=`: to the article of an address; nothing is fetched."""
    site: Site = request.app.state.site
    wanted = request.query_params.get("url", "").strip()[:2048]
    article = find_article(site, wanted) if wanted else None
    if article is not None:
        return RedirectResponse(f"/a/{article}", 303)
    return site.page(request, "lookup.html", wanted=wanted, here=site.here(request), status=404 if wanted else 200)


def find_article(site: Site, url: str) -> int | None:
    """The article that has or had this address; None for addresses that name none."""
    from monitor.identify import url_keys

    if not words.link(url):
        return None
    return site.store.article_by_url(url_keys(url))


def search(request: Request) -> Response:
    """`/search?q=&in=`: all versions, or only the words that came or went."""
    site: Site = request.app.state.site
    text = request.query_params.get("q", "").strip()[:200]
    where = request.query_params.get("in", "any")
    where = where if where in ("any", "added", "removed") else "any"
    feed = request.query_params.get("feed", "")
    hits = site.store.search(text, where=where, feeds=(feed,) if feed else (), limit=HITS + 1) if text else ()
    return site.page(
        request, "search.html", text=text, where=where, feed=feed, hits=hits[:HITS], more=len(hits) > HITS,
        outlets=sorted(site.outlets().items(), key=lambda pair: pair[1].casefold()),
    )  # fmt: skip


def help_page(request: Request) -> Response:
    """`/help`: the keys, the marks, the bookmarklet, the feeds and the API."""
    site: Site = request.app.state.site
    return site.page(request, "help.html", here=site.here(request))


def _place(site: Site, request: Request) -> tuple[Article, Revision]:
    article = site.article(request.path_params["article"])
    return article, site.revision(article, request.path_params["rev"])


def _revisions(site: Site, article: Article, first: int, last: int) -> list[Revision]:
    if first == 1 and last == article.revisions:
        return list(site.store.revisions(article.id))
    found = (site.store.revision(article.id, rev) for rev in range(first, last + 1))
    return [revision for revision in found if revision]


def _by_day(site: Site, rows: tuple[Row, ...]) -> list[tuple[str, str, list[Row]]]:
    days: list[tuple[str, str, list[Row]]] = []
    for row in rows:
        name = words.day(row.edit.seen_before, site.timezone)
        if not days or days[-1][1] != name:
            days.append((words.weekday(row.edit.seen_before, site.timezone), name, []))
        days[-1][2].append(row)
    return days


def _periods(chosen: Filter) -> tuple[tuple[str, str], ...]:
    known = any(chosen.since == value for value, _ in PERIODS)
    return PERIODS if known else (*PERIODS, (chosen.since, f"since {chosen.since}"))


def _charset(headers: tuple[tuple[str, str], ...]) -> str:
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    said = kind.lower().partition("charset=")[2].strip(" \"';")
    return said if said in ("euc-kr", "gb2312", "gbk", "big5", "shift_jis", "euc-jp", "windows-1252", "iso-8859-1") else "utf-8"
