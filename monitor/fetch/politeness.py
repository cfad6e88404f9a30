"""Manners towards one host: few requests at a time, rest between them, and what its robots.txt asks for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from monitor.ports import Clock

_MANY = 4_096


def host_of(url: str) -> str:
    """`host:port` of an address, as turns are taken by and rests are kept; the scheme's own port is left out."""
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2].lower()
    return netloc.removesuffix(":443" if parts.scheme == "https" else ":80")


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    free_at: float = 0.0
    users: int = 0
    gap: float = 0.0


class HostGate:
    """Lets `per_host` requests at a time through to one host, each at least `gap` after the one before ended."""

    def __init__(self, clock: Clock, *, gap: timedelta, per_host: int) -> None:
        self._clock = clock
        self._gap = gap.total_seconds()
        self._per_host = max(1, per_host)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Waits for the host's rest to be over, then holds one of its slots."""
        entry = self._entry(host)
        entry.users += 1
        try:
            async with entry.slots:
                while (wait := entry.free_at - self._clock.monotonic()) > 0:
                    await asyncio.sleep(wait)
                self._rest(entry)
                try:
                    yield
                finally:
                    self._rest(entry)
        finally:
            entry.users -= 1

    def slow_down(self, host: str, gap: timedelta) -> None:
        """This host asks for a longer rest (robots.txt Crawl-delay)."""
        self._entry(host).gap = gap.total_seconds()

    def gap(self, host: str) -> timedelta:
        """The rest this host is given between two requests."""
        entry = self._hosts.get(host)
        return timedelta(seconds=max(self._gap, entry.gap if entry else 0.0))

    def _rest(self, entry: _Host) -> None:
        entry.free_at = self._clock.monotonic() + max(self._gap, entry.gap)

    def _entry(self, host: str) -> _Host:
        entry = self._hosts.get(host)
        if entry is None:
            if len(self._hosts) >= _MANY:
                self._forget_idle()
            entry = self._hosts[host] = _Host(asyncio.Semaphore(self._per_host))
        return entry

    def _forget_idle(self) -> None:
        now = self._clock.monotonic()
        for host in [name for name, entry in self._hosts.items() if not entry.users and not entry.gap and entry.free_at < now]:
            del self._hosts[host]


class Slots:
    """The requests in flight in all: `concurrency` of them, and beside these the ones that wait long for an answer.

    A host that hangs gives its slot back after half a second, so that two hundred of them delay nobody; at most four times
    `concurrency` may hang so, further ones keep their slot.
    """

    PATIENCE = 0.5
    HANGING = 4

    def __init__(self, concurrency: int) -> None:
        self._free = asyncio.Semaphore(max(1, concurrency))
        self._most_hanging = self.HANGING * max(1, concurrency)
        self._hanging = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Holds a slot for the time of one exchange."""
        await self._free.acquire()
        hangs = False

        def give_back() -> None:
            nonlocal hangs
            if self._hanging < self._most_hanging:
                hangs = True
                self._hanging += 1
                self._free.release()

        timer = asyncio.get_running_loop().call_later(self.PATIENCE, give_back)
        try:
            yield
        finally:
            timer.cancel()
            if hangs:
                self._hanging -= 1
            else:
                self._free.release()
