"""Exact points inside the phases of a diagram.

They shrink towards the middle of a phase.

In this order: `Scale`, `scales`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from hypothesis import assume
from hypothesis import strategies as st
from sympy import Symbol

from asymptotics import Phase, PhaseDiagram, symbols
from verify.limits import NOISE_WINDOW
from verify.strategies.arguments import Interval, interval, rational, require
from verify.strategies.decays import decays_or
from verify.systems.points import (
    Bound,
    RationalFunction,
    eliminated,
    has_own_axes,
    in_coordinates,
    inside,
    point_type,
    points_of,
    range_of,
)

SAMPLES_WINDOW: Interval = (Fraction(-1), Fraction(8))
"""Where ``a`` is drawn: phases are unbounded, experiments are not."""

DECAY_WINDOW: Interval = (Fraction(-6), Fraction(6))
"""Where ``ell`` is drawn."""


class Scale(NamedTuple):
    """n_eff = d**a, weight_decay = d**ell, decay gamma, noise_variance = d**-b (b None: fixed noise)."""

    a: Fraction
    ell: Fraction
    gamma: Fraction
    b: Fraction | None = None


def _bounds(phase: Phase, gamma: Fraction, b: Fraction | None, margin: Fraction) -> list[Bound]:
    """The region at one gamma and b in (a, ell), each inequality with the margin as slack."""
    at = {symbols.gamma: gamma} | ({} if b is None else {symbols.b: b})
    return [
        Bound(tuple(slope(*at.values()) for slope in slopes), constant(*at.values()) - margin)
        for slopes, constant in _forms(phase, tuple(at))
    ]


@cache
def _forms(
    phase: Phase, parameters: tuple[Symbol, ...]
) -> list[tuple[tuple[RationalFunction, ...], RationalFunction]]:
    """Slopes and constant of every inequality of a region, as functions of gamma and b."""
    gaps = [relation.gts - relation.lts for relation in phase.region.args]
    return [in_coordinates(gap, (symbols.a, symbols.ell), parameters) for gap in gaps]


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
    allowed = "a PhaseDiagram, which phase_diagram(model) derives"
    require(isinstance(diagram, PhaseDiagram), "diagram", diagram, allowed)
    is_system = has_own_axes(diagram)
    if not is_system:
        _require_drawn(diagram)
    phases = _phases(diagram, phase)
    names = point_type(diagram)._fields if is_system else ()
    is_mapping = windows is None or (isinstance(windows, Mapping) and set(windows) <= set(names))
    require(is_mapping, "windows", windows, f"intervals by the names of {', '.join(names) or 'a system'}")
    slack = rational("margin", margin)
    require(slack >= 0, "margin", margin, "at least 0")
    windows_of_networks = (
        interval("samples_window", samples_window),
        interval("decay_window", decay_window),
    )
    noise = interval("noise_window", noise_window)
    require(noise[0] >= 0, "noise_window", noise_window, "an interval of numbers that are at least 0")
    allowed = "a strategy of numbers that are at least 0, for a network whose noise scales, or None"
    has_noises = isinstance(noises, st.SearchStrategy) and diagram.noise == "scaled" and not is_system
    require(noises is None or has_noises, "noises", noises, allowed)
    if is_system:
        usual = {"a": windows_of_networks[0], "ell": windows_of_networks[1], "b": noise}
        own = {name: interval(f"windows[{name!r}]", pair) for name, pair in (windows or {}).items()}
        decays_of = None if gammas is None else decays_or(gammas)
        return points_of(diagram, phases, decays_of, slack, {**usual, **own})
    drawn: st.SearchStrategy[Any] = inside(*noise) if diagram.noise == "scaled" else st.none()
    return _inside(phases, decays_or(gammas), drawn if noises is None else noises, slack, windows_of_networks)


def _phases(diagram: PhaseDiagram, phase: Any) -> list[Phase]:
    """The phases of that name, or the one itself; all of them for None."""
    if phase is None:
        return list(diagram.phases)
    by_name = isinstance(phase, str)
    phases = [
        p for p in diagram.phases if (phase == p.name if by_name else isinstance(phase, Phase) and phase == p)
    ]
    names = ", ".join(sorted({p.name for p in diagram.phases}))
    require(bool(phases), "phase", phase, f"in the diagram of {diagram.model}: it has {names}")
    return phases


def _require_drawn(diagram: PhaseDiagram) -> None:
    """Refuse diagrams with exponents that no `Scale` has, such as a source."""
    drawn = {symbols.a, symbols.ell, symbols.gamma, symbols.b}
    others = {symbol for phase in diagram.phases for symbol in phase.region.free_symbols} - drawn
    names = ", ".join(sorted(map(str, others)))
    allowed = f"one of a, ell, gamma and b alone: its phases depend on {names}"
    require(not others, "diagram", str(diagram.model), allowed)
