"""Domains of parameters with curved sides: a box, and polynomials that are positive in it.

Where two parameters decide together, as in alpha < beta, no box holds the answer.  A `CurvedDomain` is a box
with polynomial inequalities beside it; which signs a polynomial takes there is decided exactly, by a point
in every region of a cylindrical decomposition (``cylindrical``).  Together they may hold two parameters.

The inequalities are kept in one form, polynomials with coprime integer coefficients, and those that others
imply are left out, so that equal domains compare equal where they were cut in the same order.

In this order: `CurvedDomain`, `curved`, `points_by_sign`, `sample_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sympy import Expr, Poly, Rational, Symbol

from asymptotics.algebra.cylindrical import Point, points_in_regions
from asymptotics.symbols import PARAMETERS

Interval = tuple[Expr, Expr]


class CurvedDomain(tuple[Interval, ...]):
    """A box, one open interval for each of ``PARAMETERS``, where polynomials are positive.

    >>> from sympy import oo
    >>> from asymptotics.symbols import alpha, beta
    >>> box = ((Rational(0), oo),) * 4
    >>> curved(box, [alpha - beta]).positive, curved(box, [alpha - beta]) == box
    ((alpha - beta,), False)
    """

    positive: tuple[Expr, ...]

    def __new__(cls, box: Iterable[Interval], positive: Iterable[Expr]) -> CurvedDomain:
        """The domain; `curved` brings its inequalities into their one form."""
        self = super().__new__(cls, tuple(box))
        self.positive = tuple(positive)
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self), self.positive

    def __eq__(self, other: object) -> bool:
        alike = isinstance(other, CurvedDomain) and self.positive == other.positive
        return alike and tuple(self) == tuple(other)  # type: ignore[arg-type]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((tuple(self), self.positive))

    def __repr__(self) -> str:
        return f"CurvedDomain({tuple(self)}, {self.positive})"


def curved(box: Iterable[Interval], positive: Iterable[Expr]) -> CurvedDomain | None:
    """The domain in a box where polynomials are positive, None if there is no such place.

    >>> from sympy import oo
    >>> from asymptotics.symbols import alpha, beta
    >>> box = ((Rational(0), oo),) * 4
    >>> curved(box, [alpha - beta, beta - alpha]) is None, curved(box, [alpha + beta, alpha]).positive
    (True, ())
    """
    sides = dict.fromkeys(_primitive(p) for p in positive)
    whole = CurvedDomain(box, sorted(sides, key=str))
    if not _inside(whole):
        return None
    for side in whole.positive:
        others = CurvedDomain(whole, (p for p in whole.positive if p != side))
        if set(points_by_sign(side, others)) == {1}:
            whole = others
    return whole


def _primitive(polynomial: Expr) -> Expr:
    """The polynomial over the positive common factor of its coefficients."""
    content, primitive = Poly(polynomial, *PARAMETERS).primitive()
    return (primitive if content > 0 else -primitive).as_expr()


@cache
def _inside(domain: CurvedDomain, also: Expr | None = None) -> tuple[dict[Symbol, Rational], ...]:
    """A point in every region of a domain, cut by one more polynomial, too."""
    polynomials = (*domain.positive, *(() if also is None else (also,)))
    held = tuple(p for p in PARAMETERS if any(x.has(p) for x in polynomials)) or PARAMETERS[-1:]
    if len(held) > 2:
        raise NotImplementedError(f"signs in more than two parameters, {', '.join(map(str, held))}")
    box = tuple((p, *domain[PARAMETERS.index(p)]) for p in held)
    points = (_named(held, point) for point in points_in_regions(polynomials, box))
    return tuple(at for at in points if all(p.subs(at) > 0 for p in domain.positive))


def _named(symbols: tuple[Symbol, ...], point: Point) -> dict[Symbol, Rational]:
    return dict(zip(symbols, point, strict=True))


@cache
def points_by_sign(polynomial: Expr, domain: CurvedDomain) -> Mapping[int, list[dict[Symbol, Rational]]]:
    """Points of a domain at which a polynomial has a sign, by the signs it takes, -1 and 1.

    Raises:
        NotImplementedError: it takes more than two parameters to know.

    >>> from sympy import oo
    >>> from asymptotics.symbols import alpha, beta
    >>> domain = curved(((Rational(0), oo),) * 4, [alpha - beta])
    >>> [sorted(points_by_sign(p, domain)) for p in (alpha - beta, 2 * alpha - beta, alpha - 2 * beta)]
    [[1], [1], [-1, 1]]
    """
    signs: dict[int, list[dict[Symbol, Rational]]] = {}
    for at in _inside(domain, polynomial):
        value = polynomial.subs(at)
        signs.setdefault(1 if value > 0 else -1, []).append(at)
    return signs


def sample_of(domain: CurvedDomain) -> dict[Symbol, Rational]:
    """One point of a domain: the parameters that its inequalities hold."""
    return dict(_inside(domain)[0])
