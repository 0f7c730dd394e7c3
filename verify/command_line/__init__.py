"""The console command ``shallowlaws``: each sub-command is a thin skin over one public function.

Whatever is typed, the answer is a result or one line on standard error; the exit status says which
(``status``).  A refused argument is named, and refused before any work: by ``click``, by the types of
``arguments``, or by the function that is called, whose line is then printed as it is.

In this order: ``status``; ``arguments``, words as numbers; ``options``; ``output``, what is printed; the
sub-commands, ``laws`` that are derived, ``equations`` that are solved, ``networks`` that are trained,
``reports`` and figures that are written; ``commands``, all of them; here ``main``, which runs them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from verify import words
from verify.command_line.commands import COMPLETING, completed, shallowlaws
from verify.command_line.status import Status, ended, forget_output, status_of, terminable
from verify.provenance import foreign_packages
from verify.signals import interrupts_repeated


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with its exit status."""
    complaint = foreign_packages()
    if complaint is not None:
        print(complaint, file=sys.stderr)
        sys.exit(Status.REFUSED)
    if COMPLETING in os.environ:
        sys.exit(completed(os.environ[COMPLETING]))
    with terminable() as terminations, interrupts_repeated():
        try:
            status = _run(sys.argv[1:] if arguments is None else list(arguments))
        except KeyboardInterrupt as interrupt:
            # python -m remembers an interrupt amid exec(text), which dataclasses and lambdify use, until the
            # next one, and would end by SIGINT instead of with a status
            exec("")
            status = Status.TERMINATED if terminations else Status.INTERRUPTED
            status = ended(
                words.INTERRUPTED.format(left=_in_the_shell(interrupt) or words.NOTHING_LEFT), status
            )
        except Exception as error:
            status = _failed(error)
    sys.exit(status)


def _run(arguments: list[str]) -> int:
    """The status of a command that ends of itself.  ``click``'s own way to run it has other statuses."""
    try:
        with shallowlaws.make_context("shallowlaws", arguments) as context:
            shallowlaws.invoke(context)
        status = Status.DONE
    except click.exceptions.Exit as end:
        status = Status(end.exit_code)
    sys.stdout.flush()  # a closed pipe is noticed here, if not before
    return status


def _failed(error: Exception) -> Status:
    """The status of a failure, with its line on standard error; a fault of ours is raised again."""
    if isinstance(error, BrokenPipeError):
        forget_output()
        return Status.CLOSED_PIPE
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return Status.REFUSED
    if isinstance(error, click.ClickException):
        return ended(error.format_message(), Status.REFUSED)
    status = status_of(error)
    if status is None:
        raise error
    return ended(str(error), status)


def _in_the_shell(interrupt: KeyboardInterrupt) -> str:
    """What was kept; arguments of functions as options."""
    line = str(interrupt)
    for argument, option in words.OPTIONS_THAT_KEEP.items():
        line = line.replace(argument, option)
    return line
