"""Laws, constant and logarithm included, against solutions of the full equations, on points of a grid.

`agreement` compares every law of every diagram at points that are drawn, in float64.  Here are the diagrams
that take seconds, at the deepest point of a grid; and of all networks the parts of the risk, with as many
digits as it takes to see one that lies decades below the risk.

Deep inside each phase the equations are solved on a ladder of dimensions (``verify.ladder``); the ratio of
solution to law must tend to 1.  What is left is a sum of small powers of d, one for each term neglected,
which Wynn's epsilon algorithm removes (``verify.extrapolation``); or, where noise has no edge, a series in
1/log d: there the ratio to the corrected law (Lambert's W) is extrapolated in 1/log d.  Both the distance of
the limit from 1 and its error estimate must be below 1e-3: what cannot be decided fails.

Of the points of a grid the one is taken where the largest neglected term is smallest at the end of the
ladder.  A part of the risk far below the whole has its own point, and is solved with as many digits as it
needs.

    python tests/verify/test_constants.py

prints for each diagram how many laws were compared and how far off the worst was.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import product

import mpmath
import numpy as np
import pytest
from sympy import Rational, oo

from asymptotics import Law, Phase, PhaseDiagram, diagonal, phase_diagram, quadratic
from asymptotics.algebra.polyhedra import EVERYWHERE
from asymptotics.models import bilinear
from asymptotics.networks.mode_functions import Ordering
from asymptotics.networks.trained import PARTS
from numerics import Problem, Solution
from numerics import solve as solve_problem
from verify.comparison import problem_at
from verify.extrapolation import Limit, limit_beyond_logarithms, limit_beyond_powers
from verify.ladder import THOROUGH, Array, coordinates, deepest, dimensions, margin, reach, values
from verify.strategies import Scale

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic, "bilinear": bilinear}
GAMMAS = (Fraction(5, 4), Fraction(3, 4))
TOLERANCE = 1e-3

STEPS, FEWER_STEPS = 11, 8
"""Dimensions on a ladder; fewer where a solution takes a second."""

BESIDE_RISK = {"diagonal": 45, "quadratic": 15, "bilinear": 15}
"""How many decades below the risk a part of it is compared: digits cost networks of matrices more."""

SPARE_DIGITS = 9
"""Digits of such a part."""

# grids of exponents to choose points from
SAMPLES = [
    Fraction(n, 20) for n in (-20, -10, -4, 2, 4, 6, 8, 10, 12, 14, 17, 23, 25, 30, 40, 50, 60, 80, 100)
]
DECAYS = [Fraction(n, 10) for n in range(-40, 41)]
NOISES = [Fraction(n, 20) for n in (1, 4, 6, 12, 20, 30, 50)]

solve = cache(solve_problem)


LAWS, OF_PARTS, PRUNED = "laws", "parts of the risk", "pruned risk"
"""The laws of one comparison."""

BEYOND_EDGE = 24
"""Decades of K/d below 1 where the threshold is raised to a hard edge: with twelve digits are the modes next
to it known."""

PRUNED_MODES = 18
"""Decades of modes that are learned there: they are summed next to the edge."""


def measured_by(solution: Solution, quantity: str) -> float:
    if quantity == "pruned_risk":
        return solution.pruned()
    return solution.decomposition[PARTS[quantity]] if quantity in PARTS else getattr(solution, quantity)


@dataclass(frozen=True)
class Ladder:
    """Where in a phase solutions are taken, at which dimensions, and with how many digits."""

    scale: Scale
    dims: tuple[int, ...]
    digits: int | None


@dataclass(frozen=True)
class Comparison:
    """A law, the ratios of solutions to it, and their limit."""

    phase: str
    quantity: str
    ladder: Ladder
    ratios: tuple[float, ...]
    limit: Limit
    logarithmic: bool = False

    def off_by(self, factor: float, power: float) -> "Comparison":
        """The same with a law that is wrong by a factor and by a power of d."""
        errors = (factor * float(dim) ** power for dim in self.ladder.dims)
        return compared(
            self.phase,
            self.quantity,
            self.ladder,
            tuple(ratio / error for ratio, error in zip(self.ratios, errors, strict=True)),
            self.logarithmic,
        )

    @property
    def gap(self) -> float:
        return abs(self.limit.value - 1)

    @property
    def passed(self) -> bool:
        return max(self.gap, self.limit.uncertainty) < TOLERANCE

    def __str__(self) -> str:
        at = ", ".join(f"{name} = {value}" for name, value in self.ladder.scale._asdict().items())
        gaps = " ".join(f"{ratio - 1:.1e}" for ratio in self.ratios)
        return (
            f"{self.phase} {self.quantity} at {at}: {gaps} -> 1 + {self.limit.value - 1:.1e} ({self.limit})"
        )


def compared(
    phase: str, quantity: str, ladder: Ladder, ratios: tuple[float, ...], logarithmic: bool
) -> Comparison:
    """Ratios with their limit."""
    limit = limit_beyond_logarithms(ladder.dims, ratios) if logarithmic else limit_beyond_powers(ratios)
    return Comparison(phase, quantity, ladder, ratios, limit, logarithmic)


@cache
def ladder(
    diagram: PhaseDiagram, phase: Phase, decay: Fraction, part: Law | None, pruned: bool = False
) -> Ladder | None:
    """The ladder at whose end what is neglected is smallest; None if the phase is closed at this decay.

    A part of the risk must also be seen there beside the whole.
    """
    noises = NOISES if diagram.noise == "scaled" else [None]
    grid = [Scale(a, ell, decay, b) for a, ell, b in product(SAMPLES, DECAYS, noises)]
    at = coordinates(grid)
    margins = margin([phase.balance], at)
    ends = reach(diagram, [phase], at, THOROUGH)
    if pruned:
        ends = np.minimum(ends, reach_at_edge(diagram, phase, at))
    below = 0 * ends if part is None else values((phase.risk.exponent - part.exponent,), at)[0]
    hidden = below > 0.01
    most = BESIDE_RISK[diagram.model.name]
    ends = np.where(hidden, np.minimum(ends, most / np.where(hidden, below, 1)), ends)
    place = deepest(np.where(margins > 0.02, margins, 0), ends, grid)
    if place is None:
        return None
    # the smallest dimensions are not asymptotic; beside powers of 1/log d, those of d are to be negligible
    in_logarithms = phase.pruned_risk.corrected if pruned else phase.risk.corrected
    start = min(5 / place.margin, place.end / 2) if in_logarithms else place.end / 2
    is_hidden = bool(hidden[grid.index(place.point)])
    costly = is_hidden or diagram.estimator == "bayes" or (pruned and not in_logarithms)
    steps = FEWER_STEPS if costly else STEPS
    dims = dimensions(place.end, start=start, steps=steps)
    return Ladder(place.point, dims, most + SPARE_DIGITS if is_hidden else None)


def reach_at_edge(diagram: PhaseDiagram, phase: Phase, at: Array) -> Array:
    """The decimal exponents at which a ladder ends, of thresholds raised to the edge."""
    hard = diagram.model.noise.edge != oo
    if not hard or phase.hypothesis.ordering is Ordering.THRESHOLD_ABOVE_NOISE:
        return np.full(at.shape[1], np.inf)
    (modes,) = values((phase.learned.exponent,), at)
    some = (modes > 0) & (modes < 1)
    shares = np.where(some, modes, 1 / 2)
    return np.where(some, np.minimum(BEYOND_EDGE / (1 - shares), PRUNED_MODES / shares), np.inf)


def value_at(law: Law, problem: Problem) -> float:
    return law.evaluate(
        gamma=problem.gamma,
        n_eff=problem.n_eff,
        d=problem.dim,
        weight_decay=1 if problem.weight_decay is None else problem.weight_decay,
        noise_variance=problem.noise_variance or 1,
        corrected=True,
    )


def laws_of(phase: Phase, estimator: str, of: str) -> dict[str, Law]:
    if of == PRUNED:
        return {"pruned_risk": phase.pruned_risk}
    if of == OF_PARTS:
        parts = phase.decomposition  # without those of modes inside noise of either sign: bilinear, VIa
        return {quantity: parts[name] for quantity, name in PARTS.items() if name in parts}
    laws = dict(phase.laws)
    if estimator == "bayes":
        del laws["threshold"]
        return laws
    return laws | {"train_loss": phase.train_loss}


def comparisons(diagram: PhaseDiagram, phase: Phase, decay: Fraction, of: str) -> Iterator[Comparison]:
    """Laws of a phase against solutions."""
    for quantity, law in laws_of(phase, diagram.estimator, of).items():
        part = law if of == OF_PARTS and law.expr != 0 else None
        at = ladder(diagram, phase, decay, part, of == PRUNED)
        if at is None:
            assert phase.balance.domain != EVERYWHERE or decay != GAMMAS[0], phase.name
            continue
        problems = [problem_at(diagram, at.scale, dim) for dim in at.dims]
        measured = [measured_by(solve(problem, digits=at.digits), quantity) for problem in problems]
        if law.expr == 0:
            # faster than any power, or exactly nothing
            vanishes = measured[-1] <= mpmath.mpf(problems[-1].dim) ** -3 * measured[0]
            yield Comparison(phase.name, quantity, at, (), Limit(1.0 if vanishes else math.inf, 0.0))
            continue
        ratios = (float(m / value_at(law, problem)) for m, problem in zip(measured, problems, strict=True))
        yield compared(phase.name, quantity, at, tuple(ratios), law.corrected is not None)


def all_comparisons(network: str, noise: str, estimator: str, decay: Fraction, of: str) -> list[Comparison]:
    diagram = phase_diagram(NETWORKS[network], noise=noise, estimator=estimator)
    phases = [phase for phase in diagram.phases if phase.name != "R"]  # recovery leaves no risk to compare
    return [c for phase in phases for c in comparisons(diagram, phase, decay, of)]


ESTIMATORS = (("erm", LAWS), ("erm", OF_PARTS), ("erm", PRUNED), ("bayes", LAWS), ("ridge", LAWS))
"""With the laws that are compared."""


TOO_NOISY = ("bilinear", GAMMAS[1])
"""Modes that come to lie above the edge one by one leave the overfitting part in N undecided: 1.03e-3."""


def is_quick(network: str, noise: str, estimator: str, of: str, decay: Fraction) -> bool:
    """Many digits, and what the noise of a matrix hides, take minutes."""
    if network == "diagonal" and noise == "fixed":
        return of != OF_PARTS
    of_matrix = network == "quadratic" and noise == "fixed" and decay == GAMMAS[0] and of == LAWS
    return (of_matrix and estimator != "bayes") or (
        network == "diagonal" and decay == GAMMAS[0] and of == LAWS
    )


CASES = [
    pytest.param(*case, marks=[] if is_quick(*case[:3], of=case[4], decay=case[3]) else [pytest.mark.slow])
    for network, noise, (estimator, of), decay in product(
        NETWORKS, ("fixed", "none", "scaled"), ESTIMATORS, GAMMAS
    )
    for case in [(network, noise, estimator, decay, of)]
    # what takes minutes is left to `agreement`, but for parts far below the risk, which it does not see
    if (of == OF_PARTS and (network, decay) != TOO_NOISY) or is_quick(network, noise, estimator, of, decay)
]


PLANTED = ((1.01, 0), (0.99, 0), (1, 0.05), (1, -0.05))
"""Errors of laws, a factor and a power of d, with which every comparison must fail."""


@pytest.mark.parametrize(("network", "noise", "estimator", "decay", "of"), CASES)
def test_solutions_approach_every_law(network, noise, estimator, decay, of):
    found = all_comparisons(network, noise, estimator, decay, of)
    assert found
    assert all(comparison.passed for comparison in found), "\n".join(str(c) for c in found if not c.passed)
    # a ratio that grows is summed by no extrapolation, and one that falls does not tend to 1
    unseen = [str(c) for c in found if c.ratios for error in PLANTED if c.off_by(*error).passed]
    assert not unseen, "\n".join(unseen)


@pytest.mark.parametrize(("network", "of"), [("diagonal", LAWS), ("quadratic", LAWS), ("diagonal", PRUNED)])
def test_laws_are_what_is_compared(network, of, monkeypatch):
    # planted in every law at once: each line of the comparison is then a failure
    exact, factor = laws_of, Rational(101, 100)

    def planted(phase, estimator, of):
        return {
            name: replace(law, expr=factor * law.expr, corrected=law.corrected and factor * law.corrected)
            for name, law in exact(phase, estimator, of).items()
        }

    monkeypatch.setitem(globals(), "laws_of", planted)
    found = all_comparisons(network, "fixed", "erm", GAMMAS[0], of)
    assert {c.passed for c in found if c.ratios} == {False}


if __name__ == "__main__":
    for network, noise, estimator, decay, of in (case.values for case in CASES):
        found = all_comparisons(network, noise, estimator, decay, of)
        gap = max(c.gap for c in found)
        estimate = max(c.limit.uncertainty for c in found)
        failed = sum(not c.passed for c in found)
        print(
            f"{network} {noise} {estimator} gamma = {decay}, {of}: "
            f"{len(found)} compared, {failed} failed, |limit - 1| <= {gap:.1e}, estimates <= {estimate:.1e}",
            flush=True,
        )
