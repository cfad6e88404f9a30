"""Counting edits inside the database: a day of thousands in one pass, without a value for each of them."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from monitor.model import KINDS
from monitor.ports import DayTally, OutletDay
from monitor.store.codes import LEVELS, kind_mask, kinds_of
from monitor.store.halves import Halves
from monitor.store.rows import Rows

_HOUR = 3_600_000
_SLUG = "coalesce((SELECT min(feed.slug) FROM edit_feed JOIN feed ON feed.id = edit_feed.feed_id WHERE edit_feed.edit_id = edit.id), '')"
_DAY = "edit.seen_before >= :since AND edit.seen_before < :until AND edit.level >= 1"


class Tallying(Halves):
    """Counts over SQL."""

    def day_tally(self, since: datetime, until: datetime) -> DayTally:
        return day_tally(self._reads, since, until)


def day_tally(rows: Rows, since: datetime, until: datetime) -> DayTally:
    """The counts of the edits that were seen in this while."""
    hours = Counter[int]()
    outlets: defaultdict[str, OutletDay] = defaultdict(OutletDay)
    for row in rows.rows(
        "SELECT slug, hour, count(*) AS n, sum(headline) AS headlines, sum(correction) AS corrections,"
        " sum(CASE WHEN disclosed = 1 THEN 1 ELSE 0 END) AS said, sum(CASE WHEN disclosed = 0 THEN 1 ELSE 0 END) AS unsaid FROM"
        f" (SELECT (edit.seen_before - :since) / {_HOUR} AS hour, edit.disclosed,"
        f" CASE WHEN (edit.kinds & {kind_mask(['headline'])}) <> 0 THEN 1 ELSE 0 END AS headline,"
        f" CASE WHEN (edit.kinds & {kind_mask(['correction-note'])}) <> 0 THEN 1 ELSE 0 END AS correction,"
        f" {_SLUG} AS slug FROM edit WHERE {_DAY}) AS one GROUP BY slug, hour",
        since=since, until=until,
    ):  # fmt: skip
        hours[int(row["hour"])] += row["n"]
        outlets[row["slug"]] += OutletDay(row["n"], row["headlines"], row["said"], row["unsaid"], row["corrections"])
    kinds, levels = Counter[str](), Counter[str]()
    for row in rows.rows(f"SELECT kinds, level, count(*) AS n FROM edit WHERE {_DAY} GROUP BY kinds, level", since=since, until=until):
        kinds.update(dict.fromkeys(kinds_of(row["kinds"], KINDS), row["n"]))
        levels[LEVELS[row["level"]]] += row["n"]
    for row in rows.rows(
        f"SELECT {_SLUG} AS slug, edit.seen_before - article.posted_at AS ms FROM edit JOIN article ON article.id = edit.article_id"
        f" WHERE edit.from_rev = 1 AND article.posted_at IS NOT NULL AND {_DAY}",
        since=since, until=until,
    ):  # fmt: skip
        outlets[row["slug"]] += OutletDay(waits=(timedelta(milliseconds=row["ms"]),))
    return DayTally(outlets, hours, kinds, levels)
