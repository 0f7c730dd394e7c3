"""Where the inputs of a data set live: in NumPy's memory, or on a device of PyTorch, the CPU or a GPU.

Only products with the inputs take time: they are what a device does.  Weights, gradients and the optimiser
stay in NumPy, in double precision everywhere, so that all devices give the same results up to rounding.

In order: `Device`, `device_of`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.arithmetic.checks import require
from numerics.arithmetic.errors import InvalidProblem
from numerics.training.data import ROWS, Array

_ROWS_OF_TENSORS = 2**16
_NAMES = re.compile(r"(cpu|cuda|xpu)(:\d+)?")


@dataclass(frozen=True)
class Device:
    """NumPy, or a device of PyTorch.

    Attributes:
        name: "cpu", "cuda" or "cuda:0" as PyTorch names it; None for NumPy.
    """

    name: str | None = None

    def put(self, array: Array) -> Any:
        """The array there."""
        if self.name is None:
            return array
        import torch  # noqa: PLC0415  an extra that takes a second to import

        return torch.as_tensor(array, dtype=torch.float64, device=self.name)

    def get(self, tensor: Any) -> Array:
        """The array here."""
        return np.asarray(tensor) if self.name is None else np.asarray(tensor.cpu().numpy())

    def blocks(self, *columns: Any) -> Iterator[tuple[Any, ...]]:
        """Some rows of arrays there at a time."""
        rows = ROWS if self.name is None else _ROWS_OF_TENSORS
        for start in range(0, len(columns[0]), rows):
            yield tuple(column[start : start + rows] for column in columns)


def device_of(name: str | None) -> Device:
    """The device of a name: None for NumPy; of PyTorch "cpu", "cuda", "cuda:1", or "xpu", which have float64.

    Raises:
        InvalidProblem: it is no such name, PyTorch is not installed, or knows no such device here.

    >>> device_of(None)
    Device(name=None)
    """
    allowed = 'None for NumPy, or a device of PyTorch with float64: "cpu", "cuda", "cuda:1", "xpu"'
    is_name = name is None or (isinstance(name, str) and _NAMES.fullmatch(name) is not None)
    require(is_name, "device", name, allowed)
    if name is None:
        return Device()
    try:
        import torch  # noqa: PLC0415
    except ImportError:
        raise InvalidProblem(
            f"device={name!r}: needs PyTorch: pip install '.[torch]', from the root of the repository"
        ) from None
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise InvalidProblem(f"device={name!r}: PyTorch finds no such device here") from None
    return Device(name)
