"""The time, from the machine."""

import time
from datetime import UTC, datetime

from monitor.times import to_milliseconds


class SystemClock:
    """The machine's clock: a wall that may be set back, and a monotonic one that never is."""

    def now(self) -> datetime:
        """Aware UTC, cut to the millisecond."""
        return to_milliseconds(datetime.now(UTC))

    def monotonic(self) -> float:
        """Seconds that never step back."""
        return time.monotonic()
