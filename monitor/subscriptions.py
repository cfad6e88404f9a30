"""Which feeds are configured: slugs for new ones, and edits of feeds.toml that keep its comments."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.config.edit import change_file
from monitor.errors import NotFound, UsageError
from monitor.parse.opml import Subscription
from monitor.settings import Feed, Settings
from monitor.suggest import did_you_mean
from monitor.urls import host_of, is_web, url_key

if TYPE_CHECKING:
    from monitor.fetch.finding import FoundFeed

MAX_SLUG = 40
_GENERIC = frozenset({
    "feed", "feeds", "rss", "atom", "xml", "news", "home", "all", "latest", "com", "org", "net", "www", "co", "uk", "index",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed that is to be written into feeds.toml."""

    slug: str
    url: str
    tags: tuple[str, ...] = ()
    timezone: str | None = None
    every: str | None = None
    pages: bool = True

    def keys(self) -> dict[str, object]:
        """The keys as they are written; what is the default is left out."""
        found: dict[str, object] = {"url": self.url}
        if self.every:
            found["every"] = self.every
        if not self.pages:
            found["pages"] = False
        if self.timezone:
            found["timezone"] = self.timezone
        if self.tags:
            found["tags"] = list(self.tags)
        return found


def slug_for(title: str | None, url: str, taken: Collection[str]) -> str:
    """A slug from the host, made longer by the title or a number where it is taken."""
    host = host_of(url)
    labels = [label for label in re.split(r"[.:]", host) if label not in _GENERIC and not label.isdecimal()]
    name = _slug(labels[0] if labels else host) or "feed"
    path = [part for part in re.split(r"[/.]", url.partition("//")[2].partition("/")[2].partition("?")[0]) if _slug(part)]
    longer = [_slug(part) for part in path if part.lower() not in _GENERIC]
    choices = [name, *(f"{name}-{part}"[:MAX_SLUG].rstrip("-") for part in longer), f"{name}-{_slug(title or '')}"[:MAX_SLUG].rstrip("-")]
    for choice in choices:
        if choice and not choice.endswith("-") and choice not in taken:
            return choice
    return next(choice for number in range(2, len(taken) + 3) if (choice := f"{name}-{number}") not in taken)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG].strip("-")


def already_there(url: str, feeds: Sequence[Feed]) -> Feed | None:
    """The configured feed of this address, compared as addresses are."""
    wanted = url_key(url)
    return next((feed for feed in feeds if feed.url == url or (wanted is not None and url_key(feed.url) == wanted)), None)


def found(
    settings: Settings,
    url: str,
    *,
    slug: str | None = None,
    tags: tuple[str, ...] = (),
    timezone: str | None = None,
    every: str | None = None,
    pages: bool = True,
) -> "tuple[NewFeed, FoundFeed]":
    """The feed behind an address that a person names, asked for and read, ready to be written.

    Raises UsageError when it is there already, NetworkError, Ambiguous and ParseError as `find_feed` does.
    """
    from monitor.fetch.finding import find_feed

    url = url if "://" in url else f"https://{url}"
    if there := already_there(url, settings.feeds):
        raise UsageError(f"{url} is there already, as '{there.slug}'")
    feed = find_feed(settings.fetch, url)
    if there := already_there(feed.answer.url, settings.feeds):
        raise UsageError(f"{url} names the feed {feed.answer.url}, which is there already, as '{there.slug}'")
    taken = {known.slug for known in settings.feeds}
    if slug is not None and slug in taken:
        raise UsageError(f"there is a feed '{slug}' already")
    address = feed.lasting_address
    return NewFeed(slug or slug_for(feed.document.title, address, taken), address, tags, timezone, every, pages), feed


def planned(subscriptions: Sequence[Subscription], feeds: Sequence[Feed]) -> tuple[tuple[NewFeed, ...], tuple[Subscription, ...]]:
    """What an import would add, and what it leaves out because it is there already or no http(s) address."""
    taken = {feed.slug for feed in feeds}
    addresses = {url_key(feed.url) for feed in feeds}
    new, left_out = [], []
    for one in subscriptions:
        key = url_key(one.url)
        if not is_web(one.url) or key in addresses:
            left_out.append(one)
            continue
        addresses.add(key)
        slug = slug_for(one.title, one.url, taken)
        taken.add(slug)
        new.append(NewFeed(slug, one.url, one.tags))
    return tuple(new), tuple(left_out)


# --- feeds.toml -----------------------------------------------------------------------------------------------------


def add(folder: Path, new: Sequence[NewFeed], check: Callable[[], object]) -> Path:
    """Writes the feeds at the end of the file.

    Raises ConfigError, with the file as it was, when the result does not check; UsageError when somebody just took one of the names.
    """

    def change(document: Any) -> None:
        import tomlkit

        feeds = document.setdefault("feeds", tomlkit.table(is_super_table=True))
        for feed in new:
            if feed.slug in feeds:
                raise UsageError(f"there is a feed '{feed.slug}' already")
            table = tomlkit.table()
            for name, value in feed.keys().items():
                table.add(name, value)
            feeds[feed.slug] = table

    return change_file(folder / "feeds.toml", change, check)


def remove(folder: Path, slugs: Sequence[str], check: Callable[[], object]) -> Path:
    """Takes the feeds out of the file."""

    def change(document: Any) -> None:
        for slug in slugs:
            del _table(document, slug)[slug]

    return change_file(folder / "feeds.toml", change, check)


def set_keys(folder: Path, slugs: Sequence[str], keys: Mapping[str, object], check: Callable[[], object]) -> Path:
    """Sets keys of these feeds; a key that is None is taken out."""

    def change(document: Any) -> None:
        for slug in slugs:
            table = _table(document, slug)[slug]
            for name, value in keys.items():
                if value is None:
                    table.pop(name, None)
                else:
                    table[name] = value

    return change_file(folder / "feeds.toml", change, check)


def _table(document: Any, slug: str) -> Any:
    feeds = document.get("feeds", {})
    if slug not in feeds:
        raise NotFound(f"feeds.toml has no feed '{slug}'{did_you_mean(slug, sorted(feeds))}", hint="monitor feeds ls lists them")
    return feeds
