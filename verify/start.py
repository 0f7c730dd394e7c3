"""Where the console command starts: from here on Ctrl-C, or SIGTERM, ends it with one line (``signals``).

What happens before Python reaches this file is not in our hands.
"""

from __future__ import annotations

from verify.signals import end_while_loading

TYPE_CHECKING = False  # typing's own, without its import
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with its exit status."""
    end_while_loading()
    from verify.command_line import main as run  # noqa: PLC0415  (takes time)

    run(arguments)
