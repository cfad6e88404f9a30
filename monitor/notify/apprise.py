"""Apprise, for the services that it knows: chats, phones, posts. Each gets as much as it can show."""

from collections.abc import Sequence
from dataclasses import replace

from monitor.model import Delivery, QueuedEdit, Receipt, Refusal
from monitor.render.brief import brief, brief_title, room_of
from monitor.settings import Target


class AppriseNotifier:
    """Sends a title and a brief text over one Apprise address; needs the extra `notify`."""

    def __init__(self, pages: str | None = None) -> None:
        self._pages = pages

    def send(self, target: Target, delivery: Delivery, edits: Sequence[QueuedEdit]) -> Receipt | Refusal:
        """Apprise says yes or no, not why: a no is tried again, an address it does not know is refused for good."""
        report = delivery.report
        assert report is not None
        try:
            import apprise
        except ImportError:
            return Refusal(report.until, False, "Apprise is not installed: pip install 'monitor[notify]'")
        service = apprise.Apprise()
        if not service.add(target.url):
            return Refusal(report.until, True, "the target's url is neither mailto:, webhook+https:, exec: nor known to Apprise")
        schema = target.url.partition(":")[0]
        room = room_of(schema, getattr(service[0], "body_maxlen", None))
        title = brief_title(report) if room.has_title else ""
        body = brief(report, replace(room, most=room.most - len(title) - 2 if title else room.most), pages=self._pages)
        taken = service.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
        if taken:
            return Receipt(report.until, delivery.key)
        return Refusal(report.until, False, f"{schema} did not take the message")
