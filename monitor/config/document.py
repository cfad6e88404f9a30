"""One configuration file as a table, and where each of its keys stands; the environment laid over it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

Table = dict[str, Any]

_HEADER = re.compile(r"^\s*\[(\[)?\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*=")


@dataclass
class Document:
    """A TOML file. `given` holds the environment variables that override its keys, by dotted key."""

    path: Path
    table: Table = field(default_factory=dict)
    text: str = ""
    given: dict[str, str] = field(default_factory=dict)

    def place(self, key: str) -> str:
        """`config/monitor.toml:12`, or the environment variable that set the key."""
        if key in self.given:
            return f"environment {self.given[key]}"
        line = self.lines.get(key)
        return f"{shown(self.path)}:{line}" if line else shown(self.path)

    @cached_property
    def lines(self) -> Mapping[str, int]:
        """The first line of each key and section, by dotted key; the second [[rules]] is `rules.1`."""
        found: dict[str, int] = {}
        section, repeats = "", dict[str, int]()
        for number, line in enumerate(self.text.splitlines(), start=1):
            if header := _HEADER.match(line):
                section = _plain(header[2])
                if header[1]:
                    found.setdefault(section, number)
                    repeats[section] = repeats.get(section, -1) + 1
                    section = f"{section}.{repeats[section]}"
                found.setdefault(section, number)
            elif key := _KEY.match(line):
                found.setdefault(".".join(filter(None, (section, _plain(key[1])))), number)
        return found


def read_document(path: Path, problems: list[str]) -> Document:
    """The file, empty where there is none; what keeps it from being read is added to `problems`."""
    try:
        text = path.read_text(encoding="utf-8")
        return Document(path, tomllib.loads(text), text)
    except FileNotFoundError:
        return Document(path)
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{shown(path)}: {error}")
    except UnicodeDecodeError:
        problems.append(f"{shown(path)}: is not UTF-8")
    except OSError as error:
        problems.append(f"{shown(path)}: cannot be read: {error.strerror}")
    return Document(path)


def put(document: Document, path: list[str], value: object, variable: str) -> None:
    """Sets a key, from an environment variable."""
    table = document.table
    for name in path[:-1]:
        inner = table.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        table = inner
    table[path[-1]] = value
    document.given[".".join(path)] = variable


def shown(path: Path) -> str:
    """A path as a reader types it: relative where it lies below the working folder."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def _plain(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
