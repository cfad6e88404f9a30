"""When to ask next, and with which validators: pure functions from what was known and what came to a new Pace."""

from monitor.model import Habit
from monitor.schedule.feeds import after_poll, first_poll, moved_to
from monitor.schedule.habit import read_habit, with_lesson, written_habit
from monitor.schedule.headers import retry_after
from monitor.schedule.pages import after_look, first_look, taught

__all__ = [
    "Habit",
    "after_look",
    "after_poll",
    "first_look",
    "first_poll",
    "moved_to",
    "read_habit",
    "retry_after",
    "taught",
    "with_lesson",
    "written_habit",
]
