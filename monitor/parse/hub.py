"""Where a feed can be subscribed: its Link headers first, then what stands in the feed itself (WebSub, section 4). Pure."""

import re
from collections.abc import Iterator

from monitor.model import FeedHints, Headers, Hub
from monitor.urls import resolve

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w!#$&+\-.^`|~*]+(?:\s*=\s*(?:\"[^\"]*\"|[^\s,;\"]*))?)*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s,;\"]*))", re.IGNORECASE)
_MOST = 2_000


def hub_of(hints: FeedHints, headers: Headers, url: str) -> Hub | None:
    """The hub of the feed at `url`, and the name it has there; None when it names none that can be asked."""
    linked: dict[str, str] = {}
    for rel, target in _links(headers):
        linked.setdefault(rel, target)
    hub, topic = linked.get("hub") or hints.hub, linked.get("self") or hints.self_url or url
    if not hub:
        return None
    hub, topic = resolve(url, hub), resolve(url, topic)
    if not all(one.startswith(("http://", "https://")) and len(one) <= _MOST for one in (hub, topic)):
        return None
    return Hub(hub, topic)


def _links(headers: Headers) -> Iterator[tuple[str, str]]:
    """(relation, address) of every Link header (RFC 8288), in order."""
    for name, value in headers:
        if name.lower() == "link":
            for target, parameters in _LINK.findall(value[:8_192]):
                rel = _REL.search(parameters)
                for word in (rel[1] or rel[2]).lower().split() if rel else ():
                    yield word, target.strip()
