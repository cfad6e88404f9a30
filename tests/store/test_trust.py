"""How an outlet's pages were read, by host and reason, over a while."""

from datetime import timedelta

import pytest
from fakes import START

from monitor.identify import url_keys
from monitor.model import ArticleUpdate, Look, LookOutcome, OutletTrust
from monitor.ports import Store
from monitor.settings import Feed


def keep(store: Store, url: str, *looks: tuple[float, str, str | None]) -> None:
    """Looks at one page: days after the start, verdict and reason."""
    article = store.watch(url, url_keys(url), START)
    for days, verdict, reason in looks:
        at = START + timedelta(days=days)
        task = store.page_task(article, at)
        look = Look(at, url, 200, verdict, reason, None, timedelta(0), 100)  # type: ignore[arg-type] # the words of the table
        store.save_look(LookOutcome(task, at, task.pace, ArticleUpdate(article, 0, url, look=look)))


def test_looks_are_counted_by_host_and_reason_and_the_least_trusted_comes_first(store: Store) -> None:
    keep(store, "https://calm.example/1", (0.1, "same", None), (0.2, "same", None), (0.3, "suspect", "consent"))
    keep(store, "https://calm.example/2", (0.1, "same", None), (0.2, "failed", "timeout"))
    keep(store, "https://wall.example/1", (0.1, "suspect", "paywall"), (0.2, "suspect", "empty"), (0.3, "held", "much text lost; old"))
    keep(store, "https://wall.example/2", (0.1, "held", "only short lines came"))

    assert store.outlets(START) == (
        OutletTrust("wall.example", 4, {"empty": 1, "paywall": 1, "shrunken": 1}),
        OutletTrust("calm.example", 4, {"consent": 1}),
    )


def test_only_the_days_asked_for_are_counted(store: Store) -> None:
    keep(store, "https://wall.example/1", (0.1, "suspect", "paywall"), (8, "same", None), (9, "same", None))

    [outlet] = store.outlets(START + timedelta(days=8))

    assert (outlet.looks, outlet.reasons) == (2, {})


def test_a_look_that_is_saved_twice_counts_once(store: Store) -> None:
    keep(store, "https://wall.example/1", (0.1, "suspect", "paywall"), (0.1, "suspect", "paywall"))

    assert [outlet.looks for outlet in store.outlets(START)] == [1]


def test_a_feed_is_asked_for_the_hosts_of_its_articles(store: Store) -> None:
    store.sync_feeds([Feed("wall", "https://feeds.example/wall")], START)
    keep(store, "https://wall.example/1", (0.1, "suspect", "paywall"))

    assert store.outlets(START, "wall") == ()
    assert store.outlets(START, "no such feed") == ()


@pytest.mark.parametrize(
    ("looks", "reasons", "trusted"),
    [(40, {}, True), (40, {"consent": 7}, True), (40, {"consent": 8}, False), (2, {"consent": 2}, True), (3, {"consent": 3}, False)],
)
def test_an_outlet_is_trusted_until_a_fifth_of_its_looks_fail(looks: int, reasons: dict[str, int], trusted: bool) -> None:
    assert OutletTrust("wall.example", looks, reasons).is_trusted is trusted


def test_trust_is_said_in_words() -> None:
    assert (
        OutletTrust("wall.example", 40, {"consent": 9, "shrunken": 3}).said
        == "12 of 40 looks gave no whole article (consent 9, shrunken 3)"
    )
    assert OutletTrust("calm.example", 7, {}).said == "all 7 looks gave an article"
