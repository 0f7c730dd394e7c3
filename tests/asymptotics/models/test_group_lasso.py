"""A model of a user's: the group LASSO, which shrinks groups of coefficients as vectors.

f(x) = theta.x/sqrt(d) with d groups of m coefficients, trained on 1/2 sum (y - f)^2 + lambda sum_g |theta_g|.
The coefficients of a group are Gaussian of variance s^2/m, s_i = sqrt(d) i^-gamma: what is seen of the group
is as large as sigma times a chi variable with m degrees of freedom, sigma^2 = s^2/m + delta^2.
"""

import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import root
from scipy.special import gamma as gamma_function
from scipy.special import gammainc, gammaincc
from sympy import Eq, Max, S, exp, oo, pi, simplify, sqrt

from asymptotics import diagonal, heavy_tails, phase_diagram
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.lemmas.weight_shares import passing
from asymptotics.networks.network import Network
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    matrix_error,
    n_eff,
    noise_variance,
    size,
    threshold,
    weight_decay,
)

CHI = {1: sqrt(2 / pi), 2: level, 3: sqrt(2 / pi) * level**2}


@cache
def group_lasso(members):
    chi = NoiseLaw(density=CHI[members] * exp(-(level**2) / 2), edge=oo)
    deviation = sqrt(size**2 / members + effective_noise**2)
    potential = deviation**2 * chi.potential(size).subs(size, threshold / deviation)
    of_norm = passing(chi.potential(threshold))  # P(chi > threshold)
    share = effective_noise**2 / deviation**2
    posterior, missed = size**2 * share, 1 - of_norm.subs(threshold, threshold / deviation)
    cut_moment = deviation**2 * chi.cut_moment(size).subs(size, threshold / deviation)
    return Network(
        name=f"group lasso of {members}",
        noise=chi,
        potential=potential,
        potential_among_learned=potential,
        bbp_threshold=S.Zero,
        learned_probability=of_norm.subs(threshold, Max(effective_noise, threshold) * sqrt(members) / size),
        posterior_variance=posterior,
        posterior_variance_among_learned=posterior,
        unlearned_energy=posterior * missed + (1 - share) ** 2 * cut_moment,
        noise_fraction=share,
        noise_balance=Eq(n_eff / d * effective_noise**2, noise_variance + matrix_error),
        threshold_balance=Eq(n_eff / d, degrees_of_freedom + weight_decay / threshold),
        excess_risk=matrix_error,
    )


# --- it derives


DERIVE = """
import sys
sys.path.insert(0, sys.argv[1])
from test_group_lasso import group_lasso
from asymptotics import phase_diagram
for phase in phase_diagram(group_lasso(int(sys.argv[2])), noise=sys.argv[3]).phases:
    assert set(phase.decomposition) == {"unlearned", "learned", "overfitting"}
    assert phase.train_loss.expr != 0
    phase.spectrum()
"""

slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("members", "noise"),
    [
        pytest.param(2, "fixed", marks=slow),
        pytest.param(2, "scaled", marks=slow),
        pytest.param(2, "none", marks=slow),
        pytest.param(3, "fixed", marks=slow),
        pytest.param(3, "scaled", marks=slow),
        pytest.param(3, "none", marks=slow),
    ],
)
def test_every_law_is_derived(members, noise):
    # in a fresh process: nothing is cached
    here = str(Path(__file__).parent)
    child = [sys.executable, "-c", DERIVE, here, str(members), noise]
    subprocess.run(child, check=True)


@pytest.mark.slow
def test_groups_of_one_are_the_diagonal_network():
    ours, theirs = (phase_diagram(model) for model in (group_lasso(1), diagonal))
    for one, other in zip(ours.phases, theirs.phases, strict=True):
        assert one.region == other.region
        assert simplify(one.risk.expr - other.risk.expr) == 0
        assert one.risk.corrected == other.risk.corrected


@pytest.mark.parametrize("members", [pytest.param(2, marks=slow), pytest.param(3, marks=slow)])
def test_phases_are_those_of_single_coefficients(members):
    # the regions do not know the size of groups; noise on everything costs as many times more
    for noise in ("fixed", "none"):
        ours, theirs = (phase_diagram(model, noise=noise) for model in (group_lasso(members), diagonal))
        assert [(p.name, p.region) for p in ours.phases] == [(p.name, p.region) for p in theirs.phases]
        for one, other in zip(ours.phases, theirs.phases, strict=True):
            if one.name in ("VIa", "VIb"):
                assert simplify(one.risk.expr / other.risk.expr) == members
        tails = [(found.phase.name, found.determines_risk) for found in heavy_tails(ours)]
        assert tails == [(found.phase.name, found.determines_risk) for found in heavy_tails(theirs)]


# --- against its own equations: E and D as expectations over chi, not by a potential


class Groups:
    """n/d delta^2 = Delta + E, n/d = D + lambda/kappa at finite d."""

    def __init__(self, members, gamma, samples, dim, decay, labels, start):
        self.members, self.alpha, self.decay, self.labels = members, samples / dim, decay, labels
        nodes, weights = np.polynomial.legendre.leggauss(12)
        head, stop = 30, np.log(dim)
        edges = np.linspace(np.log(head), stop, int(stop) + 2)
        half = np.diff(edges)[:, None] / 2
        t = np.ravel(edges[:-1, None] + half * (1 + nodes))  # log i, by Euler and Maclaurin
        logs = np.concatenate([np.log(np.arange(1, head)), [np.log(head), stop], t])
        of_sums = np.concatenate([np.ones(head - 1), [0.5, 0.5], np.ravel(half * weights) * np.exp(t)])
        self.weights, self.variances = of_sums / dim, np.exp(stop - 2 * gamma * logs) / members
        found = root(lambda x: self.residuals(*np.exp(x)), np.log(start), tol=1e-13)
        assert np.all(np.abs(found.fun) < 1e-9)
        self.risk = self.sums(*np.exp(found.x))[0]

    def sums(self, noise, cut):
        sigma2 = self.variances + noise**2
        u, share, rest = cut / np.sqrt(sigma2), noise**2 / sigma2, self.variances / sigma2
        inverse, zeroth, first, second = (self.moment(k, u) for k in (-1, 0, 1, 2))  # E[chi^k; chi > u]
        found = sigma2 * (share**2 * second - 2 * share * u * first + u**2 * zeroth)
        lost = rest**2 * sigma2 * self.members * gammainc(self.members / 2 + 1, u * u / 2)
        error = self.members * self.variances * share + found + lost
        # the divergence of x (1 - kappa/|x|) is m - (m - 1) kappa/|x|
        freedom = self.members * zeroth - (self.members - 1) * u * inverse
        return self.weights @ error, self.weights @ freedom

    def moment(self, power, u):
        a = (self.members + power) / 2
        return (
            2 ** (power / 2) * gamma_function(a) * gammaincc(a, u * u / 2) / gamma_function(self.members / 2)
        )

    def residuals(self, noise, cut):
        error, freedom = self.sums(noise, cut)
        return [
            np.log(self.alpha * noise**2 / (self.labels + error)),
            np.log(self.alpha / (freedom + self.decay / cut)),
        ]


def laws_at(members, a, ell, noise="fixed"):
    return phase_diagram(group_lasso(members), noise=noise).locate(a=a, ell=ell, gamma=1.25)


def ratio(phase, members, a, ell, digits, corrected=False):
    dim = 10.0**digits
    samples, decay = dim**a, dim**ell
    values = {"gamma": 1.25, "n_eff": samples, "d": dim, "weight_decay": decay, "noise_variance": 1}
    laws = (phase.effective_noise, phase.threshold)
    start = [float(law.evaluate(**values, corrected=True)) for law in laws]
    solved = Groups(members, 1.25, samples, dim, decay, 1, start)
    return float(solved.risk / phase.risk.evaluate(**values, corrected=corrected))


@pytest.mark.parametrize(
    ("name", "a", "ell"),
    [pytest.param("II", 1.5, 0.5, marks=slow), pytest.param("III", 4, 1.75, marks=slow), ("VIa", 1.75, -2)],
    ids=["II", "III", "VIa"],
)
@pytest.mark.parametrize("members", [2, pytest.param(3, marks=slow)])
def test_laws_are_the_limits_of_its_equations(members, name, a, ell):
    phase = laws_at(members, a, ell)
    assert phase.name == name
    near, far = (ratio(phase, members, a, ell, digits) for digits in (10, 20))
    assert far == pytest.approx(1, abs=1e-3)
    assert near == pytest.approx(1, abs=3e-2)


@pytest.mark.parametrize("members", [2, pytest.param(3, marks=slow)])
def test_law_of_the_overfitted_bulk_is_right_to_the_order_it_states(members):
    # what is left of the corrected law is c/log d: extrapolated by a parabola in it
    phase = laws_at(members, 0.5, -2)
    assert phase.name == "V"
    digits = (30, 60, 120)
    found = [ratio(phase, members, 0.5, -2, n, corrected=True) for n in digits]
    x = [1 / n for n in digits]
    limit = sum(found[i] * np.prod([x[j] / (x[j] - x[i]) for j in range(3) if j != i]) for i in range(3))
    assert limit == pytest.approx(1, abs=1e-2)


def test_a_wrong_size_of_groups_is_noticed():
    for name, a, ell in (("II", 1.5, 0.5), ("VIa", 1.75, -2)):
        other = laws_at(2, a, ell)
        assert other.name == name
        assert abs(ratio(other, 3, a, ell, 20) - 1) > 0.01
