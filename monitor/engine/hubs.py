"""One round of keeping subscriptions, in the thread of a job: nothing is opened while nothing is due."""

import asyncio
from collections.abc import Callable, Generator

from monitor.hubs import tend
from monitor.model import Answer, Request
from monitor.ports import Clock, Fetcher, Store


def tend_hubs(store: Store, base: str | None, clock: Clock, open_fetcher: Callable[[], Fetcher]) -> None:
    """Asks every hub that is to be asked now, one after the other."""
    recipe = tend(store, base, clock)
    first = next(recipe, None)
    if first is not None:
        asyncio.run(_ask(recipe, first, open_fetcher()))


async def _ask(recipe: Generator[Request, Answer, None], request: Request, fetcher: Fetcher) -> None:
    loop = asyncio.get_running_loop()
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
