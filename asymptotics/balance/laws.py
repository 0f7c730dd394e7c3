"""A scaling law: the leading behaviour of one quantity as the dimension grows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple

import mpmath
from sympy import Add, And, Expr, Max, Mul, Piecewise, S, apart, latex, log, nan, oo, zoo

from asymptotics import symbols, words
from asymptotics.algebra.monomials import (
    Scales,
    Term,
    bulk_freedom,
    collected,
    in_positive_factors,
    simplified,
)
from asymptotics.algebra.polyhedra import EVERYWHERE, FIELD, PARAMETERS, Domain, SignChange, coefficient, sign
from asymptotics.algebra.regions import interval_conditions
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.next_order import RISK, next_order
from asymptotics.displays import Display, Displayed, short
from asymptotics.expressions.checks import (
    InvalidArgument,
    exact_exponent,
    exact_number,
    require,
    require_name,
)
from asymptotics.expressions.evaluation import (
    Intervals,
    Vectorised,
    at_source,
    check_domain,
    in_the_limit,
    value_of,
)
from asymptotics.expressions.notation import write_expression
from asymptotics.expressions.point import Number, PhysicalPoint, own_variables, point_of
from asymptotics.symbols import d, gamma, n_eff, noise_variance, weight_decay

EXPONENTS: Mapping[str, Expr] = {x: getattr(symbols, x) for x in ("gamma", "a", "ell", "b", "source")}
"""What the exponents and constants of a law may hold, by the name of the argument."""

dimension = symbols.d


class NoSuchLaw(ValueError):
    """A phase that does not have what was asked for, as estimators that train no weights have no spectrum."""


@dataclass(frozen=True)
class PowerLaw(Displayed):
    """``constant * d**exponent * log(d)**log_exponent``: a law at given exponents.

    The exponents are exact SymPy numbers, and at simple ones the constant is; ``float`` of each is its value.
    """

    constant: Expr
    exponent: Expr
    log_exponent: Expr

    def evaluate(self, d: Number) -> mpmath.mpf:
        """The value at a dimension, at the working precision of mpmath.

        Raises:
            InvalidArgument: d is no number above 1.

        >>> PowerLaw(S(2), S(3), S.Zero).evaluate(10)
        mpf('2000.0')
        """
        at = exact_number("d", d)
        require(bool(at > 1), "d", d, "a number above 1")
        if self.constant == 0:
            return mpmath.mpf(0)
        powers = dimension**self.exponent * log(dimension) ** self.log_exponent
        return value_of(self.constant * powers, PhysicalPoint(d=at))


@dataclass(frozen=True, repr=False)
class Law(Displayed):
    """Leading behaviour ``constant * d**exponent * log(d)**log_exponent``.

    ``expr`` is the same in the physical variables d, n_eff, weight_decay, noise_variance and gamma.
    The other three are what it becomes under n_eff = d**a, weight_decay = d**ell and noise_variance = d**-b
    (or 1, when the diagram is at fixed noise).  A quantity that vanishes faster than every power of d, such
    as the number of learned modes when nothing is learned, has ``expr`` and ``constant`` 0 and exponent -oo.

    Their symbols are those of ``symbols``, with assumptions: ``expr.subs("gamma", 1)`` names another symbol,
    and so replaces nothing.  ``evaluate``, ``numpy`` and ``at`` take numbers by name.

    Where noise has a soft edge, logarithms appear, and what is left of ``expr`` is of relative order
    log log d/log d if it holds one, 1/log d if not: percents at any d that is ever computed, of either sign.
    There ``corrected`` holds Lambert's function W in place of the logarithm, and what is left of it is of
    relative order 1/L**``corrected_order`` as L = log(1/D_b) grows, which is (1 - a) log d to leading order.
    The order is 2 for risk, effective noise, threshold, learned modes, degrees of freedom and training loss,
    whose next term is derived, too (``next_order``), and 1 for parts of the risk and for the spectrum.
    Elsewhere ``corrected`` is None, and what is left of ``expr`` is a power of d.

    The order says nothing about one d: ``corrected`` is the law to compare with where (1 - a) log d is large,
    and near a = 1 it is large at no d in reach.  Measured in phase V of the diagonal network (gamma = 5/4,
    ell = -5, a = 9/10), the corrected risk is off by 79 % at d = 10**6, 37 % at 10**10, 6 % at 10**30, where
    ``expr`` is off by 4 to 5 %; they are level at (1 - a) log d = 8, and at 10**100, where it is 23, 0.6 %
    stand against 3 %.

    >>> from asymptotics import diagonal, phase_diagram
    >>> law = phase_diagram(diagonal).locate(a=3, ell=0, gamma=1).risk
    >>> law.expr, law.exponent
    (Delta*d/n_eff, 1 - a)
    >>> phase_diagram(diagonal).locate(a=0.5, ell=-1, gamma=1).risk.corrected
    2*Delta/((1 + 3/LambertW(2*d**2/(pi*n_eff**2)))*LambertW(2*d**2/(pi*n_eff**2)))
    """

    expr: Expr
    exponent: Expr
    log_exponent: Expr
    constant: Expr
    corrected: Expr | None = None
    corrected_order: int = 1
    scales: Scales | None = field(default=None, repr=False, compare=False)

    def evaluate(
        self,
        point: PhysicalPoint | None = None,
        *,
        corrected: bool = False,
        **values: Number | None,
    ) -> mpmath.mpf:
        """The value of ``expr``, at the working precision of mpmath, at any size.

        What the law does not hold may be left out; a weight decay or noise variance that it does not hold may
        be 0, for what holds at every small value.

        Args:
            point: the physical variables; or else its fields by keyword: gamma, n_eff, d, weight_decay,
                noise_variance, source, width.
            corrected: whether to take ``corrected`` where there is one; it needs a large (1 - a) log d.
            values: fields of ``PhysicalPoint``.

        Raises:
            InvalidArgument: when an argument that the law holds is missing, one is no finite number above 0,
                or gamma is 1/2 or less; where a logarithm appears at a single gamma, such as 1, for which
                there is no law; and where the law, far from its phase, has no real value.

        >>> from asymptotics import diagonal, phase_diagram
        >>> law = phase_diagram(diagonal).locate(a=3, ell=0, gamma=1).risk
        >>> law.evaluate(gamma=1, n_eff=2**300, d=2**100, weight_decay=0, noise_variance=1) == 2.0**-200
        True
        >>> law.evaluate(n_eff=2**300, d=2**100)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        asymptotics.InvalidArgument: noise_variance=None: must be a number above 0, for the law ...
        """
        expression = self._which(corrected)
        at = point_of(point, values, self._own(expression))
        check_domain(self._domain, {name: [value] for name, value in at.given.items()})
        return value_of(expression, at)

    def numpy(self, *, corrected: bool = False) -> Vectorised:
        """The law as a function of arrays, in float64: the keywords of ``evaluate``, broadcast.

        It agrees with ``evaluate`` to 1e-12 or better, and refuses what that refuses.  Each pair of gamma and
        source exponent costs about a millisecond, the rest what NumPy costs.

        Args:
            corrected: whether to take ``corrected`` where there is one; it needs a large (1 - a) log d.

        >>> from asymptotics import diagonal, phase_diagram
        >>> risk = phase_diagram(diagonal).locate(a=3, ell=0, gamma=1).risk.numpy()
        >>> risk(n_eff=[1e6, 1e8], d=100, noise_variance=1)
        array([1.e-04, 1.e-06])
        """
        return Vectorised(self._which(corrected), self._domain)

    def at(
        self,
        *,
        gamma: Number | None = None,
        a: Number | None = None,
        ell: Number | None = None,
        b: Number | None = None,
        source: Number | None = None,
        **own: Number | None,
    ) -> PowerLaw:
        """The law at exponents: one power of d, one of log d, one constant, exact.

        The constant is a number of thirty digits at exponents with a denominator above 1000, where what is
        exact has millions.  A float is the decimal that Python prints: 0.4 is 2/5.  What the law does not
        hold may be left out.  The exponents are to lie inside its phase: the law does not know where it ends.

        Args:
            gamma: decay of the target, above 1/2.
            a: n_eff = d**a.
            ell: weight_decay = d**ell.
            b: noise_variance = d**-b.
            source: source exponent r, above 0.
            own: exponents of the variables of a system of one's own, by the names of their symbols.

        Raises:
            InvalidArgument: when an exponent that the law holds is missing, one is no number, or outside of
                the theory; and where two terms of the law exchange the lead, or a logarithm appears.

        >>> from asymptotics import diagonal, phase_diagram
        >>> law = phase_diagram(diagonal).locate(a=0.5, ell=-1, gamma=1).risk
        >>> law.at(a=0.5)
        PowerLaw(constant=2, exponent=0, log_exponent=-1)
        """
        given = {"gamma": gamma, "a": a, "ell": ell, "b": b, "source": source, **own}
        at = _at(self, given)
        check_domain(self._domain, {name: [value] for name, value in given.items() if value is not None})
        return at

    def to_text(self) -> str:
        """``expr`` as plain text, with the names of the arguments of ``evaluate`` (``notation``).

        Python can read it, given the functions in it, and so can ``read_expression``, which returns ``expr``.
        A law with an integral that has no closed form (``mellin_integral``), or a function that an equation
        defines (``implicit_functions``), is written, and is not read back.

        >>> from asymptotics import diagonal, phase_diagram
        >>> from asymptotics.expressions.notation import read_expression
        >>> law = phase_diagram(diagonal).locate(a=3, ell=0, gamma=1).risk
        >>> law.to_text(), read_expression(law.to_text()) == law.expr
        ('noise_variance*d/n_eff', True)
        """
        return write_expression(self.expr)

    def to_latex(self) -> str:
        r"""``expr`` as LaTeX, without dollars; ``read_latex`` reads it back, except what ``to_text`` excepts.

        >>> from asymptotics import diagonal, phase_diagram
        >>> print(phase_diagram(diagonal).locate(a=3, ell=0, gamma=1).risk.to_latex())
        \frac{\Delta d}{n_{eff}}
        """
        return str(latex(self.expr))

    def _own(self, expression: Expr) -> tuple[str, ...]:
        """Variables of a system, which the law may hold or not."""
        known = () if self.scales is None else own_variables(*self.scales.variables, *self.scales.parameters)
        return (*dict.fromkeys((*own_variables(expression), *known)),)

    @property
    def _domain(self) -> Intervals:
        """The intervals in which the system's parameters lie, by the names of the arguments."""
        if self.scales is None:
            return ()
        names = {symbols.source: "source"}
        of = zip(PARAMETERS, self.scales.domain, strict=False)
        return tuple((names.get(p, p.name), low, high) for p, (low, high) in of)

    def _which(self, corrected: bool) -> Expr:
        require(isinstance(corrected, bool), "corrected", corrected, "True or False")
        return self.corrected if corrected and self.corrected is not None else self.expr

    def _repr_latex_(self) -> str:
        return f"${self.to_latex()}$"

    def _title(self) -> str:
        order = dimension**self.exponent * log(dimension) ** self.log_exponent
        return f"Law {short(self.expr, 120)}, of order {short(order, 50)}"

    def _display(self) -> Display:
        return super()._display()._replace(note=words.SCALES)

    def _label(self) -> Expr:
        return self.expr


# The largest denominator of exponents with which constants are exact; else their digits, and on the way.
_SIMPLE, _DIGITS, _GUARDED = 1000, 30, 50


class NoLaw(Law):
    """Stands for a law that a model does not declare: what is asked of it raises `NoSuchLaw`.

    >>> NoLaw("ridge declares no threshold").expr
    Traceback (most recent call last):
        ...
    asymptotics.balance.laws.NoSuchLaw: ridge declares no threshold
    """

    def __init__(self, why: str) -> None:
        object.__setattr__(self, "why", why)

    def __getattribute__(self, name: str) -> Any:
        if name in ("expr", "exponent", "log_exponent", "constant", "corrected", "corrected_order"):
            raise NoSuchLaw(object.__getattribute__(self, "why"))
        return super().__getattribute__(name)

    def __repr__(self) -> str:
        return f"<NoLaw: {self.why}>"

    def _display(self) -> Display:
        return Display(f"NoLaw: {self.why}", ())

    def _repr_latex_(self) -> str:
        return rf"$\text{{{self.why}}}$"

    def _label(self) -> Any:
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoLaw) and self.why == other.why

    def __hash__(self) -> int:
        return hash(self.why)


ZERO = Law(S.Zero, -oo, S.Zero, S.Zero)
"""Below every power of d."""


def law_of(balanced: Balanced, quantity: str) -> Law:
    """The law of a quantity where a balance holds.

    Where several terms exchange the lead inside the phase ``expr`` is their sum, ``exponent`` the largest of
    theirs, and the other two are piecewise in the exponents; where the leading term depends on the parameters
    of the model, all four are piecewise in them.

    Raises:
        NoSuchLaw: when the model has no such quantity.
    """
    if quantity not in balanced.regime.quantities:
        name = "the model" if balanced.model is None else balanced.model.name
        raise NoSuchLaw(f"a phase of {name} has no {quantity}: its equations do not declare one")
    pieces = balanced.leading_terms(quantity)
    laws = [_of_quantity(balanced, quantity, terms, domain) for domain, terms in pieces]
    if len(laws) == 1:
        return laws[0]
    conditions = [And(*interval_conditions(domain, balanced.domain)) for domain, _ in pieces]

    def joined(values: Sequence[Expr]) -> Expr:
        return Piecewise(*zip(values, conditions, strict=True))

    return Law(
        expr=joined([law.expr for law in laws]),
        exponent=joined([law.exponent for law in laws]),
        log_exponent=joined([law.log_exponent for law in laws]),
        constant=joined([law.constant for law in laws]),
        corrected=_all(joined, [law.corrected for law in laws]),
        corrected_order=min(law.corrected_order for law in laws),
        scales=balanced.scales,
    )


def _of_quantity(balanced: Balanced, quantity: str, terms: tuple[Term, ...], domain: Domain) -> Law:
    """The law of the terms that lead a quantity on a domain."""
    orders = [next_order(balanced, quantity, t, domain) for t in terms]
    return law(terms, balanced.scales, logarithm_of(balanced), domain, orders)


def _all(join: Callable[[list[Expr]], Expr], values: Sequence[Expr | None]) -> Expr | None:
    """What is made of all values, None if one is missing."""
    known = [value for value in values if value is not None]
    return join(known) if len(known) == len(values) else None


def risk_law(balanced: Balanced) -> Law:
    """The law of the excess risk where a balance holds."""
    terms = () if balanced.risk is None else (balanced.risk,)
    orders = [next_order(balanced, RISK, t, balanced.domain) for t in terms]
    return law(terms, balanced.scales, logarithm_of(balanced), balanced.domain, orders)


class Logarithm(NamedTuple):
    """The L = log(1/D_b) of a solution: in the physical variables, over log d, and right up to O(1/L)."""

    leading: Expr
    exponent: Expr
    corrected: Expr | None = None


def logarithm_of(balanced: Balanced) -> Logarithm | None:
    """The logarithm that laws may hold where a balance does; None away from the edge of the noise."""
    freedom = balanced.solution.get(bulk_freedom)
    return None if freedom is None else logarithm(freedom, balanced.scales, balanced.regime.logarithm)


@cache
def logarithm(freedom: Term, scales: Scales, corrected: Callable[[Expr], Expr] | None = None) -> Logarithm:
    """L = log(1/D_b) for a known D_b; ``corrected`` makes of it the L with Lambert's function (``noise``).

    >>> from asymptotics.algebra.monomials import term
    >>> logarithm(term(n_eff / d, ""), Scales("fixed"))
    Logarithm(leading=log(d/n_eff), exponent=1 - a, corrected=None)
    """
    leading = log(1 / freedom.monomial())
    value = freedom.coefficient * freedom.monomial() * leading ** FIELD.to_sympy(freedom.log_power)
    exponent = -scales.expression(scales.exponent(freedom))
    return Logarithm(leading, exponent, None if corrected is None else corrected(value))


def law(
    terms: tuple[Term, ...],
    scales: Scales,
    logarithm: Logarithm | None = None,
    domain: Domain = EVERYWHERE,
    next_orders: Sequence[Expr | None] = (),
) -> Law:
    """The law of a sum of terms without unknowns, each of which leads somewhere.

    ``logarithm`` is the L = log(1/D_b) that the terms may hold, ``next_orders`` what each has at the next
    order in 1/L, if that is known.

    >>> from asymptotics.algebra.monomials import term
    >>> law((term(2 * n_eff**3, ""), term(d, "")), Scales("fixed")).exponent
    Max(1, 3*a)
    """
    orders = next_orders or [None] * len(terms)
    laws = [_of_term(t, scales, logarithm, domain, order) for t, order in zip(terms, orders, strict=True)]
    if not laws:
        return replace(ZERO, scales=scales)
    if len(laws) == 1:
        return laws[0]
    exponents = [law.exponent for law in laws]

    def of_leader(values: Sequence[Expr]) -> Expr:
        if len(set(values)) == 1:
            return values[0]
        leads = [And(*(mine > x for x in exponents if x is not mine)) for mine in exponents]
        return Piecewise(*zip(values, leads, strict=True))

    return Law(
        expr=Add(*(law.expr for law in laws)),
        exponent=Max(*exponents),
        log_exponent=of_leader([law.log_exponent for law in laws]),
        constant=of_leader([law.constant for law in laws]),
        corrected=_all(lambda known: Add(*known), [law.corrected for law in laws]),
        corrected_order=min(law.corrected_order for law in laws),
        scales=scales,
    )


def _of_term(
    value: Term, scales: Scales, logarithm: Logarithm | None, domain: Domain, next_order: Expr | None
) -> Law:
    log_power = FIELD.to_sympy(value.log_power)
    if logarithm is None:
        logarithm, log_power = Logarithm(S.One, S.One), S.Zero
    number = value.coefficient
    if scales.noise == "fixed":
        number = number.subs(noise_variance, 1)
    # apart from the exponent of L, which is negative beyond the phase
    constant = collected(number) * logarithm.exponent**log_power
    powers = in_positive_factors(_grouped(value), domain)
    corrected = logarithm.corrected
    if corrected is not None:
        corrected = powers * corrected**log_power * _one_plus(next_order or S.Zero, corrected, domain)
    return Law(
        expr=powers * logarithm.leading**log_power,
        exponent=simplified(scales.expression(scales.exponent(value))),
        log_exponent=log_power,
        constant=in_positive_factors(constant, domain),
        corrected=corrected,
        corrected_order=1 if next_order is None else 2,
        scales=scales,
    )


def _one_plus(order: Expr, scale: Expr, domain: Domain) -> Expr:
    """1 + order/L up to O(1/L**2), in a form that stays positive however small L is."""
    try:
        negative = sign(coefficient(order), domain) < 0
    except (SignChange, NotImplementedError, ValueError):
        negative = False
    return 1 / (1 - order / scale) if negative else 1 + order / scale


def _grouped(value: Term) -> Expr:
    """Coefficient times monomial, with what is raised to one power of gamma under that one power.

    (lambda sqrt(d)/n_eff)**(2 - 1/gamma) says what a product of three powers hides.
    """
    powers = {v: FIELD.to_sympy(p) for v, p in value.powers}
    preferred = dict.fromkeys((weight_decay, n_eff, noise_variance, d, *powers))
    uneven = [v for v in preferred if powers.get(v, S.Zero).has(gamma)]
    if not uneven:
        return collected(value.coefficient) * value.monomial()
    shared = powers[uneven[0]]
    ratios = {v: simplified(power / shared) for v, power in powers.items()}
    base = Mul(*(v**ratio for v, ratio in ratios.items() if ratio.is_number))
    rest = Mul(*(v ** powers[v] for v, ratio in ratios.items() if not ratio.is_number))
    return collected(value.coefficient) * rest * base ** apart(shared, gamma)


def _at(of: Law, given: Mapping[str, Number | None]) -> PowerLaw:
    parts = (of.constant, of.exponent, of.log_exponent)
    held_symbols = {symbol for part in parts for symbol in part.free_symbols}
    coordinates = () if of.scales is None else of.scales.exponents
    own = {x.name: x for x in {*held_symbols, *coordinates} - {*EXPONENTS.values()}}
    symbol_of = {**own, **EXPONENTS}
    numbers: dict[str, Expr] = {}
    for name in dict.fromkeys((*given, *own)):
        value = given.get(name)
        require_name(name, symbol_of)
        if value is None:
            held = any(part.has(symbol_of[name]) for part in parts)
            needed = "a number, for the law depends on it (exponents here; evaluate takes the variables)"
            require(not held, name, value, needed)
            continue
        numbers[name] = exact_exponent(name, value)
    shown = ", ".join(f"{name}={value}" for name, value in numbers.items())
    parameters = {symbol_of[name]: value for name, value in numbers.items() if symbol_of[name] in PARAMETERS}
    point = {symbol_of[name]: value for name, value in numbers.items()}
    for largest in of.exponent.subs(parameters).atoms(Max):
        values = [simplified(argument.subs(point)) for argument in largest.args]
        if sum(simplified(value - Max(*values)) == 0 for value in values) > 1:
            raise InvalidArgument(f"{shown}: must be off the boundary where terms exchange the lead")
    constant, exponent, log_exponent = (at_source(part, numbers.get("source")) for part in parts)
    if _is_simple(point):
        for symbol, value in parameters.items():
            constant = in_the_limit(constant, symbol, value)
        constant = constant.subs(point)
    else:
        constant = _as_number(constant, point)
    exponent, log_exponent = exponent.subs(point), log_exponent.subs(point)
    if any(part.has(nan, zoo) or part.free_symbols for part in (constant, exponent, log_exponent)):
        raise InvalidArgument(f"{shown}: must be where the law has one leading term, with no other logarithm")
    return PowerLaw(constant, exponent, log_exponent)


def _is_simple(point: Mapping[Expr, Expr]) -> bool:
    """Whether powers with these exponents are worth writing out: 16**(13/10), not 16**(1.3 in binary)."""
    return all(not value.is_Rational or value.q <= _SIMPLE for value in point.values())


def _as_number(constant: Expr, point: Mapping[Expr, Expr]) -> Expr:
    """The constant there, to thirty digits."""
    value = constant.subs({symbol: exponent.evalf(_GUARDED) for symbol, exponent in point.items()})
    return value.evalf(_DIGITS) if value.is_number else value
