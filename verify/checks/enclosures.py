r"""Do laws hold of what is proved?

``numerics.certify`` proves by ball arithmetic where the one solution of the state equations is: its equations
are written once more there, with balls for numbers.  At one point of a diagram, deep inside a phase that
learns, the proved risk is compared with its law on a ladder of moderate dimensions.  What the law neglects is
smaller by d^-mu: so the ratio tends to 1 like any other, and its distance from 1 is proved on the whole
ladder.  That solutions lie in their enclosures is no matter of a diagram: it is tested with ``certify``.

By hand, phase III of the quadratic network at a = 5, ell = 3 and gamma = 1: all that is neglected is d^-1 of
the risk or less, at d = 500 two thousandths, of which extrapolation leaves 1e-6.

In this order: `certified_checks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Literal

from hypothesis import strategies as st

from asymptotics import Phase, PhaseDiagram
from numerics import certify
from verify import strategies, words
from verify.checks.measured import LeftOut, Measured, drawn, in_phase, problem_of, scaled_values
from verify.extrapolation import limit_beyond_powers
from verify.ladder import coordinates, margin
from verify.limits import DECAY_WINDOW, SAMPLES_WINDOW
from verify.outcomes import PROVED
from verify.systems.points import has_own_axes

DIMS = {"diagonal": (60, 240, 960, 3840, 15360), "quadratic": (16, 40, 100, 250, 625)}
"""Where proofs take a fraction of a second."""

FAST = ("quadratic",)
"""Networks whose proofs take a second together."""

TRIES = 40
"""Points drawn in a phase, of which the deepest is taken."""

MARGIN = Fraction(1, 2)
"""Least slack of every inequality of the region: at these dimensions a law is not right closer to its end."""

LEAST_MARGIN = 1.0
"""The same of all that is neglected."""


def certified_checks(
    diagram: PhaseDiagram, *, effort: Literal["quick", "full"] = "quick", seed: int = 0
) -> Iterator[Measured | LeftOut]:
    """What is compared with proved enclosures at one point of a diagram that ``certify`` reaches.

    Args:
        diagram: of any model; of none but trained networks of full width are there proofs.
        effort: "quick", only where all proofs take a second together, or "full".
        seed: of the points drawn.

    Raises:
        NotConverged: when a proof failed.
    """
    if diagram.estimator != "erm" or has_own_axes(diagram) or diagram.model.name not in DIMS:
        return
    if effort == "quick" and diagram.model.name not in FAST:
        yield _left_out(diagram, words.SLOW_PROOF)
        return
    deep = next((at for at in _deepest(diagram, seed) if at[0] >= LEAST_MARGIN), None)
    if deep is None:
        yield _left_out(diagram, words.NO_DEEP_POINT)
        return
    _, phase, point = deep
    dims, ratios = DIMS[diagram.model.name], []
    for dim in dims:
        values = scaled_values(point, dim)
        proved = certify(problem_of(diagram, values))
        ratios.append(float(sum(proved.excess_risk) / 2 / phase.risk.evaluate(**values)))
    yield in_phase(phase, point, PROVED, "constant", dims[-1], 1.0, limit_beyond_powers(ratios))


def _left_out(diagram: PhaseDiagram, reason: str) -> LeftOut:
    names = dict.fromkeys(phase.name for phase in diagram.phases)
    return LeftOut("/".join(names), "", PROVED, "constant", reason)


def _deepest(diagram: PhaseDiagram, seed: int) -> Iterator[tuple[float, Phase, Any]]:
    """The deepest point drawn in each phase that learns, and whose law is a power of d.

    The first phase goes round with the seed.
    """
    start = seed % max(1, len(diagram.phases))
    for phase in (*diagram.phases[start:], *diagram.phases[:start]):
        if phase.risk.corrected is not None or phase.risk.exponent == 0 or phase.risk.expr == 0:
            continue
        inside = strategies.scales(
            diagram,
            phase,
            gammas=st.integers(8, 12).map(lambda k: Fraction(k, 8)),
            margin=MARGIN,
            samples_window=SAMPLES_WINDOW,
            decay_window=DECAY_WINDOW,
        )
        points = [(_depth(phase, point), point) for point in drawn(inside, TRIES, seed)]
        if points:
            depth, point = max(points, key=lambda pair: pair[0])
            yield depth, phase, point


def _depth(phase: Phase, point: Any) -> float:
    return float(margin([phase.balance], coordinates([point]))[0])
