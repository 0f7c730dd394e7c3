"""Leading terms: monomials in the physical variables, the unknowns, and one logarithm.

Dominant balance never adds two terms of different size: it compares them and keeps the larger.  A term is
therefore all there is to carry: a positive coefficient, a power in Q(gamma) of each variable, and a power
of the logarithm L = log(1/D_b) that a soft edge of the noise brings in (``noise``).  Products, powers and
substitution are vector arithmetic on the powers; to compare, ``Scales`` turns the physical powers into the
one exponent of d, a form in the exponents a, ell, b.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sympy import Expr, Mul, S, Symbol, powdenest, powsimp

from asymptotics.cells import FIELD, Coefficient, Form, coefficient
from asymptotics.symbols import (
    a,
    b,
    d,
    effective_noise,
    ell,
    n_eff,
    noise_variance,
    threshold,
    weight_decay,
)

leaked = Symbol("D_b", positive=True)
"""Degrees of freedom that the noise leaks past a threshold at its edge: the third unknown."""

KNOWN = (d, n_eff, weight_decay, noise_variance)
UNKNOWN = (effective_noise, threshold, leaked)
VARIABLES = (*KNOWN, *UNKNOWN)


@dataclass(frozen=True)
class Term:
    """``coefficient * prod(v**p for v, p in zip(VARIABLES, powers)) * L**log_power``; of ``origin``."""

    coefficient: Expr
    powers: tuple[Coefficient, ...]
    log_power: Coefficient
    origin: str

    def __mul__(self, other: Term) -> Term:
        """The product, which keeps the left origin."""
        return replace(
            self,
            coefficient=self.coefficient * other.coefficient,
            powers=tuple(x + y for x, y in zip(self.powers, other.powers, strict=True)),
            log_power=self.log_power + other.log_power,
        )

    def __pow__(self, exponent: Coefficient) -> Term:
        """The power with exponent in Q(gamma)."""
        return replace(
            self,
            coefficient=self.coefficient ** FIELD.to_sympy(exponent),
            powers=tuple(p * exponent for p in self.powers),
            log_power=self.log_power * exponent,
        )

    def power(self, variable: Symbol) -> Coefficient:
        """Power of one variable."""
        return self.powers[VARIABLES.index(variable)]

    def substitute(self, variable: Symbol, value: Term) -> Term:
        """The term with a variable replaced by a term."""
        index = VARIABLES.index(variable)
        power = self.powers[index]
        if power == FIELD.zero:
            return self
        without = replace(self, powers=(*self.powers[:index], FIELD.zero, *self.powers[index + 1 :]))
        factor: Term = value**power
        return without * factor

    def monomial(self) -> Expr:
        """The product of variables alone, as a SymPy expression."""
        return Mul(*(v ** FIELD.to_sympy(p) for v, p in zip(VARIABLES, self.powers, strict=True)))


def term(expression: Expr, origin: str) -> Term:
    """Read a product of powers of ``VARIABLES``.

    Raises:
        ValueError: when the expression is not such a product.

    >>> from sympy import sqrt
    >>> term(3 * sqrt(d) * n_eff, "example").monomial()
    sqrt(d)*n_eff
    """
    powers = dict.fromkeys(VARIABLES, FIELD.zero)
    constant = S.One
    for base, exponent in S(expression).as_powers_dict().items():
        if base in powers:
            powers[base] = coefficient(exponent)
        else:
            constant *= base**exponent
    if constant.has(*VARIABLES):
        raise ValueError(f"{expression} is not a product of powers of {', '.join(map(str, VARIABLES))}")
    return Term(constant, tuple(powers.values()), FIELD.zero, origin)


@dataclass(frozen=True)
class Scales:
    """How the known variables grow with d; ``noise_scales`` says whether Delta = d**-b or d**0."""

    noise_scales: bool

    @property
    def exponents(self) -> tuple[Symbol, ...]:
        """The coordinates of the phase diagram."""
        return (a, ell, b) if self.noise_scales else (a, ell)

    def exponent(self, known: Term) -> Form:
        """Exponent of d of a term without unknowns."""
        of_d, of_samples, of_decay, of_noise, *unknown = known.powers
        if any(p != FIELD.zero for p in unknown):
            raise ValueError(f"{known.monomial()} still holds an unknown")
        return (of_d, of_samples, of_decay, -of_noise) if self.noise_scales else (of_d, of_samples, of_decay)

    def expression(self, form: Form) -> Expr:
        """The form as a SymPy expression in the exponents."""
        return sum(
            (FIELD.to_sympy(c) * v for c, v in zip(form, (S.One, *self.exponents), strict=True)), S.Zero
        )


def solve_monomial_balances(
    balances: Sequence[tuple[Term, Term]], unknowns: tuple[Symbol, Symbol]
) -> dict[Symbol, Term] | None:
    """Solve left = right for two balances of single terms; None when they do not fix both unknowns.

    In logarithms the balances are linear, with a 2 x 2 matrix over Q(gamma): Cramer's rule.
    """
    quotients = [right * left ** (-FIELD.one) for left, right in balances]
    (m11, m12), (m21, m22) = [[q.power(u) for u in unknowns] for q in quotients]
    determinant = m11 * m22 - m12 * m21
    if determinant == FIELD.zero:
        return None
    known = [replace(q, powers=(*q.powers[: len(KNOWN)], *(FIELD.zero,) * len(UNKNOWN))) for q in quotients]
    inverse = (
        (m22 / determinant, -m12 / determinant),
        (-m21 / determinant, m11 / determinant),
    )
    return {
        unknown: tidy(known[0] ** (-row[0]) * known[1] ** (-row[1]))
        for unknown, row in zip(unknowns, inverse, strict=True)
    }


def tidy(value: Term) -> Term:
    """The term with its coefficient brought to a short form."""
    return replace(value, coefficient=powsimp(powdenest(value.coefficient, force=True)))
