"""A law: the leading behaviour of one quantity as the dimension grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from numbers import Rational, Real
from typing import Any, NamedTuple

import mpmath
from sympy import (
    Add,
    And,
    Dummy,
    Expr,
    Max,
    Mul,
    Piecewise,
    S,
    apart,
    lambdify,
    latex,
    limit,
    log,
    nan,
    oo,
    zoo,
)
from sympy import Rational as SympyRational
from sympy.core.function import PoleError

from asymptotics.balance import Balanced
from asymptotics.cells import EVERYWHERE, FIELD, Domain
from asymptotics.region import interval_conditions
from asymptotics.symbols import d, gamma, n_eff, noise_variance, source, weight_decay
from asymptotics.terms import VARIABLES, Scales, Term, collected, in_positive_factors, leaked, simplified

Number = Any
"""A real number: int, float, Fraction or mpmath.mpf."""


@dataclass(frozen=True)
class Law:
    """Leading behaviour ``constant * d**exponent * log(d)**log_exponent``.

    ``expr`` is the same in the physical variables d, n_eff, weight_decay, noise_variance and gamma.
    The other three are what it becomes under n_eff = d**a, weight_decay = d**ell and noise_variance = d**-b
    (or 1, when the diagram is at fixed noise).  A quantity that vanishes faster than every power of d, such
    as the number of learned modes when nothing is learned, has ``expr`` and ``constant`` 0 and exponent -oo.

    Where noise without an edge leaks, logarithms appear: ``expr`` is right up to O(log log d/log d) if it
    holds one, and ``refined``, with Lambert's function W in its place, is right up to O(1/log d).  Elsewhere
    ``refined`` is None, and what is left of ``expr`` is a power of d.

    >>> from asymptotics import diagonal, phase_diagram
    >>> law = phase_diagram(diagonal).locate(a=3, ell=0, gamma=1).risk
    >>> law.expr, law.exponent
    (Delta*d/n_eff, 1 - a)
    >>> phase_diagram(diagonal).locate(a=0.5, ell=-1, gamma=1).risk.refined
    2*Delta/LambertW(2*d**2/(pi*n_eff**2))
    """

    expr: Expr
    exponent: Expr
    log_exponent: Expr
    constant: Expr
    refined: Expr | None = None

    def evaluate(
        self,
        *,
        gamma: Number,
        n_eff: Number,
        d: Number,
        weight_decay: Number,
        noise_variance: Number,
        source: Number | None = None,
        refined: bool = False,
    ) -> mpmath.mpf:
        """The value of ``expr``, at the working precision of mpmath, at any size.

        Args:
            gamma: decay of the target, above 1/2.
            n_eff: effective samples, n (diagonal) or n/d (quadratic).
            d: dimension.
            weight_decay: lambda.
            noise_variance: Delta.
            source: source exponent r, for the laws of a model that has one.
            refined: whether to take ``refined`` instead, where there is one.

        Raises:
            TypeError: when an argument is not a real number.
            ValueError: when it is not finite and positive, or gamma is 1/2 or less, or source is missing; and
                where a logarithm appears at a single gamma, such as 1, for which there is no law.

        >>> from asymptotics import diagonal, phase_diagram
        >>> law = phase_diagram(diagonal).locate(a=3, ell=0, gamma=1).risk
        >>> law.evaluate(gamma=1, n_eff=2**300, d=2**100, weight_decay=1, noise_variance=1) == 2.0**-200
        True
        """
        values = [
            _exact(name, value, above)
            for name, value, above in (
                ("gamma", gamma, mpmath.mpf(0.5)),
                ("n_eff", n_eff, mpmath.mpf(0)),
                ("d", d, mpmath.mpf(0)),
                ("weight_decay", weight_decay, mpmath.mpf(0)),
                ("noise_variance", noise_variance, mpmath.mpf(0)),
            )
        ]
        expression = self.refined if refined and self.refined is not None else self.expr
        value = _function(_at_source(expression, source))(*values)
        if value is None:  # the law is piecewise, and none of its pieces holds
            raise ValueError(f"gamma={gamma}: a logarithm appears in the law at this very decay")
        # two negative factors under fractional powers leave a complex number that is real
        return mpmath.mpf(value.real if isinstance(value, mpmath.mpc) and value.imag == 0 else value)

    def _repr_latex_(self) -> str:
        return f"${latex(self.expr)}$"


ZERO = Law(S.Zero, -oo, S.Zero, S.Zero)
"""Below every power of d."""


def law_of(balanced: Balanced, quantity: str) -> Law:
    """The law of a quantity where a balance holds.

    Where several terms exchange the lead inside the cell ``expr`` is their sum, ``exponent`` the largest of
    theirs, and the other two are piecewise in the exponents; where the leading term depends on the parameters
    of the model, all four are piecewise in them.
    """
    pieces = balanced.leading_terms(quantity)
    laws = [law(terms, balanced.scales, logarithm_of(balanced), domain) for domain, terms in pieces]
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
        refined=_all(joined, [law.refined for law in laws]),
    )


def _all(join: Callable[[list[Expr]], Expr], values: Sequence[Expr | None]) -> Expr | None:
    """What is made of all values, None if one is missing."""
    known = [value for value in values if value is not None]
    return join(known) if len(known) == len(values) else None


def risk_law(balanced: Balanced) -> Law:
    """The law of the excess risk where a balance holds."""
    terms = () if balanced.risk is None else (balanced.risk,)
    return law(terms, balanced.scales, logarithm_of(balanced), balanced.domain)


class Logarithm(NamedTuple):
    """The L = log(1/D_b) of a solution: in the physical variables, over log d, and right up to O(1/L)."""

    leading: Expr
    exponent: Expr
    refined: Expr | None = None


def logarithm_of(balanced: Balanced) -> Logarithm | None:
    """The logarithm that laws may hold where a balance does; None away from the edge of the noise."""
    leak = balanced.solution.get(leaked)
    return None if leak is None else logarithm(leak, balanced.scales, balanced.regime.logarithm)


@cache
def logarithm(leak: Term, scales: Scales, sharper: Callable[[Expr], Expr] | None = None) -> Logarithm:
    """L = log(1/D_b) for a known D_b; ``sharper`` makes the refined L of it (``noise``).

    >>> from asymptotics.terms import term
    >>> logarithm(term(n_eff / d, ""), Scales("fixed"))
    Logarithm(leading=log(d/n_eff), exponent=1 - a, refined=None)
    """
    leading = log(1 / leak.monomial())
    value = leak.coefficient * leak.monomial() * leading ** FIELD.to_sympy(leak.log_power)
    exponent = -scales.expression(scales.exponent(leak))
    return Logarithm(leading, exponent, None if sharper is None else sharper(value))


def law(
    terms: tuple[Term, ...],
    scales: Scales,
    logarithm: Logarithm | None = None,
    domain: Domain = EVERYWHERE,
) -> Law:
    """The law of a sum of terms without unknowns, each of which leads somewhere.

    ``logarithm`` is the L = log(1/D_b) that the terms may hold.

    >>> from asymptotics.terms import term
    >>> law((term(2 * n_eff**3, ""), term(d, "")), Scales("fixed")).exponent
    Max(1, 3*a)
    """
    laws = [_of_term(t, scales, logarithm, domain) for t in terms]
    if not laws:
        return ZERO
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
        refined=_all(lambda known: Add(*known), [law.refined for law in laws]),
    )


def _of_term(value: Term, scales: Scales, logarithm: Logarithm | None, domain: Domain) -> Law:
    log_power = FIELD.to_sympy(value.log_power)
    if logarithm is None:
        logarithm, log_power = Logarithm(S.One, S.One), S.Zero
    constant = value.coefficient * logarithm.exponent**log_power
    if scales.noise == "fixed":
        constant = constant.subs(noise_variance, 1)
    powers = in_positive_factors(_grouped(value), domain)
    return Law(
        expr=powers * logarithm.leading**log_power,
        exponent=simplified(scales.expression(scales.exponent(value))),
        log_exponent=log_power,
        constant=in_positive_factors(simplified(constant), domain),
        refined=None if logarithm.refined is None else powers * logarithm.refined**log_power,
    )


def _grouped(value: Term) -> Expr:
    """Coefficient times monomial, with what is raised to one power of gamma under that one power.

    (lambda sqrt(d)/n_eff)**(2 - 1/gamma) says what a product of three powers hides.
    """
    powers = {v: FIELD.to_sympy(p) for v, p in zip(VARIABLES, value.powers, strict=True)}
    uneven = [v for v in (weight_decay, n_eff, noise_variance, d) if powers[v].has(gamma)]
    if not uneven:
        return collected(value.coefficient) * value.monomial()
    shared = powers[uneven[0]]
    ratios = {v: simplified(power / shared) for v, power in powers.items()}
    base = Mul(*(v**ratio for v, ratio in ratios.items() if ratio.is_number))
    rest = Mul(*(v ** powers[v] for v, ratio in ratios.items() if not ratio.is_number))
    return collected(value.coefficient) * rest * base ** apart(shared, gamma)


def _at_source(expression: Expr, value: Number | None) -> Expr:
    if value is not None:
        _exact("source", value, mpmath.mpf(0))
    if not expression.has(source):
        return expression
    if value is None:
        raise ValueError("source=None is not allowed: the law depends on the source exponent r")
    at = _rational(value)
    found = expression.subs(source, at)
    # a sine and a factor may vanish together, as do sin(2 pi r) and 1 - 2 r
    if not found.has(nan, zoo):
        return found
    try:
        return limit(expression, source, at)
    except (PoleError, AttributeError, ValueError, NotImplementedError) as error:  # of a piecewise law, too
        raise ValueError(f"source={value}: a logarithm appears in the law at this very source") from error


def _exact(name: str, value: Any, above: mpmath.mpf) -> mpmath.mpf:
    if isinstance(value, bool) or not isinstance(value, Real | mpmath.mpf):
        raise TypeError(f"{name}={value!r} is not a real number")
    if isinstance(value, Rational):
        exact = mpmath.mpf(int(value.numerator)) / int(value.denominator)
    else:
        exact = mpmath.mpf(value if isinstance(value, mpmath.mpf) else float(value))
    if not above < exact < mpmath.inf:
        raise ValueError(f"{name}={value} is not allowed: a finite number above {above}")
    return exact


def _rational(value: Number) -> Expr:
    """The number as it is, exactly."""
    if isinstance(value, mpmath.mpf):
        mantissa, exponent = value.man_exp
        return SympyRational(int(mantissa)) * SympyRational(2) ** int(exponent)
    return SympyRational(*(int(part) for part in Fraction(value).as_integer_ratio()))


@cache
def _function(expression: Expr) -> Any:
    # lambdify puts every name into one namespace, where the symbol gamma would hide the function
    renamed = {v: Dummy() for v in (gamma, n_eff, d, weight_decay, noise_variance)}
    return lambdify(tuple(renamed.values()), expression.xreplace(renamed), "mpmath")
