"""How a feed lets us in, and that what opens it is shown to nobody."""

import base64
from pathlib import Path

import pytest

from monitor.config import read_settings
from monitor.errors import ConfigError
from monitor.settings import Feed


def feed(folder: Path, lines: str, **environ: str) -> Feed:
    (folder / "feeds.toml").write_text(f'[feeds.a]\nurl = "https://a.example/rss"\n{lines}\n')
    [found] = read_settings(folder, folder, environ=environ).feeds
    return found


def test_user_and_password_are_sent_as_basic(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pässword\n")

    found = feed(tmp_path, 'user = "ada"\npassword = { file = "secret" }')

    [(name, value)] = found.headers
    assert name == "Authorization"
    assert base64.b64decode(value.removeprefix("Basic ")).decode() == "ada:pässword"


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ('bearer = { env = "SECRET" }', ("Authorization", "Bearer s3cret")),
        ('cookie = { env = "SECRET" }', ("Cookie", "s3cret")),
        ('headers = { X-Key = { env = "SECRET" } }', ("X-Key", "s3cret")),
    ],
)
def test_a_secret_stands_in_the_environment_and_goes_out_as_its_header(tmp_path: Path, line: str, header: tuple[str, str]) -> None:
    assert feed(tmp_path, line, SECRET="s3cret").headers == (header,)


def test_a_proxy_may_be_a_secret_and_certificates_lie_beside_the_configuration(tmp_path: Path) -> None:
    found = feed(tmp_path, 'proxy = { env = "PROXY" }\nca_file = "ca.pem"', PROXY="socks5://u:p@127.0.0.1:9050")

    assert (found.proxy, found.ca_file) == ("socks5://u:p@127.0.0.1:9050", str(tmp_path / "ca.pem"))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('password = "p"', "needs a 'user'"),
        ('user = "a:b"\npassword = "p"', "no colon"),
        ('user = "a"\nbearer = "b"', "two ways"),
        ('bearer = "b"\nheaders = { authorization = "c" }', "two ways"),
        ('cookie = "b"\nheaders = { Cookie = "c" }', "two ways"),
        ('bearer = { env = "UNSET" }', "not set"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(tmp_path: Path, lines: str, says: str) -> None:
    with pytest.raises(ConfigError, match=r"feeds\.toml") as told:
        feed(tmp_path, lines)

    assert says in str(told.value)
