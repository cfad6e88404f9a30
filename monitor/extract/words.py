"""The word lists that come with this room, as package data."""

import tomllib
from functools import lru_cache
from importlib import resources


def phrases(part: str) -> dict[str, list[str]]:
    """The lists of one part of words.toml, by name; each phrase is a regular expression."""
    lists: dict[str, list[str]] = _document()[part]
    return lists


@lru_cache(maxsize=1)
def _document() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((resources.files("monitor.extract") / "words.toml").read_text(encoding="utf-8"))
