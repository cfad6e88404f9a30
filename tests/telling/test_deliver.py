"""What deliver makes of the outbox: the right people, once, together where it belongs together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from desk_store import Crash
from newsdesk import NEW, NOON, OLD, edited, revision
from newsroom import DESK, MINUTE, MORNING, Newsroom

from monitor.errors import StoreError
from monitor.model import Delivery, Dispatch, QueuedEdit, Refusal
from monitor.render.brief import Room, brief
from monitor.render.html import mail_html
from monitor.render.plain import report_text
from monitor.settings import Quiet


def test_an_edit_is_told_once() -> None:
    room = Newsroom()
    room.happens(edited())

    told = room.round(after=10 * MINUTE) + room.round(after=10 * MINUTE)

    assert [len(report.stories) for report in told] == [1]
    assert room.store.states[1].state == "sent"


def test_an_instant_message_waits_for_further_edits() -> None:
    room = Newsroom()
    room.happens(edited())

    assert room.round(after=9 * MINUTE) == []
    assert len(room.round(after=MINUTE)) == 1


def test_a_process_that_ends_tells_at_once() -> None:
    room = Newsroom()
    room.happens(edited())

    assert len(room.round(settled=True)) == 1


def test_edits_of_one_article_within_ten_minutes_are_one_message_with_the_net_difference() -> None:
    room = Newsroom()
    middle, last = replace(NEW, title="Minister says no comment"), replace(NEW, title="Minister resigns")
    room.happens(edited(old=OLD, new=middle, from_rev=1))
    room.clock.pass_(8 * MINUTE)
    room.happens(edited(old=middle, new=last, from_rev=2, at=room.clock.now()))

    told = room.round(after=3 * MINUTE) + room.round(after=10 * MINUTE)

    assert len(told) == 1
    story = told[0].stories[0]
    assert (story.diff.old.rev, story.diff.new.rev, len(story.edits)) == (1, 3, 2)
    assert story.title == OLD.title


def test_there_and_back_is_one_message_that_says_so() -> None:
    room = Newsroom()
    room.happens(edited(old=OLD, new=NEW, from_rev=1), edited(old=NEW, new=OLD, from_rev=2))

    told = room.round(after=10 * MINUTE)

    assert len(told) == 1
    assert "reverted" in told[0].stories[0].diff.edit.kinds
    assert told[0].stories[0].diff.edit.reverts_to == 1


def test_the_same_edit_in_several_outlets_is_one_message_with_also_in() -> None:
    room = Newsroom()
    room.happens(*(edited(n, fingerprint=b"f", host=f"paper{n}.example", feeds=(f"paper{n}",)) for n in (1, 2, 3)))

    told = room.round(after=10 * MINUTE)

    assert len(told) == 1
    assert {edit.article for edit in told[0].stories[0].also} == {2, 3}
    assert {row.state for row in room.store.states.values()} == {"sent"}


def test_equal_words_in_unrelated_articles_stay_two_messages() -> None:
    room = Newsroom()
    other = replace(OLD, title="Lighthouse reopens after storm", body=("Keepers returned to the island on Sunday.", "It has 12 lamps."))
    room.happens(
        edited(1, fingerprint=b"f"), edited(2, old=other, new=replace(other, body=(other.body[0], "It has 13 lamps.")), fingerprint=b"f")
    )

    assert len(room.round(after=10 * MINUTE)) == 2


def test_a_changed_template_is_one_notice() -> None:
    room = Newsroom()
    room.happens(*(edited(n, fingerprint=b"t", held_by="template change" if n > 2 else None) for n in range(1, 31)))

    told = room.round(after=10 * MINUTE)

    assert len(told) == 1
    assert not told[0].stories
    assert len(told[0].notices[0].edits) == 30


def test_a_digest_comes_at_its_hour_and_once() -> None:
    room = Newsroom(MORNING)
    room.happens(*(edited(n) for n in range(1, 8)))

    early = room.round(after=timedelta(hours=19, minutes=29))
    told = room.round(after=MINUTE) + room.round(after=timedelta(days=1))

    assert early == []
    assert [(report.reason, report.edits) for report in told] == [("digest", 7)]


def test_an_empty_digest_is_skipped_or_sent_as_asked() -> None:
    skipping, sending = Newsroom(MORNING), Newsroom(replace(MORNING, empty="send"))

    for room in (skipping, sending):
        room.round()

    assert [len(room.round(after=timedelta(days=1))) for room in (skipping, sending)] == [0, 1]
    assert sending.round(after=MINUTE) == []


def test_quiet_hours_hold_and_then_send_one_digest() -> None:
    room = Newsroom(quiet=Quiet("22:00", "07:00"))
    room.clock.at = NOON + timedelta(hours=11)
    room.happens(*(edited(n, level="medium", at=room.clock.now()) for n in (1, 2, 3)))

    night = room.round(after=timedelta(hours=1))
    morning = room.round(after=timedelta(hours=7))

    assert night == []
    assert [(report.reason, len(report.stories)) for report in morning] == [("quiet hours", 3)]
    assert morning[0].stories[0].held == "held 23:00 in quiet hours"


def test_what_was_held_is_marked_in_every_section_of_its_digest() -> None:
    room = Newsroom(quiet=Quiet("22:00", "07:00"))
    room.clock.at = NOON + timedelta(hours=11)
    room.happens(*(edited(n, level="medium", at=room.clock.now()) for n in range(1, 9)))
    room.happens(*(edited(n, new=replace(OLD, body=NEW.body), level="low", at=room.clock.now()) for n in range(9, 12)))

    (report,) = room.round(after=timedelta(hours=8))

    assert report_text(report).count("held 23:00 in quiet hours") == 11
    assert mail_html(report, title="x").count("held 23:00 in quiet hours") == 11


def test_a_digest_says_what_is_held_back_for_others() -> None:
    room = Newsroom(replace(DESK, max_per=(1, timedelta(hours=24))), MORNING)
    room.happens(*(edited(n) for n in range(1, 4)))
    room.round(after=10 * MINUTE)
    room.happens(edited(4), edited(5))
    room.round(after=10 * MINUTE)

    digest = room.round(after=timedelta(hours=19, minutes=10))[-1]

    assert digest.reason == "digest"
    assert [(one.subject, one.message) for one in digest.held] == [("target desk", "2 edits: limit 1/d")]
    assert "Held back" in report_text(digest)
    assert "2 edits: limit 1/d" in mail_html(digest, title="x")


def test_a_grave_edit_passes_quiet_hours() -> None:
    room = Newsroom(quiet=Quiet("22:00", "07:00", bypass="high"))
    room.clock.at = NOON + timedelta(hours=11)
    room.happens(edited(1, level="high"), edited(2, level="medium"))

    told = room.round(after=10 * MINUTE)

    assert [report.stories[0].diff.edit.article for report in told] == [1]


def test_an_edit_just_before_quiet_hours_is_held_too() -> None:
    room = Newsroom(quiet=Quiet("22:00", "07:00"))
    room.clock.at = NOON + timedelta(hours=9, minutes=55)
    room.happens(edited(level="low"))

    assert room.round(after=20 * MINUTE) == []
    assert room.store.states[1].state == "held"


def test_more_than_the_limit_comes_as_one_message_and_then_waits() -> None:
    room = Newsroom(replace(DESK, max_per=(3, timedelta(hours=1))))
    room.happens(*(edited(n) for n in range(1, 11)))

    first = room.round(after=10 * MINUTE)
    room.happens(*(edited(n) for n in range(11, 14)))
    second = room.round(after=10 * MINUTE)
    third = room.round(after=timedelta(hours=1))

    assert [report.edits for report in first] == [1, 1, 8]
    assert first[-1].reason == "limit 3/h"
    assert second == []
    assert room.store.states[11].reason == "limit 3/h" or third
    assert [report.edits for report in third] == [3]


def test_ten_thousand_edits_are_few_messages() -> None:
    room = Newsroom(DESK, MORNING)
    room.happens(*(edited(n) for n in range(1, 1501)))

    told = room.round(after=10 * MINUTE)
    told += room.round(after=timedelta(days=1))

    assert len(told) <= 61
    assert sum(report.edits for report in told) == 3000


def test_what_was_muted_after_it_was_queued_is_not_told() -> None:
    room = Newsroom()
    room.happens(edited(42), edited(43))
    room.store.mute("article:42", None)

    told = room.round(after=10 * MINUTE)

    assert [report.stories[0].diff.edit.article for report in told] == [43]
    assert (room.store.states[1].state, room.store.states[1].reason) == ("muted", "article 42 is muted")


def test_many_muted_edits_are_written_down_in_one_go() -> None:
    room = Newsroom()
    room.happens(*(edited(n) for n in range(1, 301)))
    room.store.mute("feed:harbour", None)
    steps: list[str] = []
    room.store.step = steps.append

    room.round(after=10 * MINUTE)

    assert {row.state for row in room.store.states.values()} == {"muted"}
    assert steps.count("reschedule") == 1


def _refuses(room: Newsroom, *, permanent: bool, times: int) -> None:
    left = Counter({"refusals": times})

    def answer(delivery: Delivery) -> Refusal | None:
        left["refusals"] -= 1
        return Refusal(room.clock.now(), permanent, "450 mailbox busy") if left["refusals"] >= 0 else None

    room.box.answer = answer


def test_a_refusal_for_now_is_tried_again_with_the_same_key_and_the_same_edits() -> None:
    room = Newsroom()
    _refuses(room, permanent=False, times=2)
    room.happens(edited(1))
    assert room.round(after=10 * MINUTE) == []
    key = room.store.messages[1].delivery.key
    room.happens(edited(1, old=NEW, new=OLD, from_rev=2))

    assert room.store.states[1].reason.startswith("failed (retry 1 of 6 follows)")
    told = room.round(after=MINUTE) + room.round(after=30 * MINUTE)

    assert [len(report.stories[0].edits) for report in told] == [1, 1]
    assert room.box.got[0].key == key


def test_retries_end_after_five_days_as_a_dead_letter_that_the_next_digest_shows() -> None:
    room = Newsroom(DESK, MORNING)
    room.box.answer = lambda delivery: Refusal(room.clock.now(), False, "timeout") if delivery.target == "desk" else None
    room.happens(edited())
    attempts = 0
    for _ in range(6 * 24):
        room.round(after=timedelta(hours=1))
        attempts = room.store.messages[1].delivery.attempts
    room.happens(edited(2))
    digest = room.round(after=timedelta(days=1))[-1]

    assert attempts == 7
    assert room.store.states[1].state == "dead"
    assert room.store.states[1].reason == "given up after 6 retries: timeout"
    assert "target desk" in [trouble.subject for trouble in digest.troubles]


def test_a_refusal_for_good_is_a_dead_letter_at_once_and_others_go_on() -> None:
    room = Newsroom()
    room.box.answer = lambda delivery: Refusal(NOON, True, "552 too big") if delivery.report.stories[0].diff.edit.article == 1 else None
    room.happens(edited(1), edited(2))

    told = room.round(after=10 * MINUTE)

    assert [report.stories[0].diff.edit.article for report in told] == [2]
    assert room.store.states[1].state == "dead"


def test_a_target_that_fails_is_left_alone_for_the_rest_of_the_round() -> None:
    room = Newsroom()
    tries: list[str] = []
    room.box.answer = lambda delivery: tries.append(delivery.key) or Refusal(NOON, False, "connection refused")
    room.happens(edited(1), edited(2), edited(3))

    room.round(after=10 * MINUTE)

    assert len(tries) == 1


def test_a_correction_of_ours_is_told_as_one() -> None:
    room = Newsroom()
    room.store.put(edited(disclosed=True), [Dispatch("desk", "waiting", "correction: it was disclosed after all", NOON)])

    (report,) = room.round()

    assert report.stories[0].correction
    assert "Correction of ours" in report_text(report)
    assert "Correction" in brief(report, Room(300))


def test_a_message_that_cannot_be_made_is_a_dead_letter_and_others_go_on() -> None:
    room = Newsroom()
    room.happens(edited(1), edited(2))

    def broken(rows: Sequence[int]) -> tuple[QueuedEdit, ...]:
        if list(rows) == [1]:
            raise ValueError("the text is damaged")
        return whole(rows)

    whole, room.store.queued = room.store.queued, broken  # type: ignore[method-assign]
    told = room.round(after=10 * MINUTE)
    for _ in range(6 * 24):
        told += room.round(after=timedelta(hours=1))

    assert [report.stories[0].diff.edit.article for report in told] == [2]
    assert room.store.states[1].state == "dead"
    assert "the text is damaged" in room.store.states[1].reason


def test_words_that_cannot_be_read_end_as_a_dead_letter_and_stop_nobody() -> None:
    room = Newsroom()
    room.happens(edited(3, fingerprint=b"wire"))
    room.round(after=10 * MINUTE)
    room.happens(edited(1, fingerprint=b"wire"), edited(2, fingerprint=b"other"))
    damaged = next(number for number, row in room.store.kept.items() if row.diff.edit.article == 1)

    def broken(rows: Sequence[int]) -> tuple[QueuedEdit, ...]:
        if damaged in rows:
            raise ValueError("the text is damaged")
        return whole(rows)

    whole, room.store.queued = room.store.queued, broken  # type: ignore[method-assign]
    told = room.round(after=10 * MINUTE)
    for _ in range(6 * 24):
        told += room.round(after=timedelta(hours=1))

    assert [report.stories[0].diff.edit.article for report in told] == [2]
    assert room.store.states[damaged].state == "dead"


@pytest.mark.parametrize("calls", [1, 2, 3])
def test_a_store_that_is_away_for_a_moment_makes_no_dead_letter(calls: int) -> None:
    room = Newsroom()
    room.happens(edited(1), edited(2))
    left = calls

    def away(rows: Sequence[int]) -> tuple[QueuedEdit, ...]:
        nonlocal left
        left -= 1
        if left == 0:
            raise StoreError("the database cannot be reached")
        return whole(rows)

    whole, room.store.queued = room.store.queued, away  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        room.round(after=10 * MINUTE)
    for _ in range(3):
        room.round(after=timedelta(hours=1))

    reports = [delivery.report for delivery in room.box.got if delivery.report]
    assert sorted(report.stories[0].diff.edit.article for report in reports) == [1, 2]


def test_a_changed_template_in_very_many_articles_is_one_notice_with_all_of_them() -> None:
    room = Newsroom()
    room.happens(*(edited(n, fingerprint=b"t") for n in range(1, 301)))

    told = room.round(after=10 * MINUTE)

    assert [(len(report.stories), len(report.notices), report.more) for report in told] == [(0, 1, 0)]
    assert len(told[0].notices[0].edits) == 300


def test_each_address_of_a_target_is_told_by_itself() -> None:
    room = Newsroom(replace(DESK, url="mailto:ann@example.org,bob@example.org"))
    room.box.answer = lambda delivery: Refusal(NOON, True, "550 no such user") if "bob" in delivery.target else None
    room.happens(edited())

    told = room.round(after=10 * MINUTE)

    assert len(told) == 1
    assert {row.target: row.state for row in room.store.states.values()} == {"desk/ann@example.org": "sent", "desk/bob@example.org": "dead"}


def test_the_subject_is_the_headline_the_article_was_first_seen_with() -> None:
    room = Newsroom()
    room.store.firsts[42] = revision(42, 1, replace(OLD, title="Flood report: what we know"), NOON)
    room.happens(edited(from_rev=4))

    assert room.round(after=10 * MINUTE)[0].stories[0].title == "Flood report: what we know"


@pytest.mark.parametrize("point", range(100))
def test_a_crash_at_any_point_loses_nothing_and_repeats_only_what_was_not_written_down(point: int) -> None:
    room = Newsroom(DESK, replace(DESK, name="room", max_per=(2, timedelta(hours=1))), MORNING)
    room.happens(*(edited(n) for n in range(1, 6)), edited(1, old=NEW, new=OLD, from_rev=2))
    calls = Counter[str]()
    crashed: list[str] = []

    def step(name: str) -> None:
        calls["all"] += 1
        if calls["all"] == point + 1:
            crashed.append(name)
            raise Crash

    room.store.step = room.box.step = step
    for _ in range(40):
        try:
            room.round(after=timedelta(hours=1))
        except Crash:
            continue

    assert {row.state for row in room.store.states.values()} == {"sent"}
    repeats = Counter(delivery.key for delivery in room.box.got)
    assert max(repeats.values()) <= 2
    assert sum(times - 1 for times in repeats.values()) <= len(room.settings.targets), "one message a target can be on its way"
    assert crashed, "the crash came after the last step"
    told = {(delivery.target, edit.id) for delivery in room.box.got for story in delivery.report.stories for edit in story.edits}
    assert len(told) == 18
