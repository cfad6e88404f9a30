"""Site rules: hand-written selectors for single outlets, shipped as package data and overridden from the configuration."""

import tomllib
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import lru_cache
from importlib import resources
from typing import Any

from monitor.settings import SiteRule

_LISTS = ("body", "drop", "title", "subtitle", "authors", "section", "captions", "posted", "updated")
_WORDS = ("timezone", "charset")
RULE_KEYS = (*_LISTS, *_WORDS, "hosts")


def rule_for(host: str, own: Sequence[SiteRule] = ()) -> SiteRule | None:
    """The rule of this host: the user's own over the shipped one, key by key; `drop` lists add up. None when neither speaks of it.

    A rule for `example.com` also holds for its subdomains; the longest host wins.
    """
    mine, shipped = _nearest(host, own), _nearest(host, shipped_rules())
    if mine is None or shipped is None:
        return mine or shipped
    told = {name: value for name in (*_LISTS, *_WORDS) if (value := getattr(mine, name))}
    told["drop"] = tuple(dict.fromkeys(shipped.drop + mine.drop))
    return replace(shipped, host=mine.host, origin=mine.origin or shipped.origin, **told)


def _nearest(host: str, rules: Sequence[SiteRule]) -> SiteRule | None:
    name = host.lower().rsplit(":", 1)[0] if host.rsplit(":", 1)[-1].isdigit() else host.lower()
    name = name.removeprefix("www.")
    fitting = [rule for rule in rules if name == rule.host or name.endswith("." + rule.host)]
    return max(fitting, key=lambda rule: len(rule.host), default=None)


@lru_cache(maxsize=1)
def shipped_rules() -> tuple[SiteRule, ...]:
    """The rules that come with monitor."""
    folder = resources.files("monitor.extract") / "sites"
    if not folder.is_dir():
        return ()
    rules: list[SiteRule] = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            host = file.name.removesuffix(".toml")
            rules.extend(read_rules(host, tomllib.loads(file.read_text(encoding="utf-8")), origin=f"shipped {file.name}"))
    return tuple(rules)


def read_rules(host: str, table: dict[str, Any], *, origin: str) -> tuple[SiteRule, ...]:
    """The rules of one file, one for its host and each of its `hosts`. Raises ValueError for keys or values that are none of a rule's."""
    unknown = set(table) - set(RULE_KEYS)
    if unknown:
        raise ValueError(f"{origin}: unknown key '{min(unknown)}'")
    told: dict[str, Any] = {}
    for name in _LISTS:
        told[name] = _texts(table.get(name, []), f"{origin}: {name}")
    for name in _WORDS:
        value = table.get(name)
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{origin}: {name} must be a text")
        told[name] = value
    hosts = dict.fromkeys((host, *_texts(table.get("hosts", []), f"{origin}: hosts")))
    return tuple(SiteRule(host=name.removeprefix("www."), origin=origin, **told) for name in hosts)


def _texts(value: Any, place: str) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError(f"{place} must be a text or a list of texts")
    return tuple(texts)


assert {field.name for field in fields(SiteRule)} == {"host", "origin", *_LISTS, *_WORDS}
