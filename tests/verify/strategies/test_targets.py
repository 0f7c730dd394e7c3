"""Targets: each kind is what it is called, each network takes its own, and minimal ones are readable."""

from random import Random

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis.errors import InvalidArgument

from numerics import Data, Problem, train
from verify import strategies
from verify.strategies.targets import KINDS

IS_OF_KIND = {
    "rank one": lambda sizes: np.sum(sizes > 0) == 1,
    "flat": lambda sizes: len(set(sizes)) == 1,
    "sparse": lambda sizes: np.sum(sizes > 0) <= max(1, len(sizes) // 4),
    "clusters": lambda sizes: len(set(sizes)) <= 4,
    "power law": lambda sizes: np.all(np.diff(np.log(sizes), 2) >= -1e-12),
    "many decades": lambda sizes: np.all(np.abs(np.log10(sizes)) < 9.5),
}


@pytest.mark.parametrize("kind", KINDS)
def test_sizes_are_of_their_kind(kind: str) -> None:
    @strategies.profile
    @given(sizes=strategies.targets(kinds=[kind]))
    def check(sizes: np.ndarray) -> None:
        assert sizes.shape == (len(sizes),)
        assert 1 <= len(sizes) <= 12
        assert np.all(np.diff(sizes) <= 0)
        assert sizes[0] > 0
        assert sizes[-1] >= 0
        assert IS_OF_KIND[kind](sizes)

    check()


@strategies.profile
@given(theta=strategies.targets(network="diagonal"), matrix=strategies.targets(network="quadratic"))
def test_targets_of_networks_have_the_sizes_of_problems(theta: np.ndarray, matrix: np.ndarray) -> None:
    dim = len(matrix)
    assert theta.ndim == 1
    assert matrix.shape == (dim, dim)
    assert np.array_equal(matrix, matrix.T)
    # sizes that are 0 come out of a reflection to rounding
    assert np.min(np.linalg.eigvalsh(matrix)) > -1e-12 * np.max(np.abs(matrix))


@settings(strategies.profile, max_examples=3)
@given(target=strategies.targets(network="quadratic", kinds=["sparse", "clusters"], max_dim=5))
def test_networks_train_on_them(target: np.ndarray) -> None:
    dim = len(target)
    random = np.random.default_rng(0)
    inputs = random.standard_normal((4 * dim * dim, dim))
    labels = (np.einsum("ni,ij,nj->n", inputs, target, inputs) - np.trace(target)) / np.sqrt(dim)
    problem = Problem(
        "quadratic", target=np.linalg.eigvalsh(target).clip(0), samples=len(inputs), dim=dim, weight_decay=0.1
    )
    trained = train(problem, data=Data(problem, inputs, labels, target), progress=False)
    assert trained.excess_risk < np.sum(target**2)


def test_they_shrink_to_readable_cases() -> None:
    shown = [
        find(drawn, condition, random=Random(1))
        for drawn, condition in (
            (strategies.targets(), lambda sizes: True),
            (strategies.targets(), lambda sizes: len(set(sizes)) > 2),
            (strategies.targets(kinds=["many decades"]), lambda sizes: sizes[-1] < 1e-3 * sizes[0]),
            (strategies.targets(network="diagonal"), lambda theta: theta.min() < 0),
        )
    ]
    # [-1.] has one sign to flip
    assert [list(found) for found in shown[:1]] == [[1.0]]
    assert list(shown[1]) == sorted(shown[1], reverse=True)
    assert len(shown[1]) <= 3
    assert list(shown[2]) == [1e4, 1.0]
    assert list(shown[3]) == [-1.0]


def test_invalid_arguments_are_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"network='cubic': must be 'diagonal', 'quadratic', or None"):
        strategies.targets(network="cubic")
    with pytest.raises(
        InvalidArgument, match=r"kinds=\['round'\]: must be one or more of 'rank one', 'flat'"
    ):
        strategies.targets(kinds=["round"])
    with pytest.raises(InvalidArgument, match=r"max_dim=0: must be an integer from 1 to 1000"):
        strategies.targets(max_dim=0)
    with pytest.raises(InvalidArgument, match=r"decades=101: must be an integer from 1 to 100"):
        strategies.targets(decades=101)
