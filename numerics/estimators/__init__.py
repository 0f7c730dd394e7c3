"""Estimators: from a problem to its solution.

They rest on state evolution (arXiv:2509.24882): with many inputs an estimator sees every mode of the target
through Gaussian noise, whose variance delta^2 = (R + Delta)/alpha holds the estimator's own risk R.  The
estimators differ in what they do with the noisy target.

    erm     the trained network: a soft threshold
    bayes   the Bayes-optimal estimator: the posterior mean
    ridge   the linear baseline: a constant shrinkage
"""
