"""Shell completion: scripts for bash, zsh and fish, and what completes from the store: articles, feeds."""

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from monitor.cli.face import Face

ARTICLES = ("ref", "refs", "words", "subject", "number")
FEEDS = ("feeds", "slugs", "slug", "feed")
"""What commands call their parameters that name an article, or a feed."""

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_MONITOR_COMPLETE"
OFFERED = 60  # rows; more than a screen helps nobody choose

HOW = {
    "bash": "monitor completion bash > ~/.local/share/bash-completion/completions/monitor",
    "zsh": "monitor completion zsh > ~/.zfunc/_monitor   (with fpath+=~/.zfunc in .zshrc)",
    "fish": "monitor completion fish > ~/.config/fish/completions/monitor.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash   monitor completion bash > ~/.local/share/bash-completion/completions/monitor
    zsh    monitor completion zsh > ~/.zfunc/_monitor
    fish   monitor completion fish > ~/.config/fish/completions/monitor.fish
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made
    click.echo(made(ctx.find_root().command, {}, "monitor", VARIABLE).source())


def teach(command: click.Command) -> None:
    """Gives a command's arguments and options their live completions, by name."""
    for parameter in command.params:
        if parameter.name in ARTICLES and isinstance(parameter, click.Argument):
            parameter._custom_shell_complete = _articles
        elif parameter.name in FEEDS:
            parameter._custom_shell_complete = _feeds
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        teach(inner)


def _articles(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    from monitor.errors import MonitorError
    from monitor.ports import ArticleQuery
    from monitor.text import shorten, term_safe

    if typed and not typed.isdigit():
        return [CompletionItem("last", help="the article edited last")] if "last".startswith(typed) else []
    try:
        with _face(ctx).reading() as reading:
            found = reading.store.articles(ArticleQuery(newest=True, limit=None if typed else OFFERED))
            fitting = [article for article in found if str(article.id).startswith(typed)][:OFFERED]
            return [CompletionItem(str(article.id), help=shorten(term_safe(article.title), 60)) for article in fitting]
    except (MonitorError, OSError):
        return []


def _feeds(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    from monitor.errors import MonitorError

    try:
        feeds = _face(ctx).settings(secrets=False).feeds
    except MonitorError:
        return []
    return [CompletionItem(feed.slug, help=feed.url) for feed in feeds if feed.slug.startswith(typed)]


def _face(ctx: click.Context) -> Face:
    # while completing, the options of the group are parsed but its function has not run
    asked = ctx.find_root().params

    def place(name: str) -> Path | None:
        return Path(asked[name]) if asked.get(name) else None

    return Face(place("config_dir"), place("state_dir"), "never", asked.get("timezone"))
