"""Exact polyhedra whose coefficients are rational functions of the parameters of a model.

The parameters are the decay gamma of the target and, where a model has them, the source exponent r of a
kernel, or alpha and beta.  A *form* is ``c_0 + c_1 v_1 + ... + c_k v_k`` with every c_j in the field
Q(gamma, r, alpha, beta), stored as the tuple ``(c_0, ..., c_k)``; the variables ``v`` are the exponents ``a,
ell`` (and ``b``).  A *polyhedron* is the open set where each of its forms is positive.  Every question about
polyhedra (is one empty, which inequalities matter, do two touch, do they cover the plane) is one question,
answered by the lemma of Fourier and Motzkin: has a system of strict inequalities a solution?

A coefficient is not a number: its sign may depend on the parameters.  ``sign`` answers when it is the same in
all of a ``Domain``, a box of parameters; otherwise it raises ``SignChange``, which says where to cut the box,
and ``split_at_sign_changes`` asks again on either side.  The sign of a polynomial in one parameter follows
from its isolated real roots; that of an irreducible one in two from mapping the box to (0, oo)^2, where
coefficients of one sign suffice.  Domains with curved sides decide it in all cases (``curved``).

In this order: the field, the sign, elimination, and the questions.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise, product
from typing import Any, TypeVar

from sympy import QQ, Expr, Poly, Rational, S, Symbol, factor_list, oo, together
from sympy.polys.polyerrors import CoercionFailed

from asymptotics.algebra.curved import CurvedDomain, curved, points_by_sign, sample_of
from asymptotics.symbols import PARAMETERS as PARAMETERS  # noqa: PLC0414  (its home for what imports it)
from asymptotics.symbols import gamma

FIELD = QQ.frac_field(*PARAMETERS)
"""Q(gamma, r, alpha, beta): exact, and orders of magnitude faster than SymPy expressions."""

Coefficient = Any  # an element of FIELD; SymPy exports no type for it
Form = tuple[Coefficient, ...]
Domain = tuple[tuple[Expr, Expr], ...]
"""An open interval for each of ``PARAMETERS``, those at the end left out that nothing holds; or, where
polynomials are positive, too, a `CurvedDomain`.
"""

EVERYWHERE: Domain = ((Rational(1, 2), oo), (Rational(0), oo))
"""gamma > 1/2: a target of finite energy, mean(s_i**2) < oo as d grows; r > 0."""

ALL_PARAMETERS: Domain = (*EVERYWHERE, (Rational(0), oo), (-oo, oo))
"""The same, and alpha > 0 with any beta."""

Answer = TypeVar("Answer")


def _read(*quotient: Iterable[tuple[tuple[int, ...], tuple[int, int]]]) -> Coefficient:
    """The element of the field with these monomials above and below, each with powers and coefficient."""
    ring = FIELD.field.ring
    above, below = (ring.from_dict({powers: QQ(*ratio) for powers, ratio in terms}) for terms in quotient)
    return FIELD.field.raw_new(above, below)


def _written(value: Coefficient) -> str | tuple[Any, ...]:
    """How an element of the field is pickled: SymPy's own way, which writes down the ring, fails in the ring.

    Elements of other fields, which in some versions of SymPy are of the same type, are left to SymPy.
    """
    if value.field != FIELD.field:
        return value.__reduce_ex__(2)  # type: ignore[no-any-return]
    return _read, tuple(
        tuple((powers, (int(c.numerator), int(c.denominator))) for powers, c in side.terms())
        for side in (value.numer, value.denom)
    )


copyreg.pickle(type(FIELD.zero), _written)


class SignChange(Exception):
    """A coefficient vanishes at ``root`` of ``parameter``, inside the domain under study.

    If the parameter is None it vanishes where the polynomial ``root`` in two parameters does.
    """

    def __init__(self, root: Expr, parameter: Symbol | None = gamma) -> None:
        where = f"{root} = 0" if parameter is None else f"{parameter} = {root}"
        super().__init__(f"a coefficient changes sign at {where}")
        self.root = root
        self.parameter = parameter

    def __reduce__(self) -> tuple[Any, ...]:
        return SignChange, (self.root, self.parameter)

    def split(self, domain: Domain) -> tuple[Domain, Domain]:
        """The domain below the root, and above; or where the polynomial is negative, and positive."""
        if self.parameter is None:
            positive = getattr(domain, "positive", ())
            return _not_empty(*(curved(domain, (*positive, side)) for side in (-self.root, self.root)))
        index = PARAMETERS.index(self.parameter)
        low, high = domain[index]
        sides = [
            (*domain[:index], interval, *domain[index + 1 :])
            for interval in ((low, self.root), (self.root, high))
        ]
        if isinstance(domain, CurvedDomain):
            return _not_empty(*(curved(half, domain.positive) for half in sides))
        return sides[0], sides[1]


def _not_empty(below: Domain | None, above: Domain | None) -> tuple[Domain, Domain]:
    assert below is not None  # a sign changes in the domain: it has both
    assert above is not None
    return below, above


def coefficient(expression: Expr | int) -> Coefficient:
    """The element of the field equal to a SymPy expression in the parameters alone.

    Raises:
        ValueError: when it is not a quotient of polynomials in the parameters.

    >>> coefficient(1 / gamma)
    1/gamma
    """
    try:
        return FIELD.from_sympy(Rational(1) * expression)
    except (CoercionFailed, ValueError) as error:
        names = " and ".join(map(str, PARAMETERS))
        raise ValueError(f"the power {expression} is not a quotient of polynomials in {names}") from error


def sample(interval: tuple[Expr, Expr]) -> Rational:
    """A rational number strictly inside the interval.

    >>> sample((Rational(1, 2), oo))
    3/2
    """
    low, high = interval
    if low == -oo:
        return Rational(0) if high == oo else -sample((-high, oo))
    middle = low + 1 if high == oo else (low + high) / 2
    digits = 20
    while True:
        candidate = middle if middle.is_Rational else Rational(str(middle.evalf(digits)))
        if low < candidate < high:
            return candidate
        digits *= 2


def sample_parameters(domain: Domain) -> dict[Symbol, Rational]:
    """Rational values of all parameters strictly inside the domain.

    >>> sample_parameters(EVERYWHERE)
    {gamma: 3/2, r: 1}
    """
    point = {p: sample(interval) for p, interval in zip(PARAMETERS, domain, strict=False)}
    return point | sample_of(domain) if isinstance(domain, CurvedDomain) else point


@cache
def sign(value: Coefficient, domain: Domain = EVERYWHERE) -> int:
    """Sign of an element of the field, -1, 0 or 1, when it is the same in the whole open domain.

    Raises:
        SignChange: when it is not, with where to cut the domain.
        NotImplementedError: when it is not known, for a polynomial in two parameters.

    >>> sign(coefficient(1 - 2 * gamma))
    -1
    >>> sign(coefficient(1 - gamma))
    Traceback (most recent call last):
        ...
    asymptotics.algebra.polyhedra.SignChange: a coefficient changes sign at gamma = 1
    """
    if value == FIELD.zero:
        return 0
    # same sign as the quotient, and no pole to care about
    product = (value.numer * value.denom).as_expr()
    if not product.free_symbols:
        return 1 if product > 0 else -1
    if isinstance(domain, CurvedDomain):
        return _sign_in_regions(product, domain)
    if len(product.free_symbols) == 1:
        return _sign_in_one(Poly(product), domain)
    constant, factors = factor_list(product)
    total = 1 if constant > 0 else -1
    for factor, multiplicity in factors:
        poly = Poly(factor)
        of_factor = _sign_in_one(poly, domain) if len(poly.gens) == 1 else _sign_in_several(poly, domain)
        total *= of_factor**multiplicity
    return total


def _sign_in_regions(product: Expr, domain: CurvedDomain) -> int:
    """The sign in a domain with curved sides, by those of the factors."""
    constant, factors = factor_list(product)
    total = 1 if constant > 0 else -1
    for factor, multiplicity in factors:
        points = points_by_sign(factor, domain)
        if len(points) > 1:
            raise _sign_change(factor, points[-1], points[1])
        total *= next(iter(points)) ** multiplicity
    return total


def _sign_change(
    factor: Expr, negative: Sequence[Mapping[Symbol, Rational]], positive: Sequence[Mapping[Symbol, Rational]]
) -> SignChange:
    """Where to cut: at the curve; of a polynomial in one parameter at a root with points on either side."""
    if len(factor.free_symbols) > 1:
        return SignChange(factor, None)
    (parameter,) = factor.free_symbols
    low, high = sorted((negative[0][parameter], positive[0][parameter]))
    return SignChange(next(root for root in Poly(factor).real_roots() if low < root < high), parameter)


def _sign_in_one(poly: Poly, domain: Domain) -> int:
    interval = domain[PARAMETERS.index(poly.gen)]
    for root in poly.real_roots():
        if interval[0] < root < interval[1]:
            raise SignChange(root, poly.gen)
    return 1 if poly.eval(sample(interval)) > 0 else -1


def _sign_in_several(poly: Poly, domain: Domain) -> int:
    """By the map of each interval (low, high) to t > 0: low + t, or (low + high t)/(1 + t)."""
    mapped = poly.as_expr()
    for parameter in poly.gens:
        low, high = domain[PARAMETERS.index(parameter)]
        mapped = mapped.subs(
            parameter, low + parameter if high == oo else (low + high * parameter) / (1 + parameter)
        )
    numerator = Poly(together(mapped).as_numer_denom()[0], *poly.gens)
    signs = {1 if c > 0 else -1 for c in numerator.coeffs()}
    if len(signs) > 1:
        raise NotImplementedError(
            f"the sign of {poly.as_expr()} is not known for {_in_words(domain)}: a condition on both, "
            f"such as {poly.as_expr()} > 0 among the conditions of a System, settles it"
        )
    return signs.pop()


def _in_words(domain: Domain) -> str:
    return ", ".join(f"{low} < {p} < {high}" for p, (low, high) in zip(PARAMETERS, domain, strict=False))


def split_at_sign_changes(
    question: Callable[[Domain], Answer], domain: Domain = EVERYWHERE
) -> list[tuple[Domain, Answer]]:
    """Answers of a question on the parts of the domain where the signs it asks for are settled.

    Parts with the same answer are joined again.

    >>> split_at_sign_changes(lambda domain: sign(coefficient(1 - gamma), domain))[1][0][0]
    (1, oo)
    """
    try:
        return [(domain, question(domain))]
    except SignChange as change:
        left, right = (split_at_sign_changes(question, half) for half in change.split(domain))
        if len(left) == len(right) == 1 and left[0][1] == right[0][1]:
            return [(domain, left[0][1])]
        return left + right


def overlap(one: Domain, other: Domain) -> Domain | None:
    """The part that two domains share, None if they share no open part.

    >>> overlap(EVERYWHERE, ((Rational(1), Rational(2)), (Rational(0), oo)))
    ((1, 2), (0, oo))
    """
    shared = tuple((max(a, c), min(b, d)) for (a, b), (c, d) in zip(one, other, strict=True))
    if not all(low < high for low, high in shared):
        return None
    sides = [side for domain in (one, other) for side in getattr(domain, "positive", ())]
    is_box = not any(isinstance(domain, CurvedDomain) for domain in (one, other))
    return shared if is_box else curved(shared, sides)


def meeting_point(one: Domain, other: Domain) -> tuple[Symbol, Expr] | None:
    """The parameter, and its value, at which one domain ends and the other begins; None if they do not touch.

    Where they touch along a line in two parameters the value is an expression in the other; curves in which
    no parameter is linear are left out.

    >>> meeting_point(((Rational(1), oo), (Rational(0), oo)), EVERYWHERE)
    >>> meeting_point(((Rational(1), oo), (Rational(0), oo)), ((Rational(1, 2), Rational(1)), EVERYWHERE[1]))
    (gamma, 1)
    """
    shared = [(max(a, c), min(b, d)) for (a, b), (c, d) in zip(one, other, strict=True)]
    if not all(low <= high for low, high in shared):
        return None
    points = [(p, low) for p, (low, high) in zip(PARAMETERS, shared, strict=False) if low == high]
    if not points and isinstance(one, CurvedDomain) and isinstance(other, CurvedDomain):
        common = [side for side in one.positive if -side in other.positive]
        points = [point for point in map(_solved, common) if point is not None]
    return points[0] if len(points) == 1 else None


def _solved(curve: Expr) -> tuple[Symbol, Expr] | None:
    """A curve, where a polynomial vanishes, solved for the last parameter in which it is linear."""
    for parameter in reversed(PARAMETERS):
        slope = curve.diff(parameter)
        if slope.is_number and slope != 0:
            return parameter, (-curve.subs(parameter, 0) / slope).expand()
    return None


def where_they_meet(one: Domain, other: Domain, point: tuple[Symbol, Expr], whole: Domain) -> Domain | None:
    """The other parameters where two domains touch, at a `meeting_point`; None if nowhere.

    >>> below, above = ((Rational(1, 2), Rational(1)), EVERYWHERE[1]), ((Rational(1), oo), EVERYWHERE[1])
    >>> where_they_meet(below, above, (gamma, Rational(1)), EVERYWHERE)
    ((1/2, oo), (0, oo))
    """
    parameter, value = point
    index = PARAMETERS.index(parameter)
    shared = [(max(a, c), min(b, d)) for (a, b), (c, d) in zip(one, other, strict=True)]
    low, high = shared[index]
    shared[index] = whole[index]
    if not isinstance(one, CurvedDomain) or not isinstance(other, CurvedDomain):
        return tuple(shared)
    sides = [side.subs(parameter, value) for side in (*one.positive, *other.positive)]
    if low != high:
        sides += [value - low] * low.is_finite + [high - value] * high.is_finite
    if any(side.is_number and side < 0 for side in sides):
        return None
    return curved(shared, (side for side in sides if not side.is_number))


def at_value(form: Form, parameter: Symbol, value: Expr) -> Form:
    """The form where a parameter has a value.

    >>> at_value((coefficient(gamma), coefficient(1 / gamma)), gamma, Rational(2))
    (2, 1/2)
    """
    return tuple(coefficient(FIELD.to_sympy(c).subs(parameter, value)) for c in form)


def common_parts(domains: Sequence[Domain]) -> list[Domain]:
    """Everywhere, cut into parts that lie inside or outside each of the domains.

    >>> [part[0] for part in common_parts([EVERYWHERE, ((Rational(1), oo), (Rational(0), oo))])]
    [(1/2, 1), (1, oo)]
    """
    cuts = [sorted({end for domain in domains for end in domain[i]}) for i in range(len(domains[0]))]
    parts: list[Domain] = list(product(*(pairwise(ends) for ends in cuts)))
    of_curved = [domain.positive for domain in domains if isinstance(domain, CurvedDomain)]
    for side in dict.fromkeys(side for sides in of_curved for side in sides):
        both = ((part, sign) for part in parts for sign in (side, -side))
        cut = (curved(part, (*getattr(part, "positive", ()), half)) for part, half in both)
        parts = [part for part in cut if part is not None]
    return parts


def negative(form: Form) -> Form:
    """The form with the opposite sign."""
    return tuple(-c for c in form)


def difference(left: Form, right: Form) -> Form:
    """The form ``left - right``."""
    return tuple(x - y for x, y in zip(left, right, strict=True))


def is_zero(form: Form) -> bool:
    """Whether the form vanishes identically."""
    return all(c == FIELD.zero for c in form)


def normalised(form: Form, domain: Domain = EVERYWHERE) -> Form:
    """A positive multiple of the form, the same for all forms with the same positive side."""
    for value in (*reversed(form[1:]), form[0]):
        if value != FIELD.zero:
            return _over_size_of(value, sign(value, domain), form)
    return form


def _over_size_of(value: Coefficient, side: int, form: Form) -> Form:
    """The form over |value|, a value of sign ``side``; what is 0, or divided by 1, is left alone."""
    size = value if side > 0 else -value
    return form if size == FIELD.one else tuple(c / size if c else c for c in form)


def _eliminate(
    forms: Sequence[Form], index: int, domain: Domain, unsettled: list[NotImplementedError]
) -> list[Form]:
    """Fourier-Motzkin: the shadow along variable ``index``, or more if a sign is not known."""
    shadow: dict[Form, None] = {}
    lower: list[Form] = []
    upper: list[Form] = []
    for form in forms:
        try:
            side = sign(form[index], domain)
        except NotImplementedError as error:
            unsettled.append(error)  # without the form the shadow is larger
            continue
        if side == 0:
            shadow[form] = None
        else:
            (lower if side > 0 else upper).append(_over_size_of(form[index], side, form))
    for low in lower:
        for high in upper:
            shadow[tuple(x + y for x, y in zip(low, high, strict=True))] = None
    return list(shadow)


def feasible(forms: Sequence[Form], domain: Domain = EVERYWHERE) -> bool:
    """Whether all forms can be positive together, for each gamma of the open interval (or for none).

    The values of gamma at which ``SignChange`` splits an interval are left out.

    Raises:
        SignChange: when it depends on the parameters within the domain.
        NotImplementedError: when an unknown sign of a polynomial in two parameters may decide it.

    >>> a_form, negated = (coefficient(0), coefficient(1)), (coefficient(0), coefficient(-1))
    >>> feasible([a_form]), feasible([a_form, negated])
    (True, False)
    """
    remaining = list(forms)
    unsettled: list[NotImplementedError] = []
    for index in range(len(remaining[0]) - 1 if remaining else 0, 0, -1):
        remaining = _eliminate(remaining, index, domain, unsettled)
        for constant in (f[0] for f in remaining if is_zero(f[1:])):
            try:
                if sign(constant, domain) <= 0:
                    return False
            except NotImplementedError as error:
                unsettled.append(error)
    if unsettled:
        raise unsettled[0]
    return True


def sample_point(forms: Sequence[Form], domain: Domain = EVERYWHERE) -> tuple[list[Expr], list[Expr]]:
    """Parameters of the domain, and rational coordinates of a point in a nonempty polyhedron.

    >>> sample_point([(coefficient(gamma), coefficient(-1))])[1]  # gamma - a > 0
    [0]
    """
    at = sample_parameters(domain)
    parameters = list(at.values())
    box = tuple((x, x) for x in parameters)
    shadows = [[tuple(coefficient(FIELD.to_sympy(c).subs(at)) for c in form) for form in forms]]
    for index in range(len(forms[0]) - 1, 1, -1):
        shadows.append(_eliminate(shadows[-1], index, box, []))
    point: list[Expr] = []
    for shadow in reversed(shadows):
        index = len(point) + 1
        lower, upper = -oo, oo
        for form in shadow:
            start, *slopes = (FIELD.to_sympy(c) for c in form)
            level = start + sum(c * x for c, x in zip(slopes, point, strict=False))
            if slopes[index - 1] > 0:
                lower = max(lower, -level / slopes[index - 1])
            elif slopes[index - 1] < 0:
                upper = min(upper, -level / slopes[index - 1])
        point.append(_between(lower, upper))
    return parameters, point


def _between(lower: Expr, upper: Expr) -> Expr:
    """A number inside an interval that may have no ends."""
    if lower == -oo:
        return min(S.Zero, upper - 1)
    return max(S.Zero, lower + 1) if upper == oo else (lower + upper) / 2


def irredundant(
    forms: Sequence[Form], window: Sequence[Form] = (), domain: Domain = EVERYWHERE
) -> tuple[Form, ...]:
    """The facets of a nonempty polyhedron: its forms less those that the others, and the window, imply."""
    facets = list(dict.fromkeys(normalised(f, domain) for f in forms if not is_zero(f[1:])))
    for form in tuple(facets):
        others = [f for f in facets if f != form]
        # {others > 0} is open: it meets {form <= 0} only if it meets {form < 0}
        if not feasible([*others, *window, negative(form)], domain):
            facets = others
    return tuple(facets)


def restricted(form: Form, hyperplane: Form) -> Form:
    """The form on a hyperplane, given by the form that vanishes there, as a form of the other variables."""
    pivot = next(i for i in range(len(hyperplane) - 1, 0, -1) if hyperplane[i] != FIELD.zero)
    factor = form[pivot] / hyperplane[pivot]
    return tuple(x - factor * w for i, (x, w) in enumerate(zip(form, hyperplane, strict=True)) if i != pivot)


def common_facet(
    first: Sequence[Form],
    second: Sequence[Form],
    window: Sequence[Form] = (),
    domain: Domain = EVERYWHERE,
) -> Form | None:
    """The facet along which two disjoint polyhedra touch within the window, or None when they do not."""
    for facet in first:
        opposite = normalised(negative(facet), domain)
        if opposite in (normalised(f, domain) for f in second):
            rest = [f for f in (*first, *window) if f != facet]
            rest += [f for f in second if normalised(f, domain) != opposite]
            if feasible([restricted(f, facet) for f in rest], domain):
                return facet
    return None


def uncovered(
    polyhedra: Sequence[Sequence[Form]], inside: Sequence[Form], domain: Domain = EVERYWHERE
) -> Iterator[list[Form]]:
    """Open pieces of the polyhedron ``inside`` that no other covers: none, if the others tile it.

    Removing one polyhedron from a piece leaves, for each facet, the part beyond that facet and within the
    facets before it; what is left when all are removed is covered by none.  A piece that is not known to
    be empty stays in until then.
    """
    if not polyhedra:
        if feasible(inside, domain):
            yield list(inside)
        return
    first, *others = polyhedra
    if not _may_be_feasible([*inside, *first], domain):  # it covers nothing of this piece
        yield from uncovered(others, inside, domain)
        return
    within = list(inside)
    for form in first:
        beyond = [*within, negative(form)]
        if _may_be_feasible(beyond, domain):
            yield from uncovered(others, beyond, domain)
        within.append(form)


def _may_be_feasible(forms: Sequence[Form], domain: Domain) -> bool:
    try:
        return feasible(forms, domain)
    except NotImplementedError:
        return True
