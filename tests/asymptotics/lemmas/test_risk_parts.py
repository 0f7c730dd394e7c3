"""The parts of the risk of one mode."""

from itertools import product

import pytest
from sympy import S, cos, exp, simplify

from asymptotics import diagonal, quadratic
from asymptotics.lemmas.power_sums import Learned
from asymptotics.lemmas.risk_parts import HIGHEST_ORDER, leading_coefficient
from asymptotics.networks.mode_functions import Ordering, error_parts, mode_functions
from asymptotics.symbols import size


def test_the_first_coefficient_that_does_not_vanish():
    assert leading_coefficient(1 - cos(size), size) == (2, S.Half)
    assert leading_coefficient(exp(size), size) == (0, 1)
    assert leading_coefficient(size ** (HIGHEST_ORDER + 1), size) == (0, 0)


@pytest.mark.parametrize(
    ("network", "ordering"),
    # subcritical modes of the quadratic network share noise: there the sums agree, not what one mode adds
    [case for case in product([diagonal, quadratic], Ordering) if case != (quadratic, list(Ordering)[-1])],
    ids=str,
)
def test_parts_of_leading_order_sum_to_the_error(network, ordering):
    parts = error_parts(network, ordering, Learned.SOME).values()
    error = mode_functions(network, ordering, Learned.SOME).error
    last = [part.function.pieces[-1].value for part in parts if part.order == 0]
    assert simplify(sum(last) - error.pieces[-1].value) == 0
