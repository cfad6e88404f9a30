"""Shell completion in real shells, with what the store knows."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

BIN = str(Path(sys.executable).parent)


def shell(words: list[str], folder: Path, **environ: str) -> str:
    if not shutil.which(words[0]):
        pytest.skip(f"no {words[0]} here")
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        words, env={"PATH": path, "HOME": str(folder), **environ}, cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def in_bash(line: str, folder: Path) -> list[str]:
    words = line.split(" ")
    program = (
        'eval "$(monitor completion bash)"\n'
        f"COMP_WORDS=({' '.join(repr(word) for word in words)}); COMP_CWORD={len(words) - 1}\n"
        '_monitor_completion monitor\nprintf "%s\\n" "${COMPREPLY[@]}"'
    )
    return shell(["bash", "-c", program], folder).split()


def in_fish(line: str, folder: Path) -> list[str]:
    return [
        row.split("\t")[0] for row in shell(["fish", "-c", f"monitor completion fish | source; complete -C '{line}'"], folder).splitlines()
    ]


def in_zsh(line: str, folder: Path) -> list[str]:
    # zsh completes in its line editor alone: a terminal, two tabs (the common part, then the list), and what is on the screen
    if not (shutil.which("zsh") and shutil.which("tmux")):
        pytest.skip("no zsh or no tmux here")
    session = f"zsh-{os.getpid()}"
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    start = "autoload -Uz compinit && compinit -u; eval \"$(monitor completion zsh)\"; clear; print REA''DY"

    def tmux(*words: str) -> str:
        return subprocess.run(["tmux", "-L", session, *words], capture_output=True, text=True, check=True).stdout

    def wait_for(sight: str) -> str:
        until = time.monotonic() + 20
        while sight not in (screen := tmux("capture-pane", "-p")) and time.monotonic() < until:
            time.sleep(0.1)
        return screen

    tmux("-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", "env", f"HOME={folder}", f"PATH={path}", "zsh", "-f")
    try:
        tmux("send-keys", start, "Enter")
        wait_for("READY")
        tmux("send-keys", line, "Tab")
        wait_for(line + "a")
        tmux("send-keys", "Tab")
        return wait_for("--").split()
    finally:
        tmux("kill-server")


@pytest.mark.slow
def test_bash_completes_commands_options_articles_and_feeds(told_state: Path, tmp_path: Path) -> None:
    assert {"show", "search", "stats", "status"} <= set(in_bash("monitor s", tmp_path))
    assert {"--jsonl", "--json"} <= set(in_bash("monitor ls --js", tmp_path))
    assert in_bash(f"monitor --state {told_state} show ", tmp_path) == ["2", "1"]
    assert in_bash("monitor completion f", tmp_path) == ["fish"]


@pytest.mark.slow
def test_fish_completes_with_help(told_state: Path, tmp_path: Path) -> None:
    assert {"show", "search", "stats", "status"} <= set(in_fish("monitor s", tmp_path))
    assert set(in_fish(f"monitor --state {told_state} log ", tmp_path)) == {"1", "2"}


@pytest.mark.slow
def test_zsh_completes_commands(tmp_path: Path) -> None:
    seen = " ".join(in_zsh("monitor st", tmp_path))

    assert "stats" in seen
    assert "status" in seen


def test_a_broken_configuration_completes_nothing_and_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text("what is this")

    environ = {**os.environ, "_MONITOR_COMPLETE": "bash_complete", "COMP_WORDS": f"monitor --config {tmp_path} show ", "COMP_CWORD": "4"}
    done = subprocess.run([sys.executable, "-m", "monitor"], env=environ, capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.stderr) == ("", "")
