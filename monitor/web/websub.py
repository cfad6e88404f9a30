"""`/w/TOKEN`: where hubs ask whether we meant it (GET) and tell that a feed has news (POST). The token is the whole right to come here."""

import hashlib
import hmac
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from monitor.schedule import hubs as agreed

if TYPE_CHECKING:
    from monitor.model import Subscription
    from monitor.web.site import Site

MOST_PUSHED = 10_000_000  # bytes that are read to check a signature
DIGESTS = ("sha1", "sha256", "sha384", "sha512")


def confirm(request: Request) -> Response:
    """Echoes the challenge of what we asked for ourselves, and refuses everything else with 404 (WebSub, 5.3)."""
    site: Site = request.app.state.site
    sub, said = _subscription(request), request.query_params
    mode, now = said.get("hub.mode", ""), site.now
    if site.writing is None:
        raise HTTPException(503)
    with site.writing() as store:
        if mode == "denied":
            store.keep_subscription(sub, agreed.lapsed(sub, now), now)
            return PlainTextResponse("")
        wanted = {"subscribe": ("asked", "active"), "unsubscribe": ("leaving",)}.get(mode, ())
        if sub.state not in wanted or said.get("hub.topic") != sub.hub.topic or not said.get("hub.challenge"):
            raise HTTPException(404)
        if mode == "unsubscribe":
            store.drop_subscription(sub)
        else:
            lease = said.get("hub.lease_seconds", "")
            seconds = int(lease[:10]) if lease.isascii() and lease.isdigit() else None  # Python reads no number of 4,300 digits
            store.keep_subscription(sub, agreed.verified(sub, seconds, now), now)
    return PlainTextResponse(said["hub.challenge"][:4_096])


async def push(request: Request) -> Response:
    """Makes the feed due when the hub signed what it pushes. Unsigned or wrongly signed is answered alike and ignored (WebSub, 7.1)."""
    sub = await run_in_threadpool(_subscription, request)
    if sub.state == "leaving":
        return Response(status_code=410)
    mac = _mac(request.headers.get("x-hub-signature", ""), sub.secret)
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > MOST_PUSHED:
                return Response(status_code=413)
            if mac is not None:
                mac[0].update(part)
    except ClientDisconnect:
        return Response(status_code=400)
    if mac is not None and hmac.compare_digest(mac[0].hexdigest().encode(), mac[1].encode()):
        await run_in_threadpool(_tell, request, sub)
    return Response(status_code=202)


def _tell(request: Request, sub: "Subscription") -> None:
    site: Site = request.app.state.site
    if site.writing is None:
        raise HTTPException(503)
    with site.writing() as store:
        store.pushed(sub.token, site.now, site.settings.schedule.feed_min)


def _subscription(request: Request) -> "Subscription":
    site: Site = request.app.state.site
    sub = site.store.subscription(request.path_params["token"])
    if sub is None:
        raise HTTPException(404)
    return sub


def _mac(signature: str, secret: str) -> "tuple[hmac.HMAC, str] | None":
    method, _, digest = signature.partition("=")
    if method.lower() not in DIGESTS or not digest.isascii():
        return None
    return hmac.new(secret.encode(), digestmod=getattr(hashlib, method.lower())), digest.strip().lower()
