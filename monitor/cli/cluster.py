"""`monitor worker` and `monitor cluster`: many processes over one PostgreSQL."""

import asyncio
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.face import Face, pass_face, print_json
from monitor.errors import ConfigError, UsageError
from monitor.times import rfc3339

if TYPE_CHECKING:
    from monitor.app import App

WORKER_SILENT = 30.0  # seconds after which a worker that said nothing is shown as lost


@click.command()
@click.option("--json-log", is_flag=True, help="Log one JSON object a line.")
@click.option("--metrics", metavar="HOST:PORT", help="Serve figures for Prometheus there.")
@pass_face
def worker(face: Face, json_log: bool, metrics: str | None) -> None:
    """Work off turns from the queue of a PostgreSQL database, beside any number of others and of `monitor run`.

    SIGTERM and SIGINT finish what is in hand and exit 0.
    """
    from monitor.cli.logs import start_log
    from monitor.cli.run import figures_served, process_workers, telling_of
    from monitor.engine.cluster import Worker
    from monitor.store.lock import hold

    start_log(face.verbosity, as_json=json_log)
    app = _clustered(face)
    with hold(app.settings.state_dir, app.database_url, shared=True):
        workers = process_workers(app.settings)
        try:
            store = app.working()

            telling = telling_of(app, store)
            one = Worker(app.settings, store, app.doors(store, workers), app.fetcher(store), app.database_url, telling)
            with figures_served(metrics, store, app.clock, one.tally):
                asyncio.run(one.run())
        finally:
            workers.close()
            app.close()


@click.group()
def cluster() -> None:
    """Workers, queue and lag of a cluster."""


@cluster.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@pass_face
def status(face: Face, as_json: bool) -> None:
    """Workers, queue depth, lag host by host, the oldest due, and jobs that were held."""
    from monitor.engine.queue import queue_state
    from monitor.store.sql import SqlStore

    app = _clustered(face)
    try:
        store = app.reading()
        now = app.clock.now()
        counts = store.counts(now)
        state = queue_state(app.database_url)
        said = store.metas("worker:") if isinstance(store, SqlStore) else []
        workers = [_worker(name, words, now) for name, words in said if words]
        late = store.late_hosts(now) if isinstance(store, SqlStore) else []
    finally:
        app.close()
    lag = max(0.0, (now - counts.oldest_due_at).total_seconds()) if counts.oldest_due_at else 0.0
    hosts = [{"host": host, "lag_seconds": round((now - since).total_seconds(), 1)} for host, since in late]
    document: dict[str, Any] = {
        "workers": workers,
        "queue": state,
        "due": counts.due,
        "lag_seconds": round(lag, 1),
        "oldest_due_at": rfc3339(counts.oldest_due_at) if counts.oldest_due_at else None,
        "hosts": hosts,
    }
    if as_json:
        print_json("cluster", document)
        return
    click.echo(f"workers    {sum(not row['lost'] for row in workers)} alive, {sum(row['lost'] for row in workers)} lost")
    for row in workers:
        click.echo(
            f"  {row['name']}  {'lost' if row['lost'] else 'alive'}  {row['busy']} in hand, {row['turns']} turns, {row['edits']} edits"
        )
    click.echo(f"queue      {state['queued']} waiting, {state['picked']} in hand, {len(state['held'])} held")
    for job in state["held"]:
        click.echo(f"  job {job['id']}  {job['host']}  held since {job['since']}  (monitor cluster retry {job['id']})")
    click.echo(f"due        {counts.due}, the oldest for {lag:.0f} s")
    for host in hosts:
        click.echo(f"  {host['host']}  for {host['lag_seconds']:.0f} s")


@cluster.command()
@click.argument("job", type=int)
@pass_face
def retry(face: Face, job: int) -> None:
    """Put a held job back into the queue."""
    from monitor.engine.queue import retry_held

    retry_held(_clustered(face).database_url, job)


@cluster.command()
@click.argument("job", type=int)
@pass_face
def drop(face: Face, job: int) -> None:
    """Give a held job up; what it was about is due again at its next time."""
    from monitor.engine.queue import drop_held

    drop_held(_clustered(face).database_url, job)


def _clustered(face: Face) -> "App":
    app = face.app()
    if not app.is_cluster:
        raise ConfigError(
            ["a cluster needs [database] url = \"postgresql://…\" and the extra 'cluster'"], hint="pip install 'monitor[cluster]'"
        )
    return app


def _worker(name: str, said: str, now: datetime) -> dict[str, Any]:
    row = json.loads(said)
    silent = (now - datetime.fromisoformat(row["at"])).total_seconds()
    return {"name": name, "lost": silent > WORKER_SILENT, **row}


def copy_and_prove(face: Face, source: str, target: str) -> int:
    """`monitor db copy`: 0 when both sides verify, 1 when something does not fit."""
    from monitor.settings import StoreSettings
    from monitor.store import copying
    from monitor.store.sql import open_store, sqlite_path

    settings = face.settings()
    path = sqlite_path(source, settings.state_dir)
    if path is None or not target.startswith("postgres"):
        raise UsageError("a state is copied from sqlite:///… to postgresql://…")
    new = open_store(target, state_dir=settings.state_dir, read_only=False, settings=StoreSettings())
    try:
        copied = copying.copy_state(path, target)
        old = open_store(source, state_dir=settings.state_dir, read_only=True, settings=StoreSettings())
        faults = [f"before: {fault}" for fault in copying.prove(old)] + [f"after: {fault}" for fault in copying.prove(new)]
        old.close()
    finally:
        new.close()
    for fault in faults:
        click.echo(fault, err=True)
    proved = "NO" if faults else "yes"
    click.echo(f"{copied.rows} rows, {copied.revisions} revisions copied; verified on both sides: {proved}; digest {copied.digest}")
    return 1 if faults else 0
