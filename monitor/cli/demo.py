"""`monitor demo`: the whole story in one screen or two, told from what the store answers."""

import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.face import Face, pass_face, say
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.demo.play import Step
    from monitor.model import Look, Revision
    from monitor.ports import ReadingStore

WHAT = {
    "new": "new",
    "same": "unchanged",
    "restamped": "stamp moved",
    "edited": "EDITED",
    "held": "held",
    "suspect": "suspect",
    "failed": "failed",
}


@click.command()
@click.option("--seed", default=1, show_default=True, metavar="N", help="Another number, another story.")
@click.option("--keep", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Keep the state in this new folder.")
@pass_face
def demo(face: Face, seed: int, keep: Path | None) -> None:
    """See it work: a pretend newsroom on 127.0.0.1, the real pipeline, no outside network.

    \b
    monitor demo
    monitor demo --seed 7
    monitor demo --keep /tmp/demo && monitor --state /tmp/demo diff 1@16:20..09:34
    """
    if keep and keep.exists() and any(keep.iterdir()):
        raise UsageError(f"{keep} is not empty", hint="name a folder that does not exist yet")
    with ExitStack() as stack:
        state = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="monitor-demo-")))
        _tell(face, state, seed)
    _next(keep)


def _tell(face: Face, state: Path, seed: int) -> None:
    from monitor.demo.play import play

    click.echo("monitor demo · a pretend newsroom on 127.0.0.1, no outside network\n")
    step = None
    for step in play(state, seed, datetime.now(UTC)):
        _print_step(step)
        sys.stdout.flush()
        if step.done.endswith("says nothing"):
            _print_report(face, step.store, state)
    assert step


def _print_step(step: "Step") -> None:
    from monitor.model import Look
    from monitor.ports import ArticleQuery
    from monitor.text import term_safe

    click.echo(f"{step.at:%a %H:%M}  The newsroom {step.done}.")
    for article in step.store.articles(ArticleQuery()):
        looks: list[Look] = list(step.store.looks(article.id))
        if not looks:
            click.echo(f"    article {article.id}  no page yet  {term_safe(article.title)}")
            continue
        head = step.store.revision(article.id, article.revisions)
        assert head
        click.echo(f"    article {article.id}  {_verdict(looks[-1]):<9}  {_stamp(head, step.at):<13}  {term_safe(head.content.title)}")
    click.echo()


def _verdict(look: "Look") -> str:
    return WHAT.get(look.verdict, look.verdict)


def _stamp(revision: "Revision", at: datetime) -> str:
    stamp = revision.updated or revision.posted
    if stamp is None:
        return "no stamp"
    return f"{'Updated' if revision.updated else 'Posted'} {stamp.at.astimezone(at.tzinfo):%H:%M}"


def _print_report(face: Face, store: "ReadingStore", state: Path) -> None:
    from monitor.cli.main import cli

    for words in (["diff", "1@16:20..09:34"], ["report", "--since", "3d"]):
        typed = " ".join(words)
        click.secho(f"$ monitor {typed}", bold=True)
        with cli.make_context(
            "monitor", ["--state", str(state), "--config", str(state), "--color", face.color, "--tz", "Asia/Seoul", *words]
        ) as ctx:
            cli.invoke(ctx)
        click.echo()


def _next(keep: Path | None) -> None:
    say("Next:")
    if keep:
        say(f"  monitor --state {keep} log")
        say(f"  monitor --state {keep} diff 2 --full")
    else:
        say("  monitor demo --keep /tmp/demo     keeps this state, to look around in")
    say("  monitor init https://…            your own feeds")
