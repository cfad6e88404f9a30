"""Changes configuration files as a careful person would: comments stay, a change that does not check is not made."""

import fcntl
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.config.keys import NAMED, REPEATED, SECTIONS, TOP
from monitor.errors import ConfigError, UsageError
from monitor.suggest import did_you_mean

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def file_of(dotted: str) -> str:
    """Which file a key stands in."""
    return "feeds.toml" if dotted.startswith("feeds.") else "monitor.toml"


def set_key(folder: Path, dotted: str, value: object, check: Callable[[], object]) -> Path:
    """Writes one key; the file that was changed. Raises ConfigError, with the file as it was, when `check` does."""
    import tomlkit

    *sections, name = dotted.split(".")
    if not sections and name not in {key.name for key in TOP}:
        known = [key.name for key in TOP] + [f"{section}.{key.name}" for section, keys in SECTIONS.items() for key in keys]
        raise UsageError(f"no key '{dotted}'{did_you_mean(dotted, known)}")

    def change(document: "TOMLDocument") -> None:
        table: Any = document
        for section in sections:
            if section not in table:
                table.add(section, tomlkit.table(is_super_table=section in NAMED or section == "feeds"))
            table = table[section]
        table[name] = value

    if sections and sections[0] in REPEATED:
        raise UsageError(f"'{dotted}' stands in a list; edit it with 'monitor config edit'")
    return change_file(folder / file_of(dotted), change, check)


def add_feed(folder: Path, slug: str, keys: Mapping[str, object], check: Callable[[], object]) -> Path:
    """Writes one feed; the file that was changed. Raises ConfigError, with the file as it was, when `check` does."""
    import tomlkit

    def change(document: "TOMLDocument") -> None:
        feeds: Any = document.setdefault("feeds", tomlkit.table(is_super_table=True))
        table = tomlkit.table()
        for name, value in keys.items():
            table.add(name, value)
        feeds[slug] = table

    return change_file(folder / "feeds.toml", change, check)


def change_file(path: Path, change: Callable[["TOMLDocument"], None], check: Callable[[], object]) -> Path:
    """Changes a TOML file, checks the whole configuration, and puts the file back where the check fails. One change at a time.

    Raises ConfigError also when the files have a mistake already, UsageError when the file cannot be written.
    """
    with _writing(path), _alone(path.parent):
        _change(path, change, check)
    return path


def write_new(path: Path, text: str) -> bool:
    """Writes a file that is not there yet; whether it was not. Raises UsageError when it cannot be written."""
    with _writing(path):
        if path.exists():
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    return True


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", hint="who runs monitor must be able to write there") from error


def _change(path: Path, change: Callable[["TOMLDocument"], None], check: Callable[[], object]) -> None:
    import tomlkit

    before = _as_written(path)
    check()  # a section that is none could not be changed
    document = tomlkit.parse(before or "")
    change(document)
    write_whole(path, tomlkit.dumps(document))
    try:
        check()
    except ConfigError:
        if before is None:
            path.unlink()
        else:
            write_whole(path, before)
        raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    # the pages and commands may change a file at the same moment: who reads it before the other has written would undo that
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _as_written(path: Path) -> str | None:
    """The file's text, None where there is no file. Raises ConfigError for one that somebody is still mending."""
    if not path.exists():
        return None
    try:
        text = path.read_bytes().decode()
        tomllib.loads(text)
    except ValueError as error:
        raise ConfigError([f"{path}: {error}"], hint="see 'monitor config check' and docs/reference.md") from error
    return text


def write_whole(path: Path, text: str) -> None:
    """The file is there whole or as it was: written beside, then renamed. Its permissions stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(beside, path)
    finally:
        # gone already where it took its place
        Path(beside).unlink(missing_ok=True)
