"""What systemd is told (sd_notify): ready, alive, stopping, and a line of status. Nothing when it does not ask."""

import contextlib
import os
import socket
from collections.abc import Mapping


class Notices:
    """Datagrams to the socket that systemd names in the environment."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        at = (os.environ if environ is None else environ).get("NOTIFY_SOCKET", "")
        self._at = "\0" + at[1:] if at.startswith("@") else at

    def send(self, *lines: str) -> None:
        """`READY=1`, `WATCHDOG=1`, `STATUS=…`, `STOPPING=1`; a socket that is gone is no trouble."""
        if not self._at:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.connect(self._at)
            line.send("\n".join(lines).encode())
