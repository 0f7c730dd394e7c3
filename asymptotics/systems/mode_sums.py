r"""Sums over the modes of a power law, as a system declares them, and what they become.

A system writes ``mode_sum(h)`` for sum_i h(s_i), with h an expression in ``size``, the unknowns and the
physical variables.  The lemma on power sums takes functions of s/T, T one scale: so h is written as

    h(s; u) = M(u) g(s/T(u)),        M and T monomials,

which is unique up to powers of T.  T is read off h: two terms of a sum in it meet at s = T, and so do the two
cases of a ``Piecewise``, or the argument of a function passes 1 there.  By hand, for the degrees of freedom
of a ridge regression,

    h = s^2/(s^2 + kappa):        T = sqrt(kappa),   M = 1,   g(x) = x^2/(x^2 + 1).

With K = (A/T)^(1/gamma) the number of modes above T the lemma then makes one monomial of the sum, or two
where its first and its last modes both outweigh the others.

In this order: `mode_sum`, `Modes`, `ScaledSum`, `scaled_sum`, `scales_in`, `terms_of_sum`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Any

import mpmath
from sympy import (
    Expr,
    Function,
    Mul,
    Piecewise,
    S,
    Symbol,
    expand,
    expand_power_base,
    lambdify,
    oo,
    piecewise_fold,
    powdenest,
    preorder_traversal,
    simplify,
    zeta,
)
from sympy.core.relational import Relational

from asymptotics.algebra.monomials import Term, term
from asymptotics.algebra.polyhedra import FIELD, PARAMETERS, Domain, coefficient, sign
from asymptotics.expressions.checks import require
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece, leading_sum
from asymptotics.symbols import gamma, size


class mode_sum(Function):  # type: ignore[misc]  # noqa: N801  # it is written as a function
    """Sum over the modes of a power law of an expression in ``size``.

    >>> from asymptotics.symbols import threshold
    >>> mode_sum(size**2 / (size**2 + threshold))
    sum_i[s**2/(kappa + s**2)]
    """

    nargs = 1

    @classmethod
    def eval(cls, summand: Expr) -> Expr | None:
        """Nothing is summed where the summand is 0; what is no expression is refused."""
        require(isinstance(summand, Expr), "mode_sum", summand, "of an expression in the size of a mode")
        return S.Zero if summand == 0 else None

    @property
    def free_symbols(self) -> set[Symbol]:
        """All but the size, which is summed over."""
        return set(self.args[0].free_symbols) - {size}

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[0].is_positive else None

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return mode_sum(self.args[0].diff(symbol))

    def _sympystr(self, printer: Any) -> str:
        return f"sum_i[{printer._print(self.args[0])}]"

    def _latex(self, printer: Any, **options: Any) -> str:
        return rf"\sum_i {printer.parenthesize(self.args[0], 50)}"


@dataclass(frozen=True)
class Modes:
    """The modes that are summed over: sizes ``amplitude * i**-decay``, i = 1..``number``, which may be oo."""

    amplitude: Term
    number: Term | None
    decay: Symbol = gamma

    def index(self, scale: Term) -> Term:
        """K = (A/T)**(1/decay), at which the sizes cross a scale."""
        inverse: Term = scale ** (-FIELD.one)
        ratio: Term = self.amplitude * inverse
        crossed: Term = ratio ** coefficient(1 / self.decay)
        return crossed

    def bounds(self, learned: Learned, scale: Term) -> tuple[tuple[Term, Term], ...]:
        """Where the index K lies as no, some or all modes are above a scale: (large, small)."""
        one, index = term(S.One, _MODES), self.index(scale)
        if learned is Learned.NONE:
            return ((one, index),)
        if self.number is None:
            return ((index, one),)
        return ((index, one), (self.number, index)) if learned is Learned.SOME else ((index, self.number),)

    def ways(self) -> tuple[Learned, ...]:
        """How many of them can lie above a scale: of infinitely many not all."""
        return tuple(Learned)[: 2 if self.number is None else 3]


_MODES = "modes"


@dataclass(frozen=True)
class ScaledSum:
    """``prefactor * sum_i function(s_i/scale)``; without a scale the function is a power.

    Attributes:
        prefactor: M.
        scale: T.
        function: g.
    """

    prefactor: Term
    scale: Term | None
    function: ModeFunction


_PLACES = (S.One, S(10) ** 6, S(10) ** -6)
"""Sizes over the scale."""


@cache
def scaled_sum(summand: Expr) -> ScaledSum:
    """A summand in units of its scale.

    Raises:
        ValueError: it has two scales (``two_scales``), or is not homogeneous in the one it has; it says so.

    >>> from asymptotics.symbols import threshold
    >>> scaled = scaled_sum(threshold * size**2 / (size**2 + threshold) ** 2)
    >>> scaled.scale.monomial(), scaled.prefactor.monomial(), scaled.function.pieces[0].value
    (sqrt(kappa), 1, s**2/(s**2 + 1)**2)
    """
    variables = summand.free_symbols - {size, *PARAMETERS}
    scales = scales_in(summand)
    if len(scales) > 1:
        names = " and ".join(str(scale.monomial()) for scale in scales)
        raise ValueError(f"{mode_sum(summand)} has the scales {names}: a sum is to have one, or two")
    if not scales:
        whole = as_power(summand)
        if whole is None:
            raise ValueError(f"{mode_sum(summand)} has no scale: without one it is to be a power of {size}")
        constant, power = whole
        return ScaledSum(term(constant, _MODES), None, _whole(size**power))
    (scale,) = scales
    function = summand.subs(dict.fromkeys(variables, S.One))
    # at a size where it is not 0, as it may be above or below a scale, and has no pole
    place = next((x for x in _PLACES if (at := function.subs(size, x)) != 0 and at.is_finite), S.One)
    at_scale = summand.subs(size, place * scale.monomial()) / function.subs(size, place)
    try:
        together = powdenest(simplify(at_scale), force=True)
        prefactor = term(expand_power_base(together, force=True), _MODES)
    except ValueError:
        prefactor = None
    if prefactor is None or not _is_product(summand, prefactor, scale, function):
        raise ValueError(
            f"{mode_sum(summand)} is not homogeneous: in units of its scale {scale.monomial()} it is to be "
            "a monomial times a function of the size alone"
        )
    return ScaledSum(prefactor, scale, _in_pieces(function))


@cache
def scales_in(summand: Expr) -> tuple[Term, ...]:
    """The scales of a summand, as monomials, in the order of their names.

    >>> from asymptotics.symbols import n_eff, threshold
    >>> [scale.monomial() for scale in scales_in(1 / ((size**2 + threshold) * (size + n_eff)))]
    [n_eff, sqrt(kappa)]
    """
    scales = {replace(scale, origin=_MODES) for scale in _scales(summand)}
    return tuple(sorted(scales, key=lambda scale: str(scale.monomial())))


def _scales(summand: Expr) -> Iterator[Term]:
    """Where two powers of the size meet, or one passes 1, without numerical factors.

    What is neither is made of such; that these are all there is to it, `_is_product` checks.
    """
    for node in preorder_traversal(summand):
        if node.is_Add or isinstance(node, Relational):
            parts = node.args if node.is_Add else (node.lhs, node.rhs)
            powers = [power for power in map(as_power, parts) if power is not None and power[0] != 0]
            for one, other in combinations(powers, 2):
                if one[1] != other[1]:
                    yield meeting_point(one, other)
        elif isinstance(node, Function) and not isinstance(node, Piecewise) and node.has(size):
            power = as_power(node.args[0])
            if power is not None:
                yield _monomial_power(power[0], -1 / power[1])


def meeting_point(one: tuple[Expr, Expr], other: tuple[Expr, Expr]) -> Term:
    """The size at which c s**p and e s**q are equal, without numerical factors: (c, p) and (e, q)."""
    return _monomial_power(other[0] / one[0], 1 / (one[1] - other[1]))


def as_power(part: Expr) -> tuple[Expr, Expr] | None:
    """(c, p) of c * size**p; None if it is no such power."""
    powers = S(part).as_powers_dict()
    power = powers.pop(size, S.Zero)
    factor = Mul(*(base**exponent for base, exponent in powers.items()))
    return None if factor.has(size) else (factor, power)


def _monomial_power(value: Expr, power: Expr) -> Term:
    """A power of a monomial, without its numerical factor."""
    monomial = replace(term(value, _MODES), coefficient=S.One)
    scale: Term = monomial ** coefficient(power)
    return scale


def _is_product(summand: Expr, prefactor: Term, scale: Term, function: Expr) -> bool:
    """Whether h(s; u) = M(u) g(s/T(u)), at a few points to thirty digits."""
    monomial, unit = prefactor.coefficient * prefactor.monomial(), scale.monomial()
    symbols = sorted(summand.free_symbols | {size}, key=str)
    product = monomial * function.subs(size, size / unit)
    both = lambdify(symbols, (summand, product), "mpmath")
    with mpmath.workdps(40):
        for point in range(3):
            values = [mpmath.mpf(3 + k + 2 * point) / (2 + point) for k in range(len(symbols))]
            one, other = both(*values)
            if not abs(one - other) <= mpmath.mpf(10) ** -30 * abs(one):  # or no number
                return False
    return True


def _whole(function: Expr) -> ModeFunction:
    return ModeFunction((Piece(S.Zero, oo, function),))


def _in_pieces(function: Expr) -> ModeFunction:
    """A function of the size, or a ``Piecewise`` one, on (0, oo)."""
    folded = piecewise_fold(function)
    if not isinstance(folded, Piecewise):
        return _whole(folded)
    pieces = folded.as_expr_set_pairs(S.Reals)
    parts = [(domain.start, domain.end, value) for value, domain in pieces if domain.end > 0]
    return ModeFunction(tuple(Piece(max(low, S.Zero), high, value) for low, high, value in sorted(parts)))


def terms_of_sum(
    scaled: ScaledSum,
    modes: Modes,
    learned: Learned,
    domain: Domain,
    origin: str,
    *,
    first: bool = True,
    last: bool = True,
) -> list[Term]:
    """The leading terms of a sum, () if it falls faster than every power of d.

    Args:
        scaled: what is summed.
        modes: over which modes.
        learned: how many of them lie above the scale.
        domain: of the parameters.
        origin: of the terms.
        first: whether to count its first modes, where those rule a sum that has a scale.
        last: whether to count its last modes, likewise.

    Raises:
        ValueError: a sum over infinitely many modes diverges.
        SignChange: it depends on the parameters within the domain which modes lead.
    """
    prefactor = replace(scaled.prefactor, origin=origin)
    if scaled.scale is None:
        return [prefactor * _sum_of_power(scaled.function.pieces[0].value, modes, domain)]
    index = modes.index(scaled.scale)
    terms = []
    for leading in leading_sum(scaled.function, learned, domain, modes.decay):
        value: Term = term(leading.constant, origin) * index**leading.crossover_power
        of_number = leading.dimension_power + FIELD.one  # the lemma is on means
        at_scale = leading.crossover_power == FIELD.one
        if not (last or of_number == FIELD.zero) or not (first or at_scale or of_number != FIELD.zero):
            continue
        if of_number != FIELD.zero:
            _, power = scaled.function.at_zero()
            value = value * _number(modes, scaled.function.pieces[-1].value, power) ** of_number
        terms.append(prefactor * value)
    return terms


def _sum_of_power(power: Expr, modes: Modes, domain: Domain) -> Term:
    """Sum of size**p: of the first modes where it converges, else of the last."""
    exponent = power.as_coeff_exponent(size)[1]
    unit: Term = modes.amplitude ** coefficient(exponent)
    of_index = expand(modes.decay * exponent)
    decay = coefficient(of_index)
    side = sign(decay - FIELD.one, domain)
    if side > 0:
        return term(zeta(of_index), _MODES) * unit
    if side == 0:
        raise ValueError(f"the sum of {power} is borderline at every {modes.decay}: a logarithm appears")
    number = _number(modes, power, exponent)
    last: Term = number ** (FIELD.one - decay)
    return term(1 / (1 - of_index), _MODES) * unit * last


def _number(modes: Modes, summand: Expr, power: Expr | None) -> Term:
    """How many modes there are, where the sum of a summand, a power of small sizes, depends on it."""
    if modes.number is None:
        always = not power or power.is_nonpositive
        where = "" if always else f" where {expand(modes.decay * power)} < 1"
        raise ValueError(
            f"the sum of {summand} over infinitely many modes diverges{where}: narrow its domain with "
            "domain=, or say how many there are with modes="
        )
    return modes.number
