r"""What people read of a comparison, of a figure and of the command line, apart from what computes it.

Code decides which case holds and fills in strings and numbers; here the case is a sentence, a title or a
label.  Texts in LaTeX are for Matplotlib.  What refuses an argument stands where the argument is checked, and
the help of a sub-command stands above the sub-command.

In this order: the report of a comparison, figures, the command line.
"""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import fill

# The report of a comparison.

AGREEMENT, DISAGREEMENT, INCOMPLETE = "agreement", "DISAGREEMENT", "INCOMPLETE"
HEADING = "# Derivation against equations: {outcome}"
STOPPED = "Stopped before all was checked."
SUMMARY = (
    "{checked} numbers checked, {disagree} disagree, {undecided} undecided; each on a ladder of dimensions "
    "that ends between 1e{first} and 1e{last}.  The tolerance of each is three times the estimated error of "
    "its measurement, and at least {exponent} on an exponent, {log_exponent} on a power of log d and "
    "{constant} on a constant.  Effort {effort}, seed {seed}."
)
LEGEND = (
    "The last three columns are the largest errors: of the exponent, of the power of log d, and of the ratio "
    "of solution to law, which is 1.  An error of 0.0 is less than the rounding of float64, or that of a "
    "quantity that vanishes faster than any power, as it should; a dash stands where there is nothing to "
    "compare."
)
COLUMNS = (
    "network",
    "phase",
    "quantity",
    "points",
    "disagree",
    "undecided",
    "exponent",
    "log exponent",
    "constant",
)
KINDS = {"exponent": "exponent", "log_exponent": "power of log d", "constant": "ratio to the law"}
FAILURES = "## Failures"
FAILURE = (
    "- {verdict}: {network} {phase}, {kind_in_words} of {quantity} at {place}, up to d = {dim:.0e}: "
    "predicted {predicted:.5g}, measured {measured:.5g} +- {uncertainty:.1g}"
)
NEEDS_PANDAS = "to_frame needs pandas: pip install '.[tables]', from the root of the repository"
TABLE = "derived laws against the full equations"
VERDICT = "{outcome}: {checked} numbers checked, {disagree} disagree, {undecided} undecided"
IN_PROGRESS, PHASE_IN_PROGRESS = "{model} network", "{model} network, phase {phase}"

# Figures.

SAMPLES = r"samples: $a = \log n_{\mathrm{eff}} / \log d$"
UPWARDS = {
    "ell": r"weight decay: $\ell = \log \lambda / \log d$",
    "b": r"label noise: $b = -\log \Delta / \log d$",
    "risk": r"excess risk: $\log R / \log d$",
}
CONTINUOUS, JUMP = "exponent continuous", "exponent jumps"
AGREES, DISAGREES = "checked, agrees", "checked, disagrees"
RISK_LINE = "exponent of the risk"
NO_RISK = "$R = 0$"
SUBJECTS = {
    "erm": "{} network",
    "bayes": "Bayes-optimal {} network",
    "ridge": "ridge for the {} network",
}
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

INTERRUPTED = "interrupted: {left}"
NOTHING_LEFT = "nothing was kept"
NO_FIGURE_LEFT = f"no figure was finished, {NOTHING_LEFT}"
FILES_LEFT, CHECKS_LEFT = "kept {paths}", "{checked} checks were finished; kept {paths}"
FOREIGN_PACKAGE = (
    "the package {name!r} at {folder} is not that of shallowlaws (expected in {home}): another project "
    "uses the name; install shallowlaws alone in a fresh virtual environment"
)
NO_NUMBER = "is no number, such as 5/4, 0.1 or 1e30"
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
ONE_OF_SEVERAL = ", {place} of {total}"
ALSO_WHERE = f"\n{' ' * 19}"
