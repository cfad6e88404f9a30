"""Telling: one notifier for each way a target may be reached. What is said is rendered elsewhere; here it is handed over."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from monitor.ports import Notifier
from monitor.report import addressees

if TYPE_CHECKING:
    from monitor.settings import Settings, Target

__all__ = ["open_notifiers"]


def open_notifiers(settings: "Settings") -> Mapping[str, Notifier]:
    """A notifier for every addressee of the configuration, by its name. Nothing is connected before something is sent."""
    return {target.name: _notifier(target, settings) for target in addressees(settings.targets)}


def _notifier(target: "Target", settings: "Settings") -> Notifier:
    if target.url.startswith("mailto:"):
        from monitor.notify.mail import MailNotifier

        return MailNotifier(settings.mail, settings.web)
    if target.url.startswith(("webhook+http://", "webhook+https://")):
        from monitor.notify.webhook import WebhookNotifier

        return WebhookNotifier()
    if target.url.startswith("exec:"):
        from monitor.notify.command import CommandNotifier

        return CommandNotifier()
    from monitor.notify.apprise import AppriseNotifier

    return AppriseNotifier(settings.web.public_url)
