"""Closed-form asymptotics of shallow networks that learn features, derived with SymPy.

Start with ``phase_diagram(diagonal)`` or ``phase_diagram(quadratic)``; read ``diagonal`` and ``quadratic``
for the equations, ``power_sums`` and ``noise`` for the two lemmas on sums, ``regime`` for what a model is to
the engine, ``balance`` for how its equations are solved.
"""

from asymptotics.boundary import Boundary as Boundary
from asymptotics.checks import InvalidArgument as InvalidArgument
from asymptotics.crossovers import Crossover as Crossover
from asymptotics.diagonal import diagonal as diagonal
from asymptotics.diagram import AmbiguousDiagram as AmbiguousDiagram
from asymptotics.diagram import IncompleteDiagram as IncompleteDiagram
from asymptotics.diagram import OnBoundary as OnBoundary
from asymptotics.diagram import PhaseDiagram as PhaseDiagram
from asymptotics.diagram import phase_diagram as phase_diagram
from asymptotics.interpolation import interpolation_peak as interpolation_peak
from asymptotics.latex_reader import read_latex as read_latex
from asymptotics.law import Law as Law
from asymptotics.law import NoSuchLaw as NoSuchLaw
from asymptotics.law import PowerLaw as PowerLaw
from asymptotics.notation import read_expression as read_expression
from asymptotics.phase import Phase as Phase
from asymptotics.plateaus import plateaus as plateaus
from asymptotics.quadratic import quadratic as quadratic
from asymptotics.recovery import RecoveryJump as RecoveryJump
from asymptotics.recovery import recovery_jump as recovery_jump
from asymptotics.regime import Hypothesis as Hypothesis
from asymptotics.ridge import RidgeRegression as RidgeRegression
from asymptotics.ridge import kernel_ridge as kernel_ridge
from asymptotics.ridge import ridge as ridge
from asymptotics.spectra import SpectrumLaws as SpectrumLaws
from asymptotics.state_evolution import StateEvolution as StateEvolution
from asymptotics.tails import HeavyTail as HeavyTail
from asymptotics.tails import heavy_tails as heavy_tails
from asymptotics.tuning import BayesRatio as BayesRatio
from asymptotics.tuning import bayes_ratio as bayes_ratio

__all__ = [
    "AmbiguousDiagram",
    "BayesRatio",
    "Boundary",
    "Crossover",
    "HeavyTail",
    "Hypothesis",
    "IncompleteDiagram",
    "InvalidArgument",
    "Law",
    "NoSuchLaw",
    "OnBoundary",
    "Phase",
    "PhaseDiagram",
    "PowerLaw",
    "RecoveryJump",
    "RidgeRegression",
    "SpectrumLaws",
    "StateEvolution",
    "bayes_ratio",
    "diagonal",
    "heavy_tails",
    "interpolation_peak",
    "kernel_ridge",
    "phase_diagram",
    "plateaus",
    "quadratic",
    "read_expression",
    "read_latex",
    "recovery_jump",
    "ridge",
]
