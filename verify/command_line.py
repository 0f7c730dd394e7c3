"""The console command ``shallowlaws``: each sub-command is a thin skin over one public function.

Whatever is typed, the answer is a result or one line on standard error; the exit status says which
(``Status``).  A refused argument is named, and refused before any work: by ``click``, by the types below, or
by the function that is called, whose line is then printed as it is.

In this order: ``Status``, the types of options, ``main``, the sub-commands.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import click

from verify.files import made, whole, why_no_figure, why_no_folder
from verify.limits import SEED_BITS, WINDOW, is_window, upwards_of
from verify.provenance import foreign_packages
from verify.start import end_at_once, loaded

NETWORKS = ("diagonal", "quadratic")
MODELS = (*NETWORKS, "kernel_ridge")

LONGEST = 1000
"""Most characters of a number, and its largest decimal exponent: a longer one may take forever."""

LONGEST_WORD = 250
"""Most characters of a word in a message."""

MOST_DIGITS = 100_000
"""Most digits that ``solve`` is asked for."""

SPIKES_SHOWN = 10
"""How many spikes ``spectrum`` lists."""


class Status(IntEnum):
    """Exit statuses."""

    DONE = 0
    DISAGREEMENT = 1
    REFUSED = 2
    NOT_FINISHED = 3
    INTERRUPTED = 130
    CLOSED_PIPE = 141
    TERMINATED = 143


# --- types of options


NO_NUMBER = "is no number, such as 5/4, 0.1 or 1e30"
"""What is said of a word that is none; nan and infinities are none either."""

_NUMBER = re.compile(r"[+-]?(\d+/\d+|(\d+\.?\d*|\.\d+)(e(?P<power>[+-]?\d+))?)", re.ASCII | re.IGNORECASE)


def number(text: str) -> Any:
    """The number a user wrote: an exact integer or fraction (1000, 1e30, 5/4), else a float, as in Python.

    A decimal below the range of floats stays exact.

    Raises:
        click.BadParameter: it is none, or too long to be read in a bounded time.

    >>> number("5/4"), number("1e30"), number("0.1")
    (Fraction(5, 4), 1000000000000000000000000000000, 0.1)
    """
    value = exact(text)
    if value.denominator == 1:
        return value.numerator
    return value if "/" in text or abs(value) < sys.float_info.min else float(text)


def _exact(text: str) -> Fraction:
    """A fraction or decimal in ASCII digits, exactly; a ValueError for anything else."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise ValueError
    if len(text) > LONGEST or abs(int(found["power"] or 0)) > LONGEST:
        shown = text if len(text) <= 40 else f"{text[:37]}..."
        raise click.BadParameter(f"{shown!r} is longer, or its exponent larger, than {LONGEST}")
    return Fraction(text)


def exact(text: str) -> Fraction:
    """The number a user wrote, exactly, whether as a fraction or a decimal: 2.2 is 11/5.

    Raises:
        click.BadParameter: it is none, or too long to be read in a bounded time.

    >>> exact("2.2"), exact("5/4")
    (Fraction(11, 5), Fraction(5, 4))
    """
    try:
        return _exact(text)
    except (ValueError, ZeroDivisionError):
        raise click.BadParameter(f"{_shown(text)} {NO_NUMBER}") from None


def integer(text: str) -> int:
    """The integer a user wrote.

    Raises:
        click.BadParameter: it is none.
    """
    with suppress(ValueError, ZeroDivisionError):
        value = _exact(text)
        if value.denominator == 1:
            return value.numerator
    raise click.BadParameter(f"{_shown(text)} is no integer")


def digits_wanted(text: str) -> int:
    """A number of digits.

    Raises:
        click.BadParameter: it is none.
    """
    value = integer(text)
    if not 1 <= value <= MOST_DIGITS:
        raise click.BadParameter(f"{_shown(text)} is not between 1 and {MOST_DIGITS}")
    return value


def seed_wanted(text: str) -> int:
    """A seed of random numbers.

    Raises:
        click.BadParameter: it is none.
    """
    value = integer(text)
    if abs(value) >= 2**SEED_BITS:
        raise click.BadParameter(f"{_shown(text)} is longer than {SEED_BITS} bits")
    return value


def path(text: str) -> Path:
    """A path a user wrote.

    Raises:
        click.BadParameter: it is empty.
    """
    if not text:
        raise click.BadParameter("is empty")
    return Path(text)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


# --- from arguments to an exit status


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with its exit status."""
    complaint = foreign_packages()
    if complaint is not None:
        print(complaint, file=sys.stderr)
        sys.exit(Status.REFUSED)
    with _terminable() as terminations:
        try:
            status = _run(sys.argv[1:] if arguments is None else list(arguments))
        except KeyboardInterrupt as interrupt:
            # python -m remembers an interrupt amid exec(text), which dataclasses and lambdify use, until the
            # next one, and would end by SIGINT instead of with a status
            exec("")
            status = _ended(
                f"interrupted: {str(interrupt) or 'nothing was kept'}",
                Status.TERMINATED if terminations else Status.INTERRUPTED,
            )
        except BrokenPipeError:
            _forget_output()
            status = Status.CLOSED_PIPE
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            status = Status.REFUSED
        except click.ClickException as error:
            status = _ended(error.format_message(), Status.REFUSED)
        except Exception as error:
            known = _status_of(error)
            if known is None:
                raise
            status = _ended(str(error), known)
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


def _ended(message: str, status: Status) -> Status:
    """Say why in one line; words that no line holds are shortened."""
    words = (word if len(word) <= LONGEST_WORD else f"{word[:40]}..." for word in message.split())
    print(" ".join(words), file=sys.stderr)
    return status


def _status_of(error: Exception) -> Status | None:
    """The status of a failure that its line explains; None of one that is a fault of ours."""
    from numerics import InvalidProblem, NotConverged  # noqa: PLC0415  (late: see provenance)

    if isinstance(error, InvalidProblem | NotImplementedError):
        return Status.REFUSED
    if isinstance(error, NotConverged | OSError):
        return Status.NOT_FINISHED
    from asymptotics.expressions.checks import InvalidArgument  # noqa: PLC0415

    return Status.REFUSED if isinstance(error, InvalidArgument) else None


@contextmanager
def _terminable() -> Iterator[list[int]]:
    """SIGTERM ends the command as Ctrl-C does, with what was finished kept; yields those received."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received  # only the main thread may say what a signal does
        return

    def stop(signum: int, frame: Any) -> None:
        if signal.getsignal(signal.SIGINT) is end_at_once:
            end_at_once(signum, frame)
        received.append(signum)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield received
    finally:
        signal.signal(signal.SIGTERM, before)


def _forget_output() -> None:
    """Nobody reads on: what is still to be written goes nowhere, also when Python ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# --- the sub-commands


_STATUSES = """\b
    Exit status:
      0    done; for verify: derivation and equations agree
      1    verify only: they disagree, or a check could not be decided
      2    an argument was refused; the line says which, and what is allowed
      3    not finished: the equations could not be solved to the accuracy
           wanted, or a file not written
      130  interrupted (Ctrl-C); the line says what was kept
      141  whoever read the output closed the pipe
      143  terminated (SIGTERM), as 130
"""


def _tell_version(context: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    if not is_wanted or context.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        click.echo(f"shallowlaws {version('shallowlaws')}")
    except PackageNotFoundError:
        raise click.ClickException("shallowlaws is not installed, and so has no version") from None
    context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True, epilog=_STATUSES)
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


def _networks_option(known: Sequence[str]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(
        "--network",
        "networks",
        type=click.Choice(known),
        multiple=True,
        default=NETWORKS,
        help="repeat for several; default: diagonal and quadratic",
    )


_noise_option = click.option(
    "--noise",
    type=click.Choice(["fixed", "scaled", "none"]),
    default="fixed",
    show_default=True,
    help="label noise of order one, of a power d^-b of the dimension, or none",
)
_estimator_option = click.option(
    "--estimator",
    type=click.Choice(["erm", "bayes", "ridge"]),
    default="erm",
    show_default=True,
    help="the trained network, the best there is, or linear regression on the same inputs",
)
_out_option = click.option(
    "--out", type=path, default="report", show_default=True, help="folder to write into; made if missing"
)

Noise = Literal["fixed", "scaled", "none"]
Estimator = Literal["erm", "bayes", "ridge"]


def _models(names: Sequence[str], estimator: Estimator) -> list[str]:
    """The models asked for, each once.

    Raises:
        click.BadParameter: one of them does not have the estimator.
    """
    if estimator != "erm" and "kernel_ridge" in names:
        raise click.BadParameter(
            f"{estimator!r} is not for kernel_ridge, an estimator of its own", param_hint="'--estimator'"
        )
    return list(dict.fromkeys(names))


def _refuse_weight_decay(*, estimator: str, weight_decay: Any, **_: Any) -> None:
    """Refuse that there is none, or that there is one, in the words of the command line."""
    if weight_decay is None and estimator in ("erm", "ridge"):
        raise click.UsageError("--weight-decay is needed unless --estimator bayes")
    if weight_decay is not None and estimator == "bayes":
        raise click.UsageError("--weight-decay is not for --estimator bayes, which has none")


def _refuse_out(reason: str | None) -> None:
    if reason is not None:
        raise click.BadParameter(reason, param_hint="'--out'")


@shallowlaws.command()
@_networks_option(MODELS)
@_noise_option
@_estimator_option
@click.option("--latex", is_flag=True, help="print the LaTeX table instead")
@click.option("--steps", is_flag=True, help="print the derivation of each phase instead")
def derive(networks: Sequence[str], noise: Noise, estimator: Estimator, latex: bool, steps: bool) -> None:
    """Derive the phases: where each holds, and how the excess risk scales there."""
    names = _models(networks, estimator)
    import asymptotics  # noqa: PLC0415

    loaded()
    for name in names:
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
        click.echo(f"{name.replace('_', ' ')}, noise {noise}, estimator {estimator}\n")
        for phase in diagram.phases:
            click.echo(_described(phase))


def _described(phase: Any) -> str:
    """A phase in lines, every formula whole on one: nothing is cut, whatever the width of the terminal."""
    first, *others = phase.region.args
    lines = [
        f"{phase.name}  {phase.title}",
        f"    excess risk    {phase.risk.expr}",
        f"    exponent of d  {_exponent(phase.risk)}",
        f"    where          {first}",
        *(f"                   {relation}" for relation in others),
    ]
    return "\n".join(lines) + "\n"


def _exponent(law: Any) -> str:
    logarithm = "" if law.log_exponent == 0 else f", times log(d)^({law.log_exponent})"
    return f"{law.exponent}{logarithm}"


@shallowlaws.command()
@_problem_options
@click.option("--samples", type=number, required=True, help="number of samples n")
@click.option("--digits", type=digits_wanted, help="correct digits wanted; default: double precision")
def solve(digits: int | None, **parameters: Any) -> None:
    """Solve the state evolution at finite size.

    Integers and fractions (1e30, 5/4) are exact; decimals such as 0.1 are the binary floats of Python.  Write
    1/10 where more than sixteen digits matter.
    """
    _refuse_weight_decay(**parameters)
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
@_problem_options
@click.option("--samples", "samples", type=number, multiple=True, required=True, help="repeat for each point")
@click.option("--cache", type=path, help="folder in which finished points are kept")
def curve(samples: Sequence[Any], cache: Path | None, **parameters: Any) -> None:
    """Solve along a learning curve; prints samples and excess risk, tab separated."""
    _refuse_weight_decay(**parameters)
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
@_problem_options
@click.option("--samples", type=number, required=True, help="number of samples n")
@click.option("--out", type=path, help="draw it: a PNG, PDF or SVG file")
def spectrum(out: Path | None, **parameters: Any) -> None:
    """Print the spectrum of the trained weights, and what pruning its bulk does to the risk."""
    _refuse_weight_decay(**parameters)
    import numerics  # noqa: PLC0415

    problem = numerics.Problem(**parameters)
    if out is not None:
        _refuse_out(why_no_figure(out))
        from matplotlib.figure import Figure  # noqa: PLC0415
    loaded()
    solution = numerics.solve(problem)
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
        figure = Figure(layout="constrained")
        law.plot(figure.subplots())
        with whole(out) as part:
            figure.savefig(part, dpi=150, format=out.suffix[1:].lower())
        click.echo(out)


@shallowlaws.command(epilog=_STATUSES)
@_networks_option(NETWORKS)
@_noise_option
@_estimator_option
@click.option("--effort", type=click.Choice(["quick", "full"]), default="quick", show_default=True)
@click.option("--seed", type=seed_wanted, default="0", show_default=True)
@_out_option
def verify(
    networks: Sequence[str],
    noise: Noise,
    estimator: Estimator,
    effort: Literal["quick", "full"],
    seed: int,
    out: Path,
) -> None:
    """Derive, solve and compare; writes report.md, report.json and the phase diagrams.

    An interrupt writes the report of the checks that were finished, marked as incomplete.
    """
    names = _models(networks, estimator)
    _refuse_out(why_no_folder(out))
    from verify.main_job import run  # noqa: PLC0415

    loaded()
    agrees = run(names, effort=effort, seed=seed, out=out, noise=noise, estimator=estimator)
    click.get_current_context().exit(Status.DONE if agrees else Status.DISAGREEMENT)


@shallowlaws.command()
@_networks_option(MODELS)
@_noise_option
@_estimator_option
@click.option("--gamma", type=exact, default="5/4", show_default=True, help="decay of the target, above 1/2")
@click.option("--b", type=exact, help="label noise d^-b; for --noise scaled")
@click.option("--source", type=exact, help="source exponent; for --network kernel_ridge")
@click.option("--samples-window", type=exact, nargs=2, help="ends of the axis of a, n_eff = d^a")
@click.option("--decay-window", type=exact, nargs=2, help="ends of the axis of ell, lambda = d^ell")
@click.option("--noise-window", type=exact, nargs=2, help="ends of the axis of b; --estimator bayes has one")
@_out_option
def figures(
    networks: Sequence[str],
    noise: Noise,
    estimator: Estimator,
    source: Fraction | None,
    out: Path,
    **shown: Any,
) -> None:
    """Draw the phase diagrams at one decay, without checking them."""
    names = _models(networks, estimator)
    _refuse_exponents(names, noise, estimator, source=source, **shown)
    _refuse_windows(noise, estimator, **shown)
    _refuse_out(why_no_folder(out))
    import asymptotics  # noqa: PLC0415
    from numerics import Interrupted  # noqa: PLC0415
    from verify.figures import phase_diagram_figure, save_figure  # noqa: PLC0415
    from verify.main_job import figure_name  # noqa: PLC0415

    loaded()
    written: list[Path] = []
    try:
        for name in names:
            diagram = asymptotics.phase_diagram(getattr(asymptotics, name), noise=noise, estimator=estimator)
            figure = phase_diagram_figure(diagram, **_readable({**shown, "source": source}))
            with made(out):
                paths = save_figure(figure, out / figure_name(name, noise, estimator))
            written += paths
            for path in paths:
                click.echo(path)
    except KeyboardInterrupt:
        kept = ", ".join(map(str, written))
        raise Interrupted(f"kept {kept}" if kept else "no figure was finished, nothing was kept") from None


# What a figure needs, in the words of the command line, and before anything is loaded: ``view_of`` checks the
# same for those who call it.


def _refuse_exponents(
    names: Sequence[str],
    noise: Noise,
    estimator: Estimator,
    *,
    gamma: Fraction,
    b: Fraction | None,
    source: Fraction | None,
    **_: Any,
) -> None:
    _refuse(gamma > Fraction(1, 2), "--gamma", f"{gamma} is not above 1/2: the target has no finite energy")
    if noise == "scaled" and estimator != "bayes" and b is None:
        raise click.UsageError("--b is needed with --noise scaled: the figure is drawn at one b")
    _refuse(b is None or noise == "scaled", "--b", f"is for --noise scaled, and this is --noise {noise}")
    _refuse(b is None or b >= 0, "--b", f"{b} is below 0: noise would grow with d")
    if "kernel_ridge" in names and source is None:
        raise click.UsageError("--source is needed with --network kernel_ridge, which has a source exponent")
    is_alone = set(names) == {"kernel_ridge"}
    _refuse(source is None or is_alone, "--source", "is for --network kernel_ridge, alone")
    _refuse(source is None or source > 0, "--source", f"{source} is not above 0")


def _refuse_windows(
    noise: Noise,
    estimator: Estimator,
    *,
    b: Fraction | None,
    samples_window: tuple[Fraction, Fraction] | None,
    decay_window: tuple[Fraction, Fraction] | None,
    noise_window: tuple[Fraction, Fraction] | None,
    **_: Any,
) -> None:
    upwards = upwards_of(noise, estimator, at_one_b=b is not None)
    windows = (
        ("--samples-window", samples_window, True, "a"),
        ("--decay-window", decay_window, upwards == "ell", "ell"),
        ("--noise-window", noise_window, upwards == "b", "b"),
    )
    for option, window, is_axis, symbol in windows:
        if window is not None:
            written = f"{window[0]} {window[1]}"
            _refuse(is_axis, option, f"{written}: the figure has no axis of {symbol}")
            _refuse(is_window(*window), option, f"{written}: must be {WINDOW}")
            _refuse(symbol != "b" or window[0] >= 0, option, f"{written} begins below 0")


def _refuse(condition: bool, option: str, reason: str) -> None:
    if not condition:
        raise click.BadParameter(reason, param_hint=f"'{option}'")


def _readable(parameters: dict[str, Any]) -> dict[str, Any]:
    """Exact numbers that print as a user writes them: 11/5, not Fraction(11, 5)."""
    from sympy import Rational  # noqa: PLC0415

    def read(value: Any) -> Any:
        return tuple(map(read, value)) if isinstance(value, tuple) else value and Rational(value)

    return {name: None if value is None else read(value) for name, value in parameters.items()}
