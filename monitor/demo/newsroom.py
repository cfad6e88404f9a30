"""A pretend newsroom on loopback: serves a feed and its article pages, and changes them when it is told to."""

import hashlib
import threading
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from monitor.demo.layouts import desktop, feed, mobile
from monitor.demo.stories import Scene, Story

FEED = "/rss/allnews.xml"
MOBILE = "/mobile"


@dataclass
class Newsroom:
    """What is on the newsroom's site. `now` is its clock; `tick` turns the furniture of its pages."""

    scene: Scene
    now: datetime
    tick: int = 0
    stories: list[Story] = field(default_factory=list)
    address: str = ""

    def publish(self, *stories: Story) -> None:
        """Puts stories on the site, or new versions in the place of the old."""
        for story in stories:
            at = next((at for at, known in enumerate(self.stories) if known.path == story.path), None)
            if at is None:
                self.stories.append(story)
            else:
                self.stories[at] = story

    def answer(self, path: str) -> tuple[int, str, str]:
        """Status, content type and text for a path."""
        if path == FEED:
            return 200, "application/rss+xml; charset=utf-8", feed(self.stories, self.scene.outlet, self.address, self.stories[0].posted)
        for story in self.stories:
            if path == story.path:
                return 200, "text/html; charset=utf-8", desktop(story, self.scene.outlet, self.scene.others, self.now, self.tick)
            if path == MOBILE + story.path:
                return 200, "text/html; charset=utf-8", mobile(story, self.scene.outlet, self.scene.others, self.tick)
        return 404, "text/plain; charset=utf-8", "not here\n"


class Open:
    """The newsroom while its doors are open, on a free port of 127.0.0.1."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(newsroom))
        newsroom.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> "Open":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def _handler(newsroom: Newsroom) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answers one request, a conditional one with 304 where nothing changed."""
            status, kind, text = newsroom.answer(self.path)
            body = text.encode()
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if status == 200 and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if status in (200, 304):
                self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the demo tells what the store answers."""

    return Handler
