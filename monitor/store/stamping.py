"""Time stamps kept beside a ledger: RFC 3161 answers (`.tsr`) and OpenTimestamps proofs (`.ots`), held against the ledger's bytes.

A ledger grows after it was stamped, so a stamp belongs to its first lines. What is checked here is which; who signed, and when, stock
tools tell: `openssl ts -verify`, `ots verify`.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

# RFC 3161, 2.4.2: the stamped hash stands in the answer as it is, of whichever kind was asked for
ALGORITHMS = ("sha256", "sha384", "sha512")
OTS_HEAD = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08"  # version 1, over a SHA-256


@dataclass(frozen=True, slots=True)
class Stamped:
    """A stamp file, and how many lines of the ledger it stamps; None when it stamps other bytes."""

    path: Path
    lines: int | None


def stamps_beside(ledger: Path) -> tuple[Stamped, ...]:
    """The stamps beside a ledger: files that begin with its name and end in .tsr or .ots."""
    beside = [path for path in sorted(ledger.parent.glob(f"{ledger.name}*")) if path.suffix in (".tsr", ".ots")]
    if not beside:
        return ()
    digests: dict[bytes, int] = {}
    sums = [hashlib.new(algorithm) for algorithm in ALGORITHMS]
    for number, line in enumerate(ledger.read_bytes().splitlines(keepends=True), 1):
        for summed in sums:
            summed.update(line)
            digests[summed.copy().digest()] = number
    return tuple(Stamped(path, _lines(path, digests)) for path in beside)


def _lines(path: Path, digests: dict[bytes, int]) -> int | None:
    stamp = path.read_bytes()
    if path.suffix == ".ots":
        return digests.get(stamp[len(OTS_HEAD) : len(OTS_HEAD) + 32]) if stamp.startswith(OTS_HEAD) else None
    return max((number for digest, number in digests.items() if digest in stamp), default=None)
