"""A law: the leading behaviour of one quantity as the dimension grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational, Real
from typing import Any

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
    simplify,
    zoo,
)
from sympy import Rational as SympyRational
from sympy.core.relational import Relational

from asymptotics.balance import Balanced
from asymptotics.cells import EVERYWHERE, FIELD, PARAMETERS, Domain
from asymptotics.symbols import d, gamma, n_eff, noise_variance, source, weight_decay
from asymptotics.terms import VARIABLES, Scales, Term, in_positive_factors, leaked

Number = Any
"""A real number: int, float, Fraction or mpmath.mpf."""


@dataclass(frozen=True)
class Law:
    """Leading behaviour ``constant * d**exponent * log(d)**log_exponent``.

    ``expr`` is the same in the physical variables d, n_eff, weight_decay, noise_variance and gamma.
    The other three are what it becomes under n_eff = d**a, weight_decay = d**ell and noise_variance = d**-b
    (or 1, when the diagram is at fixed noise).  A quantity that vanishes faster than every power of d, such
    as the number of learned modes when nothing is learned, has ``expr`` and ``constant`` 0 and exponent -oo.

    >>> from asymptotics import diagonal, phase_diagram
    >>> law = phase_diagram(diagonal).locate(a=3, ell=0, gamma=1).risk
    >>> law.expr, law.exponent
    (Delta*d/n_eff, 1 - a)
    """

    expr: Expr
    exponent: Expr
    log_exponent: Expr
    constant: Expr

    def evaluate(
        self,
        *,
        gamma: Number,
        n_eff: Number,
        d: Number,
        weight_decay: Number,
        noise_variance: Number,
        source: Number | None = None,
    ) -> mpmath.mpf:
        """The value of ``expr``, at the working precision of mpmath, at any size.

        Args:
            gamma: decay of the target, above 1/2.
            n_eff: effective samples, n (diagonal) or n/d (quadratic).
            d: dimension.
            weight_decay: lambda.
            noise_variance: Delta.
            source: source exponent r, for the laws of a model that has one.

        Raises:
            TypeError: when an argument is not a real number.
            ValueError: when it is not finite and positive, or gamma is 1/2 or less, or source is missing.

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
        return mpmath.mpf(_function(self._at_source(source))(*values))

    def _at_source(self, value: Number | None) -> Expr:
        if value is not None:
            _exact("source", value, mpmath.mpf(0))
        if not self.expr.has(source):
            return self.expr
        if value is None:
            raise ValueError("source=None is not allowed: the law depends on the source exponent r")
        at = _rational(value)
        found = self.expr.subs(source, at)
        # a sine and a factor may vanish together, as do sin(2 pi r) and 1 - 2 r
        return limit(self.expr, source, at) if found.has(nan, zoo) else found

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
    leak = balanced.solution.get(leaked)
    laws = [law(terms, balanced.scales, leak, domain) for domain, terms in pieces]
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
    )


def risk_law(balanced: Balanced) -> Law:
    """The law of the excess risk where a balance holds."""
    terms = () if balanced.risk is None else (balanced.risk,)
    return law(terms, balanced.scales, balanced.solution.get(leaked), balanced.domain)


def interval_conditions(domain: Domain, within: Domain) -> list[Relational]:
    """What tells a part of a domain from the whole.

    >>> from sympy import S
    >>> from asymptotics.cells import EVERYWHERE
    >>> interval_conditions(((S(1), oo), (S(0), oo)), EVERYWHERE)
    [gamma > 1]
    """
    conditions: list[Relational] = []
    for parameter, (low, high), (lowest, highest) in zip(PARAMETERS, domain, within, strict=True):
        conditions += [parameter > low] * (low != lowest) + [parameter < high] * (high != highest)
    return conditions


def law(
    terms: tuple[Term, ...], scales: Scales, leak: Term | None = None, domain: Domain = EVERYWHERE
) -> Law:
    """The law of a sum of terms without unknowns, each of which leads somewhere.

    ``leak`` is the D_b of the L = log(1/D_b) that the terms may hold.

    >>> from asymptotics.terms import term
    >>> law((term(2 * n_eff**3, ""), term(d, "")), Scales("fixed")).exponent
    Max(1, 3*a)
    """
    laws = [_of_term(t, scales, leak, domain) for t in terms]
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
    )


def _of_term(value: Term, scales: Scales, leak: Term | None, domain: Domain) -> Law:
    log_power = FIELD.to_sympy(value.log_power)
    logarithm = logarithm_exponent = S.One
    if leak is not None and log_power != 0:
        logarithm, logarithm_exponent = logarithm_of(leak), -scales.expression(scales.exponent(leak))
    constant = value.coefficient * logarithm_exponent**log_power
    if scales.noise == "fixed":
        constant = constant.subs(noise_variance, 1)
    return Law(
        expr=in_positive_factors(_grouped(value), domain) * logarithm**log_power,
        exponent=simplify(scales.expression(scales.exponent(value))),
        log_exponent=log_power,
        constant=in_positive_factors(simplify(constant), domain),
    )


def _grouped(value: Term) -> Expr:
    """Coefficient times monomial, with what is raised to one power of gamma under that one power.

    (lambda sqrt(d)/n_eff)**(2 - 1/gamma) says what a product of three powers hides.
    """
    powers = {v: FIELD.to_sympy(p) for v, p in zip(VARIABLES, value.powers, strict=True)}
    uneven = [v for v in (weight_decay, n_eff, noise_variance, d) if powers[v].has(gamma)]
    if not uneven:
        return simplify(value.coefficient) * value.monomial()
    shared = powers[uneven[0]]
    ratios = {v: simplify(power / shared) for v, power in powers.items()}
    base = Mul(*(v**ratio for v, ratio in ratios.items() if ratio.is_number))
    rest = Mul(*(v ** powers[v] for v, ratio in ratios.items() if not ratio.is_number))
    return simplify(value.coefficient) * rest * base ** apart(shared, gamma)


def logarithm_of(value: Term) -> Expr:
    """L = log(1/value), to leading order: the coefficient of the term is dropped."""
    return log(1 / value.monomial())


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


def _function(expression: Expr) -> Any:
    # lambdify puts every name into one namespace, where the symbol gamma would hide the function
    renamed = {v: Dummy() for v in (gamma, n_eff, d, weight_decay, noise_variance)}
    return lambdify(tuple(renamed.values()), expression.xreplace(renamed), "mpmath")
