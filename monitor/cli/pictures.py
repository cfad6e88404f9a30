"""The charts of `stats` and of report pages as SVG, each with its table: no script, readable in the dark, printable."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model import Tally
    from monitor.web.charts import Chart, Column, Mark

GAP = 44  # between charts of one picture, room for the next title

STYLE = """\
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --paper: #161616 } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
body { max-width: 48rem; margin: 2rem auto; padding: 0 1rem }
svg { width: 100%; height: auto } table { border-collapse: collapse; margin: .5rem 0 2rem }
th, td { text-align: left; padding: .15rem 1rem .15rem 0 }
td + td { text-align: right; font-variant-numeric: tabular-nums } details { margin-bottom: 2rem }
"""

Rows = Sequence[tuple[str, int]]


def svg(found: "Tally") -> str:
    """All charts below each other in one picture."""
    from monitor.web.charts import columns

    parts, top = [], 0
    for title, rows in _sets(found):
        chart = columns([count for _, count in rows], [name for name, _ in rows])
        parts.append(f'<g transform="translate(0 {top + 28})"><text x="0" y="-10" class="t">{escape(title)}</text>{_drawn(chart)}</g>')
        top += chart.height + GAP
    style = (
        "<style>text{font:11px sans-serif;fill:#555}.t{font-size:14px;fill:#222}rect{fill:#3b6ea5}line{stroke:#ccc}"
        "@media(prefers-color-scheme:dark){text,.t{fill:#ddd}rect{fill:#7fb0e6}line{stroke:#444}}</style>"
    )
    label = f"{found.edits} edits from {found.days[0]} to {found.days[-1]}"
    inner = "".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {top}" role="img" aria-label="{label}">{style}{inner}</svg>\n'


def page(found: "Tally", zone: str) -> str:
    """One HTML page that needs nothing else."""
    head = f"<h1>{found.edits} edits</h1><p>From {found.days[0]} to {found.days[-1]}, times in {escape(zone)}.</p>"
    body = head + "".join(_charts(found)) + _outlets(found)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>monitor: {found.edits} edits</title><style>{STYLE}{CHART_STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def with_charts(report: str, found: "Tally") -> str:
    """A report's page with the charts of its edits at the end; one edit is no chart."""
    if found.edits < 2:
        return report
    before, main, after = report.rpartition("</main>")
    return f"{before}<section><style>{CHART_STYLE}</style>{''.join(_charts(found))}</section>\n{main}{after}"


CHART_STYLE = "svg text { font: 11px sans-serif; fill: currentColor } svg rect { fill: #4a7fb5 } svg line { stroke: #8884 }"


def _charts(found: "Tally") -> Iterator[str]:
    from monitor.web.charts import columns

    for title, rows in _sets(found):
        chart = columns([count for _, count in rows], [name for name, _ in rows])
        size = f'viewBox="0 0 {chart.width} {chart.height}" width="100%"'
        drawn = f'<svg {size} role="img" aria-label="{escape(title)}">{_drawn(chart)}</svg>'
        yield f"<h2>{escape(title)}</h2>{drawn}<details><summary>As a table</summary>{_table(rows)}</details>"


def _sets(found: "Tally") -> list[tuple[str, Rows]]:
    return [
        ("Edits per day", [(f"{day.day} {day:%b}", count) for day, count in zip(found.days, found.by_day, strict=True)]),
        ("Edits by hour of the day", [(f"{hour:02}", count) for hour, count in enumerate(found.hours)]),
        ("First edit after publication", found.first_edits),
    ]


def _drawn(chart: "Chart") -> str:
    lines = "".join(_line(line, chart.width) for line in chart.lines)
    columns = "".join(map(_column, chart.columns))
    words = "".join(f'<text x="{word.at}" y="{chart.height - 4}" text-anchor="middle">{escape(word.text)}</text>' for word in chart.words)
    return lines + columns + words


def _line(line: "Mark", width: int) -> str:
    rule = f'<line x1="34" x2="{width}" y1="{line.at}" y2="{line.at}"/>'
    return rule + f'<text x="28" y="{line.at + 4}" text-anchor="end">{line.text}</text>'


def _column(column: "Column") -> str:
    place = f'x="{column.x}" y="{column.y}" width="{column.width}" height="{column.height}"'
    return f"<rect {place}><title>{escape(column.label)}: {column.value}</title></rect>"


def _table(rows: Rows) -> str:
    return "<table>" + "".join(f"<tr><th scope=row>{escape(name)}</th><td>{count}</td></tr>" for name, count in rows) + "</table>"


def _outlets(found: "Tally") -> str:
    head = "<tr><th>Outlet</th><th>Edits</th><th>Headlines</th><th>Undisclosed</th><th>Corrections</th></tr>"
    rows = "".join(
        f"<tr><td>{escape(outlet.outlet)}</td><td>{outlet.edits}</td><td>{outlet.headlines}</td>"
        f"<td>{'-' if outlet.undisclosed_share is None else f'{outlet.undisclosed_share:.0%}'}</td><td>{outlet.corrections}</td></tr>"
        for outlet in found.outlets
    )
    return f"<h2>Outlets</h2><table>{head}{rows}</table>"
