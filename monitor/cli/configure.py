"""`monitor config`: what is in force and where it was set, what is wrong with it, and changing it with care."""

import json
import os
import shlex

import click

from monitor.cli.face import Face, pass_face, print_json, say
from monitor.cli.printing import counted
from monitor.errors import NotFound, UsageError

CONFIG_FILES = ("monitor.toml", "feeds.toml", "site.toml")


@click.group()
def config() -> None:
    """Show, check, change the configuration."""


@config.command()
@click.option("--origin", is_flag=True, help="Also where each key was set.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@pass_face
def show(face: Face, origin: bool, as_json: bool) -> None:
    """Every key that is in force. Secrets are masked."""
    from monitor.config import read_settings
    from monitor.config.written import in_force

    lines = list(in_force(read_settings(face.config_dir, face.state_dir, timezone=face.timezone, secrets=False, origins=True)))
    if as_json:
        print_json("config", {"items": [{"key": line.key, "value": line.value, "origin": line.origin} for line in lines]})
        return
    for line in lines:
        click.echo(f"{line.key} = {line.value}" + (f"  # {line.origin}" if origin else ""))


@config.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
@pass_face
def check(face: Face, as_json: bool) -> None:
    """Read everything and tell every mistake; exit 4 if there is one."""
    settings = face.settings()
    if as_json:
        print_json("config-check", {"ok": True, "config": str(settings.config_dir), "feeds": len(settings.feeds), "problems": []})
    else:
        parts = ((settings.feeds, "feed"), (settings.targets, "target"), (settings.rules, "rule"))
        what = ", ".join(counted(len(part), name) for part, name in parts)
        click.echo(f"{settings.config_dir} is in order: {what}")


@config.command()
@click.argument("key")
@pass_face
def get(face: Face, key: str) -> None:
    """The value of one key, as it is written in TOML."""
    from monitor.config import read_settings
    from monitor.config.written import in_force

    lines = {
        line.key: line.value
        for line in in_force(read_settings(face.config_dir, face.state_dir, timezone=face.timezone, secrets=False, origins=True))
    }
    if key not in lines:
        from monitor.suggest import did_you_mean

        raise NotFound(f"no key '{key}' is set{did_you_mean(key, lines)}", hint="monitor config show lists them")
    click.echo(lines[key])


@config.command(name="set")
@click.argument("key")
@click.argument("value")
@pass_face
def set_(face: Face, key: str, value: str) -> None:
    """Set one key; comments stay, and what does not check is not written.

    \b
    monitor config set timezone Europe/London
    monitor config set fetch.allow_networks '["127.0.0.0/8"]'
    """
    from monitor.config.edit import set_key

    folder = face.settings(secrets=False).config_dir
    path = set_key(folder, key, _typed(value), lambda: face.settings(secrets=False))
    say(f"{path}: {key} = {value}")


@config.command()
@pass_face
def edit(face: Face) -> None:
    """Open monitor.toml in $EDITOR, and check it afterwards."""
    import subprocess

    from monitor.config import config_place
    from monitor.config.edit import write_new
    from monitor.config.written import first_file

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise UsageError("neither VISUAL nor EDITOR names an editor", hint="EDITOR=nano monitor config edit")
    path = config_place(face.config_dir, os.environ) / "monitor.toml"
    write_new(path, first_file())
    subprocess.run([*shlex.split(editor), str(path)], check=False)
    face.settings(secrets=False)
    say(f"{path} is in order; a running daemon takes it at SIGHUP")


@config.command()
@click.option(
    "--for", "what", default="monitor.toml", metavar="WHAT", help="monitor.toml, feeds.toml, site.toml, or diff, log, revision, check, …"
)
def schema(what: str) -> None:
    """The JSON Schema of a configuration file or of what a command prints."""
    from monitor.config.written import schema as config_schema
    from monitor.schemas import names
    from monitor.schemas import schema as printed_schema

    if what in CONFIG_FILES:
        shape = config_schema(what)
    elif what in names():
        shape = printed_schema(what)
    else:
        from monitor.suggest import did_you_mean

        known = (*CONFIG_FILES, *names())
        raise NotFound(f"no schema '{what}'{did_you_mean(what, known)}", hint=f"there are {', '.join(known)}")
    click.echo(json.dumps(shape, ensure_ascii=False, indent=2))


@config.command()
@pass_face
def path(face: Face) -> None:
    """The configuration folder."""
    from monitor.config import config_place

    click.echo(config_place(face.config_dir, os.environ))


def _typed(value: str) -> object:
    # `5`, `true` and lists as TOML has them; everything else is the text that was typed
    import tomllib

    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value
