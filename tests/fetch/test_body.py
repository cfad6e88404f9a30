import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.body import Refused, read_body

CAP = 100_000


def taken(data: bytes, encoding: str | None, *, cap: int = CAP, piece: int = 1_000, length: str | None = None) -> bytes:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), piece):
            yield data[at : at + piece]

    async def read() -> bytes:
        return await read_body(pieces(), encoding, max_bytes=cap, length=length)

    return asyncio.run(read())


def refusal(data: bytes, encoding: str | None, **options: object) -> str:
    with pytest.raises(Refused) as refused:
        taken(data, encoding, **options)  # type: ignore[arg-type]  # options are those of `taken`
    return refused.value.code


def raw_deflate(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


TEXT = b"The council met on Monday and again on Friday. " * 50


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        pytest.param(TEXT, None, id="plain"),
        pytest.param(TEXT, "identity", id="identity"),
        pytest.param(gzip.compress(TEXT), "gzip", id="gzip"),
        pytest.param(gzip.compress(TEXT), "X-GZIP", id="x-gzip"),
        pytest.param(gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]), "gzip", id="two members"),
        pytest.param(gzip.compress(TEXT) + b"\0" * 40, "gzip", id="padded"),
        pytest.param(zlib.compress(TEXT), "deflate", id="deflate as the RFC says"),
        pytest.param(raw_deflate(TEXT), "deflate", id="deflate as servers do"),
        pytest.param(TEXT, "gzip", id="says gzip and is plain"),
    ],
)
@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_a_body_is_unpacked_whole(packed: bytes, encoding: str | None, piece: int) -> None:
    assert taken(packed, encoding, piece=piece) == TEXT


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    assert refusal(TEXT, encoding) == "bad_encoding"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_without_its_end_is_truncated(encoding: str) -> None:
    packed = gzip.compress(TEXT) if encoding == "gzip" else zlib.compress(TEXT)

    assert refusal(packed[:-5], encoding) == "truncated"
    assert refusal(packed[:1], encoding) == "truncated"


def test_a_damaged_body_is_refused() -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[-6] ^= 0xFF

    assert refusal(bytes(packed), "gzip") == "bad_encoding"


def test_a_bomb_is_refused_at_the_cap() -> None:
    assert refusal(gzip.compress(b"\0" * 50_000_000), "gzip", piece=100_000) == "too_large"
    assert refusal(zlib.compress(b"\0" * 50_000_000), "deflate", piece=100_000) == "too_large"


def test_the_cap_counts_on_the_wire_too() -> None:
    assert refusal(b"x" * (CAP + 1), None) == "too_large"
    assert refusal(b"", None, length="100001") == "too_large"
    assert taken(b"x" * CAP, None) == b"x" * CAP


@given(st.binary(max_size=3_000), st.integers(1, 500))
def test_what_is_packed_comes_out_the_same(data: bytes, piece: int) -> None:
    assert taken(gzip.compress(data), "gzip", piece=piece) == data
    assert taken(zlib.compress(data), "deflate", piece=piece) == data
