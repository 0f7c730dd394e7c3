r"""Equations as sums of positive terms, which is what dominant balance compares.

An equation may be declared in any form.  It is expanded into terms, each a monomial times sums over modes,
and those with a minus sign change sides.  Two things can be the matter then.

*Both sides have several terms.*  If the sum with another equation has a side of one term, that sum takes its
place: n - p = n lambda/kappa - p q and p = sum f + p q make n = sum f + n lambda/kappa.  Else a new unknown
stands for either side: two equations with one term on the left.

*A difference.*  An unknown that is declared as one, u = x - y, may be much smaller than x and y, whose
leading terms then cancel: x = y says nothing about u.  Adding another equation of the system to it, with
either sign, may take the minus sign away.  By hand, in random-feature regression,

    u = p - sum f^2   and   p = p nu_1/nu_2 + sum f     make     u = p nu_1/nu_2 + sum f (1 - f),

f = s/(s + nu_2), for two sums with the same factor are one.  An equation may be written in other units,
kappa = lambda + kappa/n sum f for n = n lambda/kappa + sum f: it is multiplied by every monomial that makes
one of its terms one of the difference.  All such sums of up to two equations are tried, those as declared
first.  If none is positive the system is refused, with the difference that could not be resolved.

In this order: `Product` (a term), `NoPositiveForm`, `products_of`, `combined`, `positive`, `parted`,
`one_sided`, `single_signs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product

from sympy import Add, Dummy, Expr, Mul, Pow, S, factor, together

from asymptotics.algebra.polyhedra import ALL_PARAMETERS
from asymptotics.systems.mode_sums import mode_sum, scaled_sum
from asymptotics.systems.summands import check_positive


@dataclass(frozen=True)
class Product:
    """A term of an equation: ``factor`` times the product of sums over modes, each given by its summand."""

    factor: Expr
    summands: tuple[Expr, ...] = ()

    @property
    def expression(self) -> Expr:
        """The term as a SymPy expression."""
        return self.factor * Mul(*(mode_sum(summand) for summand in self.summands))

    @property
    def is_negative(self) -> bool:
        """Whether the term comes with a minus sign."""
        signs = [self.factor.could_extract_minus_sign()]
        signs += [summand.is_negative is True for summand in self.summands]
        return bool(sum(signs) % 2)

    def __neg__(self) -> Product:
        return Product(-self.factor, self.summands)


Terms = tuple[Product, ...]
"""Of one expression."""


class NoPositiveForm(ValueError):
    """A difference that no sum of the equations makes a sum of positive terms."""

    def __init__(self, difference: Expr | str, may_be: str = "") -> None:
        super().__init__(
            f"{difference} is a difference that none of the other equations makes a sum of positive terms: "
            f"write one of them as such, like n = sum + positive terms{may_be}"
        )


def products_of(expression: Expr) -> tuple[Product, ...]:
    """The terms of an expanded expression.

    Raises:
        ValueError: one is not a monomial times sums over modes; it names the part that is neither.

    >>> from asymptotics.symbols import n_eff, size, threshold
    >>> [term.expression for term in products_of((n_eff - mode_sum(size)) * threshold)]
    [kappa*n_eff, -kappa*sum_i[s]]
    """
    sums = {one: Dummy(positive=True) for one in S(expression).atoms(mode_sum)}
    expanded = S(expression).xreplace(sums).expand().xreplace({dummy: one for one, dummy in sums.items()})
    return tuple(map(_product_of, Add.make_args(expanded)))


def _product_of(part: Expr) -> Product:
    rest, summands = S.One, list[Expr]()
    for base, exponent in part.as_powers_dict().items():
        if isinstance(base, mode_sum) and exponent.is_Integer and exponent > 0:
            summands += [base.args[0]] * int(exponent)
        elif base.has(mode_sum) or (base.is_Add and base.free_symbols):
            raise ValueError(
                f"{Pow(base, exponent)} is neither a monomial nor a sum over modes: declare {base} as an "
                "unknown of its own"
            )
        else:
            rest *= base**exponent
    return Product(rest, tuple(summands))


def combined(terms: Iterable[Product]) -> tuple[Product, ...]:
    """The terms, like ones added; two sums with a minus sign between them become one where that has a sign.

    >>> from asymptotics.symbols import size
    >>> f = size / (1 + size)
    >>> [term.expression for term in combined([Product(S.One, (f,)), Product(-S.One, (f**2,))])]
    [sum_i[s/(s + 1)**2]]
    """
    left = _like_added(terms)
    for plus, minus in product(left, left):
        if len(plus.summands) == len(minus.summands) == 1 and minus.is_negative and not plus.is_negative:
            summand = factor(together(plus.factor * plus.summands[0] + minus.factor * minus.summands[0]))
            rest = [one for one in left if one is not plus and one is not minus]
            if summand == 0:
                return combined(rest)
            for sign in (S.One, S.NegativeOne):
                if _is_positive(sign * summand):
                    return combined([*rest, Product(sign, (sign * summand,))])
    return tuple(left)


def _like_added(terms: Iterable[Product]) -> list[Product]:
    """The terms, those with the same sums and the same monomial added."""
    added: dict[tuple[Expr, ...], Expr] = {}
    for one in terms:
        added[one.summands] = added.get(one.summands, S.Zero) + one.factor
    left = [Product(f, summands) for summands, f in added.items() if f != 0]
    # like monomials may have been added into a sum of unlike ones
    return [Product(f, one.summands) for one in left for f in Add.make_args(one.factor.expand())]


@cache
def _is_positive(summand: Expr) -> bool:
    """Whether a summand is positive, by SymPy or, as of 1 - exp(-s/k), by values in units of its scale."""
    if summand.is_positive is not None:
        return bool(summand.is_positive)
    try:
        scaled_sum(summand)
        check_positive("", summand, ALL_PARAMETERS, ())
    except ValueError:
        return False
    return True


def positive(difference: Expr, others: Sequence[Expr]) -> tuple[Product, ...]:
    """The terms of a difference, all positive, by the help of other expressions that vanish.

    Raises:
        NoPositiveForm: no sum of up to two of them makes it positive.

    >>> from asymptotics.symbols import n_eff, size, threshold
    >>> f = size / (size + threshold)
    >>> made = positive(n_eff - mode_sum(f**2), [n_eff - mode_sum(f)])
    >>> [term.expression for term in made]
    [sum_i[kappa*s/(kappa + s)**2]]
    """
    own = products_of(difference)
    for helper in _helpers(own, [products_of(other) for other in others]):
        # a sum alone may be combined with another: what else is negative stays so
        if any(one.is_negative and len(one.summands) != 1 for one in _like_added((*own, *helper))):
            continue
        terms = combined((*own, *helper))
        if not any(one.is_negative for one in terms):
            return terms
    raise NoPositiveForm(difference)


def parted(terms: Terms) -> tuple[Terms, Terms]:
    """The terms of either sign, all of them positive: an equation between two sums."""
    return tuple(x for x in terms if not x.is_negative), tuple(-x for x in terms if x.is_negative)


def one_sided(vanishing: Expr, others: Sequence[Expr]) -> tuple[Product, tuple[Product, ...]] | None:
    """An equation with one monomial on the left, as it is or by the help of others; None if there is none.

    >>> from asymptotics.symbols import n_eff, size, threshold, weight_decay
    >>> q, f = weight_decay, size / (size + threshold)
    >>> left, right = one_sided(n_eff + q - 1 / threshold - q**2, [q - mode_sum(f) - q**2])
    >>> left.expression, [term.expression for term in right]
    (1/kappa, [n_eff, sum_i[s/(kappa + s)]])
    """
    own = products_of(vanishing)
    for helper in _helpers(own, [products_of(other) for other in others]):
        plus, minus = parted(combined((*own, *helper)))
        for left, right in ((minus, plus), (plus, minus)):
            if right and len(left) == 1 and not left[0].summands:
                return left[0], right
    return None


def single_signs(difference: Expr, others: Sequence[Expr]) -> Iterator[tuple[int | None, Expr]]:
    """Every term of which the other sign alone would make a difference positive, with where it is.

    A wrong sign in one equation is found in the differences that it was to resolve, and a difference has no
    positive form where its own signs are wrong: which of the two it is cannot be known.

    Args:
        difference: without a positive form.
        others: expressions that vanish.

    Yields:
        The position among the others, None for the difference itself; and the term, without its sign.

    >>> from asymptotics.symbols import n_eff, size, threshold
    >>> f = size / (size + threshold)
    >>> wrong = n_eff - mode_sum(f) + 1 / threshold  # for n_eff = sum f + 1/kappa
    >>> list(single_signs(n_eff - mode_sum(f**2), [wrong]))
    [(None, sum_i[s**2/(kappa + s)**2]), (0, 1/kappa)]
    """
    for position, whole in [(None, difference), *enumerate(others)]:
        terms = products_of(whole)
        for k, one in enumerate(terms):
            changed = [-other if j == k else other for j, other in enumerate(terms)]
            value = Add(*(term.expression for term in changed))
            if position is not None and len({term.is_negative for term in changed}) == 1:
                continue  # an equation with terms of one sign
            ours = value if position is None else difference
            theirs = [value if j == position else other for j, other in enumerate(others)]
            with suppress(NoPositiveForm):
                positive(ours, theirs)
                yield position, (-one if one.is_negative else one).expression


def _helpers(own: Terms, others: Sequence[Terms]) -> Iterator[Terms]:
    """Nothing, one and two of the vanishing expressions: with either sign, then in other units."""
    negated = [tuple(-one for one in other) for other in others]
    declared = [signed for pair in zip(others, negated, strict=True) for signed in pair]
    yield ()
    yield from declared
    yield from (one + other for one, other in combinations(declared, 2))
    rescaled = [in_units for other in others for in_units in _in_units_of(own, other)]
    yield from rescaled
    for first in (*declared, *rescaled):
        for other in others:
            yield from (first + second for second in _in_units_of(own + first, other))


def _in_units_of(terms: Terms, other: Terms) -> Iterator[Terms]:
    """A vanishing expression times every monomial that makes one of its terms that of others, but its sign.

    By hand, for n - sum f^2 and kappa - lambda - kappa/n sum f it is -n/kappa: the first terms cancel.
    """
    pairs = [(one, part) for one, part in product(terms, other) if len(one.summands) == len(part.summands)]
    for monomial in dict.fromkeys(-one.factor / part.factor for one, part in pairs):
        yield tuple(Product(part.factor * monomial, part.summands) for part in other)
