"""The same edit in another outlet, later than the first message: it follows in that message's thread and alarms nobody again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from desk_store import HandClock, Postbox
from newsdesk import NEW, NOON, OLD, edited
from newsroom import DESK, MINUTE, Newsroom

from monitor import deliver
from monitor.compare import diff_of
from monitor.model import ArticleUpdate, Delivery, Diff, Key, LookOutcome, NewRevision, Refusal, Report, Revision, Stamp
from monitor.notify.payload import payload
from monitor.render.brief import Room, brief
from monitor.render.html import mail_html
from monitor.render.mail import Letter, compose, subject
from monitor.render.plain import report_text
from monitor.report import route
from monitor.settings import Quiet, Settings, StoreSettings, Target
from monitor.store.sql import SqlStore, open_store

HOUR = timedelta(hours=1)


def in_outlet(article: int, room: Newsroom, *, new: str = NEW.title) -> Diff:
    """The wire story in one more paper, seen now."""
    words = replace(NEW, title=new)
    return edited(article, new=words, fingerprint=b"wire", host=f"paper{article}.example", feeds=(f"paper{article}",), at=room.clock.now())


def told_first(room: Newsroom) -> list[Report]:
    room.happens(in_outlet(1, room))
    return room.round(after=10 * MINUTE)


def also(report: Report) -> Sequence[int]:
    return sorted(edit.article for story in report.stories for edit in story.also)


def test_an_outlet_that_follows_within_two_hours_is_told_in_the_first_one_s_thread_and_once() -> None:
    room = Newsroom()
    (first,) = told_first(room)
    room.happens(in_outlet(2, room))
    soon = room.round(after=20 * MINUTE)
    room.happens(in_outlet(3, room))
    soon += room.round(after=20 * MINUTE)

    later = room.round(after=2 * HOUR) + room.round(after=6 * HOUR)

    assert soon == []
    assert [(len(report.stories), also(report)) for report in later] == [(1, [2, 3])]
    assert later[0].stories[0].told_before
    assert not first.stories[0].told_before
    assert subject(later[0]) == subject(first)
    letter = Letter("monitor@example.org", "desk@example.org", "k", "desk")
    roots = [line for report in (first, later[0]) for line in compose(report, letter).splitlines() if line.startswith(b"References:")]
    assert roots[0] == roots[1]
    assert {row.state for row in room.store.states.values()} == {"sent"}


def test_while_it_waits_its_row_says_why() -> None:
    room = Newsroom()
    told_first(room)
    room.happens(in_outlet(2, room))
    room.round(after=20 * MINUTE)

    row = room.store.states[2]
    assert (row.state, row.reason) == ("held", "the same edit as article 1, told before")
    assert row.due_at == NOON + 2 * HOUR


def test_every_form_says_that_it_was_told_before() -> None:
    room = Newsroom()
    told_first(room)
    room.happens(in_outlet(2, room))

    (report,) = room.round(after=20 * MINUTE) + room.round(after=3 * HOUR)

    assert "told before" in report_text(report)
    assert "also in paper2" in report_text(report)
    assert "told before" in mail_html(report, title="x")
    assert "Now also in paper2" in brief(report, Room(300))
    assert b'"told_before": true' in payload(room.box.got[-1])


def test_an_edit_more_than_two_hours_later_is_news_again() -> None:
    room = Newsroom()
    told_first(room)
    room.clock.pass_(3 * HOUR)
    room.happens(in_outlet(2, room))

    (report,) = room.round(after=10 * MINUTE)

    assert not report.stories[0].told_before
    assert report.stories[0].diff.edit.article == 2


def test_a_third_outlet_follows_the_second_in_the_first_one_s_thread() -> None:
    room = Newsroom()
    (first,) = told_first(room)
    room.clock.pass_(HOUR)
    room.happens(in_outlet(2, room))
    second = room.round(after=10 * MINUTE) + room.round(after=50 * MINUTE)
    room.happens(in_outlet(3, room))

    (report,) = room.round(after=10 * MINUTE) + room.round(after=3 * HOUR)

    assert [also(told) for told in second] == [[2]]

    assert also(report) == [3]
    assert subject(report) == subject(first)


def test_a_further_edit_of_the_following_article_is_news_at_once() -> None:
    room = Newsroom()
    told_first(room)
    room.happens(in_outlet(2, room))
    room.round(after=20 * MINUTE)
    room.happens(edited(2, old=NEW, new=OLD, from_rev=2, at=room.clock.now()))

    told = room.round(after=10 * MINUTE) + room.round(after=3 * HOUR)

    assert [(report.stories[0].diff.edit.article, report.stories[0].told_before) for report in told] == [(2, False), (1, True)]


def test_the_same_words_in_an_unrelated_article_are_news() -> None:
    room = Newsroom()
    told_first(room)
    other = replace(OLD, title="Lighthouse reopens after storm", body=("Keepers returned to the island on Sunday.", "It has 12 lamps."))
    room.happens(edited(2, old=other, new=replace(other, body=(other.body[0], "It has 13 lamps.")), fingerprint=b"wire"))

    (report,) = room.round(after=10 * MINUTE)

    assert report.stories[0].diff.edit.article == 2


def test_a_template_that_goes_on_changing_is_one_more_notice_after_two_hours() -> None:
    room = Newsroom()
    room.happens(*(edited(n, fingerprint=b"t", held_by="template change") for n in (1, 2, 3)))
    first = room.round(after=10 * MINUTE)
    soon = []
    for number in range(4, 9):
        room.happens(edited(number, fingerprint=b"t", held_by="template change", at=room.clock.now()))
        soon += room.round(after=15 * MINUTE)

    later = room.round(after=HOUR)

    assert ([len(report.notices) for report in first], soon) == ([1], [])
    assert [len(report.notices[0].edits) for report in later] == [5]


def test_a_thousand_articles_of_a_template_wait_in_one_go() -> None:
    room = Newsroom()
    room.happens(edited(1, fingerprint=b"t", held_by="template change"))
    room.round(after=10 * MINUTE)
    room.happens(*(edited(n, fingerprint=b"t", held_by="template change", at=room.clock.now()) for n in range(2, 1002)))
    steps: list[str] = []
    room.store.step = steps.append

    told = room.round(after=10 * MINUTE)

    assert told == []
    assert steps.count("reschedule") == 1


def test_a_first_message_that_nobody_took_yet_leads_too() -> None:
    room = Newsroom()
    room.box.answer = lambda delivery: Refusal(room.clock.now(), False, "450 busy")
    told_first(room)
    room.box.answer = lambda delivery: None
    room.happens(in_outlet(2, room))

    told = room.round(after=20 * MINUTE) + room.round(after=3 * HOUR)

    assert [(report.stories[0].told_before, also(report)) for report in told] == [(False, []), (True, [2])]


def test_a_first_message_that_a_limit_joined_with_others_leads_by_its_own_subject() -> None:
    room = Newsroom(replace(DESK, max_per=(1, timedelta(minutes=30))))
    room.box.answer = lambda delivery: Refusal(room.clock.now(), False, "450 busy")
    room.happens(in_outlet(1, room), edited(9, old=NEW, new=OLD))
    room.round(after=10 * MINUTE)
    room.box.answer = lambda delivery: (
        None if 2 in [edit.article for edit in delivery.report.stories[0].also] else Refusal(NOON, False, "450")
    )
    room.happens(in_outlet(2, room))

    told = [report for _ in range(6) for report in room.round(after=HOUR)]

    assert [(report.reason, subject(report)) for report in told] == [("", f"[paper1] edited: {OLD.title}")]


def test_a_retry_of_what_follows_says_the_same() -> None:
    room = Newsroom()
    told_first(room)
    room.happens(in_outlet(2, room))
    tries: list[Report | None] = []

    def busy(delivery: Delivery) -> Refusal | None:
        tries.append(delivery.report)
        return Refusal(room.clock.now(), False, "450 busy") if len(tries) == 1 else None

    room.box.answer = busy
    room.round(after=20 * MINUTE)
    room.round(after=2 * HOUR)
    (report,) = room.round(after=HOUR)

    assert tries[0] is not None
    assert report.stories == tries[0].stories
    assert report.stories[0].told_before


def test_machines_hear_of_each_outlet_at_once() -> None:
    room = Newsroom(Target("hook", "webhook+https://hooks.example"))
    told_first(room)
    room.happens(in_outlet(2, room))

    (report,) = room.round(after=10 * MINUTE)

    assert report.stories[0].diff.edit.article == 2


def test_quiet_hours_that_begin_meanwhile_hold_it_to_the_morning() -> None:
    room = Newsroom(DESK, quiet=Quiet("13:00", "15:00", bypass=""))
    told_first(room)
    room.happens(in_outlet(2, room))
    room.round(after=20 * MINUTE)

    told = room.round(after=2 * HOUR) + room.round(after=HOUR)

    assert [report.reason for report in told] == ["quiet hours"]


def test_copies_of_a_wire_story_are_found_by_their_own_words_in_a_real_store(tmp_path: Path) -> None:
    store = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    settings, clock, box = Settings(tmp_path, tmp_path, targets=(DESK,)), HandClock(NOON), Postbox()
    store.sync_targets(["desk"], NOON)

    def happens(host: str, headline: str) -> None:
        url, at = f"https://{host}/flood", clock.now()
        article = store.watch(url, [Key("url", "", url)], at - HOUR)
        words = [replace(content, title=headline) for content in (OLD, NEW)]
        one, two = (
            Revision(article, rev, "", None, "new", True, "page", url, seen, seen, Stamp(NOON - 3 * HOUR), None, content)
            for rev, seen, content in zip((1, 2), (at - HOUR, at), words, strict=True)
        )
        diff = diff_of(one, two, url=url, event="edited")
        rows = route(diff, frozenset(), rules=(), targets=(DESK,), quiet=None, mutes=frozenset(), timezone="UTC", now=at)
        for rev, made in enumerate((one, two)):
            new = NewRevision(
                "edited" if rev else "new", True, "page", url, made.first_seen_at, made.posted, None, made.content, {},
                edit=diff.edit if rev else None, changes=diff.changes if rev else (), dispatches=rows if rev else (),
            )  # fmt: skip
            task = store.page_task(article, made.first_seen_at)
            store.save_look(LookOutcome(task, made.first_seen_at, task.pace, ArticleUpdate(article, rev, url, revision=new)))

    def told(after: timedelta) -> list[Report]:
        clock.pass_(after)
        before = len(box.got)
        deliver.round(store, {"desk": box}, settings, clock)
        return [delivery.report for delivery in box.got[before:] if delivery.report]

    happens("harbour.example", "Minister and the flood report")
    (first,) = told(10 * MINUTE)
    happens("hills.example", "Minister and the flood report, by our staff")
    soon = told(20 * MINUTE)
    (later,) = told(2 * HOUR)
    store.close()

    assert soon == []
    assert later.stories[0].told_before
    assert [edit.url for edit in later.stories[0].also] == ["https://hills.example/flood"]
    assert subject(later) == subject(first)
