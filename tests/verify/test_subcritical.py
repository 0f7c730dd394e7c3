"""Parts of the risk of subcritical modes: the laws are the limits of solutions."""

from fractions import Fraction
from functools import cache

import pytest
from sympy import simplify

from asymptotics import phase_diagram, quadratic
from asymptotics.lemmas.power_sums import Learned
from numerics import Problem, solve

CASES = {  # noise, (a, ell), gamma, decimal exponents of d
    "VIa": ("fixed", (Fraction(3, 2), Fraction(-2)), Fraction(5, 4), (12, 16, 20)),
    "VIa where a pole cancels": ("fixed", (Fraction(3, 2), Fraction(-2)), Fraction(1), (20, 24, 28)),
    "N": ("none", (Fraction(1, 2), Fraction(-3)), Fraction(5, 4), (16, 20, 24)),
    "N slow decay": ("none", (Fraction(1, 2), Fraction(-3)), Fraction(3, 4), (28, 32, 36)),
}


@cache
def ratios(case):
    """Parts of solved risks over their laws."""
    noise, (a, ell), decay, exponents = CASES[case]
    phase = phase_diagram(quadratic, noise=noise).locate(a=a, ell=ell, gamma=decay)
    assert phase.name == case.split()[0]
    found = {name: [] for name in phase.decomposition}
    for exponent in exponents:
        d, n_eff, decay_weight = 10**exponent, *(10.0 ** float(exponent * x) for x in (a, ell))
        solution = solve(
            Problem(
                "quadratic",
                gamma=decay,
                samples=n_eff * d,
                dim=d,
                weight_decay=decay_weight,
                noise_variance=int(noise == "fixed"),
            )
        )
        for name, law in phase.decomposition.items():
            value = law.evaluate(gamma=decay, n_eff=n_eff, d=d, weight_decay=decay_weight, noise_variance=1)
            found[name].append(float(solution.decomposition[name] / value))
    return found


def limit_of(ratios_of_part):
    first, second, third = ratios_of_part
    step, before = third - second, second - first
    return third if abs(step) < 1e-5 else third - step**2 / (step - before)


@pytest.mark.parametrize("case", CASES)
def test_parts_of_solved_risks_approach_their_laws(case):
    found = ratios(case)
    assert set(found) == {"unlearned", "learned", "overfitting"}
    for name, of_part in found.items():
        assert limit_of(of_part) == pytest.approx(1, abs=1e-3), (name, of_part)


@pytest.mark.parametrize("case", CASES)
def test_an_error_of_a_hundredth_is_noticed(case):
    for of_part in ratios(case).values():
        for factor in (0.99, 1.01):
            assert abs(limit_of([factor * ratio for ratio in of_part]) - 1) > 2e-3


def test_nothing_is_unlearned_or_overfitted_once_every_mode_is_learned():
    for name, noise in (("III", "fixed"), ("VIa", "fixed"), ("III", "none")):
        for phase in phase_diagram(quadratic, noise=noise).phases:
            if phase.name == name and phase.hypothesis.learned is Learned.ALL:
                parts = phase.decomposition
                assert parts["unlearned"].expr == parts["overfitting"].expr == 0
                assert simplify(parts["learned"].expr - phase.risk.expr) == 0
    solution = solve(
        Problem("quadratic", gamma=1.25, samples=1e28, dim=10**4, weight_decay=1, noise_variance=1)
    )
    assert solution.decomposition["unlearned"] == solution.decomposition["overfitting"] == 0
