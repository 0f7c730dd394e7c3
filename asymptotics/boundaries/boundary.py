"""A boundary: where the regions of two phases touch, and the law across it.

Where a boundary lies, whether the risk jumps there, its type and its mechanism are known from its two phases
alone.  The law is derived when it is asked for: by ``crossover`` for networks, by ``width`` where their
width binds, by ``linear`` for linear estimators, by ``systems`` for systems.

In this order: ``Boundary``, ``boundaries_between``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

from sympy import Eq, Expr, Rational, S, Symbol, lcm_list, limit, log, nan, zoo

from asymptotics.algebra.monomials import Scales, Term, simplified, solve_monomial_balances, tidy
from asymptotics.algebra.polyhedra import (
    FIELD,
    PARAMETERS,
    Domain,
    Form,
    at_value,
    coefficient,
    common_facet,
    difference,
    feasible,
    is_zero,
    meeting_point,
    overlap,
    restricted,
    sign,
    split_at_sign_changes,
    where_they_meet,
)
from asymptotics.algebra.regions import inequality
from asymptotics.balance.dominant_balance import Balanced, at_solution
from asymptotics.balance.laws import Law, Logarithm, law
from asymptotics.boundaries.crossover import network_law
from asymptotics.boundaries.law import BoundaryLaw
from asymptotics.boundaries.linear import laurent, linear_law, mechanism_of_linear, type_of_linear
from asymptotics.boundaries.systems import mechanism_of_system, system_law, type_of_system
from asymptotics.boundaries.types import BoundaryTerms, BoundaryType, boundary_terms, mechanism_of
from asymptotics.boundaries.width import binds, law_across, mechanism_across, type_across
from asymptotics.displays import Displayed, short
from asymptotics.models.ridge import RidgeRegression
from asymptotics.phases.phase import Phase
from asymptotics.symbols import d
from asymptotics.systems.system import System

_DIGITS = 40
"""Of rational numbers next to a root."""


@dataclass(frozen=True, repr=False)
class Boundary(Displayed):
    """Where the regions of two phases touch.

    Attributes:
        phases: the two, in the order of the diagram.
        relation: the boundary, an equation in a, ell, (b) and the parameters of the model; or, where a
            parameter passes a value at which a sum changes its leading end, or two terms exchange the lead,
            that value.
        continuous: whether the two risk exponents agree there.
    """

    phases: tuple[Phase, Phase]
    relation: Eq
    continuous: bool

    def _title(self) -> str:
        jump = "the risk exponent is continuous" if self.continuous else "the risk exponent jumps"
        return f"Boundary of {self._label()} at {short(self.relation, 100)}: {jump}"

    def _label(self) -> str:
        return " and ".join(phase.name for phase in self.phases)

    @property
    def type(self) -> BoundaryType:
        """What makes the law change there.

        Raises:
            NotImplementedError: when the phases are not those of a network or a linear estimator.
        """
        if self._is_narrow:
            return type_across(self.phases, self.relation, self.continuous)
        if self._is_of_system:
            return type_of_system(self.phases)
        return type_of_linear(self.phases) if self._is_linear else self._terms().type

    @property
    def mechanism(self) -> str:
        """What happens there, in a sentence.

        Raises:
            NotImplementedError: when the phases are not those of a network or a linear estimator.

        >>> from asymptotics import phase_diagram, quadratic
        >>> boundaries = phase_diagram(quadratic).boundaries
        >>> next(b for b in boundaries if [p.name for p in b.phases] == ["II", "VIa"]).mechanism
        ... # doctest: +ELLIPSIS
        'Weight decay lowers the threshold kappa to the noise, which ends at kappa = 2 delta; ...'
        """
        if self._is_linear:
            return mechanism_of_linear(self.phases, self.relation, self.continuous)
        if self._is_of_system:
            return mechanism_of_system(self.phases, self.relation)
        if self._is_narrow:
            return mechanism_across(self.phases, self.relation, self.continuous)
        return mechanism_of(self._terms())

    def law(self) -> BoundaryLaw:
        """The law that holds on both sides and in between; cached within the process.

        Raises:
            NotImplementedError: when the law needs what the network does not declare; it says what.

        >>> from asymptotics import phase_diagram, quadratic
        >>> boundaries = phase_diagram(quadratic).boundaries
        >>> boundary = next(b for b in boundaries if [p.name for p in b.phases] == ["IV", "V"])
        >>> at = {"gamma": 1, "n_eff": 10**4, "d": 10**9, "weight_decay": 1e-9, "noise_variance": 1}
        >>> law, phases = boundary.law(), boundary.phases
        >>> law.type.value, float(law.evaluate(**at) / sum(p.risk.evaluate(**at) for p in phases))
        ('crossover', 1.0)
        """
        if self._is_linear:
            return linear_law(self.phases, self.relation, self.continuous)
        if self._is_of_system:
            return replace(
                system_law(self.phases, self.relation, self.continuous), on_boundary=self._law_on_boundary()
            )
        if self._is_narrow:
            return law_across(self.phases, self.relation, self.continuous)
        return network_law(self._terms())

    @property
    def _is_narrow(self) -> bool:
        """Whether the width binds on a side."""
        return any(map(binds, self.phases))

    def on_boundary(self) -> Law:
        """The law of the risk of a `System` exactly where a parameter has the value that it passes.

        There the two ends of a sum of powers grow alike, and a logarithm takes the place of either.

        Raises:
            NotImplementedError: when the boundary is none at which a parameter passes a value, or the phases
                of none of a system; when other terms lead on the other side; when more than one logarithm
                or another than log d appears; and when resonant terms make the risk.

        >>> from asymptotics import phase_diagram
        >>> from asymptotics.models import one_pass_sgd
        >>> boundaries = phase_diagram(one_pass_sgd).boundaries
        >>> missed = [b for b in boundaries if b.relation.lhs.name == "beta" and b.phases[0].name == "F_0"]
        >>> [boundary.on_boundary().expr for boundary in missed[:1]]
        [log(d)/d**(2*alpha)]
        """
        is_one = isinstance(self.phases[0].balance.model, System) and self.relation.lhs in PARAMETERS
        if not is_one:
            raise NotImplementedError(f"at {self.relation} no parameter of a system passes a value")
        if self.relation.rhs.is_number and not self.relation.rhs.is_Rational:
            raise NotImplementedError(f"at {self.relation} powers are no rational numbers")
        if self.phases[0].balance.hypothesis != self.phases[1].balance.hypothesis:
            raise NotImplementedError(f"at {self.relation} other terms lead on the other side")
        return _law_at_value(self.phases, self.relation)

    @property
    def _is_linear(self) -> bool:
        return isinstance(self.phases[0].balance.model, RidgeRegression)

    @property
    def _is_of_system(self) -> bool:
        return isinstance(self.phases[0].balance.model, System)

    def _law_on_boundary(self) -> Law | None:
        """That of ``on_boundary``; None where there is none."""
        try:
            return self.on_boundary()
        except NotImplementedError:
            return None

    def _terms(self) -> BoundaryTerms:
        return boundary_terms(self.phases, self.relation, self.continuous)


def _law_at_value(phases: tuple[Phase, Phase], relation: Eq) -> Law:
    """The law of the risk at a value of a parameter: the equations, with what their terms are there."""
    one, other = (phase.balance for phase in phases)
    balances = [
        (_at_value(equation.left, relation), _merged(below, above, relation))
        for (equation, below), (_, above) in zip(one.balances, other.balances, strict=True)
    ]
    solution = solve_monomial_balances(balances, one.regime.unknowns)
    if solution is None:
        raise NotImplementedError(f"at {relation} the equations do not determine the unknowns")
    risk = at_solution(solution, _merged(_risk_term(one), _risk_term(other), relation))
    return law((tidy(risk),), one.scales, Logarithm(log(d), S.One), one.domain)


def _risk_term(balanced: Balanced) -> Term:
    """The one term that makes the risk, before the unknowns are solved for."""
    risk = balanced.risk
    alike = [
        t for t in balanced.regime.risk if risk is not None and balanced.grows_like(balanced.known(t), risk)
    ]
    if len(alike) != 1:
        raise NotImplementedError("the risk is made by resonant terms, or by none")
    return alike[0]


def _at_value(value: Term, relation: Eq) -> Term:
    """A term where the parameter has its value."""
    powers = ((v, *at_value((power,), *relation.args)) for v, power in value.powers)
    coefficient = value.coefficient.subs(*relation.args)
    if coefficient.has(nan):  # a zero and a pole
        coefficient = limit(value.coefficient, *relation.args)
    return replace(
        value,
        coefficient=coefficient,
        powers=tuple((v, power) for v, power in powers if power != FIELD.zero),
    )


def _merged(below: Term, above: Term, relation: Eq) -> Term:
    """What two ends of a sum become where they grow alike: m (-rho/h + rho/h d^(k h)) is m rho k log d."""
    if _at_value(below, relation).powers != _at_value(above, relation).powers:
        raise NotImplementedError(f"terms on either side of {relation} do not grow alike there")
    if below.coefficient == above.coefficient and below.powers == above.powers:
        return _at_value(below, relation)
    poles = [laurent(t.coefficient, relation).pole for t in (below, above)]
    rates = {
        v: FIELD.to_sympy(above.power(v) - below.power(v)).diff(relation.lhs).subs(*relation.args)
        for v in {**dict(below.powers), **dict(above.powers)}
    }
    if (
        poles[1] == 0
        or simplified(poles[0] + poles[1]) != 0
        or {v for v, x in rates.items() if x != 0} != {d}
    ):
        raise NotImplementedError(f"terms on either side of {relation} make no logarithm of d there")
    merged = _at_value(replace(below, coefficient=simplified(poles[1] * rates[d])), relation)
    return replace(merged, log_power=FIELD.one)


def boundaries_between(phases: Sequence[Phase], scales: Scales) -> Iterator[Boundary]:
    """Facets that the regions of two phases share, and values of a parameter between two regions."""
    for first, second in combinations(phases, 2):
        one, other = first.balance, second.balance
        shared = overlap(one.domain, other.domain)
        if shared is None:
            yield from _where_a_parameter_passes(first, second, scales)
            continue
        touch = partial(common_facet, one.facets, other.facets, scales.window)
        facets = split_at_sign_changes(touch, shared)
        for part, facet in facets:
            if facet is not None:
                side = inequality(facet, scales, part)
                yield Boundary((first, second), Eq(side.lhs, side.rhs), _meet(one, other, facet))


def _where_a_parameter_passes(first: Phase, second: Phase, scales: Scales) -> Iterator[Boundary]:
    """The boundary between regions that differ in a parameter of the model: it passes a value there.

    The same terms may lead on both sides, with another end of a sum, or others.
    """
    one, other = first.balance, second.balance
    point = meeting_point(one.domain, other.domain)
    if point is None:
        return
    # the forms hold the parameter no more
    sides = [(one.facets, one.domain), (other.facets, other.domain), (scales.window, one.domain)]
    forms = [
        [_in_the_limit(form, domain, (point[0], value)) for facets, domain in sides for form in facets]
        for value in _rationals_at(point[1])
    ]
    others = where_they_meet(one.domain, other.domain, point, scales.domain)
    if others is None:
        return

    def may_touch(domain: Domain) -> bool:
        return all(feasible(of_value, domain) for of_value in forms)

    for _, touch in split_at_sign_changes(may_touch, others):
        if touch:
            yield Boundary((first, second), Eq(*point), _agree(one, other, point))


def _rationals_at(value: Expr) -> tuple[Expr, ...]:
    """A value that forms can hold; two next to one that is a root such as sqrt(3), on either side.

    >>> low, high = _rationals_at(S(3) ** S.Half)
    >>> low**2 < 3 < high**2
    True
    """
    if value.is_number and not value.is_Rational:
        near, step = Rational(str(value.evalf(_DIGITS))), Rational(10) ** (5 - _DIGITS)
        return near - step, near + step
    return (value,)


def _in_the_limit(form: Form, domain: Domain, point: tuple[Symbol, Expr]) -> Form:
    """A positive form where a parameter has a value at the end of a domain, times what cancels its poles.

    >>> from sympy import Rational
    >>> from asymptotics.algebra.polyhedra import EVERYWHERE, coefficient
    >>> from asymptotics.symbols import gamma
    >>> one, form = Rational(1), (coefficient(1), coefficient(1 / (1 - gamma)))
    >>> [
    ...     _in_the_limit(form, (side, EVERYWHERE[1]), (gamma, one))
    ...     for side in ((one / 2, one), (one, 2 * one))
    ... ]
    [(0, 1), (0, -1)]
    """
    denominators = [FIELD.to_sympy(c).as_numer_denom()[1] for c in form]
    poles = [q for q in denominators if q.subs(*point).expand() == 0]
    if poles:
        whole = coefficient(lcm_list(poles))
        form = tuple(c * whole * sign(whole, domain) for c in form)
    return at_value(form, *point)


def _agree(one: Balanced, other: Balanced, point: tuple[Expr, Expr]) -> bool:
    """Whether the exponents of two risks agree at a value of a parameter."""
    if one.risk is None or other.risk is None:
        return False
    exponents = one.scales.exponent(one.risk), other.scales.exponent(other.risk)
    below, above = ([FIELD.to_sympy(c).subs(*point) for c in exponent] for exponent in exponents)
    grows = any(c.has(zoo) for c in (*below, *above))
    return not grows and all(simplified(x - y) == 0 for x, y in zip(below, above, strict=True))


def _meet(one: Balanced, other: Balanced, facet: Form) -> bool:
    """Whether the exponents of two risks agree on a facet; exact recovery leaves no risk."""
    if one.risk is None or other.risk is None:
        return False
    jump = difference(one.scales.exponent(one.risk), other.scales.exponent(other.risk))
    return is_zero(restricted(jump, facet))
