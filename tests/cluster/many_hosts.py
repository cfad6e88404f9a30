"""Many pretend outlets on loopback, each an address of its own, that note who asked them when."""

import asyncio
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class ManyHosts:
    """`hosts` addresses 127.1.0.1, .2, … with `feeds` feeds each. A feed's one entry says which version it is."""

    hosts: int = 50
    feeds: int = 10
    delay: float = 0.01
    port: int = 0
    versions: Counter[tuple[str, str]] = field(default_factory=Counter)
    in_hand: Counter[str] = field(default_factory=Counter)
    overlaps: list[tuple[float, str]] = field(default_factory=list)
    asked: int = 0
    hooks: list[str] = field(default_factory=list)

    @property
    def addresses(self) -> list[str]:
        return [f"127.1.0.{number}" for number in range(1, self.hosts + 1)]

    def feeds_toml(self) -> str:
        return "".join(
            f'[feeds.h{host.rsplit(".", 1)[1]}-{number}]\nurl = "http://{host}:{self.port}/{number}.xml"\npages = false\n'
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
                self.in_hand[host] += 1
                self.asked += 1
                if self.in_hand[host] > 1:
                    self.overlaps.append((time.time(), host))
                try:
                    await asyncio.sleep(self.delay)
                    body = self._feed(host, path).encode()
                finally:
                    self.in_hand[host] -= 1
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()
        writer.close()

    def _feed(self, host: str, path: str) -> str:
        url = f"http://{host}:{self.port}{path}/story"
        return (
            f"<?xml version='1.0'?><rss version='2.0'><channel><title>{host}</title><item><guid>{url}</guid><link>{url}</link>"
            f"<title>Herring at quay {host}{path}</title><description>{self.text(host, path)}</description></item></channel></rss>"
        )
