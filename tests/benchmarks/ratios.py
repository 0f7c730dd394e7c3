"""The table of measured ratios in the README:  ``python tests/benchmarks/ratios.py``.

Runs the benchmarks that it needs once, on one thread and by processor time, so that other work on the machine
matters little, and prints how many times as long one took as another, with machine and date.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class Ratio(NamedTuple):
    """What is said in the table: ``measured`` takes so many times as long as ``yardstick``."""

    measured: str
    yardstick: str
    tests: tuple[str, str]
    """The two benchmarks, as ``file::test``."""


def _speed(name: str) -> str:
    return f"test_speed.py::test_{name}"


def _free(name: str) -> str:
    return f"test_free_convolution.py::test_{name}"


def _training(name: str) -> str:
    return f"test_training.py::test_{name}"


RATIOS = (
    Ratio(
        "solving the quadratic network at d = 400, eleven digits",
        "eigenvalues of one 400 x 400 matrix",
        (_speed("quadratic_400"), _speed("eigvalsh_400")),
    ),
    Ratio(
        "two integrals over one drawn matrix, d = 400",
        "the same of the free convolution, twelve digits",
        (_free("one_dense_decomposition[400]"), _free("integrals[400]")),
    ),
    Ratio(
        "the same by Monte Carlo, ten draws, three digits",
        "the same of the free convolution, twelve digits",
        (_free("monte_carlo[400]"), _free("integrals[400]")),
    ),
    Ratio(
        "the free convolution of 400 eigenvalues",
        "of 100",
        (_free("integrals[400]"), _free("integrals[100]")),
    ),
    Ratio(
        "drawing and diagonalising at d = 400",
        "at d = 100",
        (_free("one_dense_decomposition[400]"), _free("one_dense_decomposition[100]")),
    ),
    Ratio(
        "solving the quadratic network in phase V, new target, d = 10^30",
        "d = 10^4",
        (_speed("quadratic_dimension[1" + "0" * 30 + "-new-V]"), _speed("quadratic_dimension[10000-new-V]")),
    ),
    Ratio(
        "solving the diagonal network, d = 10^30",
        "d = 10^4",
        (_speed("diagonal_dimension[1" + "0" * 30 + "]"), _speed("diagonal_dimension[10000]")),
    ),
    Ratio(
        "50 digits, quadratic network, d = 10^4",
        "eleven digits",
        (_speed("digits[quadratic-50]"), _speed("digits[quadratic-None]")),
    ),
    Ratio(
        "50 digits, diagonal network, d = 10^4",
        "eleven digits",
        (_speed("digits[diagonal-50]"), _speed("digits[diagonal-None]")),
    ),
    Ratio(
        "a curve of 40 points, quadratic network",
        "of 10 points",
        (_speed("points[quadratic-40]"), _speed("points[quadratic-10]")),
    ),
    Ratio(
        "solving from scratch, quadratic network, d = 10^30",
        "from the solution next to it",
        (_speed("near[searched]"), _speed("near[near]")),
    ),
    Ratio(
        "training the diagonal network, n = 300, d = 400",
        "scikit-learn's LASSO on the same data, to the same gap",
        (_training("diagonal"), _training("lasso")),
    ),
    Ratio(
        "training the quadratic network once, n = 1800, d = 60",
        "solving the equations that predict it",
        (_training("training[quadratic]"), _training("solution[quadratic]")),
    ),
    Ratio(
        "training the quadratic network by descent, n = 14400, d = 60",
        "by proximal gradient",
        (_training("method[descent]"), _training("method[proximal]")),
    ),
    Ratio(
        "deriving the six diagrams of both networks in a fresh process",
        "importing SymPy",
        (
            _speed("fresh_process[the six diagrams of the two networks]"),
            _speed("fresh_process[import sympy]"),
        ),
    ),
)


def measured() -> dict[str, float]:
    """Least times of the benchmarks of ``RATIOS``, in seconds, by ``file::test``."""
    names = sorted({name for ratio in RATIOS for name in ratio.tests})
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "times.json"
        options = ["-q", "-n", "0", "-m", "slow or not slow", "-p", "no:cacheprovider", "--benchmark-enable"]
        options += ["--benchmark-only", "--benchmark-timer=time.process_time", f"--benchmark-json={record}"]
        command = [sys.executable, "-m", "pytest", *options, *(str(HERE / name) for name in names)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, **one}
        )
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        found = json.loads(record.read_text(encoding="utf-8"))["benchmarks"]
    return {f"{Path(x['fullname'].split('::')[0]).name}::{x['name']}": x["stats"]["min"] for x in found}


def shown(ratio: float) -> str:
    """Two digits, as no clock here gives more.

    >>> shown(0.1234), shown(3.456), shown(345.6)
    ('0.12', '3.5', '350')
    """
    return f"{float(f'{ratio:.2g}'):g}"


def table(times: Mapping[str, float]) -> str:
    """The ratios as Markdown.

    >>> print(table({name: 1.0 for ratio in RATIOS for name in ratio.tests}).splitlines()[2])
    | solving the quadratic network at d = 400, eleven digits | eigenvalues of one 400 x 400 matrix | 1 |
    """
    rows = [
        f"| {r.measured} | {r.yardstick} | {shown(times[r.tests[0]] / times[r.tests[1]])} |" for r in RATIOS
    ]
    return "\n".join(["| this | against this | ratio |", "|---|---|---|", *rows])


def machine() -> str:
    """Processor, Python, date."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text(encoding="utf-8").splitlines() if cpu.exists() else []
    name = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), platform.processor())
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return f"{name}, one thread, Python {platform.python_version()}, {today}"


if __name__ == "__main__":
    print(machine(), table(measured()), sep="\n\n")
