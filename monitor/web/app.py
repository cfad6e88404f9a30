"""The application: which address leads to which page, behind the gate, and how errors look."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from importlib.resources import files
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.app import App
from monitor.errors import Ambiguous, Busy, ConfigError, MonitorError, NotFound, StoreError, UsageError
from monitor.ports import Store
from monitor.times import rfc3339
from monitor.web import api, diffpage, events, health, newsfeeds, openapi, pages, statistics, unsubscribe, websub
from monitor.web.gate import SESSION, SESSION_SECONDS, Gate, Guarded, local_path
from monitor.web.site import Site, Writing

log = logging.getLogger("monitor.web")

LOOPBACK = ("localhost", "127.0.0.1", "::1")
STATIC = {
    "style.css": "text/css; charset=utf-8",
    "monitor.js": "text/javascript; charset=utf-8",
    "htmx.min.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
"""All files that are served: an address that is not among them reads nothing from the disk."""

RECIPE = """import hashlib, json
KEYS = ("authors body captions event first_seen_at language listings parent_hash "
        "posted_at section source subtitle title updated_at url").split()
said = json.load(open("revision.json"))
text = json.dumps({key: said[key] for key in KEYS}, ensure_ascii=False,
                  sort_keys=True, separators=(",", ":"))
print(hashlib.sha256(text.encode()).hexdigest() == said["hash"])"""


def create_app(app: App, *, store: Store | None = None, writing: Writing | None = None, hosts: tuple[str, ...] = ()) -> Starlette:
    """The pages and the API of this program, as an ASGI application.

    `store` is read, `app.reading()` when none is given. `writing` opens the store for one change (poll now); without it the pages
    only show. `hosts` are names it is reached by, besides loopback and the configured public_url.
    """
    settings = app.settings.web
    public = urlsplit(settings.public_url or "")
    named = frozenset(filter(None, (*LOOPBACK, *hosts, public.hostname)))
    gate = Gate(settings.token, named, app.clock.monotonic, secure=public.scheme == "https")
    site = Site(app, store or app.reading(), gate, writing)
    found = {name: files("monitor.web").joinpath("static", name).read_bytes() for name in STATIC}
    marks = {name: hashlib.blake2b(body, digest_size=6).hexdigest() for name, body in found.items()}
    site.templates.globals |= {
        "static": lambda name: f"/static/{name}?{marks[name]}",
        "rfc3339": rfc3339,
        "recipe": RECIPE,
        "bookmarklet": lambda here: f"javascript:location.href='{quote(here, safe=':/[]')}/lookup?url='+encodeURIComponent(location.href)",
    }
    application = Starlette(
        routes=_routes(found),
        middleware=[Middleware(Guarded, gate=gate)],
        exception_handlers={MonitorError: _told, HTTPException: _told, Exception: _bug},
    )
    application.router.redirect_slashes = False  # it would answer with an address made of what the caller says is our name
    application.state.site = site
    application.state.listeners = 0
    return application


def _routes(static: Mapping[str, bytes]) -> list[Route]:
    def serve_static(request: Request) -> Response:
        name = request.path_params.get("name", "icon.svg")
        if name not in static:
            raise HTTPException(404)
        return Response(static[name], headers={"cache-control": "public, max-age=31536000, immutable"}, media_type=STATIC[name])

    table: list[tuple[str, Callable[[Request], object]]] = [
        ("/", pages.stream),
        ("/live", pages.live),
        ("/edits.{form:suffix}", newsfeeds.of_all),
        ("/a/{article}/compare", diffpage.compare),
        ("/a/{article}/{pair}/card.png", diffpage.picture),
        ("/a/{article}@{rev}/text", pages.plain),
        ("/a/{article}@{rev}/raw", pages.raw),
        ("/a/{article}@{rev}.json", pages.as_json),
        ("/a/{article}@{rev}", pages.revision),
        ("/a/{article}/{pair}", diffpage.difference),
        ("/a/{article}.atom", newsfeeds.of_article),
        ("/a/{article}.json", newsfeeds.of_article),
        ("/a/{article}", pages.timeline),
        ("/lookup", pages.lookup),
        ("/search", pages.search),
        ("/stats", statistics.stats),
        ("/stats.csv", statistics.as_csv),
        ("/feeds", health.feeds),
        ("/feeds/{slug}.atom", newsfeeds.of_feed),
        ("/feeds/{slug}.json", newsfeeds.of_feed),
        ("/feeds/{slug}", health.feed),
        ("/rules/{name}.atom", newsfeeds.of_rule),
        ("/rules/{name}.json", newsfeeds.of_rule),
        ("/outbox", health.outbox),
        ("/settings", health.settings),
        ("/help", pages.help_page),
        ("/healthz", health.healthz),
        ("/login", _login),
        ("/u/{token}", unsubscribe.ask),
        ("/w/{token}", websub.confirm),
        ("/api/edits", api.edits),
        ("/api/edits.jsonl", api.edit_lines),
        ("/api/articles", api.articles),
        ("/api/articles/{article}", api.article),
        ("/api/articles/{article}/revisions", api.revisions),
        ("/api/articles/{article}/revisions/{rev}", api.revision),
        ("/api/diff/{article}/{pair}", api.diff),
        ("/api/feeds", api.feeds),
        ("/api/lookup", api.lookup),
        ("/api/search", api.search),
        ("/api/events", events.events),
        ("/api/openapi.json", openapi.openapi),
        ("/static/{name}", serve_static),
        ("/favicon.ico", serve_static),
    ]
    posts = [("/login", _sign_in), ("/logout", _sign_out), ("/u/{token}", unsubscribe.stop), ("/w/{token}", websub.push)]
    posts += [("/feeds", health.add), ("/feeds/{slug}", health.act)]
    shown = [Route(path.replace("{form:suffix}", suffix), handler) for path, handler in table for suffix in _suffixes(path)]
    return [*shown, Route("/logout", _sign_out_page), *(Route(path, handler, methods=["POST"]) for path, handler in posts)]


def _suffixes(path: str) -> tuple[str, ...]:
    return ("atom", "json") if "{form:suffix}" in path else ("",)


# --- signing in -----------------------------------------------------------------------------------------------------


def _login(request: Request) -> Response:
    site: Site = request.app.state.site
    if site.gate.knows(request):
        return RedirectResponse("/", 303)
    return site.page(request, "login.html", wrong=False, next=local_path(request.query_params.get("next", "/")))


def _sign_in(request: Request) -> Response:
    site: Site = request.app.state.site
    form = request.scope["form"]
    target = local_path(form.get("next", "/"))
    if not site.gate.is_token(form.get("token", "")):
        return site.page(request, "login.html", wrong=True, next=target, status=403)
    response = RedirectResponse(target, 303)
    response.set_cookie(
        SESSION, site.gate.session(), max_age=SESSION_SECONDS, httponly=True, samesite="lax", secure=site.gate.secure, path="/"
    )
    return response


def _sign_out_page(request: Request) -> Response:
    site: Site = request.app.state.site
    return site.page(request, "logout.html")


def _sign_out(request: Request) -> Response:
    response = RedirectResponse("/login", 303)
    response.delete_cookie(SESSION, path="/")
    return response


# --- errors ---------------------------------------------------------------------------------------------------------

_TITLES = {
    400: "This cannot be read",
    404: "Not here",
    405: "Not this way",
    409: "Not now",
    500: "A fault of ours",
    503: "The store is out of reach",
}


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    kinds: tuple[tuple[type[Exception], int], ...] = (
        (NotFound, 404), (Ambiguous, 404), (UsageError, 400), (Busy, 409), (ConfigError, 409), (StoreError, 503),
    )  # fmt: skip
    return next((status for kind, status in kinds if isinstance(error, kind)), 500)


def _told(request: Request, error: Exception) -> Response:
    status = _status(error)
    message = error.message if isinstance(error, MonitorError) else "There is nothing at this address."
    if status >= 500:
        log.warning("answered status=%d path=%s error=%s", status, quote(request.url.path), type(error).__name__)
        message = "The store cannot be read just now." if status == 503 else "Something went wrong here."
    if request.url.path.startswith("/api/"):
        body = {"type": "about:blank", "title": _TITLES.get(status, "Refused"), "status": status, "detail": message}
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        if request.url.path == "/api/lookup":
            headers |= api.ANYBODY
        return JSONResponse(body, status, headers, media_type="application/problem+json")
    candidates = error.candidates if isinstance(error, Ambiguous) else ()
    hint = error.hint if isinstance(error, MonitorError) else ""
    site: Site = request.app.state.site
    return site.page(
        request, "error.html", status=status, title=_TITLES.get(status, "Refused"), message=message, candidates=candidates, hint=hint
    )


def _bug(request: Request, error: Exception) -> Response:
    # Starlette raises it again for the server's log; a stranger learns nothing but that it happened
    if request.url.path.startswith("/api/"):
        body = {"type": "about:blank", "title": _TITLES[500], "status": 500, "detail": "Something went wrong here."}
        return JSONResponse(body, 500, media_type="application/problem+json")
    return PlainTextResponse("Something went wrong here.\n", 500)
