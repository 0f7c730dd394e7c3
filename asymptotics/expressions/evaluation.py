r"""Numbers from laws: one at any size by mpmath, or arrays in float64 by NumPy.

Both take the physical variables by their names, and refuse the same numbers (``point``).

Where a law has a factor 0/0, as (gamma - 1)/cos(pi/(2 gamma)) has at gamma = 1, its value is the limit: the
expression is worked out a tiny step to either side of the point, with digits to spare.  A pole is told
from a removable singularity by its size, which differs from one step to another.

For arrays the expression is split.  What holds parameters alone (gamma, the source exponent, and alpha and
beta of a system) is a *coefficient*: constants, exponents, Gamma and zeta functions, the choice among the
pieces of a piecewise law.  Coefficients are worked out with guard digits, once for each value of the
parameters, where poles and zeros that cancel cost nothing; powers and logarithms of the other variables are
NumPy's.  So the result is right to a few roundings, and an intermediate number outside the range of float64
is an error, not an infinity or a 0.

In this order: ``value_of``, ``at_source`` and ``in_the_limit`` (exact), ``Vectorised``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import lambertw
from sympy import (
    Add,
    Dummy,
    Expr,
    Function,
    LambertW,
    Mul,
    Piecewise,
    Pow,
    S,
    Symbol,
    lambdify,
    limit,
    log,
    nan,
    oo,
    pi,
    zoo,
)
from sympy import piecewise_fold as folded
from sympy.core.function import PoleError

from asymptotics.expressions.checks import InvalidArgument, exact_number, is_number, require, require_name
from asymptotics.expressions.mellin_integral import MellinIntegral
from asymptotics.expressions.point import (
    MAY_VANISH,
    VARIABLES,
    PhysicalPoint,
    allowed_values,
    at_working_precision,
    check_variable,
    lower_bound,
    own_variables,
    point_of,
    require_variables,
)
from asymptotics.symbols import alpha, beta, gamma, source

_ALWAYS = ("gamma", "source")

_EVERY = {"gamma": gamma, "source": source, "alpha": alpha, "beta": beta}
"""What coefficients may depend on; the first two are asked for in every law."""

_DIRECTIONS = ((1, 1, 1, 1), (1, -3, 5, -7))
"""In which a point with several parameters is approached; a limit is the same from all sides."""

Intervals = tuple[tuple[str, Expr, Expr], ...]
"""Names of parameters, each with the ends of the open interval in which it lies."""

_GUARD_BITS = 64

_OUT_OF_RANGE = "a number on the way exceeds the range of float64; evaluate takes any size"

_CACHE_SIZE = 10_000
"""Values and functions that are cached."""

_NEAR_WHOLE = 1e-6
"""What is so close to a whole number is compared with it exactly."""

_NEAR = 1e-2
"""A logarithm or a difference of less than this share of its members loses digits."""


def value_of(expression: Expr, at: PhysicalPoint) -> mpmath.mpf:
    """The value of an expression at a point, at the working precision of mpmath.

    Raises:
        InvalidArgument: a variable that the expression holds is missing or 0; or the expression has no real
            value there, as at a gamma where a logarithm appears in the law.

    >>> from asymptotics.symbols import d, n_eff
    >>> value_of(n_eff / d, PhysicalPoint(n_eff=1, d=2**2000)) == mpmath.mpf(2) ** -2000
    True
    """
    require_variables(at, expression, own=own_variables(expression))
    with mpmath.extraprec(_GUARD_BITS):
        value = _value(expression, at.given)
    return +value


def _value(expression: Expr, given: Mapping[str, Any]) -> mpmath.mpf:
    """The value at the working precision, the limit where a factor is 0/0."""
    held = {name: symbol for name, symbol in _parameters(expression).items() if expression.has(symbol)}
    exact = {name: exact_number(name, given[name]) for name in held if given.get(name) is not None}
    singular = _singular(expression, {held[name]: value for name, value in exact.items()})
    if not singular:
        return _number(at_source(expression, exact.get("source")), _numbers(given))
    try:
        return _limit(_piece_at(expression, exact), exact, given)
    except InvalidArgument as error:
        parts = [name for name in exact if any(part.has(held[name]) for part in singular)]
        name = "source" if "source" in parts else parts[0]
        raise _no_value(name, exact[name]) from error


def _numbers(given: Mapping[str, Any]) -> dict[str, mpmath.mpf]:
    return {name: at_working_precision(name, value) for name, value in given.items()}


def _parameters(expression: Expr) -> dict[str, Symbol]:
    """The parameters on which the coefficients of an expression may depend, by name."""
    return {n: symbol for n, symbol in _EVERY.items() if n in _ALWAYS or expression.has(symbol)}


def _singular(expression: Expr, point: Mapping[Symbol, Expr]) -> tuple[Expr, ...]:
    """The functions of parameters alone that are 0 or infinite at a point, and the denominators that are 0.

    Rounded, a zero of a sine is a tiny number, and what it divides a wrong one; so they are sought exactly,
    where one can be.
    """
    parts, signs = _delicate(expression, tuple(point))
    if not parts:
        return ()
    try:
        numbers = signs(*(at_working_precision(str(symbol), value) for symbol, value in point.items()))
        if not any(abs(x - mpmath.nint(x)) < _NEAR_WHOLE for x in numbers):
            return ()
    except (ZeroDivisionError, ValueError, TypeError):  # a pole, or a complex number
        pass
    return tuple(part for part in parts if _is_special(part.subs(point)))


def _is_special(value: Expr) -> bool:
    return value.is_zero is True or value.has(nan, zoo, oo, -oo)


@lru_cache(maxsize=_CACHE_SIZE)
def _delicate(expression: Expr, known: tuple[Symbol, ...]) -> tuple[tuple[Expr, ...], Callable[..., Any]]:
    """The parts of an expression in known parameters that may be 0 or infinite, and what is then whole.

    That is the denominator itself, or an argument of the function, which may be over pi/2: those with poles
    and zeros at other numbers stand in no law.  Integrals without a closed form are positive.
    """
    negative = (power for power in expression.atoms(Pow) if not power.exp.is_nonnegative)
    sums = [base for power in negative for base in Mul.make_args(power.base) if not base.is_Function]
    functions = [one for one in expression.atoms(Function) if not isinstance(one, Piecewise)]
    parts = tuple(
        x
        for x in dict.fromkeys([*sums, *functions])
        if x.free_symbols and x.free_symbols <= {*known} and not x.has(MellinIntegral)
    )
    signs = [x for x in sums if x in parts]
    signs += [y for x in functions if x in parts for y in (*x.args, *(2 * z / pi for z in x.args))]
    names = {symbol: Dummy() for symbol in known}
    return parts, lambdify([*names.values()], [x.xreplace(names) for x in signs], "mpmath")


def _limit(expression: Expr, exact: Mapping[str, Expr], given: Mapping[str, Any]) -> mpmath.mpf:
    """The limit at a point, from values beside it.

    Steps are so small that their squares do not count; the digits that then cancel are added before.

    Raises:
        InvalidArgument: there is none.
    """
    bits = mpmath.mp.prec
    close = mpmath.mpf(2) ** (-bits // 2)
    limits = []
    for direction in _DIRECTIONS[: len(exact)]:
        with mpmath.workprec(4 * bits):
            before, after, further = (
                _number(expression, _shifted(exact, given, direction, mpmath.ldexp(steps, -bits)))
                for steps in (-1, 1, 2)
            )
            limits.append((before + after) / 2)
            is_zero = 4 * max(abs(before), abs(after)) < 3 * abs(further)
            if not (is_zero or abs(after - before) <= close * abs(limits[-1])):
                raise _nowhere(_numbers(given))
    if abs(limits[-1] - limits[0]) > close * abs(limits[0]):
        raise _nowhere(_numbers(given))
    return limits[0]


def _shifted(
    exact: Mapping[str, Expr], given: Mapping[str, Any], direction: Sequence[int], step: mpmath.mpf
) -> dict[str, mpmath.mpf]:
    slopes = dict(zip(exact, direction, strict=False))
    return {name: value + step * slopes.get(name, 0) for name, value in _numbers(given).items()}


def _piece_at(expression: Expr, exact: Mapping[str, Expr]) -> Expr:
    """The piece of a piecewise law that holds at a point, of which a neighbour may lie in another."""
    whole = folded(expression)
    if not isinstance(whole, Piecewise):
        return whole
    point = {_parameters(expression)[name]: value for name, value in exact.items()}
    for value, condition in whole.args:
        if condition.subs(point) == True:  # noqa: E712
            return value
    name = next(n for n, x in _parameters(expression).items() if any(c.has(x) for _, c in whole.args))
    raise _no_value(name, exact.get(name))


def check_domain(domain: Intervals, values: Mapping[str, Iterable[Any]]) -> None:
    """Refuse values of parameters outside of open intervals.

    Raises:
        InvalidArgument: it names the parameter, its value and what is allowed.

    >>> check_domain((("source", S.Half, S.One),), {"source": [0.75]})
    """
    for name, low, high in domain:
        for value in values.get(name, ()):
            exact = value if isinstance(value, mpmath.mpf) else exact_number(name, value)
            inside = bool(low < exact) and bool(exact < high)
            require(inside, name, value, f"a number between {low} and {high}, the domain of the system")


@lru_cache(maxsize=_CACHE_SIZE)
def at_source(expression: Expr, at: Expr | None) -> Expr:
    """The expression at a source exponent, exactly."""
    if at is None or not expression.has(source):
        return expression
    value = in_the_limit(expression, source, at)
    if value.has(nan, zoo, oo, -oo):
        raise _no_value("source", at)
    return value


def in_the_limit(expression: Expr, parameter: Symbol, at: Expr) -> Expr:
    """The expression at a value of a parameter, exactly; infinite or nan where it has none.

    >>> from sympy import cos, pi
    >>> in_the_limit((gamma - 1) / cos(pi / (2 * gamma)), gamma, S.One)
    2/pi
    """
    value = expression.subs(parameter, at)
    if not value.has(nan, zoo):  # a sine and a factor may vanish together, as do sin(2 pi r) and 1 - 2 r
        return value
    factors = [(factor, factor.subs(parameter, at)) for factor in Mul.make_args(expression)]
    delicate = Mul(*(factor for factor, there in factors if _is_special(there)))
    try:
        return limit(delicate, parameter, at) * Mul(*(x for _, x in factors if not _is_special(x)))
    # not a PoleError alone: SymPy raises the others for a piecewise law, too
    except (PoleError, AttributeError, ValueError, NotImplementedError):
        return nan


def _no_value(name: str, at: Any) -> InvalidArgument:
    why = "a logarithm appears in the law at this very one"
    return InvalidArgument(f"{name}={at}: must be another number, for {why}")


def _number(expression: Expr, numbers: Mapping[str, mpmath.mpf]) -> mpmath.mpf:
    try:
        names = (*VARIABLES, *own_variables(expression))
        function, integrals = _function(expression)
        held = _parameters(expression).items()
        parameters = {symbol: numbers[name] for name, symbol in held if numbers.get(name) is not None}
        values = (integral.value(parameters) for integral in integrals)
        value = function(*(numbers.get(name) for name in names), *values)
    except (ZeroDivisionError, ValueError) as error:  # a pole
        raise _nowhere(numbers) from error
    if value is None:  # the law is piecewise, and none of its pieces holds
        pieces = next(iter(expression.atoms(Piecewise)))
        held = _parameters(expression).items()
        by_case = [name for name, symbol in held if any(c.has(symbol) for _, c in pieces.args)]
        if not by_case:  # cases that a hand has made, of physical variables
            raise _nowhere(numbers)
        raise _no_value(by_case[0], mpmath.nstr(numbers[by_case[0]], 15))
    # two negative factors under fractional powers leave a complex number that is real
    if isinstance(value, mpmath.mpc) and value.imag == 0:
        value = value.real
    if isinstance(value, mpmath.mpc) or not mpmath.isfinite(value):
        raise _nowhere(numbers)
    return mpmath.mpf(value)


def _nowhere(numbers: Mapping[str, Any]) -> InvalidArgument:
    at = ", ".join(f"{name}={mpmath.nstr(value, 6)}" for name, value in numbers.items())
    return InvalidArgument(f"{at}: must be where the law has a finite real value, which it has in its phase")


@lru_cache(maxsize=_CACHE_SIZE)
def _function(expression: Expr) -> tuple[Any, tuple[MellinIntegral, ...]]:
    """The expression as a function of its variables, and of the integrals in it."""
    # lambdify puts every name into one namespace, where the symbol gamma would hide the function
    symbols = (*VARIABLES.values(), *own_variables(expression).values())
    renamed = {symbol: Dummy() for symbol in symbols}
    integrals = {integral: Dummy() for integral in expression.atoms(MellinIntegral)}
    body = expression.xreplace(integrals).xreplace(renamed)
    return lambdify((*renamed.values(), *integrals.values()), body, "mpmath"), tuple(integrals)


@dataclass(frozen=True)
class _Piece:
    """One piece of an expression: its coefficients, and a function of them and the rest of the variables."""

    whole: Expr
    condition: Expr
    coefficients: tuple[Expr, ...]
    rest: tuple[str, ...]
    function: Callable[..., Any]


def _rest(expression: Expr) -> dict[str, Symbol]:
    """The variables of an expression but for its parameters."""
    every = {**VARIABLES, **own_variables(expression)}
    return {name: symbol for name, symbol in every.items() if name not in _parameters(expression)}


_lambert, _log, _sum = map(Function, ("_lambert", "_log", "_sum"))


@dataclass(frozen=True)
class Vectorised:
    """An expression as a function of arrays, in float64; it goes to other processes, and equals its like.

    >>> from asymptotics.symbols import d, n_eff, noise_variance
    >>> function = Vectorised(noise_variance * (n_eff / d) ** (1 / gamma))
    >>> function
    Vectorised(expression=Delta*(n_eff/d)**(1/gamma))
    >>> function(gamma=2, n_eff=[1, 4], d=16, noise_variance=1)
    array([0.25, 0.5 ])
    """

    expression: Expr
    domain: Intervals = field(default=(), repr=False)

    def __call__(self, **values: ArrayLike | None) -> NDArray[np.float64]:
        """The values at arrays of the physical variables, by their names in ``PhysicalPoint``, broadcast.

        Variables that the expression does not hold may be left out.

        Raises:
            InvalidArgument: what ``value_of`` would refuse is among the numbers, they do not broadcast, or
                a name is none of these.
            OverflowError: a number on the way to a value is too large or too small for float64.
        """
        allowed = (*VARIABLES, *own_variables(self.expression))
        for name in values:
            require_name(name, allowed)
        given = {name: values.get(name) for name in allowed}
        result = _values(self.expression, given)
        names = {name for name, *_ in self.domain}
        check_domain(self.domain, {n: np.unique(x) for n, x in given.items() if n in names and x is not None})
        return result


def _values(expression: Expr, given: Mapping[str, ArrayLike | None]) -> NDArray[np.float64]:
    symbols = {**VARIABLES, **own_variables(expression)}
    arrays = {name: _array(name, given[name], expression.has(symbol)) for name, symbol in symbols.items()}
    shape = _common_shape(arrays)
    flat = {name: np.broadcast_to(arrays[name], shape).ravel() for name in _rest(expression)}
    names = (*_parameters(expression),)
    parameters = np.broadcast_arrays(*(arrays[name] for name in names))
    pairs = np.stack([column.ravel() for column in parameters], axis=-1)
    points, which = np.unique(pairs, axis=0, return_inverse=True)
    where = np.broadcast_to(which.reshape(parameters[0].shape), shape).ravel()
    pieces = _pieces(expression)
    coefficients = [_coefficients(pieces, (*zip(names, map(float, at), strict=True),)) for at in points]
    values = np.empty(where.size)
    for index, piece in enumerate(pieces):
        held_at = np.array([of == index for of, _ in coefficients], dtype=bool)
        inside = held_at[where]
        if inside.any():
            table = np.zeros((len(coefficients), len(piece.coefficients)))
            table[held_at] = [row for of, row in coefficients if of == index]
            point = {name: column[inside] for name, column in flat.items()}
            point |= dict(zip(names, points[where[inside]].T, strict=True))
            values[inside] = _computed(piece, table[where[inside]].T, point)
    result: NDArray[np.float64] = values.reshape(shape)[()]
    return result


@lru_cache(maxsize=_CACHE_SIZE)
def _pieces(expression: Expr) -> tuple[_Piece, ...]:
    whole = folded(expression)
    pairs = whole.args if isinstance(whole, Piecewise) else ((whole, S.true),)
    return tuple(_piece(value, condition) for value, condition in pairs)


def _piece(value: Expr, condition: Any) -> _Piece:
    coefficients: dict[Expr, Dummy] = {}
    rest = [*_rest(value).values()]

    def split(part: Expr) -> Expr:
        if not part.has(*rest):
            return coefficients.setdefault(part, Dummy())
        if isinstance(part, Add | Mul):
            fixed, varying = part.as_independent(*rest)
            neutral = S.One if isinstance(part, Mul) else S.Zero
            members = [split(member) for member in type(part).make_args(varying)]
            members += [] if fixed == neutral else [split(fixed)]
            return Mul(*members) if isinstance(part, Mul) else _sum(*members)
        if isinstance(part, LambertW):
            branch = part.args[1] if len(part.args) > 1 else S.Zero
            return _lambert(split(part.args[0]), branch)
        if isinstance(part, log):
            return _log(split(part.args[0]))
        return part if part.is_Symbol else part.func(*map(split, part.args))

    body = split(value)
    names = {symbol: Dummy() for symbol in rest}
    arguments = (*coefficients.values(), *names.values())
    modules = [{"_lambert": _lambert_of, "_log": _log_of, "_sum": _sum_of}, "scipy", "numpy"]
    function = lambdify(arguments, body.xreplace(names), modules)
    return _Piece(value, condition, tuple(coefficients), tuple(_rest(value)), function)


def _lambert_of(argument: NDArray[np.float64], branch: int) -> NDArray[np.float64]:
    values = lambertw(argument, branch)
    if np.any(values.imag != 0):
        raise FloatingPointError("invalid value encountered in lambertw")
    real: NDArray[np.float64] = values.real
    return real


def _log_of(argument: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithm; nan where float64 has too few digits of it."""
    return np.where(np.abs(argument - 1) < _NEAR, np.nan, np.log(argument))


def _sum_of(*members: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum; nan where digits cancel."""
    columns = np.broadcast_arrays(*members)
    total = np.sum(columns, axis=0)
    lost = np.abs(total) < _NEAR * np.max(np.abs(columns), axis=0)
    return np.where(lost, np.nan, total)


def _computed(
    piece: _Piece, columns: NDArray[np.float64], point: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The values of one piece, from its coefficients and all variables."""
    known = ~np.isnan(columns).any(axis=0)
    values = np.full(known.size, np.nan)
    at = [point[name][known] for name in piece.rest]
    try:
        with np.errstate(all="raise"):
            values[known] = piece.function(*columns[:, known], *at)
    except FloatingPointError as error:
        if "flow" in str(error):
            raise OverflowError(_OUT_OF_RANGE) from error
        raise _nowhere({f"{name}[0]": column[0] for name, column in point.items()}) from error
    for lost in np.flatnonzero(np.isnan(values)):
        numbers = {name: float(column[lost]) for name, column in point.items()}
        values[lost] = float(value_of(piece.whole, point_of(None, numbers, own_variables(piece.whole))))
    return values


@lru_cache(maxsize=_CACHE_SIZE)
def _coefficients(
    pieces: tuple[_Piece, ...], parameters: tuple[tuple[str, float], ...]
) -> tuple[int, list[float]]:
    """The piece that holds at values of the parameters, and its coefficients; nan where one has no value.

    The piece may have a value all the same, as a difference of two poles has.
    """
    at = dict(parameters)
    point = {_EVERY[name]: exact_number(name, value) for name, value in parameters}
    for index, piece in enumerate(pieces):
        if piece.condition.subs(point) == True:  # noqa: E712
            try:
                with mpmath.extraprec(_GUARD_BITS):
                    exact = [_value(part, at) for part in piece.coefficients]
                    numbers = [float(value) for value in exact]
            except InvalidArgument:
                return index, [np.nan] * len(piece.coefficients)
            if any(abs(x) == np.inf or (x == 0 and y != 0) for x, y in zip(numbers, exact, strict=True)):
                raise OverflowError(_OUT_OF_RANGE)
            return index, numbers
    held = next(name for name in at if any(piece.condition.has(_EVERY[name]) for piece in pieces))
    raise _no_value(held, point[_EVERY[held]])


def _array(name: str, value: Any, held: bool) -> NDArray[np.float64]:
    if value is None or is_number(value):
        check_variable(name, value, held=held)
        value = 1.0 if value is None else float(at_working_precision(name, value))
    array = np.asarray(value)
    require(array.dtype.kind in "iuf", name, value, "a number or an array of them, int or float")
    numbers = array.astype(np.float64)
    low = lower_bound(name)
    inside = (numbers >= low) if name in MAY_VANISH and not held else (numbers > low)
    inside &= np.isfinite(numbers)
    if not inside.all():
        require(
            False, name, float(numbers[~inside].flat[0]), f"{allowed_values(name, held=held)}, in float64"
        )
    return numbers


def _common_shape(arrays: Mapping[str, NDArray[np.float64]]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items() if array.shape)
        raise InvalidArgument(f"shapes={shapes}: must be shapes that broadcast") from error
