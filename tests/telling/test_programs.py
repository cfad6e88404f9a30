"""Webhooks, programs and chats: at least once, under one id, and nothing that hangs holds up the rest."""

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from newsdesk import NOON, edited

from monitor.model import Delivery, Receipt, Refusal
from monitor.notify import open_notifiers
from monitor.notify.apprise import AppriseNotifier
from monitor.notify.command import CommandNotifier
from monitor.notify.webhook import WebhookNotifier, signature
from monitor.report import build
from monitor.settings import MailSettings, Settings, Target

REPORT = build([edited()], since=None, until=NOON, outlets={"harbour": "Harbour Post"})
DELIVERY = Delivery(7, "9d" * 32, "hook", (1,), 1, 2, REPORT)


@dataclass
class Receiver:
    """What a webhook's receiver was sent; it answers with `status`, or never while `silent`."""

    port: int = 0
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    silent: threading.Event | None = None


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.got.append((dict(self.headers), body))
            if state.silent:
                state.silent.wait(5)
            self.send_response(state.status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        if state.silent:
            state.silent.set()
        server.shutdown()
        thread.join()


def hook(receiver: Receiver, secret: str | None = "sesame") -> Target:
    return Target("hook", f"webhook+http://127.0.0.1:{receiver.port}/edits?key=1", secret=secret)


def test_a_webhook_gets_the_contract_s_diff_signed(receiver: Receiver) -> None:
    answer = WebhookNotifier().send(hook(receiver), DELIVERY, ())

    ((headers, body),) = receiver.got
    told = json.loads(body)
    assert answer == Receipt(NOON, DELIVERY.key)
    assert headers["X-Monitor-Delivery"] == DELIVERY.key
    assert headers["X-Monitor-Signature"] == signature("sesame", headers["X-Monitor-Timestamp"], body)
    assert (told["schema"], told["article"], told["from"]["rev"], told["to"]["rev"]) == ("monitor.diff/1", 42, 1, 2)
    assert [change["op"] for change in told["changes"]] == ["replace", "replace", "replace"]


def test_without_a_secret_nothing_is_signed(receiver: Receiver) -> None:
    WebhookNotifier().send(hook(receiver, None), DELIVERY, ())

    assert "X-Monitor-Signature" not in receiver.got[0][0]


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(500, False), (503, False), (429, False), (408, False), (410, True), (404, True), (301, True), (307, True)],
)
def test_what_a_receiver_answers_decides_whether_it_is_tried_again(receiver: Receiver, status: int, permanent: bool) -> None:
    receiver.status = status

    answer = WebhookNotifier().send(hook(receiver), DELIVERY, ())

    assert isinstance(answer, Refusal)
    assert answer.permanent is permanent
    assert len(receiver.got) == 1


def test_a_receiver_that_hangs_is_left_after_its_deadline(receiver: Receiver) -> None:
    receiver.silent = threading.Event()

    answer = WebhookNotifier(deadline=0.2).send(hook(receiver), DELIVERY, ())

    assert isinstance(answer, Refusal)
    assert not answer.permanent


def test_a_webhook_without_a_host_is_refused_for_good() -> None:
    answer = WebhookNotifier().send(Target("hook", "webhook+https://"), DELIVERY, ())

    assert isinstance(answer, Refusal)
    assert answer.permanent


def program(tmp_path: Path, code: str) -> str:
    path = tmp_path / "hook.py"
    path.write_text(code)
    return f"exec:{sys.executable} {path}"


def test_a_program_gets_words_and_json(tmp_path: Path) -> None:
    code = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.argv[2] + '\\n' + sys.stdin.read())"
    out = tmp_path / "out"

    answer = CommandNotifier().send(Target("hook", f"{program(tmp_path, code)} {out} {{article}}:{{title}}:{{nonsense}}"), DELIVERY, ())

    words, _, body = out.read_text().partition("\n")
    assert isinstance(answer, Receipt)
    assert words == "42:Harbour Post: Minister admits seeing flood report edited:{nonsense}"
    assert json.loads(body)["article"] == 42


def test_a_program_that_fails_or_hangs_is_tried_again(tmp_path: Path) -> None:
    failing = CommandNotifier().send(Target("hook", program(tmp_path, "import sys; sys.exit('no bell')")), DELIVERY, ())
    hanging = CommandNotifier(deadline=0.3).send(Target("hook", program(tmp_path, "import time; time.sleep(60)")), DELIVERY, ())
    missing = CommandNotifier().send(Target("hook", "exec:/nowhere/bell"), DELIVERY, ())

    assert all(isinstance(answer, Refusal) and not answer.permanent for answer in (failing, hanging, missing))
    assert isinstance(failing, Refusal)
    assert "no bell" in failing.message


def test_a_headline_never_becomes_an_option_or_a_shell(tmp_path: Path) -> None:
    from dataclasses import replace

    out = tmp_path / "out"
    story = REPORT.stories[0]
    edit = replace(story.diff.edit, url="--delete; touch /tmp/x $(id) `id`")
    report = replace(REPORT, stories=(replace(story, diff=replace(story.diff, edit=edit)),))
    code = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(repr(sys.argv[2:]))"

    CommandNotifier().send(Target("hook", f"{program(tmp_path, code)} {out} {{url}}"), replace(DELIVERY, report=report), ())

    assert out.read_text() == "['−-delete; touch /tmp/x $(id) `id`']"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_apprise_is_asked_for_all_other_services(receiver: Receiver) -> None:
    pytest.importorskip("apprise")

    answer = AppriseNotifier().send(Target("room", f"json://127.0.0.1:{receiver.port}/"), DELIVERY, ())

    told = json.loads(receiver.got[0][1])
    assert isinstance(answer, Receipt)
    assert told["title"] == "Harbour Post: Minister admits seeing flood report edited"
    assert "“Minister denies knowing of flood report” → “Minister admits seeing flood report”" in told["message"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_address_nobody_knows_is_refused_for_good() -> None:
    pytest.importorskip("apprise")

    answer = AppriseNotifier().send(Target("room", "carrier-pigeon://loft"), DELIVERY, ())

    assert isinstance(answer, Refusal)
    assert answer.permanent


def test_each_target_has_the_notifier_of_its_address(tmp_path: Path) -> None:
    targets = tuple(
        Target(name, url)
        for name, url in (("a", "mailto:a@example.org"), ("b", "webhook+https://x.example"), ("c", "exec:true"), ("d", "ntfy://x"))
    )

    notifiers = open_notifiers(Settings(tmp_path, tmp_path, mail=MailSettings("localhost"), targets=targets))

    assert {name: type(notifier).__name__ for name, notifier in notifiers.items()} == {
        "a": "MailNotifier", "b": "WebhookNotifier", "c": "CommandNotifier", "d": "AppriseNotifier",
    }  # fmt: skip
