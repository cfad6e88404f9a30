"""`feeds add`, `import`, `pause`, `resume`, `rm`: edits of feeds.toml that keep its comments."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.face import Face, pass_face, print_json, say
from monitor.errors import Busy, ParseError, UsageError

if TYPE_CHECKING:
    from monitor.model import Response
    from monitor.settings import Settings

dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would be done, do nothing.")


@click.command()
@click.argument("url")
@click.option("--slug", metavar="SLUG", help="Its name here; made from its address when not given.")
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="A word to select feeds by; may be given again.")
@click.option("--timezone", metavar="ZONE", help="For stamps that name no zone.")
@click.option("--every", metavar="TIME", help="Fixed instead of adaptive: 30m, 6h.")
@click.option("--no-pages", is_flag=True, help="Only the feed's own words, not the article pages.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@dry_run_option
@pass_face
def add(
    face: Face,
    url: str,
    slug: str | None,
    tags: tuple[str, ...],
    timezone: str | None,
    every: str | None,
    no_pages: bool,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Watch a feed. A home page will do when it names its feed.

    \b
    monitor feeds add https://www.example.org/rss --slug example --tag uk
    monitor feeds add https://www.example.org/ --dry-run
    """
    from monitor import subscriptions

    settings = face.settings()
    new, found = subscriptions.found(settings, url, slug=slug, tags=tags, timezone=timezone, every=every, pages=not no_pages)
    document = found.document
    if not dry_run:
        subscriptions.add(settings.config_dir, [new], lambda: face.settings(secrets=False))
        _first_poll(face, new.slug, found.answer)
    if as_json:
        print_json("feed", {"slug": new.slug, "added": not dry_run, "title": document.title, "entries": len(document.items), **new.keys()})
    else:
        say(f"{'would add' if dry_run else 'added'} '{new.slug}': {document.title or new.url}, {len(document.items)} entries")
        click.echo(new.slug)


def _first_poll(face: Face, slug: str, answer: "Response") -> None:
    """Stores what was just read, so that the feed is not asked twice. A running monitor polls it by itself."""
    from monitor.engine.workers import InlineWorkers
    from monitor.poll import poll
    from monitor.store.lock import hold

    app = face.app()
    try:
        with hold(app.settings.state_dir, app.database_url):
            try:
                store = app.writing()
                recipe = poll(store.feed_task(slug, app.clock.now()), app.doors(store, InlineWorkers()))
                next(recipe)
                recipe.send(answer)
            except StopIteration:
                return
            finally:
                app.close()
    except Busy:
        say("the running monitor takes it up by itself")


# --- many at once ---------------------------------------------------------------------------------------------------


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="One more word for all of them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@dry_run_option
@pass_face
def import_(face: Face, file: Path, tags: tuple[str, ...], as_json: bool, dry_run: bool) -> None:
    """Take the feeds of another reader (OPML); its folders become tags.

    \b
    monitor feeds import subscriptions.opml --dry-run
    """
    from dataclasses import replace

    from monitor import subscriptions
    from monitor.parse.opml import read_opml

    settings = face.settings(secrets=False)
    body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        listed = read_opml(body)
    except ParseError as error:
        raise UsageError(f"{file}: {error.message}") from error
    new, left_out = subscriptions.planned(listed, settings.feeds)
    new = tuple(replace(feed, tags=tuple(dict.fromkeys((*feed.tags, *tags)))) for feed in new)
    if new and not dry_run:
        subscriptions.add(settings.config_dir, new, lambda: face.settings(secrets=False))
    if as_json:
        rows = [{"slug": feed.slug, **feed.keys()} for feed in new]
        print_json(
            "feeds-import",
            {"added": [] if dry_run else rows, "would_add": rows if dry_run else [], "left_out": [one.url for one in left_out]},
        )
        return
    for feed in new:
        click.echo(f"{feed.slug}  {feed.url}")
    say(f"{'would add' if dry_run else 'added'} {len(new)} feeds; {len(left_out)} were there already or have no web address")


@click.command()
@click.argument("slugs", nargs=-1, required=True, metavar="SLUG…")
@dry_run_option
@pass_face
def pause(face: Face, slugs: tuple[str, ...], dry_run: bool) -> None:
    """Ask neither these feeds nor their pages until they are resumed."""
    _set(face, slugs, True, dry_run)


@click.command()
@click.argument("slugs", nargs=-1, required=True, metavar="SLUG…")
@dry_run_option
@pass_face
def resume(face: Face, slugs: tuple[str, ...], dry_run: bool) -> None:
    """Ask these feeds again."""
    _set(face, slugs, None, dry_run)


def _set(face: Face, slugs: tuple[str, ...], paused: bool | None, dry_run: bool) -> None:
    from monitor import subscriptions

    settings = face.settings(secrets=False)
    known_feeds(settings, slugs)
    if not dry_run:
        subscriptions.set_keys(settings.config_dir, slugs, {"paused": paused}, lambda: face.settings(secrets=False))
    done = "paused" if paused else "resumed"
    say(f"{'would be ' if dry_run else ''}{done}: {', '.join(slugs)}")


@click.command()
@click.argument("slugs", nargs=-1, required=True, metavar="SLUG…")
@click.option("--keep-history", is_flag=True, help="Go on watching the pages of its articles until their time is over.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
@pass_face
def rm(face: Face, slugs: tuple[str, ...], keep_history: bool, yes: bool, dry_run: bool) -> None:
    """Stop polling feeds. What was stored of them stays readable; words are only removed by `monitor redact`."""
    from monitor import subscriptions

    settings = face.settings(secrets=False)
    known_feeds(settings, slugs)
    what = f"{', '.join(slugs)} from {settings.config_dir / 'feeds.toml'}"
    if dry_run:
        say(f"would remove {what}")
        return
    if not (yes or keep_history) and not (
        sys.stdin.isatty() and click.confirm(f"Remove {what}, and stop watching the articles?", err=True)
    ):
        raise UsageError("nothing was removed", hint="--yes removes without asking, --keep-history goes on watching its articles")
    subscriptions.remove(settings.config_dir, slugs, lambda: face.settings(secrets=False))
    stopped = 0 if keep_history else _stop_watching(face, slugs)
    say(f"removed {what}" + (f"; {stopped} articles are watched no longer" if stopped else ""))


def _stop_watching(face: Face, slugs: tuple[str, ...]) -> int:
    """Retires the articles that only these feeds have."""
    from monitor.ports import ArticleQuery
    from monitor.store.lock import hold

    app = face.app()
    try:
        with hold(app.settings.state_dir, app.database_url):
            try:
                store = app.writing()
                only = [one for one in store.articles(ArticleQuery(feeds=slugs, states=("watched",))) if set(one.feeds) <= set(slugs)]
                for article in only:
                    store.unwatch(article.id)
                return len(only)
            finally:
                app.close()
    except Busy:
        say("the running monitor goes on watching their articles until it is stopped; then: monitor unwatch REF")
        return 0


def known_feeds(settings: "Settings", slugs: tuple[str, ...]) -> None:
    """Raises NotFound for a slug that is not configured."""
    from monitor.errors import NotFound
    from monitor.suggest import did_you_mean

    known = sorted(feed.slug for feed in settings.feeds)
    for slug in slugs:
        if slug not in known:
            raise NotFound(f"no feed '{slug}'{did_you_mean(slug, known)}", hint="monitor feeds ls lists them")
