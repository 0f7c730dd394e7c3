r"""Mellin transforms without a closed form: integrals that stay integrals, and evaluate to any digits.

    M(x) = int_0^oo h(s) s^(-x - 1) ds

exists where the powers of h at 0 and at infinity lie on either side of x.  Dominant balance needs no more:
exponents never depend on the value, and a law holds the integral as it is.  With s = exp(t) both ends decay
exponentially, and the quadrature of mpmath converges to any number of digits.  Where x is close to the power
of h at an end, the decay is slow: there the integrand is C exp(-r t) to all digits long before it is small,
and what lies beyond T is the integrand at T over r.  Terms of h that cancel at an end, by a power of s, cost
digits there, which spare ones make up for; an error estimate is looked at.

In this order: how far an integrand reaches, `MellinIntegral`, and its value, computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import mpmath
from sympy import Add, Expr, Integral, S, Symbol, lambdify

from asymptotics.symbols import size

_GUARD_BITS, _SPARE_BITS = 40, 8

_CANCELLED = 6
"""Terms of an integrand may cancel up to this power of s, at either end, before digits are lost."""

_MOST_STOPS = 8

_NONE: Mapping[Symbol, Any] = {}


def _reach(integrand: Callable[[Any], Any], bits: int) -> tuple[list[Any], Any]:
    """Stops 1, 4, 16, ... up to where the rest of the integral is known, and that rest.

    It is 0 where nothing is left to add, and the integrand over its rate of decay where that is constant.

    Raises:
        ArithmeticError: it does not decay.
    """
    stops, largest = [mpmath.mpf(1)], abs(integrand(mpmath.mpf(0)))
    while len(stops) < _MOST_STOPS:
        now = abs(integrand(stops[-1]))
        largest = max(largest, now)
        if now * stops[-1] <= mpmath.mpf(2) ** (-bits - _GUARD_BITS) * largest:
            return stops, mpmath.mpf(0)
        rate, later = (_rate(integrand, t) for t in (stops[-1], 4 * stops[-1]))
        if rate > 0 and abs(later - rate) <= mpmath.mpf(2) ** (-bits - _GUARD_BITS // 2) * rate:
            return stops, integrand(stops[-1]) / rate
        stops.append(stops[-1] * 4)
    raise ArithmeticError("the integrand of a Mellin transform does not decay at its ends")


def _rate(integrand: Callable[[Any], Any], t: Any) -> Any:
    """The r of an integrand that is C exp(-r t) from t to t + 1; 0 where its sign changes or it vanishes."""
    one, other = integrand(t), integrand(t + 1)
    is_of_one_sign = mpmath.im(one) == mpmath.im(other) == 0 and one * other > 0
    return mpmath.log(one / other) if is_of_one_sign else mpmath.mpf(0)


class MellinIntegral(Expr):  # type: ignore[misc]
    """Integral of h(s) s**(-x - 1) over (0, oo), h given piece by piece: (x, lower, upper, value, ...).

    >>> from sympy import oo
    >>> integral = MellinIntegral(S.One / 2, S.Zero, oo, size / (1 + size) ** 2)
    >>> integral, integral.evalf(20)  # pi/2
    (Integral(1/(sqrt(s)*(s + 1)**2), (s, 0, oo)), 1.5707963267948966192)
    """

    is_commutative = True
    is_positive = True  # a sum of positive summands; that of a declaration is checked where it is used

    def __new__(cls, *arguments: Any) -> MellinIntegral:
        """From x, then three arguments a piece."""
        integral: MellinIntegral = Expr.__new__(cls, *map(S, arguments))
        return integral

    @property
    def exponent(self) -> Expr:
        """The x of the transform."""
        return self.args[0]

    @property
    def pieces(self) -> Sequence[tuple[Expr, Expr, Expr]]:
        """(lower, upper, value) of h."""
        return [tuple(self.args[k : k + 3]) for k in range(1, len(self.args), 3)]

    @property
    def free_symbols(self) -> set[Symbol]:
        """All but the size, which is integrated over."""
        return {symbol for argument in self.args for symbol in argument.free_symbols} - {size}

    def as_integral(self) -> Expr:
        """The integral in SymPy's form."""
        return Add(
            *(
                Integral((value * size ** (-self.exponent - 1)).powsimp(), (size, low, high))
                for low, high, value in self.pieces
            )
        )

    def value(self, numbers: Mapping[Symbol, Any] = _NONE) -> mpmath.mpf:
        """The number, to the working precision of mpmath.

        Args:
            numbers: what stands for the free symbols.

        Raises:
            ArithmeticError: the quadrature does not converge.
        """
        return _quadrature(self, tuple(numbers.items()), mpmath.mp.prec)

    def _part(self, piece: tuple[Expr, Expr, Expr], numbers: Mapping[Symbol, Any], bits: int) -> mpmath.mpf:
        """The integral over one piece, to so many bits."""
        symbols, at = tuple(numbers), tuple(numbers.values())
        exponent, low, high = map(mpmath.mpf, lambdify(symbols, (self.exponent, *piece[:2]), "mpmath")(*at))
        function = lambdify((*symbols, size), piece[2], "mpmath")

        def integrand(t: Any, spare: int = _CANCELLED) -> Any:
            with mpmath.extraprec(int(spare * abs(t) / mpmath.log(2)) + _GUARD_BITS):
                return function(*at, mpmath.exp(t)) * mpmath.exp(-exponent * t)

        # stops are counted from the end of the piece that is finite
        start = mpmath.log(low) if low > 0 else mpmath.log(high) if high < mpmath.inf else mpmath.mpf(0)
        left, right, rest = [mpmath.mpf(0)], [mpmath.mpf(0)], mpmath.mpf(0)
        if low == 0:
            left, rest = _reach(lambda t: integrand(start - t), bits)
        if high == mpmath.inf:
            right, more = _reach(lambda t: integrand(start + t), bits)
            rest += more
        elif low > 0:
            right = [mpmath.log(high) - start]
        stops = sorted({start, *(start - t for t in left), *(start + t for t in right)})
        value, error = mpmath.quad(integrand, stops, error=True)
        value += rest
        target = mpmath.mpf(2) ** (_SPARE_BITS - bits)
        for end in (stops[0], stops[-1]):
            other = integrand(end, 2 * _CANCELLED)
            error += abs(end) * abs(integrand(end) - other)
        if not error <= target * abs(value):
            raise ArithmeticError(f"the quadrature of {self} does not converge")
        return value

    def _eval_evalf(self, bits: int) -> Expr | None:
        if self.free_symbols:
            return None
        with mpmath.workprec(bits):
            return S(self.value())._eval_evalf(bits)

    def _eval_simplify(self, **options: Any) -> Expr:
        return self

    def _sympystr(self, printer: Any) -> str:
        written = printer._print(self.as_integral())
        return f"({written})" if len(self.pieces) > 1 else str(written)

    def _latex(self, printer: Any) -> str:
        # also of one piece: a power or a factor behind it would be read as of the integrand
        return rf"\left({printer._print(self.as_integral())}\right)"


# a law is evaluated at many dimensions: its integral, a function of the parameters, is the same at all
@lru_cache(maxsize=1024)
def _quadrature(integral: MellinIntegral, numbers: tuple[tuple[Symbol, Any], ...], bits: int) -> mpmath.mpf:
    """The value of an integral, to so many bits."""
    with mpmath.extraprec(_GUARD_BITS):
        return mpmath.fsum(integral._part(piece, dict(numbers), bits) for piece in integral.pieces)
