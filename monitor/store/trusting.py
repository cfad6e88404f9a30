"""How far an outlet's silence can be trusted, counted day by day as looks are kept."""

from datetime import datetime

from monitor.model import Look, OutletTrust, sign_of
from monitor.store.halves import Halves
from monitor.store.instants import to_ms
from monitor.store.writer import Transaction

DAY = 24 * 60 * 60 * 1000


class Trusting(Halves):
    """The part of ReadingStore that tells how pages were read, over SQL."""

    def outlets(self, since: datetime, feed: str | None = None) -> tuple[OutletTrust, ...]:
        of_feed = (
            " AND trust.host_id IN (SELECT article.host_id FROM listing JOIN article ON article.id = listing.article_id"
            " JOIN feed ON feed.id = listing.feed_id WHERE feed.slug = :feed)"
        )
        found: dict[str, dict[str, int]] = {}
        for row in self._reads.rows(
            "SELECT host.name, trust.reason, sum(trust.looks) AS n FROM trust JOIN host ON host.id = trust.host_id WHERE trust.day >= :day"
            f"{of_feed if feed is not None else ''} GROUP BY host.name, trust.reason",
            day=to_ms(since) // DAY, **({"feed": feed} if feed is not None else {}),
        ):  # fmt: skip
            found.setdefault(row["name"], {})[row["reason"]] = int(row["n"])
        return trusts(found)


def trusts(found: dict[str, dict[str, int]]) -> tuple[OutletTrust, ...]:
    """Counts by host and reason as values, the least trusted first."""
    outlets = [
        OutletTrust(host, sum(counts.values()), {reason: times for reason, times in sorted(counts.items()) if reason})
        for host, counts in found.items()
    ]
    return tuple(sorted(outlets, key=lambda outlet: (-outlet.bad / outlet.looks, -outlet.bad, outlet.host)))


def count_trust(tx: Transaction, article: int, look: Look) -> None:
    """Counts a look that was just kept."""
    reason = sign_of(look)
    if reason is None:
        return
    tx.run(
        "INSERT INTO trust (host_id, day, reason, looks) SELECT host_id, :day, :reason, 1 FROM article WHERE id = :id"
        " ON CONFLICT (host_id, day, reason) DO UPDATE SET looks = trust.looks + 1",
        id=article, day=to_ms(look.at) // DAY, reason=reason,
    )  # fmt: skip
