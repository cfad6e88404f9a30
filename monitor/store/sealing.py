"""The ledger: now and then a seal over all revisions since the seal before, so that no end of a chain can be cut away unseen.

A seal's root is a Merkle root over (hash, raw sha) in the order of ids; its digest binds it to the seal before. Seals stand in the
database and, to be published or time-stamped elsewhere, as lines of `ledger.jsonl` in the state folder.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from monitor.ports import Fault
from monitor.store.instants import from_ms
from monitor.store.rows import Row, Rows
from monitor.store.writer import Transaction
from monitor.times import rfc3339

LEDGER = "ledger.jsonl"
PAGE = 5000


def seal(tx: Transaction, at: datetime) -> Row | None:
    """Seals what came since the last seal; None when nothing did."""
    tx.lock_stream()
    last = tx.row("SELECT to_id, digest FROM seal ORDER BY id DESC LIMIT 1")
    from_id = (last["to_id"] if last else 0) + 1
    leaves, to_id = _leaves(tx, from_id, None)
    if not leaves:
        return None
    root = merkle_root(leaves)
    prev = bytes(last["digest"]) if last else None
    number = tx.insert(
        "seal", at=at, from_id=from_id, to_id=to_id, n=len(leaves), root=root, digest=digest(prev, at, len(leaves), root), prev=prev
    )
    return tx.row("SELECT * FROM seal WHERE id = :id", id=number)


def append_line(state_dir: Path, row: Row) -> None:
    """Appends a seal to the ledger file and makes it durable."""
    import os

    with (state_dir / LEDGER).open("a", encoding="utf-8") as ledger:
        ledger.write(line_of(row) + "\n")
        ledger.flush()
        os.fsync(ledger.fileno())


def line_of(row: Row) -> str:
    """A seal as a line of the ledger."""
    said = {
        "seal": row["id"],
        "at": rfc3339(from_ms(row["at"])),
        "from": row["from_id"],
        "to": row["to_id"],
        "revisions": row["n"],
        "root": bytes(row["root"]).hex(),
        "prev": bytes(row["prev"]).hex() if row["prev"] is not None else None,
        "digest": bytes(row["digest"]).hex(),
    }
    return json.dumps(said, separators=(",", ":"))


def digest(prev: bytes | None, at: datetime, n: int, root: bytes) -> bytes:
    """What binds a seal to the one before: SHA-256 over its digest, the time as printed, the count, and the root."""
    return hashlib.sha256(b"\n".join([(prev or b"").hex().encode(), rfc3339(at).encode(), str(n).encode(), root.hex().encode()])).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962's tree hash: leaves and nodes are told apart by a first byte, so that no node can pass for a leaf."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        paired = [hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0] if level else hashlib.sha256(b"").digest()


def ledger_faults(rows: Rows) -> Iterator[Fault]:
    """Seals that do not fit the revisions they were made over."""
    prev: bytes | None = None
    next_id = 1
    for row in rows.rows("SELECT * FROM seal ORDER BY id"):
        name = f"seal {row['id']}"
        if row["from_id"] != next_id or (bytes(row["prev"]) if row["prev"] is not None else None) != prev:
            yield Fault(None, None, "ledger", f"{name} does not follow the seal before it")
        leaves, _ = _leaves(rows, row["from_id"], row["to_id"])
        if len(leaves) != row["n"] or merkle_root(leaves) != bytes(row["root"]):
            yield Fault(None, None, "ledger", f"{name}: {row['n']} revisions were sealed, and these {len(leaves)} are not they")
        if digest(prev, from_ms(row["at"]), row["n"], bytes(row["root"])) != bytes(row["digest"]):
            yield Fault(None, None, "ledger", f"{name}: its digest does not fit")
        prev, next_id = bytes(row["digest"]), row["to_id"] + 1


def file_faults(rows: Rows, lines: Iterable[str]) -> Iterator[Fault]:
    """What a ledger file says that the database does not."""
    mine = {row["id"]: line_of(row) for row in rows.rows("SELECT * FROM seal ORDER BY id")}
    for number, line in enumerate(lines, 1):
        try:
            said = json.loads(line)
            fits = mine.get(said["seal"]) == json.dumps(said, separators=(",", ":"))
        except (ValueError, KeyError, TypeError):
            fits = False
        if not fits:
            yield Fault(None, None, "ledger", f"line {number} of the ledger file is not what the database holds")


def _leaves(rows: Rows, from_id: int, to_id: int | None) -> tuple[list[bytes], int]:
    leaves: list[bytes] = []
    after = from_id - 1
    upper = 2**62 if to_id is None else to_id
    while found := rows.rows(
        "SELECT id, hash, raw_sha FROM revision WHERE id > :after AND id <= :upper ORDER BY id LIMIT :size",
        after=after,
        upper=upper,
        size=PAGE,
    ):
        leaves += [bytes(row["hash"]) + bytes(row["raw_sha"] or b"") for row in found]
        after = found[-1]["id"]
    return leaves, after
