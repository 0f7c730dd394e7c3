"""How the process ends: statuses, signals, and the one line on standard error.

In this order: ``Status``, ``ended``, ``status_of`` a failure, ``terminable``.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from typing import Any

from verify.signals import end_at_once

LONGEST_WORD = 250
"""Most characters of a word in a message."""


class Status(IntEnum):
    """Exit statuses; ``words.EXIT_STATUSES`` says what each means."""

    DONE = 0
    DISAGREEMENT = 1
    REFUSED = 2
    NOT_FINISHED = 3
    INTERRUPTED = 130
    CLOSED_PIPE = 141
    TERMINATED = 143


def ended(message: str, status: Status) -> Status:
    """Say why in one line; words that no line holds are shortened."""
    words = (word if len(word) <= LONGEST_WORD else f"{word[:40]}..." for word in message.split())
    print(" ".join(words), file=sys.stderr)
    return status


def status_of(error: Exception) -> Status | None:
    """The status of a failure that its line explains; None of one that is a fault of ours."""
    from numerics import InvalidProblem, NotConverged  # noqa: PLC0415  (late: see provenance)

    if isinstance(error, InvalidProblem | NotImplementedError):
        return Status.REFUSED
    if isinstance(error, NotConverged | OSError):
        return Status.NOT_FINISHED
    from asymptotics.expressions.checks import InvalidArgument  # noqa: PLC0415

    return Status.REFUSED if isinstance(error, InvalidArgument) else None


@contextmanager
def terminable() -> Iterator[list[int]]:
    """SIGTERM ends the command as Ctrl-C does, with what was finished kept; yields those received."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received  # only the main thread may say what a signal does
        return

    def stop(signum: int, frame: Any) -> None:
        if signal.getsignal(signal.SIGINT) is end_at_once:
            end_at_once(signum, frame)
        received.append(signum)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield received
    finally:
        signal.signal(signal.SIGTERM, before)


def forget_output() -> None:
    """Nobody reads on: what is still to be written goes nowhere, also when Python ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
