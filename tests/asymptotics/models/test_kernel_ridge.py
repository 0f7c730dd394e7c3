"""Kernel ridge regression is what arXiv:2105.15004 declares."""

from sympy import oo

from asymptotics import phase_diagram
from asymptotics.models import kernel_ridge
from asymptotics.symbols import gamma


def test_it_is_one_declaration_among_the_models():
    assert kernel_ridge.modes == oo
    assert kernel_ridge.anisotropic
    assert kernel_ridge.spread == (1, 2)  # capacity 2 gamma: variances i**(-2 gamma)


def test_few_samples_without_ridge_fit_noise_to_a_fixed_price():
    phase = phase_diagram(kernel_ridge).locate(a=1, ell=-10, gamma=1, source=1.5)
    assert phase.name == "V"
    assert phase.risk.constant == 2 * gamma - 1
