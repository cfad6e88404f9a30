"""`/stats`: how much is edited, where, when and how quietly; drawn, and as tables."""

import csv
import io
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from monitor.figures import local_days, summed
from monitor.model import Tally
from monitor.ports import DayTally
from monitor.web import charts
from monitor.web.site import Site, answer

PERIODS = {"7d": 7, "30d": 30, "90d": 90}
LONGEST = "90d"
KEPT_FOR = 120.0  # seconds; the page says when it was counted
SETTLED = timedelta(days=2)  # a day that ended longer ago is counted once: little is still learnt of its edits
OUTLETS = 40
_SHORT = ("< 5 min", "15 min", "1 h", "3 h", "12 h", "24 h", "3 d", "7 d", "later")
"""The ends of figures.FIRST_EDIT_BINS, short enough to stand below a column."""


def stats(request: Request) -> Response:
    """The charts of a period."""
    site: Site = request.app.state.site
    period = _period(request)
    found, counted_at = counted(site, period)
    days = [f"{day.day} {day:%b}" for day in found.days]
    top = max((count for outlet in found.outlets for count in outlet.by_day), default=1)
    return site.page(
        request,
        "stats.html",
        period=period,
        periods=tuple(PERIODS),
        tally=found,
        counted_at=counted_at,
        by_day=charts.columns(found.by_day, days, width=1040, height=200, words=10),
        hours=charts.columns(found.hours, [f"{hour:02}" for hour in range(24)], width=520, words=12),
        waits=charts.columns([count for _, count in found.first_edits], _SHORT, width=520, words=9),
        outlets=[(outlet, charts.spark(outlet.by_day, days, top=top)) for outlet in found.outlets[:OUTLETS]],
        day_names=days,
        hour_names=[f"{hour:02}:00" for hour in range(24)],
    )


def as_csv(request: Request) -> Response:
    """`/stats.csv`: edits per day and outlet."""
    site: Site = request.app.state.site
    found, _ = counted(site, _period(request))
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["day", "outlet", "edits"])
    for outlet in found.outlets:
        for day, count in zip(found.days, outlet.by_day, strict=True):
            writer.writerow([day.isoformat(), _harmless(outlet.outlet), count])
    return answer(request, text.getvalue().encode("utf-8", "replace"), "text/csv; charset=utf-8")


def counted(site: Site, period: str) -> tuple[Tally, datetime]:
    """The counts of a period, and when they were made. Days are remembered: the first count of the longest period is made at the start."""

    def count() -> tuple[Tally, datetime]:
        now = site.now
        days = local_days(now - timedelta(days=PERIODS[period] - 1), now, site.timezone)
        tallies = [(day, begun_at, _day(site, begun_at, ended_at, now)) for day, begun_at, ended_at in days]
        return summed(tallies, outlets=site.outlets(), timezone=site.timezone), now

    return site.kept(f"stats {period}", KEPT_FOR, count)


def _period(request: Request) -> str:
    period = request.query_params.get("since", "30d")
    return period if period in PERIODS else "30d"


def _day(site: Site, begun_at: datetime, ended_at: datetime, now: datetime) -> DayTally:
    if now - ended_at < SETTLED:
        return site.store.day_tally(begun_at, ended_at)
    return site.days.get((begun_at, ended_at), lambda: site.store.day_tally(begun_at, ended_at))


def _harmless(cell: str) -> str:
    # a cell that begins so is run as a formula by spreadsheets
    return "'" + cell if cell.lstrip()[:1] in tuple("=+-@\t\r＝＋－＠") else cell
