"""What a mail looks like: threads, lists, text first, colours that can be read, and no more than a mail may weigh."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

from newsdesk import NEW, NOON, OLD, edited

from monitor.model import Change, Report, Trouble
from monitor.notify.unsubscribe import target_of, unsubscribe_token, unsubscribe_url
from monitor.render.mail import HTML_MAX, Letter, compose
from monitor.render.plain import report_text, wrap
from monitor.report import build
from monitor.settings import WebSettings

LETTER = Letter("Monitor <monitor@example.org>", "desk@example.org", "7c" * 32, "desk")


def mail(report: Report, letter: Letter = LETTER) -> EmailMessage:
    message = message_from_bytes(compose(report, letter), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def report(*articles: int, reason: str = "", **more: object) -> Report:
    return build([edited(n) for n in articles], since=None, until=NOON, outlets={"harbour": "Harbour Post"}, reason=reason, **more)  # type: ignore[arg-type]


def test_the_text_of_a_mail_is_the_whole_story_in_76_columns() -> None:
    text = part(mail(report(42)), "plain")

    assert text.replace("\r\n", "\n") == (
        "Minister admits seeing flood report\n"
        "Harbour Post · article 42 · revisions 1..2\n"
        "https://news.example/42\n"
        "severity HIGH · headline + body · 2 of 3 paragraphs · +8 −7 words\n"
        "not disclosed\n"
        "Posted 19 Nov 09:00 · seen between 19 Nov 11:05 and 19 Nov 12:00\n"
        "times in UTC\n"
        "why: the headline says the opposite\n"
        "\n"
        "HEADLINE\n"
        "− Minister denies knowing of flood report\n"
        "+ Minister admits seeing flood report\n"
        "\n"
        "BODY\n"
        "¶2     ~ Officials said the report was sent on 3 May and [-never\n"
        "         opened-]{+opened the same day+}.\n"
        "¶3     ~ [-A spokesman called the claim baseless-]{+The department later\n"
        "         confirmed two meetings took place+}.\n"
        "\n"
        "-- \n"
        "You get this because you are target desk.\n"
        "monitor diff 42 · monitor log 42 · monitor mute 42 --for 7d\n"
    )


def test_the_same_delivery_is_the_same_mail() -> None:
    assert compose(report(42), LETTER) == compose(report(42), LETTER)


def test_a_digest_names_the_day_and_the_figures_in_its_subject() -> None:
    message = mail(report(*range(1, 24), reason="digest"))

    assert message["Subject"] == "Edits 19 Nov: 23 in 1 outlet, 23 headline, 23 undisclosed"
    assert message["References"] is None
    assert message["List-Id"] == "Edits <edits.monitor.example.org>"


def test_a_digest_says_what_to_look_at_first_and_what_to_mend() -> None:
    many = [edited(n, level="low" if n > 3 else "high", new=replace(NEW, title=f"Flood {n}")) for n in range(1, 10)]
    many += [
        edited(20, old=OLD, new=replace(OLD, body=NEW.body), level="low"),
        edited(21, old=OLD, new=replace(OLD, body=NEW.body), level="low", disclosed=True),
    ]
    text = report_text(build(many, since=None, until=NOON, reason="digest", troubles=[Trouble("feed bay", "http_503, 4 times in a row")]))

    order = ["11 edits in 1 outlet", "Look first", "Flood 1", "Headlines changed", "Undisclosed", "Further edits", "Problems", "! feed bay"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert text.count("Flood 7") == 1


def test_limits_and_quiet_hours_are_named_in_the_subject() -> None:
    assert mail(report(1, 2, 3, reason="limit 6/h"))["Subject"] == "3 more edits in 1 outlet, 3 headline, 3 undisclosed"
    assert mail(report(1, 2, reason="quiet hours"))["Subject"] == "Edits held in quiet hours: 2 in 1 outlet, 2 headline, 2 undisclosed"


def test_names_of_all_scripts_survive_in_headers() -> None:
    diff = edited(old=replace(OLD, title="장관, 홍수 보고서 “본 적 없다”"), feeds=("südpost",))
    told = build([diff], since=None, until=NOON, outlets={"südpost": "Südpost – Öffentlich"}, rules={diff.edit.id: "Überschriften"})

    message = mail(told, replace(LETTER, sender="Redaktion Süd <monitor@example.org>", to="Jörg Ö <desk@example.org>, b@example.org"))

    assert message["From"] == "Redaktion Süd <monitor@example.org>"
    assert [address.addr_spec for address in message["To"].addresses] == ["desk@example.org", "b@example.org"]
    assert message["Subject"] == "[Südpost – Öffentlich] edited: 장관, 홍수 보고서 “본 적 없다”"
    assert message["X-Monitor-Rule"] == "Überschriften"
    assert message["List-Id"] == "Sudpost Offentlich edits <sudpost-08ab63.monitor.example.org>"


def test_one_click_is_offered_only_over_https() -> None:
    plain = mail(report(42))
    linked = mail(report(42), replace(LETTER, unsubscribe="https://edits.example.org/u/x"))

    assert plain["List-Unsubscribe"] == "<mailto:monitor@example.org?subject=unsubscribe%20desk>"
    assert plain["List-Unsubscribe-Post"] is None
    assert linked["List-Unsubscribe"].startswith("<https://edits.example.org/u/x>, <mailto:")
    assert linked["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_giant_edit_stays_under_what_gmail_cuts() -> None:
    body = tuple(f"Paragraph {n} of a very long liveblog that was rewritten whole, {n * 7} words and more." for n in range(3000))
    giant = edited(old=replace(OLD, body=body), new=replace(OLD, body=tuple(text.replace("very", "rather") for text in body)))

    message = mail(build([giant], since=None, until=NOON))

    assert len(part(message, "html").encode()) <= HTML_MAX
    assert "more changes" in part(message, "plain")


def test_two_hundred_stories_stay_under_what_gmail_cuts() -> None:
    message = mail(report(*range(1, 501), reason="digest"))

    assert len(part(message, "html").encode()) <= HTML_MAX
    assert re.search(r"4\d\d more edits", part(message, "plain"))


def test_a_moved_paragraph_says_where_it_went() -> None:
    diff = edited(new=OLD)
    moved = replace(diff, changes=(Change("body", "move", (7,), (3,), (("=", "Opposition parties called for an inquiry."),)),))

    assert "¶7→3   > Opposition parties called for an inquiry. (moved)" in report_text(build([moved], since=None, until=NOON))


def test_a_page_that_is_gone_is_told_in_a_sentence() -> None:
    gone = edited(new=OLD, kinds=("gone",))

    assert "The page is gone; its last text is kept." in report_text(build([gone], since=None, until=NOON))


def test_wide_characters_are_wrapped_by_what_they_take() -> None:
    assert all(len(line) <= 38 for line in wrap("시장이사임했다" * 30, 76))


# --- unsubscribing --------------------------------------------------------------------------------------------------


def test_an_unsubscribe_link_names_its_target_and_cannot_be_made_up() -> None:
    token = unsubscribe_token("desk/ann@example.org", "sesame")

    assert target_of(token, "sesame") == "desk/ann@example.org"
    assert target_of(token, "other") is None
    assert target_of(unsubscribe_token("room", "sesame").split(".")[0] + "." + token.split(".")[1], "sesame") is None
    assert [target_of(text, "sesame") for text in ("", ".", "ä.ö", "a.b", token[:-2])] == [None] * 5


def test_there_is_a_link_only_where_pages_are_served_and_signed() -> None:
    assert unsubscribe_url("desk", WebSettings()) is None
    assert unsubscribe_url("desk", WebSettings(public_url="https://edits.example.org")) is None
    url = unsubscribe_url("desk", WebSettings(public_url="https://edits.example.org/", token="sesame"))
    assert url is not None
    assert url.startswith("https://edits.example.org/u/")
