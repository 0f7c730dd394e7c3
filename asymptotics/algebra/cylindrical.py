r"""Open cylindrical algebraic decomposition in the plane: a rational point in every open region.

Polynomials p_1, ..., p_k in two parameters x and y with rational coefficients cut the plane into open regions
in which none of them vanishes.  Collins' way (Lecture Notes in Computer Science 33, 134, 1975), for open
regions alone as in McCallum (Computer Journal 36, 432, 1993):

* *project*: where x passes no root of a leading coefficient in y, of a discriminant, or of a resultant of two
  of the polynomials, the roots y_1(x) < y_2(x) < ... of all of them are continuous and never meet;
* *sample*: one rational x in each interval between such roots;
* *lift*: at this x one rational y between every two neighbouring roots in y.

Every open region holds at least one of the points; so a polynomial has one sign in a union of them if it has
that sign at the points there.  Roots are isolated by rational intervals, never approximated: the answers are
exact.

Worked by hand, x^2 + y^2 - 1: the discriminant in y vanishes at x = -1 and 1.  At x = -2 and 2 there is no
root, at x = 0 there are two, -1 and 1: five points, one of them inside.

In this order: `Box`, `points_in_regions`, `interval_points`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations, pairwise

from sympy import Expr, Poly, Rational, Symbol, discriminant, factor_list, minimal_polynomial, resultant

Box = tuple[tuple[Symbol, Expr, Expr], ...]
"""An open interval, from low to high, of each of two parameters; or of one."""

Point = tuple[Rational, ...]

_FIRST_WIDTH, _NARROWER = Rational(1, 16), Rational(1, 256)


@cache
def points_in_regions(polynomials: tuple[Expr, ...], box: Box) -> tuple[Point, ...]:
    """A rational point in every open region into which polynomials cut a box.

    Args:
        polynomials: in the symbols of the box alone, with rational coefficients.
        box: open intervals with algebraic ends, or infinite ones.

    >>> from sympy import oo
    >>> from sympy.abc import x, y
    >>> points_in_regions((x - y,), ((x, Rational(0), oo), (y, Rational(0), oo)))
    ((1, 1/2), (1, 2))
    """
    irreducible = _irreducible(polynomials)
    if len(box) == 1:
        ((symbol, low, high),) = box
        return tuple((x,) for x in interval_points(irreducible, symbol, low, high))
    (x, *of_x), (y, *of_y) = box
    curves = _irreducible((*irreducible, *_ends(y, of_y)))
    points = []
    for at in interval_points((*_projection(curves, y), *_ends(x, of_x)), x, *of_x):
        lifted = tuple(curve.subs(x, at) for curve in curves)
        points += [(at, height) for height in interval_points(lifted, y, *of_y)]
    return tuple(points)


def _irreducible(polynomials: Sequence[Expr]) -> tuple[Expr, ...]:
    """The irreducible factors of polynomials, each once."""
    factors = (factor for p in polynomials for factor, _ in factor_list(p)[1])
    return tuple(dict.fromkeys(factors))


def _ends(symbol: Symbol, ends: Sequence[Expr]) -> list[Expr]:
    """Polynomials that vanish at the finite ends of an interval."""
    return [minimal_polynomial(end, symbol) for end in ends if end.is_finite]


def _projection(curves: Sequence[Expr], y: Symbol) -> Iterator[Expr]:
    """Polynomials without y, between whose roots the curves neither meet, turn nor go to infinity."""
    in_y = [curve for curve in curves if curve.has(y)]
    yield from (curve for curve in curves if not curve.has(y))
    for curve in in_y:
        yield Poly(curve, y).LC()
        yield discriminant(curve, y)
    for one, other in combinations(in_y, 2):
        yield resultant(one, other, y)


def interval_points(polynomials: Sequence[Expr], symbol: Symbol, low: Expr, high: Expr) -> list[Rational]:
    """A rational point between every two neighbouring roots of polynomials in an open interval.

    >>> from sympy import oo
    >>> from sympy.abc import x
    >>> interval_points((x**2 - 2,), x, Rational(0), oo)
    [7/10, 17/7]
    """
    factors = [p for p in _irreducible((*polynomials, *_ends(symbol, (low, high)))) if p.has(symbol)]
    if not factors:
        return [Rational(0)]
    whole = Poly(1, symbol)
    for one in factors:
        whole *= Poly(one, symbol)
    roots = _isolated(whole)
    if not roots:
        return [Rational(0)]
    points = [roots[0][0] - 1, *((b + c) / 2 for (_, b), (c, _) in pairwise(roots)), roots[-1][1] + 1]
    return [point for point in points if low < point < high]


def _isolated(poly: Poly) -> list[tuple[Rational, Rational]]:
    """Intervals with one real root each, in order, a gap between every two; the factors are unlike."""
    width = _FIRST_WIDTH
    while True:
        intervals = [ends for ends, _ in poly.intervals(eps=width)]
        if all(b < c for (_, b), (c, _) in pairwise(intervals)):
            return [(Rational(a), Rational(b)) for a, b in intervals]
        width *= _NARROWER
