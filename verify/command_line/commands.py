"""The sub-commands: derive, solve, curve, spectrum, verify, figures.

Each imports what it runs only when its arguments are known to fit; ``loaded`` ends the time in which a signal
ends the process on the spot.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import click
from click.core import ParameterSource

from verify import words
from verify.command_line import arguments, options
from verify.command_line.arguments import exact, number, path
from verify.command_line.status import Status
from verify.files import created, whole, why_no_figure, why_no_folder
from verify.gallery import MODELS, model_named
from verify.signals import loaded

Noise = Literal["fixed", "scaled", "none"]
Estimator = Literal["erm", "bayes", "ridge"]
Width = Literal["full", "scaled"]

OUTLIERS_SHOWN = 10
"""How many outliers ``spectrum`` lists."""


def _tell_version(context: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    if not is_wanted or context.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        click.echo(f"shallowlaws {version('shallowlaws')}")
    except PackageNotFoundError:
        raise click.ClickException("shallowlaws is not installed, and so has no version") from None
    context.exit()


@click.group(
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


@shallowlaws.command()
@options.networks_option(MODELS)
@options.noise_option
@options.estimator_option
@options.width_option
@click.option("--latex", is_flag=True, help="print the LaTeX table instead")
@click.option("--steps", is_flag=True, help="print the derivation of each phase instead")
def derive(
    networks: Sequence[str],
    noise: Noise,
    estimator: Estimator,
    width: Width,
    latex: bool,
    steps: bool,
) -> None:
    """Derive the phases: where each holds, and how the excess risk scales there."""
    names = arguments.models(networks, noise=noise, estimator=estimator, width=width)
    import asymptotics  # noqa: PLC0415

    loaded()
    for name in names:
        diagram = asymptotics.phase_diagram(model_named(name), noise=noise, estimator=estimator, width=width)
        suffixes = _suffixes([phase.name for phase in diagram.phases])
        titled = list(zip(diagram.phases, suffixes, strict=True))
        if latex or steps:
            derivations = (_derivation(phase, suffix) for phase, suffix in titled)
            if not steps:
                click.echo(diagram.to_latex())
            elif latex:
                click.echo("\n\n".join(derivation.to_latex() for derivation in derivations))
            else:
                click.echo("\n\n\n".join(map(str, derivations)))
            continue
        narrow = "" if width == "full" else f", width {width}"
        click.echo(f"{name.replace('_', ' ')}, noise {noise}, estimator {estimator}{narrow}\n")
        for phase, suffix in titled:
            click.echo(_described(phase, suffix))


def _suffixes(names: Sequence[str]) -> list[str]:
    """What tells phases of one name apart: ", 1 of 2"; nothing where a name is the only one.

    >>> _suffixes(["II", "II", "V"])
    [', 1 of 2', ', 2 of 2', '']
    """
    places = [names[: place + 1].count(name) for place, name in enumerate(names)]
    return [
        words.ONE_OF_SEVERAL.format(place=place, total=names.count(name)) if names.count(name) > 1 else ""
        for place, name in zip(places, names, strict=True)
    ]


def _derivation(phase: Any, suffix: str) -> Any:
    """The derivation of a phase, its title with what tells it apart."""
    derivation = phase.derivation()
    return replace(derivation, title=f"{derivation.title}{suffix}")


def _described(phase: Any, suffix: str) -> str:
    """A phase in lines, every formula whole on one: nothing is cut, whatever the width of the terminal."""
    power = phase.risk.log_exponent
    logarithm = "" if power == 0 else f", times log(d)^({power})"
    return words.PHASE.format(
        name=phase.name,
        title=f"{phase.title}{suffix}",
        risk=phase.risk.to_text(),
        exponent=f"{phase.risk.exponent}{logarithm}",
        region=words.ALSO_WHERE.join(map(str, phase.region.args)),
    )


@shallowlaws.command()
@options.problem_options
@click.option("--samples", type=number, required=True, help="number of samples n")
@click.option("--digits", type=arguments.digits_wanted, help="correct digits; default: double precision")
def solve(digits: int | None, **parameters: Any) -> None:
    """Solve the state evolution at finite size.

    Integers and fractions (1e30, 5/4) are exact; decimals such as 0.1 are the binary floats of Python.  Write
    1/10 where more than sixteen digits matter.
    """
    arguments.require_weight_decay(**parameters)
    import numerics  # noqa: PLC0415

    loaded()
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
@options.problem_options
@click.option("--samples", "samples", type=number, multiple=True, required=True, help="repeat for each point")
@click.option("--cache", type=path, help="folder in which finished points are kept")
def curve(samples: Sequence[Any], cache: Path | None, **parameters: Any) -> None:
    """Solve along a learning curve; prints samples and excess risk, tab separated."""
    arguments.require_weight_decay(**parameters)
    import numerics  # noqa: PLC0415

    loaded()
    problem = numerics.Problem(samples=samples[0], **parameters)
    try:
        solutions = numerics.risk_curve(problem, list(samples), cache=cache)
    except numerics.Interrupted as stop:  # its line names the parameter of the function
        raise numerics.Interrupted(str(stop).replace("cache=DIRECTORY", "--cache DIRECTORY")) from None
    for count, solution in zip(samples, solutions, strict=True):
        click.echo(f"{count}\t{solution.excess_risk}")


@shallowlaws.command()
@options.problem_options
@click.option("--samples", type=number, required=True, help="number of samples n")
@click.option("--out", type=path, help="draw it: a PNG, PDF or SVG file")
def spectrum(out: Path | None, **parameters: Any) -> None:
    r"""Print the spectrum of the trained weights, and what pruning its bulk does to the risk.

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
    """
    arguments.require_weight_decay(**parameters)
    import numerics  # noqa: PLC0415

    problem = numerics.Problem(**parameters)
    if out is not None:
        arguments.require_out(why_no_figure(out))
        from matplotlib.figure import Figure  # noqa: PLC0415
    loaded()
    solution = numerics.solve(problem)
    for name, value in _of_spectrum(solution):
        click.echo(f"{name:20} {value}")
    if out is not None:
        figure = Figure(layout="constrained")
        solution.spectrum().plot(figure.subplots())
        with whole(out) as part:
            figure.savefig(part, dpi=150, format=out.suffix[1:].lower())
        click.echo(out)


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


@shallowlaws.command(epilog=words.EXIT_STATUSES)
@options.networks_option(MODELS)
@options.noise_option
@options.estimator_option
@options.width_option
@click.option("--effort", type=click.Choice(["quick", "full"]), default="quick", show_default=True)
@click.option("--seed", type=arguments.seed_wanted, default="0", show_default=True)
@click.option(
    "--jobs", type=arguments.jobs_wanted, default="1", show_default=True, help="processes that compute"
)
@options.out_option
def verify(
    networks: Sequence[str],
    noise: Noise,
    estimator: Estimator,
    width: Width,
    effort: Literal["quick", "full"],
    seed: int,
    jobs: int,
    out: Path,
) -> None:
    """Derive, solve and compare; writes report.md, report.json and the phase diagrams.

    Errors are planted, too, to see that they are caught: some at quick effort, the whole catalogue of the
    diagram at full.  An interrupt writes the report of the checks that were finished, marked as incomplete;
    the same command goes on from there.
    """
    names = arguments.models(networks, noise=noise, estimator=estimator, width=width)
    arguments.require_out(why_no_folder(out))
    from verify.main_job import run  # noqa: PLC0415
    from verify.parts import Subject  # noqa: PLC0415

    loaded()
    subjects = [Subject(name, noise, estimator, width, effort, seed) for name in names]
    command = click.get_current_context()
    agrees = run(subjects, out=out, command=_as_typed(command), jobs=jobs)
    command.exit(Status.DONE if agrees else Status.DISAGREEMENT)


def _as_typed(context: click.Context) -> str:
    """The command with every option that is not the usual one."""
    words_of = ["shallowlaws", str(context.info_name)]
    for parameter in context.command.params:
        value, name = context.params[str(parameter.name)], parameter.opts[0]
        if context.get_parameter_source(str(parameter.name)) is ParameterSource.DEFAULT:
            continue
        for one in value if isinstance(value, tuple) else (value,):
            words_of += [name, str(one)]
    return shlex.join(words_of)


@shallowlaws.command()
@options.networks_option(options.DRAWN)
@options.noise_option
@options.estimator_option
@click.option("--gamma", type=exact, default="5/4", show_default=True, help="decay of the target, above 1/2")
@click.option("--b", type=exact, help="label noise d^-b; for --noise scaled")
@click.option("--source", type=exact, help="source exponent; for --network kernel_ridge")
@click.option("--samples-window", type=exact, nargs=2, help="ends of the axis of a, n_eff = d^a")
@click.option("--decay-window", type=exact, nargs=2, help="ends of the axis of ell, lambda = d^ell")
@click.option("--noise-window", type=exact, nargs=2, help="ends of the axis of b; --estimator bayes has one")
@options.out_option
def figures(
    networks: Sequence[str],
    noise: Noise,
    estimator: Estimator,
    out: Path,
    **shown: Any,
) -> None:
    """Draw the phase diagrams at one decay, without checking them."""
    names = arguments.models(networks, estimator=estimator)
    arguments.require_fit(names, noise, estimator, shown)
    arguments.require_out(why_no_folder(out))
    import asymptotics  # noqa: PLC0415
    from numerics import Interrupted  # noqa: PLC0415
    from verify.figures import figure_name, phase_diagram_figure, save_figure  # noqa: PLC0415

    loaded()
    at = arguments.exact_parameters(shown)
    written: list[Path] = []
    try:
        for name in names:
            diagram = asymptotics.phase_diagram(model_named(name), noise=noise, estimator=estimator)
            figure = phase_diagram_figure(diagram, **at)
            with created(out):
                files = save_figure(figure, out / figure_name(name, noise, estimator))
            written += files
            click.echo("\n".join(map(str, files)))
    except KeyboardInterrupt:
        paths = ", ".join(map(str, written))
        raise Interrupted(words.FILES_LEFT.format(paths=paths) if paths else words.NO_FIGURE_LEFT) from None
