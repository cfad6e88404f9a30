"""Asking the world: addresses allowed, sizes, pace, robots."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if "httpx" not in sys.modules:
    # httpx loads its own command line when it can, and with it rich and pygments: a quarter of what our start costs
    sys.modules["httpx._main"] = None  # type: ignore[assignment]  # the documented way to let an import fail

if TYPE_CHECKING:
    from monitor.model import Answer, Request
    from monitor.settings import FetchSettings


def fetch_once(settings: "FetchSettings", *requests: "Request") -> "Answer":
    """The answer to one question outside of any schedule; of several, the first answer 200, else the last one.

    For commands that look at something by hand. As polite and as guarded as everything else.
    """
    import asyncio

    from monitor.clock import SystemClock
    from monitor.fetch.http import HttpFetcher

    async def ask() -> "Answer":
        fetcher = HttpFetcher(settings, SystemClock())
        try:
            for request in requests:
                answer = await fetcher.fetch(request)
                if answer.status == 200:
                    break
            return answer
        finally:
            await fetcher.close()

    return asyncio.run(ask())


@contextmanager
def asking(settings: "FetchSettings") -> "Iterator[Callable[[Request], Answer]]":
    """Asks one question after the other outside of any schedule, each host with its rests."""
    import asyncio

    from monitor.clock import SystemClock
    from monitor.fetch.http import HttpFetcher

    with asyncio.Runner() as runner:
        fetcher = HttpFetcher(settings, SystemClock())
        try:
            yield lambda request: runner.run(fetcher.fetch(request))
        finally:
            runner.run(fetcher.close())
