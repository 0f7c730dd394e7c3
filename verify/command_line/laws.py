"""Sub-commands that derive: derive, at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

import click

from verify import words
from verify.command_line import arguments, options
from verify.command_line.output import print_json, print_record
from verify.gallery import MATRIX_NETWORKS, MODELS, NETWORKS, NOISELESS, VALUES, model_named
from verify.signals import loaded

Noise = Literal["fixed", "scaled", "none"]
Estimator = Literal["erm", "bayes", "ridge"]
Width = Literal["full", "scaled"]


@click.command()
@options.networks_option(MODELS)
@options.noise_option
@options.estimator_option
@options.width_option
@click.option("--latex", is_flag=True, help="print the LaTeX table instead")
@click.option("--steps", is_flag=True, help="print the derivation of each phase instead")
@options.json_option
def derive(
    networks: Sequence[str],
    noise: Noise,
    estimator: Estimator,
    width: Width,
    latex: bool,
    steps: bool,
    as_json: bool,
) -> None:
    """Derive the phases: where each holds, and how the excess risk scales there.

    \b
    n_eff = d^a       effective samples: n (diagonal), n/d (quadratic network)
    lambda = d^ell    weight decay
    Delta = d^-b      label noise, with --noise scaled
    p = d^rho         hidden units, with --width scaled
    """  # noqa: D301  (click reads the backspace)
    names = arguments.models(networks, noise=noise, estimator=estimator, width=width)
    if as_json and (latex or steps):
        raise click.UsageError("--json is not for --latex or --steps, which have a form of their own")
    import asymptotics  # noqa: PLC0415

    loaded()
    records = []
    for name in names:
        diagram = asymptotics.phase_diagram(model_named(name), noise=noise, estimator=estimator, width=width)
        setting = {"model": name, "noise": noise, "estimator": estimator, "width": width}
        if as_json:
            records.append({**setting, "phases": list(_records(diagram))})
        elif steps:
            _print_derivations(diagram, latex=latex)
        elif latex:
            click.echo(diagram.to_latex())
        else:
            _print_phases(diagram, **setting)
    if as_json:
        print_json(records)


def _records(diagram: Any) -> Iterator[dict[str, Any]]:
    """A record for each phase."""
    columns = diagram.to_dict()
    for phase, *entries in zip(diagram.phases, *columns.values(), strict=True):
        record = dict(zip(columns, entries, strict=True))
        yield {**record, "region": [str(relation) for relation in phase.region.args], "why": phase.why}


def _titled(diagram: Any) -> list[tuple[Any, str]]:
    """Phases, each with what tells it apart from others of its name."""
    return list(zip(diagram.phases, _suffixes([phase.name for phase in diagram.phases]), strict=True))


def _print_phases(diagram: Any, *, model: str, noise: str, estimator: str, width: str) -> None:
    narrow = "" if width == "full" else f", width {width}"
    click.echo(f"{model.replace('_', ' ')}, noise {noise}, estimator {estimator}{narrow}\n")
    for phase, suffix in _titled(diagram):
        click.echo(_described(phase, suffix))


def _print_derivations(diagram: Any, *, latex: bool) -> None:
    derivations = [_derivation(phase, suffix) for phase, suffix in _titled(diagram)]
    if latex:
        click.echo("\n\n".join(derivation.to_latex() for derivation in derivations))
    else:
        click.echo("\n\n\n".join(map(str, derivations)))


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


@click.command()
@options.network_option(MODELS)
@options.any_values
@click.option(
    "--noise",
    type=click.Choice(["fixed", "scaled", "none"]),
    help="how label noise scales in the laws  [default: fixed, or none where there is none]",
)
@options.estimator_option
@options.json_option
def at(network: str, noise: Noise | None, estimator: Estimator, as_json: bool, **values: Any) -> None:
    """Evaluate the leading laws at given numbers, with the relative error to expect at this size.

    The phase is the one whose laws neglect the least there.  An error above 1 says that no leading law holds:
    solve the equations instead.
    """
    if noise not in (None, "none") and network not in NOISELESS and values["noise_variance"] is None:
        raise click.UsageError(f"--noise-variance is needed for --noise {noise}")
    noise = noise or ("fixed" if values["noise_variance"] or network in NOISELESS else "none")
    arguments.models([network], noise=noise, estimator=estimator)
    arguments.require_values(network, estimator=estimator, target=None, **values)
    import asymptotics  # noqa: PLC0415

    loaded()
    width = "full" if values["width"] is None or network not in NETWORKS else "scaled"
    diagram = asymptotics.phase_diagram(
        model_named(network),
        noise=noise,
        estimator=estimator,
        width=width,  # type: ignore[arg-type]
    )
    try:
        prediction = diagram.at(**_point(network, values))
    except asymptotics.OnBoundary as error:
        between = " and ".join(phase.name for phase in error.phases)
        raise click.UsageError(
            f"{error.point}: between {between}, where no one law leads; use solve"
        ) from None
    if as_json:
        print_json(prediction.to_dict())
        return
    print_record([("phase", f"{prediction.phase.name} ({prediction.phase.title})")])
    print_record(prediction.values.items(), digits=6)
    print_record([("relative error", f"about {prediction.error:.1g}")])
    if prediction.neglected:
        print_record([("what is neglected", prediction.neglected[0].reason)])
    if prediction.neighbour is not None:
        print_record([("next to phase", prediction.neighbour.name)])


def _point(network: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values of the laws' variables, by their names there; n_eff is n/d for a matrix network."""
    names = VALUES[network]
    point = {names[name]: value for name, value in values.items() if value is not None}
    if network in MATRIX_NETWORKS and values["dim"] > 0:
        point["n_eff"] = Fraction(values["samples"]) / values["dim"]
    return point
