"""The text of an unedited article is the same however its page moves; an edit is seen all the same."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extract.letters import fingerprint
from monitor.model import RawPage
from tests.extract.pages import BODY, HTML, TITLE, URL, html, read, read_after

LINKS = "".join(
    f'<li><a href="/{k}">{text}</a></li>' for k, text in enumerate(("Gulls adopted by bakery", "Tram four closes", "Choir wins a prize"))
)
FURNITURE = {
    "links with a heading": f"<div><h3>Elsewhere</h3><ul>{LINKS}</ul></div>",
    "links without a name": f'<div class="css-1x2y3z"><ul>{LINKS}</ul></div>',
    "one linked line": '<p><em>Our earlier report: <a href="/x">Cranes of Linden Bay to be cut up for scrap in spring</a></em></p>',
    "a letter to subscribe to": '<div class="k"><p>Five minutes about the coast, for 41,000 people.</p><form><input></form></div>',
    "an appeal": '<div class="q"><p>812 people paid for this story last month.</p><p><a href="/j">Join in</a></p></div>',
    "cards": "".join(f'<div class="t"><h4><a href="/{k}">Headline {k} of the day</a></h4><p>What it is about.</p></div>' for k in range(4)),
    "an advertisement": '<div id="slot-8123"><span>Advertisement</span><iframe src="https://ads.example/8123"></iframe></div>',
    "voices": "".join(f'<div class="v"><b>user{k}</b> <span>{k} h</span><p>They lifted a tram once.</p></div>' for k in range(3)),
    "counters": '<ul class="row"><li><a href="#f">Send</a></li><li><a href="#t">Post</a></li><li>271 reactions</li></ul>',
    "a label": "<p>Story continues below advertisement</p>",
    "an overlay": '<div class="overlay" role="dialog"><p>We and our partners store cookies on your device. Accept or refuse.</p></div>',
}  # fmt: skip


@pytest.mark.parametrize("box", FURNITURE.values(), ids=FURNITURE)
@pytest.mark.parametrize("place", ["between", "after"])
def test_a_box_that_comes_is_no_change(box: str, place: str) -> None:
    known, page = read_after(html(), html(**{place: box}))

    assert page.verdict == "article"
    assert page.content == known


@pytest.mark.parametrize("box", FURNITURE.values(), ids=FURNITURE)
def test_a_box_that_goes_is_no_change(box: str) -> None:
    known, page = read_after(html(between=box), html())

    assert page.content == known
    assert known.body == BODY


@pytest.mark.parametrize(
    "line", ["4 Min Read", "Reading time: 2 minutes", "Lesezeit: 3 Minuten", "3 min de lecture", "Tempo de leitura: 1 minuto", "2분 분량"]
)
def test_how_long_it_takes_to_read_is_no_text(line: str) -> None:
    known, page = read_after(html(), html(f"{line}", *BODY))

    assert page.content == known


def test_a_short_line_that_becomes_a_heading_is_no_change() -> None:
    known, page = read_after(html(between='<div class="sub">Old ropes</div>'), html(between="<h2>Old ropes</h2>"))

    assert page.content == known


def test_a_short_heading_that_comes_is_an_edit() -> None:
    known, page = read_after(html(), html(between="<h2>Old ropes</h2>"))

    assert page.content.body == (*BODY[:2], "Old ropes", *BODY[2:]) != known.body


def test_random_class_names_nonces_and_lazy_pictures_are_no_change() -> None:
    first = html().replace("<p>", '<p class="css-1a2b3c x9">').replace("<main>", '<main data-n="1"><script nonce="q">var a=1</script>')
    second = (
        html().replace("<p>", '<p class="css-9z8y7x">').replace("<main>", '<main data-n="2"><img data-src="/1.jpg?sig=77" loading="lazy">')
    )

    known, page = read_after(first, second)

    assert page.content == known


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "cp1252"])
def test_the_same_words_in_another_charset_or_as_entities_are_no_change(charset: str) -> None:
    text = html().replace("“", "&ldquo;").replace("”", "&#8221;").replace("utf-8", charset)

    known, page = read_after(html(), text.encode(charset), headers=(("content-type", f"text/html; charset={charset}"),))

    assert page.content == known


def test_korean_pages_in_the_old_charset_are_read() -> None:
    text = html(
        "린든만 항만위원회는 월요일 올봄 고철로 처분할 예정이던 낡은 크레인 두 대를 그대로 두기로 의결했다고 밝혔다.",
        title="낡은 크레인 두 대 남긴다",
        lang="ko",
    )

    page = read(text.replace("utf-8", "euc-kr").encode("cp949"), headers=(("content-type", "text/html"),))

    assert page.content.title == "낡은 크레인 두 대 남긴다"
    assert page.content.language == "ko"


def test_the_same_bytes_are_the_version_that_is_known() -> None:
    known, page = read_after(html(), html())

    assert page.content is known


def test_a_paragraph_that_the_reading_drops_while_it_still_stands_there_is_kept() -> None:
    boxed = html(*BODY[:2], *BODY[3:], between=f'<div class="extra"><p>{BODY[2]}</p><a href="/x">More of it</a></div>')

    known, page = read_after(html(), boxed)

    assert page.content == known


def test_what_stands_in_many_articles_of_a_host_is_in_none() -> None:
    note = "The Paper is owned by its readers and has been printed in Linden Bay every weekday since the spring of 1911."
    learnt = frozenset({fingerprint(note)})

    assert note in read(html(*BODY, note)).content.body
    assert note not in read(html(*BODY, note), boilerplate=learnt).content.body


def test_what_was_known_before_it_was_learnt_stays() -> None:
    note = "The Paper is owned by its readers and has been printed in Linden Bay every weekday since the spring of 1911."
    first = html(*BODY, note)
    before = read(first)

    page = read(
        html(*BODY, note, above="<p>Tuesday</p>"), known=before.content, known_raw=RawPage(URL, 200, HTML, first.encode()),
        boilerplate=frozenset({fingerprint(note)}),
    )  # fmt: skip

    assert page.content == before.content


def test_a_first_look_tells_the_blocks_it_saw() -> None:
    page = read(html())

    assert set(map(fingerprint, BODY)) <= set(page.blocks)


EDITS = {
    "a word": (BODY[0].replace("oldest", "tallest"), *BODY[1:]),
    "a number": (*BODY[:2], BODY[2].replace("380,000", "480,000"), *BODY[3:]),
    "a paragraph added": (
        *BODY[:3],
        "The maker said on Tuesday that it had no drawings of the cranes and would have to measure them first.",
        *BODY[3:],
    ),
    "a paragraph removed": (*BODY[:1], *BODY[2:]),
    "a correction": (*BODY, "Correction: an earlier version of this story named the wrong quay. It is the northern one."),
    "paragraphs moved": (BODY[0], BODY[2], BODY[1], *BODY[3:]),
}


@pytest.mark.parametrize("body", EDITS.values(), ids=EDITS)
def test_an_edit_is_seen_at_once(body: tuple[str, ...]) -> None:
    _, page = read_after(html(), html(*body, after=FURNITURE["links with a heading"]))

    assert page.content.body == body
    assert page.doubts == ()


def test_a_new_headline_is_seen() -> None:
    _, page = read_after(html(), html(title="Linden Bay scraps its old cranes"))

    assert (page.content.title, page.content.body) == ("Linden Bay scraps its old cranes", BODY)


def test_much_text_lost_at_once_is_doubtful() -> None:
    _, page = read_after(html(), html("The board has withdrawn this story after errors were found in the record of the vote."))

    assert (page.verdict, page.doubts) == ("article", ("much text lost",))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(list(FURNITURE)), max_size=3), st.lists(st.sampled_from(list(FURNITURE)), max_size=3), st.integers(0, 99))
def test_any_furniture_replaced_by_any_other_is_no_change(before: list[str], after: list[str], seed: int) -> None:
    at = random.Random(seed).randint(1, 4)
    first = html(between="".join(FURNITURE[name] for name in before), after="".join(FURNITURE[name] for name in after), at=at)
    second = html(between="".join(FURNITURE[name] for name in after), after="".join(FURNITURE[name] for name in before), at=at)

    known, page = read_after(first, second)

    assert page.content == known
    assert (known.title, known.body) == (TITLE, BODY)


def test_boilerplate_that_an_article_was_stored_with_stays_whatever_becomes_of_it() -> None:
    letter = "Every Friday we write down what the tide brought in, in a letter that 21,037 people along the coast read."
    known, _ = read_after(html(*BODY[:2], letter, *BODY[2:]), html())
    learnt = frozenset({fingerprint(letter)})
    raw = RawPage(URL, 200, HTML, html(*BODY[:2], letter, *BODY[2:]).encode())

    gone = read(html(), known=known, known_raw=raw, boilerplate=learnt)
    reworded = read(html(*BODY, letter.replace("21,037", "21,074")), known=known, known_raw=raw, boilerplate=learnt)
    edited = read(html(BODY[0].replace("two", "three"), *BODY[1:]), known=known, known_raw=raw, boilerplate=learnt)

    assert gone.content == known
    assert reworded.content == known
    assert edited.content.body == (BODY[0].replace("two", "three"), BODY[1], letter, *BODY[2:])


def test_a_paragraph_that_goes_is_an_edit_though_a_copy_for_machines_keeps_it() -> None:
    copy = f'<div style="display:none"><div>{" ".join(BODY[1:3])}</div></div>'

    _, page = read_after(html(after=copy), html(*BODY[:2], *BODY[3:], after=copy))

    assert page.content.body == (*BODY[:2], *BODY[3:])


def test_a_paragraph_that_is_folded_away_is_no_change() -> None:
    folded = html(*BODY[:3], *BODY[4:], after=f'<div style="display:none"><p>{BODY[3]}</p></div>')

    known, page = read_after(html(), folded)

    assert page.content == known


@pytest.mark.parametrize("length", [5, 10, 12, 40])
def test_a_document_in_the_middle_that_is_longer_than_the_text_takes_no_text_away(length: int) -> None:
    said = "<p>“In its year number {} my board will spend {} crowns on ropes, and it will say so.”</p>"
    speech = "".join(said.format(year, year + 40) for year in range(length))

    body = read(html(between=f'<div class="unfold">{speech}</div>')).content.body

    assert [text for text in body if text in BODY] == list(BODY)
