"""`MONITOR_FETCH__TIMEOUT=5s`: every key from the environment, laid over the files."""

import tomllib
from collections.abc import Mapping

from monitor.config.document import Document, put
from monitor.config.keys import FEED, NAMED, REPEATED, SECTIONS, TOP, Key
from monitor.suggest import did_you_mean

PREFIX = "MONITOR_"


def lay_over(main: Document, feeds: Document, environ: Mapping[str, str], problems: list[str]) -> None:
    """Puts what the environment sets into the documents. A name without `__` that is no key is somebody else's business."""
    for variable in sorted(environ):
        if not variable.startswith(PREFIX):
            continue
        words = variable[len(PREFIX) :].lower().split("__")
        if len(words) == 1:
            _lay_top(main, words[0], variable, environ[variable], problems)
        elif words[0] in SECTIONS and len(words) == 2:
            _lay(main, words, SECTIONS[words[0]], variable, environ[variable], problems)
        elif words[0] in NAMED and len(words) == 3:
            _lay(main, [words[0], _known_name(main, words[0], words[1]), words[2]], NAMED[words[0]], variable, environ[variable], problems)
        elif words[0] == "feeds" and len(words) == 3:
            _lay(feeds, ["feeds", _known_name(feeds, "feeds", words[1]), words[2]], FEED, variable, environ[variable], problems)
        else:
            near = did_you_mean(words[0], (*SECTIONS, *NAMED, "feeds"))
            problems.append(f"environment {variable}: unknown section '{words[0]}'{near}")


def _lay_top(main: Document, name: str, variable: str, text: str, problems: list[str]) -> None:
    if name in REPEATED:
        try:
            put(main, [name], tomllib.loads(f"value = {text}")["value"], variable)
        except tomllib.TOMLDecodeError:
            problems.append(f"environment {variable}: must be a TOML list of tables")
        return
    key = next((key for key in TOP if key.name == name), None)
    if key:
        put(main, [name], _value(key, text), variable)


def _lay(document: Document, path: list[str], keys: tuple[Key, ...], variable: str, text: str, problems: list[str]) -> None:
    key = next((key for key in keys if key.name == path[-1]), None)
    if key is None:
        near = did_you_mean(path[-1], (key.name for key in keys))
        problems.append(f"environment {variable}: unknown key '{'.'.join(path)}'{near}")
        return
    put(document, path, _value(key, text), variable)


def _value(key: Key, text: str) -> object:
    example = tomllib.loads(f"value = {key.example}")["value"]
    if text[:1] in "[{" and text:
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            return text
    if isinstance(example, list):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _known_name(document: Document, section: str, typed: str) -> str:
    # environment names have no hyphen: MONITOR_FEEDS__BBC_WORLD__EVERY is [feeds.bbc-world]
    known = document.table.get(section)
    names = known if isinstance(known, dict) else {}
    return next((name for name in names if name.lower().replace("-", "_").replace(".", "_") == typed), typed)
