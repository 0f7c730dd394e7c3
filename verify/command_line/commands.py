"""The sub-commands: derive and at; solve, curve, spectrum, tune, samples-for, certify; train, infer; verify,
figures; completion.

Each imports what it runs only when its arguments are known to fit; ``loaded`` ends the time in which a signal
ends the process on the spot.
"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class, shell_complete

from verify import words
from verify.command_line.equations import certify, curve, samples_for, solve, spectrum, tune
from verify.command_line.laws import at, derive
from verify.command_line.networks import infer, train
from verify.command_line.reports import figures, verify

NAME = "shallowlaws"

COMPLETING = "_SHALLOWLAWS_COMPLETE"
"""The variable by which a shell asks for completions, as ``click`` has it."""


def _tell_version(context: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    if not is_wanted or context.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        click.echo(f"{NAME} {version(NAME)}")
    except PackageNotFoundError:
        raise click.ClickException(f"{NAME} is not installed, and so has no version") from None
    context.exit()


class _InOrder(click.Group):
    """A group that lists its commands in the order in which a user meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_InOrder,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    epilog=words.EXIT_STATUSES,
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and exit.",
)
def shallowlaws() -> None:
    """Scaling laws of shallow networks: derive them, solve for them, check one against the other."""


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes commands and options in a shell.

    \b
    bash    in ~/.bashrc: eval "$(shallowlaws completion bash)"
    zsh     in ~/.zshrc: eval "$(shallowlaws completion zsh)"
    fish    in ~/.config/fish/config.fish: shallowlaws completion fish | source
    """  # noqa: D301  (click reads the backspace)
    of_shell = get_completion_class(shell)
    assert of_shell is not None
    click.echo(of_shell(shallowlaws, {}, NAME, COMPLETING).source())


for command in (
    derive,
    at,
    solve,
    curve,
    spectrum,
    tune,
    samples_for,
    certify,
    train,
    infer,
    verify,
    figures,
    completion,
):
    shallowlaws.add_command(command)


def completed(instruction: str) -> int:
    """Answer a shell that asks for completions; returns the exit status."""
    return shell_complete(shallowlaws, {}, NAME, COMPLETING, instruction)
