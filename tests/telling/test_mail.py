"""Mail over a real SMTP conversation: nothing is lost, and twice only where it cannot be known."""

import socket
import ssl
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desk_store import DeskStore, HandClock
from newsdesk import NEW, NOON, OLD, edited
from post_office import knows, post_office

from monitor import deliver
from monitor.model import Delivery, Receipt, Refusal, Report
from monitor.notify import open_notifiers
from monitor.notify.mail import MailNotifier
from monitor.report import build, route
from monitor.settings import MailSettings, Settings, Target

KEY = "5e" * 32


def a_report() -> Report:
    return build([edited()], since=None, until=NOON, outlets={"harbour": "Harbour Post"})


def sent(port: int, mood: str, *, deadline: float = 5.0, mail: MailSettings | None = None) -> Receipt | Refusal:
    settings = mail or MailSettings("127.0.0.1", port, tls="none", sender="Monitor <monitor@example.org>")
    target = Target("desk", f"mailto:{mood}@example.org")
    return MailNotifier(settings, deadline=deadline).send(target, Delivery(1, KEY, "desk", (1,), 1, 1, a_report()), ())


def test_a_mail_arrives_whole() -> None:
    with post_office() as (port, moods):
        answer = sent(port, "ann")

    (got,) = moods.box
    assert answer == Receipt(NOON, f"<{KEY[:40]}@example.org>")
    assert got.to == ["ann@example.org"]
    assert got.mail["Message-ID"] == f"<{KEY[:40]}@example.org>"
    assert [part.get_content_type() for part in got.mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert max(map(len, got.raw.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    ("mood", "permanent", "words"),
    [
        pytest.param("busy", False, "450", id="recipient-4xx"),
        pytest.param("nobody", True, "550", id="recipient-5xx"),
        pytest.param("later", False, "451", id="data-4xx"),
        pytest.param("full", True, "552", id="data-5xx"),
        pytest.param("drop", False, "", id="dropped-before-250"),
        pytest.param("hang", False, "", id="never-answers"),
    ],
)
def test_what_a_server_says_decides_whether_it_is_tried_again(mood: str, permanent: bool, words: str) -> None:
    with post_office() as (port, _):
        answer = sent(port, mood, deadline=0.3 if mood == "hang" else 5.0)

    assert isinstance(answer, Refusal)
    assert answer.permanent is permanent
    assert words in answer.message


def test_a_server_that_is_down_is_tried_again() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    answer = sent(port, "ann")

    assert isinstance(answer, Refusal)
    assert not answer.permanent


def test_without_a_server_configured_mail_waits() -> None:
    answer = MailNotifier(None).send(Target("desk", "mailto:a@example.org"), Delivery(1, KEY, "desk", (1,), 1, 1, a_report()), ())

    assert isinstance(answer, Refusal)
    assert not answer.permanent
    assert "[mail] host" in answer.message


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_a_wrong_password_is_mended_by_the_operator_not_by_dropping_mail() -> None:
    settings = MailSettings("127.0.0.1", 0, tls="none", user="desk", password="hunter2", sender="monitor@example.org")
    with post_office(authenticator=knows("desk", "sesame"), auth_require_tls=False, auth_required=True) as (port, moods):
        refused = sent(port, "ann", mail=replace(settings, port=port))
        taken = sent(port, "ann", mail=replace(settings, port=port, password="sesame"))

    assert isinstance(refused, Refusal)
    assert not refused.permanent
    assert "535" in refused.message
    assert "hunter2" not in refused.message
    assert isinstance(taken, Receipt)
    assert len(moods.box) == 1


def test_no_word_is_said_in_the_clear_where_starttls_is_asked_for() -> None:
    settings = MailSettings("127.0.0.1", 0, tls="starttls", user="desk", password="sesame", sender="monitor@example.org")
    with post_office() as (port, moods):
        answer = sent(port, "ann", mail=replace(settings, port=port))

    assert isinstance(answer, Refusal)
    assert moods.box == []


def test_starttls_and_tls_reach_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = _certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    settings = MailSettings("localhost", 0, sender="monitor@example.org")

    with post_office(tls_context=context, require_starttls=True) as (port, moods):
        answer = sent(port, "ann", mail=replace(settings, port=port, tls="starttls"))

    with post_office(ssl_context=context) as (port, from_the_start):
        first = sent(port, "ann", mail=replace(settings, port=port, tls="tls"))

    assert isinstance(answer, Receipt)
    assert moods.box[0].over_tls
    assert isinstance(first, Receipt)
    assert len(from_the_start.box) == 1


def test_a_server_with_a_certificate_of_another_is_told_nothing(tmp_path: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(_certificate(tmp_path))
    settings = MailSettings("localhost", 0, sender="monitor@example.org")

    with post_office(tls_context=context) as (port, moods):
        answer = sent(port, "ann", mail=replace(settings, port=port, tls="starttls"))

    assert isinstance(answer, Refusal)
    assert not answer.permanent
    assert "certificate" in answer.message.casefold()
    assert moods.box == []


def _certificate(folder: Path) -> Path:
    """A certificate for localhost, made on the spot."""
    import subprocess

    path = folder / "localhost.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path, "-out", folder / "cert.pem", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + (folder / "cert.pem").read_bytes())
    return path


def test_a_process_that_stops_hangs_up_on_a_server_that_hangs() -> None:
    with post_office() as (port, _):
        settings = _settings(port, "hang")
        notifiers = open_notifiers(settings)
        threading.Timer(0.2, notifiers.hang_up).start()
        began = time.monotonic()
        answers = [notifiers["desk"].send(settings.targets[0], Delivery(1, KEY, "desk", (1,), 1, 1, a_report()), ()) for _ in range(2)]

    assert all(isinstance(answer, Refusal) and not answer.permanent for answer in answers)
    assert time.monotonic() - began < 5


def test_a_server_that_never_greets_is_left_at_the_deadline() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        answer = sent(silent.getsockname()[1], "ann", deadline=0.3)

    assert isinstance(answer, Refusal)
    assert not answer.permanent


def test_greylisting_costs_a_minute_and_one_message() -> None:
    with post_office() as (port, moods):
        store = _told_until_done(port, "greylisted")

    assert len(moods.box) == 1
    assert store.states[1].state == "sent"
    assert store.states[1].attempts == 2


def test_a_drop_before_the_250_may_tell_twice_under_one_message_id() -> None:
    with post_office() as (port, moods):
        store = _told_until_done(port, "drop", rounds=4)

    ids = {got.mail["Message-ID"] for got in moods.box}
    assert len(moods.box) > 1
    assert len(ids) == 1
    assert store.states[1].state == "waiting"


def test_all_mails_on_an_article_are_one_thread_with_one_subject() -> None:
    settings = _settings
    with post_office() as (port, moods):
        store, clock = DeskStore(), HandClock(NOON)
        for rev, (old, new) in enumerate(((OLD, NEW), (NEW, replace(NEW, title="Minister resigns"))), 1):
            diff = edited(old=old, new=new, from_rev=rev)
            store.firsts[42] = edited().old
            store.put(
                diff,
                route(
                    diff,
                    frozenset(),
                    rules=(),
                    targets=settings(port, "ann").targets,
                    quiet=None,
                    mutes=frozenset(),
                    timezone="UTC",
                    now=clock.now(),
                ),
            )
            _round(store, clock, settings(port, "ann"), hours=1)

    first, second = (got.mail for got in moods.box)
    assert first["Subject"] == second["Subject"] == "[harbour] edited: Minister denies knowing of flood report"
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert first["Message-ID"] != second["Message-ID"]


def _settings(port: int, mood: str) -> Settings:
    mail = MailSettings("127.0.0.1", port, tls="none", sender="monitor@example.org")
    return Settings(Path("config"), Path("state"), mail=mail, targets=(Target("desk", f"mailto:{mood}@example.org"),))


def _told_until_done(port: int, mood: str, *, rounds: int = 10) -> DeskStore:
    settings, store, clock = _settings(port, mood), DeskStore(), HandClock(NOON)
    diff = edited()
    store.put(diff, route(diff, frozenset(), rules=(), targets=settings.targets, quiet=None, mutes=frozenset(), timezone="UTC", now=NOON))
    for _ in range(rounds):
        _round(store, clock, settings, hours=1)
    return store


def _round(store: DeskStore, clock: HandClock, settings: Settings, *, hours: int) -> None:
    clock.pass_(timedelta(hours=hours))
    deliver.round(store, open_notifiers(settings), settings, clock)  # type: ignore[arg-type]  # the part of Store that telling needs
