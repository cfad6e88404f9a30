"""The `monitor` command: global options, and commands that are imported only when they run."""

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.commands import COMMANDS, GROUPS, SLOW
from monitor.cli.face import Face, fail
from monitor.cli.printing import offer_fields

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMPLETING = "_MONITOR_COMPLETE"
"""The environment variable by which a shell's completion script asks."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they run, and whose help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
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
        # one width for all groups, so that the lines stand under each other
        width = max(map(len, COMMANDS))
        for heading, group in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), told) for name, (_, _, told) in group.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            from monitor.suggest import nearest

            near = nearest(args[0], self.list_commands(ctx))
            ctx.fail(f"no such command '{args[0]}'." + (f" Did you mean '{near}'?" if near else ""))
        return super().resolve_command(ctx, args)


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
