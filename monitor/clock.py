"""The time, from the machine."""

import threading
import time
from datetime import UTC, datetime, timedelta

from monitor.times import to_milliseconds

# a step back of more than a day is a correction of a clock that was plainly wrong, and followed at once
_FOLLOWED = timedelta(days=1)
_SLOW = 0.5


class SystemClock:
    """The machine's clock: a wall that may be set, and a monotonic one that never is.

    When the wall steps back, `now` does not: it goes on at half speed until the wall has caught up, so that nothing that was due
    within the hour waits for another hour, and no two observations change places.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told = datetime.min.replace(tzinfo=UTC)
        self._ticks = time.monotonic()

    def now(self) -> datetime:
        """Aware UTC, cut to the millisecond."""
        with self._lock:
            wall, ticks = datetime.now(UTC), time.monotonic()
            if wall < self._told and self._told - wall < _FOLLOWED:
                wall = self._told + timedelta(seconds=(ticks - self._ticks) * _SLOW)
            self._told, self._ticks = wall, ticks
        return to_milliseconds(wall)

    def monotonic(self) -> float:
        """Seconds that never step back."""
        return time.monotonic()
