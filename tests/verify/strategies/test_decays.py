"""Decays of targets: what is drawn lies inside, and shrinks."""

from fractions import Fraction

import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from verify import strategies
from verify.strategies.decays import decays_or


@strategies.profile
@given(gamma=strategies.decays())
def test_decays_cover_the_open_interval(gamma: Fraction) -> None:
    assert Fraction(1, 2) < gamma <= 3


def test_decays_shrink_to_the_slowest() -> None:
    assert find(strategies.decays(), lambda gamma: gamma > 1) == Fraction(101, 100)


def test_invalid_arguments_are_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"max_gamma=0.5: must be above 1/2"):
        strategies.decays(max_gamma=0.5)
    with pytest.raises(InvalidArgument, match=r"gammas=2: must be a strategy of decays"):
        decays_or(2)


@pytest.mark.parametrize("drawn", [Fraction(1, 4), float("nan"), "x", [1]])
def test_what_is_drawn_for_a_decay_is_one(drawn: object) -> None:
    with pytest.raises(InvalidArgument, match=r"gammas=.*: must be"):
        find(decays_or(st.just(drawn)), lambda gamma: True)


def test_decays_drawn_are_exact() -> None:
    """Floats made points that are equal to exact ones, and not exact."""
    exact = find(decays_or(st.just(1.5)), lambda gamma: True)
    assert (exact, type(exact)) == (Fraction(3, 2), Fraction)
