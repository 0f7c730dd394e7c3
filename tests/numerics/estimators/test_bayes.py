"""The Bayes-optimal estimator: closed forms, the best that training can do, and the digits."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

from numerics import InvalidProblem, NotConverged, Problem, optimal_weight_decay, solve
from numerics.arithmetic.precision import DOUBLE_BITS
from numerics.estimators import bayes
from numerics.networks.posterior import posterior_variance

NETWORKS = ("diagonal", "quadratic")


def problem(network: str, dim: int, n_eff: float, noise_variance: float, gamma: float = 1.25) -> Problem:
    samples = n_eff * (dim if network == "quadratic" else 1)
    return Problem(
        network, gamma=gamma, samples=samples, dim=dim, noise_variance=noise_variance, estimator="bayes"
    )


def test_one_coefficient_is_a_quadratic_equation() -> None:
    """At d = 1, n delta^2 = Delta + tau^2 delta^2/(tau^2 + delta^2) with tau = 1."""
    solution = solve(problem("diagonal", 1, 2.0, 0.5))
    # 2 q (1 + q) = 0.5 (1 + q) + q, q = delta^2
    q = (-0.5 + np.sqrt(0.25 + 4 * 2 * 0.5)) / 4
    assert solution.effective_noise == pytest.approx(np.sqrt(q), rel=1e-14, abs=0)
    assert solution.excess_risk == pytest.approx(q / (1 + q), rel=1e-14, abs=0)


@pytest.mark.parametrize("noise", [0.5, 1e-19])
def test_one_eigenvalue_is_known_to_who_knows_the_law(noise: float) -> None:
    """E = 0, and 2 alpha delta^2 = Delta/2 is left."""
    solution = solve(problem("quadratic", 1, 0.477, noise, 4.5))
    assert solution.excess_risk == solve(solution.problem, digits=20).excess_risk == 0
    assert solution.effective_noise**2 == pytest.approx(noise / (4 * 0.477), rel=1e-12, abs=0)
    assert solution.residual < 1e-12


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("dim", "n_eff", "noise"), [(400, 20, 1.0), (400, 300, 0.1), (10**6, 1e3, 1.0)])
def test_training_is_never_better(network: str, dim: int, n_eff: float, noise: float) -> None:
    optimal = solve(problem(network, dim, n_eff, noise))
    trained = replace(optimal.problem, estimator="erm", weight_decay=1)
    _, best = optimal_weight_decay(trained)
    assert optimal.excess_risk < best.excess_risk < 6 * optimal.excess_risk


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("noise", [0, 1e-12, 1.0])
@pytest.mark.parametrize("n_eff", [1e-2, 3.0, 55.0, 58.999])
def test_the_equation_holds(network: str, noise: float, n_eff: float) -> None:
    dim, risk_per_error = 60, 2 if network == "quadratic" else 1
    solution = solve(problem(network, dim, n_eff / risk_per_error, noise))
    delta2 = solution.effective_noise**2
    error = solution.excess_risk / risk_per_error
    assert n_eff / dim * delta2 == pytest.approx(error + noise / risk_per_error, rel=1e-11, abs=0)
    assert solution.degrees_of_freedom == pytest.approx(error / delta2, rel=1e-13, abs=0)
    assert solution.residual < 1e-12
    parts = solution.decomposition
    assert sum(parts.values()) == pytest.approx(solution.excess_risk, rel=1e-12, abs=0)
    assert min(parts.values()) >= parts["overfitting"] == 0
    assert solution.threshold is None
    assert solution.train_loss is None


@pytest.mark.parametrize("network", NETWORKS)
def test_without_noise_enough_samples_tell_everything(network: str) -> None:
    dim, risk_per_error = 60, 2 if network == "quadratic" else 1
    limit = 60 if network == "diagonal" else 59  # A = 1, or 1 - 1/d
    assert solve(problem(network, dim, 1.001 * limit / risk_per_error, 0)).excess_risk == 0
    risks = [
        solve(problem(network, dim, share * limit / risk_per_error, 0)).excess_risk for share in (0.9, 0.999)
    ]
    assert risks[0] > 50 * risks[1] > 0


@pytest.mark.parametrize("network", NETWORKS)
def test_double_and_thirty_digits(network: str) -> None:
    asked = Problem(
        network, gamma=Fraction(5, 4), samples=400, dim=16, noise_variance=Fraction(1, 3), estimator="bayes"
    )
    short, long, longer = solve(asked), solve(asked, digits=25), solve(asked, digits=35)
    with mpmath.workdps(40):
        assert abs(long.excess_risk / longer.excess_risk - 1) < mpmath.mpf(10) ** -25
        assert abs(short.excess_risk / longer.excess_risk - 1) < 1e-13


def test_a_matrix_of_any_size_costs_the_same() -> None:
    """At the noise delta^2 = Delta d/(4 n_eff): modes one by one."""
    solution = solve(problem("quadratic", 10**12, 1e9, 1.0))
    assert solution.residual < 1e-12
    delta2 = solution.effective_noise**2
    assert delta2 == pytest.approx(1e12 / (4 * 1e9), rel=1e-3, abs=0)
    # modes above delta cost 2 delta^2 - delta^4/s^2, those below s^2
    gamma, learned = 1.25, solution.learned_modes
    cost = learned * (2 - 1 / (2 * gamma + 1) + 1 / (2 * gamma - 1)) * delta2 / 1e12
    assert solution.excess_risk == pytest.approx(2 * cost, rel=1e-2, abs=0)


def test_few_modes_are_searched_for_from_where_nothing_is_known() -> None:
    """With as many samples as unknowns, from e far below delta^2: there the complement is what cancels."""
    problem = Problem(
        "diagonal",
        gamma=3.6693099569529295,
        samples=2.828161515898206e19,
        dim=27662165861554913280,
        noise_variance=2.7211770718458807e-19,
        estimator="bayes",
    )
    short, long = solve(problem), solve(problem, digits=20)
    assert short.excess_risk == pytest.approx(float(long.excess_risk), rel=1e-11, abs=0)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("n_eff", "noise"), [(3.0, 1.0), (1e4, 1e-9)])
def test_parts_are_those_of_modes_below_and_above_the_noise(network: str, n_eff: float, noise: float) -> None:
    """Of a mode with D degrees of freedom the part D is learned: little far below the noise, all above."""
    dim = 10**6  # modes that are learned feel each other in proportion to their share of all
    solution = solve(problem(network, dim, n_eff, noise, 3.0))
    delta = solution.effective_noise
    sizes = np.sqrt(dim) * np.arange(1.0, dim + 1) ** -3.0
    if network == "diagonal":
        freedom = sizes**2 / (sizes**2 + delta**2)
    else:  # a mode alone in the noise has the posterior variance delta^2 (1 - delta^2/s^2)
        freedom = np.where(sizes > delta, 1 - (delta / sizes) ** 2, 0)
    risk_per_error, rel = (1, 1e-9) if network == "diagonal" else (2, 1e-3)
    learned = risk_per_error * delta**2 * np.mean(freedom**2)
    assert solution.decomposition["learned"] == pytest.approx(learned, rel=rel, abs=0)
    assert 0 < solution.decomposition["unlearned"] < 10 * learned


def test_a_weight_decay_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="weight_decay"):
        Problem("diagonal", gamma=1.25, samples=10, dim=10, weight_decay=1, estimator="bayes")


@pytest.mark.parametrize(
    ("gamma", "samples", "dim", "noise_variance", "target", "reason"),
    [
        # it was a ValueError about NaN: panels around s_d of no length
        (0.6219792049378157, 1.196928443833769e66, 8826747987735653376, 9592127.2, "raw", "smallest eigenv"),
        # and about a rank that was NaN
        (0.7275793119333684, 2.064883954465304e51, 3208533357917225472, 1.7268e-12, "unit", "radius|curve"),
    ],
)
def test_a_curve_closer_to_the_modes_than_its_digits_is_refused(
    gamma: float, samples: float, dim: int, noise_variance: float, target: str, reason: str
) -> None:
    asked = Problem(
        "quadratic",
        gamma=gamma,
        samples=samples,
        dim=dim,
        noise_variance=noise_variance,
        target=target,
        estimator="bayes",
    )
    with pytest.raises(NotConverged, match=reason):
        solve(asked)


def test_the_height_of_the_curve_settles_where_rounding_is_all_that_is_left() -> None:
    """Next to the edges of narrow bands it was iterated to less than sums over a thousand modes can tell."""
    problem = Problem(
        "quadratic",
        gamma=2.4629434826783836,
        samples=4.935252328870422e24,
        dim=352143443,
        noise_variance=9.214757156382437e-19,
        target="unit",
        estimator="bayes",
    )
    assert solve(problem).residual < 1e-12


@pytest.mark.parametrize("dim", [100, 1000])
def test_one_direction_just_below_its_recovery(dim: int) -> None:
    """A share f less than d - 1 samples leaves a risk proportional to f, to first order in f.

    Next to it the equation is flat, and float64 determines fewer digits: they are right or refused.
    """

    def just_below(share: Fraction) -> Problem:
        return Problem("quadratic", target=[3.0], samples=(1 - share) * (dim - 1), dim=dim, estimator="bayes")

    shares = [Fraction(1, 10**k) for k in (3, 7, 9)]
    risks = [float(solve(just_below(share), digits=20).excess_risk) for share in shares]
    for share, risk in zip(shares, risks, strict=True):
        # relative to f; the next order is f^2
        assert risk / risks[-1] == pytest.approx(share / shares[-1], rel=2 * float(share) + 1e-8, abs=0)
        if share < Fraction(1, 10**4):
            with pytest.raises(NotConverged, match=r"moves the effective noise by .*: ask for digits"):
                solve(just_below(share))
        else:
            assert solve(just_below(share)).excess_risk == pytest.approx(risk, rel=1e-10, abs=0)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    ("n_eff", "noise"),
    [
        *((1e3, 0.5), (0.3, 1.0), (5e4 * (1 - 1e-6), 0)),
        *(pytest.param(*slow, marks=pytest.mark.slow) for slow in ((2.5e4, 1e-6), (6e4, 1e-3))),
    ],
)
def test_few_digits_are_those_of_float64(
    network: str, n_eff: float, noise: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six digits take no multiple precision, and no more of float64 than they must."""
    asked = problem(network, 10**5, n_eff, noise)
    exact = solve(asked)

    def refuse(digits: int, guard: int = 0) -> None:
        raise AssertionError(f"an arithmetic of {digits + guard} digits")

    monkeypatch.setattr(bayes, "for_digits", refuse)
    short = solve(asked, digits=6)
    for name in ("excess_risk", "effective_noise", "degrees_of_freedom"):
        assert float(getattr(short, name)) == pytest.approx(getattr(exact, name), rel=1e-7, abs=0)
    assert short.digits == 6
    assert isinstance(short.excess_risk, mpmath.mpf)


def test_few_digits_take_short_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    bits: list[int] = []

    def seen(noise: Any, target: Any) -> Any:
        bits.append(target.arithmetic.bits)
        return posterior_variance(noise, target)

    architecture = problem("quadratic", 10**4, 1e3, 0.5).architecture
    monkeypatch.setattr(bayes, "_variance_of", lambda network: seen)
    assert architecture.posterior_variance is posterior_variance
    solve(problem("quadratic", 10**4, 1e3, 0.5), digits=6)
    assert max(bits) < DOUBLE_BITS
