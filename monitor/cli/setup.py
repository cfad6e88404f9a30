"""`monitor init`: a first configuration. What is there is never overwritten."""

from pathlib import Path

import click

from monitor.cli.face import Face, say
from monitor.errors import UsageError


@click.command()
@click.argument("urls", nargs=-1, metavar="[URL]…")
@click.option(
    "--opml", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE", help="Take the feeds of another reader."
)
@click.option("--email", metavar="ADDRESS", help="Send reports there; the SMTP server is then to be filled in.")
@click.option("--here", is_flag=True, help="In ./config and ./state, not in your home.")
@click.option("--systemd", is_flag=True, help="Print a systemd unit, write nothing.")
@click.pass_context
def init(ctx: click.Context, urls: tuple[str, ...], opml: Path | None, email: str | None, here: bool, systemd: bool) -> None:
    """Write a first configuration; what is there is never overwritten.

    \b
    monitor init https://www.example.org/
    monitor init --opml subscriptions.opml --email desk@example.org
    """
    if systemd:
        from monitor.cli.deploying import systemd_unit

        click.echo(systemd_unit(), nl=False)
        return
    face = ctx.ensure_object(Face)
    folder = Path("config") if here else face.settings(secrets=False).config_dir
    _write_new(folder / "monitor.toml", _main_file(email))
    _write_new(folder / "feeds.toml", FEEDS_FILE)
    inside = Face(folder, face.state_dir, face.color, face.timezone, face.verbosity)
    if opml:
        _call(ctx, inside, "feeds", "import", str(opml))
    for url in urls:
        _call(ctx, inside, "feeds", "add", url)
    say("next: monitor feeds add URL, monitor doctor, monitor run" if not (urls or opml) else "next: monitor check, then monitor run")


FEEDS_FILE = """\
# The feeds that are watched. `monitor feeds add URL` writes here too.
#
# [feeds.koreatimes]
# url = "https://feed.koreatimes.co.kr/k/allnews.xml"
# timezone = "Asia/Seoul"
"""


MAIL = """\
[mail]
host = "localhost"                                 # your SMTP server
port = 25
tls = "none"
from = "{email}"
to = ["{email}"]
"""


def _main_file(email: str | None) -> str:
    from monitor.config.written import first_file

    if email is None:
        return first_file()
    if "@" not in email:
        raise UsageError(f"'{email}' is no mail address")
    mail = MAIL.format(email=email)
    kept, _, rest = first_file().partition("# [mail]")
    return kept + mail + "\n# [mail] has more keys:\n#" + rest


def _write_new(path: Path, text: str) -> None:
    from monitor.config.edit import write_new

    if write_new(path, text):
        click.echo(path)
    else:
        say(f"{path} is there already and stays as it is")


def _call(ctx: click.Context, face: Face, group: str, name: str, word: str) -> None:
    root = ctx.find_root().command
    assert isinstance(root, click.Group)
    commands = root.get_command(ctx, group)
    command = commands.get_command(ctx, name) if isinstance(commands, click.Group) else None
    if command is None:
        raise UsageError(f"there is no command '{group} {name}'")
    with command.make_context(name, [word], parent=ctx, obj=face) as inner:
        command.invoke(inner)
