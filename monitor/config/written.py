"""Configuration as text: what is in force, a first file with every key explained, JSON Schemas for editors."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from monitor.config.access import ACCESS
from monitor.config.keys import FEED, NAMED, REPEATED, SECTIONS, SITE, TOP, Key
from monitor.config.values import DAYS, PERIODS
from monitor.settings import Settings

MASK = "•••"
COLUMN, WIDTH = 52, 132  # where explanations begin and end in a first file
_UNITS = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))
_SIZES = (("GB", 1000**3), ("MB", 1000**2), ("kB", 1000), ("B", 1))


@dataclass(frozen=True, slots=True)
class Line:
    """One key in force: its dotted name, its value as TOML, and where it was set ("default" where it was not)."""

    key: str
    value: str
    origin: str


def in_force(settings: Settings) -> Iterator[Line]:
    """Every key with its value, set or default, secrets masked. Keys without a default that are not set are left out."""
    origins = dict(settings.origins)
    parts: list[tuple[str, object, tuple[Key, ...]]] = [("", settings, TOP)]
    parts += [(name, _section(settings, name), keys) for name, keys in SECTIONS.items()]
    parts += [
        (f"targets.{target.name}", target, NAMED["targets"]) for target in settings.targets if f"targets.{target.name}.url" in origins
    ]
    parts += [(f"rules.{number}", rule, REPEATED["rules"]) for number, rule in enumerate(settings.rules)]
    of_feed = tuple(key for key in FEED if key.name not in ACCESS)  # those are among its headers by now
    parts += [(f"feeds.{feed.slug}", feed, of_feed) for feed in settings.feeds]
    for section, part, keys in parts:
        for key in keys:
            value = None if part is None else getattr(part, key.attribute)
            if value is None or value == () or value == "":
                continue
            dotted = f"{section}.{key.name}" if section else key.name
            yield Line(dotted, f'"{MASK}"' if key.secret else toml(value, key), origins.get(dotted, "default"))


def _section(settings: Settings, name: str) -> object:
    if name == "database":
        return _Database(settings.database_url) if settings.database_url else None
    part: object = getattr(settings, name)
    return part


@dataclass(frozen=True, slots=True)
class _Database:
    url: str


def toml(value: object, key: Key) -> str:
    """The value as it is written in a file; reading it gives the value again."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return f'"{span(value)}"'
    if isinstance(value, int):
        return f'"{size(value)}"' if key.name == "max_bytes" else str(value)
    if key.name == "max" and isinstance(value, tuple):
        period = next(name for name, length in PERIODS.items() if length == value[1])
        return f'"{value[0]}/{period}"'
    if key.name == "days" and isinstance(value, tuple):
        return json.dumps([DAYS[day] for day in value])
    if key.name == "hours" and isinstance(value, tuple):
        return f'"{value[0]}-{value[1]}"'
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def span(length: timedelta) -> str:
    """A duration as the configuration writes it: `90s`, `20m`, `1h30m`."""
    milliseconds = round(length.total_seconds() * 1000)
    rest, parts = milliseconds // 1000, ""
    for unit, seconds in _UNITS:
        if rest >= seconds:
            parts += f"{rest // seconds}{unit}"
            rest %= seconds
    return (parts + (f"{milliseconds % 1000}ms" if milliseconds % 1000 else "")) or "0s"


def size(count: int) -> str:
    """A size as the configuration writes it: `10MB`."""
    return next(f"{count // unit}{name}" for name, unit in _SIZES if count % unit == 0 or unit == 1)


def first_file() -> str:
    """monitor.toml with every key explained and commented out."""
    lines = ["# monitor: every key is optional, what stands here are examples. `monitor config show` prints what is in force.", ""]
    lines += _explained(TOP)
    for name, keys in SECTIONS.items():
        lines += ["", f"# [{name}]", *_explained(keys)]
    for name, keys in NAMED.items():
        lines += ["", f"# [{name}.desk]", *_explained(keys)]
    for name, keys in REPEATED.items():
        lines += ["", f"# [[{name}]]", *_explained(keys)]
    return "\n".join(lines) + "\n"


def _explained(keys: tuple[Key, ...]) -> list[str]:
    from textwrap import wrap

    lines: list[str] = []
    for key in keys:
        told = wrap(key.doc, WIDTH - COLUMN)
        lines += [
            f"# {key.name} = {key.example}".ljust(COLUMN) + f" # {told[0]}",
            *("# ".ljust(COLUMN) + f" # {more}" for more in told[1:]),
        ]
    return lines


def schema(what: str) -> Mapping[str, Any]:
    """The JSON Schema of monitor.toml, feeds.toml or a site rule, for editors that check TOML."""
    if what == "feeds.toml":
        shape = _table({"feeds": {"type": "object", "additionalProperties": _keys(FEED)}})
    elif what == "site.toml":
        shape = _keys(SITE)
    else:
        sections: dict[str, Any] = {key.name: _key(key) for key in TOP}
        sections |= {name: _keys(keys) for name, keys in SECTIONS.items()}
        sections |= {name: {"type": "object", "additionalProperties": _keys(keys)} for name, keys in NAMED.items()}
        sections |= {name: {"type": "array", "items": _keys(keys)} for name, keys in REPEATED.items()}
        shape = _table(sections)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **shape}


def _table(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _keys(keys: tuple[Key, ...]) -> dict[str, Any]:
    table = _table({key.name: _key(key) for key in keys})
    required = [key.name for key in keys if key.required]
    return table | ({"required": required} if required else {})


_SECRET = {"type": "object", "properties": {"env": {"type": "string"}, "file": {"type": "string"}}, "maxProperties": 1, "minProperties": 1}


def _key(key: Key) -> dict[str, Any]:
    example = tomllib.loads(f"value = {key.example}")["value"]
    text = {"type": "string"}
    if isinstance(example, bool):
        shape: dict[str, Any] = {"type": "boolean"}
    elif isinstance(example, int):
        shape = {"type": "integer", "minimum": 1}
    elif isinstance(example, list):
        shape = {"anyOf": [text, {"type": "array", "items": text}]}
    elif key.name == "headers":
        shape = {"type": "object", "additionalProperties": {"anyOf": [text, _SECRET]}}
    else:
        shape = {"anyOf": [{**text, "examples": [example] if isinstance(example, str) else []}, _SECRET]}
    return {"description": key.doc, **shape}
