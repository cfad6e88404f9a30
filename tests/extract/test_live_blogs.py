"""A live blog: its entries are paragraphs with their times, and a new entry is an edit."""

import pytest

from tests.extract.pages import BODY, html, read, read_after

ENTRIES = tuple(
    (
        f"1{hour}:2{hour}",
        f"The crew of boat {hour} said that the sea was calm enough to sail, but that nobody would pay them for the night.",
        f"A pilot counted {hour + 3} empty berths and wrote to the council that the third quay could be closed for the winter.",
    )
    for hour in range(6, -1, -1)
)


def live(*entries: tuple[str, ...], time: str = "<time>{}</time>", wrap: str = "div") -> str:
    """A short text and the entries below it, newest first."""
    texts = "".join(
        f'<{wrap} class="entry" id="e-{clock[1]}">{time.format(clock)}{"".join(f"<p>{text}</p>" for text in rest)}</{wrap}>'
        for clock, *rest in entries
    )
    return html(*BODY[:2]).replace("</article>", f'<div class="feed">{texts}</div></article>')


@pytest.mark.parametrize("wrap", ["div", "article", "section"])
@pytest.mark.parametrize("time", ["<time>{}</time>", '<p class="timestamp">{}</p>', "<h4>{} Uhr</h4>"])
def test_each_entry_is_read_with_its_time(wrap: str, time: str) -> None:
    body = read(live(*ENTRIES, time=time, wrap=wrap)).content.body

    for clock, *texts in ENTRIES:
        assert tuple(body[body.index(texts[0]) - 1 :][:3]) == (time[4:-5].format(clock) if "Uhr" in time else clock, *texts)


def test_a_new_entry_is_the_whole_change() -> None:
    known, page = read_after(live(*ENTRIES[1:]), live(*ENTRIES))

    assert page.doubts == ()
    came = [text for text in page.content.body if text not in known.body]
    assert came == list(ENTRIES[0])
    assert [text for text in known.body if text not in page.content.body] == []


def test_times_that_are_told_as_ago_are_left_out_for_they_move() -> None:
    ago = [(f"{number} min ago", *texts) for number, (_, *texts) in enumerate(ENTRIES)]
    later = [(f"{number + 7} min ago", *texts) for number, (_, *texts) in enumerate(ENTRIES)]

    known, page = read_after(live(*ago), live(*later))

    assert page.content == known


def test_a_single_clock_in_the_text_is_none_of_it() -> None:
    assert read(html(between="<div><span>14:20</span></div>")).content.body == BODY
