"""What was ever written can be found, with the same answers from every store."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_cases import HOUR, T0, content, edited, first, look, new_update, poll, seen, with_article

from monitor.errors import UsageError
from monitor.model import Content
from monitor.ports import Store
from monitor.store.sql import SqlStore
from monitor.store.terms import documents, fts5_match, read_query, terms, ts_query

OLD = ("The ferry hit the pier at dawn.", "Nobody was hurt, the harbour master said.", "정부가 새 규칙을 발표했다.")
NEW = ("The ferry struck the pier at dawn.", "Nobody was hurt, the harbour master said.", "정부가 낡은 규칙을 철회했다.", "特首發表聲明")


@pytest.fixture
def told(store: Store) -> Store:
    """A store with an article that was edited once, indexed."""
    article = with_article(store, revision=False)
    at = T0 + HOUR
    look(store, article, at, seen(article, 0, at, "new", revision=first(at, content("Ferry and pier", *OLD))))
    later = T0 + 2 * HOUR
    look(store, article, later, seen(article, 1, later, "edited", revision=edited(later, content("Ferry and pier", *NEW))))
    if isinstance(store, SqlStore):
        while store.index():
            pass
    return store


@pytest.mark.parametrize(
    ("query", "where", "revs"),
    [
        ("ferry", "any", [2, 1]),
        ("FERRY", "any", [2, 1]),
        ("struck", "any", [2]),
        ("struck", "added", [2]),
        ("hit", "removed", [2]),
        ("hit", "added", []),
        ("ferry", "added", []),
        ("ferry pier", "any", [2, 1]),
        ('"the pier"', "any", [2, 1]),
        ('"pier the"', "any", []),
        ("har*", "any", [1]),
        ("harbor", "any", []),
        ("정부", "any", [2, 1]),
        ("규칙", "any", [2, 1]),
        ("낡은", "added", [2]),
        ("발표", "removed", [2]),
        ("특수", "any", []),
        ("特首", "any", [2]),
        ("首", "any", [2]),
        ("明", "any", [2]),
        ("nobody", "added", []),
        ("the dawn", "removed", []),
    ],
)
def test_words_are_found_in_every_version(told: Store, query: str, where: str, revs: list[int]) -> None:
    assert [hit.rev for hit in told.search(query, where=where)] == revs


def test_a_hit_shows_the_words_around_it(told: Store) -> None:
    (hit,) = told.search("struck", where="added")

    assert (hit.article, hit.rev, hit.title, hit.where) == (1, 2, "Ferry and pier", "added")
    assert hit.snippet == "The ferry struck the pier at dawn."
    assert hit.at == T0 + 2 * HOUR


def test_hits_can_be_limited_to_feeds_and_time(told: Store) -> None:
    assert [hit.rev for hit in told.search("ferry", feeds=["harbour"])] == [2, 1]
    assert told.search("ferry", feeds=["hills"]) == ()
    assert [hit.rev for hit in told.search("ferry", since=T0 + 2 * HOUR)] == [2]
    assert len(told.search("ferry", limit=1)) == 1


@pytest.mark.parametrize("query", ["", "  ", "!!!", '"', '""', "*", "- – —", "()"])
def test_a_query_without_a_word_is_refused(told: Store, query: str) -> None:
    with pytest.raises(UsageError, match="no word"):
        told.search(query)


@pytest.mark.parametrize(
    "query",
    [
        'a"b',
        "NEAR(ferry",
        "ferry AND",
        "after:ferry",
        "ferry' OR '1'='1",
        "ferry*pier",
        "%s :query",
        "x\\'y",
        "\x00ferry",
        "𝓕erry",
        "'; DROP TABLE doc; --",
        "é\u0301",
    ],
)
def test_any_query_is_safe(told: Store, query: str) -> None:
    for where in ("any", "added", "removed"):
        told.search(query, where=where)


@given(st.text(max_size=80))
def test_terms_hold_nothing_that_a_query_language_could_read(text: str) -> None:
    for term in terms(text):
        assert not set(term) & set("\"'\\ :*()&|!<>\x00")
        assert term == term.strip()


@given(st.text(max_size=60))
def test_what_is_a_query_is_the_same_everywhere(text: str) -> None:
    try:
        query = read_query(text)
    except UsageError:
        return
    assert fts5_match(query, "any").count('"') % 2 == 0
    assert ts_query(query)


@given(st.lists(st.sampled_from("abcdef"), max_size=6), st.lists(st.sampled_from("abcdef"), max_size=6))
def test_what_went_was_there_before_and_what_came_is_there_now(old: list[str], new: list[str]) -> None:
    before, after = documents(Content("t", body=tuple(old)), Content("t", body=tuple(new)))

    assert set(before) <= set(old) - set(new)
    assert set(after) <= set(new) - set(old)


def test_a_new_article_is_found_beside_the_old_one(told: Store) -> None:
    article = poll(told, T0 + 3 * HOUR, new_update("b", T0 + 3 * HOUR)).new_articles[0]
    at = T0 + 4 * HOUR
    other = replace(first(at, Content("A pier for the hills", body=("Another pier.",))), raw=None)
    look(told, article, at, seen(article, 0, at, "new", revision=other))
    if isinstance(told, SqlStore):
        told.index()

    assert [(hit.article, hit.rev) for hit in told.search("pier")] == [(article, 1), (1, 2), (1, 1)]
