"""Hypothesis strategies for points of a phase diagram and for problems to solve.

Both are public: use them in your own ``@given`` tests.  They say what is valid, not how it is distributed,
and they shrink towards the middle of a phase and towards small problems.

>>> from hypothesis import given, settings
>>> from asymptotics import diagonal, phase_diagram
>>> diagram = phase_diagram(diagonal)
>>> @settings(max_examples=5, database=None)
... @given(scales(diagram, "II"))
... def located_where_drawn(point):
...     assert diagram.locate(**point._asdict()).name == "II"
>>> located_where_drawn()
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from sympy import Rational

from asymptotics import Phase, PhaseDiagram, symbols
from asymptotics.expressions import checks
from asymptotics.expressions.checks import NUMBER, exact_number, is_number, require
from numerics import Problem
from numerics.networks.network import NETWORKS
from verify.limits import NOISE_WINDOW
from verify.systems.points import (
    Bound,
    eliminated,
    fraction,
    has_own_axes,
    inside,
    point_type,
    points_of,
    range_of,
)

Interval = tuple[Fraction, Fraction]

SAMPLES_WINDOW: Interval = (Fraction(-1), Fraction(8))
"""Where ``a`` is drawn: phases are unbounded, experiments are not."""

DECAY_WINDOW: Interval = (Fraction(-6), Fraction(6))
"""Where ``ell`` is drawn."""

_LARGEST_DIM = 10**99


class Scale(NamedTuple):
    """n_eff = d**a, weight_decay = d**ell, decay gamma, noise_variance = d**-b (b None: fixed noise)."""

    a: Fraction
    ell: Fraction
    gamma: Fraction
    b: Fraction | None = None


def _bounds(phase: Phase, gamma: Fraction, b: Fraction | None, margin: Fraction) -> list[Bound]:
    """The region at one gamma and b in (a, ell), each inequality with the margin as slack."""
    exact = {symbols.gamma: Rational(gamma.numerator, gamma.denominator)}
    if b is not None:
        exact[symbols.b] = Rational(b.numerator, b.denominator)
    bounds = []
    for relation in phase.region.args:
        gap = (relation.gts - relation.lts).subs(exact).expand()
        constant = gap.subs({symbols.ell: 0, symbols.a: 0})
        slopes = (fraction(gap.coeff(symbols.a)), fraction(gap.coeff(symbols.ell)))
        bounds.append(Bound(slopes, fraction(constant) - margin))
    return bounds


def _inside(
    phases: Sequence[Phase],
    gammas: st.SearchStrategy[Fraction],
    noises: st.SearchStrategy[Fraction | None],
    margin: Fraction,
    windows: tuple[Interval, Interval],
) -> st.SearchStrategy[Scale]:
    # without arguments: Hypothesis shows those, and warns where they are as long as phases are
    @st.composite
    def points(draw: st.DrawFn) -> Scale:
        phase = draw(st.sampled_from(phases))
        gamma, b = draw(gammas), draw(noises)
        bounds = _bounds(phase, gamma, b, margin)
        place = list[Fraction]()
        for k, window in enumerate(windows):
            low, high = range_of(eliminated(bounds, k, place, windows), window)
            assume(low < high)  # a phase, or its deep interior, may close at some gamma
            place.append(draw(inside(low, high)))
        a, ell = place
        return Scale(a=a, ell=ell, gamma=gamma, b=b)

    return points()


def decays(*, max_gamma: Fraction | int = 3) -> st.SearchStrategy[Fraction]:
    """Decays gamma of the target, exact, in (1/2, max_gamma].

    Raises:
        hypothesis.errors.InvalidArgument: max_gamma is no number above 1/2.
    """
    largest = _exact("max_gamma", max_gamma)
    _require(largest > Fraction(1, 2), "max_gamma", max_gamma, "above 1/2")
    return st.integers(1, 100 * (largest - Fraction(1, 2)).__ceil__()).map(
        lambda k: min(Fraction(1, 2) + Fraction(k, 100), largest)
    )


def scales(
    diagram: PhaseDiagram,
    phase: str | Phase | None = None,
    *,
    gammas: st.SearchStrategy[Fraction] | None = None,
    noises: st.SearchStrategy[Fraction] | None = None,
    margin: Fraction | int = 0,
    samples_window: Interval = SAMPLES_WINDOW,
    decay_window: Interval = DECAY_WINDOW,
    noise_window: Interval = NOISE_WINDOW,
    windows: Mapping[str, Interval] | None = None,
) -> st.SearchStrategy[Scale | Any]:
    """Exact points (a, ell, gamma, b) strictly inside a phase: a `Scale`.

    Those of a `System`, of a model that reduces to one, and of a scaled width, are named tuples of their own
    coordinates and parameters, such as (a, rho, ell, gamma, source): what ``locate`` takes.

    Args:
        diagram: the diagram the phase is of.
        phase: its name, or one of ``diagram.phases``; None for any.
        gammas: strategy for gamma, by default all of (1/2, 3].
        noises: strategy for ``b`` of a network, by default all of its window.
        margin: least slack of every inequality of the region: how deep inside the points lie.
        samples_window: interval of ``a``.
        decay_window: interval of ``ell``.
        noise_window: interval of ``b``, in a diagram of noise that scales; b is None in others.
        windows: intervals of other coordinates, and of parameters, of a system, by their names.

    Raises:
        hypothesis.errors.InvalidArgument: an argument is none of these: a phase that is not of the diagram, a
            negative margin, an interval that is none, or of what the diagram does not have.
    """
    _require(isinstance(diagram, PhaseDiagram), "diagram", diagram, "a PhaseDiagram")
    is_system = has_own_axes(diagram)
    if not is_system:
        _require_drawn(diagram)
    phases = _phases(diagram, phase)
    names = point_type(diagram)._fields if is_system else ()
    is_mapping = windows is None or (isinstance(windows, Mapping) and set(windows) <= set(names))
    _require(is_mapping, "windows", windows, f"intervals by the names of {', '.join(names) or 'a system'}")
    slack = _exact("margin", margin)
    _require(slack >= 0, "margin", margin, "at least 0")
    windows_of_networks = (
        _interval("samples_window", samples_window),
        _interval("decay_window", decay_window),
    )
    noise = _interval("noise_window", noise_window)
    _require(noise[0] >= 0, "noise_window", noise_window, "an interval of numbers that are at least 0")
    allowed = "a strategy of numbers that are at least 0, for a network whose noise scales, or None"
    has_noises = isinstance(noises, st.SearchStrategy) and diagram.noise == "scaled" and not is_system
    _require(noises is None or has_noises, "noises", noises, allowed)
    if is_system:
        usual = {"a": windows_of_networks[0], "ell": windows_of_networks[1], "b": noise}
        own = {name: _interval(f"windows[{name!r}]", pair) for name, pair in (windows or {}).items()}
        decays_of = None if gammas is None else _decays_or(gammas)
        return points_of(diagram, phases, decays_of, slack, {**usual, **own})
    drawn: st.SearchStrategy[Any] = inside(*noise) if diagram.noise == "scaled" else st.none()
    return _inside(
        phases, _decays_or(gammas), drawn if noises is None else noises, slack, windows_of_networks
    )


def problems(
    *,
    networks: Sequence[str] = ("diagonal", "quadratic"),
    max_dim: int = 10**12,
    gammas: st.SearchStrategy[Fraction] | None = None,
) -> st.SearchStrategy[Problem]:
    """Valid problems for ``numerics.solve``: empirical risk minimisation at full width, both targets.

    Args:
        networks: which networks to draw from.
        max_dim: largest dimension; dimensions are drawn evenly in their logarithm.
        gammas: strategy for gamma, by default all of (1/2, 3].

    Raises:
        hypothesis.errors.InvalidArgument: networks names none, or one that is not known; max_dim is no
            integer from 1 to 10**99, beyond which samples leave the range of float64.
    """
    known = ", ".join(map(repr, NETWORKS))
    is_sequence = isinstance(networks, Sequence) and not isinstance(networks, str)
    are_known = is_sequence and all(isinstance(name, str) and name in NETWORKS for name in networks)
    _require(are_known and len(networks) > 0, "networks", networks, f"one or more of {known}")
    largest = _exact("max_dim", max_dim)
    is_dimension = largest.denominator == 1 and 1 <= largest <= _LARGEST_DIM
    _require(is_dimension, "max_dim", max_dim, "an integer from 1 to 10**99")
    return _problems(tuple(networks), int(largest), _decays_or(gammas))


def _require(condition: bool, parameter: str, value: Any, allowed: str) -> None:
    """Refuse a value of a parameter, as Hypothesis refuses its own."""
    try:
        require(condition, parameter, value, allowed)
    except checks.InvalidArgument as refusal:
        raise InvalidArgument(str(refusal)) from None


def _exact(parameter: str, value: Any) -> Fraction:
    _require(is_number(value), parameter, value, NUMBER)
    exact = exact_number(parameter, value)
    _require(exact.is_rational, parameter, value, "a rational number")
    return Fraction(int(exact.p), int(exact.q))


def _interval(parameter: str, value: Any) -> Interval:
    is_pair = isinstance(value, Sequence) and len(value) == 2 and all(map(is_number, value))
    _require(is_pair, parameter, value, "two numbers (low, high)")
    low, high = (_exact(parameter, end) for end in value)
    _require(low < high, parameter, value, "two numbers (low, high) with low < high")
    return low, high


def _decays_or(gammas: Any) -> st.SearchStrategy[Fraction]:
    allowed = "a strategy of decays, such as decays(), or None"
    _require(gammas is None or isinstance(gammas, st.SearchStrategy), "gammas", gammas, allowed)
    return decays() if gammas is None else gammas


def _phases(diagram: PhaseDiagram, phase: Any) -> list[Phase]:
    """The phases of that name, or the one itself; all of them for None."""
    if phase is None:
        return list(diagram.phases)
    by_name = isinstance(phase, str)
    phases = [
        p for p in diagram.phases if (phase == p.name if by_name else isinstance(phase, Phase) and phase == p)
    ]
    names = ", ".join(sorted({p.name for p in diagram.phases}))
    _require(bool(phases), "phase", phase, f"in the diagram of {diagram.model}: it has {names}")
    return phases


def _require_drawn(diagram: PhaseDiagram) -> None:
    """Refuse diagrams with exponents that no `Scale` has, such as a source."""
    drawn = {symbols.a, symbols.ell, symbols.gamma, symbols.b}
    others = {symbol for phase in diagram.phases for symbol in phase.region.free_symbols} - drawn
    names = ", ".join(sorted(map(str, others)))
    allowed = f"one of a, ell, gamma and b alone: its phases depend on {names}"
    _require(not others, "diagram", str(diagram.model), allowed)


@st.composite
def _problems(
    draw: st.DrawFn, networks: Sequence[str], max_dim: int, gammas: st.SearchStrategy[Fraction]
) -> Problem:
    network = draw(st.sampled_from(networks))
    magnitude = draw(st.integers(0, len(str(max_dim)) - 1))
    dim = min(draw(st.integers(1, 9)) * 10**magnitude, max_dim)
    # powers of ten from tiny to d^2: the phases are far apart, so spread the draws in the logarithm
    n_eff = 10.0 ** draw(st.floats(-1.0, 2.0 * magnitude + 1.0))
    return Problem(
        network=network,
        gamma=draw(gammas),
        samples=n_eff * NETWORKS[network].sample_unit(dim),
        dim=dim,
        weight_decay=10.0 ** draw(st.floats(-6.0, float(magnitude) + 1.0)),
        noise_variance=draw(st.sampled_from([0.01, 0.1, 1.0, 10.0])),
        target=draw(st.sampled_from(["raw", "unit"])),
    )


__all__: list[Any] = ["Scale", "decays", "problems", "scales"]
