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

AGREEMENT, DISAGREEMENT, UNDECIDED, INCOMPLETE = "agreement", "DISAGREEMENT", "UNDECIDED", "INCOMPLETE"
NOTHING_CHECKED = "NOTHING CHECKED"
HEADING = "# Derivation against equations: {outcome}"
STOPPED = "Stopped before all was checked."
CLAIM = (
    "**Claim.** The scaling laws of {diagrams}, derived by dominant balance, are those of the full "
    "equations, solved at finite size.  {verdict}"
)
CLAIM_VERDICTS = {
    AGREEMENT: "Every number that was checked agrees.",
    DISAGREEMENT: "That does not hold for what the failures say.",
    UNDECIDED: "None of it is refuted; what the failures say is not decided, which is no agreement.",
    INCOMPLETE: "Not all of it was checked.",
    NOTHING_CHECKED: "Nothing of it was checked.",
}
SUMMARY = (
    "{checked} numbers checked, {agree} agree, {disagree} disagree, {undecided} undecided; "
    "{omitted} comparisons were left out, listed below with the reason."
)
LEFT_OUT_BY_REASON, ONE_REASON = "Left out by reason: {reasons}.", "{count} ({reason})"
CAUGHT = "{killed} of {planted} planted errors were caught."
NOT_PLANTED = (
    "No errors were planted in this run: the catalogue has none of its diagrams, or it was not finished."
)
RUN = "shallowlaws {version}, {date}, `{command}`, effort {effort}, seed {seed}."
RUN_IN_PYTHON = "Effort {effort}, seed {seed}."
DERIVED, SOLVED, DISTANCES = "## What was derived", "## What was solved", "## How far apart the two are"
MODELS = "## What the models are"
PLANTED, OMITTED, MEANINGS = "## What would have been caught", "## What was left out", "## What is what"
FIGURES, FAILURES = "## Figures", "## Failures"
FIGURES_TEXT = (
    "Dots are points that were checked: those at the decay, noise and source exponent of the figure.  Others "
    "are not shown.  Figures of other diagrams in this folder are of other runs."
)
NO_FIGURES = (
    "None: a phase diagram is drawn over samples and weight decay, or samples and noise, and these models "
    "have no two such exponents, or more."
)
DERIVED_COLUMNS = ("diagram", "phase", "title", "excess risk", "exponent of d", "where")
OTHER_LAWS_COLUMNS = ("diagram", "phase", "quantity", "leading law")
OTHER_LAWS_TEXT = (
    "The laws of the other quantities (what they are stands below under *What is what*); those of spectra "
    "and boundaries are compared, too, and print with `phase.spectrum()` and `boundary.law()`."
)
DERIVED_TEXT = (
    "Each phase with its leading law, as SymPy derives it from the equations; with n_eff = d^a, "
    "weight_decay (lambda) = d^ell, noise_variance (Delta) = d^-b, or of order one without b, width = d^rho, "
    "gamma the decay of the target and r its source exponent, which laws call source.  Nothing was fitted."
)
SOLVED_TEXT = (
    "The self-consistent equations of each model, with all sums over modes, at points drawn inside every "
    "phase (seed {seed}), each on a ladder of six dimensions in geometric progression that ends between "
    "d = 1e{first} and 1e{last}, of eleven where six leave a number undecided, and of a shorter one where "
    "that one loses it.  Derivation and solution share no code.  What a solution lacks to its law "
    "is extrapolated along the ladder, with an estimate of its error, from which the tolerance is made: "
    "three times the estimate, and at least {exponent} on an exponent, {log_exponent} on a power of log d "
    "and {constant} on a constant.  A number *disagrees* if it is further away than its tolerance, and is "
    "*undecided* if it is not, but the tolerance is above half of what must not go unnoticed: "
    "{noticed_exponent} on an exponent, {noticed_log_exponent} on a power of log d, {noticed_constant} on a "
    "constant.  At a point that is not deep inside its phase exponents alone are compared, and one further "
    "away than its tolerance is undecided up to {noticed_shallow}, too: what is neglected there falls so "
    "slowly that its estimate may be too small."
)
AT_SMALL_SIZE = (
    "**At d = 100** none of this says how good a law is.  It says which law the equations tend to.  What a "
    "law neglects falls as a power of d, or of log d, which near a boundary is small: at d = 100 a law is "
    "off by percents deep inside its phase, and by a factor close to a boundary.  For a number at one size "
    "use `shallowlaws solve`, or the law across the boundary (`Boundary.law()`)."
)
LEGEND = (
    "The largest errors over all points, by phase; phases of one name have a row each; *What is what* below "
    "says what each quantity is.  The least tolerances "
    "are {exponent} on an exponent, {log_exponent} on a power of log d and {constant} on a ratio to a law: "
    "what is below agrees by any.  *Exponent*: derived less measured exponent of d.  *Log exponent*: the "
    "same of the power of log d.  *Constant*: ratio of solution to law, less 1; *boundary* and *spectrum*: "
    "the same of the laws there.  An error of 0.0 is less than the rounding of float64, or that of a "
    "quantity that vanishes faster than any power, as it should; a dash stands where there is nothing to "
    "compare."
)
COLUMNS = (
    "diagram",
    "phase",
    "quantity",
    "points",
    "agree",
    "disagree",
    "undecided",
    "exponent",
    "log exponent",
    "constant",
    "boundary",
    "spectrum",
)
KINDS = {
    "exponent": "exponent",
    "log_exponent": "power of log d",
    "constant": "ratio to the law",
    "boundary": "law across the boundary",
    "spectrum": "law of the spectrum",
}
FAILURE = (
    "- {verdict}: {diagram} {phase}, {kind_in_words} of {quantity} at {place}, up to d = {dim:.0e}: "
    "predicted {predicted:.5g}, measured {measured:.5g} +- {uncertainty:.1g}"
)
FAILURES_OF_COUNTS = {
    "region": "- {verdict}: {diagram} {phase}, {measured:.0f} phases hold at {place}, and not one",
    "balance": "- {verdict}: {diagram} {phase} is said to hold at {place}, where its balance does not",
    "crossing": "- {verdict}: {diagram} {phase}, {measured:.0f} boundaries pass at {place}, and not one",
}
PLANTED_TEXT = (
    "Errors planted one at a time in the derivation, each followed by the same comparison, up to the first "
    "check that disagrees.  An error that survives would have gone unnoticed.  Quick effort plants some of "
    "those that the catalogue (`verify.planted_errors.CATALOGUE`) has of a diagram, full effort all."
)
PLANTED_COLUMNS = ("planted error", "diagram", "caught by", "predicted", "measured")
SURVIVES = "**survives** {compared} checks"
CAUGHT_BY_COUNTS = {
    "region": "{measured:.0f} phases hold at a point of {phase}, {place}",
    "balance": "{phase} is said to hold at {place}, where its balance does not",
    "crossing": "{measured:.0f} boundaries pass where {phase} meet, {place}",
}
CAUGHT_BY = "{kind_in_words} of {quantity} in {phase}, at {place}"
OMITTED_TEXT = (
    "Laws, or numbers of them, that were not compared at some points, with the reason.  *Compared "
    "elsewhere*: at how many other points of the same phase the same number was.  One row stands for all "
    "the laws of a boundary, or of a spectrum, that is compared at another seed.  Of a part of a diagram, "
    "without boundaries, it is not checked whether its phases cover the exponents, and no row says so."
)
OMITTED_COLUMNS = ("diagram", "phase", "quantity", "number", "points", "compared elsewhere", "reason")
NOTHING_OMITTED = "Nothing: every law was compared at every point."
ALL_NUMBERS = "all"
MEANING = {
    "excess_risk": "R = E[(f - f*)^2] on new inputs, f the trained network, f* the target",
    "effective_noise": "delta, the noise on each mode of the target that data leave to the estimator",
    "threshold": "kappa, below which weights are set to zero; of ridge regression the effective ridge",
    "learned_modes": "the number of modes of the target above noise and threshold",
    "degrees_of_freedom": "D, the fitted degrees of freedom per mode; all of them where modes are infinite",
    "train_loss": "the trained objective divided by d (diagonal) or d^2 (matrix networks)",
    "pruned_risk": "the excess risk once the bulk of the trained weights is removed",
    "region": "where the phase holds; compared is how many phases hold at a point, which is 1",
    "balance": "what leads in the equations; compared is whether it does all over the region, 1 or 0",
    "crossing": "where two phases meet; compared is how many boundaries pass there, and say rightly whether "
    "the exponent jumps, which is 1",
    "place": "the power of d by which the variable of the law grows on the boundary, which is 0",
    "beside": "the law across the boundary over the risk of the phase beside it, off the boundary",
    "close": "the solution inside of a phase, close to the boundary, over the law of the phase or across it",
    "atom": "the share of the trained weights that is 0",
    "mass_above": "the share of the trained weights that is not 0",
    "noise_weights": "the number of trained weights that noise makes",
    "bulk_edge": "the largest trained weight that noise makes",
    "bulk_start": "the smallest one, where few hidden units keep the largest alone; else 0",
    "bulk_width": "by how much the smallest one that is not 0 is smaller",
    "spikes": "the number of outliers among the trained weights",
    "location": "the place of the outlier in the middle of them",
    "largest_outlier": "the place of the first of them",
    "smallest_outlier": "the place of the last of them",
    "spacing": "by how much at most the last lies above the place where they end",
    "overlap": "what the eigenvector of that outlier loses to noise",
    "tail": "the number of trained weights beyond a point in their power-law tail",
    "counting_function": "the same number, by the law that holds from the bulk on",
    "tail_exponent": "of the fall of that number",
    "certified": "the proved excess risk over its law",
    "unlearned": "the part of the risk that is target below the threshold",
    "learned": "the part of the risk from shrinkage and noise of the learned modes",
    "overfitting": "the part of the risk that is noise above the threshold",
}
OWN_QUANTITY = "declared by the model itself"
UNCERTAINTY_MEANINGS = {
    "points": "how many points of the phase, exponents (a, ell, gamma, ...), were solved on a ladder each",
    "predicted": "the derived number at the point",
    "measured": "the same number, extrapolated from the solutions on the ladder",
    "uncertainty": "estimated error of the measured number, by which sequences extrapolate differently",
}
SHALLOW = "less than three decades between what is kept and what is neglected: exponents alone are compared"
BEYOND_FLOATS = "beyond the range of float64 on the ladder"
SMALL_PART = "a part of the risk that float64 does not show beside the whole"
SHORT_SERIES = "a series in 1/log d whose rest is not small at any dimension in reach"
MODES_AT_EDGE = "more modes next to the edge of the noise than can be summed one by one"
FEW_AT_EDGE = (
    "a part to which modes next to the edge of the noise add one by one, few at any dimension in reach"
)
REFUTED = "the laws of a phase say what float64 shows of it, and one of them is wrong at that point"
SHORT_LADDER = "float64 shows it on a ladder alone that is too short to decide"
NEAR_A_CASE = "close to a decay gamma at which the law becomes another"
ANOTHER_SEED = "compared at another seed, or at full effort"
SLOW_BOUNDARY = "sums or integrals over all modes take seconds for each number: compared at full effort alone"
BEYOND_WINDOWS = "beyond the windows of parameters in which points are drawn"
SHALLOW_BOUNDARY = "what the law neglects is not small at any dimension in reach, at any point drawn"
NO_LAW = "no law across this boundary is derived"
NOTHING_CLOSE = "no risk is left on this side of the boundary"
SLOW_PROOF = "proofs take seconds here: compared at full effort alone"
NO_DEEP_POINT = (
    "no point drawn lies so deep in a phase, of those whose risk is a power of d, that its law is good at "
    "the dimensions of proofs"
)
NO_SPECTRUM = "no law of the spectrum is derived in this phase"
SHALLOW_SPECTRUM = (
    "what its law neglects is small nowhere where spectra are solved, or falls as a series in 1/log d"
)
FEW_OUTLIERS = "too few outliers at any dimension in reach"
WHOLE = "the last outlier is known to the spacing alone, which is not small beside its place"
FEW_IN_TAIL = "too few weights in the tail at any dimension in reach"
NEEDS_PANDAS = "to_frame needs pandas: pip install '.[tables]', from the root of the repository"
NO_VERSION = "(not installed)"
TABLES = ("phases", "omissions", "planted_errors")
VERIFYING, PARTS_DONE = "verifying", "parts are verified"
TABLE = "derived laws against the full equations"
VERDICT = "{outcome}: {checked} numbers checked, {disagree} disagree, {undecided} undecided"
POINTS_DONE = "points were compared"
IN_PROGRESS = "{model} network"

# Figures.

SAMPLES = r"samples: $a = \log n_{\mathrm{eff}} / \log d$"
UPWARDS = {
    "ell": r"weight decay: $\ell = \log \lambda / \log d$",
    "b": r"label noise: $b = -\log \Delta / \log d$",
    "rho": r"hidden units: $\rho = \log p / \log d$",
    "risk": r"excess risk: $\log R / \log d$",
}
CONTINUOUS, JUMP = "exponent continuous", "exponent jumps"
AGREES, DISAGREES = "checked, agrees", "checked, disagrees"
RISK_LINE = "exponent of the risk"
NO_RISK = "$R = 0$"
EFFECTIVE_SAMPLES = r"effective samples $n_{\mathrm{eff}}$"
WEIGHT_DECAY, EXCESS_RISK = r"weight decay $\lambda$", "excess risk $R$"
WIDTH_TEXT = r"$d^{\,\rho}$ hidden units"
DECAY_TEXT = r"weight decay $d^{{{ell}}}$"
SOLVED_CURVE, LAW_OF_PHASE = "solved", "law of phase {name}"
LAWS_LEFT_OUT = "elsewhere laws expect errors above 1/2"
AT_SAMPLES, PRUNED_CURVE, BEST_DECAY = "solved, n = {count:g}", "bulk pruned", "best weight decay"
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
OPTIONS_THAT_KEEP = {"cache=DIRECTORY": "--cache FOLDER", "checkpoint=FILE": "--checkpoint FILE"}
NOTHING_LEFT = "nothing was kept"
NO_FIGURE_LEFT = f"no figure was finished, {NOTHING_LEFT}"
FILES_LEFT = "kept {paths}"
ROWS_PRINTED = "{done} of {total} rows were found, and are printed"
CHECKS_LEFT = "{checked} checks were finished; kept {paths}; the same command goes on from there"
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
