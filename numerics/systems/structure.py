"""In which order unknowns can be solved for: the block triangular form of a system.

Equations and unknowns are the two sides of a bipartite graph.  A matching gives each unknown an equation of
its own; then unknown j precedes unknown k where the equation of k holds j.  The strongly connected components
of this graph are the blocks (Dulmage and Mendelsohn 1958): each is solved for its own unknowns, with those of
earlier blocks known.  By hand: u = f(v), v = g(v), w = h(u, v) is solved as v, then u, then w.

In this order: `Block`, `blocks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, maximum_bipartite_matching

from numerics.arithmetic.errors import InvalidProblem


@dataclass(frozen=True)
class Block:
    """Equations that are solved together for as many unknowns, by their places."""

    unknowns: tuple[int, ...]
    equations: tuple[int, ...]


def blocks(held: Sequence[frozenset[int]], names: Sequence[str]) -> tuple[Block, ...]:
    """The blocks in an order in which they can be solved.

    Args:
        held: for each equation the unknowns that it holds.
        names: of the unknowns.

    Raises:
        InvalidProblem: the equations do not determine an unknown, whatever they are.

    >>> for block in blocks([frozenset({0, 1}), frozenset({1}), frozenset({0, 1, 2})], "uvw"):
    ...     print(block.unknowns, block.equations)
    (1,) (1,)
    (0,) (0,)
    (2,) (2,)
    """
    size = len(names)
    rows = [k for k, unknowns in enumerate(held) for _ in unknowns]
    columns = [j for unknowns in held for j in sorted(unknowns)]
    incidence = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(held), size))
    equation_of = maximum_bipartite_matching(incidence, perm_type="row")
    for j, k in enumerate(equation_of):
        if k < 0:
            raise InvalidProblem(f"unknowns: no equation is left to determine {names[j]}")
    edges = [(j, k) for k, equation in enumerate(equation_of) for j in held[equation] if j != k]
    graph = csr_matrix(
        (np.ones(len(edges)), ([j for j, _ in edges], [k for _, k in edges])), shape=(size, size)
    )
    _, labels = connected_components(graph, directed=True, connection="strong")
    before: dict[int, set[int]] = {int(label): set() for label in labels}
    for j, k in edges:
        if labels[j] != labels[k]:
            before[int(labels[k])].add(int(labels[j]))
    ordered = TopologicalSorter(before).static_order()
    members = [tuple(k for k in range(size) if labels[k] == label) for label in ordered]
    return tuple(Block(m, tuple(int(equation_of[k]) for k in m)) for m in members)
