"""Targets of explicit sizes: what is accepted, and the answers that networks ask for."""

import pickle
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

from numerics import InvalidProblem
from numerics.arithmetic.precision import DOUBLE, multiprecision
from numerics.sums.explicit import TargetSizes, coarse_sizes, explicit_target, target_sizes


@pytest.mark.parametrize(
    "values",
    [
        (2, 1, 0, 1),
        [1.0, 2.0, 1.0],
        np.array([1, 2, 1]),
        np.array([1, 2, 1, 0], dtype=np.float32),
        np.array([1, 2, 1], dtype=np.longdouble),
        np.array([1, Fraction(2), mpmath.mpf(1)], dtype=object),
        [Decimal(1), Fraction(2), np.float64(1)],
    ],
)
def test_equal_numbers_are_equal_sizes_whatever_their_order_and_type(values: Any) -> None:
    sizes = target_sizes(values)
    assert sizes == target_sizes([2, 1, 1])
    assert hash(sizes) == hash(target_sizes([2, 1, 1]))
    assert (list(sizes), len(sizes), sizes.counts) == ([2, 1, 1], 3, (1, 2))


def test_numbers_keep_their_exact_value_and_order() -> None:
    with mpmath.workprec(100):
        between = mpmath.mpf(1) / 3 - mpmath.mpf(2) ** -70
    rising = [1 / 3, between, Fraction(1, 3), 10**30, 10**30 + 1]
    assert target_sizes(rising).sizes == tuple(reversed(rising))


def test_sizes_pickle_and_are_short_to_read() -> None:
    sizes = target_sizes(np.linspace(0, 1, 1000))
    assert pickle.loads(pickle.dumps(sizes)) == sizes
    assert repr(sizes) == "<999 sizes: 1.0, 0.998998998998999, 0.997997997997998, ...>"
    assert repr(target_sizes([Fraction(1, 3)])) == "<1 size: 1/3>"


@pytest.mark.parametrize(
    "values",
    [
        [],
        [0, 0],
        [1, float("nan")],
        [1.0, float("inf")],
        [2.0, -1.0],
        [Fraction(-1, 10**400), 1],
        [[1.0, 2.0]],
        np.ones((2, 2)),
        np.float64(1),
        ["1"],
        np.array(["1"]),
        [1j],
        np.array([1j]),
        [True],
        np.array([True]),
        None,
        3,
        {1: 2},
        {1, 2},
        "12",
    ],
)
def test_what_is_no_array_of_sizes_is_refused_in_one_line(values: Any) -> None:
    with pytest.raises(
        InvalidProblem, match=r"^target=.*: must be a one-dimensional array of finite numbers"
    ):
        target_sizes(values)


@pytest.mark.parametrize("values", [np.eye(3), [[1.0, 2.0], [2.0, 1.0]], (np.ones(2), np.ones(2))])
def test_of_a_matrix_the_eigenvalues_are_asked_for(values: Any) -> None:
    with pytest.raises(InvalidProblem, match=r"of a matrix S its eigenvalues, numpy.linalg.eigvalsh\(S\)"):
        target_sizes(values)


def test_why_a_target_has_no_negative_eigenvalue() -> None:
    with pytest.raises(InvalidProblem, match=r"S = B B\^T has no negative eigenvalue") as refused:
        target_sizes(np.linspace(-1, 1, 40))
    assert len(str(refused.value)) < 300
    units = np.random.default_rng(0).standard_normal((9, 4))
    rounded = np.linalg.eigvalsh(units @ units.T)
    with pytest.raises(InvalidProblem, match=r"numpy.linalg.eigvalsh\(S\).clip\(0\)"):
        target_sizes(np.append(rounded, -1e-17))
    assert len(target_sizes(rounded.clip(0))) >= 4


def test_questions_are_answered_as_by_counting() -> None:
    given = [5.0, 3.0, 3.0, 3.0, 1.0, 0.0]
    target, every = explicit_target(target_sizes(given), 8), np.array([*given, 0, 0])
    for size in (0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0):
        assert target.modes_above(size) == np.sum(every > size)
        assert target.rank(size) == len(set(every[every > size]))
    for number in range(1, 8):
        assert target.size(number) == every[number - 1]
        place = target.place_after(number)
        assert (place is None) == (every[number - 1] == every[number])
        if place is not None:
            assert target.share_above(place) == number / 8
            assert target.seen_after(place).above == place
    assert target.mean_square == np.mean(every**2)
    assert target.size(np.arange(1.0, 9)).tolist() == every.tolist()
    assert target.largest(5).tolist() == given[:5]
    assert (target.zero_fraction, target.same_fraction) == (Fraction(3, 8), Fraction(1 + 9 + 1 + 9, 64))


def test_others_are_left_out_of_their_own_mean() -> None:
    first, second = explicit_target(target_sizes([4.0, 2.0, 2.0]), 4).resolvent_of_others(3)
    np.testing.assert_allclose(first, [(2 / 2 + 1 / 4) / 4, *[(-1 / 2 + 1 / 2) / 4] * 2], rtol=1e-15)
    np.testing.assert_allclose(second, [(2 / 4 + 1 / 16) / 4, *[(1 / 4 + 1 / 4) / 4] * 2], rtol=1e-15)


def test_neighbouring_floats_are_seen_without_subtraction_of_rounded_numbers() -> None:
    above = np.nextafter(1.0, 2)
    seen = explicit_target(target_sizes([above, 1.0]), 10**20).seen_after(1)
    assert seen.distances.tolist()[:2] == [-(2.0**-53), 2.0**-53]


def test_zeros_of_a_large_dimension_are_counted_exactly() -> None:
    target = explicit_target(target_sizes([3, 1, 1]), 10**30)
    assert target.whole_counts == [1, 2, 10**30 - 3]
    assert target.modes_above(0) == 3
    assert target.zero_fraction == 1 - Fraction(3, 10**30)


def test_another_arithmetic_has_all_digits_of_what_was_given() -> None:
    target, wide = explicit_target(target_sizes([Fraction(1, 3), 0.1]), 2), multiprecision(200)
    with wide.working():
        assert abs(3 * target.in_arithmetic(wide).sizes[0] - 1) < 2e-60
        assert target.in_arithmetic(wide).sizes[1] == wide.real(0.1)
        assert abs(3 * target.rounded_to(wide).sizes[0] - 1) > 1e-18
    assert target.in_arithmetic(DOUBLE) is target


def test_sizes_that_rounding_makes_equal_become_one() -> None:
    sizes = [Fraction(1), 1 + Fraction(1, 10**20), Fraction(2)]
    target, wide = explicit_target(target_sizes(sizes), 3), multiprecision(200)
    assert target.counts.tolist() == [1.0, 2.0]
    with wide.working():
        assert target.in_arithmetic(wide).count == 3


def test_units_are_powers_of_two_and_remembered() -> None:
    target = explicit_target(target_sizes([3.0, 1.0]), 4)
    assert target.in_units(0.5).sizes.tolist() == [6.0, 2.0, 0.0]
    assert target.in_units(0.5) is target.in_units(0.5)


def test_sums_that_are_coarse_are_near() -> None:
    sizes = np.abs(np.random.default_rng(0).standard_normal(3000))
    target = explicit_target(target_sizes(sizes), 4000)
    share, inverse, _, rest = target.coarse_sums.above(0.5)
    above = sizes[sizes > 0.5]
    assert share == pytest.approx(len(above) / 4000, rel=0.05, abs=0)
    assert inverse == pytest.approx(np.sum(1 / above) / 4000, rel=0.05, abs=0)
    assert rest == pytest.approx(np.sum(sizes[sizes <= 0.5] ** 2) / 4000, rel=0.05, abs=0)
    few = coarse_sizes(target_sizes(sizes))
    assert isinstance(few, TargetSizes)
    assert len(few.sizes) <= 98
    assert len(few) == 3000
    assert sum(s**2 for s in few) == pytest.approx(np.sum(sizes**2), rel=1e-12, abs=0)


def test_neighbours_as_one_size_keep_the_mean_square_where_sizes_repeat() -> None:
    values = np.repeat(np.linspace(1, 3, 400), np.arange(400) % 5 + 1)
    coarse = coarse_sizes(target_sizes(values))
    assert coarse is not None
    assert len(coarse) == len(values)
    assert sum(float(size) ** 2 for size in coarse) == pytest.approx(np.sum(values**2), rel=1e-12, abs=0)
