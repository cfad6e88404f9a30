"""A publisher with a hub of its own, as real servers on loopback."""

import hashlib
import hmac
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen


@dataclass
class Publisher:
    """Serves a feed that names its hub, and the hub. `lease`: what the hub grants; `answer`: the status of its answer."""

    lease: int = 864_000
    answer: int = 202
    confirms: bool = True
    items: list[str] = field(default_factory=lambda: ["first"])
    asked: list[dict[str, str]] = field(default_factory=list)
    polls: int = 0
    challenges: list[tuple[int, str]] = field(default_factory=list)
    hub_link: bool = True

    def __enter__(self) -> "Publisher":
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.polls += 1
                self._send(200, publisher.feed().encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                publisher.asked.append(dict(parse_qsl(body.decode())))
                if publisher.confirms and publisher.answer < 300:
                    publisher.confirm(publisher.asked[-1])  # many hubs ask back before they answer
                self._send(publisher.answer, b"")

            def _send(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/atom+xml")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("ETag", f'"{len(body)}"')
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def feed(self) -> str:
        hub = f'<link rel="hub" href="{self.url}/hub"/>' if self.hub_link else ""
        entries = "".join(
            f"<entry><id>{item}</id><title>About {item}</title><link href='{self.url}/{item}'/><summary>{item}</summary></entry>"
            for item in self.items
        )
        own = f'<link rel="self" href="{self.url}/topic.xml"/>'
        return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>{hub}{own}{entries}</feed>'

    def confirm(self, said: dict[str, str], **other: str) -> tuple[int, str]:
        """Asks back whether this was meant."""
        query = {"hub.mode": said["hub.mode"], "hub.topic": said["hub.topic"], "hub.challenge": "ch-4711", **other}
        if said["hub.mode"] == "subscribe":
            query.setdefault("hub.lease_seconds", str(self.lease))
        answered = get(f"{said['hub.callback']}?{urlencode(query)}")
        self.challenges.append(answered)
        return answered

    def push(self, signature: str | None = None, *, method: str = "sha256") -> int:
        """Tells the newest subscriber of the feed as it is now."""
        said = next(one for one in reversed(self.asked) if one["hub.mode"] == "subscribe")
        body = self.feed().encode()
        digest = hmac.new(said["hub.secret"].encode(), body, getattr(hashlib, method)).hexdigest()
        headers = {"Content-Type": "application/atom+xml"}
        if signature != "":
            headers["X-Hub-Signature"] = signature or f"{method}={digest}"
        return get(said["hub.callback"], body, headers)[0]


def get(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and text of an answer."""
    try:
        with urlopen(Request(url, body, headers or {}), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        with refused:
            return refused.code, ""
