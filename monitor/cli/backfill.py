"""`monitor backfill`: recorded history through the pipeline."""

import time
from pathlib import Path

import click

from monitor.cli.face import Face, pass_face, print_json, say
from monitor.errors import NotFound, UsageError


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--feed", "slug", metavar="SLUG", help="The feed that recordings without an address belong to.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@pass_face
def backfill(face: Face, files: tuple[Path, ...], slug: str | None, as_json: bool) -> None:
    """Feed recorded history (JSONL, .gz, .xz, .zst, WARC) through the very same pipeline, at the recorded times.

    Nothing is fetched, and nobody is told. What is not newer than what was already seen is skipped.
    """
    from monitor import backfill as history
    from monitor.engine.workers import InlineWorkers
    from monitor.store.lock import hold

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

            with_pages = any(record.kind == "page" for record in history.read_records(files, feed_url))
            records = history.read_records(files, feed_url)
            filled = history.backfill(records, slug_of, app.doors(store, InlineWorkers(), quietly=True), with_pages=with_pages)
        finally:
            app.close()
    if filled.snapshots + filled.skipped == 0:
        raise UsageError(f"nothing was recorded in {', '.join(map(str, files))}")
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
