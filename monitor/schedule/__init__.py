"""When to ask next, and with which validators: pure functions from what was known and what came to a new Pace."""

from monitor.schedule.feeds import after_poll, first_poll, moved_to
from monitor.schedule.headers import retry_after
from monitor.schedule.pages import Habit, after_look, first_look

__all__ = ["Habit", "after_look", "after_poll", "first_look", "first_poll", "moved_to", "retry_after"]
