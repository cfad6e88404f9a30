"""`feeds`: the sources that are polled."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.articles import articles, unwatch, watch
from monitor.cli.face import Face, pass_face, print_json
from monitor.cli.feeds_edit import add, import_, pause, resume, rm
from monitor.cli.feeds_test import test
from monitor.cli.listing import Json, clock_of, print_rows, safe
from monitor.cli.options import json_options
from monitor.cli.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.cli.face import Reading
    from monitor.ports import FeedState

__all__ = ["articles", "feeds", "unwatch", "watch"]


@click.group()
def feeds() -> None:
    """List, add, test, import, export feeds."""


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also feeds that are not configured any more.")
@json_options
@pass_face
def ls(face: Face, everything: bool, as_json: bool, as_lines: bool, fields: str | None) -> None:
    """The feeds, and what became of their last polls."""
    with face.reading() as reading:
        rows = [row for row in _rows(reading) if row["configured"] or everything]
        if as_json or as_lines:
            print_rows(rows, "feeds", as_lines, fields)
            return
        when = clock_of(reading)
        print_table(
            ("SLUG", "POLLED", "OUTCOME", "ARTICLES", "EDITS 7D", "URL"),
            (
                (
                    row["slug"],
                    when(_moment(row["polled_at"])),
                    "paused" if row["paused"] else row["outcome"] or "-",
                    str(row["articles"]),
                    str(row["edits_7d"]),
                    safe(row["url"]),
                )
                for row in rows
            ),
            flexible=5,
        )


@click.command()
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_face
def show(face: Face, slug: str, as_json: bool) -> None:
    """Everything known of one feed."""
    from monitor.cli.status import outlet_json
    from monitor.errors import NotFound
    from monitor.model import TRUST_WINDOW
    from monitor.suggest import did_you_mean

    with face.reading() as reading:
        rows = {row["slug"]: row for row in _rows(reading)}
        if slug not in rows:
            raise NotFound(f"no feed '{slug}'{did_you_mean(slug, sorted(rows))}", hint="monitor feeds ls lists them")
        outlets = reading.store.outlets(reading.now - TRUST_WINDOW, slug)
        if as_json:
            print_json("feed", {**rows[slug], "reading": [outlet_json(outlet) for outlet in outlets]})
            return
        when = clock_of(reading)
        for name, value in (*rows[slug].items(), ("reading", [f"{outlet.host}: {outlet.said} in 7 days" for outlet in outlets])):
            shown = when(_moment(value)) if name.endswith("_at") else ", ".join(value) if isinstance(value, list) else value
            click.echo(f"{name:12} {'-' if shown in (None, '') else safe(str(shown))}")


@click.command()
@click.option("--format", "kind", type=click.Choice(["opml", "json", "csv"]), default="opml", help="OPML 2.0 for other readers.")
@pass_face
def export(face: Face, kind: str) -> None:
    """The configured feeds, for other readers or scripts. Headers, proxies and other secrets are left out.

    \b
    monitor feeds export --format opml > feeds.opml
    """
    with face.reading() as reading:
        rows = [row for row in _rows(reading) if row["configured"]]
    if kind == "json":
        print_json("feeds", {"items": rows})
    elif kind == "csv":
        click.echo(_csv(rows), nl=False)
    else:
        from monitor.parse.opml import Subscription, write_opml

        listed = [Subscription(row["url"], row["title"] or row["slug"], tuple(row["tags"])) for row in rows]
        click.echo(write_opml(listed, datetime.now(UTC)), nl=False)


def _csv(rows: list[Json]) -> str:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = ("slug", "url", "title", "tags", "paused", "pages", "timezone")
    writer.writerow(names)
    for row in rows:
        cells = [" ".join(value) if isinstance(value := row[name], list) else "" if value is None else str(value) for name in names]
        # a cell that begins like a formula is one in a spreadsheet
        writer.writerow([f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell for cell in cells])
    return out.getvalue()


def _rows(reading: "Reading") -> list[Json]:
    """Every feed as scripts read it: the configured ones in the order of the file, then those that are remembered."""
    states = {state.feed.slug: state for state in reading.store.feeds()}
    told = {sub.feed_id: sub.until for sub in reading.store.subscriptions() if sub.state == "active"}
    rows = [_row(feed, states.pop(feed.slug, None), told, configured=True) for feed in reading.settings.feeds]
    return rows + [_row(state.feed, state, told, configured=False) for state in states.values()]


def _row(feed: Any, state: "FeedState | None", told: "Mapping[int, datetime | None]", *, configured: bool) -> Json:
    from monitor.times import rfc3339

    def time(at: datetime | None) -> str | None:
        return rfc3339(at) if at else None

    return {
        "slug": feed.slug,
        "url": feed.url,
        "title": state.title if state else None,
        "tags": list(feed.tags),
        "paused": feed.paused,
        "pages": feed.pages,
        "every": str(feed.every) if feed.every else None,
        "timezone": feed.timezone,
        "configured": configured,
        "moved_to": state.url if state and state.url != feed.url else None,
        "outcome": state.outcome if state else None,
        "error": state.error if state else None,
        "polled_at": time(state.polled_at) if state else None,
        "next_at": time(state.next_at) if state else None,
        "told_until": time(told.get(state.feed_id)) if state else None,
        "failures": state.failures if state else 0,
        "articles": state.articles if state else 0,
        "edits_7d": state.edits_7d if state else 0,
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


for _command in (ls, add, test, show, pause, resume, rm, import_, export):
    feeds.add_command(_command)
