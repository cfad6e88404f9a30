"""Carrying what is remembered elsewhere and back: export, import, bundle."""

import sys
from pathlib import Path

import click

from monitor.cli.face import Face, pass_face, say
from monitor.errors import StoreError, UsageError


@click.command()
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv", "parquet", "warc"]), default="jsonl", help="jsonl can be imported again."
)
@click.option(
    "--what",
    type=click.Choice(["all", "articles", "revisions", "edits", "pairs"]),
    help="For jsonl all by default, for csv and parquet edits; pairs are sentences side by side.",
)
@click.option("--since", metavar="TIME", help="Only what was seen from then on: 24h, 7d, 2023-09-19.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file; stdout when not given (jsonl, csv).")
@pass_face
def export(face: Face, form: str, what: str | None, since: str | None, output: Path | None) -> None:
    """Articles, revisions, edits and sentence pairs as JSON lines, CSV or Parquet; raw pages as WARC.

    \b
    monitor export > everything.jsonl
    monitor export --format csv --what pairs --since 30d -o pairs.csv
    monitor export --format warc -o pages.warc.gz
    """
    from monitor.cli.options import a_moment
    from monitor.export.lines import lines, rows
    from monitor.export.tables import write_csv, write_jsonl, write_parquet
    from monitor.export.warc import write_warc
    from monitor.ports import Store

    if output is None and form in ("parquet", "warc"):
        raise UsageError(f"{form} needs a file to go to", hint=f"-o FILE.{'warc.gz' if form == 'warc' else form}")
    if what == "all" and form != "jsonl":
        raise UsageError(f"a {form} file holds one kind of rows", hint="--what articles, revisions, edits or pairs")
    with face.reading() as reading:
        store: Store = reading.store  # type: ignore[assignment]  # a reading command is given the whole store
        moment = a_moment(since, reading.now, reading.settings)
        if form == "warc":
            assert output is not None
            n = write_warc(store, output, moment)
        else:
            chosen = what or ("all" if form == "jsonl" else "edits")
            found = lines(store, moment) if chosen == "all" else rows(store, chosen, moment)
            if form == "parquet":
                assert output is not None
                n = write_parquet(found, output)
            else:
                write = write_jsonl if form == "jsonl" else write_csv
                if output is None:
                    n = write(found, sys.stdout)
                    sys.stdout.flush()
                else:
                    with output.open("w", encoding="utf-8", newline="") as out:
                        n = write(found, out)
    if output is not None:
        say(f"{n} rows in {output}")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_face
def import_(face: Face, file: Path) -> int:
    """Take over an exported JSONL: every hash is computed anew and must fit. Twice is once."""
    from monitor.export.reading import histories
    from monitor.identify import url_keys
    from monitor.store.lock import hold
    from monitor.store.sql import SqlStore

    app = face.app()
    articles = added = 0
    refused: list[str] = []
    with hold(app.settings.state_dir, app.database_url):
        try:
            store = app.writing()
            assert isinstance(store, SqlStore)
            with file.open(encoding="utf-8") as stream:
                for one in histories(stream):
                    try:
                        _, new = store.take_over(one.url, one.title, one.first_seen_at, url_keys(one.url), one.revisions, one.edits)
                    except StoreError as error:
                        refused.append(error.message)
                        continue
                    articles, added = articles + 1, added + new
        finally:
            app.close()
    for sentence in refused:
        say(sentence)
    say(f"{added} new revisions of {articles} articles" + (f"; {len(refused)} articles refused" if refused else ""))
    return 1 if refused else 0


@click.command()
@click.argument("ref")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The zip; article-ID.zip when not given.")
@pass_face
def bundle(face: Face, ref: str, output: Path | None) -> None:
    """One zip that proves an article's history: revisions, raw pages, hashes, and a script that checks them with stock Python.

    \b
    monitor bundle 42
    monitor bundle 42@3 -o evidence.zip     up to revision 3
    """
    from monitor.export.bundle import write_bundle
    from monitor.ports import Store
    from monitor.refs.meaning import resolve
    from monitor.store.sealing import LEDGER

    with face.reading() as reading:
        store: Store = reading.store  # type: ignore[assignment]  # a reading command is given the whole store
        named = resolve(store, ref, purpose="log", timezone=reading.settings.timezone, now=reading.now)
        revisions = [revision for revision in store.revisions(named.article.id) if revision.rev <= named.revisions[-1].rev]
        ledger = reading.settings.state_dir / LEDGER
        path = output or Path(f"article-{named.article.id}.zip")
        sha = write_bundle(store, named.article, revisions, ledger.read_text() if ledger.exists() else None, path)
    click.echo(f"{sha}  {path}")


@click.command()
@click.argument("refs", nargs=-1, required=True, metavar="REF...")
@click.option("--wait/--no-wait", default=True, help="Wait until the archive has its copy, a few minutes at most.")
@pass_face
def archive(face: Face, refs: tuple[str, ...], wait: bool) -> int:
    """Hand the pages of revisions to the Internet Archive (Save Page Now), and keep the addresses of its copies.

    It copies the page as it is now, so this is for a fresh revision. The keys of your account stand in INTERNET_ARCHIVE_KEYS as
    ACCESS:SECRET. Whatever the archive does, nothing else waits for it.

    \b
    monitor archive 42 43@2
    """
    import os

    from monitor.export.archive import ENDPOINT, Kept, hand_over, outcome
    from monitor.refs.meaning import resolve
    from monitor.store.sql import SqlStore

    key = os.environ.get("INTERNET_ARCHIVE_KEYS", "")
    if ":" not in key:
        raise UsageError("the archive wants keys", hint="INTERNET_ARCHIVE_KEYS=ACCESS:SECRET, from https://archive.org/account/s3.php")
    endpoint = os.environ.get("INTERNET_ARCHIVE_URL", ENDPOINT)
    app = face.app()
    failed = 0
    try:
        store = app.writing()
        assert isinstance(store, SqlStore)
        for ref in refs:
            revision = resolve(store, ref, purpose="show", timezone=app.settings.timezone, now=app.clock.now()).new
            job, address, _ = store.archived(revision.article, revision.rev) or (None, None, None)
            said = address or ""
            if address is None:
                kept = Kept(job=job) if job else hand_over(revision.url, key, endpoint)
                kept = outcome(kept.job, key, endpoint) if kept.job and wait else kept
                store.keep_archived(revision.article, revision.rev, app.clock.now(), kept.job, kept.address, kept.error)
                failed += kept.error is not None
                said = kept.address or kept.error or "handed over; ask again later for its address"
            click.echo(f"{revision.article}@{revision.rev}  {said}")
    finally:
        app.close()
    return 1 if failed else 0
