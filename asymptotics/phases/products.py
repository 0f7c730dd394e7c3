"""Products and quotients of laws, which are laws: exponents add, and constants multiply.

In this order: `product`, `quotient`, `corrected_expr`.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Mul, S, log

from asymptotics.algebra.monomials import collected, simplified
from asymptotics.balance.laws import ZERO, Law
from asymptotics.symbols import a, b, ell


def product(one: Law, other: Law) -> Law:
    """The law of a product.

    It is corrected where either is: what a law without logarithms misses is a power of d.

    >>> from sympy import S, log
    >>> from asymptotics.symbols import a, d, n_eff
    >>> samples, logarithm = Law(2 * n_eff, a, S.Zero, S(2)), Law(log(d), S.Zero, S.One, S.One)
    >>> product(samples, logarithm)
    <Law 2*n_eff*log(d), of order d**a*log(d)>
    """
    if ZERO in (one, other):
        return ZERO
    return Law(
        expr=one.expr * other.expr,
        exponent=simplified(one.exponent + other.exponent),
        log_exponent=simplified(one.log_exponent + other.log_exponent),
        constant=one.constant * other.constant,
        corrected=_corrected(one, other, Mul),
        corrected_order=_order(one, other),
    )


def quotient(one: Law, other: Law) -> Law:
    """The law of a quotient.

    Raises:
        ZeroDivisionError: when the other vanishes faster than every power of d.

    >>> from asymptotics import phase_diagram, quadratic
    >>> phase = phase_diagram(quadratic)["VIa"]
    >>> quotient(phase.risk, phase.effective_noise).exponent
    1/2 - a/2
    """
    if other == ZERO:
        raise ZeroDivisionError("a quotient by a law that is 0")
    if one == ZERO:
        return ZERO
    return Law(
        expr=_collected(one.expr / other.expr, lambda base: base.has(log)),
        exponent=simplified(one.exponent - other.exponent),
        log_exponent=simplified(one.log_exponent - other.log_exponent),
        constant=_collected(one.constant / other.constant, lambda base: base.has(a, ell, b)),
        corrected=_corrected(one, other, lambda x, y: x / y),
        corrected_order=_order(one, other),
    )


def corrected_expr(law: Law) -> Expr:
    """``corrected``, or ``expr`` where that is right up to a power of d."""
    return law.expr if law.corrected is None else law.corrected


def _corrected(one: Law, other: Law, join: Callable[[Expr, Expr], Expr]) -> Expr | None:
    if one.corrected is None and other.corrected is None:
        return None
    return join(corrected_expr(one), corrected_expr(other))


def _order(one: Law, other: Law) -> int:
    return min((law.corrected_order for law in (one, other) if law.corrected is not None), default=1)


def _collected(value: Expr, is_whole: Callable[[Expr], bool]) -> Expr:
    """A product of powers in a short form, some of whose bases are not to be taken apart."""
    sign, whole, rest = S.One, dict[Expr, Expr](), S.One
    for base, power in value.as_powers_dict().items():
        if not is_whole(base):
            rest *= base**power
        elif power.is_Integer and -base in whole:  # 1 - a and a - 1
            sign, whole[-base] = sign * (-1) ** power, whole[-base] + power
        else:
            whole[base] = whole.get(base, S.Zero) + power
    return sign * Mul(*(base ** simplified(power) for base, power in whole.items())) * collected(rest)
