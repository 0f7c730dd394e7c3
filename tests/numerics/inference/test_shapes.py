"""Each name by a law that has the shape."""

import math

import numpy as np
import pytest

from numerics.inference.family import Setting, on_family
from numerics.inference.shapes import Shape, edge_of, shape_of

RAW = Setting("quadratic", 1800, 60, 0.5, "raw")
FEW = Setting("quadratic", 360, 60, 0.01, "raw")  # interpolated: the threshold is near the bulk's edge
STRONG = Setting("quadratic", 1800, 60, 4, "raw")
COEFFICIENTS = Setting("diagonal", 300, 400, 0.1, "raw")


def weights(setting: Setting, gamma: float, noise: float) -> tuple[Shape, str]:
    """The shape of one draw of a law."""
    point = on_family(setting, np.array([gamma, math.log(noise)]))
    random, dim = np.random.default_rng(1), setting.dim
    if setting.network == "diagonal":
        x = point.sizes * random.standard_normal(dim) + noise * random.standard_normal(dim)
    else:
        z = random.standard_normal((dim, dim))
        x = np.linalg.eigvalsh(np.diag(point.sizes) + noise * (z + z.T) / math.sqrt(2 * dim))
    sizes = np.sort(np.maximum(np.abs(x) - point.threshold, 0))[::-1]
    if setting.network == "quadratic":
        sizes = np.sort(np.maximum(x - point.threshold, 0))[::-1]
    return shape_of(setting, point, sizes[sizes > 0])


@pytest.mark.parametrize(
    ("setting", "gamma", "noise", "shape"),
    [
        (RAW, 1.25, 0.6, Shape.BULK_DECAY),
        (FEW, 1.5, 1.0, Shape.BULK_AND_SPIKES),
        (STRONG, 1.0, 0.8, Shape.HEAVY_TAILED),
        (RAW, 1.25, 20.0, Shape.RANDOM_LIKE),
        (RAW, 1.25, 4.0, Shape.BLEEDING_OUT),
        (COEFFICIENTS, 1.25, 0.5, Shape.BULK_DECAY),
        (COEFFICIENTS, 1.25, 200.0, Shape.RANDOM_LIKE),
    ],
)
def test_shape_of_a_draw(setting: Setting, gamma: float, noise: float, shape: Shape) -> None:
    found, why = weights(setting, gamma, noise)
    assert found is shape
    assert found == str(shape)
    assert why


def test_noise_of_few_samples_is_wider() -> None:
    """Residuals times x x^T - 1, 20 samples for each dimension: wider than 2 delta by half of the bound."""
    dim, few = 400, 20
    setting = Setting("quadratic", few * dim, dim, 1e-3, "raw")
    point = on_family(setting, np.array([1.25, 0.0]))
    largest = []
    for seed in range(3):
        random = np.random.default_rng(seed)
        x, residuals = random.standard_normal((few * dim, dim)), random.standard_normal(few * dim)
        noise = (x.T * residuals) @ x - residuals.sum() * np.eye(dim)
        largest.append(np.linalg.eigvalsh(noise)[-1] / math.sqrt(few) / dim)
    bound = edge_of(setting, point) + point.threshold
    assert bound == pytest.approx(2 * (1 + 3 / (2 * few)))
    # to second order in 1/20, and d^(-2/3) of Tracy and Widom
    assert 2 + (bound - 2) / 2 < np.mean(largest) < bound


def test_names_are_those_of_the_other_route() -> None:
    """Both routes name spectra alike: texts are compared, since the rooms do not import each other."""
    assert [str(shape) for shape in Shape] == [
        "random-like",
        "bleeding-out",
        "bulk + spikes",
        "bulk decay",
        "heavy-tailed",
        "rank collapse",
    ]
