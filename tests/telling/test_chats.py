"""Messages to chats and posts fit as each service counts, are cut between words, and keep their link."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from newsdesk import NEW, NOON, OLD, edited

from monitor.model import Report
from monitor.render.brief import ROOMS, Room, brief, brief_title, room_of
from monitor.report import build

PAGES = "https://edits.example.org"
SERVICES = ["slack", "discord", "mastodon", "bsky", "x", "tgram", "sms"]


def room(schema: str) -> Room:
    return Room(160) if schema == "sms" else room_of(schema)


def told(*titles: str) -> Report:
    return build(
        [edited(n, new=replace(NEW, title=title), old=replace(OLD, title=f"Was {title}")) for n, title in enumerate(titles, 1)],
        since=None,
        until=NOON,
        outlets={"harbour": "Harbour Post"},
    )


LONG = " ".join(["Minister admits that she had seen the flood report on the day it was sent to her office"] * 40)


TITLES = {"long": LONG, "korean": "장관 홍수 보고서 봤다고 인정 " * 60, "solid": "가" * 3000, "emoji": "👩‍👩‍👧‍👦" * 400, "short": "Short"}


@pytest.mark.parametrize("schema", SERVICES)
@pytest.mark.parametrize("stories", [1, 2, 30])
@pytest.mark.parametrize(
    "title",
    [LONG, "장관 홍수 보고서 봤다고 인정 " * 60, "가" * 3000, "👩‍👩‍👧‍👦" * 400, "Short"],
    ids=["long", "korean", "solid", "emoji", "short"],
)
def test_a_message_fits_as_its_service_counts(schema: str, stories: int, title: str) -> None:
    here = room(schema)
    text = brief(told(*[title] * stories), here, pages=PAGES)

    assert 0 < here.count(text) <= here.most
    links = re.findall(r"https?://\S+", text)
    assert links, "the link is kept"
    assert all(re.fullmatch(rf"{PAGES}/a/\d+", link) for link in links)


@pytest.mark.parametrize(
    ("schema", "most"), [("slack", 3000), ("discord", 2000), ("mastodon", 500), ("toots", 500), ("bsky", 300), ("bluesky", 300), ("x", 280)]
)
def test_each_service_has_the_room_it_says(schema: str, most: int) -> None:
    assert room_of(schema).most == most


@pytest.mark.parametrize(
    ("schema", "text", "count"),
    [
        ("mastodon", "see https://news.example/a/very/long/address/that/goes/on/and/on", 4 + 23),
        ("bsky", "e\u0301👩‍👩‍👧‍👦각", 3),
        ("x", "봤다 ok https://news.example/1", 4 + 1 + 2 + 1 + 23),
        ("discord", "봤다 ok", 5),
    ],
)
def test_each_service_counts_in_its_own_way(schema: str, text: str, count: int) -> None:
    assert room_of(schema).count(text) == count


@pytest.mark.parametrize("schema", ["mastodon", "bsky", "x"])
def test_a_message_is_cut_between_words(schema: str) -> None:
    text = brief(told(LONG), room(schema), pages=PAGES)

    news = text.partition("\n")[0]
    assert "…" in news
    cut = news.partition("…")[0].split()[-1].strip("“”")
    assert cut in {*LONG.split(), "Was"}


def test_a_short_post_names_the_outlet_and_has_no_title_to_repeat_it() -> None:
    report = told("Minister resigns")
    post = brief(report, room("bsky"), pages=PAGES)

    assert not room("bsky").has_title
    assert post.startswith("Harbour Post: “Was Minister resigns” → “Minister resigns” (high")
    assert room("discord").has_title
    assert brief_title(report).startswith("Harbour Post: ")
    assert not brief(report, room("discord"), pages=PAGES).startswith("Harbour Post")


def test_what_does_not_fit_is_counted() -> None:
    text = brief(told(*[LONG] * 30), room("discord"), pages=PAGES)

    shown = len(re.findall(r"/a/\d+", text))
    assert f"… and {30 - shown} more" in text


def test_what_is_too_short_for_a_link_still_tells_the_news() -> None:
    report = build([edited(1, host="news-with-a-very-long-name-indeed.example")], since=None, until=NOON)

    text = brief(report, Room(70))

    assert len(text) <= 70
    assert "Minister denies" in text


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400), st.sampled_from([Room(70), Room(160), *ROOMS.values()]), st.integers(1, 4))
def test_no_words_at_all_are_too_long(words: str, here: Room, stories: int) -> None:
    assert here.count(brief(told(*[words] * stories), here, pages=PAGES)) <= here.most


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_apprise_takes_as_much_as_we_give_at_every_service() -> None:
    apprise = pytest.importorskip("apprise")
    from apprise.manager_plugins import NotificationManager

    services: Any = NotificationManager()  # type: ignore[no-untyped-call]  # Apprise ships no types
    takes = {schema: services[schema].body_maxlen for schema in services.schemas()}
    too_long = {
        schema: most
        for schema, most in takes.items()
        if isinstance(most, int) and room_of(schema, most).most > most and schema not in ("bsky", "bluesky")
    }

    assert apprise
    assert len(takes) > 150
    assert too_long == {}
    assert set(ROOMS) <= set(takes)
