"""The order in which unknowns can be solved for."""

import pytest

from numerics.arithmetic.errors import InvalidProblem
from numerics.systems.structure import Block, blocks


def held(*unknowns):
    return [frozenset(map("uvwxy".index, row)) for row in unknowns]


def test_coupled_unknowns_are_one_block_and_come_first():
    found = blocks(held("uv", "uv", "uvw", "wx"), "uvwx")
    assert [set(block.unknowns) for block in found] == [{0, 1}, {2}, {3}]
    assert [set(block.equations) for block in found] == [{0, 1}, {2}, {3}]


def test_every_block_holds_earlier_unknowns_alone():
    rows = held("uy", "vwx", "wy", "vxy", "y")
    known: set[int] = set()
    for block in blocks(rows, "uvwxy"):
        known |= set(block.unknowns)
        assert all(rows[k] <= known for k in block.equations)
    assert known == set(range(5))


def test_an_equation_is_not_tied_to_the_unknown_of_its_place():
    assert blocks(held("v", "uv"), "uv") == (Block((1,), (0,)), Block((0,), (1,)))


def test_an_unknown_that_is_not_determined_is_named():
    with pytest.raises(InvalidProblem, match="no equation is left to determine v"):
        blocks(held("u", "u"), "uv")
