"""Mail through OpenSMTPD and Postfix, as servers in the world take it: into a queue, into a mailbox, also over their own restart."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from desk_store import DeskStore, HandClock
from newsdesk import NEW, NOON, edited

from monitor import deliver
from monitor.notify import open_notifiers
from monitor.render.mail import message_id
from monitor.report import route
from monitor.settings import MailSettings, Settings, Target

SMTPD = shutil.which("smtpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

POSTFIX = Path("/usr/lib/postfix/sbin/master")
Running = Callable[[Path, int], AbstractContextManager[None]]

pytestmark = pytest.mark.slow


@pytest.fixture
def house() -> Iterator[Path]:
    """A folder that a server's delivering user may reach."""
    folder = Path(f"/tmp/monitor-mail-{os.getpid()}")
    (folder / "mail").mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    shutil.chown(folder / "mail", "nobody")
    yield folder
    shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def smtpd(house: Path, port: int) -> Iterator[None]:
    """The server in the foreground, until it is killed."""
    config = house / "smtpd.conf"
    config.write_text(
        f"listen on 127.0.0.1 port {port} hostname mail.example.org\n"
        'table users { "desk" = "nobody", "ann" = "nobody" }\n'
        f'action "keep" maildir "{house}/mail" virtual <users>\n'
        'match from any for domain "example.org" action "keep"\n'
    )
    assert SMTPD is not None
    with (
        (house / "log").open("ab") as log,
        subprocess.Popen([SMTPD, "-d", "-f", config], stdout=log, stderr=log, start_new_session=True) as server,
    ):
        try:
            until(lambda: _listens(port), 10)
            yield
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(10)


@contextmanager
def postfix(house: Path, port: int) -> Iterator[None]:
    """Postfix in a folder of its own: no file of the machine's own Postfix is read or written."""
    for name in ("active", "bounce", "corrupt", "defer", "deferred", "incoming", "private", "saved", "trace"):
        (house / "queue" / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.chown(house / "queue" / name, "postfix")
    for name, group in (("public", "postdrop"), ("maildrop", "postdrop"), ("pid", "root")):
        (house / "queue" / name).mkdir(exist_ok=True)
        shutil.chown(house / "queue" / name, "root" if name == "pid" else "postfix", group)
    for name in ("data", "config"):
        (house / name).mkdir(exist_ok=True)
    shutil.chown(house / "data", "postfix")
    (house / "config" / "main.cf").write_text(
        f"compatibility_level = 3.6\nqueue_directory = {house}/queue\ndata_directory = {house}/data\n"
        f"daemon_directory = {POSTFIX.parent}\nmaillog_file = {house}/log\nmaillog_file_prefixes = {house}\n"
        "myhostname = mail.example.org\nmydestination =\nmynetworks = 127.0.0.0/8\ninet_interfaces = 127.0.0.1\n"
        f"virtual_mailbox_domains = example.org\nvirtual_mailbox_base = {house}\nvirtual_minimum_uid = 100\n"
        "virtual_mailbox_maps = inline:{desk@example.org=mail/, ann@example.org=mail/}\n"
        "virtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\n"
    )
    services = [
        f"127.0.0.1:{port} inet n - n - - smtpd", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr",
        "rewrite unix - - n - - trivial-rewrite", "postlog unix-dgram n - n - 1 postlogd",
        *(f"{name} unix - - n - 0 bounce" for name in ("bounce", "defer", "trace")),
        *(f"{name} unix - n n - - {name}" for name in ("virtual", "error", "anvil", "proxymap")),
    ]  # fmt: skip
    (house / "config" / "master.cf").write_text("\n".join([*services, ""]))
    with subprocess.Popen([POSTFIX, "-c", house / "config", "-d"], start_new_session=True) as server:
        try:
            until(lambda: _listens(port), 10)
            yield
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(10)


def unless(there: bool, package: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not there or os.geteuid() != 0, reason=f"needs {package} (apt-get install {package}) and root")


SERVERS = [
    pytest.param(smtpd, marks=unless(SMTPD is not None, "opensmtpd")),
    pytest.param(postfix, marks=unless(POSTFIX.exists(), "postfix")),
]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(condition: object, seconds: float) -> None:
    """Waits for something outside of this process; fails when it takes too long."""
    ends, never = time.monotonic() + seconds, threading.Event()
    assert callable(condition)
    while not condition():
        assert time.monotonic() < ends, "it did not come about"
        never.wait(0.05)


def mails(house: Path) -> list[bytes]:
    return [path.read_bytes() for path in (house / "mail" / "new").glob("*") if path.is_file()]


@pytest.mark.parametrize("running", SERVERS)
def test_what_a_real_server_takes_arrives_once_over_its_restart(house: Path, running: Running) -> None:
    port = free_port()
    mail = MailSettings("127.0.0.1", port, tls="none", sender="Monitor <monitor@example.org>")
    targets = (
        Target("desk", "mailto:desk@example.org,ann@example.org"),
        Target("gone", "mailto:nosuch@example.org"),
        Target("editors", "mailto:desk@example.org", mode="digest", at="13:00"),
    )
    settings, store, clock = Settings(Path("c"), Path("s"), mail=mail, targets=targets), DeskStore(), HandClock(NOON)

    def happens(number: int) -> None:
        diff = edited(number, new=replace(NEW, title=f"Ebbe {number}: 장관이 인정했다 – “ja”"), at=clock.now())
        store.put(diff, route(diff, frozenset(), rules=(), targets=targets, quiet=None, mutes=frozenset(), timezone="UTC", now=clock.now()))

    def a_round(after: timedelta) -> None:
        clock.pass_(after)
        deliver.round(store, open_notifiers(settings), settings, clock)  # type: ignore[arg-type]  # the part of Store that telling needs

    with running(house, port):
        for number in range(1, 8):
            happens(number)
        a_round(timedelta(minutes=10))
        until(lambda: len(mails(house)) >= 2 * 7, 60)  # a server that is stopped while it delivers may deliver twice
    happens(8)
    a_round(timedelta(minutes=10))  # nobody listens
    with running(house, port):
        a_round(timedelta(minutes=2))
        a_round(timedelta(hours=1))
        until(lambda: len(mails(house)) >= 2 * 8 + 1, 60)

    ours = {message_id(kept.delivery.key, mail.sender) for kept in store.messages.values()}  # its queue may hold others' of last time
    read = [message for raw in mails(house) if (message := message_from_bytes(raw, policy=policy.default))["Message-ID"] in ours]
    assert len(read) == len({message["Message-ID"] for message in read}) == 2 * 8 + 1
    assert {row.state for row in store.states.values() if row.target != "gone"} == {"sent"}
    assert {row.state for row in store.states.values() if row.target == "gone"} == {"dead"}
    one = next(message for message in read if "장관이 인정했다" in message.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert [part.get_content_type() for part in one.walk()] == ["multipart/alternative", "text/plain", "text/html"]
