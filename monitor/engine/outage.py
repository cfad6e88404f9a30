"""Tells an outage of ours from troubles of others: when half of the hosts cannot be reached at once, it is us."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from monitor.model import Answer, Failure

WITHIN = 120.0
HOSTS = 5
PROBE_EVERY = 60.0
_UNREACHED = frozenset({"dns", "connect"})


@dataclass(slots=True)
class Outage:
    """What the last two minutes said of each host. Open: failures are counted against nobody, one probe goes out a minute."""

    is_open: bool = False
    _seen: dict[str, tuple[float, bool]] = field(default_factory=dict)
    _probed_at: float = 0.0
    _now: float = 0.0

    def is_ours(self, answer: Answer, now: float) -> bool:
        """Takes the answer in; True when it failed because this machine has no network."""
        self._now = now
        unreached = isinstance(answer, Failure) and answer.code in _UNREACHED
        host = urlsplit(answer.url).hostname or ""
        self._seen[host] = (now, unreached)
        if not unreached:
            self.is_open = False
            return False
        if len(self._seen) > 2_000 or not self.is_open:
            self._seen = {name: seen for name, seen in self._seen.items() if now - seen[0] < WITHIN}
        failing = sum(failed for _, failed in self._seen.values())
        if failing >= HOSTS and failing * 2 >= len(self._seen):
            self.is_open = True
        return self.is_open

    def may_probe(self, now: float | None = None) -> bool:
        """Whether the one question of this minute may go out."""
        now = self._now if now is None else now
        self._now = now
        if now - self._probed_at < PROBE_EVERY:
            return False
        self._probed_at = now
        return True
