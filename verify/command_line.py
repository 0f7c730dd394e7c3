"""The console command ``shallowlaws``: each sub-command is a thin skin over one public function.

Bad input prints the same line as the Python exception and exits with 2; ``verify`` exits with 1 on
disagreement.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import click

from verify.provenance import foreign_packages

NETWORKS = ("diagonal", "quadratic")


def number(text: str) -> Any:
    """The number a user wrote: an exact integer or fraction (1000, 1e30, 5/4), else a float, as in Python.

    What is no number is returned as it is, for ``Problem`` to refuse in its own words.

    >>> number("5/4"), number("1e30"), number("0.1"), number("nan"), number("abc")
    (Fraction(5, 4), 1000000000000000000000000000000, 0.1, nan, 'abc')
    """
    try:
        exact = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return float(text) if text.strip().lower().lstrip("+-") in ("nan", "inf", "infinity") else text
    if exact.denominator == 1:
        return exact.numerator
    return exact if "/" in text else float(text)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with its exit status."""
    complaint = foreign_packages()
    if complaint is not None:
        print(complaint, file=sys.stderr)
        sys.exit(2)
    from numerics import InvalidProblem, NotConverged  # noqa: PLC0415  (late: see provenance)

    try:
        shallowlaws(None if arguments is None else list(arguments))
    except (InvalidProblem, NotConverged, NotImplementedError) as error:
        print(error, file=sys.stderr)
        sys.exit(2 if isinstance(error, InvalidProblem | NotImplementedError) else 1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def shallowlaws() -> None:
    """Scaling laws of shallow networks: derive them, solve for them, check one against the other."""


def _problem_options(command: Callable[..., None]) -> Callable[..., None]:
    options = (
        click.option("--network", required=True, help="diagonal or quadratic"),
        click.option("--gamma", type=number, required=True, help="decay of the target, above 1/2"),
        click.option("--dim", type=number, required=True, help="dimension d of the inputs"),
        click.option("--weight-decay", type=number, help="lambda; needed unless --estimator bayes"),
        click.option("--noise-variance", type=number, default="0", show_default=True, help="Delta"),
        click.option("--target", default="raw", show_default=True, help="raw or unit (mean square one)"),
        click.option("--estimator", default="erm", show_default=True, help="erm, bayes or ridge"),
        click.option("--width", type=number, help="hidden units of the quadratic network; default: all"),
    )
    for option in reversed(options):
        command = option(command)
    return command


# How many spikes `spectrum` lists.
SPIKES_SHOWN = 10

_networks_option = click.option(
    "--network",
    "networks",
    type=click.Choice(NETWORKS),
    multiple=True,
    default=NETWORKS,
    help="repeat for several; default: both",
)
_out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("report"),
    show_default=True,
    help="folder to write into",
)


@shallowlaws.command()
@_networks_option
@click.option("--noise", type=click.Choice(["fixed", "scaled", "none"]), default="fixed", show_default=True)
@click.option("--estimator", type=click.Choice(["erm", "bayes", "ridge"]), default="erm", show_default=True)
@click.option("--latex", is_flag=True, help="print the LaTeX table instead")
@click.option("--steps", is_flag=True, help="print the derivation of each phase instead")
def derive(
    networks: Sequence[str],
    noise: Literal["fixed", "scaled", "none"],
    estimator: Literal["erm", "bayes", "ridge"],
    latex: bool,
    steps: bool,
) -> None:
    """Derive the phases: where each holds, and how the excess risk scales there."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    import asymptotics  # noqa: PLC0415

    for name in networks:
        diagram = asymptotics.phase_diagram(getattr(asymptotics, name), noise=noise, estimator=estimator)
        if latex or steps:
            derivations = (phase.derivation() for phase in diagram.phases)
            if not steps:
                click.echo(diagram.to_latex())
            elif latex:
                click.echo("\n\n".join(derivation.to_latex() for derivation in derivations))
            else:
                click.echo("\n\n\n".join(map(str, derivations)))
            continue
        table = Table("phase", "excess risk", "exponent of d", "where", title=f"{name} network")
        table.show_lines = True
        for phase in diagram.phases:
            where = "\n".join(str(relation) for relation in phase.region.args)
            table.add_row(f"{phase.name}\n{phase.title}", str(phase.risk.expr), _exponent(phase.risk), where)
        Console().print(table)


def _exponent(law: Any) -> str:
    logarithm = "" if law.log_exponent == 0 else f"\nlog(d)^({law.log_exponent})"
    return f"{law.exponent}{logarithm}"


@shallowlaws.command()
@_problem_options
@click.option("--samples", type=number, required=True, help="number of samples n")
@click.option("--digits", type=int, help="correct digits wanted; default: double precision")
def solve(digits: int | None, **parameters: Any) -> None:
    """Solve the state evolution at finite size."""
    import numerics  # noqa: PLC0415

    solution = numerics.solve(numerics.Problem(**parameters), digits=digits)
    names = ("excess_risk", "effective_noise", "threshold", "degrees_of_freedom", "train_loss", "residual")
    for name in names:
        value = getattr(solution, name)
        shown = "-" if value is None else value if digits is None else _digits(value, digits)
        click.echo(f"{name:20} {shown}")


def _digits(value: Any, digits: int) -> str:
    import mpmath  # noqa: PLC0415

    return str(mpmath.nstr(value, digits, strip_zeros=False))


@shallowlaws.command()
@_problem_options
@click.option("--samples", "samples", type=number, multiple=True, required=True, help="repeat for each point")
@click.option("--cache", type=click.Path(path_type=Path), help="folder in which finished points are kept")
def curve(samples: Sequence[Any], cache: Path | None, **parameters: Any) -> None:
    """Solve along a learning curve; prints samples and excess risk, tab separated."""
    import numerics  # noqa: PLC0415

    problem = numerics.Problem(samples=samples[0], **parameters)
    solutions = numerics.risk_curve(problem, list(samples), cache=cache)
    for count, solution in zip(samples, solutions, strict=True):
        click.echo(f"{count}\t{solution.excess_risk}")


@shallowlaws.command()
@_problem_options
@click.option("--samples", type=number, required=True, help="number of samples n")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="draw it: a PNG or PDF file")
def spectrum(out: Path | None, **parameters: Any) -> None:
    """Print the spectrum of the trained weights, and what pruning its bulk does to the risk."""
    import numerics  # noqa: PLC0415

    solution = numerics.solve(numerics.Problem(**parameters))
    law = solution.spectrum()
    click.echo(f"{'mass at 0':20} {law.atom}")
    click.echo(f"{'edge of the noise':20} {law.bulk_edge}")
    click.echo(f"{'right edge':20} {law.right_edge}")
    click.echo(f"{'learned modes':20} {solution.learned_modes}")
    for place, spike in enumerate(law.spikes[:SPIKES_SHOWN], start=1):
        click.echo(f"{f'spike {place}':20} {spike.location} (overlap {spike.overlap:.6f})")
    click.echo(f"{'excess risk':20} {solution.excess_risk}")
    click.echo(f"{'  after pruning':20} {solution.pruned()}")
    if out is not None:
        from matplotlib.figure import Figure  # noqa: PLC0415

        figure = Figure(layout="constrained")
        law.plot(figure.subplots())
        figure.savefig(out, dpi=150)
        click.echo(out)


@shallowlaws.command()
@_networks_option
@click.option("--effort", type=click.Choice(["quick", "full"]), default="quick", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@_out_option
def verify(networks: Sequence[str], effort: Literal["quick", "full"], seed: int, out: Path) -> None:
    """Derive, solve and compare; writes report.md, report.json and the phase diagrams."""
    from verify.main_job import run  # noqa: PLC0415

    sys.exit(0 if run(networks, effort=effort, seed=seed, out=out) else 1)


@shallowlaws.command()
@_networks_option
@click.option("--gamma", type=number, default="5/4", show_default=True, help="decay of the target")
@_out_option
def figures(networks: Sequence[str], gamma: Any, out: Path) -> None:
    """Draw the phase diagrams at one decay, without checking them."""
    import asymptotics  # noqa: PLC0415
    from verify.figures import phase_diagram_figure, save_figure  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    for name in networks:
        diagram = asymptotics.phase_diagram(getattr(asymptotics, name))
        figure = phase_diagram_figure(diagram, gamma=Fraction(gamma))
        for path in save_figure(figure, out / f"phase_diagram_{name}"):
            click.echo(path)
