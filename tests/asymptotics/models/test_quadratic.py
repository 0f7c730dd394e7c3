"""Leading constants of the quadratic network, each from an integral or a formula of its own."""

import mpmath
from leading import POINTS, close, laws_at, over_spikes, sizes
from mpmath import mpf


@sizes
def test_quadratic_over_regularised(of_quadratic, gamma, n, d, penalty, noise):
    laws = laws_at(of_quadratic, "II", gamma, n, d, penalty, noise)
    kappa = penalty * d / (4 * n)
    cut = kappa / mpmath.sqrt(d)
    assert close(laws["threshold"], kappa)
    assert close(laws["excess_risk"], 2 * (2 * gamma / (2 * gamma - 1) * cut ** (2 - 1 / gamma)))
    learned = cut ** (-1 / gamma)
    assert close(laws["learned_modes"], learned)
    # each spike y kappa repels d modes: 2 (y - 1)/y degrees of freedom
    assert close(
        laws["degrees_of_freedom"], learned / d * over_spikes(lambda y: 2 * (y - 1) / y, gamma), 1e-8
    )


@sizes
def test_quadratic_shrinkage_dominated(of_quadratic, gamma, n, d, penalty, noise):
    laws = laws_at(of_quadratic, "III", gamma, n, d, penalty, noise)
    assert close(laws["excess_risk"], 2 * (penalty * d / (4 * n)) ** 2)
    assert close(laws["learned_modes"], d)
    assert close(laws["degrees_of_freedom"], 1)


@sizes
def test_quadratic_benign_overfitting(of_quadratic, gamma, n, d, penalty, noise):
    laws = laws_at(of_quadratic, "IV", gamma, n, d, penalty, noise)
    delta = mpmath.sqrt(noise * d / (4 * n))
    learned = (mpmath.sqrt(d) / delta) ** (1 / gamma)

    def per_spike(y):
        return y**2 + (y - 1) ** 4 / y**2 - 2 * (y - 1) ** 2 * (1 - 1 / y**2)

    spikes = over_spikes(per_spike, gamma)
    error = learned * (spikes + 1 / (2 * gamma - 1)) * delta**2 / d
    assert close(laws["excess_risk"], 2 * error, 1e-8)
    assert close(laws["effective_noise"], delta)
    assert close(laws["threshold"], 2 * delta)
    assert close(laws["learned_modes"], learned)
    assert close(laws["degrees_of_freedom"], 2 * n / d)


@sizes
def test_quadratic_harmful_overfitting(of_quadratic, gamma, n, d, penalty, noise):
    laws = laws_at(of_quadratic, "V", gamma, n, d, penalty, noise)
    alpha = n / d
    error = noise / (4 * alpha) * 16 / (105 * mpmath.pi) * (15 * mpmath.pi * alpha / 4) ** (mpf(7) / 5)
    assert close(laws["excess_risk"], 2 * error)
    assert close(laws["threshold"], mpmath.sqrt(noise / alpha))
    assert close(laws["degrees_of_freedom"], 2 * alpha)


@sizes
def test_quadratic_noise_dominated(of_quadratic, gamma, n, d, penalty, noise):
    square = noise * d / (4 * n)
    for name, error, freedom in (("VIa", square / 2, mpf("0.5")), ("VIb", square, mpf(1))):
        laws = laws_at(of_quadratic, name, gamma, n, d, penalty, noise)
        assert close(
            laws["excess_risk"], 2 * error
        )  # the cone cuts half of the bulk until every mode is learned
        assert close(laws["degrees_of_freedom"], freedom)
        assert close(laws["threshold"], penalty * d / (4 * n))
        few = (d / square) ** (1 / (2 * gamma))
        assert close(laws["learned_modes"], few if name == "VIa" else d)


def test_quadratic_laws_at_a_size_of_the_theory_sheet(of_quadratic):
    # d = 1e9, n_eff = 1e3, gamma = 5/4, Delta = 1: the state evolution gives E = 0.028986, and laws IV and V
    # at its effective noise, 4 alpha delta^2 = Delta + 2 E, sum to 0.02993
    benign, harmful = (of_quadratic.locate(**POINTS[name]).risk for name in ("IV", "V"))
    values = {"gamma": mpf("1.25"), "n_eff": 10**3, "d": 10**9, "weight_decay": 1}
    noise = 1 + 2 * mpf("0.028986")
    error = sum(law.evaluate(noise_variance=noise, **values) for law in (benign, harmful)) / 2
    assert abs(error - mpf("0.02993")) < 5e-6
