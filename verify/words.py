r"""What people read of a comparison, of a figure and of the command line, apart from what computes it.

Code decides which case holds and hands over plain strings and numbers; here the case becomes a sentence, a
title or a label.  Texts in LaTeX are for Matplotlib.  Sentences that refuse an argument stand where the
argument is checked, and the help of a sub-command stands above the sub-command.

In this order: the report of a comparison, figures, the command line.
"""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import fill

# The report of a comparison.

AGREEMENT, DISAGREEMENT, INCOMPLETE = "agreement", "DISAGREEMENT", "INCOMPLETE"

COLUMNS = ("network", "phase", "quantity", "points", "failed", "largest error")
"""Headings of the table of a report; the last three are numbers."""

TABLE = "derived exponents against the full equations"

STOPPED = "Stopped before all was checked."


def report_heading(outcome: str) -> str:
    """The first line of the page."""
    return f"# Derivation against equations: {outcome}"


def report_summary(checked: int, failed: int, tolerance: float, span: str, effort: str, seed: int) -> str:
    """How much was checked, and how."""
    return (
        f"{checked} exponents checked, {failed} failed; tolerance {tolerance}, each on a ladder of "
        f"dimensions that ends {span}; effort {effort}, seed {seed}."
    )


def report_failure(place: str, values: str, predicted: float, measured: float, uncertainty: float) -> str:
    """One check that failed."""
    return f"- {place} at {values}: predicted {predicted:.4f}, measured {measured:.4f} +- {uncertainty:.4f}"


def ladders_end(decades: list[int]) -> str:
    """Between which powers of ten the ladders of a report end, the decades sorted."""
    return f"between 1e{decades[0]} and 1e{decades[-1]}" if decades else "nowhere"


def verdict(failed: int, checked: int, tolerance: float, *, passed: bool) -> str:
    """The last line of the main job."""
    outcome = AGREEMENT if passed else f"{DISAGREEMENT} in {failed}"
    return f"{outcome}: {checked} exponents checked, tolerance {tolerance}"


def in_progress(model: str, phase: str | None = None) -> str:
    """Beside a progress bar."""
    return f"{model} network" if phase is None else f"{model} network, phase {phase}"


# Figures.

SAMPLES = r"samples: $a = \log n_{\mathrm{eff}} / \log d$"
UPWARDS = {
    "ell": r"weight decay: $\ell = \log \lambda / \log d$",
    "b": r"label noise: $b = -\log \Delta / \log d$",
    "risk": r"excess risk: $\log R / \log d$",
}
"""Names of the vertical axis, by what stands there."""

CONTINUOUS, JUMP = "exponent continuous", "exponent jumps"
AGREES, DISAGREES = "checked, agrees", "checked, disagrees"
RISK_LINE = "exponent of the risk"
NO_RISK = "$R = 0$"

SUBJECTS = {
    "erm": "{} network",
    "bayes": "Bayes-optimal {} network",
    "ridge": "ridge for the {} network",
}
"""Whose phases a figure shows, by estimator."""

LABEL_NOISE = {
    "none": "no label noise",
    "scaled": r"label noise $\Delta = d^{-b}$",
    "fixed": "label noise of order one",
}


def figure_title(subject: str, parameters: Iterable[str]) -> str:
    """Two lines: of what, and at which values."""
    first = fill(f"{subject}: phases and their excess risk".replace("$", r"\$"), 68)
    return f"{first}\n{', '.join(parameters)}"


def power_of_dimension(exponent: str, log_exponent: str) -> str:
    """The leading behaviour of a risk, its exponents in LaTeX; a power "0" of the logarithm is left out."""
    power = "" if log_exponent == "1" else rf"^{{{log_exponent}}}"
    logarithm = "" if log_exponent == "0" else rf"\,(\log d){power}"
    return rf"$d^{{\,{exponent}}}{logarithm}$"


# The command line.

NOTHING_KEPT = "nothing was kept"
NO_FIGURE_KEPT = f"no figure was finished, {NOTHING_KEPT}"

NO_NUMBER = "is no number, such as 5/4, 0.1 or 1e30"
"""What is said of a word that is none; nan and infinities are none either."""

EXIT_STATUSES = """\b
    Exit status:
      0    done; for verify: derivation and equations agree
      1    verify only: they disagree, or a check could not be decided
      2    an argument was refused; the line says which, and what is allowed
      3    not finished: the equations could not be solved to the accuracy
           wanted, or a file not written
      130  interrupted (Ctrl-C); the line says what was kept
      141  whoever read the output closed the pipe
      143  terminated (SIGTERM), as 130
"""

PHASE = """\
{name}  {title}
    excess risk    {risk}
    exponent of d  {exponent}
    where          {region}
"""
"""A phase as ``derive`` prints it; the inequalities of its region stand below each other."""

ALSO_WHERE = f"\n{' ' * 19}"


def interrupted(kept: str) -> str:
    """The line of a command that a signal ended."""
    return f"interrupted: {kept or NOTHING_KEPT}"


def kept(paths: Iterable[object], checked: int | None = None) -> str:
    """Which files an interrupt left behind, and how many checks they hold; empty if none."""
    names = ", ".join(map(str, paths))
    finished = "" if checked is None else f"{checked} checks were finished; "
    return f"{finished}kept {names}" if names else ""


def foreign_package(name: str, found: object, home: object) -> str:
    """Why the packages that would be imported are not ours."""
    return (
        f"the package {name!r} at {found} is not that of shallowlaws (expected in {home}): another "
        "project uses the name; install shallowlaws alone in a fresh virtual environment"
    )
