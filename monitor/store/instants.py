"""Moments as the numbers the tables keep: milliseconds since 1970 UTC."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970; a naive datetime is refused with ValueError."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be kept: {at}")
    return (at - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """The moment, aware UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


def maybe_from_ms(ms: int | None) -> datetime | None:
    """The moment, or None for none."""
    return None if ms is None else _EPOCH + timedelta(milliseconds=ms)


def span_ms(span: timedelta) -> int:
    """A length of time in whole milliseconds."""
    return span // _MILLISECOND
