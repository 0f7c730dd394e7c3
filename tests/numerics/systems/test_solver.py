"""Solutions with their errors: against SciPy, closed forms, and equations that have none."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy.optimize import fsolve
from small_equations import FREEDOM, equations, one, term

from numerics.arithmetic.errors import InvalidProblem, NotConverged
from numerics.systems import solver
from numerics.systems.power_law_sums import Modes, ModeSum
from numerics.systems.solver import solve_positive


def features(samples, width, decay):
    """n = D(v) + lambda/u, p = D(v) + p u/v, D = sum s^2/(s^2 + v) at s = 1/i."""
    freedom = ModeSum(
        lambda sizes, values: sizes.values**2 / (sizes.values**2 + values[1]),
        scale=lambda values: values[1] ** 0.5,
    )

    def build(arithmetic):
        n, p, ridge = map(arithmetic.real, (samples, width, decay))
        return equations(
            arithmetic,
            "uv",
            (term(lambda u: n), [term(one, 0), term(lambda u: ridge / u[0])], {0, 1}),
            (term(lambda u: p), [term(one, 0), term(lambda u: p * u[0] / u[1])], {0, 1}),
            sums=[freedom],
            freedom=[term(one, 0)],
        )

    return build


def closed(kappa):
    root = math.sqrt(kappa)
    return (math.pi / root / math.tanh(math.pi / root) - 1) / 2


CASES = [(100, 30, 1e-2), (30, 100, 1e-6), (1000, 1000, 1.0), (5, 7, 100.0)]


@pytest.mark.parametrize(("n", "p", "decay"), CASES)
def test_two_coupled_unknowns_are_those_of_scipy(n, p, decay):
    found = solve_positive(features(n, p, decay))

    def residuals(x):
        u, v = np.exp(x)
        return [closed(v) + decay / u - n, closed(v) + p * u / v - p]

    start = np.log([found.unknowns["u"] * 1.1, found.unknowns["v"] * 0.9])
    expected = np.exp(fsolve(residuals, start, xtol=1e-13))
    assert [found.unknowns["u"], found.unknowns["v"]] == pytest.approx(expected, rel=1e-9, abs=0)
    assert found.quantities["freedom"] == pytest.approx(closed(found.unknowns["v"]), rel=1e-12, abs=0)
    assert found.residual < 1e-13
    assert found.error < 1e-10


@pytest.mark.parametrize("digits", [20, 50])
def test_digits_asked_for_are_correct(digits):
    """D(u) = 5, inverted by mpmath."""
    row = (term(lambda u: 5), [term(one, 0)], {0})
    found = solve_positive(lambda arithmetic: equations(arithmetic, "u", row, sums=[FREEDOM]), digits)
    with mpmath.workdps(digits + 10):
        kappa = found.unknowns["u"]

        def excess(x):
            root = mpmath.sqrt(x)
            return (mpmath.pi / root * mpmath.coth(mpmath.pi / root) - 1) / 2 - 5

        assert abs(kappa / mpmath.findroot(excess, kappa) - 1) < mpmath.mpf(10) ** (1 - digits)
    assert found.error < 10.0**-digits


def cancelling(arithmetic):
    """u = 10^-20, and the sum of s^2 (1 - (1 - u s)^2), of which float64 has no digit."""
    tiny = arithmetic.real(Fraction(1, 10**20))
    difference = ModeSum(
        lambda sizes, values: sizes.values**2 * (1 - (1 - values[0] * sizes.values) ** 2),
        scale=lambda values: 1 + 0 * values[0],
    )
    row = (term(lambda u: u[0]), [term(lambda u: tiny)], {0})
    return equations(arithmetic, "u", row, sums=[difference], quantities=[term(one, 0)])


def test_where_digits_cancel_more_of_them_are_taken():
    found = solve_positive(cancelling)
    assert found.quantities["quantities"] == pytest.approx(2e-20 * float(mpmath.zeta(3)), rel=1e-10, abs=0)


def test_a_sum_that_panels_do_not_resolve_is_refined(monkeypatch):
    """A summand with poles next to the axis, s^12 + u: brute force knows it."""
    sharp = ModeSum(
        lambda sizes, values: sizes.values**12 / (sizes.values**12 + values[0]),
        scale=lambda values: values[0] ** (1 / 12),
    )
    row = (term(lambda u: u[0]), [term(lambda u: 1e-40)], {0})

    def build(arithmetic):
        return equations(arithmetic, "u", row, sums=[sharp], modes=Modes(1, 1, 40_000), D=[term(one, 0)])

    found = solve_positive(build)
    i = np.arange(1.0, 40_001)
    assert found.quantities["D"] == pytest.approx(math.fsum(1 / (1 + 1e-40 * i**12)), rel=1e-9, abs=0)
    monkeypatch.setattr(solver, "FINEST", 2)
    monkeypatch.setattr(solver, "ATTEMPTS", 0)
    with pytest.raises(NotConverged, match=r"still move by .* on the finest panels"):
        solve_positive(build)


def test_what_has_no_solution_or_several_is_refused():
    none = (term(lambda u: u[0]), [term(lambda u: u[0]), term(lambda u: 1)], {0})
    with pytest.raises(NotConverged, match="no solution within 150 decades"):
        solve_positive(lambda arithmetic: equations(arithmetic, "u", none))
    two = (term(lambda u: 25 * u[0]), [term(lambda u: u[0] ** 2), term(lambda u: 100)], {0})
    with pytest.raises(NotConverged, match="several solutions, u = 5, 20"):
        solve_positive(lambda arithmetic: equations(arithmetic, "u", two), 20)


def test_equations_that_leave_an_unknown_open_are_refused():
    row = (term(lambda u: u[0]), [term(lambda u: 1)], {0})
    with pytest.raises(InvalidProblem, match="no equation is left to determine v"):
        solve_positive(lambda arithmetic: equations(arithmetic, "uv", row, row))


def test_a_divergent_sum_is_no_number():
    row = (term(lambda u: u[0]), [term(one, 0)], {0})
    divergent = ModeSum(lambda sizes, values: sizes.values)
    with pytest.raises(NotConverged, match="diverges"):
        solve_positive(lambda arithmetic: equations(arithmetic, "u", row, sums=[divergent]))
