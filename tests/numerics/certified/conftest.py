"""Derivatives of scalar functions in balls against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flint
import pytest

from numerics.certified import balls


@pytest.fixture(scope="session")
def assert_slopes_are_derivatives() -> Callable[[Any, balls.Box], None]:
    """(functions, box) -> nothing, or an assertion that fails."""
    return _assert_slopes_are_derivatives


def _assert_slopes_are_derivatives(functions: Any, box: balls.Box) -> None:
    values, step = functions(box), flint.arb(2) ** -80
    for j in range(2):
        moved = functions((box[0] + step, box[1]) if j == 0 else (box[0], box[1] + step))
        for name, slope in zip(("noise2", "threshold", "error", "freedom"), values.slopes, strict=True):
            difference = (getattr(moved, name) - getattr(values, name)) / step
            assert float(slope[j]) == pytest.approx(float(difference), rel=1e-12, abs=1e-15), name
