"""`monitor backfill`: recorded history through the pipeline."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.face import Face, pass_face, print_json, say
from monitor.errors import NotFound, UsageError

if TYPE_CHECKING:
    from monitor.backfill.record import Record


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--feed", "slug", metavar="SLUG", help="The feed that recordings without an address belong to.")
@click.option(
    "--git",
    "repository",
    metavar="REPO",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A git repository whose commits recorded --path; or the texts of a newsdiffs database.",
)
@click.option("--path", metavar="FILE", help="The file in the repository, one version a commit.")
@click.option("--url", metavar="URL", help="The page that --path recorded, where it was no feed.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@pass_face
def backfill(
    face: Face, files: tuple[Path, ...], slug: str | None, repository: Path | None, path: str | None, url: str | None, as_json: bool
) -> None:
    """Feed recorded history (JSONL, .gz, .xz, .zst, WARC) through the very same pipeline, at the recorded times.

    Also what others kept: a file in git that was scraped, a database of diffengine (SQLite), one of newsdiffs (SQLite or a dump of its
    MySQL, with its git repositories). Nothing is fetched, and nobody is told. What is not newer than what was already seen is skipped.

    \b
    monitor backfill history.jsonl.xz --feed koreatimes
    monitor backfill --git ~/scraped --path rss.xml --feed koreatimes
    monitor backfill diffengine.db
    monitor backfill newsdiffs.sql --git newsdiffs/articles
    """
    from monitor import backfill as history
    from monitor.backfill.recordings import read_records
    from monitor.backfill.repository import read_repository
    from monitor.engine.workers import InlineWorkers
    from monitor.store.lock import hold

    if not files and (path is None or repository is None):
        raise UsageError("nothing to read is named", hint="monitor backfill FILE..., or --git REPO --path FILE")
    app = face.app()
    feed = next((feed for feed in app.settings.feeds if feed.slug == slug), None)
    if slug is not None and feed is None:
        raise NotFound(f"no feed '{slug}'", hint="monitor feeds ls shows them all")
    with hold(app.settings.state_dir, app.database_url):
        store = app.writing()
        try:
            started = time.monotonic()

            def feed_url() -> str | None:
                return feed.url if feed else None

            def slug_of(url: str) -> str | None:
                return slug or app.slug_of(url)

            def records() -> "Iterator[Record]":
                if path is not None and repository is not None:
                    yield from read_repository(repository, path, feed_url(), url)
                yield from read_records(files, feed_url, repository)

            with_pages = any(record.kind == "page" for record in records())
            filled = history.backfill(records(), slug_of, app.doors(store, InlineWorkers(), quietly=True), with_pages=with_pages)
        finally:
            app.close()
    if filled.snapshots + filled.skipped == 0:
        raise UsageError(f"nothing was recorded in {', '.join(map(str, files or [repository]))}")
    counts = {
        "snapshots": filled.snapshots,
        "skipped": filled.skipped,
        "articles": filled.articles,
        "revisions": filled.revisions,
        "edits": filled.edits,
        "suspect": filled.suspect,
        "seconds": round(time.monotonic() - started, 3),
    }
    if as_json:
        print_json("backfill", counts)
    else:
        say(", ".join(f"{count} {what}" for what, count in counts.items()))
