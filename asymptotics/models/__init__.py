"""Models: the equations of a paper as one declaration each, and what they become in every regime.

*The one lemma.*  Soft thresholding has a potential, J(s; delta, kappa) = E[(x - kappa)_+^2] for the noisy
image x of a mode of size s.  Stein's lemma gives the degrees of freedom D = dJ/d(delta^2), and with them the
error E = s^2 - J + (kappa d/dkappa + delta d/ddelta) J.  So a network declares J and its two equations, and
everything else follows by derivatives and by the lemma on power sums.

* ``declaration``: what a field of a declaration may be.
* ``network``: ``Network``, the declaration of a trained network, and its regimes.
* ``diagonal``, ``quadratic``: the two networks of arXiv:2509.24882, equations first.
* ``bayes``: the Bayes-optimal estimator of a network's target.
* ``ridge``: ridge regression, on the inputs of a network or on given features.
"""
