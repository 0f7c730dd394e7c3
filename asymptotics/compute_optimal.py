r"""Compute-optimal training: at compute C = (size) x (steps), the size with the least loss.

A `System` with one coordinate tau declares the loss after t = d^tau steps at d parameters.  C = t d is d^(1 +
tau), so that in the phase where the loss is d^(p + q tau)

    loss = C^((p + q tau)/(1 + tau)),      d = C^(1/(1 + tau)),

and the sign of the derivative of the exponent in tau is that of q - p, the same in all of the phase.  So the
least loss lies where two phases meet, in the first of which more steps with fewer parameters are better, q <
p, and in the second of which they are worse.  Two terms of the loss are equal there.

Worked by hand, alpha > 1/2 and beta < 1/2: the loss is t^-(1 + (beta - 1/2)/alpha) up to t = d^(2 alpha), and
from there on d^(1 - 2 alpha - 2 beta).  They meet at tau = 2 alpha: d = C^(1/(1 + 2 alpha)), and the loss is
C^-((2 alpha + 2 beta - 1)/(2 alpha + 1)).

Which phases meet at the optimum depends on alpha and beta: signs of polynomials in the two, each decided
exactly in all of a region (``algebra.curved``).  The names of these regions are those of arXiv:2405.15074.

In this order: `ComputeOptimal`, `compute_optimal`, how optima are found, and their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, overload

from sympy import And, Expr, factor, latex, minimal_polynomial

from asymptotics.algebra.curved import CurvedDomain
from asymptotics.algebra.polyhedra import (
    FIELD,
    PARAMETERS,
    Coefficient,
    Domain,
    coefficient,
    common_facet,
    difference,
    feasible,
    is_zero,
    overlap,
    sign,
    split_at_sign_changes,
)
from asymptotics.algebra.regions import interval_conditions
from asymptotics.diagram import Exact, phase_diagram
from asymptotics.displays import Displayed
from asymptotics.expressions.checks import exact_exponent, require
from asymptotics.expressions.pickling import Stored, conjunction
from asymptotics.lines import OnBoundary, written
from asymptotics.phases.phase import Phase
from asymptotics.symbols import alpha as decay_of_features
from asymptotics.symbols import beta as decay_of_target
from asymptotics.systems.system import System

_PAPER: Mapping[tuple[str, str], Mapping[tuple[int, int], str]] = {
    ("F_pp", "F_0"): {(1, -1): "Ia", (-1, -1): "Ib", (-1, 1): "Ic"},
    ("F_pp", "F_ac"): {(1, 1): "II"},
    ("K_pp", "F_ac"): {(1, 1): "III"},
    ("K_pp", "F_0"): {(-1, 1): "IVa"},
    ("F_pp", "K_pp"): {(-1, 1): "IVb"},
}
"""The names of the paper: by the terms that meet, and the signs of 2 alpha - 1 and 2 beta - 1."""


@dataclass(frozen=True, repr=False)
class ComputeOptimal(Displayed, Stored):
    """The size with the least loss at given compute.

    Attributes:
        phase: as in arXiv:2405.15074, "Ia" to "IVb"; of other systems the terms that meet.
        loss_exponent: of C, of the least loss.
        size_exponent: of C, of the size d.
        tau: the steps are d**tau.
        terms: those equal at the optimum: the one that leads with fewer steps, and with more.
        region: where this is so.
        why: in a sentence.
        phases: of the loss, that meet there.
    """

    phase: str
    loss_exponent: Expr
    size_exponent: Expr
    tau: Expr
    terms: tuple[str, str]
    region: And
    why: str
    phases: tuple[Phase, Phase]

    @property
    def name(self) -> str:
        """The same as ``phase``."""
        return self.phase

    def _title(self) -> str:
        where = " and ".join(map(str, self.region.args)) or "everywhere"
        return (
            f"ComputeOptimal {self.phase}: loss C^({self.loss_exponent}) at d = C^({self.size_exponent}), "
            f"{where}"
        )

    def _repr_latex_(self) -> str:
        loss, size = latex(self.loss_exponent), latex(self.size_exponent)
        return rf"$\text{{{self.phase}:}}\quad \text{{loss}} \sim C^{{{loss}}},\quad d \sim C^{{{size}}}$"


@overload
def compute_optimal(
    model: System, *, alpha: None = None, beta: None = None
) -> tuple[ComputeOptimal, ...]: ...


@overload
def compute_optimal(model: System, *, alpha: Exact, beta: Exact) -> ComputeOptimal: ...


def compute_optimal(
    model: System, *, alpha: Exact | None = None, beta: Exact | None = None
) -> ComputeOptimal | tuple[ComputeOptimal, ...]:
    """The size with the least loss at compute C, and that loss.

    Args:
        model: ``one_pass_sgd``, or another `System` in alpha and beta with one coordinate, whose one variable
            besides d is the number of steps.
        alpha: decay of the features; a number, or None to leave both open.
        beta: decay of the target's coefficients, likewise.

    Returns:
        The optimum at numbers, with exact exponents.  Where both are left open, one for each region of the
        (alpha, beta) plane, the exponents expressions in them.

    Raises:
        OnBoundary: the point lies between regions; ``phases`` are the optima on its sides.
        InvalidArgument: when an argument is not of its kind, or the point outside of the domain.
        ValueError: when at some (alpha, beta) the loss falls with ever fewer parameters.

    >>> from asymptotics.models import one_pass_sgd
    >>> optimum = compute_optimal(one_pass_sgd, alpha=0.75, beta=0.25)
    >>> optimum.phase, optimum.loss_exponent, optimum.size_exponent
    ('Ia', -2/5, 2/5)
    >>> print(optimum.why)  # doctest: +NORMALIZE_WHITESPACE
    At t = d^(3/2) steps F_pp and F_0 are equal: with more parameters there are fewer steps, and more of F_pp
    is left; with fewer, more of F_0.
    """
    is_one = isinstance(model, System) and _has_one_coordinate(model)
    require(is_one, "model", model, "a System with one coordinate, such as one_pass_sgd")
    if alpha is None and beta is None:
        return _optima(model)
    given = {"alpha": alpha, "beta": beta}
    for name, value in given.items():
        require(value is not None, name, None, "given where the other is")
    point: dict[Expr, Expr] = {
        decay_of_features: exact_exponent("alpha", alpha),
        decay_of_target: exact_exponent("beta", beta),
    }
    model.check_parameters(point)
    at = [o for o in _optima(model) if all((x.gts - x.lts).subs(point) >= 0 for x in o.region.args)]
    inside = [o for o in at if all((x.gts - x.lts).subs(point) > 0 for x in o.region.args)]
    if not inside:
        raise OnBoundary(", ".join(f"{p} = {written(x)}" for p, x in point.items()), tuple(at))
    return _at(inside[0], point)


def _at(optimum: ComputeOptimal, point: Mapping[Expr, Expr]) -> ComputeOptimal:
    """The optimum at numbers."""
    tau = optimum.tau.subs(point)
    return replace(
        optimum,
        loss_exponent=optimum.loss_exponent.subs(point),
        size_exponent=optimum.size_exponent.subs(point),
        tau=tau,
        why=_why(optimum.terms, tau),
    )


def _has_one_coordinate(model: System) -> bool:
    """Whether what scales with d is one variable, the steps, as a power d**tau of its own."""
    growing = [exponent for exponent in model.scales.values() if exponent != 0]
    return len(growing) == 1 and growing[0].is_Symbol


# --- how optima are found


@cache
def _optima(model: System) -> tuple[ComputeOptimal, ...]:
    """One for each region, joined where they differ in nothing but the region."""
    phases = phase_diagram(model).phases
    parts = split_at_sign_changes(partial(_meeting, phases), model.box)
    optima = [(domain, _optimum(phases[i], phases[j], domain, model)) for domain, (i, j) in parts]
    return tuple(
        replace(optimum, region=conjunction(interval_conditions(domain, model.box)))
        for domain, optimum in sorted(_joined(optima), key=lambda pair: pair[1].phase.swapcase())
    )


def _meeting(phases: Sequence[Phase], domain: Domain) -> tuple[int, int]:
    """The phases between which the least loss lies, in a domain where it is settled.

    Raises:
        SignChange: when it is not.
    """
    here = [
        (k, phase)
        for k, phase in enumerate(phases)
        if _is_within(domain, phase.balance.domain)
        and feasible([*phase.balance.facets, *phase.balance.scales.window], domain)
    ]
    earlier = [(k, phase) for k, phase in here if _slope(phase, domain) < 0]
    later = [(k, phase) for k, phase in here if _slope(phase, domain) > 0]
    meetings = [
        (one, other)
        for one, first in earlier
        for other, second in later
        if common_facet(first.balance.facets, second.balance.facets, first.balance.scales.window, domain)
    ]
    best = [pair for pair in meetings if not any(_is_less(phases, other, pair, domain) for other in meetings)]
    if not best:
        raise ValueError("the loss has no minimum in the number of parameters at given compute")
    return best[0]


def _is_within(domain: Domain, whole: Domain) -> bool:
    """Whether a domain lies in that of a phase; it lies in it or outside.

    Raises:
        SignChange: it does neither.
    """
    if overlap(domain, whole) is None:
        return False
    for parameter, ends, own in zip(PARAMETERS, whole, domain, strict=False):
        for end in set(ends) - set(own):
            if end.is_finite:
                sign(coefficient(minimal_polynomial(end, parameter)), domain)
    for side in getattr(whole, "positive", ()):
        sign(coefficient(side), domain)
    return True


def _slope(phase: Phase, domain: Domain) -> int:
    """Sign of the derivative in tau of the exponent of C: that of q - p."""
    assert phase.balance.risk is not None
    constant, slope = phase.balance.scales.exponent(phase.balance.risk)
    return sign(slope - constant, domain)


def _place(one: Phase, other: Phase, domain: Domain) -> Any:
    """Where two phases meet: tau, in the field."""
    facet = common_facet(one.balance.facets, other.balance.facets, one.balance.scales.window, domain)
    assert facet is not None
    return -facet[0] / facet[1]


def _loss(phase: Phase, tau: Any) -> Any:
    """The exponent of C of its loss at tau, in the field."""
    assert phase.balance.risk is not None
    constant, slope = phase.balance.scales.exponent(phase.balance.risk)
    return (constant + slope * tau) / (1 + tau)


def _is_less(phases: Sequence[Phase], one: tuple[int, int], other: tuple[int, int], domain: Domain) -> bool:
    """Whether the loss is less where one pair of phases meets than where another does."""
    if one == other:
        return False
    losses = (_loss(phases[i], _place(phases[i], phases[j], domain)) for i, j in (one, other))
    return sign(next(losses) - next(losses), domain) < 0


def _joined(optima: list[tuple[Domain, ComputeOptimal]]) -> list[tuple[Domain, ComputeOptimal]]:
    """Optima that differ in their region alone are one, where two regions make one box."""
    for i, (domain, one) in enumerate(optima):
        for j, (beside, other) in enumerate(optima[:i]):
            alike = (one.phase, one.loss_exponent, one.tau) == (other.phase, other.loss_exponent, other.tau)
            whole = _union(domain, beside) if alike else None
            if whole is not None:
                rest = [pair for k, pair in enumerate(optima) if k not in (i, j)]
                return _joined([*rest, (whole, one)])
    return optima


def _union(one: Domain, other: Domain) -> Domain | None:
    """The domain that two make, but for the line between them; None if they make none."""
    sides = [set(getattr(domain, "positive", ())) for domain in (one, other)]
    differ = [k for k, (x, y) in enumerate(zip(one, other, strict=True)) if x != y]
    if len(differ) != 1 or sides[0] != sides[1]:
        return None
    (k,) = differ
    (low, end), (start, high) = sorted((one[k], other[k]))
    if end != start:
        return None
    box = (*one[:k], (low, high), *one[k + 1 :])
    return CurvedDomain(box, one.positive) if isinstance(one, CurvedDomain) else box


# --- what is said of them


def _optimum(one: Phase, other: Phase, domain: Domain, model: System) -> ComputeOptimal:
    tau = _place(one, other, domain)
    terms = (_term(one, model), _term(other, model))
    written = _factored(tau)
    return ComputeOptimal(
        phase=_label(terms, domain),
        loss_exponent=_factored(_loss(one, tau)),
        size_exponent=_factored(1 / (1 + tau)),
        tau=written,
        terms=terms,
        region=conjunction([]),
        why=_why(terms, written),
        phases=(one, other),
    )


def _factored(value: Coefficient) -> Expr:
    """An element of the field in factors, as SymPy would build it from them: so that a copy is equal."""
    product = factor(FIELD.to_sympy(value))
    return product.func(*product.args) if product.args else product


def _term(phase: Phase, model: System) -> str:
    """The quantity that leads the loss in a phase, by name: of those that grow alike the first declared."""
    scales, risk = phase.balance.scales, phase.balance.risk
    assert risk is not None
    return next(_leaders(phase, model, scales.exponent(risk)), phase.hypothesis.risk)


def _leaders(phase: Phase, model: System, exponent: Any) -> Iterator[str]:
    for name in model.quantities:
        law = phase.laws.get(name)
        terms = phase.balance.leading_terms(name) if law is not None else []
        alike = (
            is_zero(difference(phase.balance.scales.exponent(t), exponent)) for _, part in terms for t in part
        )
        if terms and all(alike) and any(part for _, part in terms):
            yield name


def _label(terms: tuple[str, str], domain: Domain) -> str:
    names = _PAPER.get(terms, {})
    for signs, name in names.items():
        sides = (2 * decay_of_features - 1, 2 * decay_of_target - 1)
        if all(sign(coefficient(side), domain) == s for side, s in zip(sides, signs, strict=True)):
            return name
    return " = ".join(terms)


def _why(terms: tuple[str, str], tau: Expr) -> str:
    first, second = terms
    return (
        f"At t = d^({tau}) steps {first} and {second} are equal: with more parameters there are fewer steps, "
        f"and more of {first} is left; with fewer, more of {second}."
    )
