"""The equations of a system in positive form, each once, and the scales of the sums that they hold.

An unknown that is alone on the left is declared by its right side.  Any other equation is a sum that
vanishes: its positive terms equal its negative ones.  A factor that is no monomial, such as a sum in a
denominator, is an unknown with an equation of its own.

In this order: `Declared` (what of a system is read), `Canonical`, `canonical`, `scales_of_sum`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from itertools import count, permutations, product
from typing import Protocol

from sympy import Add, Eq, Expr, Mul, Pow, S, Symbol

from asymptotics.algebra.monomials import Term
from asymptotics.algebra.polyhedra import Domain
from asymptotics.symbols import noise_variance
from asymptotics.systems.independence import check_independent
from asymptotics.systems.mode_sums import Modes, mode_sum, scaled_sum, scales_in
from asymptotics.systems.positive_form import (
    NoPositiveForm,
    Product,
    combined,
    one_sided,
    parted,
    positive,
    products_of,
    single_signs,
)
from asymptotics.systems.two_scales import split_sum

RISK = "risk"
"""The quantity that every system has."""


class Declared(Hashable, Protocol):
    """What of a system its positive form and its regimes are made of: see ``System``."""

    @property
    def name(self) -> str:
        """What users call it."""

    @property
    def unknowns(self) -> tuple[Symbol, ...]:
        """What the equations determine."""

    @property
    def equations(self) -> tuple[Eq, ...]:
        """As declared."""

    @property
    def quantities(self) -> Mapping[str, Expr]:
        """What has laws, by name."""

    @property
    def scales(self) -> Mapping[Symbol, Expr]:
        """Every physical variable with its exponent of d."""

    @property
    def origins(self) -> Mapping[Expr, str]:
        """What terms are called in words."""

    @property
    def modes_of_target(self) -> Modes:
        """The modes that are summed over."""

    @property
    def box(self) -> Domain:
        """The domain of its parameters."""


@dataclass(frozen=True)
class Canonical:
    """A system in positive form.

    Attributes:
        unknowns: those declared, then those that stand for parts of the equations.
        equations: left side and right side, a sum of positive terms.
        quantities: sums of positive terms by name.
        scales: of the sums over modes, each once.
        pairs: those that are in one sum.
    """

    unknowns: tuple[Symbol, ...]
    equations: tuple[tuple[Product, tuple[Product, ...]], ...]
    quantities: Mapping[str, tuple[Product, ...]] = field(hash=False)
    scales: tuple[Term, ...]
    pairs: tuple[tuple[Term, Term], ...]

    @property
    def orders(self) -> tuple[tuple[tuple[Term, Term], ...], ...]:
        """Every way in which one scale of each pair can be much larger than the other: (larger, smaller)."""
        return tuple(product(*(((one, other), (other, one)) for one, other in self.pairs)))


@cache
def canonical(system: Declared, noisy: bool) -> Canonical:
    """The equations of a system in positive form; without label noise its variance is 0.

    Raises:
        ValueError: one has no such form, or they depend on each other (``independence``).
    """
    check_independent(system.name, system.equations, system.unknowns, system.box, noisy)
    parts = _Parts(noisy, _names_of(system))
    declared = [(parts.read(equation.lhs), parts.read(equation.rhs)) for equation in system.equations]
    quantities = {name: parts.read(value) for name, value in system.quantities.items()}
    declared += parts.definitions  # as long as reading them adds no more
    unknowns = [*system.unknowns, *parts.symbols]
    declared = _with_own_unknowns_alone(declared, unknowns)
    equations, vanishing = _balanced(system.name, declared, unknowns, parts)
    sums = {
        name: _resolved(f"{system.name}: quantities[{name!r}] = {value}", value, vanishing)
        for name, value in quantities.items()
    }
    if noisy and not sums[RISK]:
        raise ValueError(f"{system.name}: quantities[{RISK!r}] is 0 by the equations: it must be above 0")
    # of terms that grow alike the one leads whose quantity is declared first
    named_first = [t for name, terms in sums.items() if name != RISK for t in terms]
    sums[RISK] = tuple(sorted(sums[RISK], key=lambda t: (*named_first, t).index(t)))
    terms = [t for left, right in equations for t in (left, *right)]
    terms += [t for value in sums.values() for t in value]
    held = [scales_of_sum(summand) for t in terms for summand in t.summands]
    scales = dict.fromkeys(scale for of_sum in held for scale in of_sum)
    pairs = dict.fromkeys((of_sum[0], of_sum[1]) for of_sum in held if len(of_sum) == 2)
    everything = (*system.unknowns, *parts.symbols)
    return Canonical(everything, tuple(equations), sums, tuple(scales), tuple(pairs))


def scales_of_sum(summand: Expr) -> tuple[Term, ...]:
    """The scales of a sum; refuses what has no limits between them.

    Raises:
        ValueError: it says why.
    """
    scales = scales_in(summand)
    if len(scales) != 2:
        scaled_sum(summand)
    for larger, smaller in permutations(scales, 2) if len(scales) == 2 else ():
        split_sum(summand, larger, smaller)
    return scales


def _names_of(system: Declared) -> Set[str]:
    """The names of the symbols of a system."""
    held = (*system.unknowns, *system.equations, *system.quantities.values())
    grown = (x for pair in system.scales.items() for x in pair)
    return {symbol.name for value in (*held, *grown) for symbol in S(value).free_symbols}


class _Parts:
    """Reads expressions; a factor that is no monomial becomes an unknown with an equation of its own."""

    def __init__(self, noisy: bool, taken: Set[str]) -> None:
        self._noisy = noisy
        self._free = (name for k in count(1) if (name := f"u_{k}") not in taken)
        self._names: dict[Expr, Symbol] = {}
        self.definitions: list[tuple[Expr, Expr]] = []

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The unknowns that stand for parts."""
        return tuple(self._names.values())

    def read(self, expression: Expr) -> Expr:
        """The expression in monomials and sums over modes."""
        value = S(expression) if self._noisy else S(expression).subs(noise_variance, 0)
        return self._named(value)

    def unknown_for(self, part: Expr) -> Symbol:
        """The unknown that stands for a part."""
        if part not in self._names:
            self._names[part] = Symbol(next(self._free), positive=True)
            self.definitions.append((self._names[part], part))
        return self._names[part]

    def _named(self, value: Expr) -> Expr:
        if value.is_Add:
            return Add(*map(self._named, value.args))
        if value.is_Mul:
            return Mul(*map(self._named, value.args))
        if value.is_Pow and (value.base.is_Add or isinstance(value.base, mode_sum)):
            base = self._named(value.base)
            if value.exp.is_Integer and value.exp > 0:
                return Pow(base, value.exp)
            return Pow(self.unknown_for(base), value.exp) if base.free_symbols else value
        return value


def _balanced(
    name: str, declared: Sequence[tuple[Expr, Expr]], unknowns: Sequence[Symbol], parts: _Parts
) -> tuple[list[tuple[Product, tuple[Product, ...]]], Mapping[str, Expr]]:
    """Equations in positive form, and what vanishes in each of those declared, by how it is written.

    Raises:
        ValueError: one has no such form.
    """
    vanishing = {f"{left} = {right}": left - right for left, right in declared}
    equations = list[tuple[Product, tuple[Product, ...]]]()
    for (left, right), (written, equation) in zip(declared, vanishing.items(), strict=True):
        where = f"{name}: the equation {written}"
        others = {other: value for other, value in vanishing.items() if other != written}
        if left not in unknowns or right.has(left):
            sides = _sides(equation, where, list(others.values()), parts)
            equations.extend(sides)
            if len(sides) == 1:  # what helps the next is the equation that now stands here
                vanishing[written] = Add(sides[0][0].expression, *(-one.expression for one in sides[0][1]))
            continue
        try:
            equations.append((Product(left), _resolved(where, right, others)))
        except NoPositiveForm:
            exchanged = _exchanged(declared, left, right)
            if exchanged is not None:
                return _balanced(name, exchanged, unknowns, parts)
            if not any(value.has(left) for value in others.values()):
                raise
            # u = x - y is x = y + u: if x and y cancel, the others say how large u is
            equations.extend(_sides(equation, where, (), parts))
    return equations, vanishing


def _with_own_unknowns_alone(
    declared: Sequence[tuple[Expr, Expr]], unknowns: Sequence[Symbol]
) -> list[tuple[Expr, Expr]]:
    """The equations, each with an unknown alone on the left that it holds once and no other equation holds.

    By hand, n = D_s + sum f^2 is D_s = n - sum f^2 where D_s is in no other: it declares a difference.
    """
    declared = [_without_common_factors(pair, unknowns) for pair in declared]
    written = []
    for left, right in declared:
        if left in unknowns and not right.has(left):
            written.append((left, right))
            continue
        others = [side for pair in declared if pair != (left, right) for side in pair]
        own = [u for u in unknowns if not any(side.has(u) for side in others)]
        terms = combined(products_of(left - right))
        alone = ((u, value) for u in own if (value := _linear_in(u, terms)) is not None)
        written.append(next(alone, (left, right)))
    return written


def _without_common_factors(sides: tuple[Expr, Expr], unknowns: Sequence[Symbol]) -> tuple[Expr, Expr]:
    """The equation without powers of unknowns that all of its terms share."""
    terms = products_of(sides[0] - sides[1])
    common = S.One
    for unknown in unknowns:
        powers = {one.factor.as_coeff_exponent(unknown)[1] for one in terms}
        if len(powers) == 1:
            common *= unknown ** powers.pop()
    return sides if common == 1 else ((sides[0] / common).expand(), (sides[1] / common).expand())


def _linear_in(unknown: Symbol, terms: Sequence[Product]) -> Expr | None:
    """The unknown from an equation of which one term has a power of it by 1 higher than the others."""
    powers = [one.factor.as_coeff_exponent(unknown)[1] for one in terms]
    in_sums = any(summand.has(unknown) for one in terms for summand in one.summands)
    if in_sums or not terms or not all(power.is_Rational for power in powers):
        return None
    highest = max(powers)
    leading = [one for one, power in zip(terms, powers, strict=True) if power == highest]
    rest = [one for one, power in zip(terms, powers, strict=True) if power != highest]
    if len(leading) != 1 or leading[0].summands or {*powers} != {highest, highest - 1}:
        return None
    unit = leading[0].factor / unknown
    return Add(*(-one.expression / unit for one in rest)).expand()


def _exchanged(
    declared: Sequence[tuple[Expr, Expr]], unknown: Symbol, difference: Expr
) -> list[tuple[Expr, Expr]] | None:
    """The equations where one that gives an unknown by positive terms, and its difference, change places.

    By hand, u = n - sum f and kappa = lambda n/u are u = lambda n/kappa and n - sum f = lambda n/kappa.
    None if there is no such equation.
    """
    for left, right in declared:
        if left == unknown:
            continue
        terms = combined(products_of(left - right))
        if (solved := _solved_for(unknown, terms)) is not None:
            changed = {(left, right): (difference, solved), (unknown, difference): (unknown, solved)}
            return [changed.get(one, one) for one in declared]
    return None


def _solved_for(unknown: Symbol, terms: Sequence[Product]) -> Expr | None:
    """An unknown as a sum of positive terms, by an equation that holds it in one; None if it does not."""
    held = [one for one in terms if one.expression.has(unknown)]
    rest = [one for one in terms if one not in held]
    if len(held) != 1 or held[0].summands or not rest:
        return None
    if any(one.is_negative is held[0].is_negative for one in rest):
        return None
    coefficient, power = held[0].factor.as_coeff_exponent(unknown)
    if power != 1 and (len(rest) > 1 or rest[0].summands):
        return None
    return Add(*(-one.expression / coefficient for one in rest)) ** (1 / power)


def _resolved(where: str, difference: Expr, others: Mapping[str, Expr]) -> tuple[Product, ...]:
    """The positive terms of a difference, by the help of other equations, as they are written.

    Raises:
        NoPositiveForm: it has none; it names every sign that alone may be wrong.
    """
    helpers = list(others.values())
    try:
        return positive(difference, helpers)
    except NoPositiveForm as error:
        names = [*others, "it"]
        signs = [
            f"{term} in {names[-1 if position is None else position]}"
            for position, term in single_signs(difference, helpers)
        ]
        may_be = f"; or a sign is wrong: that of {', or of '.join(signs)}" if signs else ""
        raise NoPositiveForm(where, may_be) from error


def _sides(
    vanishing: Expr, where: str, others: Sequence[Expr], parts: _Parts
) -> list[tuple[Product, tuple[Product, ...]]]:
    """An equation with one monomial on the left; or two, with an unknown for either side.

    Raises:
        ValueError: all its terms have the same sign.
    """
    plus, minus = parted(combined(products_of(vanishing)))
    if not plus or not minus:
        raise ValueError(f"{where} has terms of one sign alone: no positive unknowns satisfy it")
    sides = one_sided(vanishing, others if len(plus) > 1 and len(minus) > 1 else ())
    if sides is not None:
        return [sides]
    side = Product(parts.unknown_for(Add(*(one.expression for one in plus))))
    return [(side, plus), (side, minus)]
