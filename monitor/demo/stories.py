"""What the pretend newsroom writes: stories of invented people and places, put together anew for each seed."""

import random
import tomllib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import files

Words = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture with its caption; it stands before the paragraph of that number, counted from 0."""

    caption: str
    before: int


@dataclass(frozen=True, slots=True)
class Story:
    """One version of an article as the newsroom means it. Times are aware, in the newsroom's zone."""

    path: str
    section: str
    headline: str
    deck: str
    author: str
    mail: str
    paragraphs: tuple[str, ...]
    photos: tuple[Photo, ...]
    posted: datetime
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A day in the newsroom: an article and its disclosed edit, another and its silent one."""

    outlet: str
    first: Story
    first_edited: Story
    second: Story
    second_edited: Story
    others: tuple[str, ...]


def scene(seed: int, posted: datetime, updated: datetime) -> Scene:
    """The scene of a seed; the same seed tells the same story."""
    luck = random.Random(seed)
    told = tomllib.loads((files(__package__) / "stories.toml").read_text(encoding="utf-8"))
    words = told["words"]
    subjects = [_Subject(**{**subject, "paragraphs": tuple(subject["paragraphs"])}) for subject in luck.sample(told["subjects"], 2)]
    first, second = (_told(subject, words, luck, posted, number) for number, subject in enumerate(subjects, start=1))
    return Scene(
        outlet=f"The {luck.choice(words['towns'])} {luck.choice(('Courier', 'Gazette', 'Herald', 'Observer'))}",
        first=first.story,
        first_edited=replace(first.edited, updated=updated),
        second=second.story,
        second_edited=second.silently,
        others=tuple(luck.sample(words["others"], 6)),
    )


@dataclass(frozen=True, slots=True)
class _Subject:
    """A story with gaps: `{n}` is the number that the edit corrects to `{m}`, `said` what the silent edit turns into `meant`."""

    section: str
    headline: str
    headline_edited: str
    deck: str
    paragraphs: tuple[str, ...]
    added: str
    captions: tuple[str, ...]
    said: str
    meant: str


@dataclass(frozen=True, slots=True)
class _Versions:
    story: Story
    edited: Story
    silently: Story


def _told(subject: _Subject, names: Words, luck: random.Random, posted: datetime, number: int) -> _Versions:
    people = [f"{given} {family}" for given, family in zip(luck.sample(names["given"], 3), luck.sample(names["family"], 3), strict=True)]
    town, other = luck.sample(names["towns"], 2)
    small = luck.randrange(12, 80)
    words = {
        "town": town, "other": other, "head": people[0], "voice": people[1], "n": str(small), "m": str(small + luck.randrange(5, 40)),
        "sum": str(luck.randrange(3, 40)), "days": str(luck.randrange(4, 20)),
        "day": f"{posted:%A}", "next_day": f"{posted + timedelta(days=1):%A}",
    }  # fmt: skip
    author = people[2]
    paragraphs = tuple(paragraph.format(said=subject.said, **words) for paragraph in subject.paragraphs)
    corrected = tuple(
        paragraph.format(said=subject.said, **{**words, "n": words["m"]}) if at == 1 else paragraphs[at]
        for at, paragraph in enumerate(subject.paragraphs)
    )
    silent = tuple(paragraph.format(said=subject.meant, **words) for paragraph in subject.paragraphs)
    story = Story(
        path=f"/www/{subject.section.lower()}/{posted:%Y/%m}/{100 + number}_{luck.randrange(300_000, 399_999)}.html",
        section=subject.section,
        headline=subject.headline.format(**words),
        deck=subject.deck.format(**words),
        author=author,
        mail=f"{author.split()[0].lower()}@newsroom.example",
        paragraphs=paragraphs,
        photos=tuple(Photo(caption.format(**words), at) for caption, at in zip(subject.captions, (0, 2, 4), strict=True)),
        posted=posted,
    )
    edited = replace(
        story,
        headline=subject.headline_edited.format(**words),
        paragraphs=(*corrected[:3], subject.added.format(**words), *corrected[3:]),
    )
    return _Versions(story, edited, replace(story, paragraphs=silent))
