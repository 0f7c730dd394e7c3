r"""Intervals of one exponent whose ends depend on a parameter: their order, exact, and where it changes.

Along a line in the space of exponents, such as ell = a/2 - 1, a polyhedron is an interval of ``a``:

    c_0 + c_1 a + c_2 b > 0   <=>   a > -(c_0 + c_2 b)/c_1 for c_1 > 0,  a < -(c_0 + c_2 b)/c_1 for c_1 < 0.

An *end* is a form without ``a``: the tuple ``(u,)`` or, where another exponent b is free as well, ``(u, v)``
for u + v b, over Q(gamma, r) (``polyhedra``).  Two ends may change their order inside an open part of the
parameters.  ``polyhedra.SignChange`` says at which gamma; ``Crossing`` says at which b, which ends hold
linearly: b = -u/v, again in Q(gamma, r).  So a question about the order is answered part by part, first in
gamma and within each part in b: a *case split*.

Worked by hand: a < 2 gamma and a < 1 + b are the interval a < 2 gamma where b > 2 gamma - 1, else a < 1 + b.

Two neighbouring parts that have the same answer are one, provided that it also holds between them, where it
is asked for at that one value.

In this order: ``Part`` and ``Crossing``, ``intervals_along``, the two case splits, when answers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cache, reduce
from itertools import product
from typing import Any, Generic, NamedTuple, TypeVar

from sympy import QQ, Expr, Symbol

from asymptotics.algebra.polyhedra import (
    EVERYWHERE,
    FIELD,
    PARAMETERS,
    Coefficient,
    Domain,
    Form,
    SignChange,
    difference,
    is_zero,
    sign,
)

End = Form
"""A form without the exponent along the line."""

Payload = TypeVar("Payload", bound=Hashable)
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Part:
    """A part of the parameters, and of the exponent that is free beside them.

    Attributes:
        domain: of the parameters; both ends of one of its intervals may be the same rational number.
        interval: of the free exponent, its ends in the field, with None for oo; both may be the same.  None
            where no other exponent is free.
    """

    domain: Domain = EVERYWHERE
    interval: tuple[Coefficient, Coefficient | None] | None = None

    @property
    def origin(self) -> End:
        """The end 0."""
        return (FIELD.zero,) if self.interval is None else (FIELD.zero, FIELD.zero)

    def sign(self, end: End) -> int:
        """Sign of an end in the whole part.

        Raises:
            SignChange: when it depends on a parameter.
            Crossing: when it depends on the free exponent.
            ZeroDivisionError: when the part is a point at which the end is infinite.

        >>> b_above_0 = Part(interval=(FIELD.zero, None))
        >>> b_above_0.sign((FIELD.one, FIELD.one))  # 1 + b
        1
        >>> b_above_0.sign((FIELD.one, -FIELD.one))
        Traceback (most recent call last):
            ...
        asymptotics.algebra.intervals.Crossing: the order changes where the free exponent is 1
        """
        constant, *slopes = end
        if self.interval is None or not slopes:
            return self._sign(constant)
        (low, high), (slope,) = self.interval, slopes
        if high is not None and low == high:  # 0 == None in the ring
            return self._sign(constant + slope * low)
        side = self._sign(slope)
        if side == 0:
            return self._sign(constant)
        root = _root(constant, slope)
        if self._sign(_minus(low, root)) >= 0:
            return side
        if high is not None and self._sign(_minus(high, root)) <= 0:
            return -side
        raise Crossing(root)

    def _sign(self, value: Coefficient) -> int:
        """Of an element of the field."""
        return _sign_in(value, self.domain)


@cache
def _root(constant: Coefficient, slope: Coefficient) -> Coefficient:
    return -constant / slope


@cache
def _minus(one: Coefficient, other: Coefficient) -> Coefficient:
    return one - other


@cache
def _sign_in(value: Coefficient, domain: Domain) -> int:
    """Of an element of the field in a domain that may be a point in a parameter."""
    if all(low != high for low, high in domain):
        return sign(value, domain)
    above, below = value.numer, value.denom
    for generator, (low, high) in zip(FIELD.field.ring.gens, domain, strict=False):
        if low == high:
            at = QQ(int(low.p), int(low.q))
            above, below = above.subs(generator, at), below.subs(generator, at)
    if below == 0:
        raise ZeroDivisionError(f"{value} is infinite at a point of {domain}")
    return sign(FIELD.field.new(above, below))


class Crossing(Exception):
    """An end vanishes at ``root`` of the free exponent, inside the part under study."""

    def __init__(self, root: Coefficient) -> None:
        super().__init__(f"the order changes where the free exponent is {root}")
        self.root = root

    def __reduce__(self) -> tuple[Any, ...]:
        return Crossing, (self.root,)


class Stretch(NamedTuple, Generic[Payload]):
    """An interval of the exponent along a line, up to oo where ``end`` is None, and what holds in it."""

    start: End
    end: End | None
    payload: Payload


Case = tuple[Coefficient, Coefficient | None, tuple[Stretch[Any], ...]]
"""An interval of the free exponent, and the intervals along the line there."""


class NotCovered(Exception):
    """No polyhedron holds beyond ``start``; the closures of those of ``touching`` do."""

    def __init__(self, start: End, touching: tuple[Any, ...]) -> None:
        super().__init__(f"nothing holds beyond {start}")
        self.start = start
        self.touching = touching


def intervals_along(
    polyhedra: Sequence[tuple[Sequence[Form], Payload]], part: Part
) -> tuple[Stretch[Payload], ...]:
    """The intervals of disjoint polyhedra on a line, in order, from 0 to oo.

    Args:
        polyhedra: the forms of each, in the exponent along the line and the free one, and its payload.
        part: of the parameters.

    Raises:
        SignChange, Crossing: when the order depends on a parameter, or on the free exponent.
        NotCovered: when they leave a gap, as when the line runs along a facet.

    >>> one, gamma = FIELD.one, FIELD.gens[0]
    >>> below, above = [(gamma, -one)], [(-gamma, one)]  # a < gamma, a > gamma
    >>> [(x.start, x.end, x.payload) for x in intervals_along([(above, "II"), (below, "I")], Part())]
    [((0,), (gamma,), 'I'), ((gamma,), None, 'II')]
    """
    known = [(forms, payload, _interval(forms, part)) for forms, payload in polyhedra]
    stretches = [Stretch(*interval, payload) for _, payload, interval in known if interval is not None]
    current: End | None = part.origin
    result: list[Stretch[Payload]] = []
    while current is not None:
        start = current
        following = next((x for x in stretches if part.sign(_gap(x.start, start)) == 0), None)
        if following is None:
            raise NotCovered(start, _touching(polyhedra, start, part))
        result.append(following)
        current = following.end
    return tuple(result)


def _interval(forms: Sequence[Form], part: Part) -> tuple[End, End | None] | None:
    """Where all the forms are positive: start and end, or None if nowhere beyond 0."""
    lower, upper, unsettled = [part.origin], list[End](), list[Exception]()
    for form in forms:
        try:
            side = part.sign((form[1],))
            if side == 0 and part.sign((form[0], *form[2:])) <= 0:
                return None
        except (SignChange, Crossing) as change:
            unsettled.append(change)
            continue
        if side != 0:
            (lower if side > 0 else upper).append(_end_of(form))
    for low, high in product(lower, upper):  # one such pair makes it empty, whatever the others do
        try:
            if part.sign(_gap(high, low)) <= 0:
                return None
        except (SignChange, Crossing) as change:
            unsettled.append(change)
    if unsettled:
        raise unsettled[0]
    return _extreme(lower, 1, part), _extreme(upper, -1, part) if upper else None


@cache
def _gap(one: End, other: End) -> End:
    """How far one end is beyond another."""
    return difference(one, other)


@cache
def _end_of(form: Form) -> End:
    """Where a form vanishes on the line."""
    return tuple(-x / form[1] for x in (form[0], *form[2:]))


def _extreme(ends: Sequence[End], side: int, part: Part) -> End:
    """The largest end (side 1), or the smallest (side -1)."""
    return reduce(lambda x, y: y if side * part.sign(_gap(y, x)) > 0 else x, ends)


def _touching(
    polyhedra: Sequence[tuple[Sequence[Form], Payload]], start: End, part: Part
) -> tuple[Payload, ...]:
    """Those whose closure holds the line just beyond a start."""
    touching = []
    for forms, payload in polyhedra:
        interval = _interval([form for form in forms if not is_zero(form)], part)
        if interval is not None:
            first, last = interval
            begun = part.sign(_gap(start, first)) >= 0
            if begun and (last is None or part.sign(_gap(last, start)) > 0):
                touching.append(payload)
    return tuple(touching)


def cases_in_exponent(
    question: Callable[[Part], Answer], agree: Callable[[Answer, Answer, Part], bool], part: Part
) -> tuple[tuple[Coefficient, Coefficient | None, Answer], ...]:
    """Answers of a question on the intervals of the free exponent where they are settled.

    Args:
        question: may raise ``Crossing``, and ``SignChange``, which is passed on.
        agree: whether two answers are the same on a part that is one value of the exponent.
        part: the part to split.

    >>> b_above_0, b_less_1 = Part(interval=(FIELD.zero, None)), (-FIELD.one, FIELD.one)
    >>> cases_in_exponent(lambda part: part.sign(b_less_1), lambda x, y, _: x == y, b_above_0)
    ((0, 1, -1), (1, None, 1))
    """
    assert part.interval is not None
    start, end = part.interval
    try:
        return ((start, end, question(part)),)
    except Crossing as change:
        below = replace(part, interval=(start, change.root))
        above = replace(part, interval=(change.root, end))
    cases = [*cases_in_exponent(question, agree, below), *cases_in_exponent(question, agree, above)]
    joined = [cases[0]]
    for low, high, answer in cases[1:]:
        point = replace(part, interval=(low, low))
        if _holds_between(joined[-1][2], answer, question, agree, point):
            joined[-1] = (joined[-1][0], high, answer)
        else:
            joined.append((low, high, answer))
    return tuple(joined)


def cases_in_parameter(
    question: Callable[[Domain], Answer],
    agree: Callable[[Answer, Answer, Part], bool],
    parameter: Symbol,
    domain: Domain = EVERYWHERE,
) -> tuple[tuple[Expr, Expr, Answer], ...]:
    """Answers of a question on the intervals of a parameter where they are settled.

    Args:
        question: may raise ``SignChange``.
        agree: whether two answers are the same on a part that is one value of the parameter.
        parameter: which one the question depends on.
        domain: where it is asked.

    >>> to_one = FIELD.one - FIELD.gens[0]  # 1 - gamma
    >>> cases_in_parameter(lambda domain: sign(to_one, domain), lambda x, y, _: x == y, PARAMETERS[0])
    ((1/2, 1, 1), (1, oo, -1))
    """
    index = PARAMETERS.index(parameter)
    try:
        return ((*domain[index], question(domain)),)
    except SignChange as change:
        sides = change.split(domain)
    below, above = (cases_in_parameter(question, agree, parameter, side) for side in sides)
    joined = list(below)
    for low, high, answer in above:
        point = (*domain[:index], (low, low), *domain[index + 1 :])
        between = low.is_Rational and _holds_between(
            joined[-1][2], answer, lambda part: question(part.domain), agree, Part(point)
        )
        if between:
            joined[-1] = (joined[-1][0], high, answer)
        else:
            joined.append((low, high, answer))
    return tuple(joined)


def same_stretches(one: Sequence[Stretch[Any]], other: Sequence[Stretch[Any]], part: Part) -> bool:
    """Whether two sequences of intervals have the same ends in a part, and the same payloads.

    >>> whole = Stretch((FIELD.zero,), None, "I")
    >>> same_stretches([whole], [whole], Part()), same_stretches([whole], [], Part())
    (True, False)
    """
    return len(one) == len(other) and all(
        x.payload == y.payload and _same_end(x.start, y.start, part) and _same_end(x.end, y.end, part)
        for x, y in zip(one, other, strict=True)
    )


def _same_end(one: End | None, other: End | None, part: Part) -> bool:
    if one is None or other is None:
        return one is other
    return part.sign(_gap(one, other)) == 0


def same_cases(one: Sequence[Case], other: Sequence[Case], part: Part) -> bool:
    """Whether two case splits in the free exponent are the same in a part."""
    return len(one) == len(other) and all(
        _same_end((low,), (begin,), part)
        and _same_end(None if high is None else (high,), None if end is None else (end,), part)
        and same_stretches(stretches, others, replace(part, interval=(low, high)))
        for (low, high, stretches), (begin, end, others) in zip(one, other, strict=True)
    )


def _holds_between(
    one: Answer,
    other: Answer,
    question: Callable[[Part], Answer],
    agree: Callable[[Answer, Answer, Part], bool],
    point: Part,
) -> bool:
    """Whether two neighbouring parts have one answer, and it holds at the point between them."""
    if one != other:
        return False
    try:
        return agree(one, question(point), point)
    except (SignChange, Crossing, NotCovered, ZeroDivisionError):
        return False
