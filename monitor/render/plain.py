"""Report → plain text that reads well anywhere: 76 columns, marks `[-old-]{+new+}`, no colour. Pure."""

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from monitor.model import Notice, Report, Segment, Story, Tally
from monitor.render.digest import sorted_out
from monitor.render.excerpt import ADDRESS_MAX, CORRECTION, TOLD_BEFORE, Place, field_name, local, one_line, places, remark, times
from monitor.render.figures import days, figure_facts, figure_rows, table_lines
from monitor.report import disclosure, gist, several
from monitor.text import display_width, shorten, term_safe

COLUMNS = 76
_GUTTER = 9  # '¶12→3   ~ ' up to the text
FACT = 14  # columns of the word before a fact of the figures
ALSO_MAX = 20  # outlets with the same edit that are named


def report_text(report: Report, *, stories: int = 50, changes: int = 60, columns: int = COLUMNS) -> str:
    """The whole report as text, ends with a line break. One story stands alone; several get a list of what to look at first."""
    if len(report.stories) == 1 and not report.notices and report.reason != "digest" and not report.figures:
        parts = [story_text(report.stories[0], report.timezone, changes=changes, columns=columns), *_tail(report, columns)]
    else:
        parts = list(_digest(report, stories, changes, columns))
    return "\n\n".join(part for part in parts if part) + "\n"


def story_text(story: Story, timezone: str, *, changes: int = 60, columns: int = COLUMNS) -> str:
    """One story: what, where, when, how grave, and every change with its marks."""
    return "\n".join(_story_lines(story, ZoneInfo(timezone), changes, columns))


def _story_lines(story: Story, zone: ZoneInfo, changes: int, columns: int) -> Iterator[str]:
    edit = story.diff.edit
    yield from wrap(one_line(edit.title) or "(no headline)", columns)
    yield from wrap(f"{one_line(story.outlet)} · article {edit.article} · revisions {edit.from_rev}..{edit.to_rev}", columns)
    yield term_safe(edit.url[:ADDRESS_MAX])
    yield from facts([f"severity {edit.severity.level.upper()}", *gist(edit).split(" · ")], columns)
    yield from facts([*times(story.diff, zone), f"times in {zone.key}"], columns)
    if edit.severity.reasons:
        yield from wrap("why: " + "; ".join(map(one_line, edit.severity.reasons)), columns)
    if note := several(story.edits):
        yield note
    if story.told_before:
        yield from wrap(TOLD_BEFORE, columns)
    if story.held:
        yield from wrap(one_line(story.held), columns)
    for other in story.also[:ALSO_MAX]:
        yield from wrap(f"also in {one_line(', '.join(other.feeds) or 'a page')}:", columns)
        yield "  " + term_safe(other.url[:ADDRESS_MAX])
    if len(story.also) > ALSO_MAX:
        yield f"and in {len(story.also) - ALSO_MAX} more"
    if story.correction:
        yield ""
        yield from wrap(CORRECTION, columns)
    if note := remark(edit):
        yield ""
        yield note
    yield from _changes(places(story.diff), changes, columns)


def _changes(shown: Sequence[Place], limit: int, columns: int) -> Iterator[str]:
    field = None
    for place in shown[:limit]:
        if place.field != field:
            yield ""
            yield from wrap(field_name(place.field).upper(), columns)
            field = place.field
        yield from _place_lines(place, columns)
    if len(shown) > limit:
        yield ""
        yield f"… and {len(shown) - limit} more changes"


def _place_lines(place: Place, columns: int) -> Iterator[str]:
    if not place.where and place.sign == "~" and place.field in ("headline", "subheading"):
        yield from _hung("− ", side(place.segments, "-"), columns)
        yield from _hung("+ ", side(place.segments, "+"), columns)
        return
    gutter = f"{place.where:<{_GUTTER - 3}} {place.sign} " if place.where else f"{place.sign} "
    note = f" ({place.remark})" if place.remark else ""
    alone = place.sign in "+−"
    yield from _hung(gutter, marked(place.segments, plain=alone) + note, columns)


def side(segments: Sequence[Segment], sign: str) -> str:
    """The old ('-') or new ('+') reading of the segments."""
    return "".join(text for mark, text in segments if mark in ("=", sign))


def marked(segments: Sequence[Segment], *, plain: bool = False) -> str:
    """The segments as one line with `[-…-]{+…+}`; `plain` leaves the marks away where a sign before the line says it all."""
    if plain:
        return "".join(text for _, text in segments)
    return "".join(text if sign == "=" else f"[-{text}-]" if sign == "-" else f"{{+{text}+}}" for sign, text in segments)


def _hung(gutter: str, text: str, columns: int) -> Iterator[str]:
    lines = wrap(text, columns - display_width(gutter)) or [""]
    yield (gutter + lines[0]).rstrip()
    yield from (" " * display_width(gutter) + line for line in lines[1:])


def facts(told: Sequence[str], columns: int) -> list[str]:
    """Facts in a row, parted by dots; a line ends between two of them, as long as one is not too long itself."""
    lines: list[str] = []
    for fact in told:
        longer = f"{lines[-1]} · {fact}" if lines else fact
        if display_width(longer) <= columns:
            lines[-1:] = [longer]
        else:
            lines += wrap(fact, columns)
    return lines


def wrap(text: str, columns: int) -> list[str]:
    """The text in lines of at most `columns`, broken at blanks; a word that is too long (or a script without blanks) anywhere."""
    lines: list[str] = []
    line, width = "", 0
    for word in re.split(r"\s+", text.strip()):
        size = display_width(word)
        if width and width + 1 + size <= columns:
            line, width = f"{line} {word}", width + 1 + size
            continue
        if width:
            lines.append(line)
        while size > columns:
            piece = _fitting(word, columns)
            lines.append(piece)
            word = word[len(piece) :]
            size = display_width(word)
        line, width = word, size
    return [*lines, line] if line else lines


def _fitting(word: str, columns: int) -> str:
    width = 0
    for at, character in enumerate(word):
        width += display_width(character)
        if width > columns:
            return word[: max(at, 1)]
    return word


def _digest(report: Report, stories: int, changes: int, columns: int) -> Iterator[str]:
    digest = sorted_out(report, stories)
    yield summary(report)
    if digest.first:
        yield _heading("Look first" if len(report.stories) > len(digest.first) else "Edits")
    for story in digest.first:
        yield story_text(story, report.timezone, changes=changes, columns=columns)
    if digest.pairs:
        yield "\n".join([_heading("Headlines changed"), *(line for pair in digest.pairs for line in _pair(*pair, columns))])
    for name, told in (("Undisclosed", digest.silent), ("Further edits", digest.rest)):
        if told:
            yield "\n".join([_heading(name), *(line for story in told for line in _brief(story, columns))])
    if digest.hidden:
        yield f"{digest.hidden} more edits: monitor log"
    yield _figures(report, columns) if report.figures else _counts(report, columns)
    yield from _tail(report, columns)


def summary(report: Report) -> str:
    """The report in one line: `23 edits in 6 outlets, 4 headline, 2 undisclosed`."""
    if not report.edits:
        return "No edits."
    heads, silent = sum(count.headlines for count in report.counts), sum(count.undisclosed for count in report.counts)
    outlets = f"{len(report.counts)} outlet{'s' * (len(report.counts) != 1)}"
    parts = [f"{report.edits} edit{'s' * (report.edits != 1)} in {outlets}"]
    parts += [f"{heads} headline"] if heads else []
    parts += [f"{silent} undisclosed"] if silent else []
    return ", ".join(parts)


def _heading(text: str) -> str:
    return f"{text}\n{'=' * display_width(text)}"


def _pair(story: Story, old: str, new: str, columns: int) -> Iterator[str]:
    edit = story.diff.edit
    yield from wrap(
        f"{one_line(story.outlet)} · article {edit.article} · {edit.severity.level} · {disclosure(edit) or gist(edit)}{beside(story)}",
        columns,
    )
    yield from _hung("− ", one_line(old), columns)
    yield from _hung("+ ", one_line(new), columns)


def beside(story: Story) -> str:
    """Where else the same edit was made, and that it was held."""
    also = f" · also in {len(story.also)} more" if story.also else ""
    return also + (f" · {one_line(story.held)}" if story.held else "")


def _brief(story: Story, columns: int) -> Iterator[str]:
    edit = story.diff.edit
    yield from _hung("* ", one_line(edit.title) or f"article {edit.article}", columns)
    yield from _hung("  ", f"{one_line(story.outlet)} · {edit.severity.level} · {gist(edit)}{beside(story)}", columns)
    yield "  " + term_safe(edit.url[:ADDRESS_MAX])


def _counts(report: Report, columns: int) -> str:
    if len(report.counts) < 2:
        return ""
    lines = [_heading("By outlet")]
    for count in report.counts[:100]:
        extra = ", ".join(
            part
            for part in (count.headlines and f"{count.headlines} headline", count.undisclosed and f"{count.undisclosed} undisclosed")
            if part
        )
        lines += _hung(f"{count.edits:>5}  ", one_line(count.outlet) + (f" ({extra})" if extra else ""), columns)
    return "\n".join(lines)


def _figures(report: Report, columns: int) -> str:
    assert report.figures is not None
    return figures_text(report.figures, columns)


def figures_text(figures: Tally, columns: int = COLUMNS) -> str:
    """The figures of a period under a heading; no line break at the end."""
    lines = [_heading(f"Figures, {days(figures)}"), *table_lines(figure_rows(figures), columns), ""]
    for name, said in figure_facts(figures):
        lines += _hung(f"{name:<{FACT}}", said, columns)
    return "\n".join(line.rstrip() for line in lines).rstrip()


def _tail(report: Report, columns: int) -> Iterator[str]:
    """Changed templates, and what a reader should mend."""
    for notice in report.notices:
        yield "\n".join(wrap(notice_line(notice), columns))
    if report.held:
        lines = [_heading("Held back")]
        for trouble in report.held:
            lines += _hung("- ", one_line(f"{trouble.subject}: {trouble.message}"), columns)
        yield "\n".join(lines)
    if report.troubles:
        zone = ZoneInfo(report.timezone)
        lines = [_heading("Problems")]
        for trouble in report.troubles[:30]:
            since = f" since {local(trouble.since, zone)}" if trouble.since else ""
            lines += _hung("! ", one_line(f"{trouble.subject}{since}: {trouble.message}"), columns)
        yield "\n".join(lines)


def notice_line(notice: Notice) -> str:
    """A changed template in one sentence, with an example."""
    articles = len({edit.article for edit in notice.edits})
    example = next((marked(place.segments) for place in places(notice.sample, context=20)), "")
    many = f"The same change in {articles} articles" if articles > 1 else "A change that many articles share, in one more article"
    words = f"{many} of {one_line(notice.host)} (a new template?)"
    return f"{words}: {shorten(example, 200)}" if example else f"{words}."
