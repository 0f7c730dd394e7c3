"""What one field of a declaration may be; whole declarations: test_declaration.py."""

import pytest
from sympy import Eq, Symbol, oo

from asymptotics import InvalidArgument
from asymptotics.networks.fields import (
    expression,
    multiple_of_error,
    noise_balance,
    power_of_size,
    product_of_powers,
    text,
    threshold_balance,
    words,
)
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    matrix_error,
    n_eff,
    noise_variance,
    size,
    threshold,
    weight_decay,
)


@pytest.mark.parametrize(
    "refused",
    [
        lambda: text("name", " "),
        lambda: expression("potential", oo, [size]),
        lambda: expression("potential", Symbol("s"), [size]),
        lambda: power_of_size("target_energy", -size),
        lambda: power_of_size("target_energy", size + 1),
        lambda: product_of_powers("amplitude", d + 1, (d,)),
        lambda: multiple_of_error("excess_risk", matrix_error * n_eff),
        lambda: noise_balance(Eq(effective_noise, noise_variance + matrix_error), ""),
        lambda: threshold_balance(Eq(n_eff, degrees_of_freedom + weight_decay * threshold), ""),
    ],
)
def test_what_has_no_meaning_is_refused(refused):
    with pytest.raises(InvalidArgument):
        refused()


def test_what_has_one_is_taken():
    assert expression("bbp_threshold", 0, [size]) == 0
    assert power_of_size("target_energy", 2 * size ** (1 / gamma)) == 2 * size ** (1 / gamma)
    assert product_of_powers("amplitude", 3 * d**2, (d,)) == 3 * d**2
    assert multiple_of_error("excess_risk", 2 * matrix_error) == 2 * matrix_error
    assert words("xyz") == "x, y and z"
