r"""Targets that are no power laws, or short ones: arrays of their own sizes, or the targets themselves.

A target of the diagonal network is a vector of coefficients theta*, one of the quadratic network a symmetric
matrix S* = O diag(s) O^T.  The state equations know their sizes alone, standard deviations tau_i and
eigenvalues s_i; data are drawn from the target itself.

In this order: `KINDS`, `targets`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from hypothesis import strategies as st

from verify.strategies.arguments import count, names_of, require
from verify.strategies.decays import decays

Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

_SIZES = st.sampled_from([1.0, 2.0, 0.5, 3.0, 0.1, 10.0])

_MOST_CLUSTERS = 4

_NETWORKS = ("diagonal", "quadratic")

_LARGEST_DIM = 1000


def _rank_one(draw: st.DrawFn, dim: int, decades: int) -> list[float]:
    return [draw(_SIZES)]


def _flat(draw: st.DrawFn, dim: int, decades: int) -> list[float]:
    return [draw(_SIZES)] * dim


def _sparse(draw: st.DrawFn, dim: int, decades: int) -> list[float]:
    return draw(st.lists(_SIZES, min_size=1, max_size=max(1, dim // 4)))


def _clusters(draw: st.DrawFn, dim: int, decades: int) -> list[float]:
    few = st.lists(_SIZES, min_size=1, max_size=_MOST_CLUSTERS, unique=True)
    members = st.sampled_from(draw(few))
    return draw(st.lists(members, min_size=dim, max_size=dim))


def _power_law(draw: st.DrawFn, dim: int, decades: int) -> list[float]:
    size, gamma = draw(_SIZES), float(draw(decays()))
    return [size * i**-gamma for i in range(1, dim + 1)]


def _many_decades(draw: st.DrawFn, dim: int, decades: int) -> list[float]:
    powers = st.integers(-decades, decades).map(lambda power: 10.0**power)
    return draw(st.lists(powers, min_size=dim, max_size=dim))


KINDS: Mapping[str, Callable[[st.DrawFn, int, int], list[float]]] = MappingProxyType(
    {
        "rank one": _rank_one,
        "flat": _flat,
        "sparse": _sparse,
        "clusters": _clusters,
        "power law": _power_law,
        "many decades": _many_decades,
    }
)
"""The kinds of targets, the simplest first."""


def targets(
    *,
    network: str | None = None,
    kinds: Sequence[str] = tuple(KINDS),
    max_dim: int = 12,
    decades: int = 9,
) -> st.SearchStrategy[Floats]:
    """Targets of at most ``max_dim`` dimensions, not all 0.

    Args:
        network: None for sizes, of shape (d,), the largest first, as ``Problem(..., target=sizes)`` takes
            them for every network; "diagonal" for coefficients of either sign in any order, of shape (d,), or
            "quadratic" for a symmetric matrix of shape (d, d), as ``Data(..., target=target)`` takes them.
        kinds: which to draw from: "rank one", "flat" (all sizes equal), "sparse" (at most a quarter of them
            not 0), "clusters" (at most four different ones), "power law", "many decades" (powers of ten).
        max_dim: largest dimension, up to 1000.
        decades: how many decades above and below 1 sizes of many decades may lie, up to 100.

    Raises:
        hypothesis.errors.InvalidArgument: an argument is none of these.

    >>> from hypothesis import find
    >>> find(targets(), lambda sizes: len(sizes) > 2)
    array([1., 0., 0.])
    >>> find(targets(network="quadratic", kinds=["flat"]), lambda matrix: len(matrix) > 1)
    array([[1., 0.],
           [0., 1.]])
    """
    known = ", ".join(map(repr, _NETWORKS))
    is_known = network is None or (isinstance(network, str) and network in _NETWORKS)
    require(is_known, "network", network, f"{known}, or None for sizes")
    names = names_of("kinds", kinds, tuple(KINDS))
    largest = count("max_dim", max_dim, _LARGEST_DIM, "an integer from 1 to 1000")
    powers = count("decades", decades, 100, "an integer from 1 to 100")
    sizes = _sizes(names, largest, powers)
    if network is None:
        return sizes
    return sizes.flatmap(_coefficients if network == "diagonal" else _matrices)


@st.composite
def _sizes(draw: st.DrawFn, kinds: Sequence[str], max_dim: int, decades: int) -> Floats:
    dim = draw(st.integers(1, max_dim))
    drawn = KINDS[draw(st.sampled_from(kinds))](draw, dim, decades)
    sizes = np.zeros(dim)
    sizes[: len(drawn)] = sorted(drawn, reverse=True)
    return sizes


@st.composite
def _coefficients(draw: st.DrawFn, sizes: Floats) -> Floats:
    """In any order, of either sign; as they are where it shrinks."""
    order = draw(st.permutations(range(len(sizes))))
    signs = draw(st.lists(st.sampled_from([1.0, -1.0]), min_size=len(sizes), max_size=len(sizes)))
    return sizes[list(order)] * signs + 0.0  # no -0.0


@st.composite
def _matrices(draw: st.DrawFn, sizes: Floats) -> Floats:
    """Rotated by a reflection; diagonal where it shrinks."""
    dim = len(sizes)
    normal = np.array(draw(st.lists(st.integers(0, 3), min_size=dim, max_size=dim)), dtype=float)
    square = normal @ normal
    reflection = np.eye(dim) - (2 / square * np.outer(normal, normal) if square else 0.0)
    matrix: Floats = (reflection * sizes) @ reflection
    return (matrix + matrix.T) / 2
