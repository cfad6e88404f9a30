"""`/api/events`: edits as they come, as server-sent events. A client that comes back says which was its last."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from monitor.errors import Busy
from monitor.shapes import edit_json
from monitor.web.filters import Filter, number, read_filter
from monitor.web.pages import newer_edits, newest_id
from monitor.web.site import Site

EVERY = 2.0  # seconds between two looks into the store
HEARTBEAT = 15.0  # a line that says nothing, so that no proxy takes the silence for an end
LISTENERS = 64


async def events(request: Request) -> Response:
    """The stream, from `Last-Event-ID`, from `after=`, else from now on."""
    site: Site = request.app.state.site
    chosen = read_filter(request.query_params, strict=True)
    if request.app.state.listeners >= LISTENERS:
        raise Busy("Too many listen already.")
    said = request.headers.get("last-event-id", "") or request.query_params.get("after", "")
    after = number(said)
    if after is None:
        after = 0 if said == "0" else await run_in_threadpool(newest_id, site.store)
    once = request.query_params.get("once") == "1"
    return StreamingResponse(
        _stream(request, site, chosen, after, once=once),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _stream(request: Request, site: Site, chosen: Filter, after: int, *, once: bool) -> AsyncIterator[bytes]:
    request.app.state.listeners += 1
    silent = 0.0
    try:
        yield b"retry: 5000\n\n"
        while not site.closing:
            found = await run_in_threadpool(newer_edits, site, chosen, after)
            for edit in found:
                after = edit.id
                yield f"id: {edit.id}\nevent: edit\ndata: {json.dumps(edit_json(edit), ensure_ascii=True)}\n\n".encode()
            if once or await request.is_disconnected():
                return
            silent = 0.0 if found else silent + EVERY
            if silent >= HEARTBEAT:
                silent = 0.0
                yield b":\n\n"
            await asyncio.sleep(EVERY)
    finally:
        request.app.state.listeners -= 1
