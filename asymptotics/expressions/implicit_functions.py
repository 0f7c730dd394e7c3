r"""Functions defined by an equation: they stay as they are in a law, and evaluate to any digits.

Some functions of one mode are roots of an algebraic equation of a degree beyond radicals.  A declaration
holds such a function as it holds exp or erfc.  It says what it tends to where its argument grows, which
is all that exponents need; in integrals and sums it is a number, found by Newton's method in whatever
numbers it is given.

In this order: `ImplicitFunction`, what one declares; `unlearned_share`, of the Bayes-optimal Hermite
networks.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from sympy import Expr, Function, S

_MOST_STEPS = 200


def _choice(condition: Any, one: Any, other: Any) -> Any:
    return one if condition else other


_ONE: tuple[Callable[..., Any], ...] = (min, _choice, bool)
_MANY: tuple[Callable[..., Any], ...] = (np.minimum, np.where, np.all)
"""Minimum, choice and whether all are true, of a number and of arrays: NumPy is slow at numbers of mpmath."""

_LEAST = 1e-300
"""Below it float64 loses digits."""

_BELOW = 1 - 1e-7
"""A root of float64 times this is below the root."""


def _last(arithmetic: Any, degree: int) -> Any:
    """The root at the end of the branch."""
    return arithmetic.real(Fraction(1, degree - 1))


def _most(arithmetic: Any, degree: int) -> Any:
    """The left side there."""
    last = _last(arithmetic, degree)
    return last * (arithmetic.real(Fraction(1)) - last) ** (degree - 2)


def _floats(value: Any) -> Any:
    """A number or an array of them in float64."""
    return float(value) if np.ndim(value) == 0 else np.asarray(value).astype(float)


class ImplicitFunction(Function):  # type: ignore[misc]
    """A positive function of a first argument, whose others are numbers."""

    is_positive = True

    @property
    def tail(self) -> Expr:
        """What it tends to as its first argument grows."""
        raise NotImplementedError

    @classmethod
    def value_in(cls, arithmetic: Any, *arguments: Any) -> Any:
        """Its values, elementwise, in an arithmetic with ``real`` and ``epsilon``."""
        raise NotImplementedError

    def _eval_evalf(self, bits: int) -> Expr | None:
        if self.free_symbols:
            return None
        with mpmath.workprec(bits + 10):
            number = self.func._imp_(*(argument._to_mpmath(bits + 10) for argument in self.args))
            return S(number)._eval_evalf(bits)


class _Mpmath:
    """mpmath at its working precision, as an arithmetic."""

    @property
    def epsilon(self) -> Any:
        return mpmath.mp.eps

    @staticmethod
    def real(value: Any) -> Any:
        return mpmath.mpf(value.numerator) / value.denominator


class _Floats:
    """Floats, as an arithmetic."""

    epsilon = 2.0**-52

    @staticmethod
    def real(value: Fraction) -> float:
        return float(value)


class unlearned_share(ImplicitFunction):  # noqa: N801  # it is written as a function
    r"""1 - q(l)^k, q the upper root of k l q^(k-2) (1 - q) = 1: what is not known of a neuron He_k(w.x).

    Where there is no such root, at small l, the value at the least l that has one.  With p = 1 - q the
    equation is p (1 - p)^(k-2) = 1/(k l), of which Newton's method, from p = 1/(k l) on, approaches the root
    from below: the left side is concave up to its maximum.

    >>> from sympy import Integer
    >>> unlearned_share(Integer(3), 2).evalf(15)  # k = 2: 1 - (1 - 1/(2 l))^2
    0.305555555555556
    """

    nargs = 2

    @property
    def tail(self) -> Expr:
        """1/l."""
        return 1 / self.args[0]

    def fdiff(self, argindex: int = 1) -> Expr:
        """In l, by the derivative of the equation."""
        ratio, degree = self.args
        q = (1 - self) ** (1 / degree)
        return -(q**2) / (ratio**2 * (q - (degree - 2) * (1 - q)))

    @classmethod
    def value_in(cls, arithmetic: Any, *arguments: Any) -> Any:
        """By Newton's method, until its steps are those of rounding."""
        ratio, degree = arguments[0], int(arguments[1])
        one = arithmetic.real(Fraction(1))
        minimum, where, _ = _ONE if np.ndim(ratio) == 0 else _MANY
        goal = minimum(one / (degree * ratio), _most(arithmetic, degree))
        start = goal * one
        if arithmetic.epsilon < _Floats.epsilon:
            # in float64 first: next to the end of the branch that takes dozens of steps
            rough = minimum(_floats(goal), _most(_Floats(), degree))
            is_normal = rough > _LEAST
            rough = where(is_normal, rough, 1.0)
            start = start * where(is_normal, cls._root(_Floats(), rough, degree, rough) / rough * _BELOW, 1.0)
        p = cls._root(arithmetic, goal, degree, start)
        total, power = 0 * p, one + 0 * p
        for _ in range(degree):  # 1 - q^k = p (1 + q + ... + q^(k-1))
            total, power = total + power, power * (one - p)
        return p * total

    @classmethod
    def _root(cls, arithmetic: Any, goal: Any, degree: int, start: Any) -> Any:
        """The least p with p (1 - p)^(k-2) = goal, from below."""
        _, where, everywhere = _ONE if np.ndim(goal) == 0 else _MANY
        one, last, most = arithmetic.real(Fraction(1)), _last(arithmetic, degree), _most(arithmetic, degree)
        p = start
        for _ in range(_MOST_STEPS):
            rest = one - p
            power = rest ** (degree - 2)
            slope = power - (degree - 2) * p * (rest ** (degree - 3) if degree > 2 else 0)
            step = where(goal < most, (goal - p * power) / where(slope > 0, slope, one), last - p)
            p = p + step
            if everywhere(abs(step) <= 4 * arithmetic.epsilon * p):
                break
        return p

    @staticmethod
    def _imp_(ratio: Any, degree: Any) -> Any:
        """With mpmath: what SymPy calls in numbers."""
        return unlearned_share.value_in(_Mpmath(), mpmath.mpf(ratio), degree)

    def _sympystr(self, printer: Any) -> str:
        ratio, degree = self.args
        return f"unlearned_share({printer._print(ratio)}, {degree})"

    def _latex(self, printer: Any, **options: Any) -> str:
        ratio, degree = self.args
        value = rf"\left[1 - q_{{{degree}}}^{{{degree}}}\left({printer._print(ratio)}\right)\right]"
        power = options.get("exp")  # SymPy leaves the powers of functions to them
        return value if power is None else f"{value}^{{{power}}}"
