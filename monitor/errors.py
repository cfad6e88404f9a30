"""The errors of monitor, one tree, told apart by whose fault they are.

MonitorError
├── UserError                 what was typed or configured is wrong
│   ├── UsageError            exit 2   the words of a command are off
│   ├── NotFound              exit 3   no such article, revision or feed
│   ├── Ambiguous             exit 3   several fit; `candidates` lists them
│   └── ConfigError           exit 4   a configuration file is invalid; `problems` lists every mistake
├── WorldError                the network, a page, a disk
│   ├── NetworkError          exit 5   everything that was asked for failed
│   ├── ParseError            the bytes are no feed; `code` is the contract's
│   └── StoreError            exit 1   the store is away, full, or newer than this program
│       └── Damaged           exit 1   what was stored does not read back
├── Busy                      exit 6   another process holds the state
└── a bug                     exit 70  anything else that is raised

A failed fetch is no exception: it is a `model.Failure`, an ordinary value of the flow.
"""

from collections.abc import Sequence


class MonitorError(Exception):
    """Root of all errors that monitor raises on purpose.

    `exit_code` and `code` are the contract's; `hint` says what to do, or is empty.
    """

    exit_code = 1
    code = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UserError(MonitorError):
    """What was typed or configured is wrong."""


class UsageError(UserError):
    """The words of a command are off."""

    exit_code = 2
    code = "usage"


class NotFound(UserError):
    """No such article, revision or feed."""

    exit_code = 3
    code = "not_found"


class Ambiguous(UserError):
    """Several things fit; `candidates` are sentences that name each."""

    exit_code = 3
    code = "ambiguous"

    def __init__(self, message: str, candidates: Sequence[str], *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.candidates = tuple(candidates)


class ConfigError(UserError):
    """A configuration file is invalid; `problems` names every mistake with its place."""

    exit_code = 4
    code = "config"

    def __init__(self, problems: Sequence[str], *, hint: str = "") -> None:
        super().__init__("\n".join(problems), hint=hint)
        self.problems = tuple(problems)


class WorldError(MonitorError):
    """The network, a page or a disk did not do what was asked."""


class NetworkError(WorldError):
    """Everything that was asked for failed."""

    exit_code = 5
    code = "network"


class ParseError(WorldError):
    """These bytes are no feed. `code` is one of not_a_feed, xml_dtd_entity, malformed, bad_encoding."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class StoreError(WorldError):
    """The store is away, damaged, full, or written by a newer program."""

    code = "store"


class Damaged(StoreError):
    """What was stored does not read back, and will not until a backup is restored."""


def is_away(error: Exception) -> bool:
    """Whether the store cannot be asked at all, which is nobody's fault of whom it was asked about."""
    return isinstance(error, StoreError) and not isinstance(error, Damaged)


class Busy(MonitorError):
    """Another process holds the state."""

    exit_code = 6
    code = "busy"
