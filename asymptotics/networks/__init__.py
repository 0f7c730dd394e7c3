"""Trained networks: what one declares, and what its equations become in every regime.

*The one lemma.*  Soft thresholding has a potential, J(s; delta, kappa) = E[(x - kappa)_+^2] for the noisy
image x of a mode of size s.  Stein's lemma gives the degrees of freedom D = dJ/d(delta^2), and with them the
error E = s^2 - J + (kappa d/dkappa + delta d/ddelta) J.  J must be homogeneous of degree 2 in (s, delta,
kappa).  Then E has degree 2 and D degree 0, so that E/T^2 and D are functions of s/T, T = max(delta, kappa),
once the smaller scale is neglected: the lemma on power sums takes such functions.  So a network declares J
and its two equations, and everything else follows.

* ``fields``: what a field of a declaration may be.
* ``declaration``: what a network declares, and the derivatives of J.
* ``mode_functions``: what one mode adds to each sum, in each order of the scales.
* ``trained``: the regimes of a trained network.
* ``narrow``: the regimes of one with fewer hidden units than inputs.
* ``network``: ``Network``, a declaration with its regimes and the names of its phases.
"""

from asymptotics.networks.network import Network as Network
