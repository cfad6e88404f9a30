"""`watch`, `unwatch`: single pages without a feed. `articles`: two articles that are one story, and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from monitor.cli.face import Face, pass_face, print_json, say
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.ports import Store


@click.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, do nothing.")
@pass_face
def watch(face: Face, url: str, as_json: bool, dry_run: bool) -> None:
    """Follow one article's page without a feed. The next check looks at it.

    \b
    monitor watch https://www.example.org/2026/11/interview.html
    """
    from monitor.identify import url_keys
    from monitor.urls import is_web

    if not is_web(url):
        raise UsageError(f"'{url}' is no http(s) address")
    keys = url_keys(url)
    if not keys:
        raise UsageError(f"{url} is a front page, which is no article", hint="monitor feeds add URL watches a site")
    if dry_run:
        say(f"would watch {url}")
        return
    with _writing(face) as (app, store):
        known = store.article_by_url(keys)
        article = store.watch(url, keys, app.clock.now())
    if as_json:
        print_json("watch", {"article": article, "url": url, "known": known is not None})
    else:
        say(f"{'watching again' if known is not None else 'watching'} {url}")
        click.echo(article)


@click.command()
@click.argument("refs", nargs=-1, required=True, metavar="REF…")
@pass_face
def unwatch(face: Face, refs: tuple[str, ...]) -> None:
    """Stop looking at an article's page. What was stored stays."""
    from monitor.refs import resolve_article

    with _writing(face) as (_, store):
        found = [resolve_article(store, ref) for ref in refs]
        for article in found:
            store.unwatch(article.id)
            say(f"article {article.id} is watched no longer")


@click.group()
def articles() -> None:
    """Split or merge articles. No revision ever moves, and both can be undone."""


@articles.command()
@click.argument("ref")
@click.argument("into")
@pass_face
def merge(face: Face, ref: str, into: str) -> None:
    """REF is the same story as INTO: its names and feeds go there, its history stays readable under its own number.

    \b
    monitor articles merge 43 42
    """
    from monitor.refs import resolve_article

    with _writing(face) as (app, store):
        loser, winner = resolve_article(store, ref), resolve_article(store, into)
        if loser.id == winner.id:
            raise UsageError(f"both name article {winner.id}")
        if loser.merged_into is not None or winner.merged_into is not None:
            merged = loser if loser.merged_into is not None else winner
            raise UsageError(f"article {merged.id} is merged into {merged.merged_into} already")
        store.merge(loser.id, winner.id, "by hand", app.clock.now())
    say(f"article {loser.id} is merged into {winner.id}; undo: monitor articles split {loser.id}")


@articles.command()
@click.argument("ref")
@pass_face
def split(face: Face, ref: str) -> None:
    """Takes a merge back: REF is the article that was absorbed."""
    from monitor.refs import resolve_article

    with _writing(face) as (app, store):
        article = resolve_article(store, ref)
        if not store.unmerge(article.id, app.clock.now()):
            raise UsageError(f"article {article.id} was not merged into another", hint="monitor ls --merged lists those that were")
    say(f"article {article.id} stands by itself again")


@contextmanager
def _writing(face: Face) -> "Iterator[tuple[App, Store]]":
    """The store of the one process that writes. Raises Busy when another one does."""
    from monitor.store.lock import hold

    app = face.app()
    with hold(app.settings.state_dir, app.database_url):
        try:
            yield app, app.writing()
        finally:
            app.close()
