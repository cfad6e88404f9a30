"""Edits → what is told, and to whom. Pure: `build` groups, orders and counts; `route` applies the rules of the configuration."""

from monitor.report.build import build, same_text
from monitor.report.echo import FOLLOWING, Echo, echoes, lead_of, may_echo
from monitor.report.facts import disclosure, extent, gist, headlines, host_of, outlet_of, several
from monitor.report.plan import CORRECTION, Bundle, held_back, held_since, limit_reason, pressing, reason_of, stories
from monitor.report.problems import TROUBLES_MAX, held_for_others, troubles
from monitor.report.route import addressees, bypasses, in_quiet, misfit, mute_of, next_digest, quiet_end, route

__all__ = [
    "CORRECTION",
    "FOLLOWING",
    "TROUBLES_MAX",
    "Bundle",
    "Echo",
    "addressees",
    "build",
    "bypasses",
    "disclosure",
    "echoes",
    "extent",
    "gist",
    "headlines",
    "held_back",
    "held_for_others",
    "held_since",
    "host_of",
    "in_quiet",
    "lead_of",
    "limit_reason",
    "may_echo",
    "misfit",
    "mute_of",
    "next_digest",
    "outlet_of",
    "pressing",
    "quiet_end",
    "reason_of",
    "route",
    "same_text",
    "several",
    "stories",
    "troubles",
]
