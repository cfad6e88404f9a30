"""What every store promises of the outbox: a message's rows stay together from its first try to its last."""

from datetime import timedelta

from store_cases import HOUR, MINUTE, T0, content, edited, look, seen, with_edit

from monitor.model import Dispatch, Receipt, Refusal
from monitor.ports import Store

NOW = T0 + 2 * HOUR
LEASE = 2 * MINUTE


def waiting(*targets: str, due_at: timedelta = HOUR) -> tuple[Dispatch, ...]:
    return tuple(Dispatch(target, "waiting", "to be sent", T0 + due_at, "all") for target in targets)


def test_a_due_row_is_given_with_the_whole_edit(store: Store) -> None:
    article = with_edit(store, waiting("desk"))

    assert store.due_rows("desk", T0) == ()
    (brief,) = store.due_rows("desk", NOW)
    (row,) = store.due_edits("desk", NOW)

    assert (row.id, row.dispatch, row.diff.edit) == (brief.id, brief.dispatch, brief.edit)
    assert (row.diff.old.rev, row.diff.new.rev, row.diff.edit.article) == (1, 2, article)
    assert row.dispatch == Dispatch("desk", "waiting", "to be sent", T0 + HOUR, "all")
    assert store.queued([row.id]) == (row,)
    assert store.rows([row.id]) == (brief,)


def test_rows_come_by_id_and_page_by_page(store: Store) -> None:
    article = with_edit(store, waiting("desk"))
    at = T0 + HOUR + MINUTE
    look(
        store, article, at, seen(article, 2, at, "edited", revision=edited(at, content("Ferry sinks"), after=2, dispatches=waiting("desk")))
    )

    first, second = store.due_rows("desk", NOW)

    assert [row.id for row in store.due_rows("desk", NOW, 1)] == [first.id]
    assert [row.id for row in store.due_rows("desk", NOW, 500, first.id)] == [second.id]


def test_what_is_rescheduled_comes_when_it_is_due_again(store: Store) -> None:
    with_edit(store, waiting("desk"))
    (row,) = store.due_rows("desk", NOW)

    store.reschedule([row.id], "held", "quiet hours until 07:00", NOW + HOUR)

    assert store.due_rows("desk", NOW) == ()
    assert store.next_due_delivery_at() is None or store.next_due_delivery_at() == NOW + HOUR
    (again,) = store.due_rows("desk", NOW + HOUR)
    assert (again.dispatch.state, again.dispatch.reason) == ("held", "quiet hours until 07:00")


def test_what_is_held_is_counted_by_target_and_reason_until_a_message_has_it(store: Store) -> None:
    store.sync_targets(["desk", "room"], T0)
    with_edit(store, waiting("desk", "room"))
    (desk,), (room,) = store.due_rows("desk", NOW), store.due_rows("room", NOW)

    store.reschedule([desk.id, room.id], "held", "limit 6/h", NOW)
    both = store.held()
    store.start_delivery("room", [room.id], NOW, LEASE)

    assert both == (("desk", "limit 6/h", 1), ("room", "limit 6/h", 1))
    assert store.held() == (("desk", "limit 6/h", 1),)


def test_what_is_muted_is_due_no_more(store: Store) -> None:
    with_edit(store, waiting("desk"))
    (row,) = store.due_rows("desk", NOW)

    store.reschedule([row.id], "muted", "article 1 is muted", NOW)

    assert store.due_rows("desk", NOW + HOUR) == ()
    assert [found.state for found in store.outbox()] == ["muted"]


def test_a_row_goes_into_one_message(store: Store) -> None:
    with_edit(store, waiting("desk", "room"))
    (row,) = store.due_rows("desk", NOW)

    delivery = store.start_delivery("desk", [row.id], NOW, LEASE)

    assert delivery is not None
    assert (delivery.target, delivery.rows, delivery.attempts, len(delivery.key)) == ("desk", (row.id,), 1, 64)
    assert store.start_delivery("desk", [row.id], NOW, LEASE) is None
    assert store.due_rows("desk", NOW) == ()
    assert len(store.due_rows("room", NOW)) == 1


def test_what_was_told_of_the_same_words_is_found_by_target_fingerprint_and_time(store: Store) -> None:
    with_edit(store, waiting("desk", "room"))
    (row,) = store.due_rows("desk", NOW)
    prints = [row.edit.fingerprint or b""]

    before = store.told_alike("desk", prints, T0)
    delivery = store.start_delivery("desk", [row.id], NOW, LEASE)
    assert delivery
    begun = [found.id for found in store.told_alike("desk", prints, row.edit.seen_before)]
    store.finish_delivery(delivery, Receipt(NOW, "<id@example.org>"), None)

    assert (before, begun) == ((), [row.id])
    assert [found.dispatch.state for found in store.told_alike("desk", prints, T0)] == ["sent"]
    assert store.told_alike("desk", [b"other", *prints], row.edit.seen_before + MINUTE) == ()
    assert store.told_alike("desk", [b"other"], T0) == ()
    assert store.told_alike("room", prints, T0) == ()


def test_what_nobody_took_was_not_told(store: Store) -> None:
    with_edit(store, waiting("desk"))
    (row,) = store.due_rows("desk", NOW)
    delivery = store.start_delivery("desk", [row.id], NOW, LEASE)
    assert delivery

    store.finish_delivery(delivery, Refusal(NOW, True, "550 no such user"), None)

    assert store.told_alike("desk", [row.edit.fingerprint or b""], T0) == ()


def test_what_was_taken_is_sent_and_never_due_again(store: Store) -> None:
    with_edit(store, waiting("desk"))
    (row,) = store.due_rows("desk", NOW)
    delivery = store.start_delivery("desk", [row.id], NOW, LEASE)
    assert delivery

    store.finish_delivery(delivery, Receipt(NOW, "<id@example.org>"), None)

    (told,) = store.outbox(target="desk")
    assert (told.state, told.sent_at, told.reference, told.attempts) == ("sent", NOW, "<id@example.org>", 1)
    assert store.due_deliveries("desk", NOW + 9 * HOUR) == ()
    assert store.due_rows("desk", NOW + 9 * HOUR) == ()
    assert store.messages_sent("desk", NOW - HOUR) == (NOW,)
    assert store.messages_sent("desk", NOW + MINUTE) == ()
    assert store.next_due_delivery_at() is None


def test_a_message_whose_sender_died_is_taken_up_again_with_the_same_key(store: Store) -> None:
    with_edit(store, waiting("desk"))
    (row,) = store.due_rows("desk", NOW)
    delivery = store.start_delivery("desk", [row.id], NOW, LEASE)
    assert delivery

    assert store.due_deliveries("desk", NOW + MINUTE) == ()
    (begun,) = store.due_deliveries("desk", NOW + LEASE)
    again = store.resume_delivery(begun, NOW + LEASE, LEASE)

    assert again is not None
    assert (again.id, again.key, again.rows) == (delivery.id, delivery.key, delivery.rows)
    assert (again.fence, again.attempts) == (delivery.fence + 1, 2)
    assert store.resume_delivery(begun, NOW + LEASE, LEASE) is None


def test_a_late_sender_writes_nothing(store: Store) -> None:
    with_edit(store, waiting("desk"))
    (row,) = store.due_rows("desk", NOW)
    late = store.start_delivery("desk", [row.id], NOW, LEASE)
    assert late
    store.resume_delivery(late, NOW + LEASE, LEASE)

    store.finish_delivery(late, Refusal(NOW, True, "550 nobody"), None)

    assert [found.state for found in store.outbox()] == ["waiting"]


def test_a_refusal_for_now_waits_with_its_reason_and_its_rows(store: Store) -> None:
    with_edit(store, waiting("desk"))
    (row,) = store.due_rows("desk", NOW)
    store.reschedule([row.id], "held", "quiet hours until 07:00", NOW)
    delivery = store.start_delivery("desk", [row.id], NOW, LEASE)
    assert delivery

    store.finish_delivery(delivery, Refusal(NOW, False, "450 busy"), NOW + HOUR)

    assert store.due_rows("desk", NOW + 9 * HOUR) == ()
    assert store.due_deliveries("desk", NOW) == ()
    (begun,) = store.due_deliveries("desk", NOW + HOUR)
    assert (begun.key, begun.rows) == (delivery.key, delivery.rows)
    assert [found.reason for found in store.outbox()] == ["450 busy"]
    assert [again.dispatch.reason for again in store.rows([row.id])] == ["quiet hours until 07:00"]


def test_a_refusal_for_good_is_a_dead_letter_until_it_is_revived(store: Store) -> None:
    with_edit(store, waiting("desk"))
    (row,) = store.due_rows("desk", NOW)
    delivery = store.start_delivery("desk", [row.id], NOW, LEASE)
    assert delivery

    store.finish_delivery(delivery, Refusal(NOW, True, "550 nobody"), None)

    assert store.dead_letters("desk") == 1
    assert [(found.state, found.reason) for found in store.outbox(state="dead")] == [("dead", "550 nobody")]
    assert store.due_deliveries("desk", NOW + 9 * HOUR) == ()
    assert (store.revive("room", NOW), store.revive("desk", NOW)) == (0, 1)
    (begun,) = store.due_deliveries("desk", NOW)
    assert (begun.key, begun.rows, begun.attempts) == (delivery.key, delivery.rows, 0)


def test_who_was_told_of_silence_hears_that_it_was_none(store: Store) -> None:
    article = with_edit(store, waiting("desk", "room"))
    (row,) = store.due_rows("desk", NOW)
    delivery = store.start_delivery("desk", [row.id], NOW, LEASE)
    assert delivery
    store.finish_delivery(delivery, Receipt(NOW, "<id@example.org>"), None)

    look(store, article, NOW + MINUTE, seen(article, 2, NOW + MINUTE, "restamped", discloses=2))

    (again,) = store.due_rows("desk", NOW + MINUTE)
    (first,) = store.due_rows("room", NOW + MINUTE)
    assert again.edit.disclosed is True
    assert again.dispatch.reason.startswith("correction")
    assert not first.dispatch.reason.startswith("correction")
    corrected = store.start_delivery("desk", [again.id], NOW + MINUTE, LEASE)
    assert corrected is not None
    assert corrected.key != delivery.key


def test_a_correction_that_quiet_hours_hold_is_a_message_of_its_own_after_them(store: Store) -> None:
    article = with_edit(store, waiting("desk"))
    (row,) = store.due_rows("desk", NOW)
    delivery = store.start_delivery("desk", [row.id], NOW, LEASE)
    assert delivery
    store.finish_delivery(delivery, Receipt(NOW, "<id@example.org>"), None)
    look(store, article, NOW + MINUTE, seen(article, 2, NOW + MINUTE, "restamped", discloses=2))

    store.reschedule([row.id], "held", "quiet hours until 07:00", NOW + HOUR)

    (again,) = store.due_rows("desk", NOW + HOUR)
    assert (again.dispatch.state, again.dispatch.reason.partition(":")[0]) == ("held", "correction")
    corrected = store.start_delivery("desk", [again.id], NOW + HOUR, LEASE)
    assert corrected is not None
    assert corrected.key != delivery.key


def test_mutes_end_by_themselves_or_by_hand(store: Store) -> None:
    store.mute("article:42", None)
    store.mute("feed:harbour", T0 + HOUR)

    assert store.mutes(T0) == {"article:42", "feed:harbour"}
    assert store.mutes(T0 + 2 * HOUR) == {"article:42"}
    store.unmute("article:42")
    assert store.mutes(T0 + 2 * HOUR) == frozenset()
