"""Exact polyhedra whose coefficients are rational functions of the decay gamma.

A *form* is ``c_0 + c_1 v_1 + ... + c_k v_k`` with every ``c_j`` in the field Q(gamma), stored as the
tuple ``(c_0, ..., c_k)``; the variables ``v`` are the exponents ``a, ell`` (and ``b``).  A *cell* is
the open polyhedron where each of its forms is positive.  Everything a phase diagram asks of its cells
(is it empty, which inequalities matter, do two cells touch, do they cover the plane) reduces to one
question, whether a system of strict inequalities has a solution, and that one is answered by
Fourier-Motzkin elimination: a variable is removed by adding each lower bound to each upper bound, and
what is left when all are gone is a list of constants to be positive.

The only subtlety is that a coefficient is not a number: its sign may depend on gamma.  ``sign`` answers
when it is the same for every gamma of an interval, decided by isolating the real roots of numerator and
denominator, and raises ``SignChange`` with the root otherwise; ``split_at_sign_changes`` then asks again
on either side of it.

In this order: the field, the sign, elimination, and the questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from sympy import QQ, Expr, Poly, Rational, oo

from asymptotics.symbols import gamma

FIELD = QQ.frac_field(gamma)
"""Q(gamma): exact, and orders of magnitude faster than SymPy expressions."""

Coefficient = Any  # an element of FIELD; SymPy exports no type for it
Form = tuple[Coefficient, ...]
Decays = tuple[Expr, Expr]

ALL_DECAYS: Decays = (Rational(1, 2), oo)
"""gamma > 1/2: a target of finite energy, mean(s_i**2) < oo as d grows."""


class SignChange(Exception):
    """A coefficient vanishes at ``root``, inside the interval of decays under study."""

    def __init__(self, root: Expr) -> None:
        super().__init__(f"a coefficient changes sign at gamma = {root}")
        self.root = root


def coefficient(expression: Expr | int) -> Coefficient:
    """The element of Q(gamma) equal to a SymPy expression in gamma alone."""
    return FIELD.from_sympy(Rational(1) * expression)


def sample(decays: Decays) -> Rational:
    """A rational number strictly inside the interval."""
    low, high = decays
    middle = low + 1 if high == oo else (low + high) / 2
    digits = 20
    while True:
        candidate = middle if middle.is_Rational else Rational(str(middle.evalf(digits)))
        if low < candidate < high:
            return candidate
        digits *= 2


@cache
def sign(value: Coefficient, decays: Decays = ALL_DECAYS) -> int:
    """Sign of an element of Q(gamma), -1, 0 or 1, when it is the same on the whole open interval.

    >>> sign(coefficient(1 - 2 * gamma))
    -1
    >>> sign(coefficient(1 - gamma))
    Traceback (most recent call last):
        ...
    asymptotics.cells.SignChange: a coefficient changes sign at gamma = 1
    """
    if value == FIELD.zero:
        return 0
    # same sign as the quotient, and no pole to care about
    product = Poly((value.numer * value.denom).as_expr(), gamma)
    if not product.is_ground:
        for root in product.real_roots():
            if decays[0] < root < decays[1]:
                raise SignChange(root)
    return 1 if product.eval(sample(decays)) > 0 else -1


def split_at_sign_changes(
    question: Callable[[Decays], bool], decays: Decays = ALL_DECAYS
) -> list[tuple[Decays, bool]]:
    """Answers of a yes-or-no question on the intervals of gamma where its signs are settled."""
    try:
        return [(decays, question(decays))]
    except SignChange as change:
        low, high = decays
        left = split_at_sign_changes(question, (low, change.root))
        right = split_at_sign_changes(question, (change.root, high))
        if len(left) == len(right) == 1 and left[0][1] == right[0][1]:
            return [(decays, left[0][1])]
        return left + right


def negative(form: Form) -> Form:
    """The form with the opposite sign."""
    return tuple(-c for c in form)


def difference(left: Form, right: Form) -> Form:
    """The form ``left - right``."""
    return tuple(x - y for x, y in zip(left, right, strict=True))


def is_zero(form: Form) -> bool:
    """Whether the form vanishes identically."""
    return all(c == FIELD.zero for c in form)


def normalised(form: Form, decays: Decays = ALL_DECAYS) -> Form:
    """A positive multiple of the form, the same for all forms with the same positive side."""
    for value in (*reversed(form[1:]), form[0]):
        if value != FIELD.zero:
            scale = value * sign(value, decays)
            return tuple(c / scale for c in form)
    return form


def _eliminate(forms: Sequence[Form], index: int, decays: Decays) -> list[Form]:
    """Fourier-Motzkin: the shadow of the cell along variable ``index``."""
    kept: dict[Form, None] = {}
    lower: list[Form] = []
    upper: list[Form] = []
    for form in forms:
        side = sign(form[index], decays)
        if side == 0:
            kept[form] = None
        else:
            scaled = tuple(c / (form[index] * side) for c in form)
            (lower if side > 0 else upper).append(scaled)
    for low in lower:
        for high in upper:
            kept[tuple(x + y for x, y in zip(low, high, strict=True))] = None
    return list(kept)


def feasible(forms: Sequence[Form], decays: Decays = ALL_DECAYS) -> bool:
    """Whether all forms can be positive together, for each gamma of the open interval (or for none).

    Where ``SignChange`` has split an interval, single values of gamma at the split are not asked about.

    >>> a_form, negated = (coefficient(0), coefficient(1)), (coefficient(0), coefficient(-1))
    >>> feasible([a_form]), feasible([a_form, negated])
    (True, False)
    """
    remaining = list(forms)
    if not remaining:
        return True
    for index in range(len(remaining[0]) - 1, 0, -1):
        remaining = _eliminate(remaining, index, decays)
        if any(sign(f[0], decays) <= 0 for f in remaining if is_zero(f[1:])):
            return False
        if not remaining:
            return True
    return True


def irredundant(forms: Sequence[Form], decays: Decays = ALL_DECAYS) -> tuple[Form, ...]:
    """The facets of a nonempty cell: its forms less those that the others imply."""
    facets = list(dict.fromkeys(normalised(f, decays) for f in forms if not is_zero(f[1:])))
    for form in tuple(facets):
        others = [f for f in facets if f != form]
        # {others > 0} is open: it meets {form <= 0} only if it meets {form < 0}
        if not feasible([*others, negative(form)], decays):
            facets = others
    return tuple(facets)


def restricted(form: Form, wall: Form) -> Form:
    """The form on the hyperplane ``wall = 0``, as a form of the other variables."""
    pivot = next(i for i in range(len(wall) - 1, 0, -1) if wall[i] != FIELD.zero)
    factor = form[pivot] / wall[pivot]
    return tuple(x - factor * w for i, (x, w) in enumerate(zip(form, wall, strict=True)) if i != pivot)


def shared_wall(first: Sequence[Form], second: Sequence[Form], decays: Decays = ALL_DECAYS) -> Form | None:
    """The facet along which two disjoint cells touch, or None when they do not."""
    for wall in first:
        opposite = normalised(negative(wall), decays)
        if opposite in (normalised(f, decays) for f in second):
            rest = [f for f in first if f != wall]
            rest += [f for f in second if normalised(f, decays) != opposite]
            if feasible([restricted(f, wall) for f in rest], decays):
                return wall
    return None


def uncovered(
    cells: Sequence[Sequence[Form]], inside: Sequence[Form], decays: Decays = ALL_DECAYS
) -> Iterator[list[Form]]:
    """Open pieces of the cell ``inside`` that none of the cells covers: none, if they tile it.

    Removing one cell from a piece leaves, for each facet, the part beyond that facet and within the
    facets before it; what survives the removal of every cell was covered by none.
    """
    if not cells:
        yield list(inside)
        return
    first, *others = cells
    within = list(inside)
    for form in first:
        beyond = [*within, negative(form)]
        if feasible(beyond, decays):
            yield from uncovered(others, beyond, decays)
        within.append(form)
