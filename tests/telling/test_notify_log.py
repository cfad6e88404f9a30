"""`notify log` says of every edit and target what became of it, and why."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from desk_store import HandClock
from store_cases import HOUR, MINUTE, T0, content, edited, look, seen, with_article

from monitor import deliver
from monitor.cli.main import main
from monitor.model import Delivery, Dispatch, QueuedEdit, Receipt, Refusal
from monitor.ports import EditQuery
from monitor.settings import Settings, StoreSettings, Target
from monitor.store.sql import SqlStore, open_store

TARGETS = tuple(Target(name, f"mailto:{name}@example.org") for name in ("desk", "full", "busy", "quiet", "muted", "never"))


class Post:
    """Takes everything but what is for `full` (for good) and `busy` (for now)."""

    def send(self, target: Target, delivery: Delivery, edits: Sequence[QueuedEdit]) -> Receipt | Refusal:
        assert delivery.report is not None
        if target.name in ("full", "busy"):
            return Refusal(
                delivery.report.until, target.name == "full", "552 mailbox full" if target.name == "full" else "450 mailbox busy"
            )
        return Receipt(delivery.report.until, f"<{delivery.key[:8]}@example.org>")


def dispatch(target: Target) -> Dispatch:
    if target.name == "quiet":
        return Dispatch("quiet", "held", "quiet hours until 07:00", T0 + timedelta(days=1))
    if target.name == "never":
        return Dispatch("never", "dropped", "severity low is below high", T0)
    return Dispatch(target.name, "waiting", "to be sent", T0 + HOUR)


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """A state in which everything has become of an edit that can."""
    state = tmp_path / "state"
    store = open_store(None, state_dir=state, read_only=False, settings=StoreSettings())
    assert isinstance(store, SqlStore)
    store.sync_targets([target.name for target in TARGETS], T0)
    store.mute("target:muted", None)
    article = with_article(store)
    for rev in (1, 2):
        at = T0 + HOUR + rev * MINUTE
        words = content(f"Ferry strikes quay {rev}", "The ferry hit the quay.")
        new = edited(at, words, after=rev, dispatches=tuple(map(dispatch, TARGETS)), fingerprint=None)
        look(store, article, at, seen(article, rev, at, "edited", revision=new))
    settings = Settings(tmp_path, state, targets=TARGETS)
    clock, post = HandClock(T0 + 2 * HOUR), Post()
    for _ in range(2):
        deliver.round(store, {target.name: post for target in TARGETS}, settings, clock)
        clock.pass_(2 * MINUTE)
    store.close()
    return state


def test_every_state_has_its_reason(told: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(told.parent)
    with pytest.raises(SystemExit):
        main(["--state", str(told), "notify", "log", "--json"])
    rows = json.loads(capfd.readouterr().out)["rows"]

    became = {(row["target"], row["from_rev"]): (row["state"], row["reason"]) for row in rows}
    assert became == {
        ("desk", 1): ("merged", "one message for 2 edits"),
        ("desk", 2): ("sent", "one message for 2 edits"),
        **dict.fromkeys([("full", 1), ("full", 2)], ("dead", "refused: 552 mailbox full")),
        **dict.fromkeys([("busy", 1), ("busy", 2)], ("failed", "failed (retry 2 of 6 follows): 450 mailbox busy")),
        **dict.fromkeys([("quiet", 1), ("quiet", 2)], ("held", "quiet hours until 07:00")),
        **dict.fromkeys([("muted", 1), ("muted", 2)], ("muted", "target muted is muted")),
        **dict.fromkeys([("never", 1), ("never", 2)], ("dropped", "severity low is below high")),
    }


@pytest.mark.parametrize("state", ["sent", "merged", "failed", "held", "muted", "dropped", "dead"])
def test_the_log_is_narrowed_to_a_state(told: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    monkeypatch.chdir(told.parent)
    with pytest.raises(SystemExit):
        main(["--state", str(told), "notify", "log", "--state", state, "--jsonl"])

    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert {row["state"] for row in rows} == {state}
    assert len(rows) == (1 if state in ("sent", "merged") else 2)


def test_an_edit_is_saved_with_its_outbox_rows_or_not_at_all(tmp_path: Path) -> None:
    store = open_store(None, state_dir=tmp_path, read_only=False, settings=StoreSettings())
    article, at = with_article(store), T0 + HOUR
    good = Dispatch("desk", "waiting", "to be sent", at)
    bad = Dispatch("room", "lost", "no state at all", at)  # type: ignore[arg-type]
    words = content("Ferry strikes quay", "The ferry hit the quay.")

    with pytest.raises(ValueError, match="not in tuple"):
        look(store, article, at, seen(article, 1, at, "edited", revision=edited(at, words, dispatches=(good, bad))))
    nothing = (store.revision(article, 2), list(store.edits(EditQuery())), store.outbox())
    look(store, article, at, seen(article, 1, at, "edited", revision=edited(at, words, dispatches=(good,))))

    assert nothing == (None, [], ())
    assert [row.target for row in store.outbox()] == ["desk"]
    store.close()
