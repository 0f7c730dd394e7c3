r"""Sums over a power law of modes that hold uniformly, also where the lemma of ``power_sums`` changes case.

With s_i = A i^{-gamma}, i = 1..d, and a scale T, the lemma gives one monomial for the mean of h(s_i/T) when
the number K = (A/T)^{1/gamma} of modes above T is far from both of its ends.  Three sums hold in between.

* K ~ 1, the *discrete head*: h is a power c s^p below T, so that each of the few modes above it counts for
  itself and all others as a power,

      sum_i h(s_i/T) = c (A/T)^p zeta(gamma p) + sum_{i <= K} (h - c s^p)(s_i/T);

  where h - c s^p is a sum of powers, so is the rest, by Hurwitz's zeta function.
* 1 << K << d: the Mellin transform, (K/gamma) \int_0^oo h(s) s^{-1/gamma - 1} ds.
* K ~ d, the *finite-size end*: the same, cut at the smallest mode x = s_d/T,

      (1/d) sum_i h(s_i/T) = (1/gamma) x^{1/gamma} \int_x^oo h(s) s^{-1/gamma - 1} ds
                         = \int_0^1 h(x t^{-gamma}) dt.

Worked by hand: the energy of what a threshold leaves, h(s) = min(s, 1)^2.  At the head, with
N = floor(K), it is N + (A/T)^2 zeta(2 gamma, N + 1), which is zeta(2 gamma) (A/T)^2 for N = 0; at the end,
with m = K/d < 1, m (2 gamma - m^{2 gamma - 1})/(2 gamma - 1), which is 1 at m = 1, where every mode is cut.

Numbers.  What has no closed form is summed directly at its head and by Euler and Maclaurin's formula beyond,
or integrated by mpmath's tanh-sinh quadrature (Takahasi and Mori 1974) over panels.

In this order: ``power_law_sum`` (Mellin), ``discrete_head``, ``finite_size_end``; ``evaluate``, ``compiled``,
sums, means over ranks, ``integral``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import mpmath
from sympy import (
    Add,
    Dummy,
    Expr,
    Integral,
    Max,
    Mul,
    S,
    Sum,
    Symbol,
    erf,
    erfc,
    exp,
    expand,
    floor,
    lambdify,
    oo,
    pi,
    powdenest,
    simplify,
    sqrt,
    uppergamma,
    zeta,
)

from asymptotics.expressions.mellin_integral import MellinIntegral
from asymptotics.lemmas.power_sums import ModeFunction, Piece, mellin
from asymptotics.symbols import gamma, size

Number = Any
"""A real number: int, float, Fraction or mpmath.mpf."""

DIGITS = 12
"""Of integrals over modes; what is integrated, which is costly, keeps all."""


def power_law_sum(function: ModeFunction) -> Expr:
    r"""(1/gamma) \int_0^oo h(s) s^{-1/gamma - 1} ds: the sum over all modes, over K.

    The pieces of h may hold other symbols, as may the sizes at which they meet.

    >>> from sympy import simplify
    >>> energy = ModeFunction((Piece(S.Zero, S.One, size**2), Piece(S.One, oo, S.One)))
    >>> simplify(power_law_sum(energy) - 2 * gamma / (2 * gamma - 1))
    0
    """
    if len(function.pieces) == 1:
        return mellin(function) / gamma
    return Add(*(_powers_between(piece, piece.lower, piece.upper) for piece in function.pieces)) / gamma


def discrete_head(function: ModeFunction, largest: Expr) -> Expr:
    """The sum over all modes of h(largest * i**-gamma): exact while the last mode is of no weight.

    Args:
        function: h, which vanishes at zero.
        largest: the size A/T of the first mode in units of the scale.

    >>> energy = ModeFunction((Piece(S.Zero, S.One, size**2), Piece(S.One, oo, S.One)))
    >>> discrete_head(energy, S(3)).subs(gamma, 1)  # 3 + 9 (zeta(2) - 1 - 1/4 - 1/9)
    -37/4 + 3*pi**2/2
    """
    lowest = function.pieces[0].value
    constant, power = function.at_zero()
    lost = S.Zero if power is None else constant * size**power
    if len(function.pieces) == 2 and lowest == lost and not _is_sum_of_powers(function.pieces[1].value):
        return _head_of_two(constant, power, function.pieces[1], largest)
    rest = expand((lowest - lost).replace(erf, lambda x: 1 - erfc(x)))
    if simplify(rest) == 0:
        total = S.Zero if power is None else constant * largest**power * zeta(gamma * power)
    else:
        # of many modes above the scale a small part of the power is left: it is not taken as a difference
        index, last = Symbol("i", positive=True, integer=True), floor(largest ** (1 / gamma))
        above, below = (value.subs(size, largest * index**-gamma) for value in (lowest, rest))
        total = Sum(above, (index, 1, last)) + Sum(below, (index, last + 1, oo))
        total += S.Zero if power is None else constant * largest**power * zeta(gamma * power, last + 1)
    for below, above in pairwise(function.pieces):
        count = floor((largest / above.lower) ** (1 / gamma))
        for factor, power in _powers(above.value - below.value):
            exponent = gamma * power
            # two summands: what all modes have below cancels what those above lose, to the last digit
            total += factor * largest**power * zeta(exponent)
            total -= factor * largest**power * zeta(exponent, count + 1)
    return total


def _head_of_two(constant: Expr, power: Expr, above: Piece, largest: Expr) -> Expr:
    """The same of a power below a size, and of any function above it."""
    index, count = Symbol("i", positive=True, integer=True), floor((largest / above.lower) ** (1 / gamma))
    below = constant * largest**power * zeta(gamma * power, count + 1)
    return below + Sum(above.value.subs(size, largest * index**-gamma), (index, 1, count))


def finite_size_end(function: ModeFunction, smallest: Expr) -> Expr:
    """The mean over all modes of h, given the size s_d/T of the last: exact while the first is of no weight.

    Closed where h is a sum of powers, piece by piece, or of powers times Gaussians and error functions of
    1/s; else an integral over the rank t = i/d of a mode.

    >>> energy = ModeFunction((Piece(S.Zero, S.One, size**2), Piece(S.One, oo, S.One)))
    >>> finite_size_end(energy, S(2))
    1
    >>> from sympy import sqrt
    >>> cut = ModeFunction((Piece(S.Zero, oo, 1 / (1 + size**2)),))
    >>> finite_size_end(cut, S(3))
    Integral(1/(1 + 9/t**(2*gamma)), (t, 0, 1))
    """
    share = smallest ** (1 / gamma) / gamma
    if len(function.pieces) > 1 or _is_sum_of_powers(function.pieces[0].value):
        parts = (
            _powers_between(piece, Max(piece.lower, smallest), _later(piece.upper, smallest))
            for piece in function.pieces
        )
        return simplify(powdenest(expand(share * Add(*parts)), force=True))
    (piece,) = function.pieces
    below = _gaussian_integral(piece.value, smallest)
    if below is not None:
        return share * (mellin(function) - below)
    rank = Symbol("t", positive=True)
    return Integral(piece.value.subs(size, smallest * rank**-gamma), (rank, 0, 1))


def _later(upper: Expr, smallest: Expr) -> Expr:
    return oo if upper == oo else Max(upper, smallest)


def _powers(value: Expr) -> list[tuple[Expr, Expr]]:
    """(factor, power) of each term of a sum of powers of the size."""
    powers = [term.as_independent(size) for term in Add.make_args(expand(value))]
    terms = [(factor, simplify(size * rest.diff(size) / rest)) for factor, rest in powers]
    if any(power.has(size) for _, power in terms):
        raise NotImplementedError(f"{value} is not a sum of powers of the size of a mode")
    return terms


def _is_sum_of_powers(value: Expr) -> bool:
    try:
        return bool(_powers(value))
    except NotImplementedError:
        return False


def _powers_between(piece: Piece, lower: Expr, upper: Expr) -> Expr:
    """The integral of h(s) s**(-1/gamma - 1); ends at 0 and oo are reached only where it converges."""

    def primitive(end: Expr, exponent: Expr) -> Expr:
        return S.Zero if end in (S.Zero, oo) else end**exponent / exponent

    if piece.value == 0:
        return S.Zero
    exponents = [(factor, power - 1 / gamma) for factor, power in _powers(piece.value)]
    return Add(*(f * (primitive(upper, e) - primitive(lower, e)) for f, e in exponents))


def _gaussian_integral(value: Expr, upper: Expr) -> Expr | None:
    """The integral of value * s**(-1/gamma - 1) from 0 to ``upper``; None if it is not of the known kind.

    In w = 1/s, a power times exp(-(r w)**2) or erfc(r w) has an incomplete Gamma function for its integral
    to infinity.
    """
    inverse = Symbol("w", positive=True)
    integrand = expand(value.replace(erf, lambda x: 1 - erfc(x)).subs(size, 1 / inverse))
    terms = [_gaussian_term(term, inverse) for term in Add.make_args(integrand)]
    if any(term is None for term in terms):
        return None
    return Add(*(_incomplete(*term, 1 / upper) for term in terms if term is not None))


def _gaussian_term(term: Expr, inverse: Symbol) -> tuple[Expr, Expr, Any, Expr] | None:
    """(factor, power, kernel, rate) of factor * w**power * kernel(rate w), kernel 1, erfc or a Gaussian."""
    kernels = [x for x in Mul.make_args(term) if x.func in (erfc, exp)]
    if len(kernels) > 1:
        return None
    kernel, rate, rest = None, S.One, term
    for factor in kernels:
        kernel, rest = factor.func, term / factor
        argument = factor.args[0]
        rate = simplify((argument if kernel is erfc else sqrt(-argument)) / inverse)
    factor, tail = rest.as_independent(inverse)
    power = simplify(inverse * tail.diff(inverse) / tail)
    return None if power.has(inverse) or rate.has(inverse) else (factor, power, kernel, rate)


def _incomplete(factor: Expr, power: Expr, kernel: Any, rate: Expr, start: Expr) -> Expr:
    """The integral from ``start`` to infinity of one term times w**(1/gamma - 1)."""
    exponent = power + 1 / gamma

    def moment(exponent: Expr) -> Expr:
        return rate**-exponent * uppergamma(exponent / 2, (rate * start) ** 2) / 2

    if kernel is None:
        return -factor * start**exponent / exponent
    if kernel is exp:
        return factor * moment(exponent)
    by_parts = 2 * rate / sqrt(pi) * moment(exponent + 1) - start**exponent * erfc(rate * start)
    return factor * by_parts / exponent


def evaluate(expression: Expr, values: Mapping[Symbol, Number]) -> mpmath.mpf:
    """The number an expression stands for, at the working precision of mpmath; nan where it has none.

    The terms of infinite sums must decrease smoothly, as those of ``discrete_head`` do.  A ``ModeIntegral``
    has its own number.

    >>> index = Symbol("i", positive=True, integer=True)
    >>> mpmath.nstr(evaluate(Sum(exp(-index), (index, 1, oo)), {}), 10)
    '0.5819767069'
    """
    symbols = (*values,)
    number = mpmath.mpmathify(compiled(expression, symbols)(*(values[s] for s in symbols)))
    if isinstance(number, mpmath.mpc):
        # where two of its cases meet a square root of what rounding leaves of 0 may be imaginary
        is_rounding = abs(number.imag) <= mpmath.sqrt(mpmath.eps) * abs(number.real)
        return number.real if is_rounding else mpmath.mpf("nan")
    return number


class ModeIntegral(Expr):  # type: ignore[misc]  # SymPy exports no types
    """An integral over all modes that is known as a number only: ``evaluate`` asks it for that."""

    def number_of(self, names: Sequence[Symbol]) -> Callable[..., mpmath.mpf]:
        """Its value as a function of those of the symbols, at the working precision of mpmath."""
        raise NotImplementedError


@lru_cache(maxsize=256)
def compiled(expression: Expr, symbols: tuple[Symbol, ...]) -> Any:
    """``evaluate`` as a function of the values of the symbols, for repeated use; cached."""
    sums = sorted(expression.atoms(Sum, Integral, ModeIntegral, MellinIntegral), key=str)
    stand_ins = [Dummy() for _ in sums]
    # lambdify puts every name into one namespace, where the symbol gamma would hide the function
    names = [Dummy() for _ in symbols]
    renamed = dict(zip(symbols, names, strict=True))
    outer = lambdify(
        [*names, *stand_ins],
        expression.subs(dict(zip(sums, stand_ins, strict=True))).xreplace(renamed),
        [{"zeta": _zeta}, "mpmath"],
    )
    numbers = [_number_of(part.xreplace(renamed), names) for part in sums]

    def number(*values: Number) -> Any:
        return outer(*values, *(part(*values) for part in numbers))

    return number


def _number_of(part: Expr, names: Sequence[Symbol]) -> Callable[..., Any]:
    """A sum, or an integral over ranks from 0 to 1, as a function of the values of the symbols."""
    if isinstance(part, ModeIntegral):
        return part.number_of(names)
    if isinstance(part, MellinIntegral):
        places = {name: k for k, name in enumerate(names) if name in part.free_symbols}
        return lambda *values: part.value({name: values[k] for name, k in places.items()})
    index, summands = part.variables[0], Add.make_args(expand(part.function))
    # what does not change from term to term has its number once at each precision
    held = {factor: Dummy() for summand in summands for factor in _free_of(index, summand)}
    terms = [summand.xreplace(held) for summand in summands]
    addends = lambdify([index, *names, *held.values()], terms, "mpmath", cse=True)
    factors = lambdify(names, list(held), [{"zeta": _zeta}, "mpmath"], cse=True)
    ends = lambdify(names, part.limits[0][1:], "mpmath") if isinstance(part, Sum) else None

    def number(*values: Number) -> mpmath.mpf:
        @cache
        def factors_at(precision: int) -> list[Any]:
            with mpmath.workprec(precision):
                numbers: list[Any] = factors(*values)
            return numbers

        def term(place: Any) -> mpmath.mpf:
            return _added_up(lambda: addends(place, *values, *factors_at(mpmath.mp.prec)))

        return _mean_over_ranks(term) if ends is None else _fast_sum(term, *ends(*values))

    return number


def _free_of(index: Symbol, expression: Expr) -> set[Expr]:
    """The largest parts of an expression that an index does not stand in, but for symbols and numbers."""
    if not expression.has(index):
        return set() if expression.is_Atom else {expression}
    if isinstance(expression, Sum | Integral):  # what is free of one index may hold that of another
        return set()
    return set().union(*(_free_of(index, part) for part in expression.args))


_MOST_BITS = 2**16
"""Of what is summed or integrated."""


def _added_up(addends: Callable[[], Sequence[Any]]) -> mpmath.mpf:
    """A sum at the working precision of mpmath, from addends with as many bits more as they cancel.

    Where a mode is far above the threshold its error is a small part of each addend.

    Raises:
        ArithmeticError: when these are more than _MOST_BITS.

    >>> print(_added_up(lambda: [mpmath.exp(mpmath.mpf(2) ** -99), mpmath.mpf(-1)]) * 2**99)
    1.0
    """
    wanted = mpmath.mp.prec
    precision = wanted + 20  # some always cancel
    while precision < _MOST_BITS:
        with mpmath.workprec(precision):
            parts = addends()
            total, largest = mpmath.fsum(parts), max(map(abs, parts))
        lost = mpmath.mag(largest) - mpmath.mag(total) if total else precision
        if largest == 0 or lost + wanted <= precision:
            return total
        precision = max(lost + wanted, 2 * precision)
    raise ArithmeticError(f"terms of a sum over modes cancel to more than {_MOST_BITS} bits")


def _zeta(power: Any, start: Any = 1) -> Any:
    """Hurwitz's zeta function.

    Where its sum diverges, mpmath adds up all integers below the start; from a start of as many as there are
    bits on Euler and Maclaurin's series is as good.

    >>> sums = mpmath.zeta(-1.5) - _zeta(-1.5, mpmath.mpf(10) ** 30)  # i^1.5 of all i below
    >>> print(mpmath.nstr(sums * mpmath.mpf(10) ** -75, 10))  # 2/5
    0.4
    """
    if power > 0 or start < mpmath.mp.prec:
        return mpmath.zeta(power, start)
    total, order = start ** (1 - power) / (power - 1) + start**-power / 2, 2
    factor = added = power * start ** (-power - 1) / 2
    while abs(added) > mpmath.eps * abs(total):
        added = mpmath.bernoulli(order) * factor
        total += added
        factor *= (power + order - 1) * (power + order) / ((order + 1) * (order + 2) * start**2)
        order += 2
    return total


_PANEL = 4
"""Longest panel of the integral over log t."""

_SMALLEST_RANK = mpmath.mpf(2) ** -1000
"""Share of all modes below that of one mode."""

_LEVEL = 0.01
"""A function that grows towards 0 by a smaller power of t counts as level: quadrature reaches that end."""


def _mean_over_ranks(term: Callable[[Any], Any]) -> mpmath.mpf:
    """The integral over t from 0 to 1, to DIGITS, of a function that varies on the scale of log t.

    Below the rank of the last learned mode it is level, and the variable is t itself; or it is a power, which
    the quadrature does not see to its end.

    >>> few = mpmath.mpf(10) ** -30
    >>> print(mpmath.nstr(_mean_over_ranks(lambda t: 1 / (1 + (t / few) ** 2)) / few, 10))  # pi/2
    1.570796327
    """
    power = _power_at_smallest(term)
    if power > -_LEVEL:
        last = _end_of_level(term)
        mean = integral(lambda share: term(last * share), [0, 1], DIGITS)
    else:
        last = _SMALLEST_RANK
        mean = term(last) / (1 + power)
    if last < 1:
        panels = mpmath.linspace(0, -mpmath.log(last), int(-mpmath.log(last) / _PANEL) + 2)
        mean += integral(lambda t: mpmath.exp(t) * term(last * mpmath.exp(t)), panels, DIGITS)
    return last * mean


def _power_at_smallest(term: Callable[[Any], Any]) -> mpmath.mpf:
    """The power of t that a function is at the smallest ranks; 0 where it vanishes.

    >>> print(mpmath.nstr(_mean_over_ranks(lambda t: t ** mpmath.mpf(-0.9)), 10))
    10.0

    Raises:
        ArithmeticError: it is at most -1.
    """
    near, nearer = term(_SMALLEST_RANK), term(_SMALLEST_RANK / 2)
    if near == 0 or nearer == 0:
        return mpmath.mpf(0)
    power = mpmath.log(near / nearer, 2)
    if not power > -1:
        raise ArithmeticError(f"a sum over modes grows like the power {mpmath.nstr(power, 5)} of their rank")
    return power


def _end_of_level(term: Callable[[Any], Any]) -> mpmath.mpf:
    """The rank, to a factor, from which on a term is less than half of what it is at the smallest."""
    low, high = mpmath.log(_SMALLEST_RANK), mpmath.mpf(0)
    half = abs(term(_SMALLEST_RANK)) / 2
    if abs(term(mpmath.mpf(1))) >= half:
        return mpmath.mpf(1)
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if abs(term(mpmath.exp(middle))) < half else (middle, high)
    return mpmath.exp(low)


_EXPLICIT_TERMS = 200
"""The rest is summed by Euler and Maclaurin's formula, with an error of 1e-12 of its size."""

_SUM_DIGITS = 30
"""Of the integral in that formula."""

_PANELS = (0, 2, 5, 10, 20, 39, 40)
"""Ends of its panels, in the logarithm of the index, from the end where terms vary."""


def _fast_sum(term: Callable[[Any], Any], first: Any, last: Any) -> mpmath.mpf:
    """Sum over i = first, ..., last of terms smooth in log i; to oo where they decrease like a power."""
    total, small, start = mpmath.mpf(0), mpmath.eps ** mpmath.mpf(0.75), mpmath.mpf(first)
    explicit = min(last - first + 1, _EXPLICIT_TERMS)
    for index in range(int(explicit)):
        value = term(start + index)
        total += value
        if last == mpmath.inf and not abs(value) > small * abs(total):  # terms cancel near their end
            return total
    if explicit < _EXPLICIT_TERMS:
        return total
    start += explicit
    if start > last:
        return total
    precision = mpmath.mp.prec

    def at(x: Any) -> Any:
        with mpmath.workprec(max(precision, mpmath.mp.prec)):  # differences are taken with more digits
            return term(x)

    def end(x: Any, sign: int) -> Any:  # derivatives in log x, on the scale of which terms vary
        one, two, three = (mpmath.diff(lambda t: at(mpmath.exp(t)), mpmath.log(x), k) for k in (1, 2, 3))
        return at(x) / 2 + sign * (one / x / 12 - (three - 3 * two + 2 * one) / x**3 / 720)

    def per_logarithm(t: Any) -> Any:
        return mpmath.exp(t) * at(mpmath.exp(t))

    with mpmath.workdps(_SUM_DIGITS):
        low = mpmath.log(start)
        if last < mpmath.inf:
            high = mpmath.log(last)
            panels = [low, *(high - t for t in reversed(_PANELS) if high - t > low)]
            both = end(start, -1) + end(mpmath.mpf(last), 1)
            return total + both + integral(per_logarithm, panels, _SUM_DIGITS)
        *_, before, farthest = panels = [low + t for t in _PANELS]
        total += end(start, -1) + integral(per_logarithm, panels, _SUM_DIGITS)
        nearer, left = per_logarithm(before), per_logarithm(farthest)
        if 0 < left < nearer:  # so far out the terms are a power: what is beyond is a geometric series
            total += left / mpmath.log(nearer / left)
        return total


def integral(function: Callable[[Any], Any], ends: Sequence[Any], digits: int) -> mpmath.mpf:
    """The integral of a real function over panels, inside each of which it is analytic, to so many digits.

    The error estimate by which the quadrature stops is absolute, so the integrand is divided by its size:
    that in the middles of the panels; where they miss most of it, the first result tells.

    Raises:
        ArithmeticError: when less than half of the digits are reached.

    >>> print(mpmath.nstr(integral(lambda x: mpmath.exp(x - 200), [0, 1], 15) * mpmath.exp(200), 10))  # e - 1
    1.718281828
    """
    middles = [function((mpmath.mpf(left) + right) / 2) for left, right in pairwise(ends)]
    unit = max(map(abs, middles), default=0) or 1
    with mpmath.workdps(digits):
        whole, error = mpmath.quad(lambda x: function(x) / unit, ends, error=True)
        if abs(whole) > _MISSED:
            unit *= abs(whole)
            whole, error = mpmath.quad(lambda x: function(x) / unit, ends, error=True)
    if error > mpmath.mpf(10) ** (-digits // 2):
        raise ArithmeticError(f"an integral over modes is known to {mpmath.nstr(error, 1)} of its size only")
    return unit * whole


_MISSED = 1000
"""A result, in units of the integrand in the middles of the panels, that says that they miss most of it."""
