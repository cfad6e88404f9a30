"""Reading what is remembered: articles, one revision whole, words in any version."""

import sys
from collections.abc import Iterator

import click

from monitor.cli.face import Face, Reading, pass_face, print_json, say
from monitor.cli.listing import LIMIT_ON_TERMINAL, Json, clock_of, print_rows, resolved, row_limit, safe, say_if_cut
from monitor.cli.options import (
    a_moment,
    feed_option,
    json_options,
    known_slugs,
    limit_option,
    since_option,
)
from monitor.cli.printing import chosen, print_table
from monitor.errors import UsageError


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
            limit=row_limit(limit, as_lines),
            newest=row_limit(limit, as_lines) is not None,
        )
        articles = list(reading.store.articles(query))
        if query.newest:
            articles.reverse()
        if as_json or as_lines:
            print_rows((article_json(article) for article in articles), "ls", as_lines, fields)
            return
        say_if_cut(len(articles), query.limit)
        when = clock_of(reading)
        print_table(
            ("ID", "FEED", "REVS", "EDITED", "STATE", "TITLE"),
            (
                (
                    str(article.id), ",".join(article.feeds) or "-", str(article.revisions), when(article.last_edit_at),
                    article.state, safe(article.title) or "(no headline)",
                )
                for article in articles
            ),
            flexible=5,
        )  # fmt: skip


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
        found = resolved(reading, ref, "show")
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
            print_rows(rows, "search", as_lines, fields)
            return
        when = clock_of(reading)
        print_table(
            ("REF", "SEEN", "WHERE", "WORDS"),
            ((f"{hit.article}@{hit.rev}", when(hit.at), hit.where, safe(hit.snippet)) for hit in hits),
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
        found = resolved(reading, parse_ref(ref), "show")
        address = found.new.url or found.article.url
        if archive:
            address = f"https://web.archive.org/web/{found.new.first_seen_at:%Y%m%d%H%M%S}/{address}"
    if not address.lower().startswith(("http://", "https://")):
        raise UsageError(f"{address} is no web address")
    click.echo(safe(address))
    if sys.stdout.isatty():
        import webbrowser

        webbrowser.open(address)


def _show_raw(reading: Reading, article: int, rev: int) -> None:
    page = reading.store.raw(article, rev)
    if page is None:
        from monitor.errors import NotFound

        raise NotFound(f"the page of {article}@{rev} was not kept", hint='[store] raw = "all" keeps every page')
    if sys.stdout.isatty():
        raise UsageError("raw bytes are not for a terminal", hint=f"monitor show {article}@{rev} --raw > page.html")
    sys.stdout.buffer.write(page.body)
