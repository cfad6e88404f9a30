"""What a host's robots.txt says (RFC 9309), remembered for a day, also over a restart."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import Answer, Failure, Response
from monitor.times import rfc3339

FRESH_FOR = timedelta(hours=24)
STALE_FOR = timedelta(days=30)
UNREACHABLE_FOR = timedelta(minutes=10)
MAX_BYTES = 512_000
# a host that asks for more than a minute between two requests is asked once per turn, see engine.local
MAX_CRAWL_DELAY = timedelta(minutes=10)


class Memory(Protocol):
    """Where answers are kept; the store's own small notes (`get_meta`, `set_meta`)."""

    def get_meta(self, key: str) -> str | None: ...

    def set_meta(self, key: str, value: str) -> None: ...


class NoMemory:
    """Forgets; for commands that store nothing."""

    def get_meta(self, key: str) -> str | None:
        return None

    def set_meta(self, key: str, value: str) -> None: ...


class _Rules(Protocol):
    def can_fetch(self, url: str, user_agent: str) -> bool: ...

    def crawl_delay(self, user_agent: str) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Robots:
    """One host's wishes at `at`. `trouble` is set when they could not be had: then nothing of the host is asked."""

    at: datetime
    text: str
    rules: _Rules | None
    trouble: Failure | None = None

    def allows(self, url: str, agent: str) -> bool:
        """Whether this agent may ask for this page."""
        return self.rules is None or self.rules.can_fetch(url, agent)

    def crawl_delay(self, agent: str) -> timedelta | None:
        """The rest the host asks for between two requests, at most ten minutes."""
        seconds = self.rules.crawl_delay(agent) if self.rules else None
        return timedelta(seconds=min(seconds, MAX_CRAWL_DELAY.total_seconds())) if seconds else None


class RobotsBook:
    """The robots.txt of every host met lately. `ask` fetches one address as the fetcher does everything."""

    def __init__(self, memory: Memory, ask: Callable[[str], Awaitable[Answer]], now: Callable[[], datetime]) -> None:
        self._memory = memory
        self._ask = ask
        self._now = now
        self._known: dict[str, Robots] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def of(self, origin: str) -> Robots:
        """What `https://host:port` wishes; asked for at most once a day."""
        known = self._known.get(origin)
        if known is not None and self._is_fresh(known):
            return known
        async with self._locks.setdefault(origin, asyncio.Lock()):
            known = self._known.get(origin) or await asyncio.to_thread(self._remembered, origin)
            if known is None or not self._is_fresh(known):
                known = await self._asked(origin, known)
            if len(self._known) > 5_000:
                self._known.clear()
                self._locks.clear()
            self._known[origin] = known
            return known

    def _is_fresh(self, known: Robots) -> bool:
        age = self._now() - known.at
        return timedelta(0) <= age < (UNREACHABLE_FOR if known.trouble else FRESH_FOR)

    def _remembered(self, origin: str) -> Robots | None:
        note = self._memory.get_meta(f"robots:{origin}")
        if note is None:
            return None
        kept = json.loads(note)
        return Robots(datetime.fromisoformat(kept["at"]), kept["text"], _rules(kept["text"]))

    async def _asked(self, origin: str, known: Robots | None) -> Robots:
        answer = await self._ask(f"{origin}/robots.txt")
        now = self._now()
        if isinstance(answer, Response) and answer.status == 200:
            text = answer.body[:MAX_BYTES].decode("utf-8", "replace")
        elif _is_unavailable(answer):
            text = ""  # RFC 9309 2.3.1.3: unavailable means no rules
        elif known is not None and known.trouble is None and now - known.at < STALE_FOR:
            return replace(known, at=now - FRESH_FOR + UNREACHABLE_FOR)
        else:
            return Robots(now, "", None, answer if isinstance(answer, Failure) else None)
        await asyncio.to_thread(self._memory.set_meta, f"robots:{origin}", json.dumps({"at": rfc3339(now), "text": text}))
        return Robots(now, text, await asyncio.to_thread(_rules, text))


def _is_unavailable(answer: Answer) -> bool:
    if isinstance(answer, Failure) and answer.code == "redirect_loop":
        return True  # 2.3.1.2: after five redirects
    return answer.status is not None and 300 <= answer.status < 500 and answer.status != 429


def _rules(text: str) -> _Rules | None:
    if not text.strip():
        return None
    from protego import Protego

    parsed: _Rules = Protego.parse(text)
    return parsed
