r"""Numbers from laws: one at any size by mpmath, or arrays in float64 by NumPy.

Both take the physical variables by their names, and refuse the same numbers (``point``).

For arrays the expression is split.  What holds gamma and the source exponent alone is a *coefficient*:
constants, exponents, Gamma and zeta functions, the choice among the pieces of a piecewise law.  Coefficients
are worked out with guard digits, once for each pair (gamma, source), where poles and zeros that cancel cost
nothing; powers and logarithms of the other four variables are NumPy's.  So the result is right to a few
roundings, and an intermediate number outside the range of float64 is an error, not an infinity or a 0.

In this order: ``value_of``, ``Vectorised``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
    S,
    Symbol,
    lambdify,
    limit,
    log,
    nan,
    oo,
    zoo,
)
from sympy import piecewise_fold as folded
from sympy.core.function import PoleError

from asymptotics.expressions.checks import InvalidArgument, exact_number, is_number, require
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
from asymptotics.symbols import gamma, source

_PARAMETERS = ("gamma", "source")
"""What coefficients may depend on."""

_GUARD_BITS = 64

_OUT_OF_RANGE = "a number on the way exceeds the range of float64; evaluate takes any size"

_CACHE_SIZE = 10_000
"""Values and functions that are cached."""

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
        numbers = {name: at_working_precision(name, value) for name, value in at.given.items()}
        exponent = None if at.source is None else exact_number("source", at.source)
        value = _number(at_source(expression, exponent), numbers)
    return +value


@lru_cache(maxsize=_CACHE_SIZE)
def at_source(expression: Expr, at: Expr | None) -> Expr:
    """The expression at a source exponent, exactly."""
    if at is None or not expression.has(source):
        return expression
    value = expression.subs(source, at)
    if value.has(nan, zoo):  # a sine and a factor may vanish together, as do sin(2 pi r) and 1 - 2 r
        try:
            value = limit(expression, source, at)
        # not a PoleError alone: SymPy raises the others for a piecewise law, too
        except (PoleError, AttributeError, ValueError, NotImplementedError) as error:
            raise _no_value("source", at) from error
    if value.has(nan, zoo, oo, -oo):
        raise _no_value("source", at)
    return value


def _no_value(name: str, at: Any) -> InvalidArgument:
    why = "a logarithm appears in the law at this very one"
    return InvalidArgument(f"{name}={at}: must be another number, for {why}")


def _number(expression: Expr, numbers: Mapping[str, mpmath.mpf]) -> mpmath.mpf:
    try:
        names = (*VARIABLES, *own_variables(expression))
        function, integrals = _function(expression)
        parameters = {VARIABLES[name]: numbers[name] for name in _PARAMETERS if numbers.get(name) is not None}
        values = (integral.value(parameters) for integral in integrals)
        value = function(*(numbers.get(name) for name in names), *values)
    except (ZeroDivisionError, ValueError) as error:  # a pole
        raise _nowhere(numbers) from error
    if value is None:  # the law is piecewise, and none of its pieces holds
        pieces = next(iter(expression.atoms(Piecewise)))
        name = next(name for name in _PARAMETERS if any(c.has(VARIABLES[name]) for _, c in pieces.args))
        raise _no_value(name, mpmath.nstr(numbers[name], 15))
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
    known = {name: symbol for name, symbol in VARIABLES.items() if name not in _PARAMETERS}
    return {**known, **own_variables(expression)}


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
            require(name in allowed, "name", name, f"one of {', '.join(allowed)}")
        return _values(self.expression, {name: values.get(name) for name in allowed})


def _values(expression: Expr, given: Mapping[str, ArrayLike | None]) -> NDArray[np.float64]:
    symbols = {**VARIABLES, **own_variables(expression)}
    arrays = {name: _array(name, given[name], expression.has(symbol)) for name, symbol in symbols.items()}
    shape = _common_shape(arrays)
    flat = {name: np.broadcast_to(arrays[name], shape).ravel() for name in _rest(expression)}
    parameters = np.broadcast_arrays(*(arrays[name] for name in _PARAMETERS))
    pairs = np.stack([column.ravel() for column in parameters], axis=-1)
    points, which = np.unique(pairs, axis=0, return_inverse=True)
    where = np.broadcast_to(which.reshape(parameters[0].shape), shape).ravel()
    pieces = _pieces(expression)
    coefficients = [_coefficients(pieces, *map(float, point)) for point in points]
    values = np.empty(where.size)
    for index, piece in enumerate(pieces):
        held_at = np.array([of == index for of, _ in coefficients], dtype=bool)
        inside = held_at[where]
        if inside.any():
            table = np.zeros((len(coefficients), len(piece.coefficients)))
            table[held_at] = [row for of, row in coefficients if of == index]
            point = {name: column[inside] for name, column in flat.items()}
            point |= dict(zip(_PARAMETERS, points[where[inside]].T, strict=True))
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
    try:
        with np.errstate(all="raise"):
            values: NDArray[np.float64] = piece.function(*columns, *(point[name] for name in piece.rest))
    except FloatingPointError as error:
        if "flow" in str(error):
            raise OverflowError(_OUT_OF_RANGE) from error
        raise _nowhere({f"{name}[0]": column[0] for name, column in point.items()}) from error
    for lost in np.flatnonzero(np.isnan(values)):
        numbers = {name: float(column[lost]) for name, column in point.items()}
        values[lost] = float(value_of(piece.whole, point_of(None, numbers, own_variables(piece.whole))))
    return values


@lru_cache(maxsize=_CACHE_SIZE)
def _coefficients(pieces: tuple[_Piece, ...], decay: float, power: float) -> tuple[int, list[float]]:
    """The piece that holds at a pair (gamma, source), and its coefficients."""
    point = {gamma: exact_number("gamma", decay), source: exact_number("source", power)}
    for index, piece in enumerate(pieces):
        if piece.condition.subs(point) == True:  # noqa: E712
            with mpmath.extraprec(_GUARD_BITS):
                at = {"gamma": mpmath.mpf(decay), "source": mpmath.mpf(power)}
                exact = [_number(at_source(part, point[source]), at) for part in piece.coefficients]
                numbers = [float(value) for value in exact]
            if any(abs(x) == np.inf or (x == 0 and y != 0) for x, y in zip(numbers, exact, strict=True)):
                raise OverflowError(_OUT_OF_RANGE)
            return index, numbers
    held = next(name for name in _PARAMETERS if any(piece.condition.has(VARIABLES[name]) for piece in pieces))
    raise _no_value(held, point[VARIABLES[held]])


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
