"""The house keeps its arrows: rooms import only from below, each library has one room, the thinking rooms do no I/O."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "monitor"

THINKING = (
    "parse", "identify", "extract", "revise", "diff", "classify", "schedule", "report", "render", "text", "urls", "times", "figures",
    "proof", "shapes", "model", "settings", "errors", "suggest", "compare", "versions", "poll", "look", "deliver", "ports",
)  # fmt: skip

DOES_IO = {
    "aiohttp", "asyncio", "httpx", "requests", "select", "shutil", "socket", "sqlalchemy", "sqlite3", "sqlmodel", "ssl", "subprocess",
    "tempfile", "threading", "urllib3",
}  # fmt: skip

# Each third-party library has one room, or as few as its nature allows.
ROOM_OF = {
    "aiohttp": ("fetch",),
    "aiosmtplib": ("notify",),
    "alembic": ("store",),
    "apprise": ("notify",),
    "apscheduler": ("engine",),
    "asyncpg": ("engine",),
    "click": ("cli",),
    "css_inline": ("render",),
    "feedparser": ("parse",),
    "htmldate": ("extract",),
    "httpx": ("fetch",),
    "httpx_aiohttp": ("fetch",),
    "itsdangerous": ("web",),
    "jinja2": ("render", "web"),
    "mcp": ("cli",),
    "nh3": ("web",),
    "pgqueuer": ("engine",),
    "prometheus_client": ("web", "engine"),
    "protego": ("fetch",),
    "psycopg": ("store", "engine"),
    "rapidfuzz": ("suggest", "diff", "identify", "extract", "classify", "revise"),
    "rich": ("cli", "render"),
    "sentencex": ("diff", "text"),
    "sqlalchemy": ("store",),
    "sqlmodel": ("store",),
    "starlette": ("web",),
    "trafilatura": ("extract",),
    "uvicorn": ("web",),
    "pyarrow": ("export",),
    "warcio": ("backfill", "export"),
    "zstandard": ("store", "backfill"),
}

NEVER = {"difflib", "cydifflib", "patiencediff", "redlines", "deepdiff", "diff_match_patch"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


MODULES = dict(modules())


def room(module: str) -> str:
    return module.partition(".")[0]


def test_rooms_import_only_from_below() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_design_page_names_every_room() -> None:
    table = (ROOT / "docs/design.md").read_text().partition("| room | what happens there |")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")}

    assert named == {room(name) for name in MODULES if name not in ("__init__", "__main__")}


def test_nothing_uses_difflib_or_a_library_that_hides_it() -> None:
    found = {name: bad for name, tree in MODULES.items() if (bad := {whole.partition(".")[0] for whole in imported(tree)} & NEVER)}
    bench = {path.name for path in (ROOT / "bench").glob("*.py") if imported(ast.parse(path.read_text())) & NEVER}

    assert not found
    assert not bench
    assert not [name for name, tree in MODULES.items() if "lxml.html.diff" in imported(tree)]


def test_each_library_has_its_room() -> None:
    strays = [
        (name, library)
        for name, tree in MODULES.items()
        for library in {whole.partition(".")[0] for whole in imported(tree)} & ROOM_OF.keys()
        if room(name) not in ROOM_OF[library]
    ]

    assert not strays


def test_the_thinking_rooms_import_no_io() -> None:
    strays = [
        (name, library)
        for name, tree in MODULES.items()
        if room(name) in THINKING
        for library in {whole.partition(".")[0] for whole in imported(tree)} & DOES_IO
    ]

    assert not strays


CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"), ("time", "monotonic")}


def test_the_thinking_rooms_open_no_file_and_read_no_clock() -> None:
    strays = []
    for name, tree in MODULES.items():
        if room(name) not in THINKING:
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id in ("open", "print", "input"):
                strays.append(f"{name}:{node.lineno} {node.func.id}()")
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                called = (node.func.value.id, node.func.attr)
                if called in CLOCKS or called[0] == "random":
                    strays.append(f"{name}:{node.lineno} {'.'.join(called)}()")

    assert not strays


HEAVY = {
    "sqlmodel",
    "sqlalchemy",
    "httpx",
    "aiohttp",
    "feedparser",
    "trafilatura",
    "alembic",
    "lxml",
    "rich",
    "jinja2",
    "rapidfuzz",
    "apscheduler",
}


@pytest.mark.parametrize("words", [["--help"], ["version"], ["completion", "bash"], ["log", "--help"]], ids=" ".join)
def test_a_quick_command_loads_nothing_heavy(words: list[str], tmp_path: Path) -> None:
    loaded = loaded_by(words, tmp_path)

    assert not loaded & HEAVY


@pytest.mark.parametrize("words", [["diff", "last"], ["log"], ["ls"], ["show", "1"]], ids=" ".join)
def test_a_reading_command_loads_no_network_and_no_parser(words: list[str], tmp_path: Path) -> None:
    loaded = loaded_by(words, tmp_path)

    assert not loaded & (HEAVY - {"rapidfuzz", "rich"})


def loaded_by(words: list[str], folder: Path) -> set[str]:
    program = (
        "import sys\n"
        "from monitor.cli.main import main\n"
        f"try: main({['--state', str(folder), '--config', str(folder), *words]!r})\n"
        "except SystemExit: pass\n"
        "print('\\n' + ' '.join({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=folder)
    return set(done.stdout.rsplit("\n", 2)[-2].split())


def test_no_module_is_too_long_to_read() -> None:
    long = {
        name: count
        for path in PACKAGE.rglob("*.py")
        if (count := len(path.read_text().splitlines())) > 420
        for name in [str(path.relative_to(ROOT))]
    }

    assert not long


MARKS = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "NotImplemented" + "Error")


def test_nothing_is_left_unfinished() -> None:
    marked = [(path.name, mark) for path in PACKAGE.rglob("*.py") for mark in MARKS if mark in path.read_text()]

    assert not marked
