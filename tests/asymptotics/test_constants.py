"""Every law of every diagram, constant and logarithm included, against solutions of the full equations.

At a point deep inside each cell the equations are solved on a ladder of dimensions; the ratio of solution to
law must tend to 1.  What is left is a power of d, which Aitken's step removes, or, where noise without
an edge leaks, c/log d: there the ratio to the refined law (Lambert's W) is extrapolated in 1/log d.
"""

import math
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product

import pytest
from sympy import Rational, lambdify

from asymptotics import Law, Phase, diagonal, phase_diagram, quadratic
from asymptotics.cells import EVERYWHERE
from asymptotics.law import law_of
from asymptotics.power_sums import Learned
from asymptotics.state_evolution import PARTS
from asymptotics.symbols import a, b, ell, gamma
from numerics import Problem, Solution, solve

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
GAMMAS = (Fraction(5, 4), Fraction(3, 4))
TOLERANCE, LOGARITHMIC_TOLERANCE = 1e-3, 1e-2
DIGITS = 18
"""For parts of the risk so far below the whole that they have no digits in double precision."""

# what of a Solution measures a quantity
MEASURED = {
    "risk": lambda solution: solution.excess_risk,
    "effective_noise": lambda solution: solution.effective_noise,
    "threshold": lambda solution: solution.threshold,
    "learned": lambda solution: solution.learned_modes,
    "degrees_of_freedom": lambda solution: solution.degrees_of_freedom,
    "train_loss": lambda solution: solution.train_loss,
    "unlearned_risk": lambda solution: solution.decomposition[PARTS["unlearned_risk"]],
    "learned_risk": lambda solution: solution.decomposition[PARTS["learned_risk"]],
    "overfitted_risk": lambda solution: solution.decomposition[PARTS["overfitted_risk"]],
}

# grids of exponents to choose points from
SAMPLES = [Fraction(n, 20) for n in (-10, 6, 8, 10, 14, 17, 25, 30, 40, 60, 80, 100)]
DECAYS = [Fraction(n, 10) for n in range(-30, 41)]
NOISES = [Fraction(n, 10) for n in (3, 6, 10, 25)]
EXPONENTS = (a, ell, gamma, b)


def deepest(phase: Phase, decay: Fraction, noise: str) -> dict | None:
    """The point of the grid deepest inside the phase, and of those the one of the least extreme sizes."""
    slack = lambdify(EXPONENTS, [r.gts - r.lts for r in phase.region.args])
    found = []
    for at in product(SAMPLES, DECAYS, [decay], NOISES if noise == "scaled" else [Fraction(0)]):
        depth = min(slack(*map(float, at)))
        if depth > 0.05:
            point = dict(zip(EXPONENTS, at, strict=True))
            found.append((min(depth, 0.3), -steepness(point), point))
    return max(found, key=lambda choice: choice[:2])[2] if found else None


def steepness(point: dict) -> float:
    """The largest power of d among the parameters, delta^2 and kappa^2."""
    return float(max(abs(point[a]) + 1, abs(point[ell]), 2 * abs(point[ell] + 1 - point[a]), point[b]))


def problem_at(network: str, estimator: str, noise: str, point: dict, exponent: int) -> Problem:
    dim = 10**exponent
    return Problem(
        network,
        point[gamma],
        samples=10.0 ** (exponent * point[a]) * (dim if network == "quadratic" else 1),
        dim=dim,
        weight_decay=None if estimator == "bayes" else 10.0 ** (exponent * point[ell]),
        noise_variance=0 if noise == "none" else 10.0 ** (-exponent * point[b]),
        estimator=estimator,
    )


def ladder(network: str, phase: Phase, point: dict) -> list[int]:
    """Decimal exponents of the dimension: shorter where kappa or delta lies amid more modes than digits."""
    amid_modes = phase.name in ("II", "III") or (network == "quadratic" and phase.name in ("N", "IV", "VI"))
    longest = 8 if amid_modes else 20 if network == "diagonal" else 12
    if network == "quadratic" and phase.hypothesis.learned is Learned.ALL:
        longest = 4  # further on the modes lie further apart than float64 resolves
    step = min(longest, math.floor(140 / (4 * steepness(point))))
    return [step * k for k in range(1, 5)]


@cache
def solved(problem: Problem, digits: int | None = None) -> Solution:
    return solve(problem, digits=digits)


def faint(quantity: str, solution: Solution) -> bool:
    return quantity in PARTS and MEASURED[quantity](solution) < 1e-8 * solution.excess_risk


def value_at(law: Law, problem: Problem, refined: bool) -> float:
    unit = problem.dim if problem.network == "quadratic" else 1
    return law.evaluate(
        gamma=problem.gamma,
        n_eff=problem.samples / unit,
        d=problem.dim,
        weight_decay=1 if problem.weight_decay is None else problem.weight_decay,
        noise_variance=problem.noise_variance or 1,
        refined=refined,
    )


def extrapolated(ratios: list[float], logs: list[float], logarithmic: bool) -> float:
    if logarithmic:  # the parabola in 1/log d through the last three, at 0
        x, y = [1 / log for log in logs[-3:]], ratios[-3:]
        return sum(y[i] * math.prod(x[j] / (x[j] - x[i]) for j in range(3) if j != i) for i in range(3))
    first, second, last = ratios[-3:]
    bend = (last - second) - (second - first)
    return last if abs(last - second) < 1e-6 or bend == 0 else last - (last - second) ** 2 / bend


def shrinks(ratios: list[float], logs: list[float], point: dict, logarithmic: bool) -> bool:
    """Whether the gap to 1 falls by a quarter at each of the last steps, or is a few 1/log(1/alpha)."""
    first, second, last = (abs(ratio - 1) for ratio in ratios[-3:])
    if logarithmic:
        return last < second and last < 4 / (float(1 - point[a]) * logs[-1])
    return last < 0.75 * second < 0.75**2 * first


def laws_of(phase: Phase, estimator: str) -> dict[str, Law]:
    laws = dict(phase.laws)
    if estimator == "bayes":
        del laws["threshold"]
        return laws
    return laws | {quantity: law_of(phase.balance, quantity) for quantity in ("train_loss", *PARTS)}


def failures(
    network: str, noise: str, estimator: str, phase: Phase, decay: Fraction, slowly: bool
) -> list[str]:
    point = deepest(phase, decay, noise)
    if point is None:  # closed at this decay
        assert phase.balance.domain != EVERYWHERE or decay != GAMMAS[0], phase.name
        return []
    exponents = ladder(network, phase, point)
    problems = [problem_at(network, estimator, noise, point, exponent) for exponent in exponents]
    solutions = [solved(problem) for problem in problems]
    logs = [exponent * math.log(10) for exponent in exponents]
    wrong = []
    for quantity, law in laws_of(phase, estimator).items():
        ladder_of = list(zip(problems, solutions, logs, strict=True))
        if law.expr != 0 and faint(quantity, solutions[2]):
            ladder_of = [(problem, solved(problem, DIGITS), log) for problem, _, log in ladder_of[:3]]
        measured = [float(MEASURED[quantity](solution)) for _, solution, _ in ladder_of]
        if law.expr == 0:
            # faster than any power, or exactly nothing
            if measured[-1] > float(problems[-1].dim) ** -3 * measured[0] and measured[-1] > 0:
                wrong.append(f"{phase.name} {quantity}: {measured} where the law is 0")
            continue
        logarithmic = law.refined is not None
        ratios = [
            m / float(value_at(law, problem, logarithmic))
            for m, (problem, _, _) in zip(measured, ladder_of, strict=True)
        ]
        logs_seen = [log for _, _, log in ladder_of]
        limit = extrapolated(ratios, logs_seen, logarithmic)
        if abs(limit - 1) > TOLERANCE and slowly and shrinks(ratios, logs_seen, point, logarithmic):
            continue
        if abs(limit - 1) > (LOGARITHMIC_TOLERANCE if logarithmic else TOLERANCE):
            wrong.append(f"{phase.name} {quantity} at {point}: {ratios} -> {limit}")
    return wrong


def is_slow(noise: str, decay: Fraction) -> bool:
    """Where corrections are small powers of d, and thin phases come close: the ratio only nears its limit."""
    return noise == "scaled" or decay != GAMMAS[0]


CASES = [
    pytest.param(*case, marks=pytest.mark.slow if is_slow(case[1], case[3]) else ())
    for case in product(NETWORKS, ("fixed", "none", "scaled"), ("erm", "bayes"), GAMMAS)
]


@pytest.mark.parametrize(("network", "noise", "estimator", "decay"), CASES)
def test_solutions_approach_every_law(network, noise, estimator, decay):
    diagram = phase_diagram(NETWORKS[network], noise=noise, estimator=estimator)
    phases = [phase for phase in diagram.phases if phase.name != "R"]  # recovery leaves no risk to compare
    slowly = is_slow(noise, decay)
    wrong = [line for phase in phases for line in failures(network, noise, estimator, phase, decay, slowly)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("factor", [Rational(101, 100), Rational(99, 100)])
def test_a_constant_off_by_a_hundredth_is_noticed(factor, monkeypatch):
    # planted in every law at once: each line of the comparison is then a failure
    diagram = phase_diagram(quadratic)
    exact = laws_of

    def planted(phase, estimator):
        laws = exact(phase, estimator)
        return {name: replace(law, expr=factor * law.expr) for name, law in laws.items() if law.expr != 0}

    monkeypatch.setitem(globals(), "laws_of", planted)
    for phase in diagram.phases:
        wrong = failures("quadratic", "fixed", "erm", phase, GAMMAS[0], slowly=False)
        assert len(wrong) == len(planted(phase, "erm")), phase.name
