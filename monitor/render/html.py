"""Report → HTML: the part of a mail that survives Gmail, Outlook and dark mode, and one self-contained page. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.model import Report, Story
from monitor.render.digest import sorted_out
from monitor.render.excerpt import CORRECTION, TOLD_BEFORE, Place, field_name, local, one_line, places, remark, times, web_address
from monitor.render.figures import days, figure_facts, figure_rows
from monitor.render.plain import beside, notice_line, side, summary
from monitor.report import disclosure, extent, gist, headlines, several
from monitor.text import shorten, term_safe

if TYPE_CHECKING:
    from css_inline import CSSInliner
    from jinja2 import Environment, Template


@dataclass(frozen=True, slots=True)
class _Group:
    """The places of one field under one heading; `pair` where old and new stand better under each other."""

    name: str
    places: tuple[Place, ...]
    pair: tuple[str, str] | None


def mail_html(
    report: Report,
    *,
    title: str,
    footer: Sequence[str] = (),
    pages: str | None = None,
    unsubscribe: str | None = None,
    stories: int = 50,
    changes: int = 40,
) -> str:
    """The HTML part of a mail. `pages` is where monitor's own pages are, `unsubscribe` an address that asks before it acts."""
    html: str = _template("mail.html", report.timezone).render(
        report=report,
        alone=is_one_story(report),
        title=title,
        preheader=shorten(preheader(report), 200),
        summary=summary(report),
        digest=sorted_out(report, stories),
        footer=footer,
        pages=pages.rstrip("/") if pages else None,
        unsubscribe=unsubscribe,
        changes=changes,
    )
    return _inliner().inline(html)


@cache
def _inliner() -> "CSSInliner":
    """Styles to the elements that carry them: Gmail and Outlook drop style sheets, so only the rules for the dark stay in one.

    They drop <ins> and <del> as well, hence spans and marks.
    """
    from css_inline import CSSInliner

    return CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)


def report_html(report: Report, *, title: str, stories: int = 1000, changes: int = 200) -> str:
    """The report as one page that needs nothing beside it: no script, no remote file, its own strict policy."""
    hidden = report.more + sum(len(story.edits) for story in report.stories[stories:])
    html: str = _template("report.html", report.timezone).render(
        report=report, title=one_line(title), summary=summary(report), stories=stories, changes=changes, hidden=hidden
    )
    return html


def is_one_story(report: Report) -> bool:
    """Whether the report is one article's message, not a digest."""
    return len(report.stories) == 1 and not report.notices and report.reason != "digest" and not report.figures


def preheader(report: Report) -> str:
    """What a mail program shows beside the subject: the news in one line."""
    if not report.stories:
        return notice_line(report.notices[0]) if report.notices else summary(report)
    story = report.stories[0]
    pair = headlines(story.diff)
    changed = f"“{shorten(term_safe(pair[0]), 80)}” → “{shorten(term_safe(pair[1]), 80)}” · " if pair else ""
    return changed + (gist(story.diff.edit) if is_one_story(report) else summary(report))


def _groups(shown: Sequence[Place]) -> list[_Group]:
    groups = []
    for field, members in groupby(shown, key=lambda place: place.field):
        group = tuple(members)
        under = field in ("headline", "subheading") and len(group) == 1 and group[0].sign == "~"
        pair = (side(group[0].segments, "-"), side(group[0].segments, "+")) if under else None
        groups.append(_Group(field_name(field), group, pair))
    return groups


@cache
def _environment(timezone: str) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    zone = ZoneInfo(timezone)
    environment = Environment(loader=PackageLoader("monitor.render"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.globals |= {"correction": CORRECTION, "told_before": TOLD_BEFORE}
    environment.filters |= {
        "beside": beside,
        "days": days,
        "count_cells": lambda counts: [(one_line(one.outlet), (one.edits, one.headlines, one.undisclosed)) for one in counts],
        "disclosure": disclosure,
        "extent": extent,
        "figure_cells": lambda figures: [(row.outlet, row.numbers) for row in figure_rows(figures)],
        "figure_facts": figure_facts,
        "figure_rows": figure_rows,
        "gist": gist,
        "groupby_field": _groups,
        "local": lambda at: local(at, zone),
        "notice_line": notice_line,
        "places": places,
        "remark": remark,
        "safe_line": one_line,
        "several": several,
        "times": lambda diff: list(times(diff, zone)),
        "web_address": web_address,
    }
    return environment


def _template(name: str, timezone: str) -> "Template":
    return _environment(timezone).get_template(name)


def story_of(report: Report) -> Story | None:
    """The one story of a one-story report."""
    return report.stories[0] if is_one_story(report) else None
