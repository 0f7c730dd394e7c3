"""The stored trainings behind the paper's figures, and the command that makes them anew.

At these dimensions a training takes minutes, so that the figures read what is stored beside this file, in
CSV: ``risks.csv`` has a row for each training of Figures 3 to 5, ``spectrum-*.csv`` the weights of one
training of Figure 2 each.  With both stand the command, versions, the problem, the seed, the relative duality
gap that proves the minimum, and the processor time.

    python examples/data/trainings.py SET [SET ...]

makes what is missing in the sets named, such as ``spectra-400`` or ``risk-100``; without a name it lists the
sets. Delete a file, or a row, to make it anew.  An interrupted training goes on from its checkpoint, in the
folder ``build/trainings``.

Quadratic networks with d^2 samples or more, or a weight decay of 1 or more, are trained by proximal gradient
over S, others by descent over B.  For the descent fewer hidden units than inputs are cheaper: a quarter more
than weights are not 0 in the theory, and ten.  The duality gap is that of the convex problem, and where it is
closed the minimum is the one of full width.  Files say the method and the number of units.
"""

from __future__ import annotations

import math
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from numerics import Interrupted, InvalidProblem, NotConverged, Problem, solve, train
from numerics.experiments.row import versions
from numerics.runs import whole_file
from verify.paper.problems import NOISE_VARIANCE, risk_problems, spectrum_problems
from verify.paper.trainings import Training, of_problem, read

HERE = Path(__file__).parent
CHECKPOINTS = HERE.parents[1] / "build" / "trainings"


class Job(NamedTuple):
    """One training: what is trained, with which seed, and how exactly."""

    name: str
    problem: Problem
    seed: int = 0
    tolerance: float = 1e-5

    @property
    def is_spectrum(self) -> bool:
        """Whether its weights are kept, or its risk alone."""
        return self.name.startswith("spectrum")

    @property
    def path(self) -> Path:
        """Of the file that holds it."""
        return HERE / (f"{self.name}-{self.seed}.csv" if self.is_spectrum else "risks.csv")

    def is_among(self, stored: Sequence[Training]) -> bool:
        """Whether it is one of the stored trainings."""
        if self.is_spectrum:
            return self.path.exists()
        return any(training.seed == self.seed for training in of_problem(stored, self.problem))


def spectra(dim: int, *phases: str, seed: int = 0) -> list[Job]:
    """Figure 2: the quadratic network in some of its phases."""
    problems = spectrum_problems("quadratic", dim=dim)
    return [Job(f"spectrum-{phase}-{dim}", problems[phase], seed) for phase in phases]


def risks(kind: str, network: str, dim: int, seed: int) -> list[Job]:
    """Figures 3 to 5: trainings along the samples at three weight decays, fewest samples first."""
    grids = risk_problems(network, dim=dim, noise_variance=NOISE_VARIANCE if kind == "risk" else 0.0)
    jobs = [
        Job(f"{kind}-{network}-{dim}-{problem.samples}-ell{ell:g}", problem, seed, 1e-6)
        for ell, problems in grids.items()
        for problem in problems
    ]
    return sorted(jobs, key=lambda job: float(job.problem.samples))


SETS: dict[str, list[Job]] = {
    "spectra-100": spectra(100, "IV", "VIa"),
    "spectra-200": spectra(200, "VIa"),
    "spectra-400": spectra(400, "Ia", "IV", "VIa", "Ib", "II"),
    "spectra-400-III": spectra(400, "III"),
    "spectra-800": spectra(800, "Ib", "II"),
    "spectra-800-IV": spectra(800, "IV"),
    "spectra-800-VIa": spectra(800, "VIa"),
    # at seeds 0, 2, 3 the minimum is not unique: weights orthogonal to all 28 inputs shift all outputs alike
    "spectra-800-Ia": spectra(800, "Ia", seed=1),
    **{
        f"{kind}-{network}-{dim}-{seed}": risks(kind, network, dim, seed)
        for kind in ("risk", "noiseless")
        for network in ("quadratic", "diagonal")
        for dim in (100, 200, 400, 800)
        for seed in range(8)
    },
}


def method_of(problem: Problem) -> str:
    """Of `train`: the one that takes fewer steps, or about as many (Figures 3 and 4 at d = 60)."""
    assert problem.weight_decay is not None
    is_convex = problem.samples >= problem.dim**2 or problem.weight_decay >= 1
    return "proximal" if problem.network == "quadratic" and is_convex else "descent"


def narrowed(problem: Problem) -> Problem:
    """The problem with fewer hidden units, where fewer suffice for all its weights that are not 0."""
    if problem.network == "diagonal" or method_of(problem) == "proximal":
        return problem
    units = math.ceil(1.25 * (1 - solve(problem).spectrum().atom) * problem.dim) + 10
    return replace(problem, width=units) if units < problem.dim else problem


def make(job: Job, command: str) -> None:
    """Train and store, unless it is stored."""
    if job.is_among(read(HERE)):
        return
    problem, method = narrowed(job.problem), method_of(job.problem)
    CHECKPOINTS.mkdir(parents=True, exist_ok=True)
    checkpoint = CHECKPOINTS / f"{job.name}-{job.seed}.npz"
    start = time.process_time()
    try:
        trained = train(
            problem, seed=job.seed, method=method, tolerance=job.tolerance, starts=1, checkpoint=checkpoint
        )
    except (NotConverged, InvalidProblem) as error:  # InvalidProblem: inputs that do not fit into memory
        print(f"{job.name}: left out, {error}", flush=True)
        return
    seconds = time.process_time() - start
    record = {
        **{name: "" if value is None else value for name, value in problem.to_dict().items()},
        "seed": job.seed,
        "method": method,
        "excess_risk": trained.excess_risk,
        "train_loss": trained.train_loss,
        "duality_gap": trained.duality_gap,
        "processor_seconds": round(seconds, 1),
        **{f"version_{name}": text for name, text in versions().items()},
    }
    _keep(job, record, trained.eigenvalues, command)
    checkpoint.unlink(missing_ok=True)
    print(
        f"{job.name}: gap {trained.duality_gap:.1e}, R = {trained.excess_risk:.4f}, {seconds:.0f} s",
        flush=True,
    )


def _keep(job: Job, record: dict[str, Any], weights: Any, command: str) -> None:
    """A file of its own for a spectrum, a row of the table for a risk."""
    if job.is_spectrum:
        lines = [f"# {name}: {value}" for name, value in {"command": command, **record}.items()]
        lines += ["weight", *(f"{value:.8g}" for value in weights)]
    else:
        new = [
            "# command: python examples/data/trainings.py SET, with the name of its set",
            ",".join(["set", *record]),
        ]
        lines = job.path.read_text(encoding="utf-8").splitlines() if job.path.exists() else new
        lines.append(",".join(map(str, [command.rsplit(maxsplit=1)[-1], *record.values()])))
    with whole_file(job.path) as file:
        file.write("\n".join(lines) + "\n")


def main(names: list[str]) -> None:
    """Make the sets named."""
    if not names:
        stored = read(HERE)
        print(
            "\n".join(
                f"{name}: {sum(not job.is_among(stored) for job in jobs)} of {len(jobs)} missing"
                for name, jobs in SETS.items()
            )
        )
    for name in names:
        command = f"python examples/data/trainings.py {shlex.quote(name)}"
        for job in SETS[name]:
            make(job, command)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Interrupted as stop:
        sys.exit(str(stop))
