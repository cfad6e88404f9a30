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
    """What the last two minutes said of each host. Open: failures are counted against nobody, one probe goes out a minute.

    Hosts that were dead before are no sign of it, and what has just ended does not begin again at once: in a short list with a few
    dead hosts these would else be asked every minute, and never left alone.
    """

    is_open: bool = False
    _seen: dict[str, tuple[float, bool]] = field(default_factory=dict)
    _blamed: list[tuple[float, Turn, Task]] = field(default_factory=list)
    _dead: set[str] = field(default_factory=set)
    _ended_at: float = -WITHIN
    _probed_at: float = 0.0
    _now: float = 0.0

    def is_ours(self, answer: Answer, now: float) -> bool:
        """Takes the answer in; True when it failed because this machine has no network."""
        self._now = now
        host = _host(answer.url)
        if not is_unreached(answer):
            self._seen[host] = (now, False)
            self._dead.discard(host)
            if self.is_open:
                self.is_open, self._ended_at = False, now
            return False
        if host not in self._dead:
            self._seen[host] = (now, True)
        if len(self._seen) > 2_000 or not self.is_open:
            self._seen = {name: seen for name, seen in self._seen.items() if now - seen[0] < WITHIN}
        failing = sum(failed for _, failed in self._seen.values())
        if failing >= HOSTS and failing * 2 >= len(self._seen) and now - self._ended_at >= WITHIN:
            self.is_open = True
        return self.is_open

    def blame(self, turn: Turn, task: Task) -> None:
        """A task that was charged with not being reached: right, unless it turns out within two minutes that it was us."""
        self._dead |= {_host(task.url) for at, _, task in self._blamed if self._now - at >= WITHIN}
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


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def is_unreached(answer: Answer) -> bool:
    """Whether the host was not even reached."""
    return isinstance(answer, Failure) and answer.code in _UNREACHED
