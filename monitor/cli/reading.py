"""Reading what is remembered: articles, edits and revisions, one revision whole, words in any version."""

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from monitor.cli.face import Face, Reading, pass_face, print_json, print_lines, say
from monitor.cli.options import (
    LIMIT_ON_TERMINAL,
    a_moment,
    feed_option,
    json_options,
    known_slugs,
    known_words,
    limit_option,
    since_option,
)
from monitor.cli.printing import chosen, print_table
from monitor.errors import UsageError

Json = dict[str, Any]


@click.command()
@feed_option
@click.option("--edited", is_flag=True, help="Only articles that were edited.")
@since_option
@click.option("--merged", is_flag=True, help="Also articles that were merged into another.")
@limit_option
@json_options
@pass_face
def ls(
    face: Face,
    feeds: tuple[str, ...],
    edited: bool,
    since: str | None,
    merged: bool,
    limit: int | None,
    as_json: bool,
    as_lines: bool,
    fields: str | None,
) -> None:
    """Articles, newest last.

    \b
    monitor ls --feed koreatimes --edited
    monitor ls --since 7d --jsonl | jq .title
    """
    from monitor.ports import ArticleQuery
    from monitor.shapes import article_json

    with face.reading() as reading:
        query = ArticleQuery(
            feeds=known_slugs(feeds, reading.store, reading.settings),
            edited=edited,
            since=a_moment(since, reading.now, reading.settings),
            merged=merged,
            limit=_limit(limit, as_lines),
            newest=_limit(limit, as_lines) is not None,
        )
        articles = list(reading.store.articles(query))
        if query.newest:
            articles.reverse()
        if as_json or as_lines:
            _print((article_json(article) for article in articles), "ls", as_lines, fields)
            return
        _cut(len(articles), query.limit)
        when = _clock(reading)
        print_table(
            ("ID", "FEED", "REVS", "EDITED", "STATE", "TITLE"),
            (
                (
                    str(article.id), ",".join(article.feeds) or "-", str(article.revisions), when(article.last_edit_at),
                    article.state, _safe(article.title) or "(no headline)",
                )
                for article in articles
            ),
            flexible=5,
        )  # fmt: skip


@click.command()
@click.argument("ref", required=False)
@click.option("--looks", is_flag=True, help="With REF: every time its page was asked for.")
@click.option("--restamps", is_flag=True, help="Stamps that moved while the text stayed.")
@feed_option
@click.option("--kind", "kinds", metavar="K,…", help="Only edits of one of these kinds: headline, number, quote, …")
@click.option("--min-severity", metavar="LEVEL", help="Only from this level on: noise, low, medium, high.")
@click.option("--undisclosed", is_flag=True, help="Only edits the publisher did not disclose.")
@since_option
@limit_option
@json_options
@pass_face
def log(
    face: Face,
    ref: str | None,
    looks: bool,
    restamps: bool,
    feeds: tuple[str, ...],
    kinds: str | None,
    min_severity: str | None,
    undisclosed: bool,
    since: str | None,
    limit: int | None,
    as_json: bool,
    as_lines: bool,
    fields: str | None,
) -> None:
    """Edits, or with REF the revisions of one article.

    \b
    monitor log --since yesterday --kind headline,number
    monitor log 42
    monitor log 42 --looks
    """
    from monitor.model import KINDS, LEVELS

    known_words(min_severity, LEVELS, "severity")
    wanted = known_words(kinds, KINDS, "kind")
    if ref and (wanted or min_severity or undisclosed or feeds):
        raise UsageError("--kind, --min-severity, --undisclosed and --feed select edits; with REF the revisions of one article are listed")
    if looks and not ref:
        raise UsageError("--looks needs REF: the looks are those at one article's page")
    with face.reading() as reading:
        as_data = _Data(as_json, as_lines, fields)
        if ref and looks:
            _log_looks(reading, ref, since, as_data)
        elif restamps:
            _log_restamps(reading, ref, feeds, since, as_data)
        elif ref:
            _log_revisions(face, reading, ref, since, as_data)
        else:
            level = min_severity or ("noise" if as_lines else "low")
            _log_edits(face, reading, feeds, wanted, level, undisclosed, since, _limit(limit, as_lines), as_data)


@click.command()
@click.argument("ref")
@click.option("--raw", is_flag=True, help="The page as it came, byte for byte.")
@click.option("--json", "as_json", is_flag=True, help="The revision as one JSON document.")
@click.option("--fields", metavar="A,B.C", help="With --json: only these fields.")
@pass_face
def show(face: Face, ref: str, raw: bool, as_json: bool, fields: str | None) -> None:
    """One revision, whole.

    \b
    monitor show 42
    monitor show 42@1 --json
    monitor show 42@16:20
    """
    from monitor.shapes import revision_json

    with face.reading() as reading:
        found = _resolve(reading, ref, "show")
        if raw:
            _show_raw(reading, found.article.id, found.new.rev)
        elif as_json:
            print_json("revision", chosen(revision_json(found.new), fields))
        else:
            from monitor.render.terminal import render_show

            click.echo(render_show(found.new, timezone=reading.settings.timezone, columns=face.columns, color=face.is_colored), nl=False)


@click.command()
@click.argument("query")
@click.option(
    "--in", "where", type=click.Choice(["any", "added", "removed"]), default="any", help="In all words, or in those an edit moved."
)
@feed_option
@since_option
@limit_option
@json_options
@pass_face
def search(
    face: Face,
    query: str,
    where: str,
    feeds: tuple[str, ...],
    since: str | None,
    limit: int | None,
    as_json: bool,
    as_lines: bool,
    fields: str | None,
) -> None:
    """Search all versions: which one said it, when did it come or go?

    \b
    monitor search "sea wall"
    monitor search denied --in removed --since 30d
    """
    from monitor.times import rfc3339

    with face.reading() as reading:
        hits = reading.store.search(
            query,
            where=where,
            feeds=known_slugs(feeds, reading.store, reading.settings),
            since=a_moment(since, reading.now, reading.settings),
            limit=limit or (sys.maxsize if as_lines or limit == 0 else LIMIT_ON_TERMINAL),
        )
        if as_json or as_lines:
            rows: Iterator[Json] = (
                {
                    "article": hit.article,
                    "rev": hit.rev,
                    "at": rfc3339(hit.at),
                    "title": hit.title,
                    "snippet": hit.snippet,
                    "where": hit.where,
                }
                for hit in hits
            )
            _print(rows, "search", as_lines, fields)
            return
        when = _clock(reading)
        print_table(
            ("REF", "SEEN", "WHERE", "WORDS"),
            ((f"{hit.article}@{hit.rev}", when(hit.at), hit.where, _safe(hit.snippet)) for hit in hits),
            flexible=3,
        )
        if not hits:
            say(f"nothing found for '{query}'")


@click.command(name="open")
@click.argument("ref")
@click.option("--archive", is_flag=True, help="The address in the Internet Archive, at the time of the revision.")
@pass_face
def open_(face: Face, ref: str, archive: bool) -> None:
    """Open an article in the browser; without one, or piped, its address is printed."""
    from monitor.refs import parse_ref

    with face.reading() as reading:
        found = _resolve(reading, parse_ref(ref), "show")
        address = found.new.url or found.article.url
        if archive:
            address = f"https://web.archive.org/web/{found.new.first_seen_at:%Y%m%d%H%M%S}/{address}"
    if not address.lower().startswith(("http://", "https://")):
        raise UsageError(f"{address} is no web address")
    click.echo(address)
    if sys.stdout.isatty():
        import webbrowser

        webbrowser.open(address)


class _Data:
    """How data was asked for."""

    def __init__(self, as_json: bool, as_lines: bool, fields: str | None) -> None:
        self.wanted, self.as_lines, self.fields = as_json or as_lines, as_lines, fields


def _log_edits(
    face: Face,
    reading: Reading,
    feeds: tuple[str, ...],
    kinds: tuple[str, ...],
    level: str,
    undisclosed: bool,
    since: str | None,
    limit: int | None,
    data: _Data,
) -> None:
    from monitor.ports import EditQuery
    from monitor.shapes import edit_json

    query = EditQuery(
        feeds=known_slugs(feeds, reading.store, reading.settings),
        kinds=kinds,
        min_level=level,
        undisclosed=undisclosed,
        since=a_moment(since, reading.now, reading.settings),
        limit=limit,
        newest=limit is not None,
    )
    edits = list(reading.store.edits(query)) if query.newest else reading.store.edits(query)
    if isinstance(edits, list):
        edits.reverse()
    if data.wanted:
        _print((edit_json(edit) for edit in edits), "log", data.as_lines, data.fields)
        return
    from monitor.render.terminal import render_edit_line

    for edit in edits:
        click.echo(render_edit_line(edit, timezone=reading.settings.timezone, columns=_line_width(face), color=face.is_colored))
    if isinstance(edits, list):
        _cut(len(edits), query.limit)


def _log_revisions(face: Face, reading: Reading, ref: str, since: str | None, data: _Data) -> None:
    from monitor.shapes import revision_json

    found = _resolve(reading, ref, "log")
    start = a_moment(since, reading.now, reading.settings)
    revisions = [revision for revision in found.revisions if start is None or revision.first_seen_at >= start]
    if data.wanted:
        _print((revision_json(revision) for revision in revisions), "revisions", data.as_lines, data.fields)
        return
    from monitor.ports import EditQuery
    from monitor.render.terminal import render_log

    edits = tuple(reading.store.edits(EditQuery(article=found.article.id)))
    click.echo(
        render_log(found.article, tuple(revisions), edits, timezone=reading.settings.timezone, columns=face.columns, color=face.is_colored),
        nl=False,
    )


def _log_looks(reading: Reading, ref: str, since: str | None, data: _Data) -> None:
    from monitor.refs import resolve_article
    from monitor.shapes import look_json

    article = resolve_article(reading.store, ref)
    start = a_moment(since, reading.now, reading.settings)
    seen = [look for look in reading.store.looks(article.id) if start is None or look.at >= start]
    if data.wanted:
        _print((look_json(look) for look in seen), "looks", data.as_lines, data.fields)
        return
    when = _clock(reading)
    print_table(
        ("AT", "STATUS", "VERDICT", "REV", "REASON", "ADDRESS"),
        (
            (when(look.at), str(look.status or "-"), look.verdict, str(look.rev or "-"), look.reason or "-", _safe(look.url))
            for look in seen
        ),
        flexible=5,
    )


def _log_restamps(reading: Reading, ref: str | None, feeds: tuple[str, ...], since: str | None, data: _Data) -> None:
    from monitor.shapes import restamp_json

    start = a_moment(since, reading.now, reading.settings)
    if ref:
        found = _resolve(reading, ref, "log")
        bumps = [(found.article.id, r.rev, again) for r in found.revisions for again in r.restamps if start is None or again.at >= start]
    else:
        bumps = list(reading.store.restamps(start, known_slugs(feeds, reading.store, reading.settings)))
    if data.wanted:
        _print(
            ({"article": article, "rev": rev, **restamp_json(again)} for article, rev, again in bumps),
            "restamps",
            data.as_lines,
            data.fields,
        )
        return
    when = _clock(reading)
    print_table(
        ("REF", "SEEN", "POSTED", "UPDATED", "ADDRESS"),
        (
            (
                f"{article}@{rev}",
                when(again.at),
                *(when(stamp.at if stamp else None) for stamp in (again.posted, again.updated)),
                _safe(again.url or ""),
            )
            for article, rev, again in bumps
        ),
        flexible=4,
    )


def _show_raw(reading: Reading, article: int, rev: int) -> None:
    page = reading.store.raw(article, rev)
    if page is None:
        from monitor.errors import NotFound

        raise NotFound(f"the page of {article}@{rev} was not kept", hint='[store] raw = "all" keeps every page')
    if sys.stdout.isatty():
        raise UsageError("raw bytes are not for a terminal", hint=f"monitor show {article}@{rev} --raw > page.html")
    sys.stdout.buffer.write(page.body)


def _resolve(reading: Reading, ref: Any, purpose: Any) -> Any:
    from monitor.refs import resolve

    found = resolve(reading.store, ref, purpose=purpose, timezone=reading.settings.timezone, now=reading.now)
    for note in found.notes:
        say(note)
    return found


def _print(rows: Iterable[Json], what: str, as_lines: bool, fields: str | None) -> None:
    trimmed = (chosen(row, fields) for row in rows)
    if as_lines:
        print_lines(trimmed)
    else:
        print_json(what, {"items": list(trimmed)})


def _limit(asked: int | None, as_lines: bool) -> int | None:
    if asked is not None:
        return asked or None
    return LIMIT_ON_TERMINAL if sys.stdout.isatty() and not as_lines else None


def _cut(shown: int, limit: int | None) -> None:
    if limit and shown == limit:
        say(f"the newest {limit} are shown; -n 0 shows all")


def _line_width(face: Face) -> int | None:
    return face.columns if sys.stdout.isatty() else None


def _clock(reading: Reading) -> Any:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(reading.settings.timezone)
    return lambda at: f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else "-"


def _safe(text: str) -> str:
    from monitor.text import term_safe

    return term_safe(text)
