"""Sub-commands that write files: verify, figures."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from functools import partial
from pathlib import Path
from runpy import run_path
from textwrap import wrap
from typing import Any, Literal

import click
from click.core import ParameterSource

from verify import words
from verify.catalogue import FIGURES, examples, options_of, titles
from verify.command_line import arguments, options
from verify.command_line.arguments import JOBS, NUMBER, SAMPLES, SEED, WIDTH
from verify.command_line.laws import Estimator, Noise, Width
from verify.command_line.output import BROAD, NAMES, print_json, print_record
from verify.command_line.status import Status
from verify.files import FIGURE_KINDS, created, why_no_folder
from verify.gallery import MODELS, NETWORKS, SOLVED
from verify.limits import (
    DECAY_WINDOW,
    FIGURE_GAMMA,
    KERNEL_DECAY_WINDOW,
    NOISE_WINDOW,
    SAMPLES_WINDOW,
    WIDTH_WINDOW,
)
from verify.signals import loaded

KINDS = tuple(kind[1:] for kind in FIGURE_KINDS)

_NETWORKS_HELP = (
    f"one of {', '.join(options.DRAWN)}; repeat for several  [default: quadratic; diagonal, too, for phase "
    "diagrams]"
)
_FORMAT_HELP = "repeat for several; pgf is for LaTeX  [default: png and pdf]"


def _known_figure(text: str) -> str:
    """The name of a figure.

    Raises:
        click.BadParameter: there is none of this name.
    """
    known = [*FIGURES, *examples()]
    if text not in known:
        raise click.BadParameter(
            f"{arguments.shown(text)} is not one of {', '.join(known)}", param_hint="NAME"
        )
    return text


FIGURE = arguments.Word("name", _known_figure)


@click.command(epilog=words.EXIT_STATUSES)
@options.networks_option(MODELS)
@options.noise_option
@options.estimator_option
@options.width_option
@click.option(
    "--effort",
    type=click.Choice(["quick", "full"]),
    default="quick",
    show_default=True,
    help="a minute, or with everything some minutes to an hour a diagram",
)
@click.option("--seed", type=SEED, default="0", show_default=True, help="of the points that are compared")
@click.option("--jobs", type=JOBS, default="1", show_default=True, help="processes that compute")
@options.out_option
@options.json_option
def verify(
    networks: Sequence[str],
    noise: Noise,
    estimator: Estimator,
    width: Width,
    effort: Literal["quick", "full"],
    seed: int,
    jobs: int,
    out: Path,
    as_json: bool,
) -> None:
    """Derive, solve and compare; writes report.md, report.json and the phase diagrams.

    Errors are planted, too, to see that they are caught: some at quick effort, the whole catalogue of the
    diagram at full.  An interrupt writes the report of the checks that were finished, marked as incomplete;
    the same command goes on from there.
    """
    names = arguments.models(networks, noise=noise, estimator=estimator, width=width)
    arguments.require_solved(names, width)
    arguments.require_out(why_no_folder(out))
    from verify.main_job import run  # noqa: PLC0415
    from verify.parts import Subject  # noqa: PLC0415

    loaded()
    subjects = [Subject(name, noise, estimator, width, effort, seed) for name in names]
    command = click.get_current_context()
    with _aside(as_json):
        agrees = run(subjects, out=out, command=_as_typed(command), jobs=jobs)
    if as_json:
        click.echo((out / "report.json").read_text(encoding="utf-8"), nl=False)
    command.exit(Status.DONE if agrees else Status.DISAGREEMENT)


def _as_typed(context: click.Context) -> str:
    """The command with every option that is not the usual one."""
    words_of = ["shallowlaws", str(context.info_name)]
    for parameter in context.command.params:
        value, name = context.params[str(parameter.name)], parameter.opts[0]
        if context.get_parameter_source(str(parameter.name)) is ParameterSource.DEFAULT:
            continue
        if isinstance(parameter, click.Option) and parameter.is_flag:
            words_of.append(name)
            continue
        for one in value if isinstance(value, tuple) else (value,):
            words_of += [name, str(one)]
    return shlex.join(words_of)


def _window(axis: str, meaning: str, usual: str) -> Callable[[options.Command], options.Command]:
    """The ends of an axis of phase diagrams."""
    text = f"ends of the axis of {meaning}  [default: {usual}]"
    return click.option(f"--{axis}-window", type=NUMBER, nargs=2, help=text)


def _ends(window: tuple[Any, Any]) -> str:
    return " ".join(map(str, window))


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", type=FIGURE)
@click.option("--list", "is_listed", is_flag=True, help="list the names, and what each figure shows")
@click.option(
    "--network",
    "networks",
    type=click.Choice(options.DRAWN),
    metavar="MODEL",
    multiple=True,
    help=_NETWORKS_HELP,
)
@click.option(
    "--noise", type=click.Choice(["fixed", "scaled", "none"]), help="of phase diagrams  [default: fixed]"
)
@click.option(
    "--estimator",
    type=click.Choice(["erm", "bayes", "ridge"]),
    help="trained, optimal, or linear  [default: erm]",
)
@click.option("--width", type=WIDTH, help="d or d^rho hidden units, or a number of them  [default: full]")
@click.option("--gamma", type=NUMBER, help="decay of the target, above 1/2  [default: 5/4]")
@click.option("--b", type=NUMBER, help="label noise d^-b; needed for --noise scaled")
@click.option(
    "--ell", type=NUMBER, help="weight decay d^ell; for phase diagrams of --width scaled  [default: -1]"
)
@click.option("--source", type=NUMBER, help="source exponent; needed for --network kernel_ridge")
@_window("samples", "a, n_eff = d^a", _ends(SAMPLES_WINDOW))
@_window("decay", "ell, lambda = d^ell", f"{_ends(DECAY_WINDOW)}; with a source {_ends(KERNEL_DECAY_WINDOW)}")
@_window("noise", "b; --estimator bayes has one", _ends(NOISE_WINDOW))
@_window("width", "rho; --width scaled has one", _ends(WIDTH_WINDOW))
@click.option(
    "--dim",
    type=NUMBER,
    help="dimension d  [default: 400; paper_plane 10^4; with trainings 60, or 200 (diagonal)]",
)
@click.option(
    "--samples",
    type=SAMPLES,
    multiple=True,
    help="numbers n of them, or ranges such as 1e3..1e9:40  [default: 20000; learning_curve many]",
)
@click.option("--weight-decay", type=NUMBER, help="lambda of what is solved  [default: 1/10]")
@click.option("--noise-variance", type=NUMBER, help="Delta of what is solved  [default: 1/2]")
@click.option(
    "--format", "kinds", type=click.Choice(KINDS), multiple=True, default=("png", "pdf"), help=_FORMAT_HELP
)
@options.out_option
@options.json_option
def figures(
    names: Sequence[str],
    is_listed: bool,
    networks: Sequence[str],
    kinds: Sequence[str],
    out: Path,
    as_json: bool,
    **given: Any,
) -> None:
    """Draw figures by name, with their data in CSV files beside; without a name, phase diagrams.

    A figure takes the options that make sense for it; another one is refused, with those that it takes.
    Where the packages lie in a checkout of the repository its scripts in examples/ are figures, too, and its
    stored trainings are drawn; installed from a wheel there are none.
    """
    if is_listed:
        _list_figures(as_json)
        return
    asked = {name: value for name, value in given.items() if value not in (None, ())}
    jobs = [job for name in names or ("phase_diagram",) for job in _drawings(name, networks, asked)]
    arguments.require_out(why_no_folder(out))
    from numerics import Interrupted  # noqa: PLC0415

    loaded()
    written: list[Path] = []
    try:
        for drawing in jobs:
            with created(out), _aside(as_json):
                files = drawing(out, kinds)
            written += files
            if not as_json:
                click.echo("\n".join(map(str, files)))
    except KeyboardInterrupt:
        paths = ", ".join(map(str, written))
        raise Interrupted(words.FILES_LEFT.format(paths=paths) if paths else words.NO_FIGURE_LEFT) from None
    if as_json:
        print_json([str(path) for path in written])


def _list_figures(as_json: bool) -> None:
    titled = dict(titles())
    if as_json:
        print_json(titled)
    else:
        for name, title in titled.items():
            first, *others = wrap(title, BROAD - NAMES - 1, break_on_hyphens=False)
            print_record([(name, first), *(("", line) for line in others)])


def _aside(as_json: bool) -> AbstractContextManager[Any]:
    """What a script prints goes to standard error, where the output is JSON."""
    return redirect_stdout(sys.stderr) if as_json else nullcontext()


Drawing = Callable[[Path, Sequence[str]], list[Path]]
"""Draws into a folder, in formats; returns what it wrote."""


def _drawings(name: str, networks: Sequence[str], asked: dict[str, Any]) -> Iterator[Drawing]:
    """What draws a figure, one for each network, once its options are known to fit."""
    if name not in FIGURES:
        _require_options(name, (), {**asked, **({"network": networks} if networks else {})})
        yield partial(_run_example, name)
        return
    if name == "phase_diagram":
        networks = _of_phase_diagrams(networks, asked)
    of_options = options_of(name)
    _require_options(name, of_options, asked)
    values = _values(name, asked)
    for network in networks or ("quadratic",):
        if name != "phase_diagram" and network not in SOLVED:
            raise click.BadParameter(f"{network!r} is not for {name}", param_hint="'--network'")
        yield partial(_draw, name, {"network": network, **values})


def _of_phase_diagrams(networks: Sequence[str], asked: dict[str, Any]) -> Sequence[str]:
    """Their networks, once they and the options are known to fit, before anything is loaded."""
    settings = {name: asked.get(name, usual) for name, usual in _USUAL.items()}
    names = arguments.models(
        networks or NETWORKS if settings["width"] == "full" else networks or ("quadratic",), **settings
    )
    if settings["width"] not in ("full", "scaled"):
        raise click.BadParameter("of a phase diagram it must be full or scaled", param_hint="'--width'")
    shown = {"gamma": FIGURE_GAMMA, **asked}
    arguments.require_fit(names, settings["noise"], settings["estimator"], shown, settings["width"])
    return names


_USUAL = {"noise": "fixed", "estimator": "erm", "width": "full"}


def _require_options(name: str, of_options: Sequence[str], asked: dict[str, Any]) -> None:
    """Refuse an option that the figure does not take."""
    for option in asked:
        if option not in of_options:
            known = ", ".join(map(arguments.option, of_options)) or "--out"
            raise click.UsageError(f"{arguments.option(option)} is not for {name}, which takes {known}")


def _values(name: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the function of a figure."""
    if name == "phase_diagram":
        return arguments.exact_parameters(asked)
    values = dict(asked)
    if "samples" in values:
        values["samples"] = [count for part in values["samples"] for count in part]
    if values.get("width") == "full":
        del values["width"]
    elif values.get("width") == "scaled":
        raise click.BadParameter(f"of {name} it must be full or a number", param_hint="'--width'")
    return values


def _draw(name: str, values: dict[str, Any], out: Path, kinds: Sequence[str]) -> list[Path]:
    from verify import figures as drawn  # noqa: PLC0415

    setting = {key: values.get(key, usual) for key, usual in _USUAL.items()}
    figure = FIGURES[name].load()(**values)
    stem = out / drawn.figure_name(values["network"], **setting, figure=name)
    return drawn.save_figure(figure, stem, tuple(dict.fromkeys(kinds)))


def _run_example(name: str, out: Path, _: Sequence[str]) -> list[Path]:
    """Run a script that draws its figures itself, as PNG; returns the files that it wrote."""
    before = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    run_path(str(examples()[name]))["main"](out)
    return [path for path in sorted(out.iterdir()) if before.get(path) != path.stat().st_mtime_ns]
