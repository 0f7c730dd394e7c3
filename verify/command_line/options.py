"""Options that several sub-commands share, with their help: meaning, units and default."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from verify.command_line.arguments import FOLDER, NUMBER, SAMPLES, UNITS
from verify.gallery import NETWORKS

DRAWN = (*NETWORKS, "bilinear", "attention", "kernel_ridge")
"""Models of which ``figures`` draws the phase diagram."""

Command = Callable[..., None]

ESTIMATORS = {
    "erm": "the trained network",
    "bayes": "the best there is",
    "ridge": "linear regression on the same inputs",
}


def estimator_of(known: Sequence[str]) -> Callable[[Command], Command]:
    """What learns, of those a sub-command knows."""
    meanings = ", ".join(ESTIMATORS[name] for name in known)
    return click.option(
        "--estimator", type=click.Choice(known), default="erm", show_default=True, help=meanings
    )


estimator_option = estimator_of(tuple(ESTIMATORS))
json_option = click.option(
    "--json", "as_json", is_flag=True, help="print JSON, its numbers with all their digits"
)


def network_option(known: Sequence[str]) -> Callable[[Command], Command]:
    """The one model that a sub-command works on, of those it knows."""
    return click.option(
        "--network",
        type=click.Choice(known),
        metavar="MODEL",
        required=True,
        help=f"one of {', '.join(known)}",
    )


def value_options(*, are_required: bool, has_decay: bool = True) -> Callable[[Command], Command]:
    """The numbers of a problem, but for its samples, and its target; required where every model has them."""

    def decorated(command: Command) -> Command:
        options: tuple[Any, ...] = (
            click.option(
                "--gamma", type=NUMBER, required=are_required, help="decay of the target, i^-gamma; above 1/2"
            ),
            click.option(
                "--dim", type=NUMBER, required=are_required, help="dimension d of the inputs, an integer"
            ),
            click.option(
                "--weight-decay", type=NUMBER, help="lambda, of the summed loss; none for --estimator bayes"
            ),
            click.option(
                "--noise-variance", type=NUMBER, help="Delta, the variance of the label noise  [default: 0]"
            ),
            click.option(
                "--width",
                type=UNITS,
                help="hidden units p (quadratic)  [default: d, all of them]"
                + ("" if are_required else "; features p (random_features)"),
            ),
        )
        wanted = options if has_decay else (*options[:2], *options[3:])
        for option in reversed(wanted):
            command = option(command)
        return command

    return decorated


target_option = click.option(
    "--target",
    type=click.Choice(["raw", "unit"]),
    help="sizes sqrt(d) i^-gamma, or the same rescaled to mean square one  [default: raw]",
)

SYSTEM_OPTIONS = (
    click.option("--source", type=NUMBER, help="source exponent r (kernel_ridge, random_features)"),
    click.option("--alpha", type=NUMBER, help="decay of the features (one_pass_sgd)"),
    click.option("--beta", type=NUMBER, help="decay of the target (one_pass_sgd)"),
    click.option("--steps", type=NUMBER, help="steps t of the descent (one_pass_sgd)"),
)


def any_values(command: Command) -> Command:
    """The numbers at which any of the shipped models is solved."""
    for option in reversed(SYSTEM_OPTIONS):
        command = option(command)
    command = click.option("--samples", type=NUMBER, help="number of samples n")(command)
    return value_options(are_required=False)(command)


def problem_options(
    known: Sequence[str], estimators: Sequence[str] = tuple(ESTIMATORS)
) -> Callable[[Command], Command]:
    """Those of a ``Problem``, but for the number of samples."""

    def decorated(command: Command) -> Command:
        values = value_options(are_required=True)
        return network_option(known)(values(target_option(estimator_of(estimators)(command))))

    return decorated


def tuned_values(command: Command) -> Command:
    """Those of a ``Problem`` whose weight decay is to be chosen, but for its network and samples."""
    estimator = estimator_of(("erm", "ridge"))  # the best there is has no weight decay
    return value_options(are_required=True, has_decay=False)(target_option(estimator(command)))


samples_option = click.option("--samples", type=NUMBER, required=True, help="number of samples n")
many_samples_option = click.option(
    "--samples",
    "ranges",
    type=SAMPLES,
    multiple=True,
    required=True,
    help="a number of samples n, or 1e3..1e9:40, forty in geometric progression; repeat for more",
)


def networks_option(known: Sequence[str]) -> Callable[[Command], Command]:
    """The models a sub-command works on, of those it knows."""
    return click.option(
        "--network",
        "networks",
        type=click.Choice(known),
        metavar="MODEL",
        multiple=True,
        default=NETWORKS,
        help=f"one of {', '.join(known)}; repeat for several  [default: diagonal and quadratic]",
    )


noise_option = click.option(
    "--noise",
    type=click.Choice(["fixed", "scaled", "none"]),
    default="fixed",
    show_default=True,
    help="label noise of order one, of a power d^-b of the dimension, or none",
)
width_option = click.option(
    "--width",
    type=click.Choice(["full", "scaled"]),
    default="full",
    show_default=True,
    help="as many hidden units as inputs, or a power d^rho of them (quadratic)",
)
out_option = click.option(
    "--out", type=FOLDER, default="report", show_default=True, help="folder to write into; made if missing"
)
