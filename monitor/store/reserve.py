"""A reserve against a full disk: a file that is given up when nothing else fits, so that what is in hand can end cleanly.

Even deleting needs room in SQLite's journal; without a reserve a full disk could not be emptied by `monitor db gc`.
"""

import os
from pathlib import Path

NAME = "reserve"
SIZE = 8_000_000
ROOM_TO_OPEN = 1_000_000  # free bytes; SQLite needs some for the memory that its processes share, also to read
ENOUGH = 64_000_000  # free bytes below which no reserve is put aside: it would be the one to fill the disk


def keep_reserve(state_dir: Path) -> None:
    """Puts the reserve aside if there is none and there is room."""
    path = state_dir / NAME
    try:
        free = os.statvfs(state_dir)
        if path.exists() or free.f_bavail * free.f_frsize < ENOUGH:
            return
        with path.open("wb") as reserve:
            os.posix_fallocate(reserve.fileno(), 0, SIZE)
    except OSError:
        path.unlink(missing_ok=True)  # it is a help, not a need


def make_room_to_open(state_dir: Path) -> None:
    """Gives the reserve up where the disk has not even the room to open the database."""
    if is_disk_full(state_dir):
        drop_reserve(state_dir)


def is_disk_full(state_dir: Path) -> bool:
    """Whether the disk of this folder has next to no room left."""
    try:
        disk = os.statvfs(state_dir)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < ROOM_TO_OPEN


def drop_reserve(state_dir: Path) -> None:
    """Gives the reserve up; it comes back at the next start with room."""
    (state_dir / NAME).unlink(missing_ok=True)
