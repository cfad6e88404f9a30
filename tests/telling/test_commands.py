"""`report`, `rules`, `notify`, `mute`: the commands of telling, over a state with a story in it."""

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import feedparser.api
import pytest
from feed_rules import ATOM, json_feed_faults, rfc4287_faults, schema_faults
from post_office import post_office

from monitor.cli.main import main
from monitor.demo.play import play

CONFIG = """
[mail]
host = "127.0.0.1"
port = {port}
tls = "none"
from = "monitor@example.org"
[targets.desk]
url = "mailto:ann@example.org"
[targets.nowhere]
url = "mailto:nobody@example.org"
[[rules]]
name = "headlines"
kinds = ["headline"]
to = ["desk"]
[[rules]]
name = "never"
min_severity = "high"
added = ["zeppelin"]
to = ["desk"]
"""


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("played") / "state"
    for _ in play(folder, 1, datetime.now(UTC)):
        pass
    return folder


@pytest.fixture
def run(played: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    for name in ("NO_COLOR", "FORCE_COLOR", "MONITOR_CONFIG", "MONITOR_STATE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(played, tmp_path / "state")
    (tmp_path / "config").mkdir()

    def run(*words: str) -> Ran:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--config", "config", "--state", "state", *words])
        out, err = capfd.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return run


def test_a_report_tells_what_was_not_reported_and_then_nothing(run: Run) -> None:
    first, second, again = run("report", "--json"), run("report", "--json"), run("report", "--since", "30d", "--json")

    assert (first.code, second.code) == (0, 0)
    assert first.document["schema"] == "monitor.report/1"
    assert first.document["total"] >= 1
    assert second.document["total"] == 0
    assert len(again.document["edits"]) == again.document["total"] == first.document["total"]


def test_a_narrowed_report_leaves_the_rest_unreported(run: Run) -> None:
    narrowed = run("report", "--min-severity", "high", "--json")

    assert run("report", "--json").document["total"] >= narrowed.document["total"]


@pytest.mark.parametrize("form", ["terminal", "text", "html", "json", "atom", "jsonfeed", "mail"])
def test_every_format_holds_the_headline(run: Run, form: str) -> None:
    edits = run("report", "--since", "30d", "--json").document["edits"]

    told = run("report", "--since", "30d", "--format", form, "-o", "out")

    assert (told.code, told.out) == (0, "")
    text = Path("out").read_bytes()
    if form == "mail":
        text = message_from_bytes(text, policy=policy.default).get_body(("plain",)).get_content().encode()  # type: ignore[union-attr]
    assert edits[0]["title"].split()[0].encode() in text


def test_what_is_written_to_stdout_is_the_file(run: Run) -> None:
    run("report", "--since", "30d", "--format", "text", "-o", "out.txt")

    assert run("report", "--since", "30d", "--format", "text").out.splitlines() == Path("out.txt").read_text().splitlines()


def test_an_atom_file_is_read_by_feedparser_and_keeps_its_ids(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedparser.api, "PREFERRED_XML_PARSERS", ["drv_libxml2"])  # the parse room gives it its own
    one, two = (run("report", "--since", "30d", "--format", "atom").out for _ in range(2))

    assert one == two
    read = feedparser.parse(io.BytesIO(one.encode()))
    assert not read.bozo
    assert len(read.entries) == run("report", "--since", "30d", "--json").document["total"]


@pytest.mark.parametrize("form", ["atom", "jsonfeed"])
def test_there_is_a_feed_of_edits_for_each_feed_article_and_rule(run: Run, form: str) -> None:
    Path("config/monitor.toml").write_text(CONFIG.format(port=1))
    edit = run("report", "--since", "30d", "--json").document["edits"][0]
    scopes = [[], ["--feed", edit["feeds"][0]], ["--article", str(edit["article"])], ["--rule", "headlines"]]
    told: list[bytes] = []
    for scope in scopes:
        for name in ("one", "two"):
            assert run("report", "--since", "30d", "--format", form, *scope, "-o", name).code == 0
        assert Path("one").read_bytes() == Path("two").read_bytes()
        told.append(Path("one").read_bytes())

    faults = [
        fault for body in told for fault in (schema_faults(body) + rfc4287_faults(body) if form == "atom" else json_feed_faults(body))
    ]
    assert faults == []
    if form == "atom":
        roots = [ElementTree.fromstring(body) for body in told]
        entries = [{entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")} for root in roots]
        assert len({root.findtext(f"{ATOM}id") for root in roots}) == 4
    else:
        entries = [{item["id"] for item in json.loads(body)["items"]} for body in told]
    assert all(found and found <= entries[0] for found in entries[1:])


def test_a_report_can_be_narrowed_to_an_article_and_a_rule(run: Run) -> None:
    Path("config/monitor.toml").write_text(CONFIG.format(port=1))
    edit = run("report", "--since", "30d", "--json").document["edits"][0]

    of_one = run("report", "--since", "30d", "--article", str(edit["article"]), "--json").document
    of_rule = run("report", "--since", "30d", "--rule", "headlines", "--json").document
    of_none = run("report", "--since", "30d", "--rule", "never", "--json").document

    assert {found["article"] for found in of_one["edits"]} == {edit["article"]}
    assert all("headline" in found["kinds"] for found in of_rule["edits"])
    assert of_none["total"] == 0
    assert run("report", "--rule", "headlinse").code == 3


def test_a_report_is_mailed_and_the_cursor_moves_only_when_it_was_taken(run: Run) -> None:
    with post_office() as (port, moods):
        Path("config/monitor.toml").write_text(CONFIG.format(port=port))
        refused = run("report", "--to", "nowhere")
        taken = run("report", "--to", "desk")

    assert refused.code == 1
    assert "550" in refused.err
    assert taken.code == 0
    assert [got.to for got in moods.box] == [["ann@example.org"]]
    with post_office() as (port, moods):
        Path("config/monitor.toml").write_text(CONFIG.format(port=port))
        run("report", "--to", "desk")
    assert b"No edits" in moods.box[0].raw


def test_each_form_target_and_selection_goes_on_where_it_ended(run: Run) -> None:
    whole = run("report", "--json").document["total"]
    slug = run("ls", "--jsonl").out.splitlines()[0]
    feed = json.loads(slug)["feeds"][0]

    assert whole >= 1
    assert "No edits." not in run("report").out
    assert "No edits." in run("report").out
    assert run("report", "--json").document["total"] == 0
    of_feed = run("report", "--feed", feed, "--json").document["total"]
    assert of_feed >= 1
    assert run("report", "--feed", feed, "--json").document["total"] == 0
    assert run("report", "--since", "30d", "--json").document["total"] == whole


def test_the_same_selection_in_other_words_goes_on_where_it_ended(run: Run) -> None:
    Path("config/feeds.toml").write_text('[feeds.other]\nurl = "https://other.example/rss"\n')
    edited = json.loads(run("ls", "--edited", "--jsonl").out.splitlines()[0])
    feed, article = edited["feeds"][0], str(edited["id"])

    for one, other in (
        (["--feed", feed, "--feed", "other"], ["--feed", "other", "--feed", feed, "--feed", feed]),
        (["--article", article], ["--article", edited["url"]]),
    ):
        assert run("report", *one, "--json").document["total"] >= 1
        assert run("report", *other, "--json").document["total"] == 0


def test_a_cursor_of_before_forms_had_their_own_is_kept(run: Run) -> None:
    newest = max(edit["to_rev"] for edit in run("report", "--since", "30d", "--json").document["edits"])
    assert newest
    from monitor.settings import StoreSettings
    from monitor.store.sql import open_store

    store = open_store(None, state_dir=Path("state"), read_only=False, settings=StoreSettings())
    store.set_meta("report_cursor", "1000000")
    store.close()

    assert run("report", "--json").document["total"] == 0
    assert "No edits." in run("report").out


@pytest.mark.parametrize("form", ["terminal", "text", "html", "mail"])
def test_a_report_of_a_week_tells_figures(run: Run, form: str) -> None:
    told = run("report", "--since", "30d", "--format", form).out
    if form == "mail":
        bodies = message_from_bytes(told.encode(), policy=policy.default)
        told = "".join(bodies.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]

    for words in ("Figures, ", "eadlines", "ndisclosed", "irst edit", "inds", "that can be judged", "after publication"):
        assert words in told
    assert "Figures, " not in run("report", "--since", "24h", "--format", form).out


def test_figures_are_json_too(run: Run) -> None:
    figures = run("report", "--since", "30d", "--json").document["figures"]
    stats = run("stats", "--since", "30d", "--json").document

    assert figures["edits"] == stats["edits"]
    assert figures["outlets"] == stats["outlets"]
    assert run("report", "--since", "1h", "--json").document["figures"] is None


def test_an_unknown_target_is_not_found(run: Run) -> None:
    Path("config/monitor.toml").write_text(CONFIG.format(port=1))

    assert run("report", "--to", "dekc").code == 3
    assert run("notify", "test", "dekc").code == 3


def test_rules_are_listed_and_replayed(run: Run) -> None:
    Path("config/monitor.toml").write_text(CONFIG.format(port=1))

    listed = run("rules", "ls", "--json").document
    replayed = run("rules", "test", "headlines", "--since", "30d", "--json").document
    never = run("rules", "test", "never", "--since", "30d", "--json").document

    assert [rule["name"] for rule in listed["rules"]] == ["headlines", "never"]
    assert {"name": "desk", "where": "mailto:ann@example.org", "mode": "instant", "when": "instant"} in listed["targets"]
    assert len(replayed["told"]) + len(replayed["refused"]) == len(never["refused"])
    assert all(row["why"] for row in never["refused"])
    assert run("rules", "test", "nope").code == 3
    assert run("rules", "ls").code == 0


def test_a_test_message_arrives(run: Run) -> None:
    with post_office() as (port, moods):
        Path("config/monitor.toml").write_text(CONFIG.format(port=port))
        told = run("notify", "test", "desk")

    assert told.code == 0
    assert "harbour library" in moods.box[0].mail["Subject"]


def test_what_is_muted_is_listed_and_told_again(run: Run) -> None:
    article = run("report", "--since", "30d", "--json").document["edits"][0]["article"]

    assert run("mute", str(article), "--for", "7d").code == 0
    assert run("mute").out == f"article {article}\n"
    assert run("unmute", str(article)).code == 0
    assert run("mute").out == ""
    assert run("mute", "no-such-thing").code in (2, 3)
    assert run("mute", str(article), "--for", "soon").code == 2


def test_the_outbox_of_a_state_that_told_nobody_is_empty(run: Run) -> None:
    assert run("notify", "log").code == 0
    assert run("notify", "log", "--json").document["rows"] == []
    assert run("notify", "log", "--jsonl").out == ""
    assert run("notify", "retry").code == 0
