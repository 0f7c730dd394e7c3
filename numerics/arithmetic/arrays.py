"""Points at which a function is asked for: one number or an array of any shape, checked where they come in.

Functions, in order: `real_points`, `complex_points`, `require_probabilities`, `at_each`, `require_seed`.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np

from numerics.arithmetic.checks import is_number, require

_REAL = "a finite number, or an array of them"
_COMPLEX = "a finite real or complex number, or an array of them"


def real_points(parameter: str, values: Any) -> Any:
    """The values as an array of float64, shape () for a single number.

    Raises:
        InvalidProblem: they are no finite real numbers.

    >>> real_points("x", [[1, 2.5]]).shape, real_points("x", 3).shape
    ((1, 2), ())
    >>> real_points("x", "3")
    Traceback (most recent call last):
        ...
    numerics.InvalidProblem: x='3': must be a finite number, or an array of them
    """
    points = _numeric(values, "iuf", float)
    require(points is not None and bool(np.isfinite(points).all()), parameter, values, _REAL)
    return points


def complex_points(parameter: str, values: Any) -> Any:
    """The values as an array of complex128, shape () for a single number.

    Raises:
        InvalidProblem: they are no finite numbers.

    >>> complex_points("z", [1, 2j]).tolist()
    [(1+0j), 2j]
    """
    points = _numeric(values, "iufc", complex)
    require(points is not None and bool(np.isfinite(points).all()), parameter, values, _COMPLEX)
    return points


def require_probabilities(probability: Any) -> Any:
    """Probabilities of quantiles as an array of float64, shape () for a single number.

    Raises:
        InvalidProblem: they do not lie strictly between 0 and 1.

    >>> require_probabilities([0.5]).tolist()
    [0.5]
    """
    points = _numeric(probability, "iuf", float)
    are_inside = points is not None and bool(((points > 0) & (points < 1)).all())
    allowed = "a number between 0 and 1, ends excluded, or an array of them"
    require(are_inside, "probability", probability, allowed)
    return points


def at_each(points: Any, value: Callable[[float], float]) -> Any:
    """A function of one number at every point of an array of floats; a float for shape ().

    >>> at_each(np.array([1.0, 4.0]), lambda x: x**0.5).tolist(), at_each(np.array(9.0), lambda x: x**0.5)
    ([1.0, 2.0], 3.0)
    """
    if points.shape == ():
        return float(value(float(points)))
    values = np.array([value(float(point)) for point in points.ravel()], dtype=float)
    return values.reshape(points.shape)


def require_seed(seed: Any) -> None:
    """Refuse what seeds no generator of random numbers.

    Raises:
        InvalidProblem: it is no integer >= 0.

    >>> require_seed(0)
    """
    is_seed = isinstance(seed, Integral) and not isinstance(seed, bool) and int(seed) >= 0
    require(is_seed, "seed", seed, "an integer >= 0")


def _numeric(values: Any, kinds: str, dtype: type) -> Any:
    """As an array of that type; None if there is anything but numbers in it."""
    try:
        given = np.asarray(values)
        if given.dtype.kind in kinds:
            return given.astype(dtype)
        # exact numbers, and integers too long for NumPy
        if given.dtype.kind == "O" and all(is_number(value) for value in given.flat):
            return given.astype(dtype)
    except (TypeError, ValueError, OverflowError):
        pass
    return None
