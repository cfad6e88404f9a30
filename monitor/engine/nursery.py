"""The process that forks workers, and what a worker does: one function after the other, within limits, until it is killed.

Runs as a program of its own (see `engine.workers`); loads nothing of monitor before it is told to, and never starts a thread.
"""

import contextlib
import ctypes
import gc
import importlib
import os
import pickle
import resource
import select
import signal
import socket
import sys
import time

# address space, not resident memory: interpreter and libraries map some 300 MB before any work
MEMORY = 1_200_000_000
KEEP_BELOW = 300_000_000
TASKS = 2_000
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serves `fork` and `kill` on the socket given as first argument until it closes. Then CPU seconds a task, then modules to load."""
    control = socket.socket(fileno=int(sys.argv[1]))
    cpu, modules = int(sys.argv[2]), list(sys.argv[3:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    children: set[int] = set()
    while True:
        if modules and not select.select([control], [], [], 0)[0]:
            with contextlib.suppress(ImportError):
                importlib.import_module(modules.pop(0))
            if not modules:
                gc.freeze()
            continue
        order, lines, _, _ = socket.recv_fds(control, 4, 1)
        if not order:
            break
        _reap(children)
        if order == b"fork":
            children.add(_fork(control, lines[0], cpu))
        elif order == b"kill":
            number = int.from_bytes(control.recv(4, socket.MSG_WAITALL))
            if number in children:
                os.kill(number, signal.SIGKILL)
                os.waitpid(number, 0)
                children.discard(number)
    for number in children:
        os.kill(number, signal.SIGKILL)
    for number in children:
        os.waitpid(number, 0)


def serve(line: socket.socket, cpu: int) -> None:
    """Works off the tasks of one line: (function, arguments) in, (how, last?, value) out, each pickled with its length before it."""
    for number in range(1, TASKS + 1):
        try:
            task = receive(line, None)
        except EOFError:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu + 1, resource.RLIM_INFINITY))
        answer = _answer(task)
        # a worker that grew is not kept: its memory would be the daemon's for ever
        is_last = number == TASKS or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > KEEP_BELOW
        try:
            told = pickle.dumps((answer[0], is_last, answer[1]), protocol=pickle.HIGHEST_PROTOCOL)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            told = pickle.dumps(("error", True, (RuntimeError, (f"the result cannot be handed over: {error}",), {})))
        except MemoryError:
            told, is_last = pickle.dumps(("killed", True, None)), True
        send(line, told)
        if is_last:
            return


def send(line: socket.socket, data: bytes) -> None:
    """The bytes with their length before them."""
    line.sendall(len(data).to_bytes(8))
    line.sendall(data)


def receive(line: socket.socket, until: float | None) -> bytes:
    """One message. Raises EOFError when the line is closed, TimeoutError at `until` (monotonic seconds)."""
    size = int.from_bytes(_exactly(line, 8, until))
    return bytes(_exactly(line, size, until))


def _exactly(line: socket.socket, size: int, until: float | None) -> bytearray:
    data = bytearray(size)
    view, got = memoryview(data), 0
    while got < size:
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            line.settimeout(left)
        count = line.recv_into(view[got:])
        if not count:
            raise EOFError
        got += count
    return data


def _answer(task: bytes) -> tuple[str, object]:
    try:
        function, args = pickle.loads(task)
        return "done", function(*args)
    except MemoryError:
        return "killed", None
    except RecursionError as error:
        return "error", (RecursionError, error.args, {})
    except Exception as error:  # noqa: BLE001 - the edge of a worker: whatever was raised is raised again on the other side
        return "error", (type(error), error.args, {name: value for name, value in error.__dict__.items() if name != "__notes__"})


def _fork(control: socket.socket, line_fd: int, cpu: int) -> int:
    number = os.fork()
    if number:
        os.close(line_fd)
        control.sendall(number.to_bytes(4))
        return number
    status = 1
    try:
        control.close()
        _die_with_parent()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        serve(socket.socket(fileno=line_fd), cpu)
        status = 0
    finally:
        os._exit(status)


def _reap(children: set[int]) -> None:
    for number in list(children):
        if os.waitpid(number, os.WNOHANG)[0]:
            children.discard(number)


def _die_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
