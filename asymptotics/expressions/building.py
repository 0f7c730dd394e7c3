"""What may be built of what is read: each step of an expression, checked before SymPy does it and after.

SymPy writes out what is a number: a power of integers, the factorial in Gamma(1000), the 999 terms in
zeta(1000, 1000).  It also goes on after a division by zero, where 1/zoo is 0.  So a reader builds through
these functions, which refuse what would grow beyond all use, and every value that is infinite or undefined,
where it arises.

In this order: the bounds, ``Unreadable``, ``check_size``, ``number``, ``total``, ``product``, ``power``,
``call``, ``comparison``, ``choice``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy
from sympy import Add, Expr, Mul, Piecewise, Pow, Rational, S, log, nan, oo, zoo

LONGEST = 4000
"""Characters that are read."""

DEEPEST = 60
"""Parentheses inside one another."""

MOST_DIGITS = 3000
"""Of a number, written out without an exponent."""

MOST_BITS = 10_000
"""Of a number that is worked out."""

LARGEST_EXPONENT = 10_000
"""Of numbers, also where a symbol stands beside it."""

MOST_EXPONENT_BITS = 128
"""Of the exponent of a number: SymPy works 2**(1e-300) out to more digits than that to compare it with 1."""

LARGEST_COMPARED = 20
"""Exponent in what is compared: SymPy factors polynomials for it."""

MOST_COMPARED_BITS = 200
"""Of a number there."""

MOST_ROOT_BITS = 1000
"""Of a number of which a root is taken, and of all such in a product: SymPy looks for its divisors."""

LARGEST_ARGUMENT = 1000
"""Of a function: SymPy would write the factorial of a larger integer out."""

LARGEST_OF_TWO = 20
"""Of an error function, which is 1 to all digits beyond, and of a function of two arguments: it would be a
sum of so many terms, or of derivatives of such an order."""

MOST_MEMBERS = 8
"""Of a maximum or minimum, which compares each with each."""

MOST_CHOICES = 24
"""Maxima, minima and comparisons in one text."""

MOST_CALLS = 200
"""Functions and roots in one text."""

_TRIGONOMETRIC = (sympy.sin, sympy.cos, sympy.tan)


class Unreadable(ValueError):
    """What was read cannot be built; it says what may be."""


def _need(condition: Any, allowed: str) -> None:
    if not condition:
        raise Unreadable(allowed)


def check_size(calls: int, choices: int, depth: int) -> None:
    """Refuse what SymPy would take long to build."""
    _need(calls <= MOST_CALLS, f"an expression with at most {MOST_CALLS} functions")
    _need(choices <= MOST_CHOICES, f"an expression with at most {MOST_CHOICES} of Max, Min and comparisons")
    _need(depth <= DEEPEST, f"an expression of at most {DEEPEST} parentheses inside one another")


def number(text: str) -> Rational:
    """A number exactly as it is written in decimals.

    >>> number("0.125"), number("2e3"), number("1e-400") * 10**400
    (1/8, 2000, 1)
    """
    parts = re.fullmatch(r"(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,6}))?", text, re.ASCII)
    _need(parts and parts[1] + parts[2], "a number in decimals")
    assert parts is not None
    length = len(parts[1] + parts[2]) + abs(int(parts[3] or 0))
    _need(length <= MOST_DIGITS, f"a number of at most {MOST_DIGITS} digits, written out")
    exact = Fraction(text)
    return Rational(exact.numerator, exact.denominator)


def _bits(value: Expr) -> int:
    return max(int(value.p).bit_length(), int(value.q).bit_length())


def _largest(value: Expr) -> int:
    """Bits of the longest number in an expression."""
    return max((_bits(x) for x in value.atoms(Rational)), default=0)


def _size(value: Expr) -> Expr:
    """The largest number in an expression, without its sign."""
    return max((abs(x) for x in value.atoms(Rational)), default=S.Zero)


def _compared(value: Expr) -> Expr:
    """What may stand in a comparison, a maximum or minimum."""
    exponents = [abs(x) for y in value.atoms(Pow) for x in y.exp.atoms(Rational)]
    small = (
        all(max(x.p, x.q) <= LARGEST_COMPARED for x in exponents) and _largest(value) <= MOST_COMPARED_BITS
    )
    _need(small, f"compared with shorter numbers and exponents up to {LARGEST_COMPARED}")
    _need(value.is_extended_real is not False, "a real number, for it is compared")
    return value


def _checked(value: Expr) -> Expr:
    _need(not value.has(nan, zoo, oo, -oo), "finite: no value on the way may be infinite or undefined")
    _need(_largest(value) <= MOST_BITS, "an expression with shorter numbers")
    # 2**(10**9*gamma) is short, but not what it becomes when it is raised to 1/gamma
    of_numbers = [x.exp for x in value.atoms(Pow) if _largest(x.base) > 1]
    _need(all(_size(x) <= LARGEST_EXPONENT for x in of_numbers), f"with exponents up to {LARGEST_EXPONENT}")
    return value


def total(members: Sequence[Expr]) -> Expr:
    """A sum, built in one step."""
    bits = sum(_bits(x) for x in members if x.is_Rational and x.q != 1)
    _need(bits <= MOST_BITS, "a sum of fractions that can be written out")
    return _checked(Add(*members))


def product(members: Sequence[Expr]) -> Expr:
    """A product, built in one step."""
    bits = sum(_bits(x) for x in members if x.is_Rational and abs(x) != 1)
    _need(bits <= MOST_BITS, "a product that can be written out")
    under_roots = sum(_bits(x.base) for y in members for x in y.atoms(Pow) if x.base.is_Rational)
    _need(under_roots <= MOST_ROOT_BITS, "a product of fewer roots of numbers")
    return _checked(Mul(*members))


def power(base: Expr, exponent: Expr) -> Expr:
    """A power; a logarithm in its exponent would turn back into a power, of any size."""
    _need(base != 0 or exponent.is_positive, "other than 0, for it divides")
    _need(not exponent.has(log), "a power without a logarithm in its exponent")
    largest, size = _largest(base), _size(exponent)
    _need(largest <= 1 or size == 1 or largest * size <= MOST_BITS, "a power that can be written out")
    simple = largest <= 1 or _largest(exponent) <= MOST_EXPONENT_BITS
    _need(simple, "a power whose exponent has fewer digits")
    root = exponent.is_Rational and exponent.q != 1
    _need(not root or largest <= MOST_ROOT_BITS, "a root of a shorter number")
    return _checked(Pow(base, exponent))


def call(function: Callable[..., Expr], arguments: Sequence[Expr]) -> Expr:
    """A function of its arguments."""
    if function in (sympy.Max, sympy.Min):
        _need(1 <= len(arguments) <= MOST_MEMBERS, f"a maximum or minimum of at most {MOST_MEMBERS} members")
        return _checked(function(*map(_compared, arguments)))
    if function is sympy.exp:
        _need(len(arguments) == 1, "a function of one argument")
        return power(S.Exp1, arguments[0])
    if function in (sympy.erf, sympy.erfc):
        near = all(abs(x.evalf(15)) <= LARGEST_OF_TWO for x in arguments if x.is_number)
        _need(near, f"a number up to {LARGEST_OF_TWO} inside an error function")
    bound = LARGEST_ARGUMENT if len(arguments) == 1 else LARGEST_OF_TWO
    for argument in arguments:
        worked_out = function in _TRIGONOMETRIC or not argument.free_symbols
        held = argument.atoms(Rational) if worked_out else {argument}
        small = all(max(abs(x.p), x.q) <= bound for x in held if x.is_Rational)
        _need(small, f"a quotient of integers up to {bound} inside a function of {len(arguments)} arguments")
    return _checked(function(*arguments))


def comparison(relation: Callable[[Expr, Expr], Any], left: Expr, right: Expr) -> Any:
    """A condition."""
    return relation(_compared(left), _compared(right))


def choice(pieces: Sequence[tuple[Expr, Any]]) -> Expr:
    """A choice among pieces by their conditions, of which the first that holds counts."""
    never = "pairs (expression, condition) of which one can hold"
    _need(any(condition != False for _, condition in pieces), never)  # noqa: E712
    return _checked(Piecewise(*pieces))
