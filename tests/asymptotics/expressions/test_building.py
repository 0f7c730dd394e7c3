"""What may be built: within bounds, and finite."""

import pytest
import sympy
from sympy import Rational, S

from asymptotics.expressions.building import (
    Unreadable,
    call,
    number,
    power,
    product,
    total,
)
from asymptotics.symbols import d


def test_what_is_built_is_what_sympy_has():
    assert number(["3", "2"][0]) == 3
    assert total([S(1), d, d]) == 1 + 2 * d
    assert product([S(2), d]) == 2 * d
    assert power(d, Rational(1, 2)) == sympy.sqrt(d)
    assert call(sympy.gamma, [Rational(1, 2)]) == sympy.sqrt(sympy.pi)


@pytest.mark.parametrize(
    "build",
    [
        lambda: power(S.Zero, S(-1)),
        lambda: power(S(10), S(10) ** 30),
        lambda: call(sympy.gamma, [S(10) ** 9]),
        lambda: call(sympy.gamma, [S.Zero]),
        lambda: number("1e999999999"),
    ],
)
def test_what_is_infinite_or_grows_beyond_use_is_refused(build):
    with pytest.raises(Unreadable):
        build()
