"""The pages are true: every command in them is understood, every reading one is run, every key is read, generated pages are fresh."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import click
import pytest

from monitor.cli.main import cli, main
from monitor.config import read_settings
from monitor.demo.play import play

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

RUN = {
    "",
    "ls",
    "log",
    "show",
    "diff",
    "search",
    "status",
    "stats",
    "report",
    "version",
    "config",
    "completion",
    "verify",
    "rules",
    "export",
    "open",
}
"""Commands that only read: those are run, not only understood."""

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
            if found[1] == language:
                yield page.name, found[2]


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every `monitor …` of the shell blocks: what stands before a pipe, a redirection or an ampersand."""
    for page, block in blocks("sh"):
        for line in block.splitlines():
            for words in parts(line):
                if Path(words[0]).name == "monitor":
                    yield page, words[1:]


def parts(line: str) -> Iterator[list[str]]:
    words: list[str] = []
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&>")
    lexer.whitespace_split = True
    for word in lexer:
        if set(word) <= set("|&>"):
            if words:
                yield words
            words = []
        else:
            words.append(word)
    if words:
        yield words


COMMANDS = list(commands())


def understood(words: list[str]) -> None:
    ctx = cli.make_context("monitor", list(words), resilient_parsing=False)
    with ctx:
        rest = [*ctx._protected_args, *ctx.args]
        command: click.Command = cli
        while isinstance(command, click.Group) and rest:
            name, inner, rest = command.resolve_command(ctx, rest)
            assert inner
            assert name
            ctx = inner.make_context(name, list(rest), parent=ctx)
            command, rest = inner, [*getattr(ctx, "_protected_args", []), *ctx.args]


@pytest.mark.parametrize(("page", "words"), COMMANDS, ids=lambda value: value if isinstance(value, str) else " ".join(value))
def test_a_command_of_the_pages_is_understood(page: str, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("subscriptions.opml", "outlets.opml", "pairs.jsonl", "history.jsonl.gz"):
        (tmp_path / name).touch()

    understood(words)


@pytest.fixture(scope="module")
def told_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("told") / "state"
    for _ in play(folder, 1, datetime.now(UTC)):
        pass
    return folder


READING = [(page, words) for page, words in COMMANDS if next((word for word in words if not word.startswith(("-", "/"))), "") in RUN]


# warcio leaves the spools of its records to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("page", "words"), READING, ids=lambda value: value if isinstance(value, str) else " ".join(value))
def test_a_reading_command_of_the_pages_runs(
    page: str, words: list[str], told_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    if "--pairs" in words or "rules" in words or "set" in words:
        pytest.skip("needs a file or a configuration of the reader's own")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    words = [re.sub(r"^42(?=$|@)", "1", word).replace("1@16:20..09:34", "1@16:20..09:34") for word in words]
    words = [str(told_state) if word == "/tmp/demo" else word for word in words]
    words = ["2" if word == "3" and words[0] == "diff" else word for word in words]

    with pytest.raises(SystemExit) as ended:
        main(["--state", str(told_state), *words])

    assert ended.value.code in (0, 1), capfd.readouterr().err


def test_the_pages_show_commands_at_all() -> None:
    assert len(COMMANDS) > 60
    assert len(READING) > 30


FILES = {
    "config/monitor.toml": "monitor.toml",
    "config/feeds.toml": "feeds.toml",
    "config/sites/example.org.toml": "sites/example.org.toml",
}


@pytest.mark.parametrize(("page", "block"), list(blocks("toml")), ids=lambda value: value[:20])
def test_every_key_of_the_pages_is_read(page: str, block: str, tmp_path: Path) -> None:
    name = block.splitlines()[0].removeprefix("# ").partition(",")[0]
    assert name in FILES, "the first line of a TOML block names its file"
    (tmp_path / "sites").mkdir()
    (tmp_path / FILES[name]).write_text(block)
    (tmp_path / "web-token").write_text("s3cret")

    tomllib.loads(block)
    read_settings(tmp_path, None, environ={"HOME": "/nobody", "SMTP_PASSWORD": "x", "HOOK_SECRET": "y"})


def test_the_shipped_configuration_is_in_order() -> None:
    settings = read_settings(ROOT / "config", None, environ={"HOME": "/nobody"})

    assert {"koreatimes", "yonhap", "bbc", "guardian", "nyt"} <= {feed.slug for feed in settings.feeds}
    assert settings.database_url is None


def test_generated_pages_are_fresh() -> None:
    spec = spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec
    assert spec.loader
    generate = module_from_spec(spec)
    spec.loader.exec_module(generate)

    for name, written in generate.PAGES.items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == written(), "run python docs/generate.py"


def test_the_units_are_those_that_init_prints() -> None:
    from monitor.cli.deploying import systemd_unit

    assert (ROOT / "docs/deploy/monitor.service").read_text() == systemd_unit("/opt/monitor/bin/monitor")


def test_links_between_the_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?://)([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
