"""Where the console command starts: from here on Ctrl-C, or SIGTERM, ends it with one line.

Python's own answer, a KeyboardInterrupt, is a traceback while modules are loaded, or is lost, for what is
loaded may catch everything.  Until a sub-command is ready to work an interrupt therefore ends the process on
the spot: nothing is there to be kept.  What happens before Python reaches this file is not in our hands.

Imports nothing that takes time.
"""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with its exit status."""
    for signum, default in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
        if signal.getsignal(signum) is default:  # else it is ignored, as by nohup
            signal.signal(signum, end_at_once)
    from verify.command_line import main as run  # noqa: PLC0415  (takes time)

    run(arguments)


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
