"""Report → a whole RFC 5322 message, text part first. Pure; foreign words are cleaned, and the result is read back before it leaves."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, formataddr, getaddresses, parseaddr
from hashlib import sha256
from textwrap import wrap
from urllib.parse import quote
from zoneinfo import ZoneInfo

from monitor.model import Report, Story
from monitor.render.figures import days
from monitor.render.html import mail_html, story_of
from monitor.render.plain import report_text, summary
from monitor.text import clean_header

SENDER = "monitor@localhost"
HTML_MAX = 90_000  # bytes; Gmail cuts a message near 102 kB and hides the rest
_SIZES = ((50, 40), (30, 15), (15, 8), (8, 4), (3, 2), (1, 1))  # (stories, changes each), until the HTML fits


class _Folding(policy.EmailPolicy):
    """Lines fold at spaces alone. Python's own folding writes a long address as encoded words, which no mail program takes for one."""

    def fold(self, name: str, value: str) -> str:
        if not str(value).isascii():
            return str(super().fold(name, value))
        lines = wrap(str(value), 76, initial_indent=f"{name}: ", subsequent_indent=" ", break_long_words=False, break_on_hyphens=False)
        return "".join(f"{line}\r\n" for line in lines or [f"{name}:"])

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


_SMTP = _Folding(linesep="\r\n", cte_type="7bit", max_line_length=76)


@dataclass(frozen=True, slots=True)
class Letter:
    """How a message is addressed: from and to, why it comes, and where the reader can stop it.

    `key` is the delivery's, from which the Message-ID follows. `unsubscribe` is a web address that asks before it acts.
    """

    sender: str
    to: str
    key: str
    target: str = "mail"
    pages: str | None = None
    unsubscribe: str | None = None


def compose(report: Report, letter: Letter) -> bytes:
    """The message with CRLF line ends: multipart/alternative, plain text first, then HTML.

    The same report and letter give the same Message-ID. Raises ValueError when foreign words would make a header of their own,
    even in the plainest form.
    """
    for plain in (False, True):
        message = _message(report, letter, plain=plain)
        raw = message.as_bytes()
        if reads_as_meant(raw, message):
            return raw
    raise ValueError(f"message {letter.key[:12]} would not read back as it was written")


def message_id(key: str, sender: str) -> str:
    """The Message-ID of a delivery: the same delivery has the same one each time it is sent."""
    return f"<{key[:40]}@{domain_of(sender)}>"


def thread_id(article: int, target: str, sender: str) -> str:
    """The id all messages on one article refer to, so that readers show them as a thread. It is never sent itself."""
    mark = sha256(f"{target}\0{article}".encode()).hexdigest()[:16]
    return f"<article-{article}.{mark}@{domain_of(sender)}>"


def domain_of(sender: str) -> str:
    """The domain of a sender's address; `localhost` where it has none that may stand in a header."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return domain if re.fullmatch(r"[A-Za-z0-9.-]+", domain) else "localhost"


def subject(report: Report) -> str:
    """One article: constant through its edits, so that threads hold. Several: the day and the figures."""
    story = story_of(report)
    if story:
        return f"[{clean_header(story.outlet, 40)}] edited: {clean_header(story.title, 140) or f'article {story.diff.edit.article}'}"
    day = report.until.astimezone(ZoneInfo(report.timezone))
    if not report.stories and report.notices and not report.troubles:
        notice = report.notices[0]
        return f"[{clean_header(notice.host, 60)}] new template? The same change in {len(notice.edits)} articles"
    figures = summary(report).replace(" edits", "").replace(" edit", "") if report.edits else "none"
    if report.figures:
        return f"Edits {days(report.figures)}: {figures}"
    if report.reason == "quiet hours":
        return f"Edits held in quiet hours: {figures}"
    if report.reason.startswith("limit"):
        return summary(report).replace(" edit", " more edit", 1)
    return f"Edits {day.day} {day:%b}: {figures}"


def _message(report: Report, letter: Letter, *, plain: bool) -> EmailMessage:
    message = EmailMessage(policy=_SMTP)
    for name, value in _headers(report, letter, plain=plain):
        message[name] = value
    title = "Edits" if plain else subject(report)
    footer = list(_footer(report, letter))
    for stories, changes in _SIZES:
        html = mail_html(
            report, title=title, footer=footer, pages=letter.pages, unsubscribe=letter.unsubscribe, stories=stories, changes=changes
        )
        if len(html.encode()) <= HTML_MAX:
            break
    text = report_text(report, stories=stories, changes=changes)
    signature = "\n".join([*footer, *([f"Unsubscribe: {letter.unsubscribe}"] if letter.unsubscribe else [])])
    message.set_content(f"{text}\n-- \n{signature}\n")
    message.add_alternative(html, subtype="html")
    message.set_boundary(f"=_{sha256(letter.key.encode()).hexdigest()[:32]}")
    return message


def _headers(report: Report, letter: Letter, *, plain: bool) -> Iterable[tuple[str, str]]:
    story = story_of(report)
    sender = _address(letter.sender)
    mailbox = parseaddr(letter.sender)[1] or SENDER
    domain = domain_of(letter.sender)
    yield "From", sender
    yield "To", _address(letter.to)
    yield "Subject", _plain_subject(story) if plain else clean_header(subject(report))
    yield "Date", format_datetime(report.until)
    yield "Message-ID", message_id(letter.key, letter.sender)
    if story:
        root = thread_id(story.diff.edit.article, letter.target, letter.sender)
        yield "In-Reply-To", root
        yield "References", root
    yield "List-Id", _list_id(None if plain else story, domain)
    ways = [f"<{letter.unsubscribe}>"] if letter.unsubscribe else []
    ways.append(f"<mailto:{mailbox}?subject={quote('unsubscribe ' + letter.target)}>")
    yield "List-Unsubscribe", ", ".join(ways)
    if letter.unsubscribe and letter.unsubscribe.startswith("https:"):
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"
    yield "X-Monitor-Delivery", letter.key[:40]
    if story:
        edit = story.diff.edit
        yield "X-Monitor-Article", str(edit.article)
        yield "X-Monitor-Revisions", f"{edit.from_rev}..{edit.to_rev}"
        yield "X-Monitor-Severity", edit.severity.level
        yield "X-Monitor-Kinds", ",".join(edit.kinds)
        if story.rules:
            yield "X-Monitor-Rule", clean_header(", ".join(story.rules))
    else:
        yield "X-Monitor-Edits", str(report.edits)


def _plain_subject(story: Story | None) -> str:
    return f"edited: article {story.diff.edit.article}" if story else "Edits"


def _address(text: str) -> str:
    """One or several addresses, names cleaned."""
    found = [(clean_header(name, 60), mailbox) for name, mailbox in getaddresses([text]) if mailbox]
    return ", ".join(map(formataddr, found)) or clean_header(text)


def _list_id(story: Story | None, domain: str) -> str:
    """One list per outlet, one for everything else; RFC 2919. A slug that is not ASCII is told apart by a mark of its own."""
    if story is None or not story.diff.edit.feeds:
        return f"Edits <edits.monitor.{domain}>"
    slug = story.diff.edit.feeds[0]
    label = re.sub(r"[^a-z0-9-]+", "-", _ascii(slug).casefold()).strip("-")
    if not slug.isascii():
        label = f"{label}-{sha256(slug.encode('utf-8', 'replace')).hexdigest()[:6]}".strip("-")
    name = " ".join(re.sub(r"[^A-Za-z0-9 .-]+", " ", _ascii(clean_header(story.outlet, 60))).split())
    return f"{name or 'Outlet'} edits <{label or 'feed'}.monitor.{domain}>"


def _ascii(text: str) -> str:
    """The letters without their accents; what has no ASCII letter falls away."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _footer(report: Report, letter: Letter) -> Iterable[str]:
    story = story_of(report)
    if story:
        rules = f", rule {clean_header(', '.join(story.rules))}" if story.rules else ""
        yield f"You get this because you are target {clean_header(letter.target)}{rules}."
        number = story.diff.edit.article
        yield f"monitor diff {number} · monitor log {number} · monitor mute {number} --for 7d"
    else:
        yield f"You get this because you are target {clean_header(letter.target)}."


def reads_as_meant(raw: bytes, message: EmailMessage) -> bool:
    """Whether a mail program will find exactly the headers that were set, and nothing that a word smuggled in.

    RFC 2047 words could write headers of their own on Python before 3.12.5 (CVE-2024-6923).
    """
    found = BytesParser(policy=policy.compat32).parsebytes(raw)
    head = raw.partition(b"\r\n\r\n")[0]
    lines = [line for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    names = [name.casefold() for name in message]
    return (
        [name.casefold() for name in found] == names
        and len(lines) == len(names)
        and b"\r" not in head.replace(b"\r\n", b"")
        and b"\n" not in head.replace(b"\r\n", b"")
        and not found.defects
    )
