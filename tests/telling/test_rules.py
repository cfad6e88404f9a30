"""Who hears of an edit, when, and why not: a table of rules, quiet hours and digest times."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from newsdesk import NEW, NOON, OLD, edited

from monitor.model import Diff, Dispatch
from monitor.report import addressees, in_quiet, misfit, next_digest, quiet_end, route
from monitor.settings import Quiet, Rule, Target

DESK = Target("desk", "mailto:desk@example.org")
UTC_ZONE = ZoneInfo("UTC")


def routed(diff: Diff, *rules: Rule, tags: frozenset[str] = frozenset(), targets: tuple[Target, ...] = (DESK,), quiet: Quiet | None = None,
           mutes: frozenset[str] = frozenset(), timezone: str = "UTC", now: datetime = NOON) -> tuple[Dispatch, ...]:  # fmt: skip
    return route(diff, tags, rules=rules, targets=targets, quiet=quiet, mutes=mutes, timezone=timezone, now=now)


@pytest.mark.parametrize(
    ("rule", "why_not"),
    [
        pytest.param(Rule("r"), None, id="no-condition"),
        pytest.param(Rule("r", feeds=("harbour", "bay")), None, id="one-of-its-feeds"),
        pytest.param(Rule("r", feeds=("bay",)), "in no feed of bay", id="another-feed"),
        pytest.param(Rule("r", tags=("sea",)), None, id="a-tag"),
        pytest.param(Rule("r", tags=("land",)), "no feed has tag land", id="another-tag"),
        pytest.param(Rule("r", kinds=("number", "headline")), None, id="one-of-the-kinds"),
        pytest.param(Rule("r", kinds=("quote",)), "kinds headline, body are not quote", id="another-kind"),
        pytest.param(Rule("r", min_severity="high"), None, id="grave-enough"),
        pytest.param(Rule("r", undisclosed=True), None, id="in-silence"),
        pytest.param(Rule("r", added=("opened",)), None, id="word-added"),
        pytest.param(Rule("r", added=("OPENED the same day",)), None, id="words-added-without-case"),
        pytest.param(Rule("r", added=("open",)), "none of open was added", id="part-of-a-word"),
        pytest.param(Rule("r", added=("never",)), "none of never was added", id="word-removed-not-added"),
        pytest.param(Rule("r", removed=("never", "always")), None, id="any-word-removed"),
        pytest.param(Rule("r", added=(r"re:\badmit(s|ted)?\b",)), None, id="pattern"),
        pytest.param(Rule("r", added=("re:(",)), "none of re:( was added", id="pattern-that-is-none"),
        pytest.param(Rule("r", authors=("quill",)), None, id="author"),
        pytest.param(Rule("r", authors=("Roe",)), "not by Roe", id="another-author"),
        pytest.param(Rule("r", hours=(9, 17)), None, id="within-hours"),
        pytest.param(Rule("r", hours=(18, 11)), "not between 18 and 11 o'clock", id="outside-hours-over-midnight"),
        pytest.param(Rule("r", feeds=("harbour",), kinds=("quote",)), "kinds headline, body are not quote", id="all-must-hold"),
    ],
)
def test_a_rule_says_yes_or_its_first_unmet_condition(rule: Rule, why_not: str | None) -> None:
    assert misfit(rule, edited(), frozenset({"sea"}), zone=UTC_ZONE, now=NOON) == why_not


@pytest.mark.parametrize(
    ("diff", "rule", "why_not"),
    [
        pytest.param(edited(level="medium"), Rule("r", min_severity="high"), "severity medium is below high", id="not-grave-enough"),
        pytest.param(edited(level="medium"), Rule("r", min_severity="medium"), None, id="just-grave-enough"),
        pytest.param(edited(level="noise"), Rule("r"), "severity noise is below low", id="noise-unless-asked-for"),
        pytest.param(edited(level="noise"), Rule("r", min_severity="noise"), None, id="noise-asked-for"),
        pytest.param(edited(disclosed=True), Rule("r", undisclosed=True), "the change was disclosed", id="disclosed"),
        pytest.param(edited(disclosed=None), Rule("r", undisclosed=True), "no stamp to judge disclosure by", id="no-stamp"),
        pytest.param(edited(), Rule("r", removed=("opened the same day",)), "none of opened the same day was removed", id="not-removed"),
        pytest.param(edited(), Rule("r", removed=(r"re:never\s+\w+",)), None, id="pattern-removed"),
        pytest.param(edited(), Rule("r", added=("zeppelin", r"re:^\d+$")), r"none of zeppelin, re:^\d+$ was added", id="none-added"),
        pytest.param(edited(), Rule("r", hours=(22, 13)), None, id="within-hours-over-midnight"),
    ],
)
def test_each_condition_says_no_too(diff: Diff, rule: Rule, why_not: str | None) -> None:
    assert misfit(rule, diff, frozenset(), zone=UTC_ZONE, now=NOON) == why_not


def test_words_of_scripts_without_blanks_fit_anywhere() -> None:
    diff = edited(old=OLD, new=replace(NEW, title="장관이 사임했다고 밝혔다"))

    assert misfit(Rule("r", added=("사임",)), diff, frozenset(), zone=UTC_ZONE, now=NOON) is None


def test_a_pattern_that_never_ends_does_not_fit_and_does_not_hang() -> None:
    diff = edited(old=OLD, new=replace(NEW, body=("a" * 40_000 + "!",)))

    assert misfit(Rule("r", added=("re:(a|a)*b",)), diff, frozenset(), zone=UTC_ZONE, now=NOON) is not None


def test_without_rules_every_target_hears_of_all_but_noise() -> None:
    assert [dispatch.state for dispatch in routed(edited(level="low"))] == ["waiting"]
    assert [(no.state, no.reason) for no in routed(edited(level="noise"))] == [("dropped", "severity noise is below low")]


def test_the_first_rule_that_fits_is_named() -> None:
    (dispatch,) = routed(
        edited(), Rule("quotes", ("desk",), kinds=("quote",)), Rule("heads", ("desk",), kinds=("headline",)), Rule("all", ("desk",))
    )

    assert (dispatch.state, dispatch.rule, dispatch.due_at) == ("waiting", "heads", NOON + timedelta(minutes=10))


def test_a_no_says_why_of_each_rule() -> None:
    (dispatch,) = routed(edited(level="low"), Rule("quotes", ("desk",), kinds=("quote",)), Rule("grave", ("desk",), min_severity="high"))

    assert dispatch.state == "dropped"
    assert dispatch.reason == "quotes: kinds headline, body are not quote; grave: severity low is below high"


def test_a_target_no_rule_names_is_told_nothing() -> None:
    assert [no.reason for no in routed(edited(), Rule("r", ("room",)))] == ["no rule tells desk"]


@pytest.mark.parametrize(
    ("mutes", "reason"),
    [
        (frozenset({"article:42"}), "article 42 is muted"),
        (frozenset({"feed:harbour"}), "feed harbour is muted"),
        (frozenset({"target:desk"}), "target desk is muted"),
    ],
)
def test_what_is_muted_is_written_down_as_muted(mutes: frozenset[str], reason: str) -> None:
    assert [(no.state, no.reason) for no in routed(edited(), mutes=mutes)] == [("muted", reason)]


def test_an_article_in_two_feeds_is_muted_when_both_are() -> None:
    diff = edited(feeds=("bay", "harbour"))

    assert [one.state for one in routed(diff, mutes=frozenset({"feed:bay"}))] == ["waiting"]
    assert [one.state for one in routed(diff, mutes=frozenset({"feed:bay", "feed:harbour"}))] == ["muted"]


def test_several_addresses_are_several_addressees() -> None:
    names = [
        target.name
        for target in addressees((replace(DESK, url="mailto:ann@example.org, bob@example.org,ann@example.org"), Target("room", "ntfy://x")))
    ]

    assert names == ["desk/ann@example.org", "desk/bob@example.org", "room"]


def test_a_rule_for_a_target_is_for_all_its_addresses() -> None:
    told = routed(edited(), Rule("r", ("desk",)), targets=(replace(DESK, url="mailto:a@example.org,b@example.org"),))

    assert [dispatch.state for dispatch in told] == ["waiting", "waiting"]


def test_a_template_change_is_held_for_its_notice() -> None:
    assert [(one.state, one.reason) for one in routed(edited(held_by="template change"))] == [("held", "template change")]


# --- times ----------------------------------------------------------------------------------------------------------


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "days", "expected"),
    [
        pytest.param("2026-11-19T07:29", range(7), "2026-11-19T07:30", id="today"),
        pytest.param("2026-11-19T07:30", range(7), "2026-11-20T07:30", id="just-sent"),
        pytest.param("2026-11-20T12:00", range(5), "2026-11-23T07:30", id="over-the-weekend"),
        pytest.param("2026-11-23T08:00", (0,), "2026-11-30T07:30", id="once-a-week"),
    ],
)
def test_a_digest_comes_at_its_next_hour(now: str, days: range, expected: str) -> None:
    assert next_digest(replace(DESK, mode="digest", at="07:30", days=tuple(days)), UTC_ZONE, at(now)) == at(expected)


def test_a_digest_comes_once_in_the_nights_the_clock_changes() -> None:
    zone = ZoneInfo("Europe/Berlin")
    target = replace(DESK, mode="digest", at="02:30")
    times = []
    now = at("2026-03-28T03:00", "Europe/Berlin")
    for _ in range(3):
        now = next_digest(target, zone, now)
        times.append(now.astimezone(zone).strftime("%d %H:%M"))

    assert times == ["29 03:30", "30 02:30", "31 02:30"]


@pytest.mark.parametrize(
    ("clock", "quiet"), [("21:59", False), ("22:00", True), ("00:30", True), ("06:59", True), ("07:00", False), ("12:00", False)]
)
def test_quiet_hours_run_over_midnight(clock: str, quiet: bool) -> None:
    assert in_quiet(Quiet("22:00", "07:00"), UTC_ZONE, at(f"2026-11-19T{clock}")) is quiet


@given(st.integers(0, 365 * 24 * 60), st.sampled_from(["UTC", "Asia/Seoul", "America/New_York", "Europe/Berlin"]))
def test_quiet_hours_end_when_they_are_over(minutes: int, zone_name: str) -> None:
    quiet, zone, now = Quiet("22:00", "07:00"), ZoneInfo(zone_name), at("2026-01-01T00:00") + timedelta(minutes=minutes)

    if in_quiet(quiet, zone, now):
        end = quiet_end(quiet, zone, now)
        assert now < end <= now + timedelta(hours=11)
        assert not in_quiet(quiet, zone, end)


def test_quiet_hours_are_the_reader_s_own() -> None:
    (dispatch,) = routed(edited(level="low"), quiet=Quiet("22:00", "07:00"), timezone="Asia/Seoul", now=at("2026-11-19T15:00"))

    assert (dispatch.state, dispatch.reason, dispatch.due_at) == ("held", "quiet hours until 07:00", at("2026-11-19T22:00"))
