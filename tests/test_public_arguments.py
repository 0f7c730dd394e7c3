"""Whatever is public refuses wrong arguments in one line that names them, before any work.

Nothing here is a list of cases: what is public is found by walking the names that the packages export, the
methods of the classes among them and of the classes that those return; each of its parameters is given one
wrong value of each kind in ``WRONG``, in a call that is valid otherwise.  Tables say what signatures don't:
``VALID`` has a valid value for each parameter that must be given (and some others), ``INSTANCES`` one of each
class with methods, ``ALLOWED`` the values of ``WRONG`` that some parameters may take.
`test_everything_public_is_asked` fails when something new needs a line in them.

Left out by rule: exceptions, and the constructors of results (all classes but ``BUILT_BY_USERS``), whose
fields the packages fill.
"""

from __future__ import annotations

import inspect
import tempfile
import typing
from collections.abc import Callable, Iterator
from dataclasses import fields
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from types import ModuleType, UnionType
from typing import Any, NamedTuple

import hypothesis
import numpy as np
import pytest
from matplotlib.figure import Figure
from sympy import Basic, Eq

import asymptotics
import numerics
import verify
from asymptotics import diagonal, kernel_ridge, phase_diagram, quadratic, symbols
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.expressions.point import VARIABLES
from asymptotics.lemmas.power_sums import Learned
from asymptotics.models import one_pass_sgd
from asymptotics.symbols import n_eff, size, threshold
from numerics import FreeConvolution, Problem, solve
from verify import strategies

ROOMS: tuple[ModuleType, ...] = (asymptotics, numerics, verify, strategies)

# How each refuses: the longest module name that fits counts.
REFUSES = {
    "asymptotics": InvalidArgument,
    "numerics": numerics.InvalidProblem,
    "verify": InvalidArgument,
    "verify.strategies": hypothesis.errors.InvalidArgument,
}

BUILT_BY_USERS = (
    Problem,
    numerics.Data,
    asymptotics.Network,
    asymptotics.System,
    asymptotics.RidgeRegression,
    asymptotics.PhysicalPoint,
)


class Foreign:
    """An object that nobody knows, which cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("this has no repr")


WRONG: dict[str, Any] = {
    "object": Foreign(),
    "string": "no such\nthing",
    "NaN": float("nan"),
    "None": None,
    "array": np.array([0.5, 2.0]),
    "number": -(10**5000),  # out of range, and longer than Python writes
}


class Public(NamedTuple):
    """Something public to be called: where it stands, the class whose method it is, and itself."""

    name: str
    owner: type | None
    function: Callable[..., Any]

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """Those that a user gives."""
        found = dict(inspect.signature(self.function).parameters)
        for name in [name for name, x in found.items() if x.kind == x.VAR_KEYWORD]:
            annotation = _hints(self.function)[found.pop(name).name]
            listed = [x for x in typing.get_args(annotation) if typing.is_typeddict(x)]
            shown = [keyword for x in listed for keyword in typing.get_type_hints(x)]
            # others take the variables of a law, and a system's own
            for keyword in shown or (VARIABLES if name == "values" else ()):
                found[keyword] = inspect.Parameter(keyword, inspect.Parameter.KEYWORD_ONLY, default=None)
        if self.owner is not None and "self" in found:
            del found["self"]
        return found

    @property
    def refuses(self) -> type[Exception]:
        """The documented exception."""
        module = self.function.__module__
        return REFUSES[max((name for name in REFUSES if f"{module}.".startswith(f"{name}.")), key=len)]


def _is_ours(thing: Any) -> bool:
    return inspect.isclass(thing) and thing.__module__.split(".")[0] in ("asymptotics", "numerics", "verify")


def _classes_in(annotation: Any) -> Iterator[type]:
    """Our classes in an annotation: itself, or in a union or a container."""
    if _is_ours(annotation):
        yield annotation
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, UnionType, tuple, list, dict):
        for argument in typing.get_args(annotation):
            yield from _classes_in(argument)


def _mentioned(annotation: Any) -> Iterator[type]:
    """Our classes anywhere in an annotation."""
    if _is_ours(annotation):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _mentioned(argument)


def _hints(thing: Any) -> dict[str, Any]:
    return typing.get_type_hints(inspect.unwrap(thing))


def _methods(owner: type) -> Iterator[Public]:
    for name, found in inspect.getmembers_static(owner):
        if name.startswith("_") and name != "__call__":
            continue
        if isinstance(found, classmethod | staticmethod):
            yield Public(f"{owner.__name__}.{name}", None, getattr(owner, name))
        elif inspect.isfunction(found) or hasattr(found, "__wrapped__"):
            yield Public(f"{owner.__name__}.{name}", owner, found)


@cache
def everything_public() -> tuple[Public, ...]:
    """What users call: functions, methods, and the constructors of what they build."""
    found: list[Public] = []
    classes: dict[type, None] = {}
    for room in ROOMS:
        for name in room.__all__:
            thing = getattr(room, name)
            if isinstance(thing, ModuleType):
                assert thing in ROOMS
            elif inspect.isclass(thing) and issubclass(thing, Basic):
                continue  # SymPy's own arguments
            elif isinstance(thing, hypothesis.settings):
                continue  # Hypothesis' own
            elif inspect.isclass(thing):
                classes[thing] = None
            elif callable(thing):
                found.append(Public(name, None, thing))
            else:
                classes[type(thing)] = None
    asked, pending = 0, list(classes)
    while asked < len(found) or pending:
        if pending:
            owner = pending.pop()
            if not issubclass(owner, BaseException):
                found += _methods(owner)
            continue
        returned = _hints(found[asked].function).get("return")
        asked += 1
        new = [owner for owner in _classes_in(returned) if owner not in classes]
        classes |= dict.fromkeys(new)
        pending += new
    built = [Public(owner.__name__, None, owner) for owner in BUILT_BY_USERS]
    return (*found, *built)


SYSTEM = asymptotics.System(
    name="small",
    unknowns=(threshold,),
    equations=(Eq(n_eff, asymptotics.mode_sum(size**2 / (size**2 + threshold))),),
    quantities={"risk": threshold},
    scales={n_eff: symbols.a},
)


@cache
def _diagram() -> asymptotics.PhaseDiagram:
    return phase_diagram(diagonal)


@cache
def _solution() -> numerics.Solution:
    return solve(_problem())


def _problem() -> Problem:
    return Problem("diagonal", gamma=1.25, samples=300, dim=100, weight_decay=0.1, noise_variance=0.5)


@cache
def _trained() -> numerics.Trained:
    return numerics.train(_problem(), progress=False)


@cache
def _experiment() -> numerics.Experiment:
    return numerics.experiment([_problem()], [0], progress=False)


def _boundary() -> Any:
    """One whose law is cheap to derive."""
    (boundary,) = [b for b in _diagram().boundaries if {p.name for p in b.phases} == {"II", "III"}]
    return boundary


@cache
def _check() -> verify.Check:
    """One of the trivial phase of few samples."""
    return verify.checks_at(_diagram(), _diagram().phases[0], {"a": -1, "ell": -3, "gamma": 1})[0]


def _law() -> Any:
    return _diagram().phases[0].risk


PHYSICAL: dict[str, Callable[[], Any]] = {
    "gamma": lambda: 1.25,
    "n_eff": lambda: 1e4,
    "d": lambda: 1e9,
    "weight_decay": lambda: 1e-2,
    "noise_variance": lambda: 1,
}

# By callable and parameter, or by the parameter alone; made when they are needed.
VALID: dict[str, Callable[[], Any]] = {
    **PHYSICAL,
    "a": lambda: 0.5,
    "ell": lambda: -1,
    "network": lambda: diagonal,
    "model": lambda: diagonal,
    "diagram": _diagram,
    "compute_optimal.model": lambda: one_pass_sgd,
    "compute_optimal.alpha": lambda: 0.75,
    "compute_optimal.beta": lambda: 0.25,
    "width_peak.network": lambda: quadratic,
    "width_ratio.network": lambda: quadratic,
    "optimal_width.diagram": lambda: phase_diagram(quadratic, width="scaled"),
    "NarrowNetwork.network": lambda: quadratic,
    "phase_diagram_figure.diagram": lambda: phase_diagram(quadratic, width="scaled"),
    "boundary": _boundary,
    "checks_at.phase": lambda: _diagram().phases[0],
    "checks_at.at": lambda: {"a": -1, "ell": -3, "gamma": 1},
    "assert_agreement.diagram": lambda: phase_diagram(asymptotics.models.hermite(2)),
    "reproduction.check": _check,
    "noisy": lambda: True,
    "learned": lambda: Learned.SOME,
    "Network.describe.hypothesis": lambda: _diagram().phases[0].hypothesis,
    "system": lambda: SYSTEM,
    "solve_system.n_eff": lambda: 1,
    "System.check_parameters.values": lambda: {symbols.gamma: 1},
    "System.describe.hypothesis": lambda: phase_diagram(SYSTEM).phases[0].hypothesis,
    "RidgeRegression.describe.hypothesis": lambda: phase_diagram(kernel_ridge).phases[0].hypothesis,
    "read_expression.text": lambda: "2*gamma",
    "read_latex.text": lambda: r"2 \gamma",
    "targets.network": lambda: "diagonal",
    "problem": _problem,
    "Problem.network": lambda: "diagonal",
    "samples": lambda: 300,
    "risk_curve.samples": lambda: [300],
    "dim": lambda: 100,
    "decay": lambda: 1.25,
    "FreeConvolution.of_eigenvalues.noise": lambda: 0.5,
    "FreeConvolution.of_power_law.noise": lambda: 0.5,
    "eigenvalues": lambda: [1.0, 2.0],
    "infer.network": lambda: "diagonal",
    "infer.values": lambda: np.zeros(100),
    "inputs": lambda: np.zeros((300, 100)),
    "labels": lambda: np.zeros(300),
    "probability": lambda: 0.5,
    "x": lambda: 1.0,
    "z": lambda: 1.0 + 1.0j,
    "function": lambda: np.exp,
    "size": lambda: 3,
    "seed": lambda: 0,
    "ax": Figure().subplots,
    "risk": lambda: 0.1,
    "samples_for.weight_decay": lambda: "fixed",
    "solution": _solution,
    "spectrum": lambda: _solution().spectrum(),
    "alpha": lambda: 0.1,
    "train.progress": lambda: False,
    "problems": lambda: [_problem()],
    "seeds": lambda: [0],
    "path": lambda: Path(tempfile.mkdtemp()) / "table",
    **{
        f"{type(model).__name__}.{field.name}": partial(getattr, model, field.name)
        for model in (diagonal, kernel_ridge, SYSTEM)
        for field in fields(model)
    },
}

INSTANCES: dict[str, Callable[[], Any]] = {
    "PhaseDiagram": _diagram,
    "Network": lambda: diagonal,
    "RidgeRegression": lambda: kernel_ridge,
    "System": lambda: SYSTEM,
    "Law": _law,
    "PowerLaw": lambda: _law().at(a=1, ell=0, gamma=1.25),
    "Vectorised": lambda: _law().numpy(),
    "Boundary": _boundary,
    "BoundaryLaw": lambda: _boundary().law(),
    "LocalLaw": lambda: asymptotics.recovery_jump(diagonal),
    "FreeConvolution": lambda: FreeConvolution.of_eigenvalues([1.0, 2.0], 0.5),
    "Spectrum": lambda: _solution().spectrum(),
    "Trained": _trained,
    "WeightSpectrum": lambda: _trained().spectrum(),
    "Experiment": _experiment,
    "Summary": lambda: _experiment().summary(),
}

EVERY_NUMBER = {"number"}
MANY_NUMBERS = {"number", "array"}
# What is not wrong: values that the meaning of a parameter admits.
ALLOWED: dict[str, set[str]] = {
    "a": EVERY_NUMBER,
    "ell": EVERY_NUMBER,
    "FreeConvolution.density.x": MANY_NUMBERS,
    "FreeConvolution.cdf.x": MANY_NUMBERS,
    "FreeConvolution.mass_above.x": MANY_NUMBERS,
    "FreeConvolution.stieltjes.z": MANY_NUMBERS,
    "FreeConvolution.integral_above.x": EVERY_NUMBER,
    "Spectrum.density.x": MANY_NUMBERS,
    "Spectrum.cdf.x": MANY_NUMBERS,
    "Spectrum.mass_beyond.x": MANY_NUMBERS,
    **{f"Vectorised.__call__.{name}": {"array"} for name in (*PHYSICAL, "source", "width")},
    "eigenvalues": {"array"},
    "FreeConvolution.of_eigenvalues.weights": {"array"},
    "risk_curve.samples": {"array"},
    "risk_curve.cache": {"string"},
    "agreement.cache": {"string"},
    "WeightSpectrum.cdf.x": MANY_NUMBERS,
    "experiment.cache": {"string"},
    "train.checkpoint": {"string"},
    "Problem.target": {"array"},  # which then asks for no gamma
    "path": {"string"},
    "Network.name": {"string"},
    "RidgeRegression.name": {"string"},
}

# Valid calls that take many seconds; the tests of these functions make them.
SLOW = {
    "agreement",
    "bayes_ratio",
    "compute_optimal",
    "heavy_tails",
    "optimal_width",
    "pruning_ratios",
    "width_ratio",
}


def _in(table: dict[str, Any], public: Public, parameter: str) -> Any:
    return table.get(f"{public.name}.{parameter}", table.get(parameter))


def _valid_arguments(public: Public) -> dict[str, Any]:
    """All for which there is a valid value."""
    values = {name: _in(VALID, public, name) for name in public.parameters}
    return {name: made() for name, made in values.items() if made is not None}


def _called(public: Public, arguments: dict[str, Any]) -> Any:
    bound = (
        public.function
        if public.owner is None
        else getattr(INSTANCES[public.owner.__name__](), public.function.__name__)
    )
    return bound(**arguments)


def _is_allowed(public: Public, parameter: str, kind: str) -> bool:
    declared = public.parameters[parameter]
    if kind == "None":
        hint = _hints(public.function).get(parameter)
        return declared.default is None or type(None) in typing.get_args(hint)
    return kind in (_in(ALLOWED, public, parameter) or ())


def complaint(public: Public, parameter: str, kind: str) -> str | None:
    """What is wrong with the answer to one wrong argument; None if nothing is."""
    arguments = {**_valid_arguments(public), parameter: WRONG[kind]}
    try:
        result = _called(public, arguments)
    except public.refuses as refusal:
        line = str(refusal)
        if "\n" in line or len(line) > 300:
            return f"no short line: {line!r:.400}"
        return None if line.startswith(f"{parameter}=") else f"does not name {parameter}: {line}"
    except Exception as error:
        return f"{type(error).__name__}: {error!s:.200}"
    return f"a result: {type(result).__name__}"


ASKED = [
    (public, parameter, kind)
    for public in everything_public()
    for parameter in public.parameters
    for kind in WRONG
]


def test_everything_public_is_asked() -> None:
    """Each required parameter has a valid value, each class with such methods an instance."""
    missing = [
        f"{public.name}.{parameter.name}"
        for public in everything_public()
        for parameter in public.parameters.values()
        if parameter.default is inspect.Parameter.empty and _in(VALID, public, parameter.name) is None
    ]
    owners = {public.owner.__name__ for public in everything_public() if public.owner and public.parameters}
    missing += owners - set(INSTANCES)
    assert not missing


def test_every_other_class_is_a_result() -> None:
    """Of what users build the constructor is asked: all else is returned, or part of what is returned."""
    results: set[type] = set()
    pending = [c for public in everything_public() for c in _mentioned(_hints(public.function).get("return"))]
    while pending:
        owner = pending.pop()
        if owner not in results and not issubclass(
            owner, Basic
        ):  # SymPy's own hints have no names at run time
            results.add(owner)
            properties = [p.fget for _, p in inspect.getmembers_static(owner) if isinstance(p, property)]
            hints = [*_hints(owner).values(), *(_hints(p).get("return") for p in properties)]
            pending += [c for hint in hints for c in _mentioned(hint)]
    exported = [getattr(room, name) for room in ROOMS for name in room.__all__]
    classes = {c for c in exported if inspect.isclass(c) and not issubclass(c, BaseException | Basic)}
    assert not classes - results - set(BUILT_BY_USERS)


@pytest.mark.parametrize(
    "public", [p for p in everything_public() if p.parameters and p.name not in SLOW], ids=lambda p: p.name
)
def test_valid_calls_are_valid(public: Public) -> None:
    """Else the wrong value would not be what is refused."""
    _called(public, _valid_arguments(public))


@pytest.mark.parametrize(
    ("public", "parameter", "kind"),
    [asked for asked in ASKED if not _is_allowed(*asked)],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_what_is_wrong_is_refused_in_one_line_that_names_it(
    public: Public, parameter: str, kind: str
) -> None:
    assert complaint(public, parameter, kind) is None


HUGE = 10**400


@pytest.mark.parametrize(
    ("parameter", "call"),
    [
        ("decay", lambda: FreeConvolution.of_power_law(10, HUGE, 0.3)),
        ("decay", lambda: FreeConvolution.of_power_law(10, Fraction(1, HUGE), 0.3)),
        ("function", lambda: INSTANCES["FreeConvolution"]().integral_above(lambda: 0)),
        ("function", lambda: INSTANCES["FreeConvolution"]().integral_above(int)),
        ("weight_decay", lambda: numerics.risk_curve(_problem(), [300], weight_decay=lambda: 0)),
        ("weight_decay", lambda: numerics.risk_curve(_problem(), [300], weight_decay=len)),
    ],
)
def test_functions_of_other_arguments_and_numbers_beyond_floats_are_refused(
    parameter: str, call: Callable[[], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(numerics.InvalidProblem, match=f"^{parameter}=[^\n]{{,250}}$"):
        call()
    assert capsys.readouterr().err == ""


def test_the_whole_law_lies_right_of_what_is_below_all_floats() -> None:
    law = INSTANCES["FreeConvolution"]()
    assert law.integral_above(np.square, -HUGE) == law.integral_above(np.square)
    assert law.integral_above(np.square, HUGE) == 0


@pytest.mark.parametrize(
    "name",
    [np.ones(3), 1 << 5_000_000, Foreign(), None, "II" * 1000, ["I"]],
    ids=lambda name: type(name).__name__,
)
def test_what_is_no_name_of_a_phase_is_refused_in_one_line(name: Any) -> None:
    with pytest.raises(KeyError) as refused:
        _diagram()[name]
    (line,) = refused.value.args
    assert line.startswith("name=")
    assert "\n" not in line
    assert len(line) < 200
