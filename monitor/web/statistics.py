"""`/stats`: how much is edited, where, when and how quietly; drawn, and as tables."""

import csv
import io
from datetime import timedelta
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response

from monitor.figures import tally
from monitor.model import Tally
from monitor.ports import EditQuery
from monitor.web import charts
from monitor.web.site import Site, answer

PERIODS = {"7d": 7, "30d": 30, "90d": 90}
COUNTED = 10_000  # edits at most, so that the page stays quick; said on the page when it is reached
KEPT_FOR = 120.0
ARTICLES = 500  # whose time from publication to the first edit is looked up
OUTLETS = 40
_SHORT = ("< 5 min", "15 min", "1 h", "3 h", "12 h", "24 h", "3 d", "7 d", "later")
"""The ends of figures.FIRST_EDIT_BINS, short enough to stand below a column."""


def stats(request: Request) -> Response:
    """The charts of a period."""
    site: Site = request.app.state.site
    period, found, cut = _counted(site, request)
    days = [f"{day.day} {day:%b}" for day in found.days]
    top = max((count for outlet in found.outlets for count in outlet.by_day), default=1)
    return site.page(
        request,
        "stats.html",
        period=period,
        periods=tuple(PERIODS),
        tally=found,
        cut=cut,
        counted=COUNTED,
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
    _, found, _ = _counted(site, request)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["day", "outlet", "edits"])
    for outlet in found.outlets:
        for day, count in zip(found.days, outlet.by_day, strict=True):
            writer.writerow([day.isoformat(), _harmless(outlet.outlet), count])
    return answer(request, text.getvalue().encode("utf-8", "replace"), "text/csv; charset=utf-8")


def _counted(site: Site, request: Request) -> tuple[str, Tally, bool]:
    period = request.query_params.get("since", "30d")
    period = period if period in PERIODS else "30d"

    def count() -> tuple[Tally, bool]:
        now = site.now
        since = now - timedelta(days=PERIODS[period] - 1)
        edits = list(islice(site.store.edits(EditQuery(since=since, newest=True, min_level="low", limit=COUNTED + 1)), COUNTED + 1))
        first = {edit.article for edit in edits if edit.from_rev == 1}
        articles = (site.store.article(number) for number in islice(first, ARTICLES))
        posted = {article.id: article.posted_at for article in articles if article and article.posted_at}
        found = tally(edits[:COUNTED], posted=posted, outlets=site.outlets(), since=since, until=now, timezone=site.timezone)
        return found, len(edits) > COUNTED

    found, cut = site.kept(f"stats {period}", KEPT_FOR, count)
    return period, found, cut


def _harmless(cell: str) -> str:
    # a cell that begins so is run as a formula by spreadsheets
    return "'" + cell if cell.lstrip()[:1] in tuple("=+-@\t\r＝＋－＠") else cell
