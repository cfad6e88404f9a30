"""Where configuration and state are looked for, in CONTRACT's order."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

NAMES = ("monitor.toml", "feeds.toml")


def config_places(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """All folders that may hold the configuration, the one that wins first."""
    asked = environ.get("MONITOR_CONFIG")
    return (*((Path(asked),) if asked else ()), Path("config"), _xdg(environ, "XDG_CONFIG_HOME", ".config"))


def config_place(asked: Path | None, environ: Mapping[str, str]) -> Path:
    """The configuration folder: what was asked for, else the first that holds one, else where `init` would write one."""
    if asked:
        return asked
    places = config_places(environ)
    if environ.get("MONITOR_CONFIG"):
        return places[0]
    return next((place for place in places if holds_config(place)), places[-1])


def file_stamps(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when one of the configuration's files does: each with its time and size."""
    found = []
    with suppress(OSError):
        for path in sorted([*folder.glob("*.toml"), *folder.glob("sites/*.toml")]):
            with suppress(OSError):
                stat = path.stat()
                found.append((str(path), stat.st_mtime_ns, stat.st_size))
    return tuple(found)


def state_place(asked: Path | None, config: Path, environ: Mapping[str, str]) -> Path:
    """The state folder: what was asked for, else ./state beside ./config, else the user's."""
    if asked:
        return asked
    if environ.get("MONITOR_STATE"):
        return Path(environ["MONITOR_STATE"])
    here = Path("state")
    if config.resolve() == Path("config").resolve() or (here / "monitor.db").exists():
        return here
    return _xdg(environ, "XDG_STATE_HOME", ".local/state")


def holds_config(folder: Path) -> bool:
    """Whether a configuration file of monitor is in this folder."""
    return any((folder / name).is_file() for name in NAMES)


def _xdg(environ: Mapping[str, str], variable: str, otherwise: str) -> Path:
    # the XDG specification says that relative paths there are to be ignored
    named = environ.get(variable, "")
    home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    return (Path(named) if named.startswith("/") else home / otherwise) / "monitor"
