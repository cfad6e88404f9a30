"""Reads the whole configuration: every mistake at once, each with file, key and the nearest known key."""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.config.access import with_access
from monitor.config.document import Document, Table, read_document, shown
from monitor.config.environment import lay_over
from monitor.config.keys import FEED, NAMED, REPEATED, SECTIONS, SITE, TOP, Key
from monitor.config.places import config_place, state_place
from monitor.config.values import a_zone
from monitor.errors import ConfigError, UsageError
from monitor.settings import (
    Feed,
    FetchSettings,
    MailSettings,
    Quiet,
    Rule,
    ScheduleSettings,
    Settings,
    SiteRule,
    StoreSettings,
    Target,
    WebSettings,
)
from monitor.suggest import did_you_mean

MAIL_TARGET = "mail"
"""The name of the target that `[mail] to` is short for."""

# a REF is slug:guid, and an address is never taken for one
_SLUG = re.compile(r"(?!https?$)[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_RELATIVE_SQLITE = re.compile(r"(sqlite(?:\+\w+)?:///)(?![/:]|$)(.+)")


def read_settings(
    config_dir: Path | None,
    state_dir: Path | None,
    *,
    timezone: str | None = None,
    environ: Mapping[str, str] | None = None,
    secrets: bool = True,
    origins: bool = False,
) -> Settings:
    """The configuration, checked. A missing folder or file means defaults.

    `secrets` False: a secret that cannot be had is left out (for commands that only read). `origins` True: where each key was set.
    Raises ConfigError with every mistake, UsageError for a `timezone` that is none.
    """
    environ = os.environ if environ is None else environ
    config = config_place(config_dir, environ)
    desk = _Desk(config, environ, secrets=secrets, origins=origins)
    main, feeds = read_document(config / "monitor.toml", desk.problems), read_document(config / "feeds.toml", desk.problems)
    lay_over(main, feeds, environ, desk.problems)
    settings = _settings(desk, main, feeds, state_place(state_dir, config, environ).absolute())
    if timezone:
        settings = replace(settings, timezone=_asked_zone(timezone))
    desk.check(settings, main, feeds)
    if desk.problems:
        raise ConfigError(desk.problems, hint="see 'monitor config check' and docs/reference.md")
    return replace(settings, origins=tuple(sorted(desk.origins)))


def _asked_zone(name: str) -> str:
    try:
        return a_zone(name)
    except ValueError as error:
        raise UsageError(f"--tz {error}") from error


def _settings(desk: "_Desk", main: Document, feeds: Document, state: Path) -> Settings:
    desk.unknown(main, "", main.table, {*(key.name for key in TOP), *SECTIONS, *NAMED, *REPEATED})
    desk.unknown(feeds, "", feeds.table, {"feeds"})
    given = {name: desk.section(main, name, main.table.get(name), keys) for name, keys in SECTIONS.items()}
    mail = MailSettings(**given["mail"]) if "mail" in main.table else None
    top = desk.keys(main, "", {name: value for name, value in main.table.items() if name in {key.name for key in TOP}}, TOP)
    url = given["database"].get("url")
    return Settings(
        config_dir=desk.folder,
        state_dir=state,
        database_url=_below(state, url) if url else None,
        fetch=FetchSettings(**given["fetch"]),
        schedule=ScheduleSettings(**given["schedule"]),
        store=StoreSettings(**given["store"]),
        mail=mail,
        web=WebSettings(**given["web"]),
        quiet=_quiet(given["quiet"]),
        targets=_targets(desk, main, mail),
        rules=tuple(Rule(**{"name": f"rule {n + 1}", **rule}) for n, rule in enumerate(desk.rows(main, "rules", REPEATED["rules"]))),
        feeds=tuple(
            Feed(**{"url": "", **_let_in(desk, feeds, slug, feed), "slug": slug, **_beside(desk.folder, feed)})
            for slug, feed in desk.named(feeds, "feeds", FEED).items()
        ),
        sites=_sites(desk),
        **top,
    )


def _targets(desk: "_Desk", main: Document, mail: MailSettings | None) -> tuple[Target, ...]:
    named = [Target(**{"url": "", **target, "name": name}) for name, target in desk.named(main, "targets", NAMED["targets"]).items()]
    if mail and mail.to:
        if any(target.name == MAIL_TARGET for target in named):
            desk.problems.append(f"{main.place('mail.to')}: 'mail.to' is short for [targets.mail], which stands here too; keep one of them")
        named.insert(0, Target(name=MAIL_TARGET, url="mailto:" + ",".join(mail.to), mode=mail.mode, at=mail.at))
    return tuple(named)


def _quiet(given: Table) -> Quiet | None:
    if not {"start", "end"} <= given.keys():
        return None
    return Quiet(**{**given, "bypass": None} if given.get("bypass") == "none" else given)


def _sites(desk: "_Desk") -> tuple[SiteRule, ...]:
    rules: list[SiteRule] = []
    for path in sorted((desk.folder / "sites").glob("*.toml")):
        document = read_document(path, desk.problems)
        given = desk.section(document, "", document.table, SITE)
        hosts = (path.stem, *given.pop("hosts", ()))
        rules += [SiteRule(**given, host=host.lower().removeprefix("www."), origin=shown(path)) for host in hosts]
    return tuple(rules)


def _below(state: Path, url: str) -> str:
    relative = _RELATIVE_SQLITE.fullmatch(url)
    return relative[1] + str((state / relative[2]).absolute()) if relative and relative[2] != ":memory:" else url


def _beside(folder: Path, feed: Table) -> Table:
    return {"ca_file": str(folder / feed["ca_file"])} if feed.get("ca_file") else {}


def _let_in(desk: "_Desk", feeds: Document, slug: str, feed: Table) -> Table:
    try:
        return with_access(feed)
    except ValueError as error:
        desk.problems.append(f"{feeds.place(f'feeds.{slug}')}: {error}")
        return {"url": feed.get("url", "")}


class _Desk:
    """Reads tables by their keys and gathers what is wrong with them."""

    def __init__(self, folder: Path, environ: Mapping[str, str], *, secrets: bool, origins: bool) -> None:
        self.folder, self.environ, self.secrets, self.origins_wanted = folder, environ, secrets, origins
        self.problems: list[str] = []
        self.origins: list[tuple[str, str]] = []

    def section(self, document: Document, section: str, table: object, keys: tuple[Key, ...]) -> dict[str, Any]:
        """What this section sets, by field name; {} for one that is not there."""
        if table is None:
            return {}
        if not isinstance(table, dict):
            self.problems.append(f"{document.place(section)}: '{section}' must be a section, [{section}]")
            return {}
        self.unknown(document, section, table, {key.name for key in keys})
        values = self.keys(document, section, table, keys)
        for key in keys:
            if key.required and key.name not in table:
                self.problems.append(f"{document.place(section)}: {f'[{section}]' if section else 'the file'} has no '{key.name}'")
        return values

    def named(self, document: Document, section: str, keys: tuple[Key, ...]) -> dict[str, dict[str, Any]]:
        """[targets.desk], [targets.room]: what each sets, by name."""
        table = document.table.get(section, {})
        if not isinstance(table, dict):
            self.problems.append(f"{document.place(section)}: '{section}' must be sections, [{section}.NAME]")
            return {}
        return {name: self.section(document, f"{section}.{name}", inner, keys) for name, inner in table.items()}

    def rows(self, document: Document, section: str, keys: tuple[Key, ...]) -> list[dict[str, Any]]:
        """[[rules]]: what each sets, in order."""
        table = document.table.get(section, [])
        if not isinstance(table, list):
            self.problems.append(f"{document.place(section)}: '{section}' must be a list, [[{section}]]")
            return []
        return [self.section(document, f"{section}.{number}", inner, keys) for number, inner in enumerate(table)]

    def keys(self, document: Document, section: str, table: Table, keys: tuple[Key, ...]) -> dict[str, Any]:
        """The values of those keys that are set and right."""
        values: dict[str, Any] = {}
        for key in keys:
            if key.name not in table:
                continue
            dotted = f"{section}.{key.name}" if section else key.name
            try:
                value = self.value(table[key.name])
                if value is not None:
                    values[key.attribute] = key.read(value)
            except ValueError as error:
                self.problems.append(f"{document.place(dotted)}: '{dotted}' {error}")
            if self.origins_wanted:
                self.origins.append((dotted, document.place(dotted)))
        return values

    def value(self, value: object) -> object:
        """The value, secrets resolved; None for a secret that cannot be had and may be left out."""
        if not isinstance(value, dict):
            return value
        if set(value) not in ({"env"}, {"file"}):
            resolved = {name: self.value(inner) for name, inner in value.items()}
            return {name: inner for name, inner in resolved.items() if inner is not None}
        try:
            return self._secret(value)
        except ValueError:
            if self.secrets:
                raise
            return None

    def _secret(self, value: Table) -> str:
        if "env" in value:
            name = str(value["env"])
            if not self.environ.get(name):
                raise ValueError(f"is to be read from the environment variable {name}, which is not set")
            return self.environ[name]
        path = self.folder / str(value["file"])
        try:
            return path.read_text(encoding="utf-8").rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise ValueError(f"is to be read from {shown(path)}, which cannot be read: {reason}") from error

    def unknown(self, document: Document, section: str, table: Table, known: set[str]) -> None:
        """Every key that is not known, with the nearest one that is."""
        for name in table:
            if name in known:
                continue
            dotted = f"{section}.{name}" if section else name
            near = "; feeds stand in feeds.toml" if not section and name == "feeds" else did_you_mean(name, sorted(known))
            self.problems.append(
                f"{document.place(dotted)}: unknown {'section' if isinstance(table[name], dict) else 'key'} '{dotted}'{near}"
            )

    def check(self, settings: Settings, main: Document, feeds: Document) -> None:
        """What fits no single key: names that must be known, lengths that must be in order."""
        schedule = settings.schedule
        for least, most in (("feed_min", "feed_max"), ("page_min", "page_max")):
            low, high = getattr(schedule, least), getattr(schedule, most)
            if low and low > high:
                place = main.place(f"schedule.{least}" if least in main.table.get("schedule", {}) else f"schedule.{most}")
                self.problems.append(f"{place}: 'schedule.{least}' is longer than 'schedule.{most}'")
        names = [target.name for target in settings.targets]
        for number, rule in enumerate(settings.rules):
            for target in rule.to:
                if target not in names:
                    place = main.place(f"rules.{number}.to")
                    self.problems.append(f"{place}: rule '{rule.name}' tells '{target}', which is no target{did_you_mean(target, names)}")
        self._check_feeds(settings.feeds, feeds)

    def _check_feeds(self, configured: tuple[Feed, ...], feeds: Document) -> None:
        slugs: dict[str, str] = {}
        for feed in configured:
            place = feeds.place(f"feeds.{feed.slug}")
            if not _SLUG.fullmatch(feed.slug):
                self.problems.append(f"{place}: '{feed.slug}' cannot be a slug; use letters, digits, '.', '_' and '-'")
            if feed.url and feed.url in slugs:
                self.problems.append(f"{place}: feed '{feed.slug}' has the url of feed '{slugs[feed.url]}'")
            slugs[feed.url] = feed.slug
