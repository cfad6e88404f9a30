"""Many pretend outlets on loopback, each an address of its own, that note when they were asked."""

import asyncio
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class ManyHosts:
    """`hosts` addresses 127.1.0.1, .2, … with `feeds` feeds each. A feed's one entry says which version it is.

    `with_pages`: the first feed of each host is followed to its article's page. `gaps`: seconds from an answer to the host's next question.
    """

    hosts: int = 50
    feeds: int = 10
    delay: float = 0.01
    with_pages: bool = False
    port: int = 0
    versions: Counter[tuple[str, str]] = field(default_factory=Counter)
    in_hand: Counter[str] = field(default_factory=Counter)
    overlaps: list[tuple[float, str]] = field(default_factory=list)
    asked: int = 0
    looked: int = 0
    gaps: list[float] = field(default_factory=list)
    answered_at: dict[str, float] = field(default_factory=dict)

    @property
    def addresses(self) -> list[str]:
        return [f"127.1.0.{number}" for number in range(1, self.hosts + 1)]

    def feeds_toml(self) -> str:
        return "".join(
            f'[feeds.h{host.rsplit(".", 1)[1]}-{number}]\nurl = "http://{host}:{self.port}/{number}.xml"\n'
            f"pages = {'true' if self._is_followed(f'/{number}.xml') else 'false'}\n"
            for host in self.addresses
            for number in range(self.feeds)
        )

    def text(self, host: str, path: str) -> str:
        return f"The harbour count stands at {1000 + self.versions[host, path]} crates of herring this morning."

    def edit(self, host: str, path: str) -> None:
        self.versions[host, path] += 1

    def __enter__(self) -> "ManyHosts":
        ready = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        assert ready.wait(10), "no loopback address to listen on"
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5)

    async def _serve(self, ready: threading.Event) -> None:
        servers = []
        for host in self.addresses:
            servers.append(await asyncio.start_server(self._client, host, self.port))
            self.port = self.port or servers[0].sockets[0].getsockname()[1]
        ready.set()
        while not self._stop.is_set():
            await asyncio.sleep(0.05)
        for server in servers:
            server.close()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while not self._stop.is_set():
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                if host in self.answered_at:
                    self.gaps.append(time.monotonic() - self.answered_at[host])
                self.in_hand[host] += 1
                self.asked += 1
                if self.in_hand[host] > 1:
                    self.overlaps.append((time.time(), host))
                try:
                    await asyncio.sleep(self.delay)
                    kind, body = self._page(host, path) if path.endswith("/story") else self._feed(host, path)
                finally:
                    self.in_hand[host] -= 1
                    self.answered_at[host] = time.monotonic()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(body)) + body)
                await writer.drain()
        writer.close()

    def _feed(self, host: str, path: str) -> tuple[bytes, bytes]:
        url = f"http://{host}:{self.port}{path}/story"
        words = self.text(host, path) if not self._is_followed(path) else "Read on about the quay."
        said = (
            f"<?xml version='1.0'?><rss version='2.0'><channel><title>{host}</title><item><guid>{url}</guid><link>{url}</link>"
            f"<title>Herring at quay {host}{path}</title><description>{words}</description></item></channel></rss>"
        )
        return b"application/rss+xml", said.encode()

    def _page(self, host: str, path: str) -> tuple[bytes, bytes]:
        self.looked += 1
        paragraphs = "".join(f"<p>{words}</p>" for words in (self.text(host, path.removesuffix("/story")), *REST))
        title = f"Herring at quay {host}{path.removesuffix('/story')}"
        said = (
            f"<!doctype html><html lang='en'><head><title>{title}</title></head><body><article><h1>{title}</h1>{paragraphs}</article>"
            "</body></html>"
        )
        return b"text/html; charset=utf-8", said.encode()

    def _is_followed(self, path: str) -> bool:
        return self.with_pages and path == "/0.xml"


REST = (
    "The harbour master said the boats had come in before the wind turned, and that the auction would open an hour later than usual.",
    "Crews from the northern villages unloaded first, as they have done every autumn since the new quay was built.",
    "A spokeswoman for the cooperative expects prices to hold until the end of the month, when the larger trawlers return.",
)
