"""`monitor diff`: what differs between two revisions, two files, or the pairs of a data set."""

import sys
from pathlib import Path

import click

from monitor.cli.face import Face, pass_face
from monitor.errors import UsageError


@click.command()
@click.argument("words", nargs=-1, metavar="[REF [REV REV] | OLD NEW]")
@click.option("--no-index", is_flag=True, help="Compare two files.")
@click.option("--pairs", "pairs_file", type=click.Path(path_type=Path), help="Compare the pairs of a data set.")
@click.option("--jsonl", is_flag=True, help="One object a line.")
@pass_face
def diff(face: Face, words: tuple[str, ...], no_index: bool, pairs_file: Path | None, jsonl: bool) -> int:
    """What differs between two revisions of an article."""
    if pairs_file:
        from monitor.cli.diff_files import dumps, pairs, unstored_json

        for name, one in pairs(pairs_file):
            sys.stdout.write(dumps({**unstored_json(one), "id": name}) + "\n")
        return 0
    raise UsageError("not yet")
