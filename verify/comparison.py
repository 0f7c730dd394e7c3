"""Does the derivation agree with the equations?  Phase by phase, exponent by exponent.

``asymptotics`` says how each quantity scales; ``numerics`` solves the full state evolution at finite size;
neither knows of the other.  Here points are drawn inside every phase, the equations are solved on a ladder
of dimensions up to 10^24 and far beyond, the exponents extrapolated (``extrapolation``), and each compared
with the derived one.

The tolerance is 0.02 on an exponent: what the ladder resolves in the deep interior of a phase, and less than
half of the 0.05 that a wrong exponent must not get away with.  A measurement that cannot resolve it is a
failure, not a pass.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from functools import cache
from numbers import Integral
from typing import Literal

import hypothesis
from hypothesis import strategies as st
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sympy import Expr, lambdify

from asymptotics import Law, Phase, PhaseDiagram, symbols
from asymptotics.balance.regimes import LABEL_NOISE
from asymptotics.expressions.checks import InvalidArgument, is_number, require
from numerics import Problem, Solution, solve
from numerics.networks.network import NETWORKS
from verify.extrapolation import Measured, extrapolated_exponent
from verify.limits import SEED_BITS
from verify.strategies import Interval, Scale, decays, scales

Effort = Literal["quick", "full"]

STEPS = 6
"""Dimensions on the ladder; the exponent is extrapolated from the upper four."""

DECADES = 160
"""Decimal exponent of the largest of parameters, delta^2 and kappa^2 at the largest dimension."""

LEARNED_DECADES = 24
"""Decimal exponent of the learned modes at the largest dimension, where kappa lies amid them."""

EDGE_DECADES = 18
"""Decades of D below 1 there, where labels have little noise: kappa is then the edge to eight digits."""

BAYES_DECADES = 8
"""Decimal exponent of the learned modes there, for the Bayes-optimal estimator: it counts them at length."""

TOLERANCE = 0.02
"""Largest accepted error of an exponent."""

FIGURE_GAMMA = Fraction(5, 4)
"""The decay at which phase diagrams are drawn: half of the points are checked there."""

SAMPLES_WINDOW: Interval = (Fraction(-1), Fraction(9, 2))
"""Where ``a`` is drawn, and what the figures show."""

DECAY_WINDOW: Interval = (Fraction(-2), Fraction(3))
"""Where ``ell`` is drawn, and what the figures show."""

MARGIN = Fraction(1, 10)
"""Least slack of every inequality of the region at a point."""

NEGLECTED_DECADES = 3
"""How many decades all that is neglected lies below what is kept, at the end of the ladder of a point."""

_POINTS: dict[Effort, int] = {"quick": 4, "full": 40}

MEASURED_BY = {
    "risk": "excess_risk",
    "effective_noise": "effective_noise",
    "threshold": "threshold",
    "learned": "learned_modes",
    "degrees_of_freedom": "degrees_of_freedom",
}
"""The attribute of a ``Solution`` that measures each law of a ``Phase``."""


@dataclass(frozen=True)
class Check:
    """One exponent at one point: predicted by the derivation, measured on the equations up to ``dim``."""

    network: str
    phase: str
    quantity: str
    a: Fraction
    ell: Fraction
    gamma: Fraction
    b: Fraction | None
    dim: int
    predicted: float
    measured: float
    uncertainty: float
    tolerance: float
    passed: bool


@dataclass(frozen=True)
class Report:
    """The outcome of ``agreement``: every check, and whether all passed."""

    checks: tuple[Check, ...]
    effort: str
    seed: int

    @property
    def passed(self) -> bool:
        """Whether there were checks and none failed."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if not check.passed)

    def summary(self) -> list[tuple[str, str, str, int, int, float]]:
        """Rows (network, phase, quantity, points, failures, largest error), in the order checked."""
        groups: dict[tuple[str, str, str], list[Check]] = {}
        for check in self.checks:
            groups.setdefault((check.network, check.phase, check.quantity), []).append(check)
        return [
            (*key, len(group), sum(not c.passed for c in group), max(_error(c) for c in group))
            for key, group in groups.items()
        ]

    def to_markdown(self) -> str:
        """The report as a page: verdict, one table by phase, the failures in full."""
        verdict = "agreement" if self.passed else "DISAGREEMENT"
        lines = [
            f"# Derivation against equations: {verdict}",
            "",
            f"{len(self.checks)} exponents checked, {len(self.failures)} failed; tolerance {TOLERANCE}, each "
            f"on a ladder of dimensions that ends {self._span()}; effort {self.effort}, seed {self.seed}.",
            "",
            "| network | phase | quantity | points | failed | largest error |",
            "|---|---|---|---:|---:|---:|",
        ]
        lines += [
            f"| {network} | {phase} | {quantity} | {points} | {failed} | {error:.1e} |"
            for network, phase, quantity, points, failed, error in self.summary()
        ]
        if self.failures:
            lines += ["", "## Failures", ""]
            lines += [
                f"- {c.network} {c.phase}, {c.quantity} at a = {c.a}, ell = {c.ell}, gamma = {c.gamma}"
                f"{'' if c.b is None else f', b = {c.b}'}: "
                f"predicted {c.predicted:.4f}, measured {c.measured:.4f} +- {c.uncertainty:.4f}"
                for c in self.failures
            ]
        return "\n".join(lines) + "\n"

    def _span(self) -> str:
        decades = sorted(round(math.log10(check.dim)) for check in self.checks)
        return f"between 1e{decades[0]} and 1e{decades[-1]}" if decades else "nowhere"

    def to_json(self) -> str:
        """The report with every check, for machines; infinite exponents are the strings "inf", "-inf"."""
        checks = [{k: _plain(v) for k, v in asdict(check).items()} for check in self.checks]
        content = {"passed": self.passed, "effort": self.effort, "seed": self.seed, "checks": checks}
        return json.dumps(content, indent=1, allow_nan=False) + "\n"


def agreement(
    diagram: PhaseDiagram, *, effort: Effort = "quick", seed: int = 0, progress: bool = False
) -> Report:
    """Compare every exponent of a diagram with solutions of the full equations.

    Args:
        diagram: derived by ``phase_diagram``, or altered by you: a wrong exponent must make it fail.
        effort: "quick", a few points in each cell, or "full", ten times as many.
        seed: of the points drawn.
        progress: whether to show a progress bar on standard error.

    Raises:
        InvalidArgument: when an argument is none of these, or the diagram's model none that ``numerics``
            solves.
        NotConverged: when an equation could not be solved.

    >>> from asymptotics import diagonal, phase_diagram
    >>> agreement(phase_diagram(diagonal)).passed
    True
    """
    _network(diagram)
    require(isinstance(effort, str) and effort in _POINTS, "effort", effort, "'quick' or 'full'")
    is_seed = isinstance(seed, Integral) and is_number(seed) and abs(seed) < 2**SEED_BITS
    require(is_seed, "seed", seed, f"an integer of at most {SEED_BITS} bits")
    require(isinstance(progress, bool), "progress", progress, "True or False")
    seed = int(seed)
    points = [(phase, scale) for phase in diagram.phases for scale in _draw(diagram, phase, effort, seed)]
    checks: list[Check] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, disable=not progress) as bar:
        task = bar.add_task(f"{diagram.model} network", total=len(points))
        for phase, scale in points:
            bar.update(task, description=f"{diagram.model} network, phase {phase.name}")
            checks += _check(diagram, phase, scale)
            bar.advance(task)
    return Report(tuple(checks), effort, seed)


def _draw(diagram: PhaseDiagram, phase: Phase, effort: Effort, seed: int) -> list[Scale]:
    """Points deep inside one cell: half at the decay of the figures, half at any."""

    def resolved(scale: Scale) -> bool:
        return _is_resolved(diagram, phase, scale)

    found: list[Scale] = []
    for gammas in (st.just(FIGURE_GAMMA), decays()):
        inside = scales(
            diagram,
            phase,
            gammas=gammas,
            margin=MARGIN,
            samples_window=SAMPLES_WINDOW,
            decay_window=DECAY_WINDOW,
        )
        count = _POINTS[effort] // 2
        # in a region that a hand has altered perhaps no point is resolved, and the check must fail
        found += _examples(inside.filter(resolved), count, seed) or _examples(inside, count, seed)
    return found


def _is_resolved(diagram: PhaseDiagram, phase: Phase, scale: Scale) -> bool:
    """Whether what the derivation neglects at a point is small at the end of its ladder.

    Apart from the inequalities of the phase: there are d modes, and the energy of infinitely many is more by
    d**(1 - 2 gamma).
    """
    smaller = min(*map(float, _gaps(phase)(*_exponents(scale))), float(2 * scale.gamma - 1))
    return bool(smaller * math.log10(ladder(diagram, phase, scale)[-1]) >= NEGLECTED_DECADES)


@cache
def _gaps(phase: Phase) -> Callable[..., Sequence[float]]:
    """Powers of d between the two sides of every inequality of a phase."""
    expression = phase.balance.scales.expression
    return _compiled(tuple(expression(inequality.form) for inequality in phase.balance.inequalities))


@cache
def _compiled(expressions: tuple[Expr, ...]) -> Callable[..., Sequence[float]]:
    """Expressions as a function of the exponents."""
    at = (symbols.a, symbols.ell, symbols.gamma, symbols.b)
    return lambdify(at, expressions, "math")  # type: ignore[no-any-return]


def _exponents(scale: Scale) -> tuple[Fraction, ...]:
    return scale.a, scale.ell, scale.gamma, scale.b or Fraction(0)


def _examples(strategy: st.SearchStrategy[Scale], count: int, seed: int) -> list[Scale]:
    """Distinct draws of a strategy, the same for the same seed; at most ``count``, none if it has none."""
    drawn: dict[Scale, None] = {}

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def collect(scale: Scale) -> None:
        drawn[scale] = None

    with suppress(hypothesis.errors.Unsatisfiable):
        collect()
    return list(drawn)


def _check(diagram: PhaseDiagram, phase: Phase, scale: Scale) -> Iterator[Check]:
    dims = ladder(diagram, phase, scale)
    solutions = [solve(problem_at(diagram, scale, dim)) for dim in dims]
    for quantity, law in phase.laws.items():
        predicted, log_exponent = _prediction(law, scale)
        measured = _measure(solutions, quantity, log_exponent)
        check = Check(
            network=str(diagram.model),
            phase=phase.name,
            quantity=quantity,
            a=scale.a,
            ell=scale.ell,
            gamma=scale.gamma,
            b=scale.b,
            dim=dims[-1],
            predicted=predicted,
            measured=measured.exponent,
            uncertainty=measured.uncertainty,
            tolerance=TOLERANCE,
            passed=False,
        )
        yield replace(check, passed=_error(check) <= TOLERANCE and measured.uncertainty <= TOLERANCE)


def ladder(diagram: PhaseDiagram, phase: Phase, scale: Scale) -> tuple[int, ...]:
    """Dimensions in geometric progression, as far as float64 holds the problem.

    They cost little, and corrections may fall slowly: like 1/log d where a law holds a logarithm, or with
    few samples like a power of the number of learned modes, itself a small power of d.

    >>> from asymptotics import phase_diagram, quadratic
    >>> diagram = phase_diagram(quadratic)
    >>> scale = Scale(a=Fraction(1, 2), ell=Fraction(-1), gamma=Fraction(1))
    >>> [f"{dim:.0e}" for dim in ladder(diagram, diagram.locate(**scale._asdict()), scale)]
    ['6e+17', '4e+35', '2e+53', '1e+71', '8e+88', '5e+106']
    """
    pull = scale.ell + 1 - scale.a  # kappa = d**pull where weight decay sets it
    # the weight decay itself, never squared, may take nearly all of the range
    steepest = max(abs(scale.a) + 1 + (scale.b or 0), abs(scale.ell) * 4 / 7, 2 * pull)
    ends = [DECADES / float(steepest)]
    noise, threshold, learned, freedom = (
        _prediction(law, scale)[0]
        for law in (phase.effective_noise, phase.threshold, phase.learned, phase.degrees_of_freedom)
    )
    fed_by_error = phase.hypothesis.dominant[:1] != (LABEL_NOISE,)
    if (threshold > noise or fed_by_error) and learned > 0:
        # to place a threshold or delta amid more modes than float64 can number takes seconds
        ends.append(LEARNED_DECADES / learned)
    hard_edge = threshold == noise and phase.threshold.corrected is None
    if hard_edge and (fed_by_error or diagram.noise == "scaled") and 0 < learned < 1 and freedom < 0:
        ends.append(EDGE_DECADES / -freedom)
    if diagram.estimator == "bayes" and learned > 0:
        ends.append(BAYES_DECADES / learned)
    return tuple(round(10 ** (min(ends) * k / STEPS)) for k in range(1, STEPS + 1))


def problem_at(diagram: PhaseDiagram, scale: Scale, dim: int) -> Problem:
    """The problem at one dimension whose parameters scale as the point says.

    Raises:
        InvalidArgument: when the diagram's model is none that ``numerics`` solves.
    """
    network = _network(diagram)
    log_dim = math.log(dim)
    noise = 0.0 if diagram.noise == "none" else math.exp(-float(scale.b or 0) * log_dim)
    return Problem(
        network=network,
        gamma=scale.gamma,
        samples=math.exp(float(scale.a) * log_dim) * NETWORKS[network].sample_unit(dim),
        dim=dim,
        weight_decay=None if diagram.estimator == "bayes" else math.exp(float(scale.ell) * log_dim),
        noise_variance=noise,
        estimator=diagram.estimator,
    )


def _network(diagram: PhaseDiagram) -> str:
    """The name under which ``numerics`` solves the model."""
    require(isinstance(diagram, PhaseDiagram), "diagram", diagram, "a PhaseDiagram, as phase_diagram derives")
    if diagram.model.name not in NETWORKS:
        known = ", ".join(NETWORKS)
        raise InvalidArgument(
            f"diagram of {diagram.model.name!r}: equations to compare with are those of {known}"
        )
    return diagram.model.name


def _prediction(law: Law, scale: Scale) -> tuple[float, float]:
    """Exponent and power of the logarithm that a law predicts at a point."""
    exponent, log_exponent = _compiled((law.exponent, law.log_exponent))(*_exponents(scale))
    return float(exponent), float(log_exponent)


def _measure(solutions: Sequence[Solution], quantity: str, log_exponent: float) -> Measured:
    dims = [float(solution.problem.dim) for solution in solutions]
    # what an estimator does not have, such as a threshold, is nothing at every size
    values = [float(getattr(solution, MEASURED_BY[quantity]) or 0) for solution in solutions]
    return extrapolated_exponent(dims, values, log_exponent=log_exponent)


def _error(check: Check) -> float:
    if check.predicted == check.measured:
        return 0.0  # also -oo: nothing is learned, as predicted
    return abs(check.predicted - check.measured)


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, float) and math.isinf(value):
        return str(value)
    return value
