"""Keeping what is remembered: verify, redact, and the database itself (upgrade, backup, restore, check, gc)."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.face import Face, pass_face, print_json, say
from monitor.errors import StoreError, UsageError

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.store.sql import SqlStore

MOST_SHOWN = 50
PROVED_BY = {".tsr": "openssl ts -verify", ".ots": "ots verify"}


@click.command()
@click.argument("ref", required=False, metavar="[ARTICLE]")
@click.option("--ledger", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Also check the seals of this ledger file.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@pass_face
def verify(face: Face, ref: str | None, ledger: Path | None, as_json: bool) -> int:
    """Re-compute every hash: words, stamps, chains, raw pages, changes, and the ledger. Exit 1 when anything does not fit.

    \b
    monitor verify
    monitor verify 42
    monitor verify --ledger state/ledger.jsonl

    Time stamps beside the ledger (ledger.jsonl.tsr of RFC 3161, ledger.jsonl.ots of OpenTimestamps) must be stamps of its lines.
    """
    with face.reading() as reading:
        from monitor.ports import Fault, Store
        from monitor.store.stamping import stamps_beside

        store: Store = reading.store  # type: ignore[assignment]  # a reading command is given the whole store
        article = None
        if ref is not None:
            from monitor.refs.meaning import resolve_article

            article = resolve_article(store, ref).id
        faults = list(store.verify(article))
        if ledger is not None:
            faults += list(store.ledger(ledger.read_text(encoding="utf-8").splitlines()))
        stamps = stamps_beside(ledger) if ledger is not None else ()
        faults += [Fault(None, None, "ledger", f"{one.path.name} stamps another text") for one in stamps if one.lines is None]
        redacted = [] if faults else list(store.redacted())
        counts = None if faults else store.counts(reading.now)
    document: dict[str, Any] = {
        "ok": not faults,
        "articles": counts.articles if counts else None,
        "revisions": counts.revisions if counts else None,
        "redacted": len(redacted),
        "stamps": [{"file": one.path.name, "seals": one.lines} for one in stamps],
        "faults": [{"article": fault.article, "rev": fault.rev, "what": fault.what, "message": fault.message} for fault in faults],
    }
    if as_json:
        print_json("verify", document)
        return 1 if faults else 0
    for fault in faults[:MOST_SHOWN]:
        click.echo(fault.message)
    if faults:
        say(f"{len(faults)} faults. A backup brings back what is damaged: monitor db restore FILE")
        return 1
    for number, rev, at, reason in redacted:
        say(f"{number}@{rev}: words removed on {at:%Y-%m-%d} ({reason}); its hash still holds its place")
    for one in stamps:
        say(f"{one.path.name} stamps {one.lines} seals; {PROVED_BY[one.path.suffix]} proves who signed it and when")
    say(f"all of {document['revisions']} revisions of {document['articles']} articles fit their hashes")
    return 0


@click.command()
@click.argument("ref")
@click.option("--reason", required=True, help="Why, for whoever asks later.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_face
def redact(face: Face, ref: str, reason: str, yes: bool) -> None:
    """Remove the words and raw pages of a revision, or of a whole article, for legal reasons. Hashes and a tombstone stay.

    \b
    monitor redact 42@3 --reason "court order 12 O 345/26"
    monitor redact 42 --reason "right to be forgotten" --yes
    """
    from monitor.refs.grammar import parse_ref
    from monitor.refs.meaning import resolve
    from monitor.store.lock import hold

    app = face.app()
    with hold(app.settings.state_dir, app.database_url):
        try:
            store = app.writing()
            parsed = parse_ref(ref)
            named = resolve(store, parsed, purpose="log", timezone=app.settings.timezone, now=app.clock.now())
            whole = len(named.revisions) == named.article.revisions
            if not yes and not click.confirm(
                f"Remove the words of {len(named.revisions)} revisions of article {named.article.id} for ever?", err=True
            ):
                raise UsageError("nothing was removed", hint="--yes removes without asking")
            revs = None if whole else [revision.rev for revision in named.revisions]
            gone = store.redact(named.article.id, revs, reason, app.clock.now())
        finally:
            app.close()
    say(f"removed the words of {', '.join(f'{named.article.id}@{rev}' for rev in gone)}; their hashes stay. Older backups still hold them.")


@click.group()
def db() -> None:
    """Upgrade, back up, restore, check and tidy the database."""


@db.command(name="copy")
@click.argument("source", metavar="SQLITE_URL")
@click.argument("target", metavar="PG_URL")
@pass_face
def copy_state(face: Face, source: str, target: str) -> int:
    """Copy a state with its whole history from SQLite to an empty PostgreSQL database, and prove it on both sides."""
    from monitor.cli.cluster import copy_and_prove

    return copy_and_prove(face, source, target)


@db.command()
@pass_face
def upgrade(face: Face) -> None:
    """Move the database on to this program's schema, after a backup beside it. It is old or new, never between."""
    from monitor.store.backup import backup as copy
    from monitor.store.lock import hold
    from monitor.store.rows import Connected, sqlite_reader
    from monitor.store.schema import SCHEMA, found_schema

    app = face.app()
    with hold(app.settings.state_dir, app.database_url):
        path = _file(app)
        if path is not None and path.exists():
            reader = sqlite_reader(path)
            schema = found_schema(Connected(reader, "sqlite"))
            reader.close()
            if schema is not None and schema < SCHEMA:
                kept = path.with_name(f"{path.name}.before-{SCHEMA}")
                copy(path, kept)
                say(f"kept a backup in {kept}")
        try:
            app.writing()
        finally:
            app.close()
    say(f"the database has schema {SCHEMA}")


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_face
def backup(face: Face, file: Path) -> None:
    """Copy the database to FILE, also while a daemon runs. The copy is checked before it counts."""
    from monitor.store.backup import backup as copy
    from monitor.store.backup import dump_postgres

    app = face.app()
    path = _file(app)
    sha = copy(path, file) if path is not None else dump_postgres(app.database_url, file)
    click.echo(f"{sha}  {file}")


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_face
def restore(face: Face, file: Path) -> None:
    """Put a backup in the database's place. What was there is moved aside, and nothing old is told again."""
    from monitor.store.backup import restore as put_back
    from monitor.store.lock import hold

    app = face.app()
    path = _file(app)
    if path is None:
        raise UsageError("a PostgreSQL database is restored with its own tools", hint=f"pg_restore --clean --if-exists -d URL {file}")
    with hold(app.settings.state_dir, app.database_url):
        aside = put_back(file, path, app.clock.now())
    say(f"restored {file}" + (f"; the database that was there is now {aside}" if aside else ""))


@db.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@pass_face
def check(face: Face, as_json: bool) -> int:
    """Let the database check itself (pages, indexes, references). `monitor verify` checks the words."""
    from monitor.store.backup import faults_of

    app = face.app()
    path = _file(app)
    if path is None:
        faults = []
        app.reading()
        app.close()
    else:
        faults = list(faults_of(path)) if path.exists() else []
    if as_json:
        print_json("db-check", {"ok": not faults, "faults": faults})
    for fault in faults if not as_json else ():
        click.echo(fault)
    if not as_json:
        say("the database is damaged: monitor db restore FILE" if faults else "the database is sound")
    return 1 if faults else 0


@db.command()
@pass_face
def gc(face: Face) -> None:
    """Remove what [store] says need not be kept: old looks, polls, raw pages, ended messages. Revisions always stay.

    Texts older than a week are packed together, which halves them.
    """
    from monitor.store.lock import hold
    from monitor.store.reserve import drop_reserve

    app = face.app()
    with hold(app.settings.state_dir, app.database_url):
        try:
            store = _sql(app)
            swept = store.sweep(app.clock.now())
            packed = 0
            while (moved := store.pack(app.clock.now())) is not None:
                packed += moved
        except StoreError:
            drop_reserve(app.settings.state_dir)  # a full disk: now there is room to try once more
            raise
        finally:
            app.close()
    for one in swept:
        if one.rows:
            click.echo(f"{one.rows} {one.what}")
    if packed:
        click.echo(f"{packed} texts packed")
    say("done" if packed or any(one.rows for one in swept) else "nothing is old enough to go")


@db.command()
@pass_face
def seal(face: Face) -> None:
    """Seal all revisions since the last seal, in the database and in ledger.jsonl (the daemon does it once a day)."""
    from monitor.store.lock import hold

    app = face.app()
    with hold(app.settings.state_dir, app.database_url):
        try:
            made = _sql(app).seal(app.clock.now())
        finally:
            app.close()
    say("sealed" if made else "there is nothing new to seal")


def _file(app: "App") -> Path | None:
    from monitor.store.sql import sqlite_path

    return sqlite_path(app.database_url, app.settings.state_dir)


def _sql(app: "App") -> "SqlStore":
    from monitor.store.sql import SqlStore

    store = app.writing()
    assert isinstance(store, SqlStore)
    return store
