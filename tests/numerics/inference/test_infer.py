"""What weights tell, on weights drawn from the law, and of networks that were trained."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from numerics import Inferred, InvalidProblem, Problem, Solution, infer, solve
from numerics.inference.family import NAMES, Setting
from numerics.inference.infer import _combined, _sizes
from numerics.inference.quadratic import degrees_of_freedom

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
        assert found.learned_modes == (0, 1)
        # one weight more would move it by c/d over A = c n_eff/d
        relative = {"diagonal": 1 / 1600, "quadratic": 1 / 120}[known["network"]]
        assert found.threshold.standard_error == pytest.approx(found.threshold.value * relative)
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
    assert "larger than noise can be" in found.untold["gamma"]
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
    assert found.shape is None
    assert found.why == found.untold["excess_risk"]
    assert repr(found).startswith("<Inferred: no shape, gamma untold")
    assert found.to_dict()["shape"] is None


RANDOM = np.random.default_rng(0)
UNTRAINED = {
    "equal": np.full(60, 3),
    "uniform": np.linspace(0.01, 3, 60),
    "exact power law": math.sqrt(60) * np.arange(1.0, 61) ** -1.25,
    "initial weights": np.linalg.svd(0.3 * RANDOM.standard_normal((60, 60)))[1] ** 2,
    "Cauchy": np.abs(RANDOM.standard_cauchy(60)),
}


@pytest.mark.parametrize(
    ("network", "name"),
    [
        ("quadratic", "initial weights"),
        *(
            pytest.param("quadratic", name, marks=pytest.mark.slow)
            for name in UNTRAINED
            if name != "initial weights"
        ),
        *(("diagonal", name) for name in UNTRAINED),
    ],
)
def test_weights_that_were_not_trained_like_that_tell_nothing(network: str, name: str) -> None:
    samples = 1800 if network == "quadratic" else 45
    found = infer(UNTRAINED[name], network=network, samples=samples, dim=60, weight_decay=0.5)
    assert set(found.untold) == set(TOLD)
    assert found.shape is None


def test_one_outlier_tells_no_decay() -> None:
    """The second mode is not seen: gamma has a lower bound, and no upper one."""
    weights = np.zeros(60)
    weights[0] = math.sqrt(60) - 0.3
    found = infer(weights, network="quadratic", samples=1800, dim=60, weight_decay=0.5)
    assert found.gamma is None
    assert "two tell a decay" in found.untold["gamma"]
    assert found.learned_modes is None
    assert found.shape == "heavy-tailed"


@pytest.mark.parametrize(
    "samples",
    [10**6, pytest.param(10**5, marks=pytest.mark.slow), pytest.param(10**9, marks=pytest.mark.slow)],
)
def test_so_many_samples_that_no_bulk_is_left(samples: int) -> None:
    """Every mode is an outlier, and the noise is known by their scatter."""
    known = {**QUADRATIC, "samples": samples, "weight_decay": 1}
    solution = solve(problem_of(known))
    found = infer(eigenvalues(solution, seed=4), **known)
    off = deviations(found, solution)
    assert {"gamma", "effective_noise", "threshold", "excess_risk", "noise_variance"} <= set(off)
    assert max(map(abs, off.values())) < 3


def test_scatter_of_scores_counts_as_far_as_scores_tell() -> None:
    """The posterior takes the share P/I of its information from scores of variance I, in truth F."""
    posterior = np.array([1.0, 1.0, 1.0, 1.0])
    information = np.array([1.0, 4.0, 1.0, 100.0])
    full = np.array([0.5, 1.0, 3.0, 300.0])
    # all of it: F; a quarter: 1 - (1/4)(3/4); F - I is added; not where the response is not linear
    assert _combined(posterior, full, information) == pytest.approx([0.5, 13 / 16, 3.0, 1.0])


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
        ({"values": EIGENVALUES + 0j}, "values"),
        ({"values": EIGENVALUES > 0}, "values"),
        ({"values": [None] * 60}, "values"),
        ({"values": [[1, 2], [3]]}, "values"),
        ({"values": 3.0}, "values"),
        ({"values": []}, "values"),
        ({"values": 1e200 * EIGENVALUES}, "values"),
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
