"""State evolution of shallow networks, solved at any size and to any precision.

State a `Problem`, `solve` it, `certify` the solution, follow it along a `risk_curve`, or choose its
`optimal_weight_decay`.  The equations are in `state_evolution`; the scalar functions of the two networks in
`diagonal` and `quadratic`, on `free_convolution` and its `paths`; sums over any number of modes in
`mode_sums`, of poles in `pole_sums`; float64 and multiple precision in `precision`; proofs in `balls`.
"""

from numerics.arithmetic.errors import Interrupted as Interrupted
from numerics.arithmetic.errors import InvalidProblem as InvalidProblem
from numerics.arithmetic.errors import NotConverged as NotConverged
from numerics.certified.certificate import Certificate as Certificate
from numerics.certified.certificate import certify as certify
from numerics.curve import risk_curve as risk_curve
from numerics.free_probability.convolution import FreeConvolution as FreeConvolution
from numerics.problem import Problem as Problem
from numerics.solution import Solution as Solution
from numerics.solve import solve as solve
from numerics.tuning import optimal_weight_decay as optimal_weight_decay

__all__ = [
    "Certificate",
    "FreeConvolution",
    "Interrupted",
    "InvalidProblem",
    "NotConverged",
    "Problem",
    "Solution",
    "certify",
    "optimal_weight_decay",
    "risk_curve",
    "solve",
]
