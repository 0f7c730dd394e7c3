"""One formula, two arithmetics: float64 arrays, or arrays of multiple-precision numbers.

Every formula of this package is written once, on NumPy arrays.  The arrays hold either float64 and
complex128, or Python objects of gmpy2 (MPFR and MPC: correctly rounded, any number of bits), for which NumPy
supplies broadcasting, sums and products.  What NumPy can't supply are the elementary functions and the
constants: an `Arithmetic` is the record of those.

    DOUBLE                  53 bits, NumPy and SciPy functions
    multiprecision(bits)    any number of bits, functions applied element by element

The numbers are gmpy2's: real and complex scalars that round like float64, so that every formula means the
same in both arithmetics.  Error functions and matrix products pass through balls of python-flint, which take
a tenth of the time of MPFR's and less, and a fifth at 60 digits.

The precision of MPFR is a property of the thread, that of python-flint one of the whole process.
Multiprecision code runs inside ``arithmetic.working()``, which sets both, lets no other thread change them
(`flint_bits`), and puts them back.  Inside it, exact numbers enter by ``arithmetic.real`` (Fractions
correctly rounded, never by way of a float) and leave by `to_mpf` as `mpmath.mpf`, the type users get.

Functions, in order: `flint_bits`, `multiprecision`, `for_digits`, `to_fraction`, `to_mpf`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from numbers import Rational
from threading import RLock
from typing import Any, TypeAlias

import flint
import gmpy2
import mpmath
import numpy as np
from scipy import special

Number: TypeAlias = int | float | Fraction | mpmath.mpf
Elementwise: TypeAlias = Callable[..., Any]

DOUBLE_BITS = 53
# What NumPy and gmpy2 call by the same names.
_ELEMENTARY = ("exp", "log", "sqrt", "expm1", "log1p", "sin", "cos")
# Balls have so many bits more than the numbers they are rounded to.
_SPARE_BITS = 10
# Beyond, erf and erfc differ from -1, 0, 1 and 2 by less than the smallest number.
_ERF_REACH = 3e4

# python-flint's precision, and length of series, are those of the whole process.
_FLINT = RLock()
if hasattr(os, "register_at_fork"):
    # Without these a child forked while another thread holds the lock would wait for it for ever.
    os.register_at_fork(before=_FLINT.acquire, after_in_parent=_FLINT.release, after_in_child=_FLINT.release)


@dataclass(frozen=True, eq=False)
class Arithmetic:
    """Elementary functions and constants of one arithmetic; they act on its scalars and on its arrays.

    There is one object for each number of bits: arithmetics are compared by identity.

    Attributes:
        bits: length of the mantissa, or how much of it is asked for.
        real: exact or floating number -> real scalar, rounded once.
        complex: real and imaginary part -> complex scalar or array.
        real_part, imaginary_part: of complex scalars or arrays (NumPy's ``.real`` is blind to objects).
        exp, log, sqrt: of real or complex arguments.
        expm1, log1p, sin, cos, erf, erfc: of real arguments.
        is_finite: elementwise, of real or complex arguments.
        packed: real array -> array of the same numbers, in the form in which matrix products are fast.
        unpacked: packed array -> real array.
        multiplier: packed matrix, or stack of them -> function that multiplies such from the left by it.
        working: context in which this arithmetic must be used.
    """

    bits: int
    real: Callable[[Any], Any]
    complex: Elementwise
    real_part: Elementwise
    imaginary_part: Elementwise
    exp: Elementwise
    log: Elementwise
    sqrt: Elementwise
    expm1: Elementwise
    log1p: Elementwise
    sin: Elementwise
    cos: Elementwise
    erf: Elementwise
    erfc: Elementwise
    is_finite: Elementwise
    packed: Elementwise
    unpacked: Elementwise
    multiplier: Callable[[Any], Elementwise]
    working: Callable[[], AbstractContextManager[Any]]

    def __reduce__(self) -> tuple[Any, tuple[int]]:
        """By its bits: unpickled or copied it is the same object."""
        return _of_bits, (self.bits,)

    @property
    def digits(self) -> float:
        """Decimal digits of the mantissa."""
        return self.bits * math.log10(2.0)

    @property
    def epsilon(self) -> Any:
        """Distance from 1 to the next number: 2^(1 - bits)."""
        return self.real(2) ** (1 - self.bits)

    @property
    def pi(self) -> Any:
        """The circle constant, correctly rounded."""
        return math.pi if self.bits <= DOUBLE_BITS else gmpy2.const_pi(self.bits)

    def array(self, numbers: Any) -> Any:
        """Array of the reals nearest to the given exact or floating numbers."""
        if self.bits <= DOUBLE_BITS and isinstance(numbers, range):
            # not arange(start, stop): it takes its step from the first two, which may round to one
            return float(numbers.start) + float(numbers.step) * np.arange(len(numbers))
        if self.bits <= DOUBLE_BITS:
            return np.array([float(number) for number in numbers])
        return np.array([self.real(number) for number in numbers], dtype=object)

    def gauss_legendre(self, order: int) -> tuple[Any, Any]:
        """Nodes and weights of Gauss-Legendre quadrature on [-1, 1], to full precision.

        >>> nodes, weights = DOUBLE.gauss_legendre(5)
        >>> bool(abs(weights @ nodes**8 - 2 / 9) < 1e-15)
        True
        """
        return _gauss_legendre(order, self.bits)


def _double(number: Any) -> float:
    """Nearest float; gmpy2's and mpmath's numbers and Fractions convert correctly rounded."""
    return float(number)


DOUBLE = Arithmetic(
    bits=DOUBLE_BITS,
    real=_double,
    complex=lambda real, imaginary: real + 1j * np.asarray(imaginary),
    real_part=np.real,
    imaginary_part=np.imag,
    **{name: getattr(np, name) for name in _ELEMENTARY},
    erf=special.erf,
    erfc=special.erfc,
    is_finite=np.isfinite,
    packed=lambda numbers: numbers,
    unpacked=lambda numbers: numbers,
    multiplier=lambda matrix: partial(np.matmul, matrix),
    # Root finders try points far away: what is not finite there is caught by value, not by warning.
    working=lambda: np.errstate(all="ignore"),
)


ROUGH = replace(DOUBLE, bits=24)
"""float64 asked for seven digits only: rules of integration are as short as that allows."""

SHORT = replace(DOUBLE, bits=30)
"""The same for nine digits."""


def _from_mpf(number: Any, bits: int) -> Any:
    """Nearest number of that many bits: one rounding, of the mantissa; the shift is exact."""
    if not mpmath.isfinite(number):
        return gmpy2.mpfr(float(number), bits)
    sign, mantissa, exponent, _ = number._mpf_
    rounded = gmpy2.mpfr(-mantissa if sign else mantissa, bits)
    return gmpy2.mul_2exp(rounded, exponent) if exponent >= 0 else gmpy2.div_2exp(rounded, -exponent)


def _elementwise(function: Callable[..., Any], arguments: int = 1) -> Elementwise:
    ufunc: Elementwise = np.frompyfunc(function, arguments, 1)
    return ufunc


@contextmanager
def flint_bits(bits: int) -> Iterator[None]:
    """Balls with midpoints of that many bits; the context is restored, and no other thread's in between.

    >>> with flint_bits(100):
    ...     flint.ctx.prec
    100
    """
    with _FLINT:
        before, length = flint.ctx.prec, flint.ctx.cap
        flint.ctx.prec = bits
        try:
            yield
        finally:
            flint.ctx.prec, flint.ctx.cap = before, length


@lru_cache(maxsize=1 << 14)
def _power_of_two(exponent: int) -> Any:
    return gmpy2.mpfr(2) ** exponent


@lru_cache(maxsize=1 << 14)
def _ball_power_of_two(exponent: int) -> Any:
    return flint.arb((1, exponent))


def _to_ball(number: Any) -> Any:
    """The ball of a finite MPFR number: exact, as it has no more bits than balls have."""
    mantissa, exponent = number.as_mantissa_exp()
    return flint.arb(int(mantissa)) * _ball_power_of_two(int(exponent))


def _from_ball(ball: Any) -> Any:
    """The middle of a ball, rounded once, or NaN."""
    if not ball.is_finite():
        return gmpy2.nan()
    mantissa, exponent = ball.mid().man_exp()
    return int(mantissa) * _power_of_two(int(exponent))


def _multiplier(left: Any) -> Elementwise:
    """Of matrices of balls, or of stacks of them."""
    if left.ndim == 3:
        each = [_multiplier(matrix) for matrix in left]
        return lambda right: np.stack([times(matrix) for times, matrix in zip(each, right, strict=True)])
    if left.size == 0:
        return lambda right: np.full((len(left), right.shape[-1]), flint.arb(0))
    matrix = flint.arb_mat(left.tolist())

    def times(right: Any) -> Any:
        return np.array((matrix * flint.arb_mat(right.tolist())).tolist(), dtype=object)

    return times


def _by_balls(name: str, bits: int) -> Elementwise:
    """A real function of python-flint, with a relative error below 2^-bits."""
    of_ball, beyond = getattr(flint.arb, name), getattr(gmpy2, name)

    def value(number: Any) -> Any:
        if not abs(number) < _ERF_REACH:
            return beyond(number)
        exact, working = _to_ball(number), bits + _SPARE_BITS
        ball = of_ball(exact)
        while ball.rel_accuracy_bits() < bits:
            working *= 2
            with flint_bits(working):
                ball = of_ball(exact)
        return _from_ball(ball)

    return _elementwise(value)


def _is_finite(function: Callable[[Any], bool]) -> Elementwise:
    test = np.frompyfunc(function, 1, 1)
    return lambda values: np.asarray(test(values), dtype=bool)


@lru_cache(maxsize=64)
def multiprecision(bits: int) -> Arithmetic:
    """Arithmetic of ``bits`` > 53 bits on NumPy object arrays of gmpy2 numbers.

    Use it inside its ``working()`` context: outside, gmpy2 rounds to the precision set by whoever was last.

    >>> arithmetic = multiprecision(200)
    >>> with arithmetic.working():
    ...     third = arithmetic.real(Fraction(1, 3))
    ...     print(to_mpf(third * 3 - 1), to_mpf(arithmetic.erf(third)))
    0.0 0.362648111766063
    """
    if bits <= DOUBLE_BITS:
        raise ValueError(f"bits={bits}: multiprecision needs more than the {DOUBLE_BITS} bits of DOUBLE")

    def real(number: Any) -> Any:
        if isinstance(number, float):  # most are; asking whether one is rational takes longest
            return gmpy2.mpfr(number, bits)
        if isinstance(number, mpmath.mpf):
            return _from_mpf(number, bits)
        if isinstance(number, Rational):
            return gmpy2.mpfr(gmpy2.mpq(int(number.numerator), int(number.denominator)), bits)
        return gmpy2.mpfr(number, bits)

    @contextmanager
    def working() -> Iterator[None]:
        with flint_bits(bits + _SPARE_BITS), gmpy2.context(precision=bits):
            yield

    return Arithmetic(
        bits=bits,
        real=real,
        complex=_elementwise(gmpy2.mpc, 2),
        real_part=_elementwise(lambda z: z.real),
        imaginary_part=_elementwise(lambda z: z.imag),
        **{name: _elementwise(getattr(gmpy2, name)) for name in _ELEMENTARY},
        erf=_by_balls("erf", bits),
        erfc=_by_balls("erfc", bits),
        is_finite=_is_finite(gmpy2.is_finite),
        packed=_elementwise(_to_ball),
        unpacked=_elementwise(_from_ball),
        multiplier=_multiplier,
        working=working,
    )


def _of_bits(bits: int) -> Arithmetic:
    """The one arithmetic of that many bits."""
    return {one.bits: one for one in (DOUBLE, ROUGH, SHORT)}.get(bits) or multiprecision(bits)


def for_digits(digits: int, guard: int = 0) -> Arithmetic:
    """Smallest multiprecision arithmetic with ``digits + guard`` decimal digits.

    >>> for_digits(30).bits
    100
    """
    return multiprecision(max(DOUBLE_BITS + 1, math.ceil((digits + guard) / math.log10(2.0))))


def to_fraction(number: Any) -> Fraction:
    """The rational number that an int, a Fraction, a finite float or a finite mpf is.

    >>> to_fraction(0.1) == Fraction(1, 10), to_fraction(mpmath.mpf(3) / 8)
    (False, Fraction(3, 8))
    """
    if isinstance(number, Rational):
        return Fraction(int(number.numerator), int(number.denominator))
    if isinstance(number, mpmath.mpf):
        sign, mantissa, exponent, _ = number._mpf_
        return Fraction(-int(mantissa) if sign else int(mantissa)) * Fraction(2) ** int(exponent)
    return Fraction(float(number))


def to_mpf(number: Any, digits: int | None = None) -> mpmath.mpf:
    """An `mpmath.mpf` equal to ``number``, or the nearest one with a mantissa of ``digits`` digits.

    ``number`` is a float, an int or a gmpy2 number.  The ambient precision of mpmath plays no part:
    ``mpmath.mpf(x)`` would round to it.

    >>> to_mpf(0.5)
    mpf('0.5')
    """
    if isinstance(number, mpmath.mpf):
        exact = number._mpf_
    else:
        wide = number if isinstance(number, type(gmpy2.mpfr(0))) else gmpy2.mpfr(number, DOUBLE_BITS)
        if not gmpy2.is_finite(wide):
            return mpmath.mpf(float(wide))
        mantissa, exponent = wide.as_mantissa_exp()
        exact = mpmath.libmp.from_man_exp(int(mantissa), int(exponent))
    if digits is not None:
        exact = mpmath.libmp.mpf_pos(exact, mpmath.libmp.dps_to_prec(digits), "n")
    return mpmath.mp.make_mpf(exact)


@lru_cache(maxsize=256)
def _gauss_legendre(order: int, bits: int) -> tuple[Any, Any]:
    """From balls of 16 more bits, for float64 too: NumPy's own weights are off by up to 1e-14 at order 40."""
    arithmetic = multiprecision(max(bits, DOUBLE_BITS) + 16)
    with arithmetic.working():
        pairs = [flint.arb.legendre_p_root(order, k, weight=True) for k in range((order + 1) // 2)]
        falling, half = (np.array([_from_ball(ball) for ball in balls]) for balls in zip(*pairs, strict=True))
        mirrored = slice(order // 2 - 1, None, -1) if order > 1 else slice(0)
        nodes, weights = np.append(-falling, falling[mirrored]), np.append(half, half[mirrored])
    narrow = DOUBLE if bits <= DOUBLE_BITS else multiprecision(bits)
    nodes, weights = narrow.array(nodes), narrow.array(weights)
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights
