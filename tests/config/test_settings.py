"""Configuration: what is read, what overrides what, and every mistake told at once."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import config_place, read_settings, state_place
from monitor.errors import ConfigError
from monitor.settings import Settings

HOME = {"HOME": "/nobody"}


def read(folder: Path, main: str = "", feeds: str = "", **environ: str) -> Settings:
    (folder / "monitor.toml").write_text(main)
    (folder / "feeds.toml").write_text(feeds)
    return read_settings(folder, folder / "state", environ={**HOME, **environ})


def problems(folder: Path, main: str = "", feeds: str = "", **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as told:
        read(folder, main, feeds, **environ)
    return [problem.replace(f"{folder}/", "") for problem in told.value.problems]


def test_no_configuration_means_defaults(tmp_path: Path) -> None:
    settings = read_settings(tmp_path / "none", None, environ=HOME)

    assert settings == Settings(config_dir=tmp_path / "none", state_dir=Path("/nobody/.local/state/monitor"))


def test_every_key_of_the_contract_is_read(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        """
        timezone = "Europe/London"
        [database]
        url = "sqlite:///news.db"
        [fetch]
        user_agent = "me"
        timeout = "5s"
        max_bytes = "500kB"
        allow_networks = ["127.0.0.0/8"]
        host_gap = "0s"
        per_host = 2
        concurrency = 8
        robots = false
        [schedule]
        feed_min = "20m"
        feed_max = "12h"
        page_min = "1m"
        page_max = "1d"
        watch_for = "7d"
        [mail]
        host = "localhost"
        port = 25
        tls = "none"
        from = "m@a.example"
        to = ["desk@a.example", "b@a.example"]
        mode = "digest"
        at = "06:00"
        [web]
        listen = "127.0.0.1:8484"
        token = { env = "WEB_TOKEN" }
        public_url = "https://a.example"
        """,
        """
        [feeds.koreatimes]
        url = "https://a.example/rss"
        every = "30m"
        pages = false
        timezone = "Asia/Seoul"
        tags = ["kr"]
        """,
        WEB_TOKEN="open",
    )

    assert settings.fetch.max_bytes == 500_000
    assert settings.fetch.host_gap == timedelta(0)
    assert settings.schedule.feed_min == timedelta(minutes=20)
    assert settings.database_url == f"sqlite:///{tmp_path}/state/news.db"
    assert settings.web.token == "open"
    assert [(target.name, target.url, target.mode, target.at) for target in settings.targets] == [
        ("mail", "mailto:desk@a.example,b@a.example", "digest", "06:00")
    ]
    assert (settings.feeds[0].slug, settings.feeds[0].every, settings.feeds[0].timezone) == (
        "koreatimes",
        timedelta(minutes=30),
        "Asia/Seoul",
    )


def test_the_environment_overrides_every_key(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        '[fetch]\ntimeout = "20s"\n',
        '[feeds.bbc-world]\nurl = "https://a.example/rss"\n',
        MONITOR_FETCH__TIMEOUT="5s",
        MONITOR_FETCH__ROBOTS="no",
        MONITOR_FETCH__ALLOW_NETWORKS="127.0.0.0/8, ::1/128",
        MONITOR_TIMEZONE="Asia/Seoul",
        MONITOR_FEEDS__BBC_WORLD__EVERY="2h",
        MONITOR_TARGETS__DESK__URL="exec:true",
        MONITOR_RULES='[{ name = "all", to = ["desk"] }]',
        MONITOR_SMTP_PASSWORD="somebody else's",
    )

    assert (settings.fetch.timeout, settings.fetch.robots) == (timedelta(seconds=5), False)
    assert settings.fetch.allow_networks == ("127.0.0.0/8", "::1/128")
    assert settings.timezone == "Asia/Seoul"
    assert settings.feeds[0].every == timedelta(hours=2)
    assert settings.rules[0].to == ("desk",)


def test_every_mistake_is_told_at_once_with_file_line_key_and_the_nearest_one(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        '[fetch]\ntimout = "5s"\nmax_bytes = "many"\n[scedule]\nx = 1\n'
        '[[rules]]\nname = "a"\nto = ["desc"]\n[targets.desk]\nurl = "exec:x"\n',
        '[feeds.a]\nulr = "https://a.example"\n',
        MONITOR_FETCH__TIMOUT="5s",
    )

    assert told == [
        "environment MONITOR_FETCH__TIMOUT: unknown key 'fetch.timout'; did you mean 'timeout'?",
        "monitor.toml:4: unknown section 'scedule'; did you mean 'schedule'?",
        "monitor.toml:2: unknown key 'fetch.timout'; did you mean 'timeout'?",
        'monitor.toml:3: \'fetch.max_bytes\' must be a size such as "500kB" or "10MB"',
        "feeds.toml:2: unknown key 'feeds.a.ulr'; did you mean 'url'?",
        "feeds.toml:1: [feeds.a] has no 'url'",
        "monitor.toml:8: rule 'a' tells 'desc', which is no target; did you mean 'desk'?",
    ]


BROKEN = [
    pytest.param("timezone = ", "", "Invalid value", id="broken TOML"),
    pytest.param('timezone = "Europe/Londn"', "", "'timezone' must name a time zone", id="no such zone"),
    pytest.param('timezone = "../../etc/passwd"', "", "'timezone' must name a time zone", id="a zone that is a path"),
    pytest.param("fetch = 3", "", "'fetch' must be a section", id="a section that is none"),
    pytest.param("[fetch]\nper_host = 0", "", "whole number from 1", id="nothing at all"),
    pytest.param("[fetch]\nper_host = true", "", "whole number from 1", id="yes is no number"),
    pytest.param('[fetch]\ntimeout = "0s"', "", "longer than 0s", id="no time"),
    pytest.param("[fetch]\ntimeout = 20", "", "must be a duration", id="no unit"),
    pytest.param('[fetch]\nallow_networks = ["home"]', "", "must be networks", id="no network"),
    pytest.param('[schedule]\nfeed_min = "2d"', "", "longer than 'schedule.feed_max'", id="least over most"),
    pytest.param('[mail]\nhost = "h"', "", "has no 'from'", id="mail from nobody"),
    pytest.param('[web]\nlisten = "8484"', "", "must be HOST:PORT", id="a port alone"),
    pytest.param('[web]\ntoken = { env = "UNSET" }', "", "which is not set", id="a secret that is not there"),
    pytest.param('[web]\ntoken = { file = "none" }', "", "cannot be read", id="a secret file that is not there"),
    pytest.param('[quiet]\nfrom = "25:00"\nto = "07:00"', "", "must be a time of day", id="no hour"),
    pytest.param('[[rules]]\nname = "a"\nto = []\nkinds = ["headlin"]', "", "did you mean 'headline'", id="no kind"),
    pytest.param("", '[feeds.a]\nurl = "ftp://a.example"', "must be an address", id="no web address"),
    pytest.param("", '[feeds."a b"]\nurl = "https://a.example"', "cannot be a slug", id="no slug"),
    pytest.param("", '[feeds.https]\nurl = "https://a.example"', "cannot be a slug", id="a slug like an address"),
    pytest.param(
        "", '[feeds.a]\nurl = "https://a.example"\n[feeds.b]\nurl = "https://a.example"', "has the url of feed 'a'", id="one url twice"
    ),
    pytest.param('[feeds.a]\nurl = "https://a.example"', "", "feeds stand in feeds.toml", id="feeds in the wrong file"),
]


@pytest.mark.parametrize(("main", "feeds", "told"), BROKEN)
def test_a_mistake_is_told_in_words_that_help(tmp_path: Path, main: str, feeds: str, told: str) -> None:
    assert told in "\n".join(problems(tmp_path, main, feeds))


def test_secrets_come_from_files_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")

    settings = read(tmp_path, '[web]\ntoken = { file = "token" }')

    assert settings.web.token == "s3cret"


def test_commands_that_only_read_do_without_a_secret(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text('[mail]\nhost = "h"\nfrom = "a@a.example"\npassword = { env = "UNSET" }\n')

    settings = read_settings(tmp_path, None, environ=HOME, secrets=False)

    assert settings.mail
    assert settings.mail.password is None


def test_origins_say_where_a_key_was_set(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text('# hello\n[fetch]\ntimeout = "5s"\n')

    settings = read_settings(tmp_path, None, environ={**HOME, "MONITOR_TIMEZONE": "UTC"}, origins=True)

    assert dict(settings.origins) == {"fetch.timeout": f"{tmp_path}/monitor.toml:3", "timezone": "environment MONITOR_TIMEZONE"}


def test_site_rules_are_read_one_for_each_host(tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "www.A.example.toml").write_text('hosts = ["b.example"]\nbody = "#story"\ndrop = [".box"]\n')

    sites = read(tmp_path).sites

    assert [(rule.host, rule.body, rule.drop) for rule in sites] == [
        ("a.example", ("#story",), (".box",)),
        ("b.example", ("#story",), (".box",)),
    ]


def test_the_configuration_here_wins_over_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"HOME": str(tmp_path / "home")}
    assert config_place(None, environ) == tmp_path / "home/.config/monitor"
    assert state_place(None, tmp_path / "home/.config/monitor", environ) == tmp_path / "home/.local/state/monitor"

    (tmp_path / "config").mkdir()
    (tmp_path / "config/feeds.toml").touch()

    assert config_place(None, environ) == Path("config")
    assert state_place(None, Path("config"), environ) == Path("state")
    assert config_place(None, {**environ, "MONITOR_CONFIG": "/else"}) == Path("/else")
    assert config_place(Path("asked"), {**environ, "MONITOR_CONFIG": "/else"}) == Path("asked")
    assert state_place(None, Path("config"), {**environ, "MONITOR_STATE": "/there"}) == Path("/there")
