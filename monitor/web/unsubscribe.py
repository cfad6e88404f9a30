"""`/u/TOKEN`: where a reader of our mail stops it. Opening the link asks; only a POST acts, also a mail program's (RFC 8058)."""

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from monitor.notify.unsubscribe import target_of

if TYPE_CHECKING:
    from monitor.web.site import Site


def ask(request: Request) -> Response:
    """A page with one button: programs that open every link of a mail stop nothing."""
    site: Site = request.app.state.site
    return site.page(request, "unsubscribe.html", target=_target(request), token=request.path_params["token"])


def stop(request: Request) -> Response:
    """Mutes the target. The signed link is all that is asked for; there is no form of ours in a mail program."""
    site: Site = request.app.state.site
    target = _target(request)
    if site.writing is None:
        raise HTTPException(503, "This server only shows. Ask the operator for: monitor mute " + target)
    with site.writing() as store:
        store.mute(f"target:{target}", None)
    return PlainTextResponse(f"{target} gets no more messages. The operator can undo it: monitor unmute {target}\n")


def _target(request: Request) -> str:
    site: Site = request.app.state.site
    target = target_of(request.path_params["token"], site.settings.web.token or "")
    if target is None:
        raise HTTPException(404, "This link is not one of ours.")
    return target
