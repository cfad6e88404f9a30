"""Report → a title and a few lines that fit a chat message or a post. Pure; marks survive, mentions do not."""

import re

from monitor.model import Report, Story
from monitor.render.excerpt import places, remark, web_address
from monitor.render.html import is_one_story
from monitor.render.plain import marked, notice_line, summary
from monitor.report import gist, headlines, host_of
from monitor.text import shorten, term_safe

TITLE_MAX = 120

# Characters a message may have at each service, from their documentation in 2026; what is not listed gets the careful default.
LENGTHS = {
    "bluesky": 300,
    "discord": 2000,
    "gchat": 4000,
    "mastodon": 500,
    "mastodons": 500,
    "matrix": 10000,
    "matrixs": 10000,
    "mmost": 4000,
    "mmosts": 4000,
    "msteams": 4000,
    "ntfy": 4000,
    "ntfys": 4000,
    "pover": 1024,
    "rocket": 4000,
    "rockets": 4000,
    "signal": 2000,
    "signals": 2000,
    "slack": 3000,
    "tgram": 4000,
    "toot": 500,
    "toots": 500,
    "twitter": 280,
    "x": 280,
}
DEFAULT_LENGTH = 1000


def length_of(schema: str) -> int:
    """How long a message may be for this Apprise schema (`discord`, `mastodons`, …)."""
    return LENGTHS.get(schema.casefold(), DEFAULT_LENGTH)


def brief_title(report: Report) -> str:
    """One line: the outlet and the article, or how many edits."""
    if is_one_story(report):
        story = report.stories[0]
        return tame(shorten(f"{term_safe(story.outlet)}: {term_safe(story.diff.edit.title) or 'an article'} edited", TITLE_MAX))
    return summary(report)


def brief(report: Report, limit: int, *, pages: str | None = None) -> str:
    """The gravest first, as much as fits into `limit` characters; links are whole or not there."""
    lines: list[str] = []
    room = limit
    stories = report.stories
    for at, story in enumerate(stories):
        ahead = len(f"… and {len(stories) - at} more\n") if at + 1 < len(stories) else 0
        told = _story(story, room - ahead, pages, alone=len(stories) == 1)
        if told is None:
            lines.append(f"… and {len(stories) - at} more")
            break
        lines.append(told)
        room -= len(told) + 1
    for notice in report.notices:
        line = tame(notice_line(notice))
        if len(line) < room:
            lines.append(line)
            room -= len(line) + 1
    return "\n".join(lines)[:limit] or summary(report)[:limit]


LINK_MAX = 200  # longer addresses would be most of a post
NAMED = 4  # outlets with the same edit
STORY_MIN = 60  # characters; less than a line tells nothing


def _story(story: Story, room: int, pages: str | None, *, alone: bool) -> str | None:
    edit = story.diff.edit
    link = f"{pages.rstrip('/')}/a/{edit.article}" if pages else web_address(edit.url) or ""
    link = link if len(link) <= LINK_MAX else ""
    room -= len(link) + 1 if link else 0
    if room < STORY_MIN:
        return None
    pair = headlines(story.diff)
    head = "Correction, it was disclosed: " if story.correction else ""
    head += f"Now also in {term_safe(', '.join(_outlets(story)))}: " if story.told_before else ""
    head += "" if alone else f"{term_safe(story.outlet)}: "
    if pair:
        news = f"“{term_safe(pair[0])}” → “{term_safe(pair[1])}”"
    else:
        news = remark(edit) or next((marked(place.segments) for place in places(story.diff, context=40)), term_safe(edit.title))
    facts = f" ({edit.severity.level} · {gist(edit)})"
    text = tame(shorten(head + news, max(STORY_MIN // 2, room - len(facts) - 8)))
    text = text + facts if len(text) + len(facts) <= room else text[:room]
    return f"{text}\n{link}" if link else text


def _outlets(story: Story) -> list[str]:
    """Who made the same edit, some by name."""
    names = list(dict.fromkeys(edit.feeds[0] if edit.feeds else host_of(edit.url) for edit in story.also))
    return names if len(names) <= NAMED else [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more"]


_MENTION = re.compile(r"@(?=\w)|<(?=[!@#&/a-zA-Z])|\](?=[(\[])")


def tame(text: str) -> str:
    """The text with mentions, tags and links of chat services broken by an invisible character: `@everyone`, `<!channel>`, `](`."""
    return _MENTION.sub(lambda found: found[0] + "\u200b", text)
