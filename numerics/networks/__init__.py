"""The networks: their error and degrees of freedom as functions of the effective noise and the threshold.

They rest on one statement (arXiv:2509.24882): the trained weights have the law of the soft-thresholded noisy
target, eta_kappa(theta* + delta z) for the coefficients of the diagonal network, (S* + delta GOE - kappa)_+
for the matrix of the quadratic one.  Errors, degrees of freedom and spectra are means over that law.

    diagonal                  the diagonal network: Gaussian means
    quadratic                 the quadratic network: contour integrals of a free convolution
    quadratic_approximation   the same to some ten per cent, in microseconds
    bilinear                  the bilinear network: the same of singular values
    posterior                 the quadratic network's posterior variance
    finite_posterior          the same for any finite set of eigenvalues
    width                     fewer hidden units than inputs
    overlaps                  parts of the quadratic network's error
    spectrum                  law of the trained weights of both networks
    network                   what a network declares, and the table of networks
"""
