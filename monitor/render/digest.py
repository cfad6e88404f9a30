"""Which story stands where in a digest: look first, headlines changed, undisclosed, the rest. Each stands once. Pure."""

from dataclasses import dataclass

from monitor.model import Report, Story
from monitor.report import headlines

LOOK_FIRST = 5
HEADLINES_MAX = 50


@dataclass(frozen=True, slots=True)
class Digest:
    """The stories of a report by section; `pairs` are stories with old and new headline, `hidden` counts the edits of no section."""

    first: tuple[Story, ...]
    pairs: tuple[tuple[Story, str, str], ...]
    silent: tuple[Story, ...]
    rest: tuple[Story, ...]
    hidden: int


def sorted_out(report: Report, stories: int) -> Digest:
    """At most `stories` of the report's stories, the gravest, in their sections."""
    shown = report.stories[:stories]
    first, others = shown[:LOOK_FIRST], shown[LOOK_FIRST:]
    pairs = [(story, *pair) for story in others if (pair := headlines(story.diff))][:HEADLINES_MAX]
    paired = {id(story) for story, _, _ in pairs}
    others = tuple(story for story in others if id(story) not in paired)
    return Digest(
        first,
        tuple(pairs),
        tuple(story for story in others if story.diff.edit.disclosed is False),
        tuple(story for story in others if story.diff.edit.disclosed is not False),
        report.more + sum(len(story.edits) + len(story.also) for story in report.stories[stories:]),
    )
