"""Tells an outage of ours from troubles of others: when half of the hosts cannot be reached at once, it is us."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from monitor.model import Answer, Failure, Task, Turn

WITHIN = 120.0
HOSTS = 5
PROBE_EVERY = 60.0
_UNREACHED = frozenset({"dns", "connect"})


@dataclass(slots=True)
class Outage:
    """What the last two minutes said of each host. Open: failures are counted against nobody, one probe goes out a minute."""

    is_open: bool = False
    _seen: dict[str, tuple[float, bool]] = field(default_factory=dict)
    _blamed: list[tuple[float, Turn, Task]] = field(default_factory=list)
    _probed_at: float = 0.0
    _now: float = 0.0

    def is_ours(self, answer: Answer, now: float) -> bool:
        """Takes the answer in; True when it failed because this machine has no network."""
        self._now = now
        host = urlsplit(answer.url).hostname or ""
        self._seen[host] = (now, is_unreached(answer))
        if not is_unreached(answer):
            self.is_open = False
            return False
        if len(self._seen) > 2_000 or not self.is_open:
            self._seen = {name: seen for name, seen in self._seen.items() if now - seen[0] < WITHIN}
        failing = sum(failed for _, failed in self._seen.values())
        if failing >= HOSTS and failing * 2 >= len(self._seen):
            self.is_open = True
        return self.is_open

    def blame(self, turn: Turn, task: Task) -> None:
        """A task that was charged with not being reached: right, unless it turns out within two minutes that it was us."""
        self._blamed = [blamed for blamed in self._blamed if self._now - blamed[0] < WITHIN]
        self._blamed.append((self._now, turn, task))

    def wronged(self) -> tuple[tuple[Turn, Task], ...]:
        """Whom an outage, now that it is known, was charged to; each once."""
        if not self.is_open:
            return ()
        blamed, self._blamed = self._blamed, []
        return tuple((turn, task) for at, turn, task in blamed if self._now - at < WITHIN)

    def may_probe(self, now: float | None = None) -> bool:
        """Whether the one question of this minute may go out."""
        now = self._now if now is None else now
        self._now = now
        if now - self._probed_at < PROBE_EVERY:
            return False
        self._probed_at = now
        return True


def is_unreached(answer: Answer) -> bool:
    """Whether the host was not even reached."""
    return isinstance(answer, Failure) and answer.code in _UNREACHED
