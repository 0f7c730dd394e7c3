"""Models: the equations of a paper as one declaration each, one file a model.

*The one lemma.*  A model is known by its regimes: what its equations become once its scales are in order
(``balance.regimes``).  Two kinds of declaration have them: ``Network``, by the potential of its weights
(``asymptotics.networks``), and ``System``, equations with sums over modes (``asymptotics.systems``).  Ridge
regression reduces to a ``System``, its attribute ``system``, which also makes numbers of it (``verify``).

* ``diagonal``, ``quadratic``: the two networks of arXiv:2509.24882, equations first.
* ``attention``: attention with tied weights, the quadratic network with another count of its samples.
* ``bilinear``: a network whose weights are any matrix, by its singular values.
* ``bayes``: the Bayes-optimal estimator of a network's target.
* ``ridge``: ridge regression, on the inputs of a network or on given features.
* ``kernel_ridge``: ridge regression with a power-law kernel.
* ``random_features``: ridge regression on random features of a power-law kernel.
* ``hermite``: Bayes-optimal networks of extensive width, with a Hermite polynomial as activation.
* ``one_pass_sgd``: one-pass SGD on random features, whose best size at given compute is derived, too.

``diagonal``, ``quadratic``, ``attention``, ``bilinear``, ``ridge``, ``kernel_ridge``, ``random_features``,
``hermite`` and ``one_pass_sgd`` are the models themselves, too:

>>> from asymptotics.models import quadratic
>>> quadratic.noise_balance
Eq(2*delta**2*n_eff/d, Delta/2 + E)
"""

from asymptotics.models.attention import attention as attention
from asymptotics.models.attention import attention_with as attention_with
from asymptotics.models.bayes import BayesOptimal as BayesOptimal
from asymptotics.models.bilinear import bilinear as bilinear
from asymptotics.models.diagonal import diagonal as diagonal
from asymptotics.models.hermite import hermite as hermite
from asymptotics.models.kernel_ridge import kernel_ridge as kernel_ridge
from asymptotics.models.one_pass_sgd import one_pass_sgd as one_pass_sgd
from asymptotics.models.quadratic import quadratic as quadratic
from asymptotics.models.random_features import random_features as random_features
from asymptotics.models.ridge import RidgeRegression as RidgeRegression
from asymptotics.models.ridge import ridge as ridge
from asymptotics.networks.network import Network as Network
