"""The door through which times are put right after the clock was."""

from datetime import datetime
from typing import Protocol


class RightingStore(Protocol):
    """What is due, when the machine's clock was found to have been wrong."""

    def right_times(self, now: datetime) -> None:
        """What was asked at a time that has not come yet waits as long from `now` on as it was to wait from then.

        No host is held for longer than a day.
        """
        ...
