"""Models: the equations of a paper as one declaration each, and what they become in every regime.

*The one lemma.*  Soft thresholding has a potential, J(s; delta, kappa) = E[(x - kappa)_+^2] for the noisy
image x of a mode of size s.  Stein's lemma gives the degrees of freedom D = dJ/d(delta^2), and with them the
error E = s^2 - J + (kappa d/dkappa + delta d/ddelta) J.  J must be homogeneous of degree 2 in (s, delta,
kappa).  Then E has degree 2 and D degree 0, so that E/T^2 and D are functions of s/T, T = max(delta, kappa),
once the smaller scale is neglected: the lemma on power sums takes such functions.  So a network declares J
and its two equations, and everything else follows.

* ``diagonal``, ``quadratic``: the two networks of arXiv:2509.24882, equations first.
* ``fields``: what a field of a declaration may be.
* ``declaration``: what a network declares, and the derivatives of J.
* ``mode_functions``: what one mode adds to each sum, in each order of the scales.
* ``trained``: the regimes of a trained network.
* ``network``: ``Network``, a declaration with its regimes and the names of its phases.
* ``bayes``: the Bayes-optimal estimator of a network's target.
* ``ridge``: ridge regression, on the inputs of a network or on given features.
* ``kernel_ridge``: ridge regression with a power-law kernel.

``diagonal``, ``quadratic``, ``ridge`` and ``kernel_ridge`` are the models themselves, too:

>>> from asymptotics.models import quadratic
>>> quadratic.noise_balance
Eq(2*delta**2*n_eff/d, Delta/2 + E)
"""

from asymptotics.models.bayes import BayesOptimal as BayesOptimal
from asymptotics.models.diagonal import diagonal as diagonal
from asymptotics.models.kernel_ridge import kernel_ridge as kernel_ridge
from asymptotics.models.network import Network as Network
from asymptotics.models.quadratic import quadratic as quadratic
from asymptotics.models.ridge import RidgeRegression as RidgeRegression
from asymptotics.models.ridge import ridge as ridge
