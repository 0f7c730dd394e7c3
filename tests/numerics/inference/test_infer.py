"""What weights tell, on weights drawn from the law, and of networks that were trained."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from numerics import Inferred, InvalidProblem, Problem, Solution, infer, solve
from numerics.inference.family import NAMES, Setting
from numerics.inference.infer import _sizes
from numerics.inference.quadratic import degrees_of_freedom
from numerics.training.train import train

TOLD = NAMES[:7]  # without the scale
QUADRATIC = {"network": "quadratic", "samples": 7200, "dim": 60, "weight_decay": 2}
DIAGONAL = {"network": "diagonal", "samples": 1600, "dim": 400, "weight_decay": 1}


def problem_of(known: dict[str, Any]) -> Problem:
    return Problem(**known, gamma=1.25, noise_variance=0.5)


def goe(dim: int, random: np.random.Generator) -> Any:
    z = random.standard_normal((dim, dim))
    return (z + z.T) / math.sqrt(2 * dim)


def eigenvalues(solution: Solution, seed: int) -> Any:
    """Drawn from the law of the quadratic network."""
    dim = solution.problem.dim
    target = np.diag(math.sqrt(dim) * np.arange(1.0, dim + 1) ** -solution.problem.gamma)
    noisy = target + solution.effective_noise * goe(dim, np.random.default_rng(seed))
    return np.maximum(np.linalg.eigvalsh(noisy) - solution.threshold, 0)


def coefficients(solution: Solution, seed: int) -> Any:
    """Drawn from the law of the diagonal network."""
    dim, random = solution.problem.dim, np.random.default_rng(seed)
    sizes = math.sqrt(dim) * np.arange(1.0, dim + 1) ** -solution.problem.gamma
    noisy = sizes * random.standard_normal(dim) + solution.effective_noise * random.standard_normal(dim)
    return np.sign(noisy) * np.maximum(np.abs(noisy) - solution.threshold, 0)


def truth_of(solution: Solution) -> dict[str, float]:
    noise = float(solution.problem.noise_variance)
    values = {name: getattr(solution, name) for name in TOLD[1:5]}
    risk = solution.excess_risk
    return {"gamma": solution.problem.gamma, **values, "noise_variance": noise, "test_error": risk + noise}


def deviations(found: Inferred, solution: Solution) -> dict[str, float]:
    """In standard errors, of what is told."""
    estimates = {name: getattr(found, name) for name in TOLD}
    return {
        name: (estimate.value - truth_of(solution)[name]) / estimate.standard_error
        for name, estimate in estimates.items()
        if estimate is not None
    }


@pytest.mark.parametrize(("known", "drawn"), [(QUADRATIC, eigenvalues), (DIAGONAL, coefficients)])
def test_draws_of_the_law(known: dict[str, Any], drawn: Callable[..., Any]) -> None:
    """All is told, within three standard errors, but for the number of modes where each is random."""
    solution = solve(problem_of(known))
    found = infer(drawn(solution, seed=1), **known)
    assert set(found.untold) <= ({"learned_modes"} if known is DIAGONAL else set())
    off = deviations(found, solution)
    assert max(map(abs, off.values())) < 3
    assert found.threshold.standard_error < 0.01 * found.threshold.value
    assert found.effective_noise.standard_error < 0.1 * found.effective_noise.value
    assert found.scale is None
    assert found.probability > 0.01
    assert len(repr(found)) < 150


def test_training_loss_makes_it_sharper() -> None:
    solution = solve(problem_of(DIAGONAL))
    weights = coefficients(solution, seed=1)
    plain = infer(weights, **DIAGONAL)
    told = infer(weights, **DIAGONAL, train_loss=solution.train_loss)
    assert max(map(abs, deviations(told, solution).values())) < 3
    assert told.effective_noise.standard_error < 0.7 * plain.effective_noise.standard_error
    assert told.test_error.standard_error < 0.7 * plain.test_error.standard_error
    # generalised cross-validation by hand, with D from the number of coefficients that are not 0
    alpha = 1600 / 400
    residuals = 2 * (solution.train_loss - np.mean(np.abs(weights))) / alpha
    expected = residuals / (1 - np.mean(weights != 0) / alpha) ** 2
    assert told.test_error.value == pytest.approx(expected, rel=0.02, abs=0)


def test_order_and_signs_of_coefficients_do_not_matter() -> None:
    weights = coefficients(solve(problem_of(DIAGONAL)), seed=1)
    shuffled = np.random.default_rng(0).permutation(-weights)
    assert infer(shuffled, **DIAGONAL) == infer(weights, **DIAGONAL)


def test_matrix_and_its_eigenvalues_are_the_same() -> None:
    setting = Setting("quadratic", 1800, 20, 0.5, "raw")
    root = np.random.default_rng(0).standard_normal((20, 8))
    matrix = root @ root.T
    sizes = _sizes(np.linalg.eigvalsh(matrix)[::-1], setting)
    assert _sizes(matrix, setting) == pytest.approx(sizes, rel=1e-12, abs=0)
    assert len(sizes) == 8


@pytest.mark.slow
@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_unknown_scale(network: str) -> None:
    """Weights and weight decay times 7: gamma stays, what has units does not."""
    known, drawn = (DIAGONAL, coefficients) if network == "diagonal" else (QUADRATIC, eigenvalues)
    solution = solve(problem_of(known))
    weights = drawn(solution, seed=1)
    found = infer(weights, **known, target=None)
    assert max(map(abs, deviations(found, solution).values())) < 3
    larger = infer(7 * weights, **{**known, "weight_decay": 7 * known["weight_decay"]}, target=None)
    powers = dict(zip(TOLD, (0, 1, 1, 0, 2, 2, 2), strict=True))
    for name, power in powers.items():
        one, other = getattr(found, name), getattr(larger, name)
        assert (one is None) == (other is None)
        if one is not None:
            expected = 7.0**power * np.array(one)
            assert np.array(other) == pytest.approx(expected, rel=1e-3, abs=0)
    assert larger.shape == found.shape


def test_rank_collapse() -> None:
    """Weights of 0 tell that nothing is learned, and the threshold; no more."""
    for known, ratio in ((DIAGONAL, 4), (QUADRATIC, 4 * 2)):  # alpha, 4 alpha
        found = infer(np.zeros(known["dim"]), **known)
        assert found.shape == "rank collapse"
        assert found.threshold.value == pytest.approx(known["weight_decay"] / ratio)
        assert found.learned_modes == (0, 0)
        assert set(found.untold) == set(TOLD) - {"threshold", "learned_modes"}
        assert all(getattr(found, name) is None for name in found.untold)
    # up to the accuracy of a training
    assert infer(np.full(400, 1e-22), **DIAGONAL).shape == "rank collapse"


def test_noise_alone_tells_no_gamma() -> None:
    """No target of the normalisation looks like noise alone; one of any scale has no decay that is told."""
    weights = np.random.default_rng(1).standard_normal(400)
    freedom = float(2 * stats.norm.sf(0.8))
    known = {"network": "diagonal", "samples": 320, "dim": 400, "weight_decay": 0.8 * (0.8 - freedom)}
    soft = np.sign(weights) * np.maximum(np.abs(weights) - 0.8, 0)
    found = infer(soft, **known, target=None)
    assert found.gamma is None
    assert found.learned_modes is None
    assert "learned" in found.untold["gamma"]
    assert found.shape == "random-like"
    assert abs(found.threshold.value - 0.8) < 3 * found.threshold.standard_error


def test_a_wrong_normalisation_is_noticed() -> None:
    """A matrix of noise alone has not the outlier sqrt(d) that a raw target leaves."""
    x = np.linalg.eigvalsh(goe(60, np.random.default_rng(5)))
    decay = 2 * 0.8 * (1 - degrees_of_freedom(x, 0.8))
    known = {"network": "quadratic", "samples": 1800, "dim": 60, "weight_decay": decay}
    found = infer(np.maximum(x - 0.8, 0), **known)
    assert found.probability < 1e-6
    assert set(found.untold) == set(TOLD)
    assert "no power-law target" in found.untold["excess_risk"]


EIGENVALUES = np.linspace(0, 1, 60)
ASYMMETRIC = np.eye(60) + np.eye(60, k=1)


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"values": np.full(60, math.nan)}, "values"),
        ({"values": np.append(EIGENVALUES[1:], math.inf)}, "values"),
        ({"values": EIGENVALUES[1:]}, "values"),
        ({"values": np.eye(59)}, "values"),
        ({"values": ASYMMETRIC}, "values"),
        ({"values": -EIGENVALUES}, "values"),
        ({"values": -np.eye(60)}, "values"),
        ({"values": "weights"}, "values"),
        ({"values": np.eye(60), "network": "diagonal"}, "values"),
        ({"network": "cubic"}, "network"),
        ({"network": None}, "network"),
        ({"samples": 0}, "samples"),
        ({"samples": math.nan}, "samples"),
        ({"samples": "many"}, "samples"),
        ({"dim": 60.5}, "dim"),
        ({"dim": 1}, "dim"),
        ({"weight_decay": 0}, "weight_decay"),
        ({"weight_decay": -1}, "weight_decay"),
        ({"target": "square"}, "target"),
        ({"train_loss": 0.0}, "train_loss"),
        ({"train_loss": math.nan}, "train_loss"),
    ],
)
def test_bad_arguments_get_one_line(changes: dict[str, Any], parameter: str) -> None:
    arguments = {"values": EIGENVALUES, **QUADRATIC, **changes}
    values = arguments.pop("values")
    with pytest.raises(InvalidProblem, match=f"^{parameter}=") as raised:
        infer(values, **arguments)
    assert "\n" not in str(raised.value)


# gamma, n over d (diagonal) or d^2 (quadratic), weight decay, noise variance; from interpolation to
# over-regularised, with few and many samples, with and without noise
TRAININGS = {
    "diagonal": [
        (1.25, 0.75, 0.1, 0.5),
        (1.0, 2.5, 2, 0.5),
        (1.25, 0.5, 1, 0.5),
        (1.5, 1, 0.3, 0.5),
        (0.8, 4, 0.1, 0.5),
        (1.25, 0.7, 0.01, 0),
    ],
    "quadratic": [
        (1.25, 0.5, 0.5, 0.5),
        (1.25, 0.25, 0.1, 0.5),
        (1.25, 2, 2, 0.5),
        (1.0, 0.5, 4, 0.5),
        (1.25, 0.5, 2, 0.5),
        (2.0, 0.5, 1, 1),
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_nine_of_ten_intervals_hold(network: str) -> None:
    """On 48 trainings across phases, per quantity, against the solution and the network's own risk."""
    dim, seeds = (400, 8) if network == "diagonal" else (60, 8)
    off: dict[str, list[float]] = {name: [] for name in (*TOLD, "own risk")}
    for gamma, ratio, decay, noise in TRAININGS[network]:
        known = {
            "network": network,
            "samples": int(ratio * (dim if network == "diagonal" else dim**2)),
            "dim": dim,
            "weight_decay": decay,
        }
        solution = solve(Problem(**known, gamma=gamma, noise_variance=noise))
        for seed in range(100, 100 + seeds):
            trained = train(solution.problem, seed=seed)
            found = infer(trained.weights, **known)
            for name, deviation in deviations(found, solution).items():
                off[name].append(deviation)
            if found.excess_risk is not None:
                value, error = found.excess_risk
                off["own risk"].append((value - trained.excess_risk) / error)
    for name, values in off.items():
        held = int(np.sum(np.abs(values) <= 1.645))
        # not fewer than nine of ten by more than chance makes them, one time in two hundred
        assert held >= stats.binom.ppf(0.005, len(values), 0.9), (name, held, len(values))
        # and not because standard errors are far too large
        assert np.median(np.abs(values)) > 0.2, (name, np.median(np.abs(values)))
        assert len(values) >= 0.3 * 48, (name, len(values))
