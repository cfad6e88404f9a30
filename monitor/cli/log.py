"""`monitor log`: the stream of edits, or the revisions, looks and restamps of one article."""

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from monitor.cli.face import Face, Reading, pass_face, say
from monitor.cli.listing import clock_of, print_rows, resolved, row_limit, safe, say_if_cut
from monitor.cli.options import a_moment, feed_option, json_options, known_slugs, known_words, limit_option, since_option
from monitor.cli.printing import print_table
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.model import Edit
    from monitor.ports import EditQuery


@click.command()
@click.argument("ref", required=False)
@click.option("--looks", is_flag=True, help="With REF: every time its page was asked for.")
@click.option("--restamps", is_flag=True, help="Stamps that moved while the text stayed.")
@feed_option
@click.option("--kind", "kinds", metavar="K,…", help="Only edits of one of these kinds: headline, number, quote, …")
@click.option("--min-severity", metavar="LEVEL", help="Only from this level on: noise, low, medium, high.")
@click.option("--undisclosed", is_flag=True, help="Only edits the publisher did not disclose.")
@click.option("-f", "--follow", is_flag=True, help="Go on with edits as they come, until Ctrl-C.")
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
    follow: bool,
    since: str | None,
    limit: int | None,
    as_json: bool,
    as_lines: bool,
    fields: str | None,
) -> None:
    """Edits, or with REF the revisions of one article.

    \b
    monitor log --since yesterday --kind headline,number
    monitor log --follow
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
    if follow and (ref or looks or restamps or as_json):
        raise UsageError("--follow goes with the stream of edits, as lines or with --jsonl")
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
            most = row_limit(limit, as_lines)
            _log_edits(face, reading, feeds, wanted, level, undisclosed, since, most, as_data, follow=follow)


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
    *,
    follow: bool,
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
        edits.sort(key=lambda edit: (edit.seen_before, edit.id))
    if follow:
        edits = _and_those_to_come(face, query, edits)
    if data.wanted:
        print_rows((edit_json(edit) for edit in edits), "log", data.as_lines, data.fields)
        return
    _print_edits(face, edits, reading.settings.timezone)
    if isinstance(edits, list):
        say_if_cut(len(edits), query.limit)


def _print_edits(face: Face, edits: "Iterable[Edit]", timezone: str) -> None:
    """An edit a line; on a terminal cut to its width, under the day it was seen."""
    from monitor.render.terminal import render_edit_line

    width = face.columns if sys.stdout.isatty() else None
    zone, day = ZoneInfo(timezone), None
    for edit in edits:
        seen_on = edit.seen_before.astimezone(zone).date()
        if width is not None and seen_on != day:
            click.echo(f"{seen_on:%A} {seen_on.isoformat()}")
            day = seen_on
        click.echo(render_edit_line(edit, timezone=timezone, columns=width, color=face.is_colored, dated=width is None))


def _and_those_to_come(face: Face, query: "EditQuery", edits: "Iterable[Edit]") -> "Iterator[Edit]":
    from monitor.cli.following import followed

    last = 0
    for edit in edits:
        yield edit
        last = max(last, edit.id)
    yield from followed(face, query, last)


def _log_revisions(face: Face, reading: Reading, ref: str, since: str | None, data: _Data) -> None:
    from monitor.shapes import revision_json

    if _has_no_revision(reading, ref):
        print_rows((), "revisions", data.as_lines, data.fields) if data.wanted else say("no revision yet: its page has not been looked at")
        return
    found = resolved(reading, ref, "log")
    start = a_moment(since, reading.now, reading.settings)
    revisions = [revision for revision in found.revisions if start is None or revision.first_seen_at >= start]
    if data.wanted:
        print_rows((revision_json(revision) for revision in revisions), "revisions", data.as_lines, data.fields)
        return
    from monitor.ports import EditQuery
    from monitor.render.terminal import render_log

    edits = tuple(reading.store.edits(EditQuery(article=found.article.id)))
    click.echo(
        render_log(found.article, tuple(revisions), edits, timezone=reading.settings.timezone, columns=face.columns, color=face.is_colored),
        nl=False,
    )


def _has_no_revision(reading: Reading, ref: str) -> bool:
    """Whether the reference names an article, all of it, that is known but was never read: an empty list, no error."""
    from monitor.refs import parse_ref, resolve_article

    return parse_ref(ref).range is None and resolve_article(reading.store, ref).revisions == 0


def _log_looks(reading: Reading, ref: str, since: str | None, data: _Data) -> None:
    from monitor.refs import resolve_article
    from monitor.shapes import look_json

    article = resolve_article(reading.store, ref)
    start = a_moment(since, reading.now, reading.settings)
    seen = [look for look in reading.store.looks(article.id) if start is None or look.at >= start]
    if data.wanted:
        print_rows((look_json(look) for look in seen), "looks", data.as_lines, data.fields)
        return
    when = clock_of(reading)
    print_table(
        ("AT", "STATUS", "VERDICT", "REV", "REASON", "ADDRESS"),
        ((when(look.at), str(look.status or "-"), look.verdict, str(look.rev or "-"), look.reason or "-", safe(look.url)) for look in seen),
        flexible=5,
    )


def _log_restamps(reading: Reading, ref: str | None, feeds: tuple[str, ...], since: str | None, data: _Data) -> None:
    from monitor.shapes import restamp_json

    start = a_moment(since, reading.now, reading.settings)
    if ref:
        found = resolved(reading, ref, "log")
        bumps = [(found.article.id, r.rev, again) for r in found.revisions for again in r.restamps if start is None or again.at >= start]
    else:
        bumps = list(reading.store.restamps(start, known_slugs(feeds, reading.store, reading.settings)))
    if data.wanted:
        print_rows(
            ({"article": article, "rev": rev, **restamp_json(again)} for article, rev, again in bumps),
            "restamps",
            data.as_lines,
            data.fields,
        )
        return
    when = clock_of(reading)
    print_table(
        ("REF", "SEEN", "POSTED", "UPDATED", "ADDRESS"),
        (
            (
                f"{article}@{rev}",
                when(again.at),
                *(when(stamp.at if stamp else None) for stamp in (again.posted, again.updated)),
                safe(again.url or ""),
            )
            for article, rev, again in bumps
        ),
        flexible=4,
    )
