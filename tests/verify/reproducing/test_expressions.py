"""Expressions are made again by what is written of them, exactly, in a process that knows nothing else."""

from typing import Any

import pytest
from sympy import Eq, Expr, Rational, S, Symbol, exp, gamma, log, oo, pi, sqrt, zeta

from asymptotics import mode_sum
from asymptotics.symbols import a, size, source, threshold, weight_decay
from asymptotics.symbols import gamma as decay
from verify.reproducing.expressions import Written, written

OWN = Symbol("D_s", positive=True)

EXPRESSIONS = [
    Rational(1, 3) * weight_decay ** (2 - 1 / decay) / 2,
    mode_sum(size ** (1 / decay + 4 * source) * exp(-(size**2) / threshold)) / OWN,
    gamma(1 / decay) * zeta(2 * decay) * log(weight_decay) + sqrt(pi),
    (1 - decay) * a - Rational(19, 50),
    S.Half,
    oo,
]


def made_again(expression: Any) -> Any:
    before = Written()
    text, names = written(expression, before), dict[str, Any]()
    exec("\n".join([*before.lines, f"again = {text}"]), names)
    return names["again"]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_what_is_written_makes_the_same_expression(expression: Expr) -> None:
    assert made_again(expression) == expression


def test_symbols_of_ones_own_keep_their_assumptions() -> None:
    before = Written()
    written(Eq(OWN, threshold).lhs, before)
    assert before.own == {"D_s": "Symbol('D_s', positive=True)"}
