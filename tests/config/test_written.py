"""Configuration as text: what is written can be read, what is shown is what is in force, schemas accept what the reader accepts."""

import tomllib
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as some

from monitor.config import read_settings
from monitor.config.access import ACCESS
from monitor.config.edit import add_feed, change_file, set_key
from monitor.config.keys import FEED, NAMED, REPEATED, SECTIONS, SITE, TOP, Key
from monitor.config.values import a_duration, a_size
from monitor.config.written import MASK, first_file, in_force, schema, size, span
from monitor.errors import ConfigError, UsageError
from monitor.settings import Feed, Rule, Settings, SiteRule, Target

HOME = {"HOME": "/nobody"}
ALL_KEYS: list[Key] = [*TOP, *FEED, *SITE, *(key for keys in (SECTIONS | NAMED | REPEATED).values() for key in keys)]


@given(some.integers(min_value=0, max_value=10**9))
def test_a_duration_is_read_as_it_was_written(milliseconds: int) -> None:
    length = timedelta(milliseconds=milliseconds)

    assert a_duration(span(length)) == length


@given(some.integers(min_value=1, max_value=10**13))
def test_a_size_is_read_as_it_was_written(count: int) -> None:
    assert a_size(size(count)) == count


@pytest.mark.parametrize("key", ALL_KEYS, ids=lambda key: key.name)
def test_the_example_of_a_key_is_right(key: Key) -> None:
    value = tomllib.loads(f"value = {key.example}")["value"]
    if isinstance(value, dict):
        pytest.skip("a secret is resolved before it is read")

    assert key.read(value) is not None


def test_the_first_file_explains_every_key_and_is_right_when_uncommented(tmp_path: Path) -> None:
    text = first_file()
    plain = "\n".join(line.removeprefix("# ") for line in text.splitlines()[1:])
    (tmp_path / "monitor.toml").write_text(plain)
    for secret in ("SMTP_PASSWORD", "HOOK_SECRET"):
        assert secret in plain

    assert text.count("\n# ") >= len(TOP) + sum(map(len, SECTIONS.values()))
    settings = read_settings(tmp_path, None, environ={**HOME, "SMTP_PASSWORD": "x", "HOOK_SECRET": "y"}, secrets=False)
    assert settings.rules[0].name == "headlines"


def test_what_is_in_force_is_shown_with_its_origin_and_secrets_masked(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text(
        '[fetch]\ntimeout = "90s"\n[web]\ntoken = "open sesame"\n[targets.a]\nurl = "exec:x"\ndays = "mon-fri"\n'
    )
    settings = read_settings(tmp_path, None, environ=HOME, origins=True)

    shown = {line.key: line for line in in_force(settings)}

    assert (shown["fetch.timeout"].value, shown["fetch.timeout"].origin) == ('"1m30s"', f"{tmp_path}/monitor.toml:2")
    assert shown["web.token"].value == shown["targets.a.url"].value == f'"{MASK}"'
    assert shown["targets.a.days"].value == '["mon", "tue", "wed", "thu", "fri"]'
    assert shown["fetch.robots"].origin == "default"
    assert "sesame" not in str(shown)


def test_the_schema_knows_every_key_and_no_other() -> None:
    good = {
        "fetch": {"timeout": "5s", "robots": False, "per_host": 2, "allow_networks": ["::1/128"]},
        "rules": [{"name": "a", "to": ["b"]}],
    }
    jsonschema.validate(good, schema("monitor.toml"))
    jsonschema.validate({"feeds": {"a": {"url": "https://a.example"}}}, schema("feeds.toml"))
    jsonschema.validate({"body": "#x", "drop": [".y"]}, schema("site.toml"))

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"fetch": {"timout": "5s"}}, schema("monitor.toml"))


def test_every_field_of_the_settings_has_its_key() -> None:
    for kind, keys, own in ((Target, NAMED["targets"], {"name"}), (Rule, REPEATED["rules"], set()), (Feed, FEED, {"slug"})):
        assert {key.attribute for key in keys} - {*ACCESS} | own == set(kind.__dataclass_fields__)
    assert {key.attribute for key in SITE} - {"hosts"} | {"host", "origin"} == set(SiteRule.__dataclass_fields__)
    for name, keys in SECTIONS.items():
        kind = {"mail": "MailSettings", "quiet": "Quiet"}.get(name, f"{name.capitalize()}Settings")
        if name != "database":
            import monitor.settings

            assert {key.attribute for key in keys} == set(getattr(monitor.settings, kind).__dataclass_fields__), name


def check(folder: Path) -> Settings:
    return read_settings(folder, None, environ=HOME)


def test_setting_a_key_keeps_comments_and_order(tmp_path: Path) -> None:
    path = tmp_path / "monitor.toml"
    path.write_text('# mine\n[fetch]\ntimeout = "20s"  # long enough\nrobots = true\n')

    set_key(tmp_path, "fetch.timeout", "5s", lambda: check(tmp_path))
    set_key(tmp_path, "timezone", "Asia/Seoul", lambda: check(tmp_path))
    set_key(tmp_path, "feeds.a.url", "https://a.example/rss", lambda: check(tmp_path))

    assert "# mine" in path.read_text()
    assert 'timeout = "5s"  # long enough' in path.read_text()
    assert check(tmp_path).timezone == "Asia/Seoul"
    assert check(tmp_path).feeds[0].slug == "a"


def test_a_change_that_does_not_check_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "monitor.toml"
    path.write_text('[fetch]\ntimeout = "20s"\n')
    path.chmod(0o600)

    with pytest.raises(ConfigError):
        set_key(tmp_path, "fetch.timout", "5s", lambda: check(tmp_path))
    with pytest.raises(ConfigError):
        change_file(tmp_path / "feeds.toml", lambda document: document.update({"x": 1}), lambda: check(tmp_path))

    assert path.read_text() == '[fetch]\ntimeout = "20s"\n'
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(item.name for item in tmp_path.iterdir()) == ["monitor.toml"]


def test_a_top_level_key_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'timezone'"):
        set_key(tmp_path, "timezon", "UTC", lambda: check(tmp_path))
    with pytest.raises(UsageError, match="stands in a list"):
        set_key(tmp_path, "rules.name", "x", lambda: check(tmp_path))


def test_a_feed_is_added_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text('# all of them\n[feeds.a]\nurl = "https://a.example/rss"\n')

    add_feed(tmp_path, "b", {"url": "https://b.example/rss", "tags": ["x"]}, lambda: check(tmp_path))

    assert [feed.slug for feed in check(tmp_path).feeds] == ["a", "b"]
    assert (tmp_path / "feeds.toml").read_text().startswith("# all of them\n")
