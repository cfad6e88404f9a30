"""Two articles that are one story: names and listings move, revisions never do, and all of it can be undone."""

import json
from datetime import datetime

from monitor.store.asking import refresh_hosts
from monitor.store.codes import STATES, WATCH_PAGE
from monitor.store.writer import Transaction


def merge(tx: Transaction, loser: int, winner: int, reason: str, at: datetime) -> None:
    """The loser's names and listings go to the winner, its watch stops, and what moved is noted. Nothing happens twice."""
    rows = tx.rows("SELECT id, merged_into FROM article WHERE id IN (:ids) ORDER BY id", ids=[loser, winner])
    if loser == winner or len(rows) < 2 or any(row["merged_into"] is not None for row in rows):
        return
    keys = tx.rows("UPDATE alias SET article_id = :winner WHERE article_id = :loser RETURNING key", winner=winner, loser=loser)
    listings = tx.rows(
        "UPDATE listing SET article_id = :winner WHERE article_id = :loser RETURNING feed_id, key_sha", winner=winner, loser=loser
    )
    watch = tx.rows(
        f"UPDATE watch SET next_at = NULL, fence = fence + 1 WHERE kind = {WATCH_PAGE} AND ref_id = :loser RETURNING host_id", loser=loser
    )  # fmt: skip
    state = tx.row("SELECT state FROM article WHERE id = :id", id=loser)
    tx.run(
        "UPDATE article SET merged_into = :winner, state = :retired WHERE id = :loser",
        winner=winner,
        retired=STATES.index("retired"),
        loser=loser,
    )
    moved = {
        "keys": [bytes(row["key"]).hex() for row in keys],
        "listings": [[row["feed_id"], bytes(row["key_sha"]).hex()] for row in listings],
        "state": state["state"] if state else 0,
    }
    tx.insert("merge", at=at, loser=loser, winner=winner, reason=reason, moved=json.dumps(moved))
    refresh_hosts(tx, [row["host_id"] for row in watch])


def unmerge(tx: Transaction, loser: int, at: datetime) -> bool:
    """Gives back what still points to the winner, and watches the loser's page again; False when it was not merged."""
    row = tx.row("SELECT id, winner, moved FROM merge WHERE loser = :loser AND undone_at IS NULL ORDER BY id DESC LIMIT 1", loser=loser)
    if row is None:
        return False
    moved = json.loads(row["moved"])
    for key in moved["keys"]:
        tx.run(
            "UPDATE alias SET article_id = :loser WHERE key = :key AND article_id = :winner",
            loser=loser,
            key=bytes.fromhex(key),
            winner=row["winner"],
        )
    for feed_id, key in moved["listings"]:
        tx.run(
            "UPDATE listing SET article_id = :loser WHERE feed_id = :feed AND key_sha = :key AND article_id = :winner",
            loser=loser, feed=feed_id, key=bytes.fromhex(key), winner=row["winner"],
        )  # fmt: skip
    tx.run("UPDATE article SET merged_into = NULL, state = :state WHERE id = :loser", state=moved["state"], loser=loser)
    watch = tx.rows(f"UPDATE watch SET next_at = :at WHERE kind = {WATCH_PAGE} AND ref_id = :loser RETURNING host_id", at=at, loser=loser)
    tx.run("UPDATE merge SET undone_at = :at WHERE id = :id", at=at, id=row["id"])
    refresh_hosts(tx, [found["host_id"] for found in watch])
    return True
