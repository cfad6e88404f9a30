"""Report → a title and a few lines that fit a chat message or a post. Pure; marks survive, mentions do not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex as re  # type: ignore[import-untyped]  # ships no types; \X is a letter as a reader sees it

from monitor.model import Report, Story
from monitor.render.excerpt import places, remark, web_address
from monitor.render.html import is_one_story
from monitor.render.plain import marked, notice_line, summary
from monitor.report import gist, headlines, host_of
from monitor.text import shorten, term_safe

TITLE_MAX = 120
_LINK = re.compile(r"https?://[^\s<>]+")
_CLUSTER = re.compile(r"\X")
# What X counts once; all else, Hangul and Han among it, counts twice (twitter-text 3.1, configuration v3)
_NARROW = re.compile("[\x00-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")


def _points(text: str) -> int:
    return len(text)


def _links_as_23(text: str) -> int:
    """Mastodon: every address counts 23, however long."""
    return len(_LINK.sub("x" * 23, text))


def _clusters(text: str) -> int:
    """Bluesky: what a reader takes for one letter counts once."""
    return len(_CLUSTER.findall(text))


def _weighted(text: str) -> int:
    """X: every address counts 23, letters of wide scripts count twice."""
    bare = _LINK.sub("x" * 23, text)
    return 2 * len(bare) - len(_NARROW.findall(bare))


@dataclass(frozen=True, slots=True)
class Room:
    """How long a message may be at a service, as the service counts."""

    most: int
    count: Callable[[str], int] = _points

    @property
    def has_title(self) -> bool:
        """Whether a title of its own leaves enough for the news."""
        return self.most > TITLED


TITLED = 500
DEFAULT_LENGTH = 1000
_FEDIVERSE, _BLUESKY, _X = Room(500, _links_as_23), Room(300, _clusters), Room(280, _weighted)

# From the services' documentation in 2026, by Apprise's schemas; all others get the careful default.
ROOMS = {
    **dict.fromkeys(("bluesky", "bsky"), _BLUESKY),
    **dict.fromkeys(("mastodon", "mastodons", "toot", "toots"), _FEDIVERSE),
    **dict.fromkeys(("tweet", "twitter", "x"), _X),
    **dict.fromkeys(("gchat", "mmost", "mmosts", "ntfy", "ntfys", "tgram"), Room(4000)),
    **dict.fromkeys(("matrix", "matrixs"), Room(10000)),
    **dict.fromkeys(("discord", "signal", "signals"), Room(2000)),
    "pover": Room(1024),
    "slack": Room(3000),  # of one block; a message may have 40,000, which nobody reads in a chat
}


def room_of(schema: str, most: int | None = None) -> Room:
    """How long a message may be for this Apprise schema (`discord`, `mastodons`, …); `most` is what Apprise itself takes at most."""
    known = ROOMS.get(schema.casefold())
    return known or Room(min(DEFAULT_LENGTH, most or DEFAULT_LENGTH))


def brief_title(report: Report) -> str:
    """One line: the outlet and the article, or how many edits."""
    if is_one_story(report):
        story = report.stories[0]
        return tame(shorten(f"{term_safe(story.outlet)}: {term_safe(story.diff.edit.title) or 'an article'} edited", TITLE_MAX))
    return summary(report)


def brief(report: Report, room: Room, *, pages: str | None = None) -> str:
    """The gravest first, as much as fits; cut between words, links whole. Names the outlet where no title does."""
    lines: list[str] = []
    stories = report.stories
    for at, story in enumerate(stories):
        rest = [f"… and {len(stories) - at - 1} more"] if at + 1 < len(stories) else []
        told = _story(story, room, pages, beside=[*lines, *rest], named=len(stories) > 1 or not room.has_title)
        if told is None:
            lines.append(f"… and {len(stories) - at} more")
            break
        lines.append(told)
    for notice in report.notices:
        line = tame(notice_line(notice))
        if room.count("\n".join([*lines, line])) <= room.most:
            lines.append(line)
    return _cut("\n".join(lines), room.most, room.count) or _cut(summary(report), room.most, room.count)


NAMED = 4  # outlets with the same edit
NEWS_MIN = 40  # characters; less tells nothing


def _story(story: Story, room: Room, pages: str | None, *, beside: Sequence[str], named: bool) -> str | None:
    """News, facts and link of a story beside what is said already; without the facts, then without the link, where all is too long."""
    edit = story.diff.edit
    link = f"{pages.rstrip('/')}/a/{edit.article}" if pages else web_address(edit.url) or ""
    news, facts = tame(_news(story, named=named)), f" ({edit.severity.level} · {gist(edit)})"
    for tail in (f"{facts}\n{link}", f" ({edit.severity.level})\n{link}", f"\n{link}", facts, ""):
        left = room.most - room.count("\n".join([*beside, tail.rstrip()]))
        if left >= min(NEWS_MIN, room.count(news)) + 2:
            return _cut(news, left - 1, room.count) + tail.rstrip()
    return None


def _news(story: Story, *, named: bool) -> str:
    edit = story.diff.edit
    head = "Correction, it was disclosed: " if story.correction else ""
    head += f"Now also in {term_safe(', '.join(_outlets(story)))}: " if story.told_before else ""
    head += f"{term_safe(story.outlet)}: " if named else ""
    if pair := headlines(story.diff):
        return f"{head}“{term_safe(pair[0])}” → “{term_safe(pair[1])}”"
    return head + (remark(edit) or next((marked(place.segments) for place in places(story.diff, context=40)), term_safe(edit.title)))


def _cut(text: str, most: int, count: Callable[[str], int]) -> str:
    """The text as it is or cut, with `…`: between words, or between letters where a script has no blanks."""
    if count(text) <= most:
        return text
    letters: list[str] = _CLUSTER.findall(text)
    fits, too_many = 0, len(letters)
    while too_many - fits > 1:
        half = (fits + too_many) // 2
        if count("".join(letters[:half]).rstrip() + "…") <= most:
            fits = half
        else:
            too_many = half
    kept: str = "".join(letters[:fits])
    blank = kept.rfind(" ", len(kept) // 2) if not "".join(letters[fits : fits + 1]).isspace() else -1
    return (kept[:blank] if blank > 0 else kept).rstrip() + "…" if kept else ""


def _outlets(story: Story) -> list[str]:
    """Who made the same edit, some by name."""
    names = list(dict.fromkeys(edit.feeds[0] if edit.feeds else host_of(edit.url) for edit in story.also))
    return names if len(names) <= NAMED else [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more"]


_MENTION = re.compile(r"@(?=\w)|<(?=[!@#&/a-zA-Z])|\](?=[(\[])")


def tame(text: str) -> str:
    """The text with mentions, tags and links of chat services broken by an invisible character: `@everyone`, `<!channel>`, `](`."""
    tamed: str = _MENTION.sub(r"\g<0>\u200b", text)
    return tamed
