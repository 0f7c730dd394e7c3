r"""Gaussian rules of sums with positive weights: a few nodes that stand for many.

The rule with p nodes of a sum over places x with weights w > 0 has the moments of the sum up to order 2 p -
1, and positive weights itself.  Its nodes are the eigenvalues of the Jacobi matrix of the orthogonal
polynomials, its weights the squared first components of the eigenvectors (Golub and Welsch, Math.  Comp.
23 (1969) 221). The matrix comes from Lanczos' method on the places, orthogonalised again at every step.

A sum of 1/(z - x) over an interval of half-width h is right to rho^(-2 p) if z lies outside the ellipse
with foci at the ends and half-axes of sum rho h: three half-widths from the middle, rho = 5.8.

In order: `gauss_rule`, `gauss_rules`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

# A new vector this short, in units of the half-width, is rounding: the rule has found all nodes there are.
_EXHAUSTED = 1e-14


def gauss_rule(places: Any, weights: Any, order: int) -> tuple[Any, Any]:
    """Nodes in increasing order and weights of the Gaussian rule of one sum, in float64.

    >>> places, weights = np.linspace(0, 1, 1000), np.linspace(1, 2, 1000)
    >>> x, w = gauss_rule(places, weights, 6)
    >>> len(x), bool(abs((w @ (1 / (x + 1))) / (weights @ (1 / (places + 1))) - 1) < 1e-9)
    (6, True)
    """
    nodes, of_nodes = gauss_rules(places[None], weights[None], order)
    return nodes[0], of_nodes[0]


def gauss_rules(places: Any, weights: Any, order: int) -> tuple[Any, Any]:
    """The same for many sums at once, each a row.

    Args:
        places: shape (sums, places); those of weight 0 fill up a row, and lie among the others.
        weights: >= 0, shape (sums, places).
        order: number of nodes p; of a sum with fewer places some nodes have weight 0.

    Returns:
        Nodes and weights, shape (sums, order).
    """
    high, low = places.max(axis=1, keepdims=True), places.min(axis=1, keepdims=True)
    middle, half = (high + low) / 2, (high - low) / 2
    x = (places - middle) / np.where(half > 0, half, 1)
    total = weights.sum(axis=1, keepdims=True)
    basis = np.zeros((len(places), order, places.shape[1]))
    jacobi = np.zeros((len(places), order, order))
    basis[:, 0] = np.sqrt(weights / np.where(total > 0, total, 1))
    for k in range(order):
        following = x * basis[:, k]
        jacobi[:, k, k] = np.einsum("ij,ij->i", following, basis[:, k])
        if k == order - 1:
            break
        earlier = basis[:, : k + 1]
        for _ in range(2):
            overlaps = earlier @ following[:, :, None]
            following = following - (overlaps.transpose(0, 2, 1) @ earlier)[:, 0]
        length = np.sqrt(np.einsum("ij,ij->i", following, following))
        length = np.where(length > _EXHAUSTED, length, 0)
        jacobi[:, k, k + 1] = jacobi[:, k + 1, k] = length
        basis[:, k + 1] = following / np.where(length > 0, length, np.inf)[:, None]
    nodes, states = np.linalg.eigh(jacobi)
    return middle + half * nodes, total * states[:, 0] ** 2
