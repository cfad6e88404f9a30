"""Mail over SMTP: one recipient a message, TLS as configured, and what a server's answer means for the next try."""

import smtplib
import socket
import ssl
from collections.abc import Sequence
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from monitor.model import Delivery, QueuedEdit, Receipt, Refusal
from monitor.notify.deadline import Lines
from monitor.notify.unsubscribe import unsubscribe_url
from monitor.render.mail import Letter, compose, message_id
from monitor.settings import MailSettings, Target, WebSettings
from monitor.text import shorten, term_safe

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0  # for one answer of the server; some let strangers wait before they greet
DEADLINE_SECONDS = 60.0  # for all of it; half of deliver's lease, so that nobody sends the same message meanwhile
REPLY_MAX = 300


class MailNotifier:
    """Sends over the configured server. A server that is down, busy or cannot be logged in to is a refusal for now.

    Only what it says to recipient or message with a 5xx is for good (RFC 5321, 4.2.1).
    """

    def __init__(
        self, mail: MailSettings | None, web: WebSettings | None = None, lines: Lines | None = None, *, deadline: float = DEADLINE_SECONDS
    ) -> None:
        self._mail = mail
        self._web = web or WebSettings()
        self._lines = lines or Lines()
        self._deadline = deadline

    def send(self, target: Target, delivery: Delivery, edits: Sequence[QueuedEdit]) -> Receipt | Refusal:
        """Composes the delivery's report and hands it over."""
        report, mail = delivery.report, self._mail
        assert report is not None
        if mail is None or not mail.host:
            return Refusal(report.until, False, "no mail server is configured: set [mail] host and from")
        to = unquote(urlsplit(target.url).path)
        letter = Letter(mail.sender, to, delivery.key, target.name, self._web.public_url, unsubscribe_url(target.name, self._web))
        mailbox = parseaddr(to)[1]
        if not mailbox or not mailbox.isascii():
            return Refusal(report.until, True, f"'{term_safe(to)}' is no mail address")
        try:
            self._hand_over(mail, mailbox, compose(report, letter))
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = error.recipients[mailbox]
            return Refusal(report.until, code >= 500, _said(code, reply))
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError) as error:
            return Refusal(report.until, False, _said(error.smtp_code, error.smtp_error))
        except smtplib.SMTPResponseException as error:
            return Refusal(report.until, error.smtp_code >= 500, _said(error.smtp_code, error.smtp_error))
        except (smtplib.SMTPException, OSError) as error:
            return Refusal(report.until, False, shorten(term_safe(f"{mail.host}:{mail.port}: {error or type(error).__name__}"), REPLY_MAX))
        except ValueError as error:
            return Refusal(report.until, True, shorten(term_safe(str(error)), REPLY_MAX))
        return Receipt(report.until, message_id(delivery.key, mail.sender))

    def _hand_over(self, mail: MailSettings, mailbox: str, raw: bytes) -> None:
        sender = parseaddr(mail.sender)[1]
        server = _server(mail)
        try:
            with self._lines.talking(self._deadline, lambda: server.sock):
                server.connect(mail.host, mail.port)
                assert server.sock is not None
                server.sock.settimeout(READ_SECONDS)
                if mail.tls == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if mail.user:
                    server.login(mail.user, mail.password or "")
                server.sendmail(sender, [mailbox], raw)
                _goodbye(server)
        finally:
            server.close()


def _server(mail: MailSettings) -> smtplib.SMTP:
    """The server, not yet connected: its greeting may take as long as anything else it says."""
    name = socket.gethostname() or "localhost"
    if mail.tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=name, timeout=CONNECT_SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(local_hostname=name, timeout=CONNECT_SECONDS)
    # what certificates are checked against; smtplib learns it only from a constructor that connects at once
    server._host = mail.host  # type: ignore[attr-defined]  # private, and the same since Python 3.3
    return server


def _goodbye(server: smtplib.SMTP) -> None:
    """QUIT; the message is taken already, so whatever is said to that changes nothing."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        return


def _said(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return shorten(term_safe(f"{code} {text}"), REPLY_MAX)
