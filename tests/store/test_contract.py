"""What every store promises, held for each kind of store."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from store_cases import (
    FEED,
    HOUR,
    MINUTE,
    OTHER,
    T0,
    content,
    edited,
    first,
    guid_key,
    listing,
    look,
    new_update,
    poll,
    seen,
    spelled,
    url_key,
    url_of,
    with_article,
    with_edit,
)

from monitor import proof
from monitor.errors import NotFound
from monitor.model import ArticleUpdate, FeedTask, Key, Look, LookOutcome, Pace, PageTask, PollOutcome, Restamp, Said, Stamp, Validators
from monitor.ports import ArticleQuery, EditQuery, Store
from monitor.settings import Feed
from monitor.shapes import revision_json

# --- feeds ----------------------------------------------------------------------------------------------------------


def test_a_configured_feed_is_due_at_once(store: Store) -> None:
    store.sync_feeds([FEED], T0)

    (turn,) = store.claim(T0, hosts=8, per_host=8, lease=HOUR)

    assert turn.host == "news.example"
    (task,) = turn.tasks
    assert isinstance(task, FeedTask)
    assert task.feed == FEED
    assert task.url == FEED.url


def test_a_new_slug_with_a_known_url_is_a_rename(store: Store) -> None:
    article = with_article(store)

    store.sync_feeds([replace(FEED, slug="port"), OTHER], T0 + HOUR)

    assert [state.feed.slug for state in store.feeds()] == ["hills", "port"]
    assert store.article(article).feeds == ("port",)  # type: ignore[union-attr]
    assert store.find_articles([guid_key("a", "port")]) == {guid_key("a", "port"): article}


def test_a_new_url_keeps_the_history_of_its_slug(store: Store) -> None:
    article = with_article(store)

    store.sync_feeds([replace(FEED, url="https://new.example/feed"), OTHER], T0 + MINUTE)

    task = store.feed_task("harbour", T0)
    assert task.url == "https://new.example/feed"
    assert task.pace.validators is None
    assert store.article(article).feeds == ("harbour",)  # type: ignore[union-attr]


def test_a_feed_that_left_the_file_is_asked_no_more_and_nothing_is_deleted(store: Store) -> None:
    article = with_article(store)

    store.sync_feeds([OTHER], T0 + MINUTE)

    state = next(state for state in store.feeds() if state.feed.slug == "harbour")
    assert not state.configured
    assert state.next_at is None
    assert store.article(article) is not None


def test_a_paused_feed_is_not_due(store: Store) -> None:
    store.sync_feeds([replace(FEED, paused=True)], T0)

    assert store.claim(T0 + HOUR, hosts=8, per_host=8, lease=HOUR) == ()


def test_a_feed_that_moved_for_good_is_asked_at_its_new_address_until_its_configured_url_changes(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    poll(store, T0, moved_to="https://moved.example/rss")
    moved = store.feed_task("harbour", T0).url

    store.sync_feeds([replace(FEED, url="https://other.example/rss")], T0)

    assert moved == "https://moved.example/rss"
    assert store.feed_task("harbour", T0).url == "https://other.example/rss"


def test_asking_for_an_unknown_feed_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        store.feed_task("nobody", T0)
    with pytest.raises(NotFound):
        store.page_task(17, T0)


# --- claiming -------------------------------------------------------------------------------------------------------


def test_a_claim_moves_each_task_by_its_floor_before_it_is_sent(store: Store) -> None:
    store.sync_feeds([OTHER], T0)

    store.claim(T0, hosts=8, per_host=8, lease=MINUTE)

    assert store.claim(T0 + 2 * MINUTE, hosts=8, per_host=8, lease=MINUTE) == ()
    assert len(store.claim(T0 + timedelta(minutes=30), hosts=8, per_host=8, lease=MINUTE)) == 1


def test_a_host_is_given_to_one_at_a_time(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    poll(store, T0, *(new_update(name, T0) for name in "abc"))

    (turn,) = store.claim(T0 + HOUR, hosts=8, per_host=2, lease=HOUR)
    none = store.claim(T0 + HOUR, hosts=8, per_host=2, lease=HOUR)
    store.release(turn, T0 + HOUR)
    (again,) = store.claim(T0 + HOUR, hosts=8, per_host=9, lease=HOUR)

    assert none == ()
    assert len(turn.tasks) == 2
    assert not {task.watch_id for task in turn.tasks} & {task.watch_id for task in again.tasks}
    assert again.fence > turn.fence


def test_a_host_rests_until_it_is_free(store: Store) -> None:
    with_article(store, revision=False)
    (turn,) = store.claim(T0, hosts=8, per_host=8, lease=HOUR, tasks="page")

    store.release(turn, T0 + 2 * HOUR)
    store.hold_host("news.example", T0 + 3 * HOUR)
    store.hold_host("news.example", T0 + HOUR)

    assert store.claim(T0 + 2 * HOUR, hosts=8, per_host=8, lease=HOUR, feeds=["harbour"]) == ()
    assert len(store.claim(T0 + 3 * HOUR, hosts=8, per_host=8, lease=HOUR, feeds=["harbour"])) == 1


def test_a_lease_that_was_lost_releases_nothing(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    poll(store, T0, *(new_update(name, T0) for name in "abc"))
    (late,) = store.claim(T0, hosts=8, per_host=1, lease=MINUTE)
    (now,) = store.claim(T0 + 2 * MINUTE, hosts=8, per_host=1, lease=HOUR)

    store.release(late, T0 + 2 * MINUTE)

    assert now.fence > late.fence
    assert store.claim(T0 + 3 * MINUTE, hosts=8, per_host=1, lease=HOUR) == ()


def test_a_feed_that_was_given_up_is_asked_again_by_hand(store: Store) -> None:
    store.sync_feeds([FEED, replace(OTHER, paused=True)], T0)
    poll(store, T0, pace=Pace(None, HOUR, asked_at=T0))
    assert store.next_due_at() is None

    store.make_due([FEED.slug, OTHER.slug], T0 + HOUR)

    turns = store.claim(T0 + HOUR, hosts=8, per_host=8, lease=HOUR)
    assert [task.feed.slug for turn in turns for task in turn.tasks if isinstance(task, FeedTask)] == [FEED.slug]


def test_a_turn_that_goes_on_keeps_its_host(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    (turn,) = store.claim(T0, hosts=8, per_host=8, lease=MINUTE)

    store.prolong(turn, T0 + 9 * HOUR)

    assert store.claim(T0 + 8 * HOUR, hosts=8, per_host=8, lease=MINUTE) == ()
    assert len(store.claim(T0 + 9 * HOUR, hosts=8, per_host=8, lease=MINUTE)) == 1


def test_a_turn_that_ended_or_was_lost_is_not_prolonged(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    (late,) = store.claim(T0, hosts=8, per_host=8, lease=MINUTE)
    (now,) = store.claim(T0 + HOUR, hosts=8, per_host=8, lease=MINUTE)

    store.prolong(late, T0 + 90 * HOUR)
    store.release(now, T0 + HOUR)
    store.prolong(now, T0 + 90 * HOUR)

    assert len(store.claim(T0 + 2 * HOUR, hosts=8, per_host=8, lease=MINUTE)) == 1


def test_what_was_asked_in_a_future_that_never_came_is_due_from_now_on(store: Store) -> None:
    """The clock of the machine was years ahead, and is right again."""
    store.sync_feeds([FEED, OTHER], T0)
    future = T0 + timedelta(days=3650)
    poll(store, future, pace=Pace(future + 3 * HOUR, HOUR, asked_at=future))
    store.hold_host("news.example", future + HOUR)
    quiet = store.feed_task(OTHER.slug, T0).pace

    store.right_times(T0 + HOUR)

    assert store.feed_task(FEED.slug, T0).pace.next_at == T0 + 4 * HOUR
    assert store.feed_task(OTHER.slug, T0).pace == quiet
    turns = store.claim(T0 + 4 * HOUR, hosts=8, per_host=8, lease=HOUR)
    assert FEED.slug in {task.feed.slug for turn in turns for task in turn.tasks if isinstance(task, FeedTask)}


def test_what_rests_as_it_may_goes_on_resting(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    poll(store, T0)
    store.hold_host("news.example", T0 + 20 * HOUR)

    store.right_times(T0 + MINUTE)

    assert store.feed_task(FEED.slug, T0).pace.next_at == T0 + HOUR
    assert store.claim(T0 + 19 * HOUR, hosts=8, per_host=8, lease=HOUR) == ()


def test_tasks_given_back_are_due_again_at_once(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    (turn,) = store.claim(T0, hosts=8, per_host=8, lease=HOUR)

    store.give_back(turn, turn.tasks, T0 + MINUTE)
    store.release(turn, T0 + MINUTE)

    assert len(store.claim(T0 + MINUTE, hosts=8, per_host=8, lease=HOUR)) == 1


def test_a_task_given_back_after_its_failure_was_kept_is_as_it_was_claimed(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    (turn,) = store.claim(T0, hosts=8, per_host=8, lease=HOUR)
    (task,) = turn.tasks
    failed = replace(task.pace, next_at=T0 + 9 * HOUR, failures=4, memo='{"slow":2}')
    store.save_poll(PollOutcome(task, T0, "error:dns", None, failed))  # type: ignore[arg-type]  # a feed's

    store.give_back(turn, turn.tasks, T0 + MINUTE)
    store.release(turn, T0 + MINUTE)

    (again,) = store.claim(T0 + MINUTE, hosts=8, per_host=8, lease=HOUR)
    assert (again.tasks[0].pace.failures, again.tasks[0].pace.memo) == (0, task.pace.memo)


def test_a_task_that_was_not_asked_after_all_waits_as_long_as_it_did(store: Store) -> None:
    article = with_article(store)
    before = Pace(T0 + MINUTE, 5 * MINUTE, asked_at=T0)
    look(store, article, T0, seen(article, 1, T0), pace=before)

    (turn,) = store.claim(T0 + HOUR, hosts=8, per_host=8, lease=HOUR, tasks="page")
    store.give_back(turn, turn.tasks, T0 + HOUR)
    store.release(turn, T0 + HOUR)

    (again,) = store.claim(T0 + HOUR, hosts=8, per_host=8, lease=HOUR, tasks="page")
    assert (again.tasks[0].pace.asked_at, again.tasks[0].pace.next_at) == (T0, T0 + MINUTE)


@pytest.mark.parametrize("feeds", [[], [replace(FEED, paused=True)]], ids=["removed", "paused"])
@pytest.mark.parametrize("ends", ["kept", "given back"])
def test_a_feed_dropped_while_it_is_polled_is_not_polled_again(store: Store, feeds: list[Feed], ends: str) -> None:
    store.sync_feeds([FEED], T0)
    (turn,) = store.claim(T0, hosts=8, per_host=8, lease=HOUR)
    (task,) = turn.tasks

    store.sync_feeds(feeds, T0 + MINUTE)
    if ends == "kept":
        store.save_poll(PollOutcome(task, T0 + MINUTE, "ok", 200, replace(task.pace, next_at=T0 + HOUR)))  # type: ignore[arg-type]  # a feed's
    else:
        store.give_back(turn, turn.tasks, T0 + MINUTE)
    store.release(turn, T0 + MINUTE)

    assert store.next_due_at() is None


@pytest.mark.parametrize("ends", ["kept", "given back"])
def test_a_page_let_go_while_it_is_looked_at_is_not_looked_at_again(store: Store, ends: str) -> None:
    article = store.watch(url_of("a"), (url_key("a"),), T0)
    (turn,) = store.claim(T0, hosts=8, per_host=8, lease=HOUR)
    (task,) = turn.tasks

    store.unwatch(article)
    if ends == "kept":
        pace = replace(task.pace, next_at=T0 + HOUR)
        store.save_look(LookOutcome(task, T0 + MINUTE, pace, seen(article, 0, T0 + MINUTE)))  # type: ignore[arg-type]  # a page's
    else:
        store.give_back(turn, turn.tasks, T0 + MINUTE)
    store.release(turn, T0 + MINUTE)

    assert store.next_due_at() is None


def test_an_outcome_that_comes_too_late_undoes_none_saved_beside_it(store: Store) -> None:
    store.sync_feeds([Feed(f"f{n}", f"https://h{n}.example/feed") for n in range(3)], T0)
    store.claim(T0, hosts=9, per_host=9, lease=MINUTE)
    tasks = [store.feed_task(f"f{n}", T0) for n in range(3)]
    tasks[1] = replace(tasks[1], fence=tasks[1].fence - 1)
    outcomes = [PollOutcome(task, T0, "not_modified", 304, replace(task.pace, next_at=T0 + 9 * HOUR)) for task in tasks]

    saved = [future.result() for future in [store.saving(outcome) for outcome in outcomes]]

    assert [one.stored for one in saved] == [True, False, True]
    assert [store.feed_task(f"f{n}", T0).pace.next_at == T0 + 9 * HOUR for n in range(3)] == [True, False, True]


def test_a_host_that_is_being_given_back_is_free_once_that_is_kept(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    [turn] = store.claim(T0, hosts=9, per_host=9, lease=HOUR)
    store.give_back(turn, turn.tasks, T0)

    store.releasing(turn, T0 + MINUTE).result()

    assert store.next_due_at() == T0 + MINUTE
    assert store.claim(T0, hosts=9, per_host=9, lease=HOUR) == ()
    assert len(store.claim(T0 + MINUTE, hosts=9, per_host=9, lease=HOUR)) == 1


def test_a_claim_can_be_limited_to_feeds_and_to_a_kind_of_task(store: Store) -> None:
    store.sync_feeds([FEED, OTHER], T0)
    poll(store, T0, new_update("a", T0))
    at = T0 + 2 * HOUR

    pages = store.claim(at, hosts=8, per_host=8, lease=MINUTE, tasks="page")
    harbour = store.claim(at + HOUR, hosts=8, per_host=8, lease=MINUTE, feeds=["harbour"], tasks="feed")
    hills = store.claim(at + 2 * HOUR, hosts=8, per_host=8, lease=MINUTE, feeds=["hills"])

    assert [type(task) for turn in pages for task in turn.tasks] == [PageTask]
    assert [task.feed.slug for turn in harbour for task in turn.tasks if isinstance(task, FeedTask)] == ["harbour"]
    assert [task.feed.slug for turn in hills for task in turn.tasks if isinstance(task, FeedTask)] == ["hills"]


def test_force_makes_due_whatever_waited_and_clears_back_off(store: Store) -> None:
    article = with_article(store)
    store.hold_host("news.example", T0 + 24 * HOUR)
    store.claim(T0, hosts=8, per_host=8, lease=24 * HOUR)

    store.make_due(["harbour"], T0 + 2 * MINUTE)

    tasks = [task for turn in store.claim(T0 + 2 * MINUTE, hosts=8, per_host=8, lease=HOUR, feeds=["harbour"]) for task in turn.tasks]
    assert {task.article_id for task in tasks if isinstance(task, PageTask)} == {article}
    assert sum(isinstance(task, FeedTask) for task in tasks) == 1


def test_a_feed_asked_for_by_hand_is_due_but_its_host_keeps_its_rest(store: Store) -> None:
    with_article(store)
    store.hold_host("news.example", T0 + 10 * MINUTE)

    assert store.ask_soon("harbour", T0 + MINUTE)

    harbour = {"hosts": 8, "per_host": 8, "lease": HOUR, "feeds": ["harbour"], "tasks": "feed"}
    assert store.claim(T0 + MINUTE, **harbour) == ()
    assert len(store.claim(T0 + 10 * MINUTE, **harbour)) == 1


def test_a_paused_or_unknown_feed_is_not_asked_by_hand(store: Store) -> None:
    store.sync_feeds([replace(FEED, paused=True)], T0)

    assert not store.ask_soon("harbour", T0)
    assert not store.ask_soon("nowhere", T0)
    assert store.claim(T0 + HOUR, hosts=8, per_host=8, lease=HOUR) == ()


def test_the_next_due_moment_is_known(store: Store) -> None:
    assert store.next_due_at() is None
    store.sync_feeds([FEED], T0)
    assert store.next_due_at() == T0

    poll(store, T0)

    assert store.next_due_at() == T0 + HOUR


def test_a_page_task_names_its_feeds(store: Store) -> None:
    article = with_article(store)

    task = store.page_task(article, T0)

    assert task.url == url_of("a")
    assert task.feeds == (FEED,)
    assert task.pace.memo == '{"looks":1}'


# --- saving a poll --------------------------------------------------------------------------------------------------


def test_what_a_poll_learnt_is_known_to_the_next(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    validators = Validators("https://news.example/rss", '"abc"', "Mon, 02 Mar 2026 09:00:00 GMT")
    pace = Pace(T0 + HOUR, HOUR, validators, b"s" * 32, T0, 2, '{"m":3}')

    saved = poll(store, T0, new_update("a", T0), pace=pace, known_memo='{"guids":"trusted"}')

    (article,) = saved.new_articles
    known = store.known_feed(store.feed_task("harbour", T0).feed_id)
    assert store.feed_task("harbour", T0).pace == pace
    assert known.memo == '{"guids":"trusted"}'
    assert known.usable_at == T0
    assert known.listings == (replace(listing("a", T0), article_id=article),)
    assert store.find_articles([guid_key("a"), url_key("a"), url_key("b")]) == {guid_key("a"): article, url_key("a"): article}
    assert store.feeds()[0].title == "Harbour News"


def test_an_outcome_of_a_lost_claim_writes_nothing(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    task = store.feed_task("harbour", T0)
    store.claim(T0, hosts=8, per_host=8, lease=HOUR)

    saved = poll(store, T0, new_update("a", T0), task=task)

    assert not saved.stored
    assert list(store.articles(ArticleQuery())) == []


def test_an_entry_that_left_keeps_its_listing_as_gone(store: Store) -> None:
    article = with_article(store)
    (before,) = store.known_article(article).listed

    poll(store, T0 + HOUR, left=(before,))

    (after,) = store.known_article(article).listed
    assert after.gone_at == T0 + HOUR
    assert after in store.known_feed(store.feed_task("harbour", T0).feed_id).listings


def test_a_listing_is_the_feeds_own_words_now(store: Store) -> None:
    article = with_article(store)
    words = replace(listing("a", T0), title="Another title", changed_at=T0 + HOUR)

    poll(store, T0 + HOUR, ArticleUpdate(article, 1, url_of("a"), listing=words))

    (now,) = store.known_article(article).listed
    assert now == replace(words, article_id=article)


def test_a_story_that_another_feed_brought_meanwhile_is_no_second_article(store: Store) -> None:
    store.sync_feeds([FEED, OTHER], T0)
    article = poll(store, T0, new_update("a", T0)).new_articles[0]

    saved = poll(store, T0 + MINUTE, new_update("a", T0 + MINUTE, feed="hills"), slug="hills")

    assert saved.stored
    assert saved.new_articles == ()
    assert store.article(article).feeds == ("harbour", "hills")  # type: ignore[union-attr]


def test_two_entries_of_one_snapshot_with_one_address_stay_two(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    second = replace(new_update("a", T0), keys=(guid_key("b"), url_key("a")), listing=listing("b", T0))

    saved = poll(store, T0, new_update("a", T0), second)

    assert len(saved.new_articles) == 2
    assert store.find_articles([url_key("a")]) == {url_key("a"): saved.new_articles[0]}


def test_a_pulled_page_is_due_sooner_and_never_later(store: Store) -> None:
    article = with_article(store)

    poll(store, T0 + 8 * MINUTE, ArticleUpdate(article, 1, url_of("a"), pull_forward_to=T0 + 9 * MINUTE))
    poll(store, T0 + 9 * MINUTE, ArticleUpdate(article, 1, url_of("a"), pull_forward_to=T0 + 9 * HOUR))

    assert store.page_task(article, T0).pace.next_at == T0 + 9 * MINUTE
    assert store.next_due_at() is not None


def test_a_pulled_page_rests_as_long_as_between_any_two_looks(store: Store) -> None:
    article = with_article(store)
    looked_at, rest = T0 + MINUTE, 5 * MINUTE

    poll(store, T0 + 2 * MINUTE, ArticleUpdate(article, 1, url_of("a"), pull_forward_to=T0 + 2 * MINUTE))

    assert store.page_task(article, T0).pace.next_at == looked_at + rest


def test_a_page_that_is_pulled_while_it_is_asked_is_asked_again_after_its_rest(store: Store) -> None:
    article = with_article(store)
    at = T0 + 2 * HOUR
    store.claim(at, hosts=9, per_host=9, lease=HOUR)

    poll(store, at, ArticleUpdate(article, 1, url_of("a"), pull_forward_to=at))
    look(store, article, at, seen(article, 1, at))

    assert store.page_task(article, T0).pace.next_at == at + 5 * MINUTE


def test_a_head_that_moved_lets_nothing_of_the_outcome_through(store: Store) -> None:
    article = with_article(store)

    saved = poll(store, T0 + HOUR, new_update("b", T0 + HOUR), ArticleUpdate(article, 0, url_of("a"), memo='{"x":1}'))

    assert not saved.stored
    assert store.find_articles([url_key("b")]) == {}
    assert store.known_article(article).memo == "{}"


# --- saving a look --------------------------------------------------------------------------------------------------


def test_a_first_revision_is_stored_whole(store: Store) -> None:
    article = with_article(store)

    (revision,) = store.revisions(article)

    at = T0 + MINUTE
    assert (revision.rev, revision.event, revision.source, revision.parent_hash) == (1, "new", "page", None)
    assert revision.content == content()
    assert revision.listings == {"harbour": Said("Story a", "In short")}
    assert revision.posted == Stamp(at - HOUR, "+09:00", "2026-03-02 17:00", "visible")
    assert (revision.first_seen_at, revision.last_seen_at, revision.confirmed) == (at, at, True)
    assert store.revision(article, 1) == revision
    assert store.revision(article, 2) is None


def test_the_hash_is_what_a_stranger_computes_from_the_json(store: Store) -> None:
    article = with_edit(store)

    for revision in store.revisions(article):
        said = revision_json(revision)
        assert proof.hashlib.sha256(proof.canonical_json({key: said[key] for key in proof.HASHED_KEYS})).hexdigest() == revision.hash
    old, new = store.revisions(article)
    assert new.parent_hash == old.hash


def test_an_edit_is_stored_with_its_revision_and_its_changes(store: Store) -> None:
    article = with_edit(store)

    (edit,) = store.edits(EditQuery())

    at = T0 + HOUR
    told = edited(at, content("Ferry strikes quay")).edit
    assert told is not None
    assert edit == replace(told, id=edit.id, article=article)
    assert store.edit(article, 2) == edit
    assert store.changes(edit.id) == spelled(content(), content("Ferry strikes quay", "The ferry hit the quay.", "Nobody was hurt."))
    assert store.article(article).last_edit_at == at  # type: ignore[union-attr]
    assert store.article(article).title == "Ferry strikes quay"  # type: ignore[union-attr]
    assert store.last_edited() == article
    assert store.last_edited(1) is None


def test_a_look_is_one_row_however_often_it_is_saved(store: Store) -> None:
    article = with_article(store)
    at = T0 + HOUR

    look(store, article, at, seen(article, 1, at))
    look(store, article, at, seen(article, 1, at))

    assert [row.verdict for row in store.looks(article)] == ["new", "same"]
    assert list(store.looks(article))[1] == Look(at, url_of("a"), 200, "same", None, 1, timedelta(milliseconds=250), 1234)


def test_a_look_at_another_address_keeps_it(store: Store) -> None:
    article = with_article(store)
    at = T0 + HOUR
    elsewhere = Look(at, "https://m.news.example/a", None, "failed", "timeout")

    look(store, article, at, ArticleUpdate(article, 1, url_of("a"), look=elsewhere))

    assert list(store.looks(article))[-1] == elsewhere


def test_seeing_the_head_again_moves_when_it_was_seen_last_and_nothing_else(store: Store) -> None:
    article = with_article(store)
    before = store.revision(article, 1)
    assert before is not None

    look(store, article, T0 + HOUR, seen(article, 1, T0 + HOUR, seen=True))

    assert store.revision(article, 1) == replace(before, last_seen_at=T0 + HOUR)


def test_an_old_revision_keeps_when_it_was_seen_last(store: Store) -> None:
    article = with_article(store)
    look(store, article, T0 + HOUR, seen(article, 1, T0 + HOUR, seen=True))
    at = T0 + 2 * HOUR

    look(store, article, at, seen(article, 1, at, "edited", revision=edited(at, content("Ferry strikes quay"))))
    look(store, article, at + HOUR, seen(article, 2, at + HOUR, seen=True))

    old, new = store.revisions(article)
    assert (old.last_seen_at, new.last_seen_at) == (T0 + HOUR, at + HOUR)


def test_a_second_sight_confirms_the_head(store: Store) -> None:
    article = with_edit(store)

    look(store, article, T0 + 2 * HOUR, seen(article, 2, T0 + 2 * HOUR, seen=True, confirm=True))

    assert [revision.confirmed for revision in store.revisions(article)] == [True, True]


def test_a_stamp_that_moved_alone_stands_beside_the_head(store: Store) -> None:
    article = with_article(store)
    moved = Restamp(T0 + HOUR, Stamp(T0), Stamp(T0 + HOUR, "Asia/Seoul", "18:00", "json-ld"))

    look(store, article, T0 + HOUR, seen(article, 1, T0 + HOUR, "restamped", restamp=moved))

    revision = store.revision(article, 1)
    assert revision is not None
    assert revision.restamps == (moved,)
    assert store.known_article(article).head == revision
    assert store.article(article).updated_at == T0 + HOUR  # type: ignore[union-attr]
    assert list(store.restamps(None)) == [(article, 1, moved)]
    assert list(store.restamps(None, ["hills"])) == []
    assert list(store.restamps(T0 + 2 * HOUR)) == []


def test_an_updated_stamp_that_followed_makes_the_edit_disclosed(store: Store) -> None:
    article = with_edit(store)

    look(store, article, T0 + 2 * HOUR, seen(article, 2, T0 + 2 * HOUR, discloses=2))

    (edit,) = store.edits(EditQuery())
    assert edit.disclosed is True


def test_an_updated_stamp_discloses_the_edit_it_followed_and_no_other(store: Store) -> None:
    article = with_edit(store)
    at = T0 + 2 * HOUR
    look(store, article, at, seen(article, 2, at, "edited", revision=edited(at, content("Ferry sinks"), after=2)))

    look(store, article, T0 + 3 * HOUR, seen(article, 3, T0 + 3 * HOUR, discloses=2))

    assert [edit.disclosed for edit in sorted(store.edits(EditQuery()), key=lambda edit: edit.to_rev)] == [True, False]


def test_somebody_faster_makes_a_look_stale(store: Store) -> None:
    article = with_article(store)
    at = T0 + HOUR

    saved = look(store, article, at, seen(article, 0, at, "new", revision=first(at)))

    assert not saved.stored
    assert len(store.revisions(article)) == 1


def test_what_thinking_needs_of_an_article_is_known(store: Store) -> None:
    article = with_edit(store)
    look(
        store,
        article,
        T0 + 2 * HOUR,
        seen(article, 2, T0 + 2 * HOUR, memo='{"held":1}', flapping=True, state="gone", canonical_url="https://c.example/"),
    )

    known = store.known_article(article)

    old, new = store.revisions(article)
    assert known.head == new
    assert known.texts == {proof.text_key(old.content): 1, proof.text_key(new.content): 2}
    assert (known.memo, known.flapping, known.state, known.canonical_url) == ('{"held":1}', True, "gone", "https://c.example/")
    assert known.head_raw is not None
    assert known.head_raw.body == b"<html>the page, edited</html>"
    assert known.head_raw.headers == (("Content-Type", "text/html"),)
    assert store.known_article(article, raw=False).head_raw is None
    assert (known.head_rev, known.first_seen_at, known.last_edit_at) == (2, T0, T0 + HOUR)


def test_the_raw_page_of_each_revision_is_kept(store: Store) -> None:
    article = with_edit(store)

    pages = [store.raw(article, rev) for rev in (1, 2, 3)]

    assert [page.body if page else None for page in pages] == [b"<html>the page</html>", b"<html>the page, edited</html>", None]


def test_a_text_that_came_back_is_found_under_its_newest_number(store: Store) -> None:
    article = with_edit(store)
    at = T0 + 2 * HOUR
    back = replace(edited(at, content(), after=2), event="reverted")

    look(store, article, at, seen(article, 2, at, "edited", revision=back))

    assert store.known_article(article).texts[proof.text_key(content())] == 3
    assert [revision.content.title for revision in store.revisions(article)] == [
        "Ferry strikes pier",
        "Ferry strikes quay",
        "Ferry strikes pier",
    ]


def test_thirty_revisions_read_back_as_they_were(store: Store) -> None:
    article = with_article(store)
    wanted = [content()]
    for number in range(1, 30):
        at = T0 + number * HOUR
        wanted.append(content(f"Ferry {number}", *(f"Paragraph {n} of {number if n == 3 else 0}" for n in range(12))))
        look(store, article, at, seen(article, number, at, "edited", revision=edited(at, wanted[-1], after=number)))

    assert [revision.content for revision in store.revisions(article)] == wanted
    assert store.revision(article, 25).content == wanted[24]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "words", ["", "\U0001f6a2 배가 부두에 부딪혔다", "a\u2028b\\\"'%s :name", "é́\u200b" * 50], ids=["empty", "astral", "odd", "marks"]
)
def test_any_words_come_back_exactly(store: Store, words: str) -> None:
    article = with_article(store)
    at = T0 + HOUR

    look(store, article, at, seen(article, 1, at, "edited", revision=edited(at, replace(content(), title=words, body=(words, "x")))))

    revision = store.revision(article, 2)
    assert revision is not None
    assert (revision.content.title, revision.content.body) == (words, (words, "x"))


# --- blocks and fingerprints ----------------------------------------------------------------------------------------


def test_a_block_in_three_articles_of_a_host_is_boilerplate(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    articles = poll(store, T0, *(new_update(name, T0) for name in "abc")).new_articles
    for article in articles:
        for minute in (1, 2):
            at = T0 + minute * MINUTE
            look(store, article, at, seen(article, 0, at, "suspect", blocks=(7, 2**64 - 1, article)))

    assert store.boilerplate("news.example") == {7, 2**64 - 1}
    assert store.boilerplate("other.example") == frozenset()


def test_a_sentence_that_a_few_of_many_articles_share_is_theirs(store: Store) -> None:
    store.sync_feeds([FEED], T0)
    names = [f"story-{number}" for number in range(30)]
    at = T0 + MINUTE
    for number, article in enumerate(poll(store, T0, *(new_update(name, T0) for name in names)).new_articles):
        look(store, article, at, seen(article, 0, at, "suspect", blocks=(7, 8) if number < 3 else (7, 100 + article)))

    assert store.boilerplate("news.example") == {7}


def test_the_same_edit_in_other_articles_of_a_host_is_counted(store: Store) -> None:
    with_edit(store)

    assert store.similar_edits("news.example", b"f" * 8, T0) == 1
    assert store.similar_edits("news.example", b"g" * 8, T0) == 0
    assert store.similar_edits("news.example", b"f" * 8, T0 + 2 * HOUR) == 0
    assert store.similar_edits("other.example", b"f" * 8, T0) == 0


# --- following pages, merging ---------------------------------------------------------------------------------------


def test_a_page_can_be_followed_without_a_feed(store: Store) -> None:
    article = store.watch("https://alone.example/x", [Key("url", "", "https://alone.example/x")], T0)

    again = store.watch("https://alone.example/x", [Key("url", "", "https://alone.example/x")], T0 + HOUR)

    assert again == article
    assert store.page_task(article, T0).feeds == ()
    assert store.article_by_url([Key("url", "", "https://alone.example/x")]) == article
    assert store.next_due_at() == T0


def test_a_page_that_is_followed_no_more_is_not_due(store: Store) -> None:
    article = store.watch("https://alone.example/x", [Key("url", "", "https://alone.example/x")], T0)

    store.unwatch(article)

    assert store.claim(T0 + HOUR, hosts=8, per_host=8, lease=HOUR) == ()
    assert store.article(article).state == "retired"  # type: ignore[union-attr]


def test_a_merge_moves_names_and_no_revision(store: Store) -> None:
    winner = with_edit(store)
    loser = poll(store, T0 + HOUR, new_update("b", T0 + HOUR)).new_articles[0]
    at = T0 + 2 * HOUR

    look(store, loser, at, seen(loser, 0, at, "new", revision=first(at)), merge_into=winner)

    assert store.find_articles([guid_key("b"), url_key("b")]) == {guid_key("b"): winner, url_key("b"): winner}
    assert len(store.revisions(loser)) == 1
    assert len(store.revisions(winner)) == 2
    assert store.article(loser).merged_into == winner  # type: ignore[union-attr]
    assert [article.id for article in store.articles(ArticleQuery())] == [winner]
    assert [article.id for article in store.articles(ArticleQuery(merged=True))] == sorted([winner, loser])
    assert len(store.known_article(winner).listed) == 2
    assert not poll(store, at + HOUR, ArticleUpdate(loser, 1, url_of("b"))).stored


def test_a_merge_can_be_taken_back(store: Store) -> None:
    winner = with_edit(store)
    loser = poll(store, T0 + HOUR, new_update("b", T0 + HOUR)).new_articles[0]
    store.merge(loser, winner, "by hand", T0 + HOUR)

    assert store.unmerge(loser, T0 + 2 * HOUR)

    assert not store.unmerge(loser, T0 + 2 * HOUR)
    assert store.find_articles([guid_key("a"), guid_key("b")]) == {guid_key("a"): winner, guid_key("b"): loser}
    assert store.article(loser).merged_into is None  # type: ignore[union-attr]
    assert store.page_task(loser, T0).pace.next_at == T0 + 2 * HOUR


# --- reading --------------------------------------------------------------------------------------------------------


def test_edits_can_be_chosen_in_every_way(store: Store) -> None:
    article = with_edit(store)
    at = T0 + 2 * HOUR
    more = edited(at, content("Third"), after=2, kinds=("number",), disclosed=True, held_by="template")
    look(store, article, at, seen(article, 2, at, "edited", revision=more))

    def revs(**query: object) -> list[int]:
        return [edit.to_rev for edit in store.edits(EditQuery(**query))]  # type: ignore[arg-type]

    (first_id, second_id) = (edit.id for edit in store.edits(EditQuery()))
    assert first_id < second_id
    assert revs() == [2, 3]
    assert revs(newest=True) == [3, 2]
    assert revs(newest=True, limit=1) == [3]
    assert revs(after=first_id) == [3]
    assert revs(article=article, limit=1) == [2]
    assert revs(article=article + 1) == []
    assert revs(feeds=("harbour",)) == [2, 3]
    assert revs(feeds=("hills",)) == []
    assert revs(kinds=("number", "typo")) == [3]
    assert revs(min_level="medium") == [2, 3]
    assert revs(min_level="high") == []
    assert revs(undisclosed=True) == [2]
    assert revs(since=at) == [3]
    assert revs(until=at) == [2]
    assert revs(held=False) == [2]


def test_articles_can_be_chosen_in_every_way(store: Store) -> None:
    article = with_edit(store)
    other = poll(store, T0 + 3 * HOUR, new_update("b", T0 + 3 * HOUR)).new_articles[0]

    def ids(**query: object) -> list[int]:
        return [found.id for found in store.articles(ArticleQuery(**query))]  # type: ignore[arg-type]

    assert ids() == [article, other]
    assert ids(newest=True) == [other, article]
    assert ids(limit=1) == [article]
    assert ids(feeds=("harbour",)) == [article, other]
    assert ids(feeds=("hills",)) == []
    assert ids(states=("watched",)) == [article, other]
    assert ids(states=("gone", "retired")) == []
    assert ids(edited=True) == [article]
    assert ids(since=T0 + 2 * HOUR) == [other]
    assert ids(since=T0 + HOUR) == [article, other]
    assert ids(edited=True, since=T0 + 2 * HOUR) == []


def test_a_new_article_is_listed_under_the_words_of_its_feed(store: Store) -> None:
    article = with_article(store, revision=False)

    found = store.article(article)

    assert found is not None
    assert (found.title, found.revisions, found.state, found.next_look_at) == ("Story a", 0, "watched", T0)


def test_revisions_are_found_by_the_beginning_of_their_hash(store: Store) -> None:
    article = with_edit(store)
    wanted = store.revisions(article)[1].hash

    assert store.find_revisions(wanted[:7]) == ((article, 2),)
    assert store.find_revisions(wanted[:9].upper(), article) == ((article, 2),)
    assert store.find_revisions(wanted[:-1] + ("0" if wanted[-1] != "0" else "1")) == ()
    assert store.find_revisions(wanted[:7], article + 1) == ()
    assert store.find_revisions("nothex!") == ()


def test_a_state_in_numbers(store: Store) -> None:
    with_edit(store)

    counts = store.counts(T0 + 90 * MINUTE)

    assert (counts.feeds, counts.articles, counts.watched, counts.revisions, counts.edits) == (2, 1, 1, 2, 1)
    assert (counts.edits_24h, counts.last_poll_at, counts.feeds_failing) == (1, T0, 0)
    assert counts.due == 2
    assert counts.oldest_due_at == T0
    assert store.counts(T0 + 48 * HOUR).edits_24h == 0


def test_feeds_tell_how_they_fare(store: Store) -> None:
    with_edit(store)
    poll(store, T0 + HOUR, outcome="error:timeout", status=None, error="no answer", usable=False)

    state = next(state for state in store.feeds() if state.feed.slug == "harbour")

    assert (state.outcome, state.error, state.polled_at, state.next_at) == ("error:timeout", "no answer", T0 + HOUR, T0 + 2 * HOUR)
    assert (state.articles, state.edits_7d, state.configured, state.title) == (1, 1, True, "Harbour News")
    assert store.counts(T0).feeds_failing == 1


def test_small_facts_are_kept(store: Store) -> None:
    assert store.get_meta("report") is None

    store.set_meta("report", "12")
    store.set_meta("report", json.dumps({"after": 13}))

    assert store.get_meta("report") == '{"after": 13}'


def test_an_empty_store_answers_everything(store: Store) -> None:
    assert list(store.edits(EditQuery())) == []
    assert list(store.articles(ArticleQuery())) == []
    assert store.article(1) is None
    assert store.revisions(1) == ()
    assert store.revision(1, 1) is None
    assert store.edit(1, 2) is None
    assert store.changes(1) == ()
    assert list(store.looks(1)) == []
    assert store.raw(1, 1) is None
    assert store.feeds() == ()
    assert store.counts(T0).articles == 0
    assert store.last_edited() is None
    assert list(store.verify()) == []


def test_a_while_is_counted_inside_the_store_as_edit_by_edit(store: Store) -> None:
    from monitor.figures import local_days, summed, tally

    article = with_edit(store)
    for rev, (hours, kinds, more) in enumerate(
        ((5, ("headline", "body"), {"disclosed": True}), (20, ("correction-note",), {"disclosed": None}), (31, ("gone",), {})), 2
    ):
        at = T0 + hours * HOUR
        revision = edited(at, content(f"Title {rev}", "The ferry hit."), after=rev, kinds=kinds, **more)
        look(store, article, at, seen(article, rev, at, "edited", revision=revision))
    edits = list(store.edits(EditQuery(min_level="low")))
    since, until = T0, T0 + 3 * 24 * HOUR
    articles = [store.article(edit.article) for edit in edits]
    posted = {article.id: article.posted_at for article in articles if article and article.posted_at}

    days = [(day, begun, store.day_tally(begun, ended)) for day, begun, ended in local_days(since, until, "Asia/Kathmandu")]
    found = summed(days, outlets={}, timezone="Asia/Kathmandu")

    expected = tally(edits, posted=posted, outlets={}, since=since, until=until, timezone="Asia/Kathmandu")
    assert len(edits) == 4
    assert dict(found.kinds) == dict(expected.kinds)
    assert (found.days, found.edits, found.outlets, found.hours) == (expected.days, expected.edits, expected.outlets, expected.hours)
    assert (found.levels, found.first_edits, found.first_edit) == (expected.levels, expected.first_edits, expected.first_edit)
