"""One round of keeping subscriptions, in the thread of a job: nothing is opened while nothing is due."""

import asyncio
import threading
from collections.abc import Callable, Generator

from monitor.hubs import tend
from monitor.model import Answer, Request
from monitor.ports import Clock, Fetcher, Store


class Tending:
    """A round at a time, until it is stopped: a hub that does not answer keeps no process from ending."""

    def __init__(self, store: Store, base: str | None, clock: Clock, open_fetcher: Callable[[], Fetcher]) -> None:
        self._store, self._base, self._clock, self._open_fetcher = store, base, clock, open_fetcher
        self._changing = threading.Lock()
        self._stopped = False
        self._cancel: Callable[[], object] = lambda: None

    def run(self) -> None:
        """Asks every hub that is to be asked now, one after the other."""
        recipe = tend(self._store, self._base, self._clock)
        first = next(recipe, None)
        if first is not None:
            asyncio.run(self._ask(recipe, first))

    def stop(self) -> None:
        """Ends the round under way; what was not asked yet is due again at the next start."""
        with self._changing:
            self._stopped = True
            self._cancel()

    async def _ask(self, recipe: Generator[Request, Answer, None], request: Request) -> None:
        loop, asking = asyncio.get_running_loop(), asyncio.create_task(self._ask_on(recipe, request))
        with self._changing:
            self._cancel = lambda: loop.call_soon_threadsafe(asking.cancel)
            if self._stopped:
                asking.cancel()
        await asyncio.wait({asking})
        with self._changing:
            self._cancel = lambda: None
        if not asking.cancelled():
            asking.result()

    async def _ask_on(self, recipe: Generator[Request, Answer, None], request: Request) -> None:
        loop, fetcher = asyncio.get_running_loop(), self._open_fetcher()
        try:
            onward: Request | None = request
            while onward is not None:
                onward = await loop.run_in_executor(None, _step, recipe, await fetcher.fetch(onward))
        finally:
            await fetcher.close()


def _step(recipe: Generator[Request, Answer, None], answer: Answer) -> Request | None:
    try:
        return recipe.send(answer)
    except StopIteration:
        return None
