"""Edits → what is told, and to whom. Pure: `build` groups, orders and counts; `route` applies the rules of the configuration."""

from monitor.report.build import build
from monitor.report.facts import disclosure, gist, headlines, outlet_of, several
from monitor.report.plan import CORRECTION, Bundle, held_back, pressing, reason_of, stories
from monitor.report.route import addressees, bypasses, in_quiet, misfit, mute_of, next_digest, quiet_end, route

__all__ = [
    "CORRECTION",
    "Bundle",
    "addressees",
    "build",
    "bypasses",
    "disclosure",
    "gist",
    "headlines",
    "held_back",
    "in_quiet",
    "misfit",
    "mute_of",
    "next_digest",
    "outlet_of",
    "pressing",
    "quiet_end",
    "reason_of",
    "route",
    "several",
    "stories",
]
