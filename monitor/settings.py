"""What a user may set, as values. `config` reads them from TOML and the environment; every room gets its part as an argument."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How the world is asked. Sizes in bytes, of the body, on the wire and decoded alike."""

    user_agent: str = "monitor/0.1"  # a contact is added where none is named
    timeout: timedelta = timedelta(seconds=20)
    max_bytes: int = 10_000_000
    allow_networks: tuple[str, ...] = ()
    host_gap: timedelta = timedelta(seconds=2)
    per_host: int = 1
    concurrency: int = 64
    robots: bool = True


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """When the world is asked. `feed_min` None: CONTRACT's default floors (1 h with validators, 24 h without)."""

    feed_min: timedelta | None = None
    feed_max: timedelta = timedelta(hours=24)
    page_min: timedelta = timedelta(minutes=5)
    page_max: timedelta = timedelta(days=3)
    watch_for: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """What is kept for how long: `raw` responses of edits only, of every revision, or none; looks for `looks_for`.

    `connections`: those that read from PostgreSQL for one process, at most.
    """

    raw: Literal["edits", "all", "none"] = "all"
    looks_for: timedelta = timedelta(days=400)
    connections: int = 4


@dataclass(frozen=True, slots=True)
class Target:
    """Where reports go. `url`: mailto:…, webhook+https://…, exec:…, or any Apprise URL. `at` is local HH:MM, `days` 0 = Monday.

    `wait`: how long an instant message waits for further edits of its article, so that they become one.
    """

    name: str
    url: str
    mode: Literal["instant", "digest"] = "instant"
    at: str = "07:30"
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    max_per: tuple[int, timedelta] | None = None
    empty: Literal["skip", "send"] = "skip"
    secret: str | None = None
    wait: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Rule:
    """Which edits go to which targets: all conditions must hold, of a list any. Empty means no condition."""

    name: str
    to: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    min_severity: str = "low"
    undisclosed: bool = False
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    hours: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Local hours HH:MM in which reports are held, and the severity level that passes all the same."""

    start: str
    end: str
    bypass: str | None = "high"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How mail is sent."""

    host: str = ""
    port: int = 587
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = None
    sender: str = ""
    to: tuple[str, ...] = ()
    mode: Literal["instant", "digest"] = "instant"
    at: str = "07:30"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the pages are served; `listen` None: nowhere."""

    listen: str | None = None
    token: str | None = None
    public_url: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A source that is polled, as configured. `slug` is its name for ever; secrets stand resolved in `headers`."""

    slug: str
    url: str
    every: timedelta | None = None
    pages: bool = True
    timezone: str | None = None
    tags: tuple[str, ...] = ()
    paused: bool = False
    headers: Headers = ()
    proxy: str | None = None
    ca_file: str | None = None
    min_interval: timedelta | None = None


@dataclass(frozen=True, slots=True)
class SiteRule:
    """Hand-written rules for one host: CSS selectors (or, for stamps, `re:` patterns); empty fields leave it to the extractor."""

    host: str
    body: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    subtitle: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    posted: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    timezone: str | None = None
    charset: str | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a user may set, resolved. `origins` says for each key that is set where it was read."""

    config_dir: Path
    state_dir: Path
    timezone: str = "UTC"
    database_url: str | None = None
    fetch: FetchSettings = field(default_factory=FetchSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    mail: MailSettings | None = None
    web: WebSettings = field(default_factory=WebSettings)
    targets: tuple[Target, ...] = ()
    rules: tuple[Rule, ...] = ()
    quiet: Quiet | None = None
    watchlist: tuple[str, ...] = ()
    feeds: tuple[Feed, ...] = ()
    sites: tuple[SiteRule, ...] = ()
    origins: tuple[tuple[str, str], ...] = ()
