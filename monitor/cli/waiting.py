"""What a person sees while work takes long: a spinner on stderr after half a second, on a terminal only, gone at the first output."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.live import Live

PATIENCE = 0.5  # seconds without a sign of life that nobody minds


@contextmanager
def waiting(sentence: str) -> Iterator[None]:
    """Shows the sentence with the seconds gone while the block runs and prints nothing. Off a terminal it does nothing at all."""
    if not sys.stderr.isatty():
        yield
        return
    spinner = _Spinner(sentence)
    outs = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Watched(outs[0], spinner.end), _Watched(outs[1], spinner.end)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = outs
        spinner.end()


class _Spinner:
    def __init__(self, sentence: str) -> None:
        self._sentence, self._started, self._err = sentence, time.monotonic(), sys.stderr
        self._lock, self._ended = threading.Lock(), False
        self._live: Live | None = None
        self._timer = threading.Timer(PATIENCE, self._begin)
        self._timer.daemon = True
        self._timer.start()

    def _begin(self) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        with self._lock:
            if self._ended:
                return
            console = Console(file=self._err)
            spinner = Spinner("dots")

            def drawn() -> Spinner:
                spinner.update(text=f"{self._sentence} {time.monotonic() - self._started:.0f} s")
                return spinner

            self._live = Live(
                console=console, get_renderable=drawn, refresh_per_second=8, transient=True, redirect_stdout=False, redirect_stderr=False
            )
            self._live.start()

    def end(self) -> None:
        """Takes the spinner away, or keeps it from coming."""
        self._timer.cancel()
        with self._lock:
            self._ended = True
            if self._live is not None:
                self._live.stop()
                self._live = None


class _Watched:
    """A stream that ends the spinner before anything is written to it."""

    def __init__(self, stream: TextIO, end: Any) -> None:
        self._stream, self._end = stream, end

    def write(self, text: str) -> int:
        """As the stream's own."""
        self._end()
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            self._end()
        return getattr(self._stream, name)
