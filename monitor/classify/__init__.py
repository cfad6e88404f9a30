"""Changes to a judgement: kinds, severity with reasons, disclosed or not. Pure; the rules stand in `rules.RULES`."""

from monitor.classify.disclosure import disclosed
from monitor.classify.fingerprint import fingerprint
from monitor.classify.judge import judge
from monitor.classify.version import Version

__all__ = ["Version", "disclosed", "fingerprint", "judge"]
