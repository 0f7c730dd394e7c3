"""How long things take, as ratios within one run.

Run ``pytest tests/benchmarks -m "slow or not slow" --benchmark-enable --benchmark-only -n 0
--benchmark-timer=time.process_time``.  ``python tests/benchmarks/ratios.py`` prints the table of the README.

Each group holds a yardstick and what is measured against it; the numbers in brackets are the ratios.  Nothing
here can fail on a slow machine.
"""

import resource
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.algebra.monomials import Scales
from asymptotics.balance.dominant_balance import dominant_balances
from numerics import Problem, risk_curve, solve
from numerics.arithmetic.precision import DOUBLE
from numerics.sums import pole_sums
from verify import phase_diagram_figure

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))
GAMMA = 1.25


# samples d^a, weight decay d^ell and noise d^-b in each phase of the quadratic network; no b for no noise
PHASES = {
    "Ib": (0.5, 1.0, 0),
    "II": (0.5, -0.1, 0),
    "III": (3.7, 1.7, 0),
    "IV": (0.3, -1.0, 0),
    "V": (0.7, -0.5, 0),
    "VIa": (1.5, -0.2, 0),
    "N": (0.6, -0.8, None),
    "recovery": (2.0, -2.0, 2.0),
}


def _problem(network: str, dim: int, phase: str = "V") -> Problem:
    a, ell, b = PHASES[phase]
    unknowns = dim if network == "quadratic" else 1
    return Problem(
        network=network,
        gamma=GAMMA,
        samples=float(dim) ** a * unknowns,
        dim=dim,
        weight_decay=float(dim) ** ell,
        noise_variance=0 if b is None else float(dim) ** -b,
    )


@pytest.mark.benchmark(group="one quadratic solve against one eigvalsh of a 400 x 400 matrix")
def test_eigvalsh_400(benchmark: Any) -> None:
    matrix = np.random.default_rng(0).standard_normal((400, 400))
    benchmark(np.linalg.eigvalsh, matrix + matrix.T)


@pytest.mark.benchmark(group="one quadratic solve against one eigvalsh of a 400 x 400 matrix")
def test_quadratic_400(benchmark: Any) -> None:
    benchmark(solve, _problem("quadratic", 400))


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("targets", ["one", "new"])
@pytest.mark.parametrize("dim", [10**4, 10**30])
def test_quadratic_dimension(benchmark: Any, dim: int, targets: str, phase: str) -> None:
    """Of one target, whose sums are kept, or of a new one each time."""
    benchmark.group = f"quadratic, phase {phase}: the dimension does not matter ({targets} target)"
    problem, number = _problem("quadratic", dim, phase), count()

    def another() -> tuple[tuple[Problem], dict[str, Any]]:
        return (replace(problem, gamma=GAMMA + (1e-9 * next(number) if targets == "new" else 0)),), {}

    benchmark.pedantic(solve, setup=another, rounds=40, warmup_rounds=2)


@pytest.mark.parametrize("dim", [10**4, 10**30])
@pytest.mark.benchmark(group="diagonal: the dimension does not matter")
def test_diagonal_dimension(benchmark: Any, dim: int) -> None:
    benchmark(solve, _problem("diagonal", dim))


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
@pytest.mark.benchmark(group="a risk curve of 100 points at d = 10^30")
def test_curve(benchmark: Any, network: str) -> None:
    problem = _problem(network, 10**30)
    samples = np.geomspace(1e5, 1e35, 100) * (problem.dim if network == "quadratic" else 1)
    benchmark.pedantic(risk_curve, (problem, samples.tolist()), {"progress": False}, rounds=3)


@pytest.mark.parametrize("points", [10, 40])
@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
@pytest.mark.benchmark(group="a risk curve at d = 10^4: the number of points")
def test_points(benchmark: Any, network: str, points: int) -> None:
    problem = _problem(network, 10**4)
    samples = np.geomspace(1e1, 1e6, points) * (problem.dim if network == "quadratic" else 1)
    benchmark.pedantic(risk_curve, (problem, samples.tolist()), {"progress": False}, rounds=1)


@pytest.mark.parametrize("digits", [None, 30, 50])
@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
@pytest.mark.benchmark(group="what digits cost at d = 10^4")
def test_digits(benchmark: Any, network: str, digits: int | None) -> None:
    benchmark.pedantic(solve, (_problem(network, 10**4),), {"digits": digits}, rounds=3)


@pytest.mark.slow
@pytest.mark.parametrize("digits", [50, 100, 300, 1000])
@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
@pytest.mark.benchmark(group="many digits at d = 400")
def test_many_digits(benchmark: Any, network: str, digits: int) -> None:
    if network == "quadratic" and digits > 300:
        pytest.skip("takes minutes")
    samples = {"diagonal": 200, "quadratic": 20_000}[network]
    problem = Problem(
        network,
        gamma=GAMMA,
        samples=samples,
        dim=400,
        weight_decay=Fraction(1, 10),
        noise_variance=Fraction(1, 4),
    )
    benchmark.pedantic(solve, (problem,), {"digits": digits}, rounds=1)


@pytest.mark.parametrize("start", ["searched", "near"])
@pytest.mark.benchmark(group="quadratic, d = 10^30: starting from the solution next to it")
def test_near(benchmark: Any, start: str) -> None:
    problem = _problem("quadratic", 10**30)
    near = solve(replace(problem, samples=0.7 * float(problem.samples)))
    benchmark(solve, problem, near=near if start == "near" else None)


@pytest.mark.parametrize("poles", ["one by one", "in blocks"])
@pytest.mark.benchmark(group="sums of 1500 poles at 400 points, of 30 orders of magnitude")
def test_pole_sums(benchmark: Any, poles: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pole_sums, "_FEW", 10**9 if poles == "one by one" else 0)
    p, r = np.geomspace(1, 1e30, 1500), np.geomspace(1e-30, 1, 400)
    columns = np.ones((1500, 6))
    benchmark(lambda: pole_sums.kernel(DOUBLE, p, r).sums(columns))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's /proc")
def test_memory() -> None:
    """Not a matter of the machine: all of these in a process of their own stay below 300 MB."""
    script = """
from numerics import Problem, risk_curve, solve
for network, unit in (("diagonal", 1), ("quadratic", 10**30)):
    problem = Problem(network, gamma=1.25, samples=1, dim=10**30, weight_decay=1e-15, noise_variance=1.0)
    risk_curve(problem, [10.0 ** (5 + 0.3 * k) * unit for k in range(100)], progress=False)
    small = Problem(network, gamma=1.25, samples=1e6, dim=10**4, weight_decay=1e-2, noise_variance=1.0)
    solve(small, digits=50)
for line in open("/proc/self/status"):  # getrusage counts what the parent process had
    if line.startswith("VmHWM"):
        print(int(line.split()[1]) * 1024 / 1e6)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 300


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


FRESH = {
    "import sympy": ["-c", "import sympy"],
    "the six diagrams of the two networks": [
        "-c",
        """
from asymptotics import diagonal, phase_diagram, quadratic
for network in (diagonal, quadratic):
    for noise in ("fixed", "scaled", "none"):
        phase_diagram(network, noise=noise)
""",
    ],
    **{f"examples/{path.name}": [str(path), "{folder}"] for path in EXAMPLES},
}


@pytest.mark.slow
@pytest.mark.parametrize("script", FRESH)
@pytest.mark.benchmark(group="a fresh process, against importing SymPy", timer=_seconds_of_children)
def test_fresh_process(benchmark: Any, script: str, tmp_path: Path) -> None:
    command = [sys.executable, *(part.replace("{folder}", str(tmp_path)) for part in FRESH[script])]
    benchmark.pedantic(subprocess.run, (command,), {"check": True, "capture_output": True}, rounds=1)


@pytest.mark.parametrize("noise", ["fixed", "scaled", "none"])
@pytest.mark.parametrize("model", [diagonal, quadratic], ids=str)
@pytest.mark.benchmark(group="drawing a phase diagram once it is derived")
def test_phase_diagram_figure(benchmark: Any, model: Any, noise: Any) -> None:
    diagram = phase_diagram(model, noise=noise)
    b = 1 if noise == "scaled" else None

    def drawn() -> None:
        phase_diagram_figure(diagram, b=b).canvas.draw()

    benchmark.pedantic(drawn, rounds=3)


@pytest.mark.parametrize("model", [diagonal, quadratic], ids=str)
@pytest.mark.benchmark(group="derivation: balances of one network, mode functions cached")
def test_derivation(benchmark: Any, model: Any) -> None:
    phase_diagram(model)
    benchmark.pedantic(dominant_balances, (model, Scales("fixed")), rounds=1)
