"""Valid problems to solve, with power laws or other targets; they shrink towards small ones.

In this order: `problems`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from numerics import Problem
from numerics.networks.network import NETWORKS
from verify.strategies.arguments import count, names_of, require
from verify.strategies.decays import decays_or

_LARGEST_DIM = 10**99


def problems(
    *,
    networks: Sequence[str] = ("diagonal", "quadratic"),
    max_dim: int = 10**12,
    gammas: st.SearchStrategy[Fraction] | None = None,
    targets: st.SearchStrategy[Any] | None = None,
) -> st.SearchStrategy[Problem]:
    """Valid problems for ``numerics.solve``: empirical risk minimisation at full width.

    Args:
        networks: which networks to draw from.
        max_dim: largest dimension; dimensions are drawn evenly in their logarithm.
        gammas: strategy for gamma, by default all of (1/2, 3].
        targets: strategy for the target's own sizes, such as ``targets()``, of which each makes a problem of
            as many dimensions; by default power laws of either normalisation.

    Raises:
        hypothesis.errors.InvalidArgument: networks names none, or one that is not known; max_dim is no
            integer from 1 to 10**99, beyond which samples leave the range of float64; gammas or targets is no
            strategy.

    >>> from random import Random
    >>> from hypothesis import find
    >>> find(problems(), lambda one: one.dim > 300, random=Random(1))  # doctest: +NORMALIZE_WHITESPACE
    Problem(network='diagonal', gamma=Fraction(51, 100), samples=1.0, dim=400, weight_decay=1.0,
            noise_variance=0.01, target='raw', estimator='erm', width=None)
    """
    names = names_of("networks", networks, tuple(NETWORKS))
    largest = count("max_dim", max_dim, _LARGEST_DIM, "an integer from 1 to 10**99")
    allowed = "a strategy of arrays of sizes, such as targets(), or None"
    require(targets is None or isinstance(targets, st.SearchStrategy), "targets", targets, allowed)
    of_power_laws, powers = decays_or(gammas), st.sampled_from(["raw", "unit"])
    if targets is None:
        return _problems(names, _dimensions(largest), of_power_laws, powers)
    return targets.flatmap(lambda sizes: _problems(names, st.just(len(sizes)), st.none(), st.just(sizes)))


@st.composite
def _dimensions(draw: st.DrawFn, largest: int) -> int:
    magnitude = draw(st.integers(0, len(str(largest)) - 1))
    digit: int = draw(st.integers(1, 9))
    return min(digit * int(10**magnitude), largest)


@st.composite
def _problems(
    draw: st.DrawFn,
    networks: Sequence[str],
    dimensions: st.SearchStrategy[int],
    gammas: st.SearchStrategy[Any],
    targets: st.SearchStrategy[Any],
) -> Problem:
    network, dim = draw(st.sampled_from(networks)), draw(dimensions)
    magnitude = len(str(dim)) - 1
    # powers of ten from tiny to d^2: the phases are far apart, so spread the draws in the logarithm
    n_eff = 10.0 ** draw(st.floats(-1.0, 2.0 * magnitude + 1.0))
    weight_decay = 10.0 ** draw(st.floats(-6.0, float(magnitude) + 1.0))
    noise_variance = draw(st.sampled_from([0.01, 0.1, 1.0, 10.0]))
    target, gamma = draw(targets), draw(gammas)
    size = 1.0 if isinstance(target, str) else float(np.max(target)) or 1.0
    return Problem(
        network=network,
        gamma=gamma,
        samples=n_eff * NETWORKS[network].sample_unit(dim),
        dim=dim,
        weight_decay=weight_decay * size,  # in units of the target, which may have any
        noise_variance=noise_variance * size**2,
        target=target,
    )
