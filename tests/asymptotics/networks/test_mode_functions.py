"""What one mode adds to each sum."""

import pytest
from sympy import S, simplify

from asymptotics import diagonal, quadratic
from asymptotics.lemmas.power_sums import Learned
from asymptotics.networks.mode_functions import (
    Ordering,
    in_the_limit,
    mode_functions,
    signal_share,
    size_function,
)
from asymptotics.symbols import effective_noise, size, threshold


def test_by_hand_for_outliers_far_above_the_noise():
    summands = mode_functions(quadratic, Ordering.THRESHOLD_ABOVE_NOISE, Learned.SOME)
    assert [piece.value for piece in summands.error.pieces] == [size**2, 1]  # unlearned, then shrunk by kappa
    assert [piece.value for piece in summands.learned.pieces] == [0, 1]
    sizes = size_function(quadratic, Ordering.THRESHOLD_ABOVE_NOISE, Learned.SOME)
    assert [piece.value for piece in sizes.pieces] == [0, size - 1]


@pytest.mark.parametrize("learned", Learned)
def test_where_modes_do_not_interact_one_function_holds_for_every_size(learned):
    for ordering in Ordering:
        assert len(mode_functions(diagonal, ordering, learned).error.pieces) == 1


def test_a_function_without_a_limit_is_refused():
    with pytest.raises(ValueError, match="no limit"):
        in_the_limit(diagonal, Ordering.THRESHOLD_ABOVE_NOISE, threshold / effective_noise)
    assert in_the_limit(diagonal, Ordering.THRESHOLD_BELOW_NOISE, threshold / effective_noise) == S.Zero


def test_a_mode_below_the_noise_has_a_share_in_what_passes_unless_outliers_alone_are_learned():
    """A Gaussian coefficient of variance s^2 beside noise of variance 1 has s^2/(1 + s^2) of it."""
    (share,), (none,) = signal_share(diagonal).pieces, signal_share(quadratic).pieces
    assert simplify(share.value - size**2 / (1 + size**2)) == 0
    assert none.value == 0
