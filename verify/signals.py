"""Ctrl-C and SIGTERM end the process on the spot until a sub-command is ready to work, and then interrupt it.

Python's own answer, a KeyboardInterrupt, is a traceback while modules are loaded, or is lost, for what is
loaded may catch everything.  Imports nothing that takes time.
"""

from __future__ import annotations

import os
import signal


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
