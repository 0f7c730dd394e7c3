"""Sub-commands of the networks themselves: train, infer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from verify.command_line import arguments, options
from verify.command_line.arguments import FILE, NUMBER, ROUNDS, SEED
from verify.command_line.equations import NO_SYSTEM, stated
from verify.command_line.output import of_problem, print_json, print_record
from verify.files import WEIGHT_KINDS, read_weights, why_no_file, write_weights
from verify.gallery import NETWORKS
from verify.signals import loaded


@click.command()
@options.problem_options(NETWORKS, ("erm",))
@options.samples_option
@click.option("--seed", type=SEED, default="0", show_default=True, help="of the data and the first weights")
@click.option(
    "--method",
    type=click.Choice(["descent", "proximal"]),
    default="descent",
    show_default=True,
    help="over the weights; or over their product, faster with 4 d^2 samples, not for --width below d",
)
@click.option(
    "--tolerance",
    type=NUMBER,
    default="1e-6",
    show_default=True,
    help="duality gap at which to stop",
)
@click.option(
    "--most-rounds", type=ROUNDS, default="300", show_default=True, help="of the optimiser, to give up after"
)
@click.option("--device", help="cpu, cuda or cuda:1: PyTorch there  [default: NumPy]")
@click.option("--checkpoint", type=FILE, help="file that keeps the weights, from which training goes on")
@click.option("--out", type=FILE, help="write the weights: all to a .npy file, their spectrum to a .csv file")
@options.json_option
def train(
    seed: int,
    method: str,
    tolerance: Any,
    most_rounds: int,
    device: str | None,
    checkpoint: Path | None,
    out: Path | None,
    as_json: bool,
    **parameters: Any,
) -> None:
    """Train the network on drawn data until a duality gap proves its loss least; theory beside.

    \b
    excess_risk   R = E[(f - f*)^2], exact over Gaussian inputs
    train_loss    the trained objective over d (diagonal) or d^2 (quadratic)
    duality_gap   how far above the least loss it can be, relatively
    """  # noqa: D301  (click reads the backspace)
    arguments.require_values(**parameters, **NO_SYSTEM)
    if out is not None:
        arguments.require_out(why_no_file(out, WEIGHT_KINDS))
    import numerics  # noqa: PLC0415

    loaded()
    problem = stated(**parameters)
    trained = numerics.train(
        problem,
        seed=seed,
        method=method,
        tolerance=float(tolerance),
        most_rounds=most_rounds,
        device=device,
        checkpoint=checkpoint,
    )
    if out is not None:
        is_whole = out.suffix.lower() == ".npy"
        write_weights(out, trained.weights if is_whole else trained.spectrum().values)
    theory = numerics.solve(problem)
    if as_json:
        print_json({**of_problem(trained), "theory": of_problem(theory)})
        return
    print_record((name, getattr(trained, name)) for name in ("excess_risk", "train_loss"))
    print_record((f"  {name} in theory", getattr(theory, key)) for name, key in _BESIDE.items())
    print_record((name, getattr(trained, name)) for name in ("duality_gap", "steps"))
    if out is not None:
        click.echo(out)


_BESIDE = {"risk": "excess_risk", "loss": "train_loss"}


@click.command()
@click.argument("weights", type=FILE)
@options.network_option(NETWORKS)
@options.samples_option
@click.option("--dim", type=NUMBER, required=True, help="dimension d of the inputs, an integer")
@click.option("--weight-decay", type=NUMBER, required=True, help="lambda of the training, above 0")
@click.option(
    "--target",
    type=click.Choice(["raw", "unit", "unknown"]),
    default="raw",
    show_default=True,
    help="scale of the target: sizes sqrt(d) i^-gamma, mean square one, or to be inferred",
)
@click.option("--train-loss", type=NUMBER, help="of the training, over d or d^2; sharpens the estimates")
@options.json_option
def infer(weights: Path, target: str, train_loss: Any, as_json: bool, **parameters: Any) -> None:
    """Infer from trained WEIGHTS alone what they learned, and what their risk is.

    WEIGHTS is a file of numbers: .npy, or text with one in each line or a row of the matrix in each.  They
    are the eigenvalues of B B^T or that matrix (quadratic network), or the coefficients a_i w_i (diagonal).
    Each estimate has its standard error; "-" stands for what the weights do not tell.

    \b
    gamma            decay of the target, i^-gamma
    scale            of the target, where --target is unknown
    effective_noise  delta, standard deviation of the noise on each mode
    threshold        kappa, below which weights are set to 0
    learned_modes    target modes above noise and threshold
    excess_risk      R = E[(f - f*)^2] on new inputs
    noise_variance   Delta, of the labels
    test_error       R + Delta, on new labels
    probability      of weights that fit no better, drawn from the law
    shape            the practitioner's name of the spectrum
    """  # noqa: D301  (click reads the backspace)
    values = _weights_in(weights)
    import numerics  # noqa: PLC0415
    from numerics.inference.family import NAMES  # noqa: PLC0415

    loaded()
    inferred = numerics.infer(
        values,
        target=None if target == "unknown" else target,
        train_loss=None if train_loss is None else float(train_loss),
        **parameters,
    )
    if as_json:
        print_json(inferred.to_dict())
        return
    for name in (*NAMES, "probability"):
        print_record([(name, getattr(inferred, name))])
    print_record([("shape", None if inferred.shape is None else inferred.shape.value), ("why", inferred.why)])
    for name, reason in inferred.untold.items():
        print_record([("not told", f"{name}: {reason}")])


def _weights_in(path: Path) -> Any:
    """The weights in a file; refused in the words of the command line."""
    try:
        return read_weights(path)
    except OSError as error:
        reason = error.strerror or str(error)
    except ValueError as error:
        reason = str(error)
    raise click.BadParameter(f"{str(path)!r}: {reason}", param_hint="'WEIGHTS'")
