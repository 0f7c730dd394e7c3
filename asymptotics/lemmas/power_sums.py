r"""The lemma on power-law sums: the mean of h over a power law of modes, to leading order.

Let s_i = A i^{-gamma}, i = 1..d, with A = sqrt(d), and T a scale, which s_i crosses at the index
K = (A/T)^{1/gamma}.  Then

    (1/d) sum_i h(s_i/T),        h(s) ~ c_0 s^p (s -> 0),      h(s) ~ c_1 s^q (s -> oo),

is, as d -> oo, one of three terms:

* the crossover at i ~ K, when 1 < K < d and q < 1/gamma < p.  The sum is an integral,

      (K/d) (1/gamma) \int_0^oo h(s) s^{-1/gamma - 1} ds  =  (K/d) M[h](-1/gamma) / gamma,

  a Mellin transform, which converges at both ends under just these conditions;
* the last modes, i ~ d, when the sum of the small-s power diverges there (gamma p < 1, or K beyond d,
  where every mode lies on the large-s branch and c_1 s^q takes the place of c_0 s^p):
  c (K/d)^{gamma p} / (1 - gamma p);
* the first modes, i ~ 1, when it converges (gamma p > 1) and the crossover does not intervene:
  c K^{gamma p} zeta(gamma p) / d.

If the sum of the small-s power diverges and that of the large-s power converges, both ends outweigh the
crossover, and the larger of the two depends on K.

Worked by hand: the energy of what is not learned, h(s) = s^2 for s < 1 and 0 above.  Here p = 2 > 1/gamma
because gamma > 1/2, so the crossover rules, M[h](-1/gamma) = 1/(2 - 1/gamma), and the sum is
(K/d)/(2 gamma - 1): the ``unlearned K^(1 - 2 gamma)`` of arXiv:2509.24882.

In this order: ``Piece`` and ``ModeFunction`` (the function h), ``end_behaviour`` (c_0, p, c_1, q),
``mellin`` (the integral), ``leading_sum`` (the lemma).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

from sympy import (
    Add,
    Dummy,
    Expr,
    Mul,
    Poly,
    Pow,
    S,
    Symbol,
    atan,
    cancel,
    digamma,
    erf,
    erfc,
    exp,
    expand,
    factor,
    factorial2,
    fraction,
    gammasimp,
    limit,
    mellin_transform,
    oo,
    pi,
    powdenest,
    powsimp,
    simplify,
    sqrt,
    together,
    zeta,
)
from sympy import gamma as gamma_function

from asymptotics.algebra.monomials import simplified
from asymptotics.algebra.polyhedra import (
    EVERYWHERE,
    FIELD,
    Coefficient,
    Domain,
    SignChange,
    coefficient,
    sign,
)
from asymptotics.expressions.implicit_functions import ImplicitFunction
from asymptotics.expressions.mellin_integral import MellinIntegral
from asymptotics.symbols import gamma, size

_TAIL_TERMS = 4
"""Of the series of erfc and atan: moments of a Gaussian beyond a threshold cancel the first two."""

_MOST_POWERS = 6
"""Different powers of the size in front of error functions."""


class Learned(Enum):
    """How many modes lie above the scale T: the index K of the last one against 1 and d."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


@dataclass(frozen=True)
class Piece:
    """The value of a function of ``size`` between two sizes."""

    lower: Expr
    upper: Expr
    value: Expr


@dataclass(frozen=True)
class ModeFunction:
    """A function h of the size s of one mode, in units of T, piece by piece on (0, oo)."""

    pieces: tuple[Piece, ...]

    def at_zero(self) -> tuple[Expr, Expr | None]:
        """``(c_0, p)`` with h ~ c_0 s**p as s -> 0; ``(0, None)`` if h vanishes faster than any power."""
        return end_behaviour(self.pieces[0].value, S.Zero)

    def at_infinity(self) -> tuple[Expr, Expr | None]:
        """``(c_1, q)`` with h ~ c_1 s**q as s -> oo."""
        return end_behaviour(self.pieces[-1].value, oo)


@cache
def end_behaviour(value: Expr, end: Expr) -> tuple[Expr, Expr | None]:
    """Coefficient and power of the leading behaviour of a function of ``size`` at 0 or at infinity.

    The power is the limit of the logarithmic derivative s h'(s)/h(s), the coefficient that of h(s)/s**p.

    Raises:
        NotImplementedError: when SymPy finds no such limit, as of a function that is itself piecewise.

    >>> from sympy import exp
    >>> end_behaviour(size**2 / (1 + size) ** 3, oo)
    (1, -1)
    >>> end_behaviour(exp(-1 / size), S.Zero)
    (0, None)
    """
    if value == 0:
        return S.Zero, None
    shift, value = _split_power(value)
    value = value.replace(erf, lambda argument: 1 - erfc(argument))
    value = expand(value.replace(erfc, lambda argument: _gaussian_tail(argument, end)))
    known = _leading_term(value, end) if value.has(atan) else None
    if known is not None:
        return known[0], known[1] + shift
    tails = {f: f.tail for f in value.atoms(ImplicitFunction) if limit(f.args[0], size, end) == oo}
    value = value.xreplace(tails)
    try:
        power = limit(cancel(size * value.diff(size) / value), size, end)
        if not power.is_finite:
            return S.Zero, None
        return limit(cancel(value / size**power), size, end), power + shift
    except (TypeError, NotImplementedError) as error:  # how it fails on Piecewise, Max and Heaviside
        raise NotImplementedError(
            f"SymPy finds no leading power of {value} as {size} -> {end}: a function of one mode is to be "
            "smooth, without Piecewise, Max or Heaviside in its size"
        ) from error


def _split_power(value: Expr) -> tuple[Expr, Expr]:
    """``(c, g)`` with value = s**c g(s), c the part of a power that depends on the parameters of the model.

    SymPy's limits and integrals see numbers alone: s**c shifts a power, and the argument of a transform.

    >>> _split_power(size ** (2 + 1 / gamma) / (1 + size))
    (1/gamma, s**2/(s + 1))
    """
    power = S(value).as_powers_dict().get(size, S.Zero)
    shift = Add(*(part for part in Add.make_args(power) if part.free_symbols))
    return shift, powsimp(value / size**shift)


def _gaussian_tail(argument: Expr, end: Expr) -> Expr:
    """erfc, where its argument grows by its asymptotic series: SymPy's limits miss what cancels there."""
    if limit(argument, size, end) != oo:
        return erfc(argument)
    series = Add(*((-1) ** k * factorial2(2 * k - 1) / (2 * argument**2) ** k for k in range(_TAIL_TERMS)))
    return exp(-(argument**2)) / (sqrt(pi) * argument) * series


def _leading_term(value: Expr, end: Expr) -> tuple[Expr, Expr] | None:
    """Coefficient and power of what leads powers and arctangents of ``size``, whose limits SymPy seeks long.

    None where more of the series cancels than is known, or for other functions.

    >>> _leading_term(size - atan(size), S.Zero)
    (1/3, 3)
    """
    unknown = {one: Dummy("c") for one in value.atoms(atan)}  # of each what its series leaves out
    tails = {one: _arctangent(one.args[0], end, rest) for one, rest in unknown.items()}
    series = together(expand(value.xreplace(tails)))
    if not series.is_rational_function(size):
        return None

    def leader(polynomial: Expr) -> tuple[Expr, Expr]:
        terms = Poly(polynomial, size).terms()
        (power,), first = terms[0 if end == oo else -1]
        return first, S(power)

    (above, rise), (below, fall) = map(leader, fraction(series))
    return None if (above / below).has(*unknown.values()) else (above / below, rise - fall)


def _arctangent(argument: Expr, end: Expr, rest: Expr) -> Expr:
    """The series of an arctangent that goes to 0 or to pi/2; ``rest`` is the coefficient of what is left."""
    is_large = limit(argument, size, end) == oo
    small = 1 / argument if is_large else argument
    if limit(small, size, end) != 0:
        return atan(argument)
    series = Add(*((-1) ** k * small ** (2 * k + 1) / (2 * k + 1) for k in range(_TAIL_TERMS)))
    series += rest * small ** (2 * _TAIL_TERMS + 1)
    return pi / 2 - series if is_large else series


@cache
def mellin(function: ModeFunction) -> Expr:
    r"""The Mellin transform \int_0^oo h(s) s^{-1/gamma - 1} ds, in closed form where one is known.

    A piece that is a sum of powers, with or without arctangents, is integrated term by term: where single
    terms diverge and their sum does not, by analytic continuation in 1/gamma.  A smooth function on all of
    (0, oo) is first stripped of its end behaviours by (s d/ds - p)(s d/ds - q), which multiplies the
    transform by (1/gamma - p)(1/gamma - q); error functions that remain are removed likewise, so that SymPy's
    integrand decays at both ends.  Where no closed form is known the integral stays one
    (``mellin_integral``).

    >>> mellin(ModeFunction((Piece(S.Zero, S.One, size**2), Piece(S.One, oo, S.One))))
    2*gamma**2/(2*gamma - 1)
    """
    try:
        if len(function.pieces) == 1:
            return _smooth_mellin(function)
        return simplified(Add(*(_piece_mellin(piece) for piece in function.pieces)))
    except NotImplementedError:
        parts = ((piece.lower, piece.upper, piece.value) for piece in function.pieces)
        return MellinIntegral(1 / gamma, *(x for part in parts if part[2] != 0 for x in part))


def _piece_mellin(piece: Piece) -> Expr:
    def of(part: Expr) -> Expr:
        return _arctangent_mellin(part, piece) if part.has(atan) else _power_mellin(part, piece)

    return Add(*map(of, Add.make_args(expand(piece.value))))


def _power_mellin(part: Expr, piece: Piece) -> Expr:
    constant, power = part.as_coeff_exponent(size)
    if constant.has(size):
        raise NotImplementedError(f"no closed form is known for the Mellin transform of {piece.value}")
    exponent = power - 1 / gamma

    def primitive(end: Expr) -> Expr:
        # the end points 0 and oo are reached only where the lemma has checked convergence
        return S.Zero if end in (S.Zero, oo) else end**exponent / exponent

    return constant * (primitive(piece.upper) - primitive(piece.lower))


def _arctangent_mellin(part: Expr, piece: Piece) -> Expr:
    """Of c s**p atan(k s) up to s = 1/k, or from there on: by parts, which leaves ``_half_beta``.

    >>> below = Piece(S.Zero, S.One, size**2 * atan(size))
    >>> float(_arctangent_mellin(below.value, below).subs(gamma, 1))  # doctest: +ELLIPSIS
    0.438824573117...
    """
    turn, *others = part.atoms(atan)
    constant, power = (part / turn).as_coeff_exponent(size)
    rate = turn.args[0] / size
    ends = {(S.Zero, 1 / rate): -1, (1 / rate, oo): 1}
    if others or constant.has(size) or rate.has(size) or (piece.lower, piece.upper) not in ends:
        raise NotImplementedError(f"no closed form is known for the Mellin transform of {piece.value}")
    outward = ends[piece.lower, piece.upper]
    exponent = power - 1 / gamma
    # y**exponent/(1 + y**2) up to 1; from there on 1/y takes the place of y
    rest = _half_beta(1 - outward * exponent)
    return -constant * rate**-exponent / exponent * (outward * pi / 4 + rest)


def _half_beta(a: Expr) -> Expr:
    r"""\int_0^1 y^{a-1}/(1 + y^2) dy = (psi((a + 2)/4) - psi(a/4))/4, or what continues it to a < 0.

    Its values at a and a + 2 add up to 1/a.  So all of them are written in terms of the least a that is
    positive for every gamma: like values meet, and a pole at a = 0, which other terms of a convergent
    transform cancel, is one of a rational function.
    """
    if not _is_positive(a):
        return 1 / a - _half_beta(a + 2)
    if _is_positive(a - 2):
        return 1 / (a - 2) - _half_beta(a - 2)
    return (digamma((a + 2) / 4) - digamma(a / 4)) / 4


def _is_positive(value: Expr) -> bool:
    """Whether it is, for every gamma."""
    try:
        return sign(coefficient(value)) > 0
    except SignChange:
        return False


def _is_mixed(value: Expr) -> bool:
    """Whether it holds exponentials beside, or in, other powers of sums: SymPy seeks their transforms long.

    >>> _is_mixed(exp(-size) / (1 + exp(-size))), _is_mixed(size**2 * exp(-(size**2)))
    (True, False)
    """
    roots = (p for p in value.atoms(Pow) if p.base.is_Add and not (p.exp.is_Integer and p.exp > 0))
    return value.has(exp, erf, erfc) and any(root.base.has(size) for root in roots)


def _smooth_mellin(function: ModeFunction) -> Expr:
    if _is_mixed(function.pieces[0].value):
        raise NotImplementedError(f"no closed form is sought of the transform of {function.pieces[0].value}")
    known = _euler_integral(function.pieces[0].value)
    if known is not None:
        return known
    shift, stripped = _split_power(function.pieces[0].value)
    divisor = S.One
    for _, power in (function.at_zero(), function.at_infinity()):
        if power is not None:
            stripped = factor(simplify(size * stripped.diff(size) - (power - shift) * stripped))
            divisor *= 1 / gamma - power
    stripped, powers = _without_error_functions(stripped)
    divisor *= Mul(*(1 / gamma - power - shift for power in powers))
    argument = Dummy("z")
    transform = mellin_transform(stripped, size, argument)
    if not isinstance(transform, tuple):  # SymPy's way to say that it knows none
        raise NotImplementedError(f"no closed form is known for the Mellin transform of {stripped}")
    return powsimp(powdenest(gammasimp(transform[0].subs(argument, shift - 1 / gamma) / divisor), force=True))


def _without_error_functions(value: Expr) -> tuple[Expr, list[Expr]]:
    """The function after (s d/ds - k) for each power s**k in front of an error function, and these k.

    Error functions decay on one side only; their derivatives are Gaussians, which do on both.

    Raises:
        NotImplementedError: when something else than a few powers is in front of them.

    >>> _without_error_functions(size**2 * erfc(1 / size))
    (2*s*exp(-1/s**2)/sqrt(pi), [2])
    """
    powers: list[Expr] = []
    value = value.replace(erf, lambda argument: 1 - erfc(argument))
    while value.has(erfc):
        value = expand(value)  # like error functions meet, and cancel
        product_with_erfc = next((x for x in Add.make_args(value) if x.has(erfc)), None)
        if product_with_erfc is None:
            break
        _, power = product_with_erfc.replace(erfc, lambda argument: S.One).as_coeff_exponent(size)
        if len(powers) == _MOST_POWERS:
            raise NotImplementedError(f"no closed form is known for the Mellin transform of {value}")
        value = size * value.diff(size) - power * value
        powers.append(power)
    return (factor(simplify(value)) if powers else value), powers


def _euler_integral(value: Expr) -> Expr | None:
    """The transform of s**c/(A + B s**m)**k, Euler's integral of the first kind; None for other functions.

    >>> _euler_integral(size**2 / (1 + size**2) ** 2)
    pi/(4*gamma*sin(pi/(2*gamma)))
    """
    factors = {base: power for base, power in value.as_powers_dict().items() if base.has(size)}
    first = factors.pop(size, S.Zero) - 1 / gamma
    if len(factors) != 1:
        return None
    ((base, power),) = factors.items()
    level, rest = base.as_independent(size, as_Add=True)
    slope, degree = rest.as_coeff_exponent(size)
    if slope.has(size) or not (level.is_positive and slope.is_positive and degree.is_positive):
        return None
    constant = powsimp(value * size ** (-first - 1 / gamma) / base**power)
    x = expand(first / degree)
    y = expand(-power - x)
    return (
        constant
        * level**-y
        * slope**-x
        / degree
        * gammasimp(gamma_function(x) * gamma_function(y) / gamma_function(x + y))
    )


@dataclass(frozen=True)
class SumTerm:
    """``constant * K**crossover_power * d**dimension_power``."""

    constant: Expr
    crossover_power: Coefficient
    dimension_power: Coefficient


@cache
def leading_sum(
    function: ModeFunction, learned: Learned, domain: Domain = EVERYWHERE, decay: Symbol = gamma
) -> tuple[SumTerm, ...]:
    """The lemma: leading terms of (1/d) sum_i h(s_i/T); none if it falls faster than every power of d.

    There are two terms where the first modes and the last both outweigh the crossover: which of them leads
    depends on how K and d grow.  Where sizes decay with another exponent than gamma, ``decay`` says so.

    Raises:
        SignChange: when which of its cases applies depends on the parameters within ``domain``.
        ValueError: on the borderline gamma p = 1 for all gamma, where a logarithm appears.

    >>> unlearned = ModeFunction((Piece(S.Zero, S.One, size**2), Piece(S.One, oo, S.Zero)))
    >>> [term.constant for term in leading_sum(unlearned, Learned.SOME)]
    [1/(2*gamma - 1)]
    >>> [term.constant for term in leading_sum(unlearned, Learned.NONE)]
    [zeta(2*gamma)]
    """
    if all(piece.value == 0 for piece in function.pieces):
        return ()
    small, large = function.at_zero(), function.at_infinity()
    if learned is Learned.NONE:
        return _end_point(*small, domain, decay)
    if learned is Learned.ALL:
        return _end_point(*large, domain, decay)
    first_rule = large[1] is not None and _converges(large[1], domain, decay)
    last_rule = not _converges(small[1], domain, decay)
    if not first_rule and not last_rule:
        constant = powsimp(simplified(mellin(function).subs(gamma, decay) / decay))
        return (SumTerm(constant, FIELD.one, -FIELD.one),)
    first = _end_point(*large, domain, decay) if first_rule else ()
    last = _end_point(*small, domain, decay) if last_rule else ()
    return first + last


def _converges(power: Expr | None, domain: Domain, decay: Symbol) -> bool:
    """Whether sum_i i**(-decay * power) converges."""
    if power is None:
        return True
    side = sign(coefficient(decay * power - 1), domain)
    if side == 0:
        raise ValueError(f"the sum of h ~ s**({power}) is borderline at every {decay}: a logarithm appears")
    return side > 0


def _end_point(constant: Expr, power: Expr | None, domain: Domain, decay: Symbol) -> tuple[SumTerm, ...]:
    if power is None:
        return ()
    growth = coefficient(decay * power)
    of_index = expand(decay * power)
    if _converges(power, domain, decay):
        return (SumTerm(constant * zeta(of_index), growth, -FIELD.one),)
    return (SumTerm(simplified(constant / (1 - of_index)), growth, -growth),)
