"""The phase diagram of a network: its cells, their names and laws, and the walls between them.

``dominant_balances`` finds the cells; here they become ``Phase`` objects, are checked to tile the space of
exponents, exactly and at symbolic gamma, and are joined by ``Boundary`` objects where two of them share a
facet. Names follow arXiv:2509.24882 and are given by mechanism, not by place: see ``_NAMES``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from itertools import combinations, pairwise
from numbers import Rational as RationalNumber
from typing import Any, Literal

from sympy import And, Eq, Expr, Ge, Rational, S, latex, oo, simplify, solveset

from asymptotics import symbols
from asymptotics.balance import Balanced, dominant_balances
from asymptotics.bayes import BayesOptimal
from asymptotics.cells import (
    EVERYWHERE,
    FIELD,
    Domain,
    Form,
    common_parts,
    irredundant,
    overlap,
    shared_wall,
    sign,
    split_at_sign_changes,
    uncovered,
)
from asymptotics.law import Law, interval_conditions, law_of, risk_law
from asymptotics.regime import Hypothesis, Model
from asymptotics.state_evolution import StateEvolution
from asymptotics.terms import Noise, Scales

Estimator = Literal["erm", "bayes"]
Exact = int | Fraction | float | Any


class OnBoundary(ValueError):
    """The point lies between phases; ``phases`` are those whose closure holds it."""

    def __init__(self, point: str, phases: tuple[Phase, ...]) -> None:
        names = " and ".join(phase.name for phase in phases)
        super().__init__(f"({point}) lies on the boundary of {names}: no single phase holds there")
        self.phases = phases


class IncompleteDiagram(RuntimeError):
    """No hypothesis of dominant balance holds in some open region: the declared model is not covered."""


@dataclass(frozen=True)
class Phase:
    """A cell of exponents with one leading law for each quantity.

    Attributes:
        name: as in arXiv:2509.24882; a phase may hold several cells, as when a second law changes inside it.
        title: the name in words.
        region: strict linear inequalities in a, ell (and b) over Q(gamma).
        risk: excess risk E[(f - f*)^2].
        effective_noise: delta.
        threshold: kappa.
        learned: number of target modes above the noise.
        degrees_of_freedom: D.
        why: the balance in a sentence.
        balance: the derivation: hypothesis, equations, solution and the inequalities checked.
    """

    name: str
    title: str
    region: And
    risk: Law
    effective_noise: Law
    threshold: Law
    learned: Law
    degrees_of_freedom: Law
    why: str
    balance: Balanced

    @property
    def hypothesis(self) -> Hypothesis:
        """Which terms dominate."""
        return self.balance.hypothesis

    @property
    def laws(self) -> dict[str, Law]:
        """The five laws by the name of their quantity."""
        return {
            "risk": self.risk,
            "effective_noise": self.effective_noise,
            "threshold": self.threshold,
            "learned": self.learned,
            "degrees_of_freedom": self.degrees_of_freedom,
        }

    def _repr_latex_(self) -> str:
        return rf"$\text{{{self.name} ({self.title}):}}\quad R \simeq {latex(self.risk.expr)}$"


@dataclass(frozen=True)
class Boundary:
    """Where two cells touch.

    Attributes:
        phases: the two, in the order of the diagram.
        relation: the wall, an equation in a, ell, (b) and gamma.
        continuous: whether the two risk exponents agree on the wall.
    """

    phases: tuple[Phase, Phase]
    relation: Eq
    continuous: bool


@dataclass(frozen=True)
class PhaseDiagram:
    """All phases of one network under one scaling of the noise.

    >>> from asymptotics import phase_diagram, quadratic
    >>> diagram = phase_diagram(quadratic)
    >>> diagram.locate(a=0.25, ell=-1, gamma=1).name
    'IV'
    """

    model: StateEvolution
    noise: Noise
    estimator: Estimator
    phases: tuple[Phase, ...]
    boundaries: tuple[Boundary, ...]

    def locate(self, *, a: Exact, ell: Exact, gamma: Exact, b: Exact | None = None) -> Phase:
        """The phase at one point, decided exactly.

        Args:
            a: n_eff = d**a.
            ell: weight_decay = d**ell.
            gamma: decay of the target, above 1/2.
            b: noise_variance = d**-b, for ``noise="scaled"`` only.

        Numbers may be int, Fraction, SymPy rationals or floats (taken at their exact binary value).

        Raises:
            OnBoundary: when the point lies on a boundary; it names the phases that meet there.
            ValueError: when gamma is 1/2 or less, b does not fit ``noise``, or an argument is not a number.
        """
        point = self._point(a=a, ell=ell, gamma=gamma, b=b)
        for phase in self.phases:
            if all(relation.subs(point) == True for relation in phase.region.args):  # noqa: E712
                return phase
        touching = tuple(
            phase
            for phase in self.phases
            if all(_weak(relation).subs(point) == True for relation in phase.region.args)  # noqa: E712
        )
        raise OnBoundary(", ".join(f"{symbol} = {value}" for symbol, value in point.items()), touching)

    def learning_curve(
        self, *, ell: Exact | Expr, gamma: Exact, b: Exact | None = None
    ) -> tuple[tuple[Expr, Expr, Phase], ...]:
        """The phases met as samples grow, at weight decay d**ell.

        Args:
            ell: a number, or a SymPy expression in the symbols ``a`` and ``gamma``, for a weight decay tied
                to the samples.
            gamma: decay of the target, above 1/2.
            b: as in ``locate``.

        Returns:
            ``(a_from, a_to, phase)`` in order, covering a in (0, oo).

        Raises:
            OnBoundary: when part of the curve runs along a boundary.
            ValueError: when an argument is not of its kind.

        >>> from asymptotics import phase_diagram, quadratic
        >>> curve = phase_diagram(quadratic).learning_curve(ell=-1, gamma=1)
        >>> [(str(start), str(end), phase.name) for start, end, phase in curve]
        [('0', '4/9', 'IV'), ('4/9', '1', 'V'), ('1', '2', 'VI'), ('2', 'oo', 'VI')]
        """
        height = ell if isinstance(ell, Expr) else _exact("ell", ell)
        fixed = self._point(a=0, ell=0, gamma=gamma, b=b)
        del fixed[symbols.a], fixed[symbols.ell]
        height = height.subs(fixed)
        if height.free_symbols - {symbols.a}:
            raise ValueError(f"ell={ell} is not allowed: a number or an expression in a and gamma")
        crossings = {S.Zero}
        for phase in self.phases:
            for relation in phase.region.args:
                wall = (relation.lhs - relation.rhs).subs(fixed).subs(symbols.ell, height)
                if wall.has(symbols.a):
                    roots = solveset(wall, symbols.a, S.Reals)
                    if not roots.is_FiniteSet:
                        raise ValueError(f"ell={ell}: where {wall} vanishes cannot be solved for a")
                    crossings |= set(roots)
        stops = [*sorted(c for c in crossings if c >= 0), oo]
        curve: list[tuple[Expr, Expr, Phase]] = []
        for start, end in pairwise(stops):
            middle = start + 1 if end == oo else (start + end) / 2
            here = {symbols.a: middle, symbols.ell: height.subs(symbols.a, middle)}
            phase = self.locate(
                a=here[symbols.a], ell=here[symbols.ell], gamma=fixed[symbols.gamma], b=fixed.get(symbols.b)
            )
            since = curve.pop()[0] if curve and curve[-1][2] == phase else start
            curve.append((since, end, phase))
        return tuple(curve)

    def to_latex(self) -> str:
        r"""The table a paper would print: one row per cell.

        >>> from asymptotics import diagonal, phase_diagram
        >>> print(phase_diagram(diagonal).to_latex().splitlines()[0])
        \begin{tabular}{llll}
        """
        rows = [
            rf"{phase.name} & {phase.title} & ${latex(phase.risk.expr)}$ & "
            + ", ".join(f"${latex(relation)}$" for relation in phase.region.args)
            + r" \\"
            for phase in self.phases
        ]
        head = [r"\begin{tabular}{llll}", r"phase & & excess risk & where \\ \hline"]
        return "\n".join([*head, *rows, r"\end{tabular}"])

    def _repr_latex_(self) -> str:
        rows = [
            rf"\text{{{phase.name}}} & \text{{{phase.title}}} & "
            rf"{latex(phase.risk.expr)} & {latex(phase.region)} \\"
            for phase in self.phases
        ]
        return "$$\\begin{array}{llll}\n" + "\n".join(rows) + "\n\\end{array}$$"

    def _point(self, *, a: Exact, ell: Exact, gamma: Exact, b: Exact | None) -> dict[Expr, Expr]:
        point = {
            symbols.a: _exact("a", a),
            symbols.ell: _exact("ell", ell),
            symbols.gamma: _exact("gamma", gamma),
        }
        if point[symbols.gamma] <= Rational(1, 2):
            raise ValueError(f"gamma={gamma} is not allowed: a target of finite energy has gamma > 1/2")
        if (b is None) == (self.noise == "scaled"):
            allowed = "must be given" if self.noise == "scaled" else "must not be given"
            raise ValueError(f"b={b}: {allowed} in a diagram with noise={self.noise!r}")
        if b is not None:
            point[symbols.b] = _exact("b", b)
        return point


def _weak(relation: Any) -> Any:
    """The strict inequality with its boundary."""
    return Ge(relation.gts, relation.lts)


_NUMBER_NEEDED = "a finite real number: int, Fraction, float or a SymPy number"


def _exact(name: str, value: Any) -> Expr:
    if isinstance(value, bool):
        raise ValueError(f"{name}={value!r} is not allowed: {_NUMBER_NEEDED}")
    if isinstance(value, int | RationalNumber):
        return Rational(int(value.numerator), int(value.denominator))
    if isinstance(value, float) and value - value == 0:
        return Rational(*value.as_integer_ratio())
    if isinstance(value, Expr) and value.is_number and value.is_real and value.is_finite:
        return value
    raise ValueError(f"{name}={value!r} is not allowed: {_NUMBER_NEEDED}")


def phase_diagram(
    model: StateEvolution, *, noise: Noise = "fixed", estimator: Estimator = "erm"
) -> PhaseDiagram:
    """Derive the phase diagram of a network, with gamma symbolic; cached within the process.

    Args:
        model: ``diagonal``, ``quadratic`` or a ``StateEvolution`` of your own.
        noise: "fixed", label noise of order one, Delta = d**0.
        estimator: "erm", the minimiser of the regularised loss.

    Raises:
        ValueError: when an argument is none of these.
        NotImplementedError: for noise "scaled" or "none" and estimator "bayes", which are not derived yet.
        IncompleteDiagram: when the hypotheses leave an open region of exponents without a phase.

    >>> from asymptotics import diagonal
    >>> [phase.name for phase in phase_diagram(diagonal).phases]
    ['I', 'I', 'II', 'III', 'V', 'VI', 'VI']
    """
    if not isinstance(model, StateEvolution):
        raise ValueError(f"model={model!r} is not allowed: a StateEvolution, such as diagonal or quadratic")
    if noise not in ("fixed", "scaled", "none"):
        raise ValueError(f"noise={noise!r} is not allowed: 'fixed', 'scaled' or 'none'")
    if estimator not in ("erm", "bayes"):
        raise ValueError(f"estimator={estimator!r} is not allowed: 'erm' or 'bayes'")
    return _diagram(model, noise, estimator)


@cache
def _diagram(model: StateEvolution, noise: Noise, estimator: Estimator) -> PhaseDiagram:
    phases, boundaries = _derived(BayesOptimal(model) if estimator == "bayes" else model, noise)
    return PhaseDiagram(model, noise, estimator, phases, boundaries)


@cache
def _derived(model: Model, noise: Noise) -> tuple[tuple[Phase, ...], tuple[Boundary, ...]]:
    """The phases and their boundaries."""
    scales = Scales(noise)
    balances = dominant_balances(model, scales)
    _check_coverage(model, balances, scales)
    phases = sorted((_phase(model, balanced) for balanced in balances), key=lambda phase: phase.name)
    return tuple(phases), tuple(_boundaries(phases, scales))


def _check_coverage(model: Model, balances: tuple[Balanced, ...], scales: Scales) -> None:
    everywhere = (FIELD.one, *(FIELD.zero,) * len(scales.exponents))  # 1 > 0
    whole = [everywhere, *scales.window]

    def first_gap(domain: Domain) -> tuple[Form, ...]:
        cells = [balanced.facets for balanced in balances if overlap(balanced.domain, domain)]
        return tuple(next(uncovered(cells, whole, domain), ()))

    for domain in common_parts([balanced.domain for balanced in balances]):
        for part, gap in split_at_sign_changes(first_gap, domain):
            if gap:
                conditions = [
                    *(_inequality(form, scales, part) for form in irredundant(gap[1:], (), part)),
                    *interval_conditions(part, EVERYWHERE),
                ]
                where = " and ".join(map(str, conditions)) or "the exponents are what they may"
                raise IncompleteDiagram(f"no dominant balance of the {model.name} model holds where {where}")


def _phase(model: Model, balanced: Balanced) -> Phase:
    name, title, why = model.describe(balanced.hypothesis)
    inequalities = (_inequality(facet, balanced.scales, balanced.domain) for facet in balanced.facets)
    return Phase(
        name=name,
        title=title,
        region=And(*inequalities, *interval_conditions(balanced.domain, EVERYWHERE), evaluate=False),
        risk=risk_law(balanced),
        effective_noise=law_of(balanced, "effective_noise"),
        threshold=law_of(balanced, "threshold"),
        learned=law_of(balanced, "learned"),
        degrees_of_freedom=law_of(balanced, "degrees_of_freedom"),
        why=why,
        balance=balanced,
    )


def _inequality(form: Form, scales: Scales, domain: Domain) -> Any:
    """The form > 0, solved for ell where it holds ell, else for a or b."""
    exponents = scales.exponents
    order = sorted(range(len(exponents)), key=lambda i: exponents[i] != symbols.ell)
    index = next(i for i in order if form[i + 1] != FIELD.zero)
    pivot = form[index + 1]
    rest = tuple(FIELD.zero if i == index + 1 else -c / pivot for i, c in enumerate(form))
    bound = scales.expression(rest)
    positive = sign(pivot, domain) > 0
    return exponents[index] > bound if positive else exponents[index] < bound


def _boundaries(phases: list[Phase], scales: Scales) -> Iterator[Boundary]:
    for first, second in combinations(phases, 2):
        one, other = first.balance, second.balance
        shared = overlap(one.domain, other.domain)
        if shared is None:
            continue
        touch = partial(shared_wall, one.facets, other.facets, scales.window)
        walls = split_at_sign_changes(touch, shared)
        for part, wall in walls:
            if wall is not None:
                inequality = _inequality(wall, scales, part)
                jump = (first.risk.exponent - second.risk.exponent).subs(inequality.lhs, inequality.rhs)
                relation = Eq(inequality.lhs, inequality.rhs)
                yield Boundary((first, second), relation, simplify(jump) == 0)
