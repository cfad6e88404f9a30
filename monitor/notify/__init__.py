"""Telling: one notifier for each way a target may be reached. What is said is rendered elsewhere; here it is handed over."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from monitor.notify.deadline import Lines
from monitor.ports import Notifier
from monitor.report import addressees

if TYPE_CHECKING:
    from monitor.settings import Settings, Target

__all__ = ["Notifiers", "open_notifiers"]


class Notifiers(Mapping[str, Notifier]):
    """A notifier for each addressee, by name. `hang_up` ends what they are saying, for a process that was asked to stop."""

    def __init__(self, notifiers: Mapping[str, Notifier], lines: Lines) -> None:
        self._notifiers = dict(notifiers)
        self._lines = lines

    def __getitem__(self, name: str) -> Notifier:
        return self._notifiers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._notifiers)

    def __len__(self) -> int:
        return len(self._notifiers)

    def hang_up(self) -> None:
        """Every mail and webhook on its way fails at once, to be tried again; further ones too."""
        self._lines.hang_up()


def open_notifiers(settings: "Settings") -> Notifiers:
    """A notifier for every addressee of the configuration, by its name. Nothing is connected before something is sent."""
    lines = Lines()
    return Notifiers({target.name: _notifier(target, settings, lines) for target in addressees(settings.targets)}, lines)


def _notifier(target: "Target", settings: "Settings", lines: Lines) -> Notifier:
    if target.url.startswith("mailto:"):
        from monitor.notify.mail import MailNotifier

        return MailNotifier(settings.mail, settings.web, lines)
    if target.url.startswith(("webhook+http://", "webhook+https://")):
        from monitor.notify.webhook import WebhookNotifier

        return WebhookNotifier(lines)
    if target.url.startswith("exec:"):
        from monitor.notify.command import CommandNotifier

        return CommandNotifier()
    from monitor.notify.apprise import AppriseNotifier

    return AppriseNotifier(settings.web.public_url)
