"""Options that several sub-commands share, with their help."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from verify.command_line.arguments import number, path
from verify.gallery import NETWORKS

DRAWN = (*NETWORKS, "bilinear", "attention", "kernel_ridge")
"""Models of which ``figures`` draws the phase diagram."""

estimator_option = click.option(
    "--estimator",
    type=click.Choice(["erm", "bayes", "ridge"]),
    default="erm",
    show_default=True,
    help="the trained network, the best there is, or linear regression on the same inputs",
)


def problem_options(command: Callable[..., None]) -> Callable[..., None]:
    """Those of a ``Problem``, but for the number of samples."""
    options = (
        click.option("--network", type=click.Choice(NETWORKS), required=True),
        click.option("--gamma", type=number, required=True, help="decay of the target, above 1/2"),
        click.option("--dim", type=number, required=True, help="dimension d of the inputs"),
        click.option("--weight-decay", type=number, help="lambda; needed unless --estimator bayes"),
        click.option("--noise-variance", type=number, default="0", show_default=True, help="Delta"),
        click.option(
            "--target",
            type=click.Choice(["raw", "unit"]),
            default="raw",
            show_default=True,
            help="sizes sqrt(d) i^-gamma, or the same rescaled to mean square one",
        ),
        estimator_option,
        click.option("--width", type=number, help="hidden units of the quadratic network; default: all"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def networks_option(known: Sequence[str]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The models a sub-command works on, of those it knows."""
    return click.option(
        "--network",
        "networks",
        type=click.Choice(known),
        multiple=True,
        default=NETWORKS,
        help="repeat for several; default: diagonal and quadratic",
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
    "--out", type=path, default="report", show_default=True, help="folder to write into; made if missing"
)
