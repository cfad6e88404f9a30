"""Setting up: first files that are right and never overwrite, keys set with care, a doctor whose findings can be mended."""

import os
from pathlib import Path

import pytest


def test_init_writes_a_configuration_that_is_in_order(run, tmp_path: Path) -> None:
    ran = run("init", "--here")

    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == ["config/monitor.toml", "config/feeds.toml"]
    assert run("config", "check").code == 0
    assert run("config", "path").out.strip() == "config"


def test_init_overwrites_nothing(run, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/feeds.toml").write_text("# mine\n")

    ran = run("init", "--here")

    assert ran.code == 0
    assert ran.out.splitlines() == ["config/monitor.toml"]
    assert "stays as it is" in ran.err
    assert (tmp_path / "config/feeds.toml").read_text() == "# mine\n"


def test_init_with_an_address_makes_a_target(run, tmp_path: Path) -> None:
    run("init", "--here", "--email", "desk@a.example")

    assert run("config", "get", "mail.to").out.strip() == '["desk@a.example"]'


def test_init_prints_a_hardened_unit_and_writes_nothing(run, tmp_path: Path) -> None:
    ran = run("init", "--systemd")

    assert "ProtectSystem=strict" in ran.out
    assert "ExecStart=/" in ran.out
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [["init"], ["config", "edit"], ["config", "set", "timezone", "Asia/Seoul"]], ids=" ".join)
def test_a_folder_that_cannot_be_written_is_named(run, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.setenv("EDITOR", "true")

    ran = run("--config", "/proc/none", *words)  # root too can make no folder there

    assert ran.code == 2
    assert "cannot write /proc/none/monitor.toml: No such file" in ran.err


def test_config_set_get_and_show(run, tmp_path: Path) -> None:
    run("init", "--here")

    assert run("config", "set", "fetch.timeout", "5s").code == 0
    assert run("config", "get", "fetch.timeout").out.strip() == '"5s"'
    assert 'fetch.timeout = "5s"  # config/monitor.toml:' in run("config", "show", "--origin").out
    assert run("config", "set", "fetch.timeout", "soon").code == 4
    assert run("config", "get", "fetch.timeout").out.strip() == '"5s"'


def test_config_edit_opens_the_editor_and_checks_afterwards(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "[wep]" >> "$1"\n')
    editor.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    run("init", "--here")

    monkeypatch.delenv("EDITOR", raising=False)
    assert run("config", "edit").code == 2
    monkeypatch.setenv("EDITOR", str(editor))
    ran = run("config", "edit")

    assert ran.code == 4
    assert "did you mean 'web'" in ran.err


def test_doctor_finds_faults_and_says_how_to_mend_them(run, tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / "monitor.toml").write_text(
        '[mail]\nhost = "h"\nfrom = "a@a.example"\npassword = { env = "UNSET" }\n[targets.a]\nurl = "mailto:b@a.example"\n'
    )

    ran = run("--config", str(folder), "doctor")

    assert ran.code == 1
    assert "FAIL  configuration: " in ran.out
    assert "UNSET, which is not set" in ran.out
    assert "→ monitor config edit" in ran.out


def test_doctor_warns_of_a_secret_that_others_can_read(run, tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / "monitor.toml").write_text('[web]\ntoken = "open sesame"\n')
    os.chmod(folder / "monitor.toml", 0o644)

    ran = run("--config", str(folder), "doctor")

    assert "warn  secrets: token stands in" in ran.out
    assert "sesame" not in ran.out


def test_healthcheck_is_silent_while_all_is_well(run, tmp_path: Path) -> None:
    assert (run("healthcheck", "--max-age", "99999d").out, run("healthcheck", state=tmp_path / "none").err) == ("", "")
    late = run("healthcheck", "--max-age", "1m")
    assert late.code == 1
    assert "overdue" in late.err


def test_open_prints_the_address(run) -> None:
    assert run("open", "1").out.startswith("http://127.0.0.1:")
    assert run("open", "1@1", "--archive").out.startswith("https://web.archive.org/web/20")


def test_stats_are_drawn_in_every_form(run, tmp_path: Path) -> None:
    import xml.etree.ElementTree as Tree

    assert "per day" in run("stats").out
    assert run("stats", "--json").document["edits"] == 2
    assert Tree.fromstring(run("stats", "--format", "svg").out).tag.endswith("svg")
    assert run("stats", "--format", "html", "-o", "stats.html").out == ""
    page = (tmp_path / "stats.html").read_text()
    assert "<table>" in page
    assert "<script" not in page
    assert run("stats", "--since", "2099-01-01").code == 0


def test_a_report_page_ends_with_charts_and_their_tables(run) -> None:
    page = run("report", "--since", "30d", "--format", "html").out

    assert page.count("<svg") == page.count("As a table") == 3
    assert "<script" not in page
    assert page.rstrip().endswith("</html>")
