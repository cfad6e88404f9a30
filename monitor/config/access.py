"""How a feed lets us in: what is configured by its usual name becomes the header it is sent as."""

from base64 import b64encode
from typing import Any

Table = dict[str, Any]

ACCESS = ("user", "password", "bearer", "cookie")


def with_access(feed: Table) -> Table:
    """The feed's settings, with these among its `headers`; like all of them they go to the feed's own host alone.

    Raises ValueError, saying what does not fit.
    """
    kept = {name: value for name, value in feed.items() if name not in ACCESS}
    user, password, bearer, cookie = (feed.get(name) for name in ACCESS)
    added: list[tuple[str, str]] = []
    if user is not None or password is not None:
        if user is None or ":" in user:
            raise ValueError("'password' needs a 'user', whose name has no colon (RFC 7617)")
        added.append(("Authorization", "Basic " + b64encode(f"{user}:{password or ''}".encode()).decode()))
    added += [("Authorization", f"Bearer {bearer}")] if bearer is not None else []
    added += [("Cookie", cookie)] if cookie is not None else []
    names = [name.lower() for name, _ in (*added, *feed.get("headers", ()))]
    twice = next((name for name, _ in added if names.count(name.lower()) > 1), None)
    if twice is not None:
        raise ValueError(f"the header {twice} is set in two ways; keep one of 'headers', 'user', 'bearer' and 'cookie'")
    return {**kept, "headers": (*feed.get("headers", ()), *added)} if added else kept
