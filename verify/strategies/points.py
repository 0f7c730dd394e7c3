"""Exact points inside the phases of a diagram.

They shrink towards the middle of a phase.

In this order: `Scale`, `scales`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st
from sympy import Symbol

from asymptotics import Phase, PhaseDiagram, symbols
from asymptotics.expressions.point import name_of
from verify.limits import NOISE_WINDOW
from verify.strategies.arguments import Interval, interval, rational, require
from verify.strategies.decays import decays_or
from verify.systems.points import (
    Bound,
    RationalFunction,
    has_own_axes,
    in_coordinates,
    placed,
    point_type,
    points_of,
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


def _bounds(
    phase: Phase, coordinates: tuple[Symbol, ...], at: Mapping[Symbol, Fraction], margin: Fraction
) -> list[Bound]:
    """The region in these coordinates, with the others as given, each inequality with the margin as slack."""
    return [
        Bound(tuple(slope(*at.values()) for slope in slopes), constant(*at.values()) - margin)
        for slopes, constant in _forms(phase, coordinates, tuple(at))
    ]


@cache
def _forms(
    phase: Phase, coordinates: tuple[Symbol, ...], parameters: tuple[Symbol, ...]
) -> list[tuple[tuple[RationalFunction, ...], RationalFunction]]:
    """Slopes and constant of every inequality of a region, as functions of the parameters."""
    gaps = [relation.gts - relation.lts for relation in phase.region.args]
    return [in_coordinates(gap, coordinates, parameters) for gap in gaps]


def _inside(
    phases: Sequence[Phase],
    gammas: st.SearchStrategy[Fraction],
    noises: st.SearchStrategy[Fraction] | None,
    margin: Fraction,
    windows: Mapping[Symbol, Interval],
) -> st.SearchStrategy[Scale]:
    """Points whose coordinates lie in these windows, and whose decay, and noise if given, are drawn first."""

    # without arguments: Hypothesis shows those, and warns where they are as long as phases are
    @st.composite
    def points(draw: st.DrawFn) -> Scale:
        phase = draw(st.sampled_from(phases))
        at = {symbols.gamma: draw(gammas)} | ({} if noises is None else {symbols.b: draw(noises)})
        bounds = _bounds(phase, tuple(windows), at, margin)
        place = draw(placed(bounds, tuple(windows.values())))
        exponents = {**at, **dict(zip(windows, place, strict=True))}
        return Scale(**{name_of(symbol): x for symbol, x in exponents.items()})

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
    window_of_a, window_of_ell = (
        interval("samples_window", samples_window),
        interval("decay_window", decay_window),
    )
    noise = interval("noise_window", noise_window)
    require(noise[0] >= 0, "noise_window", noise_window, "an interval of numbers that are at least 0")
    has_noise = diagram.noise == "scaled" or noise == NOISE_WINDOW or is_system
    require(has_noise, "noise_window", noise_window, "left out where noise does not scale")
    allowed = "a strategy of numbers that are at least 0, for a network whose noise scales, or None"
    has_noises = isinstance(noises, st.SearchStrategy) and diagram.noise == "scaled" and not is_system
    require(noises is None or has_noises, "noises", noises, allowed)
    if is_system:
        usual = {"a": window_of_a, "ell": window_of_ell, "b": noise}
        own = {name: interval(f"windows[{name!r}]", pair) for name, pair in (windows or {}).items()}
        decays_of = None if gammas is None else decays_or(gammas)
        return points_of(diagram, phases, decays_of, slack, {**usual, **own})
    # noise is drawn where the phase has points at the decay drawn, not refused where it has none
    is_drawn_within = diagram.noise == "scaled" and noises is None
    sides = ({symbols.b: noise} if is_drawn_within else {}) | {
        symbols.a: window_of_a,
        symbols.ell: window_of_ell,
    }
    return _inside(phases, decays_or(gammas), noises, slack, sides)


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
