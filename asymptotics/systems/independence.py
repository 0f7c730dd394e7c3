r"""Whether the equations of a system determine its unknowns: the rank of their derivatives at a solution.

Two equations may be one without being multiples of each other: F = 0 and F^2 = 0, F = 0 and (1 + u) F = 0,
or F = 0, G = 0 and F + G = 0.  Near a solution all that counts are first derivatives, and the theorem of
implicit functions says when they are enough: m equations F_i(u, x) = 0 determine m unknowns u, given x, if
the m gradients with respect to u are linearly independent there.  So

    gradients in all variables dependent    at every solution: some equations follow from others,
    gradients in u alone dependent          at every solution: the unknowns may vary together.

By hand, F = n - sum f - lambda/kappa and F^2: the second gradient is 2 F times the first, and vanishes where
F does.

The test is numerical, and exact but for coincidences.  A sum over modes becomes one over three modes of
given sizes, each with a weight of its own, sum_j w_j h(s_j): identities between summands stay, and the
weights are variables, as the physical variables are.  So there are more variables than equations.  Newton's
method from a random point, with the shortest step that solves the linear equations (Gauss-Newton; in
logarithms, since all variables are positive), ends at a random solution.  What is refused is dependent at two
of them, at different parameters.  Where no solution is found, gradients that are dependent at random points
count.

In this order: `check_independent`; multiples of an equation; the equations as functions, solutions, ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from random import Random
from typing import Any

import mpmath
import numpy as np
from sympy import Add, Dummy, Eq, Expr, Piecewise, Rational, S, Symbol, factor, lambdify
from sympy.core.relational import Relational

from asymptotics.algebra.curved import CurvedDomain
from asymptotics.algebra.polyhedra import PARAMETERS, Domain, sample_parameters
from asymptotics.symbols import noise_variance, size
from asymptotics.systems.mode_sums import mode_sum

_MODES = (Rational(7, 4), Rational(4, 5), Rational(2, 7))
"""Sizes of the modes, which lie on both sides of scales of order one."""
_DIGITS, _STEP = 60, mpmath.mpf(10) ** -22
"""Of the numbers, and of differences of logarithms."""
_SOLVED, _DEPENDENT = 1e-25, 1e-8
"""A residual, relative to the terms, at which equations hold; a share of a gradient that is none."""
_STEPS, _STARTS, _FARTHEST = 80, 4, 20.0
"""Of Newton's method; how far from 1 a logarithm may be at a solution."""

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Residuals = Callable[[Sequence[Any]], list[tuple[Any, Any]]]


def check_independent(
    name: str, equations: Sequence[Eq], unknowns: Sequence[Symbol], domain: Domain, noisy: bool
) -> None:
    """Refuse equations that depend on each other, or do not determine the unknowns.

    Args:
        name: of the system.
        equations: as declared.
        unknowns: as many.
        domain: of the parameters.
        noisy: whether labels have noise.

    Raises:
        ValueError: it names the equations, or the unknowns.

    >>> x, y = (Symbol(letter, positive=True) for letter in "xy")
    >>> check_independent("own", [Eq(x * y, 2), Eq((x * y) ** 2, 4)], [x, y], ((S.Half, 2),), False)
    Traceback (most recent call last):
        ...
    ValueError: own: the equations 1 and 2 depend on each other: where one holds, so does the other
    """
    at = {} if noisy else {noise_variance: S.Zero}
    vanishing = [S(equation.lhs - equation.rhs).subs(at) for equation in equations]
    _check_multiples(name, vanishing)
    # without label noise all may be recovered, whatever the unknowns
    to_be_known = unknowns if noisy else ()
    first, second = _parameters(domain)
    wrong = _degeneracy(vanishing, to_be_known, first)
    if wrong and wrong == _degeneracy(vanishing, to_be_known, second):
        raise ValueError(f"{name}: {wrong}")


def _check_multiples(name: str, vanishing: Sequence[Expr]) -> None:
    """Refuse two equations of which one is a multiple of the other, by a monomial."""
    for k, one in enumerate(vanishing):
        if one != 0 and one.expand() == 0:
            raise ValueError(f"{name}: the equation {k + 1} says nothing: its sides are the same")
    for (i, one), (j, other) in combinations(enumerate(vanishing), 2):
        if other == 0 or one == 0:
            continue
        ratio = factor(one / other)
        if not any(part.is_Add or part.has(mode_sum) for part in ratio.as_powers_dict()):
            raise ValueError(f"{name}: the equations {i + 1} and {j + 1} are one: their ratio is {ratio}")


def _parameters(domain: Domain) -> Iterator[dict[Expr, Expr]]:
    """Two values of the parameters, at which powers agree by no accident."""
    inside = dict(sample_parameters(domain))
    for shift in (Rational(1, 97), Rational(1, 61)):
        moved = {p: x + (k + 1) * shift for k, (p, x) in enumerate(inside.items())}
        yield moved if _is_inside(moved, domain) else inside


def _is_inside(values: Mapping[Expr, Expr], domain: Domain) -> bool:
    sides = domain.positive if isinstance(domain, CurvedDomain) else ()
    intervals = dict(zip(PARAMETERS, domain, strict=False))
    return all(intervals[p][0] < x < intervals[p][1] for p, x in values.items()) and all(
        side.subs(values) > 0 for side in sides
    )


# --- the equations as functions of logarithms


def _degeneracy(vanishing: Sequence[Expr], unknowns: Sequence[Symbol], at: Mapping[Expr, Expr]) -> str | None:
    """What is degenerate about the equations at a value of the parameters, in words; None if nothing is."""
    try:
        functions, count = _residuals([value.subs(at) for value in vanishing], unknowns)
        number = len(unknowns)
        with mpmath.workdps(_DIGITS):
            for seed in range(_STARTS):
                point = _solution(functions, count, Random(seed))
                if point is not None:
                    return _dependence(_gradients(functions, point), unknowns)
            random = [_gradients(functions, _start(count, Random(seed))) for seed in range(_STARTS)]
    except (ArithmeticError, ValueError, TypeError, NameError):  # no real numbers: not to be tested this way
        return None
    varying = {_undetermined(gradients[:, :number], unknowns) for gradients in random}
    return varying.pop() if len(varying) == 1 else None


def _residuals(vanishing: Sequence[Expr], unknowns: Sequence[Symbol]) -> tuple[Residuals, int]:
    """The equations, and the size of their terms, as functions of the logarithms of the variables."""
    sums = sorted({one for value in vanishing for one in value.atoms(mode_sum)}, key=str)
    weights = [Dummy(f"w_{k}", positive=True) for k in range(len(_MODES))]
    names = {one: Dummy(positive=True) for one in sums}
    over_modes = [
        Add(*(w * _smooth(one.args[0]).subs(size, s) for w, s in zip(weights, _MODES, strict=True)))
        for one in sums
    ]
    held = {symbol for value in vanishing for symbol in value.free_symbols}
    variables = [*unknowns, *sorted(held.difference(unknowns), key=str), *weights]
    expanded = [Add.make_args(value.xreplace(names).expand()) for value in vanishing]
    of_sums = lambdify(variables, over_modes, "mpmath")
    of_terms = lambdify([*variables, *names.values()], expanded, "mpmath")

    def residuals(logarithms: Sequence[Any]) -> list[tuple[Any, Any]]:
        values = [mpmath.exp(x) for x in logarithms]
        terms = of_terms(*values, *of_sums(*values))
        return [(mpmath.fsum(of_one), mpmath.fsum(map(abs, of_one))) for of_one in terms]

    return residuals, len(variables)


def _smooth(summand: Expr) -> Expr:
    """The summand without jumps: of two cases each has a share that depends on the side of the condition."""

    def blended(*cases: Any) -> Expr:
        (value, condition), *others = cases
        if not others or condition == True:  # noqa: E712
            return value
        if not isinstance(condition, Relational):
            raise TypeError(condition)
        share = condition.gts / (condition.gts + condition.lts)
        return share * value + (1 - share) * blended(*others)

    return summand.replace(Piecewise, blended)


def _gradients(residuals: Residuals, point: Sequence[Any]) -> Numbers:
    """The derivatives of every equation, in units of its terms, by central differences."""
    units = [unit for _, unit in residuals(point)]
    columns = []
    for k in range(len(point)):
        up, down = (
            residuals([x + side * _STEP if j == k else x for j, x in enumerate(point)]) for side in (1, -1)
        )
        columns.append(
            [
                float((one - other) / (2 * _STEP * unit))
                for (one, _), (other, _), unit in zip(up, down, units, strict=True)
            ]
        )
    return np.array(columns).T


def _start(count: int, random: Random) -> list[Any]:
    return [mpmath.mpf(random.uniform(-1, 1)) for _ in range(count)]


def _solution(residuals: Residuals, count: int, random: Random) -> list[Any] | None:
    """Logarithms at which the equations hold, by Gauss and Newton's method; None if it ends elsewhere."""
    point = _start(count, random)
    for _ in range(_STEPS):
        values = [value / unit for value, unit in residuals(point)]
        largest = float(max(map(abs, values)))
        if largest < _SOLVED:
            return point if max(map(abs, point)) < _FARTHEST else None
        unit = [float(value / largest) for value in values]
        step, *_ = np.linalg.lstsq(_gradients(residuals, point), -np.array(unit), rcond=1e-12)
        longest = float(np.max(np.abs(step))) * largest
        scale = largest * min(1.0, 1.0 / longest if longest > 0 else 1.0)
        point = [x + scale * mpmath.mpf(float(y)) for x, y in zip(point, step, strict=True)]
        if not max(map(abs, point)) < 2 * _FARTHEST:
            return None
    return None


# --- ranks


def _dependence(gradients: Numbers, unknowns: Sequence[Symbol]) -> str | None:
    """Which equations depend on each other at a solution, or which unknowns they do not determine."""
    lengths = np.linalg.norm(gradients, axis=1)
    for k, length in enumerate(lengths):
        if length < _DEPENDENT:
            return f"the equation {k + 1} vanishes to second order, as x**2 = 0 does: write x = 0"
    rows = gradients / lengths[:, None]
    for number in range(2, len(rows) + 1):
        for subset in combinations(range(len(rows)), number):
            if np.linalg.svd(rows[list(subset)], compute_uv=False)[-1] < _DEPENDENT:
                names = _listed(str(k + 1) for k in subset)
                where = "where one holds, so does the other" if number == 2 else "one follows from the others"
                return f"the equations {names} depend on each other: {where}"
    return _undetermined(rows[:, : len(unknowns)], unknowns)


def _undetermined(rows: Numbers, unknowns: Sequence[Symbol]) -> str | None:
    """Unknowns that may vary together while the equations hold; None if there are none."""
    if not unknowns:
        return None
    _, values, directions = np.linalg.svd(rows)
    if values[-1] >= _DEPENDENT:
        return None
    free = [str(u) for u, x in zip(unknowns, directions[-1], strict=True) if abs(x) > np.sqrt(_DEPENDENT)]
    if len(free) == 1:
        return f"the equations do not determine {free[0]}: they do not depend on it"
    return f"the equations do not determine {_listed(free)}: they hold while these vary together"


def _listed(names: Any) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}"
