"""Paths of integration: quadrature against primitives, and sums over poles along them one by one."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.free_probability.contours import (
    geodesic,
    graded_nodes,
    half_circle,
    half_line,
    panel_nodes,
    ray,
)
from numerics.free_probability.preimages import at_angle, preimage
from numerics.sums.target import Target


@pytest.mark.parametrize("bits", [53, 120, 400])
def test_half_line_between_poles_of_all_scales(bits: int) -> None:
    """int_0^oo 2 a b (a + b)/((rho^2 + a^2)(rho^2 + b^2)) d rho = pi, whatever a and b."""
    arithmetic = DOUBLE if bits == 53 else multiprecision(bits)
    with arithmetic.working():
        for ratio in (1, 30, 10**12, 10**40):
            a, b = arithmetic.real(1) / 7, arithmetic.real(ratio) / 7
            rho, weights = half_line(arithmetic, a, b)
            integral = weights @ (2 * a * b * (a + b) / ((rho * rho + a * a) * (rho * rho + b * b)))
            assert abs(integral / arithmetic.pi - 1) < 100 * arithmetic.epsilon


@pytest.mark.parametrize("bits", [53, 120, 400])
@pytest.mark.parametrize("width", [0.0, 0.5, 4.0, 20.0])
def test_panels_between_poles_of_second_order(width: float, bits: int) -> None:
    """The integral of rho^2/(rho^2 + a^2)^2 is pi/(4 a), at either end of the scales and between."""
    arithmetic = DOUBLE if bits == 53 else multiprecision(bits)
    with arithmetic.working():
        log_rho, weights = panel_nodes(arithmetic, arithmetic.real(-1), arithmetic.real(width - 1))
        rho = arithmetic.exp(log_rho)
        assert np.all(np.diff(rho) > 0)
        for at in (0, 0.3, 1):
            a = arithmetic.exp(arithmetic.real(at * width - 1))
            integral = (weights * rho) @ (rho / (rho * rho + a * a)) ** 2
            assert abs(4 * a * integral / arithmetic.pi - 1) < 100 * arithmetic.epsilon


def test_the_shorter_rule_is_taken() -> None:
    """Panels up to some twenty e-folds, but never in float64."""
    wide = multiprecision(200)
    with wide.working():
        lengths = [len(half_line(wide, wide.real(1), wide.real(ratio))[0]) for ratio in (10, 10**30)]
        ends = wide.real(0), wide.log(wide.real(10))
        assert lengths[0] == len(panel_nodes(wide, *ends)[0]) < len(graded_nodes(wide, *ends)[0])
        ends = wide.real(0), wide.log(wide.real(10**30))
        assert lengths[1] == len(graded_nodes(wide, *ends)[0]) < len(panel_nodes(wide, *ends)[0])
    assert len(half_line(DOUBLE, 1.0, 10.0)[0]) == len(graded_nodes(DOUBLE, 0.0, np.log(10.0))[0])


@pytest.mark.parametrize("bits", [53, 120])
@pytest.mark.parametrize(("noise", "threshold"), [(1.0, 0.2), (1.0, 1.9999), (0.05, None), (1e-6, None)])
def test_geodesic_integrates_the_resolvent(bits: int, noise: float, threshold: float | None) -> None:
    """int G dz = mean log((z_kappa - s)/(c - s)); the path stays in the upper half-plane."""
    arithmetic = DOUBLE if bits == 53 else multiprecision(bits)
    with arithmetic.working():
        spectrum = Target.of(300, 0.7, arithmetic=arithmetic)
        if threshold is None:  # in the band of the third mode
            s = float(spectrum.scale) * np.arange(1.0, 301) ** -0.7
            threshold = s[2] + noise**2 * np.mean(1 / (s[2] - np.delete(s, 2)))
        start = preimage(spectrum, arithmetic.real(noise), arithmetic.real(threshold))
        assert start.in_support
        path, view = geodesic(arithmetic, start), start.view
        integral = path.weights @ path.sums([view.weights])[0]
        # From above the real axis, the argument of c - s is pi at the learned modes and 0 at the others.
        rise = arithmetic.log(start.separations) - arithmetic.log(abs(view.distances))
        primitive = view.weights @ rise - arithmetic.complex(0, 1) * arithmetic.pi * view.share
        assert abs(integral - primitive) < 1000 * arithmetic.epsilon
        assert min(float(point.imag) for point in path.zeta) > 0
        ends = abs(complex(path.zeta[0])), abs(complex(path.to_end[-1]))
        # the trapezoidal rule runs into both ends, Gauss and Legendre stop short of them
        assert max(ends) < (1e-12 if bits == 53 else 1e-2) * abs(complex(start.zeta))


@pytest.mark.parametrize("bits", [53, 150])
@pytest.mark.parametrize(("dim", "cotangent"), [(30, 1), (10**15, 50)])
def test_sums_along_every_path(dim: int, cotangent: int, bits: int) -> None:
    """Of 1/(z - s) and its square, at points of the ray, the geodesic and the half-circle."""
    arithmetic: Arithmetic = DOUBLE if bits == 53 else multiprecision(bits)
    with arithmetic.working():
        target = Target.of(dim, 1.25, arithmetic=arithmetic).in_units(arithmetic.sqrt(arithmetic.real(dim)))
        noise = target.size(arithmetic.real(6))
        inside = preimage(target, noise, noise * 3 / 2)
        steep, _ = at_angle(target, noise, arithmetic.real(1) / cotangent)
        end = -inside.view.origin / 3
        paths = [
            ray(arithmetic, inside.view),
            geodesic(arithmetic, inside),
            geodesic(arithmetic, steep),
            half_circle(arithmetic, inside.view, end, end + inside.view.distances),
        ]
        for path in paths:
            weights = path.view.weights
            zeroth, first, square = path.sums([weights, weights * path.view.eigenvalues], [weights])
            inverse = 1 / (path.zeta[:, None] + path.view.distances)
            for values, exact in (
                (zeroth, inverse @ weights),
                (first, inverse @ (weights * path.view.eigenvalues)),
                (square, (inverse * inverse) @ weights),
            ):
                # from zeta alone points next to the end of a path are not told from it
                assert np.max(abs(values / exact - 1).astype(float)) < 1e5 * float(arithmetic.epsilon)
