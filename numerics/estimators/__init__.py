"""Estimators: from a problem to its solution.

They rest on state evolution (arXiv:2509.24882): with many inputs an estimator sees every mode of the target
through Gaussian noise, whose variance holds the estimator's own risk R = c E,

    c^2 alpha delta^2 = Delta + R,

c = 1 and alpha = n/d for the diagonal network, c = 2 and alpha = n/d^2 for the quadratic one.  The estimators
differ in what they do with the noisy target.

    erm     the trained network: a soft threshold
    bayes   the Bayes-optimal estimator: the posterior mean
    ridge   the linear baseline: a constant shrinkage
"""
