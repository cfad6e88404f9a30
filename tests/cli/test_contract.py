"""The contract's table, walked: what each command prints, its JSON against its schema, its exit codes."""

import ast
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from monitor.schemas import names, schema

pytestmark = pytest.mark.usefixtures("told_state")

DOCUMENTS = [
    ("ls --json", "ls"),
    ("log --json", "log"),
    ("log 1 --json", "revisions"),
    ("log 1 --looks --json", "looks"),
    ("log --restamps --json", "restamps"),
    ("log 1 --restamps --json", "restamps"),
    ("show 1 --json", "revision"),
    ("show 1@1 --json", "revision"),
    ("diff 1 --json", "diff"),
    ("diff 1@16:20..09:34 --json --full", "diff"),
    ("diff 1 1 2 --json", "diff"),
    ("search cellar --json", "search"),
    ("search wards --in removed --json", "search"),
    ("status --json", "status"),
    ("version --json", "version"),
    ("config show --json", "config"),
    ("config check --json", "config-check"),
    ("doctor --json", "doctor"),
    ("verify --json", "verify"),
    ("stats --json", "stats"),
    ("report --format json --since 30d", "report"),
    ("feeds ls --json", "feeds"),
    ("feeds show demo --json", "feed"),
    ("rules ls --json", "rules"),
    ("notify log --json", "notify.log"),
    ("db check --json", "db-check"),
    ("reextract --dry-run --json", "reextract"),
]

LINES = [
    ("ls --jsonl", "article"),
    ("ls --edited --jsonl", "article"),
    ("log --jsonl", "edit"),
    ("log 1 --jsonl", "revision-object"),
    ("log 1 --looks --jsonl", "look"),
    ("search wards --jsonl", "hit"),
    ("feeds ls --all --jsonl", "feed-row"),
    ("feeds test feed.xml --jsonl", "feed-test"),
    ("extract page.html --jsonl", "extraction"),
]


def fits(value: object, what: str) -> None:
    Draft202012Validator(schema(what)).validate(value)


@pytest.mark.parametrize(("words", "what"), DOCUMENTS, ids=lambda value: str(value))
def test_a_document_fits_its_schema_and_stands_on_one_line(run, words: str, what: str) -> None:
    ran = run(*words.split())

    assert ran.code == 0 or what == "doctor", ran.err
    assert ran.out.count("\n") == 1
    assert ran.document["schema"] == f"monitor.{what}/1"
    fits(ran.document, what)


@pytest.mark.parametrize(("words", "what"), LINES, ids=lambda value: str(value))
def test_every_line_fits_its_schema(run, words: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text("<rss version='2.0'><channel><title>A</title><item><title>B</title></item></channel></rss>")
    (tmp_path / "page.html").write_text("<title>A</title><h1>A headline of some length</h1><p>" + "Some words of a story. " * 30)

    ran = run(*words.split())

    assert ran.code == 0, ran.err
    assert ran.lines
    for line in ran.lines:
        fits(line, what)


def test_every_schema_is_a_schema() -> None:
    for name in names():
        Draft202012Validator.check_schema(schema(name))


CODES = [
    ("ls", 0), ("ls --since 2099-01-01", 0), ("log --since 2099-01-01", 0), ("search nothing-like-it", 0), ("show 1", 0), ("diff 1", 0),
    ("diff 1 --exit-code", 1), ("diff 1@2..2 --exit-code", 0), ("healthcheck --max-age 9999d", 0),
    ("nonsense", 2), ("ls --nonsense", 2), ("show", 2), ("show 1@1..2", 2), ("show 1@99:99", 2), ("log --kind headlin", 2),
    ("log --min-severity big", 2), ("log --looks", 2), ("ls --since soon", 2), ("--color pink ls", 2), ("--tz Nowhere/Land ls", 2),
    ("healthcheck --max-age x", 2),
    ("show 99", 3), ("show 1@9", 3), ("diff 99", 3), ("log 99", 3), ("log nobody:guid", 3), ("show https://a.example/none", 3),
    ("ls --feed dem", 3), ("log --feed dem", 3), ("config get fetch.timout", 3), ("config schema --for dif", 3),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code"), CODES, ids=lambda value: str(value))
def test_a_command_ends_with_the_contracts_code(run, words: str, code: int) -> None:
    ran = run(*words.split())

    assert ran.code == code, ran.err
    assert (code in (0, 1)) or ran.err.startswith("error: ")
    assert "Traceback" not in ran.err


# a faulty global option ends the program before it reads on; healthcheck prints no JSON
SILENT = ("--color", "--tz", "healthcheck")


@pytest.mark.parametrize("words", [words for words, code in CODES if code in (2, 3) and not words.startswith(SILENT)])
def test_an_error_is_json_where_json_was_asked_for(run, words: str) -> None:
    ran = run(*words.split(), "--json")

    told = json.loads(ran.err)
    fits(told, "error")
    assert told["error"]["exit"] == ran.code
    assert ran.out == ""


@pytest.mark.parametrize(
    ("words", "near"),
    [
        ("lss", "ls"),
        ("dif 1", "diff"),
        ("ls --feed dem", "demo"),
        ("log --kind headlin", "headline"),
        ("config get fetch.timout", "fetch.timeout"),
    ],
)
def test_a_slip_is_answered_with_the_nearest_word(run, words: str, near: str) -> None:
    assert f"'{near}'" in run(*words.split()).err


def test_a_faulty_configuration_ends_with_4_and_every_mistake(run, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c/monitor.toml").write_text('[fetch]\ntimout = "5s"\n[wep]\n')

    ran = run("--config", str(tmp_path / "c"), "ls", "--json")

    told = json.loads(ran.err)["error"]
    assert (ran.code, told["code"], told["exit"]) == (4, "config", 4)
    assert "did you mean 'timeout'" in told["message"]
    assert "did you mean 'web'" in told["message"]


def test_fields_trim_what_is_printed(run) -> None:
    assert run("ls", "--jsonl", "--fields", "id,state").lines[0] == {"id": 1, "state": "watched"}
    assert run("log", "--jsonl", "--fields", "severity.level").lines[0].keys() == {"severity.level"}
    assert run("diff", "1", "--json", "--fields", "kinds,stats.similarity").document.keys() == {"schema", "kinds", "stats.similarity"}
    assert run("status", "--json", "--fields", "edits").document == {"schema": "monitor.status/1", "edits": 2}
    assert run("notify", "log", "--jsonl", "--fields", "id").code == 0
    assert run("show", "1", "--json", "--fields", "rev").document == {"schema": "monitor.revision/1", "rev": 2}


def test_an_empty_state_is_an_empty_list(run, tmp_path: Path) -> None:
    for words in (["ls", "--jsonl"], ["log", "--jsonl"], ["log", "--jsonl", "--restamps"], ["search", "x", "--jsonl"]):
        ran = run(*words, state=tmp_path / "nowhere")
        assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert not (tmp_path / "nowhere").exists()


def test_the_demos_story_is_as_the_newsroom_told_it(run) -> None:
    first, second = run("log", "--jsonl").lines

    assert (first["article"], first["disclosed"], second["article"], second["disclosed"]) == (1, True, 2, False)
    assert {"headline", "number", "paragraph-added"} <= set(first["kinds"])
    assert second["kinds"][0] == "body"
    assert [look["verdict"] for look in run("log", "1", "--looks", "--jsonl").lines] == ["new", "same", "edited", "same"]


def test_the_edit_can_be_named_by_the_publishers_stamps(run) -> None:
    named = run("diff", "1@16:20..09:34", "--json").document

    assert (named["from_rev"], named["to_rev"]) == (1, 2)
    assert named["from"]["posted_at"].endswith("T07:20:00Z")
    assert named["to"]["updated_at"].endswith("T00:34:00Z")


def test_an_article_can_be_named_by_its_address_or_its_guid(run) -> None:
    url = run("ls", "--jsonl").lines[0]["url"]
    guid = url.rpartition("_")[2].removesuffix(".html")

    assert run("show", url, "--json").document["article"] == 1
    assert run("show", f"{url}@1", "--json").document["rev"] == 1
    assert run("show", f"demo:{guid}", "--json").document["article"] == 1
    assert run("show", f"demo:{guid}@first", "--json").document["rev"] == 1
    assert run("show", "last", "--json").document["article"] == 2
    assert run("show", "last~1", "--json").document["article"] == 1


def test_quiet_says_only_what_went_wrong(run) -> None:
    talk = run("diff", "1@1")
    assert (talk.code, bool(talk.err)) == (0, True)
    assert run("-q", "diff", "1@1").err == ""
    assert run("-q", "show", "99").err.startswith("error: ")


def test_one_revision_alone_is_a_difference_without_changes(run) -> None:
    alone = run("diff", "1@1", "--json")

    assert alone.code == 0
    assert (alone.document["changes"], alone.document["from_rev"], alone.document["to_rev"]) == ([], 1, 1)
    assert "one revision" in alone.err or "nothing to compare" in alone.err
    fits(alone.document, "diff")


def test_a_range_backwards_is_shown_backwards_with_a_note(run) -> None:
    back = run("diff", "1@2..1", "--json", "--full")
    forth = run("diff", "1@1..2", "--json", "--full")

    assert "backwards" in back.err
    headline = next(change["segments"] for change in back.document["changes"] if change["field"] == "headline")
    assert "".join(text for sign, text in headline if sign != "+") == forth.document["title"]


def test_every_document_that_is_printed_has_a_schema() -> None:
    """`print_json("what", …)` and `print_rows(…, "what", …)` with a literal name, wherever a command calls them."""
    printed = set()
    for path in (Path(__file__).parent.parent.parent / "monitor/cli").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print_json", "print_rows"):
                at = 0 if node.func.id == "print_json" else 1
                name = node.args[at]
                printed |= {name.value} if isinstance(name, ast.Constant) else set()

    assert len(printed) > 20
    assert printed <= set(names())
