"""Eigenvalues of both signs against those of the matrix of twice the size, one by one."""

import pickle

import numpy as np
import pytest

from numerics.arithmetic.precision import multiprecision
from numerics.sums.explicit import explicit_target, target_sizes
from numerics.sums.symmetrised import Symmetrised
from numerics.sums.target import Target

POWER_LAW = Target(dim=40, decay=1.25, scale=3.0)
EXPLICIT = explicit_target(target_sizes([3, 2, 2, 0.5]), 7)


@pytest.mark.parametrize("target", [POWER_LAW, EXPLICIT], ids=["power law", "explicit"])
@pytest.mark.parametrize("place", [0, 2])
def test_sums_are_those_of_the_matrix_of_twice_the_size(target, place):
    s = np.array([float(target.size(i)) for i in range(1, target.dim + 1)])
    matrix = np.zeros((2 * target.dim, 2 * target.dim))
    matrix[: target.dim, target.dim :] = np.diag(s)
    matrix += matrix.T
    seen = Symmetrised(target).seen_after(place)
    z = seen.origin + 0.3j
    resolvent = np.trace(np.linalg.inv(z * np.eye(2 * target.dim) - matrix)) / (2 * target.dim)
    assert seen.weights @ (1 / (0.3j + seen.distances)) == pytest.approx(resolvent, rel=1e-12, abs=0)
    assert (np.diff(seen.sizes) <= 0).all()
    assert (seen.distances < 0).sum() == seen.above == place


def test_only_positive_eigenvalues_are_numbered():
    both = Symmetrised(POWER_LAW)
    assert (both.count, both.dim, both.rank(-1.0), both.rank(0.5)) == (40, 40, 40, POWER_LAW.rank(0.5))
    assert both.share_above(10) == 10 / 80
    assert both == Symmetrised(Target(dim=40, decay=1.25, scale=3.0))


def test_it_is_pickled_and_changes_its_arithmetic_and_units():
    both = Symmetrised(POWER_LAW)
    assert pickle.loads(pickle.dumps(both)) == both
    with multiprecision(100).working():
        wide = both.in_arithmetic(multiprecision(100))
        assert wide.arithmetic.bits == 100
        assert wide.rounded_to(multiprecision(200)).arithmetic.bits == 200
    assert wide.in_double() == both
    assert both.in_units(2.0).positive.scale == 1.5
    with pytest.raises(AttributeError):
        both.no_such_thing  # noqa: B018
