"""Sub-commands that solve: solve, curve, spectrum, tune, samples-for, certify.

Each states a ``numerics.Problem``, or takes a shipped system, once its arguments are known to fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from verify import words
from verify.command_line import arguments, options
from verify.command_line.arguments import FILE, FOLDER, INTEGER, NUMBER
from verify.command_line.output import Table, of_problem, print_json, print_record, rounded_outwards
from verify.files import why_no_figure
from verify.gallery import MODELS, NETWORKS, SOLVED, SYSTEMS, VALUES, model_named
from verify.signals import loaded

OUTLIERS_SHOWN = 10
"""How many outliers ``spectrum`` lists."""

SOLVED_FOR = ("excess_risk", "effective_noise", "threshold", "degrees_of_freedom", "train_loss", "residual")
"""What ``solve`` prints."""

ALONG = ("samples", "excess_risk", "effective_noise", "threshold")
"""What ``curve`` prints of each point."""

digits_option = click.option("--digits", type=INTEGER, help="correct digits  [default: double precision]")


def stated(**parameters: Any) -> Any:
    """The problem with these parameters; what is not given has its default.

    Raises:
        InvalidProblem: a parameter is outside the theory.
    """
    import numerics  # noqa: PLC0415

    given = {name: value for name, value in parameters.items() if value is not None}
    return numerics.Problem(**given)


@click.command()
@options.network_option(MODELS)
@options.any_values
@options.target_option
@options.estimator_option
@digits_option
@options.json_option
def solve(network: str, estimator: str, digits: int | None, as_json: bool, **values: Any) -> None:
    """Solve the equations at one size: the risk, and what it follows from.

    For the networks these are the state equations.  Every number is exact as it is written: 0.1 is 1/10, 1e30
    an integer.  A model takes the numbers that it has; what is missing, or is not for it, is named.

    \b
    excess_risk         R = E[(f - f*)^2] on new inputs
    effective_noise     delta, standard deviation of the noise on each mode
    threshold           kappa, below which weights are set to 0
    degrees_of_freedom  D, fitted ones per mode
    train_loss          the trained objective over d (diagonal) or d^2
    residual            largest relative one of the equations
    """  # noqa: D301  (click reads the backspace)
    arguments.models([network], estimator=estimator)
    arguments.require_values(network, estimator=estimator, **values)
    if network in SYSTEMS:
        _solve_system(network, digits, as_json, values)
        return
    import numerics  # noqa: PLC0415

    loaded()
    given = {name: value for name, value in values.items() if name in VALUES[network]}
    solution = numerics.solve(stated(network=network, estimator=estimator, **given), digits=digits)
    if as_json:
        print_json(of_problem(solution))
    else:
        print_record(((name, getattr(solution, name)) for name in SOLVED_FOR), digits)


def _solve_system(network: str, digits: int | None, as_json: bool, values: dict[str, Any]) -> None:
    from verify import solve_system  # noqa: PLC0415

    loaded()
    names = VALUES[network]
    given = {names[name]: value for name, value in values.items() if value is not None}
    if "noise_variance" in names:
        given.setdefault("noise_variance", 0)
    solution = solve_system(model_named(network), digits=digits, **given)
    if as_json:
        print_json(solution.to_dict())
    else:
        numbers = {**solution.quantities, **solution.unknowns, "residual": solution.residual}
        print_record(numbers.items(), digits)


@click.command()
@options.problem_options(SOLVED)
@options.many_samples_option
@click.option("--cache", type=FOLDER, help="folder in which finished points are kept")
@digits_option
@options.json_option
def curve(
    ranges: Sequence[Sequence[Any]],
    cache: Path | None,
    digits: int | None,
    as_json: bool,
    **parameters: Any,
) -> None:
    """Solve along a learning curve: a row for each number of samples.

    Columns are aligned in a terminal, a record for each row if their digits are too many, and separated by
    tabs, with all digits, elsewhere.
    """
    arguments.require_values(**parameters, **NO_SYSTEM, samples=ranges)
    import numerics  # noqa: PLC0415

    loaded()
    samples = [count for part in ranges for count in part]
    problem = stated(samples=samples[0], **parameters)
    solutions = numerics.risk_curve(problem, samples, cache=cache, digits=digits)
    if as_json:
        print_json([of_problem(solution) for solution in solutions])
        return
    table = Table(ALONG, digits)
    for count, solution in zip(samples, solutions, strict=True):
        table.row((count, *(getattr(solution, name) for name in ALONG[1:])))


NO_SYSTEM: dict[str, Any] = dict.fromkeys(("source", "alpha", "beta", "steps"))
"""What only systems take."""


@click.command()
@options.problem_options(SOLVED)
@options.samples_option
@click.option("--out", type=FILE, help="draw it: a PNG, PDF, SVG or PGF file, its data in a CSV file beside")
@options.json_option
def spectrum(out: Path | None, as_json: bool, **parameters: Any) -> None:
    """Print the spectrum of the trained weights, and what pruning its bulk does to the risk.

    The weights are the coefficients a_i w_i (diagonal) or the eigenvalues of B B^T (quadratic network).

    \b
    mass at 0         fraction of the weights that are 0
    edge of the bulk  largest weight that noise alone produces
    right edge        right end of the support of the limiting law; inf for
                      Gaussian tails
    learned modes     target modes above noise and threshold, a real number
    outlier           an eigenvalue outside the bulk; overlap: squared cosine
                      between its eigenvector and the mode's in the target
    after pruning     excess risk once the bulk of the weights is removed
    """  # noqa: D301  (click reads the backspace)
    arguments.require_values(**parameters, **NO_SYSTEM)
    import numerics  # noqa: PLC0415

    problem = stated(**parameters)
    if out is not None:
        arguments.require_out(why_no_figure(out))
        from verify.figures import save_figure_as  # noqa: PLC0415
    loaded()
    solution = numerics.solve(problem)
    if as_json:
        print_json({**of_problem(solution), **_spectrum_record(solution)})
    else:
        print_record(_of_spectrum(solution))
    if out is not None:
        from numerics.figures import NotebookFigure  # noqa: PLC0415

        figure = NotebookFigure(layout="constrained")
        solution.spectrum().plot(figure.subplots())
        written = save_figure_as(figure, out)
        if not as_json:
            click.echo("\n".join(map(str, written)))


def _spectrum_record(solution: Any) -> dict[str, Any]:
    law = solution.spectrum()
    outliers = [{"location": spike.location, "overlap": spike.overlap} for spike in law.spikes]
    edges = {"bulk_edge": law.bulk_edge, "right_edge": law.right_edge}
    return {"atom": law.atom, **edges, "outliers": outliers, "pruned_risk": solution.pruned()}


def _of_spectrum(solution: Any) -> Iterator[tuple[str, Any]]:
    """What is printed of the spectrum of a solution."""
    law = solution.spectrum()
    yield "mass at 0", law.atom
    yield "edge of the bulk", law.bulk_edge
    yield "right edge", law.right_edge
    yield "learned modes", solution.learned_modes
    for place, outlier in enumerate(law.spikes[:OUTLIERS_SHOWN], start=1):
        yield f"outlier {place}", f"{outlier.location} (overlap {outlier.overlap:.6f})"
    yield "excess risk", solution.excess_risk
    yield "  after pruning", solution.pruned()


@click.command()
@options.network_option(SOLVED)
@options.tuned_values
@options.many_samples_option
@options.json_option
def tune(ranges: Sequence[Sequence[Any]], as_json: bool, **parameters: Any) -> None:
    """Find the weight decay with the least excess risk, at each number of samples.

    Rows are printed as they are found.  The risk is right to ten digits, the weight decay, at which it is
    flat, to four.
    """
    import numerics  # noqa: PLC0415

    loaded()
    samples = [count for part in ranges for count in part]
    problem = stated(samples=samples[0], weight_decay=1, **parameters)
    table, records = Table(("samples", "weight_decay", "excess_risk")), []
    try:
        for count in samples:
            decay, solution = numerics.optimal_weight_decay(replace(problem, samples=count))
            if as_json:
                records.append(of_problem(solution))
            else:
                table.row((count, decay, solution.excess_risk))
    except KeyboardInterrupt:
        left = words.ROWS_PRINTED.format(done=table.printed, total=len(samples))
        raise numerics.Interrupted(left if table.printed else "") from None
    if as_json:
        print_json(records)


@click.command(name="samples-for")
@options.problem_options(SOLVED)
@click.option("--risk", type=NUMBER, required=True, help="excess risk that is not to be exceeded")
@click.option("--tuned", is_flag=True, help="at the best weight decay instead of --weight-decay")
@options.json_option
def samples_for(risk: Any, tuned: bool, as_json: bool, **parameters: Any) -> None:
    """Find the number of samples from which on the excess risk stays below a value."""
    if tuned and parameters["weight_decay"] is not None:
        raise click.UsageError("--weight-decay is not for --tuned, which chooses it")
    if tuned:
        parameters["weight_decay"] = 1  # plays no part
    arguments.require_values(**parameters, **NO_SYSTEM, samples=1)
    import numerics  # noqa: PLC0415

    loaded()
    problem = stated(samples=1, **parameters)
    choice = "tuned" if tuned else "fixed"
    samples, solution = numerics.samples_for(problem, float(risk), weight_decay=choice)
    decay = solution.problem.weight_decay
    if as_json:
        print_json({**of_problem(solution), "samples": samples})
    else:
        print_record([("samples", samples), ("weight_decay", decay), ("excess_risk", solution.excess_risk)])


@click.command()
@options.problem_options(NETWORKS, ("erm",))
@options.samples_option
@click.option("--digits", type=INTEGER, default="10", show_default=True, help="digits that are proved")
@options.json_option
def certify(digits: int, as_json: bool, **parameters: Any) -> None:
    """Prove between which two numbers the solution lies, by interval arithmetic.

    For the trained diagonal and quadratic networks of full width, the quadratic one up to d = 5000.
    """
    arguments.require_values(**parameters, **NO_SYSTEM)
    import numerics  # noqa: PLC0415

    loaded()
    certificate = numerics.certify(stated(**parameters), digits=digits)
    if as_json:
        print_json(of_problem(certificate))
        return
    for name in SOLVED_FOR[:4]:
        proved_low, proved_high = getattr(certificate, name)
        low, high = rounded_outwards(proved_low, proved_high, digits + 2)
        print_record([(name, low), ("", high)])
