"""The secant method for one equation, in any arithmetic.

SciPy's ``newton`` refuses MPFR numbers, and mpmath's ``findroot`` rounds them to its own precision.

In this order: `SecantRoot`, `secant`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Steps below this that do not decrease the residual are those of rounding.
ROUNDING = 1e-11
STEPS = 30


@dataclass(frozen=True)
class SecantRoot:
    """A root x, the slope and the residual there, and the value that belongs to it."""

    x: Any
    slope: Any
    residual: Any
    value: Any

    @property
    def step(self) -> Any:
        """The secant step that remains."""
        return -self.residual / self.slope

    @property
    def error(self) -> Any:
        """Estimate of the error of x: a step may also be short because it is damped."""
        return max(abs(self.step), abs(self.residual))


def secant(function: Callable[[Any], tuple[Any, Any]], x: Any, slope: Any, tolerance: Any) -> SecantRoot:
    """Root of a function, to a tolerance or to where rounding takes over: its ``error`` says which.

    Args:
        function: x -> the residual, and any value that belongs to it.
        x: where to begin.
        slope: of the residual, near there.
        tolerance: the last step is shorter.

    >>> root = secant(lambda x: (x**2 - 2, "value"), 1.5, 3.0, 1e-14)
    >>> print(f"{root.x:.12f}", root.value)
    1.414213562373 value
    """
    root = SecantRoot(x, slope, *function(x))
    damping = 1
    for _ in range(STEPS):
        step = max(min(root.step, 1), -1) / damping
        if abs(step) < tolerance:
            break
        residual, value = function(root.x + step)
        if not abs(residual) < abs(root.residual):
            if abs(step) < ROUNDING:
                break
            damping *= 4
            continue
        root = SecantRoot(root.x + step, (residual - root.residual) / step, residual, value)
        damping = 1
    return root
