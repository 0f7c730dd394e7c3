"""State evolution of shallow networks, solved at any size and to any precision.

State a `Problem`, `solve` it, `train` its network, `certify` the solution, follow it along a `risk_curve`, or
choose its `optimal_weight_decay`.  The folders, in the order in which they build on each other:

    arithmetic         float64 and multiple precision behind one interface; checks of arguments
    displays           how results show themselves: notebook, dictionary, data frame
    figures            figures that show themselves in a notebook
    sums               over modes and over poles, at a cost that does not grow with their number
    free_probability   the law of a noisy matrix: free convolution with a semicircle
    equations          the two state equations, and the methods that solve them
    networks           a record a network: error and degrees of freedom, spectrum
    systems            equations in positive unknowns, given as functions: a general solver
    problem, solution  what is asked, and what is answered
    estimators         erm, bayes, ridge: from a problem to its solution
    solve              `solve`
    runs               many independent computations: on any executor, resumable
    certified          proofs
    training           the networks themselves, on drawn data
    curve, tuning      learning curves, and the best weight decay
    sample_size        the samples that a risk takes
    experiments        trainings beside the theory
    inference          what trained weights alone say
"""

from numerics.arithmetic.errors import Interrupted as Interrupted
from numerics.arithmetic.errors import InvalidProblem as InvalidProblem
from numerics.arithmetic.errors import NotConverged as NotConverged
from numerics.certified.certificate import Certificate as Certificate
from numerics.certified.certificate import certify as certify
from numerics.curve import Curve as Curve
from numerics.curve import risk_curve as risk_curve
from numerics.experiments.experiment import Experiment as Experiment
from numerics.experiments.experiment import experiment as experiment
from numerics.free_probability.free_convolution import FreeConvolution as FreeConvolution
from numerics.inference.infer import infer as infer
from numerics.inference.inferred import Estimate as Estimate
from numerics.inference.inferred import Inferred as Inferred
from numerics.problem import Problem as Problem
from numerics.sample_size import samples_for as samples_for
from numerics.solution import Solution as Solution
from numerics.solve import solve as solve
from numerics.training.conventions import CONVENTIONS as CONVENTIONS
from numerics.training.conventions import LassoPenalty as LassoPenalty
from numerics.training.conventions import from_lasso as from_lasso
from numerics.training.conventions import to_lasso as to_lasso
from numerics.training.data import Data as Data
from numerics.training.data import draw as draw
from numerics.training.train import train as train
from numerics.training.trained import Trained as Trained
from numerics.tuning import optimal_weight_decay as optimal_weight_decay

__all__ = [
    "CONVENTIONS",
    "Certificate",
    "Curve",
    "Data",
    "Estimate",
    "Experiment",
    "FreeConvolution",
    "Inferred",
    "Interrupted",
    "InvalidProblem",
    "LassoPenalty",
    "NotConverged",
    "Problem",
    "Solution",
    "Trained",
    "certify",
    "draw",
    "experiment",
    "from_lasso",
    "infer",
    "optimal_weight_decay",
    "risk_curve",
    "samples_for",
    "solve",
    "to_lasso",
    "train",
]
