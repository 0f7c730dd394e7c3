"""Cases of numerics: name -> function that returns what is recorded."""

import json
import math
import pickle
import tempfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

import mpmath
import numpy as np
from matplotlib.figure import Figure
from recorded import names
from recorded.values import close, double, error_of, or_error

import numerics
from numerics import (
    Certificate,
    FreeConvolution,
    Interrupted,
    InvalidProblem,
    NotConverged,
    Problem,
    Solution,
    certify,
    optimal_weight_decay,
    risk_curve,
    solve,
)

GAMMA = 1.25


def _problems():
    """Name -> arguments of Problem: ordinary and extreme sizes of each network and estimator."""
    found = {}
    for network in ("diagonal", "quadratic"):
        many = 1 if network == "diagonal" else 10  # samples for each of the dimension
        for estimator in ("erm", "bayes", "ridge"):
            decays = (None,) if estimator == "bayes" else (0.1, 3, 0)
            for decay in decays:
                for target, noise in (("raw", 0.5), ("unit", 0.5), ("raw", 0)):
                    for share in (0.3, 5):
                        name = f"{network}-{estimator}-{decay}-{target}-{noise}-{share}"
                        found[name] = {
                            "network": network,
                            "gamma": GAMMA,
                            "samples": share * many * 400,
                            "dim": 400,
                            "weight_decay": decay,
                            "noise_variance": noise,
                            "target": target,
                            "estimator": estimator,
                        }
            for dim in (10**4, 10**30):
                unit = 1 if network == "diagonal" else dim
                for power in (0.5, 1.5):
                    if (network, estimator, dim, power) == ("quadratic", "bayes", 10**30, 1.5):
                        continue  # takes long
                    found[f"{network}-{estimator}-1e{round(math.log10(dim))}-{power}"] = {
                        "network": network,
                        "gamma": 0.8,
                        "samples": float(dim) ** power * unit,
                        "dim": dim,
                        "weight_decay": None if estimator == "bayes" else float(dim) ** -0.5,
                        "noise_variance": 1,
                        "estimator": estimator,
                    }
    for width in (3, 40, 399, 400):
        for samples in (4000, 100000):
            found[f"quadratic-width-{width}-{samples}"] = {
                "network": "quadratic",
                "gamma": 1.5,
                "samples": samples,
                "dim": 400,
                "weight_decay": 0.2,
                "noise_variance": 1,
                "target": "unit",
                "width": width,
            }
    found["one dimension"] = {
        "network": "quadratic",
        "gamma": 1,
        "samples": 3,
        "dim": 1,
        "weight_decay": 0.1,
        "noise_variance": 0.2,
    }
    return found


PROBLEMS = _problems()


@cache
def _solved(name, digits=None):
    return solve(Problem(**PROBLEMS[name]), digits=digits)


def _solution(solution, digits=9):
    assert isinstance(solution, Solution)
    found = {}
    for name, of in names.SOLUTION.items():
        value = of(solution)
        assert digits == 9 or value is None or isinstance(value, mpmath.mpf)
        found[name] = close(value, digits)
    found["residual"] = bool(names.residual(solution) < 1e-9)
    found["digits"] = names.digits(solution)
    return found


def _double(name):
    solution = _solved(name)
    found = _solution(solution)
    risk = names.SOLUTION["excess_risk"](solution)
    found["parts"] = or_error(
        lambda: {part: close(x, 9, risk) for part, x in names.decomposition(solution).items()}
    )
    found["pruned"] = or_error(lambda: double(names.pruned(solution), risk))
    found["n_eff"] = close(names.n_eff(solution.problem))
    found["copies"] = names.copies(solution.problem)
    found["pickles"] = names.SOLUTION["excess_risk"](pickle.loads(pickle.dumps(solution))) == risk
    return found


def _spectrum(name):
    found = _solved(name).spectrum()
    unit = names.SPECTRUM["bulk_edge"](found) or 1.0
    right = names.SPECTRUM["right_edge"](found)
    places = [unit * x for x in (-0.5, 1e-3, 0.1, 0.5, 0.9, 1.0, 1.1, 2.0, 5.0)]
    places += [right * x for x in (0.9, 0.999, 1.001)] if math.isfinite(right) else []
    recorded = {part: or_error(lambda of=of: double(of(found), 1e-9 * unit)) for part, of in _SPECTRUM}
    spikes = names.spikes(found)
    chosen = sorted({0, len(spikes) // 2, len(spikes) - 1}) if spikes else []
    if "quadratic-erm-1e30" in name:  # a quantile takes seconds there
        return recorded | {
            "number of spikes": len(spikes),
            "spikes": double([spikes[i] for i in chosen], 1e-6),
            "density": or_error(lambda: double(found.density(np.array(places[1:6])), 1e-3 / unit)),
            "cdf": or_error(lambda: double(found.cdf(np.array(places[:2])), 1)),
        }
    return recorded | {
        "even": names.is_even(found),
        "told": bool(repr(found)),
        "number of spikes": len(spikes),
        "spikes": double([spikes[i] for i in chosen], 1e-6),
        "density": or_error(lambda: double(found.density(np.array(places)), 1e-3 / unit)),
        "cdf": or_error(lambda: double(found.cdf(np.array(places)), 1)),
        "mass_beyond": or_error(lambda: double(found.mass_beyond(np.abs(places)), 1e-6)),
        "quantile": or_error(lambda: double(found.quantile([0.02, 0.5, 0.9, 0.99, 0.999]), unit)),
        "sample": or_error(lambda: double(found.sample(5, seed=3), unit)),
    }


_SPECTRUM = tuple(names.SPECTRUM.items())


def _drawn(name):
    axes = _solved(name).spectrum().plot(Figure().subplots(), points=20)
    return [len(axes.lines), [len(line.get_xdata()) for line in axes.lines], axes.get_xscale()]


DIGITS = (
    "diagonal-erm-0.1-raw-0.5-0.3",
    "diagonal-erm-0-raw-0.5-0.3",
    "diagonal-erm-1e30-0.5",
    "diagonal-bayes-None-unit-0.5-5",
    "diagonal-ridge-3-raw-0.5-5",
    "quadratic-erm-0.1-raw-0.5-0.3",
    "quadratic-erm-0.1-unit-0.5-5",
    "small bayes",
    "quadratic-ridge-0.1-unit-0.5-0.3",
    "quadratic-width-40-4000",
)


def _many_digits(name):
    solution = _solved(name, 30)
    found = _solution(solution, 28)
    risk = names.SOLUTION["excess_risk"](solution)
    if "width" not in name and "1e30" not in name:
        found["parts"] = {part: close(x, 27, risk) for part, x in names.decomposition(solution).items()}
        found["pruned"] = or_error(lambda: close(names.pruned(solution), 27))
    return found


CERTIFIED = {
    "diagonal-erm-0.1-raw-0.5-0.3": 10,
    "diagonal-erm-3-unit-0.5-5": 20,
    "diagonal-erm-0-raw-0.5-0.3": 10,
    "small": 10,
}
PROBLEMS["small"] = {
    "network": "quadratic",
    "gamma": GAMMA,
    "samples": 2000,
    "dim": 50,
    "weight_decay": 0.1,
    "noise_variance": 0.5,
}
PROBLEMS["small bayes"] = {
    **PROBLEMS["small"],
    "dim": 12,
    "samples": 60,
    "weight_decay": None,
    "estimator": "bayes",
}


def _certified(name):
    digits = CERTIFIED[name]
    found = certify(Problem(**PROBLEMS[name]), digits=digits)
    assert isinstance(found, Certificate)
    best = _solved(name, 30)
    recorded = {}
    for part, of in names.CERTIFICATE.items():
        low, high = of(found)
        value = names.SOLUTION[part](best)
        recorded[part] = [bool(low <= value <= high), close(low, digits - 1, 1e-3)]
    return recorded


def _curve():
    problem = Problem("diagonal", gamma=GAMMA, samples=1, dim=10**6, weight_decay=1, noise_variance=1)
    samples = [100, 1000, Fraction(10**5, 3)]

    def tied(n):
        return float(n) ** 0.5 / 1e3

    with tempfile.TemporaryDirectory() as folder:
        curve = risk_curve(problem, samples, weight_decay=tied, progress=False, cache=folder)
        again = risk_curve(problem, samples, weight_decay=tied, progress=False, cache=folder)
    fixed = risk_curve(problem, [300, 50], progress=False)
    longer = risk_curve(problem, [300], progress=False, digits=20, weight_decay=2)
    risk = names.SOLUTION["excess_risk"]
    return {
        "tied": [_solution(solution) for solution in curve],
        "kept": [risk(x) == risk(y) for x, y in zip(curve, again, strict=True)],
        "fixed": double([risk(solution) for solution in fixed]),
        "longer": close(risk(longer[0]), 18),
    }


def _tuned(name):
    decay, best = optimal_weight_decay(Problem(**PROBLEMS[name]))
    return [close(decay, 3, 1e-9), close(names.SOLUTION["excess_risk"](best), 8, 1e-12)]


TUNED = (
    "diagonal-erm-0.1-raw-0.5-0.3",
    "diagonal-erm-0.1-raw-0-0.3",
    "diagonal-ridge-0.1-unit-0.5-5",
    "quadratic-erm-0.1-raw-0.5-5",
    "quadratic-ridge-0.1-raw-0-0.3",
)


def _near():
    """A start from a neighbour changes nothing."""
    recorded = {}
    for name in ("diagonal-erm-0.1-raw-0.5-0.3", "quadratic-erm-0.1-unit-0.5-5"):
        problem = Problem(**PROBLEMS[name])
        moved = replace(problem, samples=problem.samples * 1.1)
        recorded[name] = _solution(solve(moved, near=_solved(name)))
    return recorded


def _kinds_of_number():
    """Every kind of number is taken at its exact value."""
    given = {"dim": 100, "samples": 30, "noise_variance": 0}
    kinds = (0.5, Fraction(1, 2), Decimal("0.5"), mpmath.mpf("0.5"), np.float64(0.5))
    return [
        double(
            names.SOLUTION["excess_risk"](
                solve(Problem("diagonal", gamma=kind + 1, weight_decay=kind, **given))
            )
        )
        for kind in kinds
    ]


LAWS = {
    "two": lambda: FreeConvolution.of_eigenvalues([1.0, 2.0], noise=0.3),
    "merging": lambda: FreeConvolution.of_eigenvalues([1.0, -1.0], noise=1.0),
    "one": lambda: FreeConvolution.of_eigenvalues([3.0], noise=0.5),
    "weighted": lambda: FreeConvolution.of_eigenvalues([0.0, 0.0, 5.0, 1e3], 0.2, weights=[1, 2, 3, 1e-3]),
    "many": lambda: FreeConvolution.of_eigenvalues([k**1.5 / 7 for k in range(40)], noise=0.7),
    "power": lambda: FreeConvolution.of_power_law(200, 1.25, noise=0.5),
    "power unit": lambda: FreeConvolution.of_power_law(50, 0.7, noise=0.1, scale=1.0),
    "power huge": lambda: FreeConvolution.of_power_law(10**30, 1.25, noise=1.0),
}


def _law(name):
    law = LAWS[name]()
    edges = law.edges(limit=20)
    noise = 0.5
    low, high = edges[0][0], edges[-1][1]
    width = min(high - low, 10.0)
    places = np.array([high - width * x for x in (-0.1, 0.01, 0.2, 0.45, 0.7, 0.9)] + [0.0, low])
    points = np.array([1j, 1 + 0.1j, 0.3 - 2j, high + 1, high - 0.1])
    return {
        "number of edges": len(edges),
        "edges": double(list(edges[:3]) + list(edges[-3:]), 1),
        "density": double(law.density(places), 1),
        "cdf": double(law.cdf(places), 1),
        "mass_above": double(law.mass_above(places), 1),
        "stieltjes": double(law.stieltjes(points), 1),
        "quantile": double(law.quantile([0.05, 0.31, 0.77, 0.98]), noise),
        "square above": or_error(lambda: double(law.integral_above(lambda x: x**2, high - 0.3 * width), 1)),
        "scalar": double(law.cdf(float(places[2])), 1),
    }


def _errors():
    good = PROBLEMS["diagonal-erm-0.1-raw-0.5-0.3"]
    square = PROBLEMS["quadratic-erm-0.1-raw-0.5-0.3"]
    bayes = _solved("diagonal-bayes-None-raw-0.5-0.3")
    spectrum = _solved("diagonal-erm-0.1-raw-0.5-0.3").spectrum()
    law = LAWS["two"]()

    def of(**changed):
        return lambda: Problem(**{**good, **changed})

    calls = {
        "network": of(network="cubic"),
        "network a number": of(network=1),
        "gamma": of(gamma=0.5),
        "gamma nan": of(gamma=float("nan")),
        "gamma text": of(gamma="1"),
        "samples 0": of(samples=0),
        "samples inf": of(samples=float("inf")),
        "samples True": of(samples=True),
        "dim 0": of(dim=0),
        "dim fraction": of(dim=1.5),
        "no decay": of(weight_decay=None),
        "decay below 0": of(weight_decay=-1),
        "noise below 0": of(noise_variance=-1e-9),
        "target": of(target="cooked"),
        "estimator": of(estimator="best"),
        "bayes with decay": of(estimator="bayes"),
        "width of diagonal": of(width=3),
        "width of ridge": lambda: Problem(**{**square, "estimator": "ridge", "width": 3}),
        "width 0": lambda: Problem(**{**square, "width": 0}),
        "unknown argument": of(depth=3),
        "solve a word": lambda: solve("diagonal"),
        "solve digits": lambda: solve(Problem(**good), digits=0),
        "solve near": lambda: solve(Problem(**good), near=3),
        "solve at capacity": lambda: solve(Problem(**{**good, "samples": 400, "weight_decay": 0})),
        "solve out of range": lambda: solve(Problem(**{**good, "samples": 10**400})),
        "certify bayes": lambda: certify(Problem(**PROBLEMS["diagonal-bayes-None-raw-0.5-0.3"])),
        "certify width": lambda: certify(Problem(**{**square, "width": 3})),
        "certify large": lambda: certify(Problem(**{**square, "dim": 10**4})),
        "certify digits": lambda: certify(Problem(**good), digits=0),
        "certify no threshold": lambda: certify(Problem(**{**good, "samples": 4000, "weight_decay": 0})),
        "tune bayes": lambda: optimal_weight_decay(Problem(**PROBLEMS["diagonal-bayes-None-raw-0.5-0.3"])),
        "curve samples": lambda: risk_curve(Problem(**good), 3, progress=False),
        "curve bad samples": lambda: risk_curve(Problem(**good), [3, -1], progress=False),
        "curve executor": lambda: risk_curve(Problem(**good), [3], executor=3, progress=False),
        "curve progress": lambda: risk_curve(Problem(**good), [3], progress=3),
        "curve cache": lambda: risk_curve(Problem(**good), [3], cache="/dev/null/x", progress=False),
        "spectrum of bayes": bayes.spectrum,
        "pruned bayes": bayes.pruned,
        "density nan": lambda: spectrum.density(float("nan")),
        "mass below 0": lambda: spectrum.mass_beyond(-1),
        "quantile 1": lambda: spectrum.quantile(1),
        "sample 0": lambda: spectrum.sample(0, seed=1),
        "sample seed": lambda: spectrum.sample(1, seed=-1),
        "plot": lambda: spectrum.plot(None),
        "no eigenvalues": lambda: FreeConvolution.of_eigenvalues([], 1.0),
        "eigenvalue inf": lambda: FreeConvolution.of_eigenvalues([math.inf], 1.0),
        "noise 0": lambda: FreeConvolution.of_eigenvalues([1.0], 0.0),
        "weights": lambda: FreeConvolution.of_eigenvalues([1.0], 1.0, weights=[1, 2]),
        "power dim": lambda: FreeConvolution.of_power_law(0, 1.0, 1.0),
        "power decay": lambda: FreeConvolution.of_power_law(3, 0.0, 1.0),
        "law at nan": lambda: law.cdf(math.nan),
        "law quantile": lambda: law.quantile(0),
        "law limit": lambda: law.edges(limit=0),
        "law function": lambda: law.integral_above(3),
    }
    return {name: error_of(call) for name, call in calls.items()}


class _Stopping:
    """An executor that is interrupted."""

    def submit(self, *_, **__):
        raise KeyboardInterrupt


def _classes():
    given = Problem(**PROBLEMS["diagonal-erm-0.1-raw-0.5-0.3"])
    return {
        "bases": [
            issubclass(InvalidProblem, ValueError),
            issubclass(NotConverged, ArithmeticError),
            issubclass(Interrupted, KeyboardInterrupt),
        ],
        "exported": all(hasattr(numerics, name) for name in numerics.__all__),
        "equal": given == replace(given) and hash(given) == hash(replace(given)),
        "interrupted": _interrupted(given),
    }


def _interrupted(given):
    try:
        risk_curve(given, [3, 4], executor=_Stopping(), progress=False)
    except Interrupted as stop:
        return type(stop).__name__
    return "none"


def cases():
    """All of them."""
    found = {}
    for name, given in PROBLEMS.items():
        found[f"solve {name}"] = lambda name=name: or_error(_double, name)
        some = "-0.1-" in name or "width" in name or "-1e" in name or name == "one dimension"
        if given.get("estimator", "erm") == "erm" and some:
            found[f"spectrum {name}"] = lambda name=name: or_error(_spectrum, name)
    for name in ("diagonal-erm-0.1-raw-0.5-0.3", "quadratic-erm-0.1-raw-0.5-5"):
        found[f"drawn {name}"] = lambda name=name: _drawn(name)
    for name in DIGITS:
        found[f"digits {name}"] = lambda name=name: or_error(_many_digits, name)
    for name in CERTIFIED:
        found[f"certify {name}"] = lambda name=name: or_error(_certified, name)
    for name in TUNED:
        found[f"tuned {name}"] = lambda name=name: or_error(_tuned, name)
    for name in LAWS:
        found[f"convolution {name}"] = lambda name=name: _law(name)
    found["curve"] = _curve
    found["near"] = _near
    found["kinds of number"] = _kinds_of_number
    found["errors"] = _errors
    found["classes"] = _classes
    assert json.dumps(sorted(found))
    return found
