"""Leading constants of the diagonal network, each from an integral or a formula of its own."""

import mpmath
import pytest
from leading import close, gaussian_moment, laws_at, sizes


@sizes
def test_diagonal_over_regularised(of_diagonal, gamma, n, d, penalty, noise):
    laws = laws_at(of_diagonal, "II", gamma, n, d, penalty, noise)
    c, moment = penalty * mpmath.sqrt(d) / n, gaussian_moment(1 / gamma)
    assert close(laws["excess_risk"], c ** (2 - 1 / gamma) * 2 * gamma / (2 * gamma - 1) * moment, 1e-8)
    assert close(laws["threshold"], penalty * d / n)
    learned = moment * c ** (-1 / gamma)  # sum_i P(s_i |g| > kappa) = E (sqrt(d) |g|/kappa)**(1/gamma)
    assert close(laws["learned_modes"], learned, 1e-8)
    assert close(laws["degrees_of_freedom"], learned / d, 1e-8)


@sizes
def test_diagonal_shrinkage_dominated(of_diagonal, gamma, n, d, penalty, noise):
    laws = laws_at(of_diagonal, "III", gamma, n, d, penalty, noise)
    assert close(laws["excess_risk"], (penalty * d / n) ** 2)  # every mode is shrunk by kappa
    assert close(laws["learned_modes"], d)
    assert close(laws["degrees_of_freedom"], 1)


@sizes
def test_diagonal_harmful_overfitting(of_diagonal, gamma, n, d, penalty, noise):
    laws = laws_at(of_diagonal, "V", gamma, n, d, penalty, noise)
    logarithm = mpmath.log(d / n)
    assert close(laws["excess_risk"], noise / logarithm)
    assert close(laws["degrees_of_freedom"], n / d)
    kappa = mpmath.sqrt(2 * logarithm * noise * d / n)  # 2 Q(u) = n/d at u^2/2 = log(d/n)
    assert close(laws["threshold"], kappa)
    assert close(
        laws["learned_modes"], gaussian_moment(1 / gamma) * (mpmath.sqrt(d) / kappa) ** (1 / gamma), 1e-8
    )


@sizes
@pytest.mark.parametrize("name", ["VIa", "VIb"])
def test_diagonal_noise_dominated(of_diagonal, name, gamma, n, d, penalty, noise):
    laws = laws_at(of_diagonal, name, gamma, n, d, penalty, noise)
    assert close(laws["excess_risk"], noise * d / n)
    assert close(laws["threshold"], penalty * d / n)  # alpha - D = alpha: many samples
    assert close(laws["degrees_of_freedom"], 1)
    delta = mpmath.sqrt(noise * d / n)
    few = gaussian_moment(1 / gamma) * (mpmath.sqrt(d) / delta) ** (1 / gamma)
    assert close(laws["learned_modes"], few if name == "VIa" else d, 1e-8)
