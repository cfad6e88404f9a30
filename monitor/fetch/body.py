"""Bodies: read raw, unpacked by ourselves within caps, and complete or refused.

No decoder of a client library is trusted with this: httpx unpacks a 1 MB brotli or stacked gzip bomb to 1 GiB in one step, and
takes a gzip stream without its end for a success (both measured).
"""

import zlib
from collections.abc import AsyncIterable

_PIECE = 65_536


class Refused(Exception):
    """This body is not taken. `code` is the contract's: too_large, truncated or bad_encoding."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


async def read_body(pieces: AsyncIterable[bytes], encoding: str | None, *, max_bytes: int, length: str | None = None) -> bytes:
    """The whole body, decoded of its content encoding; neither the wire nor the decoded size passes `max_bytes`.

    Raises Refused when it is too large, ends too early, or comes in an encoding that was not asked for.
    """
    if length is not None and length.isdigit() and len(length) < 20 and int(length) > max_bytes:
        raise Refused("too_large", f"the body is announced with {int(length):,} bytes, more than [fetch] max_bytes")
    unpack = unpacker(encoding, max_bytes)
    wire = 0
    async for piece in pieces:
        wire += len(piece)
        if wire > max_bytes:
            raise Refused("too_large", f"the body is larger than {max_bytes:,} bytes ([fetch] max_bytes)")
        unpack.feed(piece)
    return unpack.end()


async def read_beginning(pieces: AsyncIterable[bytes], encoding: str | None, *, max_bytes: int) -> bytes:
    """The first `max_bytes` of a body, decoded; what comes after them is not read. Raises Refused as `read_body` does."""
    unpack = unpacker(encoding, max_bytes)
    wire = 0
    try:
        async for piece in pieces:
            unpack.feed(piece)
            wire += len(piece)
            if wire > max_bytes:
                break
        else:
            return unpack.end()
    except Refused as error:
        if error.code != "too_large":
            raise
    return bytes(unpack.so_far[:max_bytes])


class Plain:
    """A body without content encoding."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, piece: bytes) -> None:
        self._parts.append(piece)

    @property
    def so_far(self) -> bytes:
        return b"".join(self._parts)

    def end(self) -> bytes:
        return b"".join(self._parts)


class Packed:
    """A gzip or deflate body, possibly of several members, unpacked as it comes and never beyond the cap.

    A body that says gzip and is none is taken as it is: servers that lie so are common and the bytes are what is wanted.
    """

    def __init__(self, encoding: str, max_bytes: int) -> None:
        self._gzip = encoding == "gzip"
        self._max = max_bytes
        self._out = bytearray()
        self._head = b""
        self._inflate: zlib._Decompress | None = None
        self._plain = False
        self._ended = False

    def feed(self, piece: bytes) -> None:
        if self._inflate is None and not self._plain:
            self._head += piece
            if len(self._head) < 2:
                return
            piece, self._head = self._head, b""
            self._start(piece)
        if self._plain:
            self._out += piece
        else:
            self._unpack(piece)

    @property
    def so_far(self) -> bytearray:
        return self._out

    def end(self) -> bytes:
        if self._head:
            raise Refused("truncated", "the packed body ends after one byte")
        if self._inflate is not None and not self._ended:
            raise Refused("truncated", "the packed body ends before its end mark")
        return bytes(self._out)

    def _start(self, head: bytes) -> None:
        if self._gzip:
            self._plain = head[:2] != b"\x1f\x8b"
            self._inflate = None if self._plain else zlib.decompressobj(31)
            return
        # RFC 9110 8.4.1.2 says zlib; many servers send raw deflate
        zlib_head = head[0] & 0x0F == 8 and (head[0] << 8 | head[1]) % 31 == 0
        self._inflate = zlib.decompressobj(15 if zlib_head else -15)

    def _unpack(self, piece: bytes) -> None:
        while piece:
            if self._ended:
                if not (self._gzip and piece[:1] == b"\x1f"):
                    return  # padding after the last member, as gzip(1) lets pass
                self._inflate, self._ended = zlib.decompressobj(31), False
            assert self._inflate is not None
            room = self._max + 1 - len(self._out)
            try:
                self._out += self._inflate.decompress(piece, min(room, 16 * _PIECE))
            except zlib.error as error:
                raise Refused("bad_encoding", f"the packed body is damaged: {error}") from None
            if len(self._out) > self._max:
                raise Refused("too_large", f"the body unpacks to more than {self._max:,} bytes ([fetch] max_bytes)")
            self._ended = self._inflate.eof
            piece = self._inflate.unused_data if self._ended else self._inflate.unconsumed_tail


def unpacker(encoding: str | None, max_bytes: int) -> Plain | Packed:
    """What takes a body apart that comes in this Content-Encoding. Raises Refused for those that were never asked for."""
    said = (encoding or "").strip().lower()
    if said in ("", "identity", "none", "utf-8"):
        return Plain()
    if said in ("gzip", "x-gzip"):
        return Packed("gzip", max_bytes)
    if said == "deflate":
        return Packed("deflate", max_bytes)
    raise Refused("bad_encoding", f"the body comes in an encoding that was not asked for: {said[:40]!r}")
