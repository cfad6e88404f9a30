"""Edits → what is told, and to whom. Pure: `build` groups, orders and counts; `route` applies the rules of the configuration."""

from monitor.report.build import build
from monitor.report.facts import gist, headlines, outlet_of
from monitor.report.figures import Figures, figures
from monitor.report.route import addressees, in_quiet, misfit, next_digest, quiet_end, route

__all__ = [
    "Figures",
    "addressees",
    "build",
    "figures",
    "gist",
    "headlines",
    "in_quiet",
    "misfit",
    "next_digest",
    "outlet_of",
    "quiet_end",
    "route",
]
