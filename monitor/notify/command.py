"""A program of the user's as a target: its words from the configuration, the JSON on its standard input, never a shell."""

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence

from monitor.model import Delivery, QueuedEdit, Receipt, Refusal
from monitor.notify.payload import payload
from monitor.render.brief import brief_title
from monitor.render.html import story_of
from monitor.settings import Target
from monitor.text import shorten, term_safe

DEADLINE_SECONDS = 30.0


class CommandNotifier:
    """Runs `exec:PROGRAM WORD…`; `{title} {url} {article} {severity} {outlet} {delivery}` in a word are replaced.

    Exit code 0: taken. Any other, or too long a time: tried again.
    """

    def __init__(self, *, deadline: float = DEADLINE_SECONDS) -> None:
        self._deadline = deadline

    def send(self, target: Target, delivery: Delivery, edits: Sequence[QueuedEdit]) -> Receipt | Refusal:
        """Runs the program once, in a group of its own that ends with it."""
        report = delivery.report
        assert report is not None
        try:
            words = [_filled(word, _values(delivery)) for word in shlex.split(target.url.removeprefix("exec:"))]
            if not words:
                return Refusal(report.until, True, "exec: names no program")
            code, errors = self._run(words, payload(delivery))
        except (OSError, ValueError) as error:
            return Refusal(report.until, False, shorten(term_safe(f"cannot run: {error}"), 300))
        except subprocess.TimeoutExpired:
            return Refusal(report.until, False, f"took longer than {self._deadline:g} s")
        if code == 0:
            return Receipt(report.until, delivery.key)
        return Refusal(report.until, False, shorten(term_safe(f"exit code {code}: {errors}"), 300))

    def _run(self, words: Sequence[str], body: bytes) -> tuple[int, str]:
        with subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        ) as program:
            try:
                _, errors = program.communicate(body, timeout=self._deadline)
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
                program.communicate()
                raise
        return program.returncode, errors[-2000:].decode("utf-8", "replace")


def _values(delivery: Delivery) -> Mapping[str, str]:
    report = delivery.report
    assert report is not None
    story = story_of(report)
    edit = story.diff.edit if story else None
    return {
        "title": brief_title(report),
        "url": edit.url if edit else "",
        "article": str(edit.article) if edit else "",
        "severity": edit.severity.level if edit else "",
        "outlet": story.outlet if story else "",
        "delivery": delivery.key,
    }


def _filled(word: str, values: Mapping[str, str]) -> str:
    """The word with its placeholders replaced, each once; a stranger's text never becomes an option of the program."""
    parts = word.split("{")
    filled = parts[0]
    for part in parts[1:]:
        name, closed, rest = part.partition("}")
        filled += term_safe(values[name]) + rest if closed and name in values else "{" + part
    return "−" + filled[1:] if filled.startswith("-") and not word.startswith("-") else filled
