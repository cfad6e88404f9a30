"""The one place that names implementations and ties them together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.model import Diff, Dispatch
from monitor.ports import Clock, Doors, Fetcher, Store, Workers
from monitor.settings import Settings, SiteRule

if TYPE_CHECKING:
    from monitor.store.sql import SqlStore


@dataclass
class App:
    """The program over one configuration. Everything heavy is imported and opened when it is first used."""

    settings: Settings
    clock_override: Clock | None = None
    _opened: list[Store] = field(default_factory=list)

    @cached_property
    def clock(self) -> Clock:
        """The system's clock, or the one a demo or test moves."""
        from monitor.clock import SystemClock

        return self.clock_override or SystemClock()

    @property
    def database_url(self) -> str:
        """Where the store is; `monitor.db` in the state folder when nothing is configured."""
        return self.settings.database_url or f"sqlite:///{(self.settings.state_dir / 'monitor.db').absolute()}"

    @property
    def is_cluster(self) -> bool:
        """Whether many processes may share the work: the database is PostgreSQL and the queue is installed."""
        from importlib.util import find_spec

        return self.database_url.startswith("postgres") and find_spec("pgqueuer") is not None

    def reading(self) -> Store:
        """The store for a command that only reads: takes no lock, never migrates."""
        return self._open(read_only=True)

    def writing(self) -> Store:
        """The store for the one process that writes, created and migrated, with the configured feeds known to it.

        The caller holds the lock (`store.lock.hold`).
        """
        from monitor.report import addressees

        store = self._open(read_only=False)
        store.sync_feeds(self.settings.feeds, self.clock.now(), self.settings.schedule)
        store.sync_targets([target.name for target in addressees(self.settings.targets)], self.clock.now())
        return store

    def touching(self) -> Store:
        """The store for one short write beside whoever holds the state: takes no lock, and leaves the feeds as they are known there.

        The database puts the write in order with others; the caller closes the store right after it.
        """
        from monitor.store.sql import open_store

        return open_store(self.database_url, state_dir=self.settings.state_dir, read_only=False, settings=self.settings.store)

    def working(self) -> "SqlStore":
        """The store for one worker of many: writes, but leaves the feeds as the node with the ticks knows them."""
        from monitor.store.sql import SqlStore

        store = self._open(read_only=False)
        assert isinstance(store, SqlStore)
        store.use_feeds(self.settings.feeds)
        return store

    def _open(self, *, read_only: bool) -> Store:
        from monitor.store.sql import open_store

        store = open_store(self.database_url, state_dir=self.settings.state_dir, read_only=read_only, settings=self.settings.store)
        self._opened.append(store)
        return store

    def doors(self, store: Store, workers: Workers, *, quietly: bool = False) -> Doors:
        """The doors for recipes. `quietly`: nobody hears of what is learnt (history that is played back)."""
        route = _nobody if quietly else self._route(store)
        return Doors(store, workers, self.clock, self.settings.schedule, route, self.rule_for, self.settings.watchlist)

    def fetcher(self, store: Store) -> Fetcher:
        """The door to the network."""
        from monitor.fetch.http import HttpFetcher

        return HttpFetcher(self.settings.fetch, self.clock, store)

    def rule_for(self, host: str) -> SiteRule | None:
        """The site rule of a host: the user's own over the shipped one."""
        from monitor.extract.sites import rule_for

        return rule_for(host, self.settings.sites)

    def slug_of(self, url: str) -> str | None:
        """The configured feed with this address, compared as addresses are."""
        from monitor.urls import url_key

        wanted = url_key(url)
        return next((feed.slug for feed in self.settings.feeds if feed.url == url or url_key(feed.url) == wanted), None)

    def host_of(self, url: str) -> str:
        """host:port of an address, lower case."""
        return urlsplit(url).netloc.lower()

    def _route(self, store: Store) -> Callable[[Diff, frozenset[str]], tuple[Dispatch, ...]]:
        settings = self.settings
        if not settings.targets:
            return _nobody

        def route(diff: Diff, tags: frozenset[str]) -> tuple[Dispatch, ...]:
            from monitor import report

            now = self.clock.now()
            return report.route(
                diff,
                tags,
                rules=settings.rules,
                targets=settings.targets,
                quiet=settings.quiet,
                mutes=store.mutes(now),
                timezone=settings.timezone,
                now=now,
            )

        return route

    def close(self) -> None:
        """Closes every store that was opened."""
        while self._opened:
            self._opened.pop().close()


def _nobody(diff: Diff, tags: frozenset[str]) -> tuple[Dispatch, ...]:
    return ()
