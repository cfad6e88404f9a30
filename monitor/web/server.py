"""Serving the pages: by themselves (`monitor serve`), or beside the daemon in a thread of their own."""

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from ipaddress import ip_address
from types import FrameType

import uvicorn

from monitor.app import App
from monitor.errors import Busy, MonitorError, UsageError
from monitor.ports import Store
from monitor.settings import WebSettings
from monitor.web import statistics
from monitor.web.app import create_app
from monitor.web.site import Site, Writing

log = logging.getLogger("monitor.web")

DEFAULT_LISTEN = "127.0.0.1:8484"
GRACE = 3  # seconds that answers under way are given at the end
BACKLOG = 512
IN_FLIGHT = 200  # requests at once; more are told to come again


class Server(uvicorn.Server):
    """uvicorn that ends its endless streams when it stops, and stops without raising the signal again."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site

    def close(self) -> None:
        """Asks it to end."""
        self._site.closing = True
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT stop it where it has the main thread; elsewhere signals are not its business."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(number: int, frame: FrameType | None) -> None:
            self.close()

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Serving:
    """A server that runs in its own thread until it is stopped."""

    def __init__(self, server: Server, address: str, thread: threading.Thread) -> None:
        self._server, self._thread = server, thread
        self.address = address

    def stop(self) -> None:
        """Lets answers under way end, then stops."""
        self._server.close()
        self._thread.join(GRACE + 2)


def serve(app: App, listen: str | None = None, *, ready: Callable[[str], object] = lambda address: None) -> None:
    """Serves until SIGTERM or SIGINT. `ready` is told the address once it is open.

    Raises UsageError for an address that needs a token and has none, Busy for one that is taken.
    """
    heard = _listening(listen or app.settings.web.listen or DEFAULT_LISTEN, app.settings.web)
    server = _server(app, heard, None, lambda: _for_one_change(app))
    ready(address(heard))
    server.run(sockets=[heard])


def serve_in_thread(app: App, settings: WebSettings, *, store: Store | None = None) -> Serving:
    """Serves beside the daemon, whose writing `store` does what a page asks for (poll now); without it the pages only show.

    Raises UsageError for an address that needs a token and has none, Busy for one that is taken.
    """
    heard = _listening(settings.listen or DEFAULT_LISTEN, settings)
    server = _server(app, heard, store, (lambda: nullcontext(store)) if store else None)
    where = address(heard)  # the server closes the socket when it ends
    thread = threading.Thread(target=server.run, kwargs={"sockets": [heard]}, name="web", daemon=True)
    thread.start()
    log.info("serving address=%s", where)
    return Serving(server, where, thread)


def address(heard: socket.socket) -> str:
    """`http://HOST:PORT` of a listening socket."""
    host, port = heard.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(app: App, heard: socket.socket, store: Store | None, writing: Writing | None) -> Server:
    application = create_app(app, store=store, writing=writing, hosts=(str(heard.getsockname()[0]),))
    config = uvicorn.Config(
        application,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        limit_concurrency=IN_FLIGHT,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=16_384,
    )
    site: Site = application.state.site
    threading.Thread(target=_warm_up, args=(site,), daemon=True, name="warm-up").start()
    return Server(config, site)


def _warm_up(site: Site) -> None:
    # counting takes a second at a million revisions: begun before the first reader comes
    try:
        site.outlets()
        site.counts()
        statistics.counted(site, statistics.LONGEST)
    except MonitorError as error:
        log.warning("cannot read yet error=%s", error)


def _listening(listen: str, settings: WebSettings) -> socket.socket:
    host, port = _host_and_port(listen)
    if not _is_loopback(host) and not settings.token:
        raise UsageError(
            f"{listen} can be reached from elsewhere, and no token is set",
            hint='set [web] token = { env = "MONITOR_WEB_TOKEN" }, or listen on 127.0.0.1',
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    heard = socket.socket(family, socket.SOCK_STREAM)
    heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        heard.bind((host, port))
        heard.listen(BACKLOG)  # who comes before the server is up waits instead of being turned away
    except OSError as error:
        heard.close()
        raise Busy(f"cannot listen on {listen}: {error.strerror}", hint="another program has it; try --listen 127.0.0.1:0") from error
    return heard


def _host_and_port(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise UsageError(f"'{listen}' is no address to listen on", hint="--listen 127.0.0.1:8484")
    return host.strip("[]") or "127.0.0.1", int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _for_one_change(app: App) -> Iterator[Store]:
    store = app.touching()
    try:
        yield store
    finally:
        store.close()
