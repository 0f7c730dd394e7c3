"""Ctrl-C and SIGTERM end the process on the spot until a sub-command is ready to work, and then interrupt it.

Python's own answer, a KeyboardInterrupt, is a traceback while modules are loaded, or is lost, for what is
loaded may catch everything.  It is lost, too, where Python discards exceptions, as in callbacks of its
garbage collector (``interrupts_repeated``).  Imports nothing that takes time.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from _thread import interrupt_main
from contextlib import contextmanager

TYPE_CHECKING = False  # typing's own, without its import
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_SOON = 0.05
"""Seconds until a discarded interrupt is raised again: what has discarded it is over by then."""


def end_while_loading() -> None:
    """From here on signals end the process on the spot: nothing is there to be kept."""
    for signum, default in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
        if signal.getsignal(signum) is default:  # else it is ignored, as by nohup
            signal.signal(signum, end_at_once)


def end_at_once(signum: int, _: object) -> None:
    """Answer a signal by the end of the process, past everything that catches exceptions."""
    try:
        os.write(2, b"interrupted: nothing was kept\n")
    finally:
        os._exit(128 + signum)


def loaded() -> None:
    """From here on Ctrl-C is a KeyboardInterrupt, which keeps what was finished."""
    if signal.getsignal(signal.SIGINT) is end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def interrupts_repeated() -> Iterator[None]:
    """Raise a KeyboardInterrupt again that Python has discarded.

    Hypothesis reads the clock in callbacks of the garbage collector, and goes on doing so once it has drawn;
    a Ctrl-C amid a long collection arrives there.  Python tells a hook of ``sys`` what it discards.
    """
    before = sys.unraisablehook

    def heard(discarded: Any) -> None:
        if not issubclass(discarded.exc_type, KeyboardInterrupt):
            before(discarded)
            return
        again = threading.Timer(_SOON, interrupt_main)
        again.daemon = True
        again.start()

    sys.unraisablehook = heard
    try:
        yield
    finally:
        sys.unraisablehook = before
