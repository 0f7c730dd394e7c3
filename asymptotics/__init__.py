"""Closed-form asymptotics of shallow networks that learn features, derived with SymPy.

Start with ``phase_diagram(diagonal)`` or ``phase_diagram(quadratic)``.  The chapters and files, in the order
in which they build on each other:

    symbols           the physical variables and the exponents
    displays          how results show themselves: text, notebook, dictionary, data frame
    words             titles and explanations of phases and boundaries
    expressions       laws as text, LaTeX and numbers; checks of arguments
    algebra           exact polyhedra over Q(gamma, r), monomials
    lemmas            sums over modes, and the noise of one mode
    balance           dominant balance: from the regimes of a model to scaling laws
    systems           self-consistent equations of your own, as a declaration
    networks          trained networks: what one declares, and its regimes
    models            the equations of each model, one file a model
    phases            a phase, its laws and its spectrum
    boundaries        the law across each boundary
    case_splits       answers with a symbolic parameter: "for gamma < 1: ..."
    lines             where a weight decay tied to the samples leads through the diagram
    tuning            the best weight decay, against the Bayes-optimal estimator
    neglected         what the laws of a phase leave out at given numbers
    prediction        the laws at given numbers, and the finite-size error to expect
    diagram           the phase diagram: its phases and boundaries, and where a point lies
    learning_curves   where the risk does not fall as samples grow
    compute_optimal   the size with the least loss at given compute
    heavy_tails       what the tail of the spectrum says of the risk
    pruning_ratio     where pruning reaches the optimal rate without tuning
    optimal_width     the best width, against the Bayes-optimal estimator
"""

from asymptotics.balance.failure import IncompleteDiagram as IncompleteDiagram
from asymptotics.balance.laws import Law as Law
from asymptotics.balance.laws import NoSuchLaw as NoSuchLaw
from asymptotics.balance.laws import PowerLaw as PowerLaw
from asymptotics.balance.regimes import Description as Description
from asymptotics.balance.regimes import Hypothesis as Hypothesis
from asymptotics.balance.tiling import AmbiguousDiagram as AmbiguousDiagram
from asymptotics.boundaries.boundary import Boundary as Boundary
from asymptotics.boundaries.interpolation import interpolation_peak as interpolation_peak
from asymptotics.boundaries.interpolation import width_peak as width_peak
from asymptotics.boundaries.law import BoundaryLaw as BoundaryLaw
from asymptotics.boundaries.law import LocalLaw as LocalLaw
from asymptotics.boundaries.recovery import recovery_jump as recovery_jump
from asymptotics.boundaries.types import BoundaryType as BoundaryType
from asymptotics.case_splits import CaseSplit as CaseSplit
from asymptotics.compute_optimal import ComputeOptimal as ComputeOptimal
from asymptotics.compute_optimal import compute_optimal as compute_optimal
from asymptotics.diagram import PhaseDiagram as PhaseDiagram
from asymptotics.diagram import phase_diagram as phase_diagram
from asymptotics.expressions.checks import InvalidArgument as InvalidArgument
from asymptotics.expressions.latex_reader import read_latex as read_latex
from asymptotics.expressions.notation import read_expression as read_expression
from asymptotics.expressions.point import PhysicalPoint as PhysicalPoint
from asymptotics.heavy_tails import HeavyTail as HeavyTail
from asymptotics.heavy_tails import heavy_tails as heavy_tails
from asymptotics.learning_curves import plateaus as plateaus
from asymptotics.lines import OnBoundary as OnBoundary
from asymptotics.models.diagonal import diagonal as diagonal
from asymptotics.models.kernel_ridge import kernel_ridge as kernel_ridge
from asymptotics.models.quadratic import quadratic as quadratic
from asymptotics.models.ridge import RidgeRegression as RidgeRegression
from asymptotics.models.ridge import ridge as ridge
from asymptotics.neglected import Neglected as Neglected
from asymptotics.networks.network import Network as Network
from asymptotics.optimal_width import optimal_width as optimal_width
from asymptotics.optimal_width import width_ratio as width_ratio
from asymptotics.phases.bulk import OverfittedBulk as OverfittedBulk
from asymptotics.phases.phase import Phase as Phase
from asymptotics.phases.spectrum import SpectrumLaws as SpectrumLaws
from asymptotics.prediction import Prediction as Prediction
from asymptotics.pruning_ratio import PruningRatio as PruningRatio
from asymptotics.pruning_ratio import pruning_ratios as pruning_ratios
from asymptotics.systems.mode_sums import mode_sum as mode_sum
from asymptotics.systems.system import System as System
from asymptotics.tuning import BayesRatio as BayesRatio
from asymptotics.tuning import bayes_ratio as bayes_ratio

__all__ = [
    "AmbiguousDiagram",
    "BayesRatio",
    "Boundary",
    "BoundaryLaw",
    "BoundaryType",
    "CaseSplit",
    "ComputeOptimal",
    "Description",
    "HeavyTail",
    "Hypothesis",
    "IncompleteDiagram",
    "InvalidArgument",
    "Law",
    "LocalLaw",
    "Neglected",
    "Network",
    "NoSuchLaw",
    "OnBoundary",
    "OverfittedBulk",
    "Phase",
    "PhaseDiagram",
    "PhysicalPoint",
    "PowerLaw",
    "Prediction",
    "PruningRatio",
    "RidgeRegression",
    "SpectrumLaws",
    "System",
    "bayes_ratio",
    "compute_optimal",
    "diagonal",
    "heavy_tails",
    "interpolation_peak",
    "kernel_ridge",
    "mode_sum",
    "optimal_width",
    "phase_diagram",
    "plateaus",
    "pruning_ratios",
    "quadratic",
    "read_expression",
    "read_latex",
    "recovery_jump",
    "ridge",
    "width_peak",
    "width_ratio",
]
