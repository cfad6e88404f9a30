"""A site on loopback whose every path behaves in its own way."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

Answer = bytes | Callable[["Asked"], bytes]


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    raw: bytes


def reply(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status} X",
        f"Content-Length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@dataclass
class Site:
    """Answers by path, bytes as given; a path that ends in `…cut` is closed after its bytes, `hang` never answers."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    open_now: int = 0
    most_open: int = 0
    url: str = ""
    address: str = "127.0.0.2"

    async def __aenter__(self) -> "Site":
        self._server = await asyncio.start_server(self._serve, self.address, 0)
        self.url = f"http://{self.address}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                lines = raw.decode("latin-1").split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
                asked = Asked(lines[0].split(" ")[1], headers, raw)
                self.asked.append(asked)
                self.open_now += 1
                self.most_open = max(self.most_open, self.open_now)
                await asyncio.sleep(0)
                answer = self.answers.get(asked.path, reply(404))
                if asked.path.endswith("hang"):
                    await asyncio.sleep(30)
                self.open_now -= 1
                writer.write(answer(asked) if callable(answer) else answer)
                await writer.drain()
                if asked.path.endswith("cut"):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
