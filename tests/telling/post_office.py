"""A mail server on loopback with moods: what happens is said by the local part of the recipient."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Received:
    """What the server took: to whom, the bytes, and read as a mail program reads them."""

    to: list[str]
    raw: bytes
    over_tls: bool = False

    @property
    def mail(self) -> EmailMessage:
        message = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


@dataclass
class Moods:
    """aiosmtpd's handler; each scenario answers as servers do in bad hours."""

    box: list[Received] = field(default_factory=list)
    met: set[str] = field(default_factory=set)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        mood = address.partition("@")[0]
        if mood == "busy":
            return "450 4.2.1 mailbox busy"
        if mood == "nobody":
            return "550 5.1.1 no such user"
        if mood == "greylisted" and address not in self.met:
            self.met.add(address)
            return "451 4.7.1 greylisted, try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mood = envelope.rcpt_tos[0].partition("@")[0]
        if mood == "full":
            return "552 5.2.2 mailbox full"
        if mood == "later":
            return "451 4.3.0 try again later"
        if mood == "hang":
            await asyncio.sleep(30)
        content = envelope.content
        assert isinstance(content, bytes)
        self.box.append(Received(list(envelope.rcpt_tos), content, session.ssl is not None))
        if mood == "drop":
            assert server.transport is not None
            server.transport.abort()
        return "250 OK"


@contextmanager
def post_office(**options: Any) -> Iterator[tuple[int, Moods]]:
    """The server, running in a thread; its port and what it received."""
    moods = Moods()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(moods, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port, moods
    finally:
        controller.stop()


def knows(user: str, password: str) -> Any:
    """An authenticator that lets one user in."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data == LoginPassword(user.encode(), password.encode()), handled=False)

    return check
