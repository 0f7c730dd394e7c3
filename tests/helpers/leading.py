"""Points in the phases at fixed noise, and physical values, at which leading constants are compared."""

from fractions import Fraction

import mpmath
import pytest
from mpmath import mpf

HALF = Fraction(1, 2)


POINTS = {  # one point in each phase, and physical values consistent with nothing but positivity
    "Ib": {"a": HALF, "ell": 2, "gamma": 1},
    "Ia": {"a": -1, "ell": -5, "gamma": 1},
    "II": {"a": HALF, "ell": Fraction(-1, 8), "gamma": 1},
    "III": {"a": 6, "ell": 4, "gamma": 1},
    "IV": {"a": Fraction(1, 4), "ell": -2, "gamma": 1},
    "V": {"a": Fraction(9, 10), "ell": -2, "gamma": 1},
    "VIa": {"a": Fraction(3, 2), "ell": -2, "gamma": 1},
    "VIb": {"a": 6, "ell": -2, "gamma": 1},
}


SIZES = [  # gamma, n_eff, d, weight_decay, noise_variance
    (mpf("0.8"), mpf(1000), mpf(10) ** 9, mpf("0.3"), mpf(1)),
    (mpf("1.25"), mpf(700), mpf(10) ** 12, mpf("0.02"), mpf("0.4")),
    (mpf("2.5"), mpf(10) ** 5, mpf(10) ** 7, mpf(3), mpf("2.5")),
]


sizes = pytest.mark.parametrize(("gamma", "n", "d", "penalty", "noise"), SIZES)


def laws_at(diagram, name, gamma, n, d, penalty, noise):
    phase = diagram.locate(**POINTS[name])
    assert phase.name == name
    values = {"gamma": gamma, "n_eff": n, "d": d, "weight_decay": penalty, "noise_variance": noise}
    return {quantity: law.evaluate(**values) for quantity, law in phase.laws.items()}


def close(value, formula, rel=1e-12):
    return abs(value / formula - 1) < rel


def gaussian_moment(power):
    """E|g|**power, by quadrature."""
    density = mpmath.sqrt(2 / mpmath.pi)
    return mpmath.quad(lambda g: density * g**power * mpmath.exp(-(g**2) / 2), [0, 1, 4, 12, 40])


def over_spikes(per_spike, gamma):
    """int_1^oo per_spike(y) (1/gamma) y**(-1-1/gamma) dy, with y = exp(gamma t)."""
    with mpmath.workdps(100):  # the powers of y in one spike's error cancel
        return mpmath.quad(lambda t: per_spike(mpmath.exp(gamma * t)) * mpmath.exp(-t), [0, 1, 4, 12, 30])
