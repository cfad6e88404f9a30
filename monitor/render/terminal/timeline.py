"""Lists and single revisions: the timeline of an article, one edit on one line, one revision as a reader saw it."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from monitor.model import Article, Edit, Restamp, Revision
from monitor.render.terminal.header import stamp_of
from monitor.render.terminal.lay import FAINT, LEVEL_STYLES, STRONG, Line, Span, columns, foreign, line, moment, wrapped, zone_name
from monitor.text import cut_to_width, display_width, term_safe

_EVENTS = {"new": "●", "edited": "~", "reverted": "↩", "gone": "✕", "restored": "●"}
_TITLE_MIN = 28  # columns of a headline that still tell what it is about
_MEASURE = 100  # a line of text is never longer: longer ones tire the eye


def timeline(article: Article, revisions: Sequence[Revision], edits: Sequence[Edit], *, width: int, zone: tzinfo) -> list[Line]:
    """The revisions of an article, oldest first, each with what changed before it."""
    state = f" · {article.state}" if article.state != "watched" else ""
    flapping = " · flips between two texts" if article.flapping else ""
    merged = f" · merged into article {article.merged_into}" if article.merged_into else ""
    lines = [
        line(Span(f"article {article.id}", STRONG), foreign(f"  {', '.join(article.feeds)}{state}{flapping}{merged}", FAINT)),
        line(foreign(cut_to_width(term_safe(article.title), width), STRONG)),
        line(foreign(article.url, FAINT)),
        line(),
    ]
    by_revision = {edit.to_rev: edit for edit in edits}
    for revision in revisions:
        lines += _revision_lines(revision, by_revision.get(revision.rev), width, zone)
    return lines


def _revision_lines(revision: Revision, edit: Edit | None, width: int, zone: tzinfo) -> list[Line]:
    event = "" if revision.event in ("new", "edited") else f" {revision.event}"
    doubt = "" if revision.confirmed else " (not confirmed yet)"
    seen = f"seen {moment(revision.first_seen_at, zone)}–{moment(revision.last_seen_at, zone, revision.first_seen_at)}"
    head = [
        Span(f"{_EVENTS[revision.event]} r{revision.rev}", STRONG),
        Span(f"  {stamp_of(revision, zone)}"),
        Span(f"{event}{doubt}"),
        Span(f"  {seen} {zone_name(revision.first_seen_at, zone)} · {revision.hash[:7]}", FAINT),
    ]
    below = [Span("│    ", FAINT), Span(head[-1].text.strip(), FAINT)]
    lines = [line(*head)] if columns(head) <= width else [line(*head[:-1]), line(*below)]
    if edit:
        told = {True: " · disclosed", False: " · not disclosed", None: ""}[edit.disclosed]
        level = Span(f"{edit.severity.level} {edit.severity.score}", LEVEL_STYLES[edit.severity.level])
        amount = f" · +{edit.stats.words_added} −{edit.stats.words_removed} words{told}"
        back = f" · back to r{edit.reverts_to}" if edit.reverts_to else ""
        lines += [
            line(Span("│    ", FAINT), *part) for part in wrapped([level, Span(f" · {', '.join(edit.kinds)}{amount}{back}")], width - 5)
        ]
        if edit.severity.reasons:
            lines.append(line(Span("│    ", FAINT), foreign(cut_to_width(term_safe(edit.severity.reasons[0]), width - 5))))
    lines += [line(Span("│    ", FAINT), Span(_restamped(restamp, zone), FAINT)) for restamp in revision.restamps]
    return lines


def _restamped(restamp: Restamp, zone: tzinfo) -> str:
    stamp = restamp.updated or restamp.posted
    what = f"{'Updated' if restamp.updated else 'Posted'} moved to {moment(stamp.at, zone)}" if stamp else "the stamp went"
    return f"{what}, text unchanged (seen {moment(restamp.at, zone)})"


def edit_line(edit: Edit, *, width: int | None, zone: tzinfo, dated: bool = True) -> Line:
    """One edit on one line: when, which, how grave, what, and the headline. In a `width` kinds give way before the headline does.

    Without `dated` only the time of day stands there.
    """
    title = term_safe(edit.title)
    before = [
        Span(moment(edit.seen_before, zone) if dated else f"{edit.seen_before.astimezone(zone):%H:%M}", FAINT),
        Span(f"  {f'{edit.article}@{edit.from_rev}..{edit.to_rev}':<{0 if width is None else 13}}", STRONG),
        Span(f"  {edit.severity.level:6}", LEVEL_STYLES[edit.severity.level]),
    ]
    after = [Span("  undisclosed" if edit.disclosed is False else "", "yellow"), Span("  ")]
    if width is None:
        return line(*before, Span(f"  {','.join(edit.kinds)}"), *after, Span(title))
    room = width - sum(display_width(span.text) for span in (*before, *after)) - 2
    wanted = min(display_width(title), _TITLE_MIN)
    kinds = next((told for told in _tellings(edit.kinds) if room - len(told) >= wanted), next(iter(_tellings(edit.kinds[:1])), ""))
    return line(*before, Span(f"  {kinds}"), *after, Span(cut_to_width(title, room - len(kinds)) if room > len(kinds) + 1 else ""))


def _tellings(kinds: Sequence[str]) -> Iterator[str]:
    """All kinds, then fewer and fewer of them with how many more there are."""
    for count in range(len(kinds), 0, -1):
        yield ",".join((*kinds[:count], *([f"+{len(kinds) - count}"] if count < len(kinds) else ())))


def reading(revision: Revision, *, width: int, zone: tzinfo) -> list[Line]:
    """One revision as a reader saw it, under the facts of when."""
    content = revision.content
    measure = min(width, _MEASURE)
    lines = [line(*part) for part in wrapped([foreign(content.title or "(no headline)", STRONG)], measure)]
    if content.subtitle:
        lines += [line(*part) for part in wrapped([foreign(content.subtitle)], measure)]
    stamps = [f"{name} {moment(stamp.at, zone)}" for name, stamp in (("Posted", revision.posted), ("Updated", revision.updated)) if stamp]
    told = "  ".join(stamps) or "no stamp"
    by = ", ".join(content.authors)
    facts = " · ".join(filter(None, (f"By {by}" if by else "", content.section or "", f"{told} {zone_name(revision.first_seen_at, zone)}")))
    seen = f"{moment(revision.first_seen_at, zone)} to {moment(revision.last_seen_at, zone, revision.first_seen_at)}"
    source = "the page" if revision.source == "page" else "the feed"
    lines += [
        *[line(*part) for part in wrapped([foreign(facts, FAINT)], measure)],
        line(foreign(revision.url, FAINT)),
        line(Span(f"article {revision.article}, r{revision.rev}, read from {source}, seen {seen} · {revision.hash[:7]}", FAINT)),
    ]
    if revision.redacted:
        lines += [line(), line(Span("The text was removed for legal reasons; its hash is kept.", FAINT))]
    for paragraph in content.body:
        lines.append(line())
        lines += [line(*part) for part in wrapped([foreign(paragraph)], measure)]
    for caption in content.captions:
        lines.append(line())
        lines += [line(*part) for part in wrapped([Span("Caption: ", FAINT), foreign(caption, FAINT)], measure)]
    for slug, said in revision.listings.items():
        if said.title != content.title:
            lines += [line(), *[line(*part) for part in wrapped([foreign(f"In the feed {slug}: {said.title}", FAINT)], measure)]]
    return lines
