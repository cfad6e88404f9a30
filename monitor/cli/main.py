"""The `monitor` command: global options, and commands that are imported only when they run."""

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.face import Face, fail
from monitor.cli.printing import offer_fields

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMPLETING = "_MONITOR_COMPLETE"
"""The environment variable by which a shell's completion script asks."""

# name: (module, attribute, one line for --help). A command's module is imported only when the command runs.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": ("monitor.cli.demo", "demo", "See it work: a pretend newsroom, no network."),
    "run": ("monitor.cli.run", "run", "The daemon: polls, looks, stores, reports."),
    "check": ("monitor.cli.run", "check", "Poll what is due now, look at pages, store, exit."),
    "ls": ("monitor.cli.reading", "ls", "Articles."),
    "log": ("monitor.cli.log", "log", "Edits, or the revisions of one article."),
    "show": ("monitor.cli.reading", "show", "One revision, whole."),
    "diff": ("monitor.cli.diff", "diff", "What differs between two revisions."),
    "search": ("monitor.cli.reading", "search", "Search all versions: current, added, removed words."),
    "report": ("monitor.cli.report", "report", "A report of edits."),
    "feeds": ("monitor.cli.feeds", "feeds", "List, add, test, import, export feeds."),
    "watch": ("monitor.cli.feeds", "watch", "Follow one article's page without a feed."),
    "unwatch": ("monitor.cli.feeds", "unwatch", "Stop following a page."),
    "articles": ("monitor.cli.feeds", "articles", "Split or merge articles."),
    "extract": ("monitor.cli.extract", "extract", "What monitor reads on a page; stores nothing."),
    "reextract": ("monitor.cli.extract", "reextract", "Run a better extractor over stored pages."),
    "sites": ("monitor.cli.extract", "sites", "Site rules: test what a rule takes and drops."),
    "backfill": ("monitor.cli.backfill", "backfill", "Feed recorded history through the pipeline."),
    "verify": ("monitor.cli.keeping", "verify", "Re-compute every hash."),
    "export": ("monitor.cli.carrying", "export", "Articles, revisions, edits as JSONL, CSV, Parquet, WARC."),
    "import": ("monitor.cli.carrying", "import_", "Read an exported JSONL back."),
    "bundle": ("monitor.cli.carrying", "bundle", "One zip that proves an article's history."),
    "redact": ("monitor.cli.keeping", "redact", "Remove a text for legal reasons, keep its hash."),
    "db": ("monitor.cli.keeping", "db", "Upgrade, back up, restore, check the database."),
    "rules": ("monitor.cli.telling", "rules", "List and test report rules."),
    "notify": ("monitor.cli.telling", "notify", "Test targets, see what was sent and why not."),
    "mute": ("monitor.cli.telling", "mute", "Tell nothing of an article or feed for a while."),
    "unmute": ("monitor.cli.telling", "unmute", "Tell of it again."),
    "init": ("monitor.cli.setup", "init", "Write a first configuration."),
    "config": ("monitor.cli.configure", "config", "Show, check, edit the configuration."),
    "doctor": ("monitor.cli.doctor", "doctor", "Check everything; each fault with its mend."),
    "status": ("monitor.cli.status", "status", "Is it alive, what is due, what failed."),
    "healthcheck": ("monitor.cli.status", "healthcheck", "Silent; exit 0 while the daemon is well."),
    "stats": ("monitor.cli.stats", "stats", "Edits per day, hour, outlet, drawn."),
    "open": ("monitor.cli.reading", "open_", "Open an article in the browser."),
    "serve": ("monitor.cli.web", "serve", "The pages, without polling."),
    "worker": ("monitor.cli.cluster", "worker", "A worker of a cluster over PostgreSQL."),
    "cluster": ("monitor.cli.cluster", "cluster", "Workers, queue and lag of a cluster."),
    "mcp": ("monitor.cli.mcp", "mcp", "Serve agents over the Model Context Protocol."),
    "completion": ("monitor.cli.completion", "completion", "Shell completion for bash, zsh, fish."),
    "version": ("monitor.cli.status", "version", "Versions, for bug reports."),
}


SLOW = {
    "check": "asking feeds and pages",
    "backfill": "playing history back",
    "reextract": "reading stored pages again",
    "verify": "re-computing hashes",
    "export": "exporting",
    "import": "importing",
    "bundle": "gathering",
    "search": "searching",
    "stats": "counting",
    "report": "gathering edits",
}
"""Commands that may take longer than a person waits without a sign, and what is said meanwhile."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they run, and whose help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, (module, _, _) in COMMANDS.items() if _exists(module)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS or not _exists(COMMANDS[name][0]):
            return None
        module, attribute, _ = COMMANDS[name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        offer_fields(command)
        if COMPLETING in os.environ:
            from monitor.cli.completion import teach

            teach(command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        # click's own would import every command to read its help
        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        from click.shell_completion import CompletionItem

        return [CompletionItem(name, help=COMMANDS[name][2]) for name in self.list_commands(ctx) if name.startswith(incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, COMMANDS[name][2]) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            from monitor.suggest import nearest

            near = nearest(args[0], self.list_commands(ctx))
            ctx.fail(f"no such command '{args[0]}'." + (f" Did you mean '{near}'?" if near else ""))
        return super().resolve_command(ctx, args)


def _exists(module: str) -> bool:
    # find_spec would import the parent packages of every command; a look at the folder does not
    return (Path(__file__).parent / (module.rsplit(".", 1)[1] + ".py")).exists()


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--config", "config_dir", metavar="DIR", type=click.Path(path_type=Path), help="Configuration folder.")
@click.option("--state", "state_dir", metavar="DIR", type=click.Path(path_type=Path), help="State folder.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour on the terminal.")
@click.option("--tz", "timezone", metavar="ZONE", help="Time zone for what is shown.")
@click.option("-v", "--verbose", count=True, help="Say more.")
@click.option("-q", "--quiet", is_flag=True, help="Say less.")
@click.pass_context
def cli(
    ctx: click.Context, config_dir: Path | None, state_dir: Path | None, color: str, timezone: str | None, verbose: int, quiet: bool
) -> None:
    """Watch news feeds, store every version of every article, report what was edited."""
    face = ctx.obj = Face(config_dir=config_dir, state_dir=state_dir, color=color, timezone=timezone, verbosity=-1 if quiet else verbose)
    ctx.color = face.is_colored
    if ctx.invoked_subcommand in SLOW and not quiet and sys.stderr.isatty():
        from monitor.cli.waiting import waiting

        ctx.with_resource(waiting(SLOW[ctx.invoked_subcommand]))
    if ctx.invoked_subcommand is None:
        from monitor.cli.status import overview

        overview(ctx.obj)


def main(arguments: list[str] | None = None) -> Any:
    """Runs a command and exits as CONTRACT.md says: errors on stderr (as JSON with --json), a bug is exit 70."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        code = cli.main(words, prog_name="monitor", standalone_mode=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the edge of the program: every error becomes an exit code
        sys.exit(fail(error, words))
    sys.exit(code if isinstance(code, int) else 0)
