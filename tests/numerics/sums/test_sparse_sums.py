from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import pytest

from numerics.arithmetic.precision import DOUBLE, multiprecision
from numerics.sums.sparse_sums import centred_moments, integer_rule, interpolatory_weights, sparse_sum


def test_a_sparse_sum_with_a_break_of_third_order() -> None:
    """Sum over M of |M - m|^3 M^-6: by Hurwitz zeta functions on either side of m."""
    middle, last = 10**5, 10**11
    nodes = list(sparse_sum(last, (middle,), 1.25, DOUBLE))
    assert len(nodes) < 3000
    total = sum(weight * abs(number / middle - 1) ** 3 / (number / middle) ** 6 for number, weight in nodes)
    with mpmath.workdps(60):
        m = mpmath.mpf(middle)

        def powers(first: int, end: int) -> mpmath.mpf:
            zeta = [mpmath.zeta(k, first) - mpmath.zeta(k, end) for k in (3, 4, 5, 6)]
            return m**3 * zeta[0] - 3 * m**4 * zeta[1] + 3 * m**5 * zeta[2] - m**6 * zeta[3]

        expected = powers(middle, last + 1) - powers(1, middle)
    assert total == pytest.approx(float(expected), rel=1e-12, abs=0)


def test_integer_rules_are_exact_for_polynomials() -> None:
    # 61 and 181: next to the ends the numbers nearest to the nodes of Gauss's rule are the same
    for count, order in [(17, 8), (100, 12), (10**25 + 3, 9), (61, 30), (181, 60)]:
        numbers, weights = integer_rule(count, order)
        assert len(set(numbers)) == order
        assert 0 <= min(numbers) <= max(numbers) < count
        assert sum(abs(weight) for weight in weights) < 2 * count
        assert sum(weights) == count
        squares = (count - 1) * count * (2 * count - 1) // 6
        assert sum(w * n**2 for n, w in zip(numbers, weights, strict=True)) == squares


@pytest.mark.parametrize("last", [1, 7, 1000, 10**30])
def test_the_weights_add_up_to_the_number_of_terms(last: int) -> None:
    """Also with a layer at the end; every number lies in 1..last, and comes once."""
    for layer in (False, True):
        nodes = list(sparse_sum(last, (), 1.25, DOUBLE, layer=layer))
        numbers = [number for number, _ in nodes]
        assert math.fsum(weight / last for _, weight in nodes) == pytest.approx(1, rel=1e-13, abs=0)
        assert numbers == sorted(set(numbers))
        assert 1 <= numbers[0] <= numbers[-1] <= last


def test_thirty_digits_of_a_harmonic_number() -> None:
    arithmetic = multiprecision(120)
    with arithmetic.working(), mpmath.workdps(40):
        total = sum(weight / number for number, weight in sparse_sum(10**9, (), 1.0, arithmetic))
        assert abs(mpmath.mpf(str(total)) / mpmath.harmonic(10**9) - 1) < mpmath.mpf(10) ** -30


@pytest.mark.parametrize("order", [1, 2, 5, 12])
def test_rules_have_the_moments(order: int) -> None:
    points = [k * k + 3 for k in range(order)]
    moments = [(-1) ** j * (j + 2) for j in range(order)]
    weights = interpolatory_weights(points, moments)
    assert [sum(w * y**j for w, y in zip(weights, points, strict=True)) for j in range(order)] == moments
    assert all(isinstance(weight, Fraction) for weight in weights)


@pytest.mark.parametrize("count", [1, 2, 9])
def test_moments_of_centred_integers(count: int) -> None:
    y = range(1 - count, count, 2)
    assert centred_moments(count, 7) == [sum(k**p for k in y) for p in range(7)]
