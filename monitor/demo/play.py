"""A day and a half in the newsroom through the real pipeline: App, store and fetcher, over loopback, with a clock that is set."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.app import App
from monitor.demo.newsroom import FEED, Newsroom, Open
from monitor.demo.stories import scene
from monitor.settings import Feed, FetchSettings, Settings
from monitor.times import to_milliseconds

if TYPE_CHECKING:
    from monitor.ports import Store

SLUG = "demo"
ZONE = "Asia/Seoul"


class SetClock:
    """A clock that is set and runs on from there."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def set(self, at: datetime) -> None:
        """It is that time now."""
        self._at, self._since = at, time.monotonic()

    def now(self) -> datetime:
        """Aware UTC, cut to the millisecond."""
        return to_milliseconds(self._at.astimezone(UTC) + timedelta(seconds=time.monotonic() - self._since))

    def monotonic(self) -> float:
        """Seconds that never step back."""
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class Step:
    """One check: when it began, in the newsroom's zone, and what the newsroom had done before. What came of it, the store tells."""

    at: datetime
    done: str
    store: "Store"


def play(state: Path, seed: int, now: datetime) -> Iterator[Step]:
    """The steps of the story, each already stored; it ends on the day before `now`. The store is closed with the last one."""
    zone = ZoneInfo(ZONE)
    second_day = (now.astimezone(zone) - timedelta(days=1)).replace(hour=9, minute=34, second=0, microsecond=0)
    posted = (second_day - timedelta(days=1)).replace(hour=16, minute=20)
    newsroom = Newsroom(scene(seed, posted, second_day), posted)
    clock = SetClock(posted)
    with Open(newsroom):
        app = App(_settings(state, newsroom.address), clock)
        try:
            store = app.writing()
            for at, done in _acts(newsroom, posted, second_day):
                newsroom.now, newsroom.tick = at, newsroom.tick + 1
                clock.set(at)
                _check(app, store)
                yield Step(at, done, store)
        finally:
            app.close()


def _acts(newsroom: Newsroom, posted: datetime, second_day: datetime) -> Iterator[tuple[datetime, str]]:
    """What the newsroom does, and when monitor asks after it."""
    told = newsroom.scene
    newsroom.publish(told.first, told.second)
    yield posted + timedelta(minutes=5), "publishes two articles"
    yield posted + timedelta(hours=2), "changes menus, tickers and boxes, not a word of the articles"
    newsroom.publish(told.first_edited)
    yield second_day + timedelta(minutes=6), "edits the first article and moves its Updated stamp"
    newsroom.publish(told.second_edited)
    yield second_day + timedelta(hours=3, minutes=36), "edits the second article and says nothing"


def _settings(state: Path, address: str) -> Settings:
    return Settings(
        config_dir=state,
        state_dir=state.absolute(),
        timezone=ZONE,
        fetch=FetchSettings(user_agent="monitor-demo", allow_networks=("127.0.0.0/8",), host_gap=timedelta(0)),
        feeds=(Feed(slug=SLUG, url=address + FEED, timezone=ZONE),),
    )


def _check(app: App, store: "Store") -> None:
    from monitor.engine.once import run_once
    from monitor.engine.workers import InlineWorkers

    async def once() -> None:
        fetcher = app.fetcher(store)
        try:
            await run_once(app.doors(store, InlineWorkers()), fetcher, app.settings.fetch, feeds=None, force=True)
        finally:
            await fetcher.close()

    asyncio.run(once())
