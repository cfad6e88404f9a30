"""`feeds`: the sources that are polled."""

import click

from monitor.cli.feeds_test import test


@click.group()
def feeds() -> None:
    """List, add, test, import, export feeds."""


feeds.add_command(test)
