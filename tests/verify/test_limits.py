"""What axes may be, and which stands upwards: in every diagram there is what the figure draws."""

from fractions import Fraction
from itertools import product

import pytest

from asymptotics import diagonal, phase_diagram
from verify.figures.view import UPWARDS, view_of
from verify.limits import NARROWEST, WIDEST, is_window, upwards_of


@pytest.mark.parametrize(
    ("low", "high", "allowed"),
    [
        (-WIDEST, WIDEST, True),
        (0, NARROWEST, True),
        (0, NARROWEST / 2, False),
        (0, 0, False),
        (1, 0, False),
        (-WIDEST - 1, 0, False),
        (0, WIDEST + 1, False),
    ],
)
def test_ends_of_axes_are_bounded_and_apart(low: Fraction, high: Fraction, allowed: bool) -> None:
    assert is_window(Fraction(low), Fraction(high)) == allowed


@pytest.mark.parametrize(
    ("noise", "estimator"), list(product(("fixed", "scaled", "none"), ("erm", "bayes", "ridge")))
)
def test_what_stands_upwards_is_an_exponent_of_the_diagram(noise: str, estimator: str) -> None:
    diagram = phase_diagram(diagonal, noise=noise, estimator=estimator)
    b = 1 if noise == "scaled" and estimator != "bayes" else None
    view = view_of(diagram, b=b)
    assert view.upwards == UPWARDS[upwards_of(noise, estimator, at_one_b=b is not None)]
    symbols = {symbol for phase in diagram.phases for symbol in phase.region.free_symbols} - set(view.fixed)
    assert view.upwards in symbols or not {UPWARDS["ell"], UPWARDS["b"]} & symbols
