"""Times as text, there and back: RFC 3339 as the contract prints it, and publishers' stamps in many languages."""

from datetime import UTC, datetime


def to_milliseconds(at: datetime) -> datetime:
    """The same moment in UTC, cut to the millisecond, the finest that is kept."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def rfc3339(at: datetime) -> str:
    """`2026-11-22T12:16:28Z`, with `.mmm` only when it is not zero."""
    at = to_milliseconds(at)
    fraction = f".{at.microsecond // 1000:03d}" if at.microsecond else ""
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"
