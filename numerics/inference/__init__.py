"""Inference: what the weights of a trained network say of its target, its noise and its risk.

*The one lemma.*  Weights trained on a power-law target have, up to fluctuations that vanish with the
dimension, the law of state evolution.  One of its equations, D(delta, kappa) = A - lambda/kappa, holds for
any noise in the labels.  So the laws that given samples, dimension and weight decay allow are a family in
gamma and delta alone, and all other quantities follow from these two.

    family         the laws, and what each says
    fluctuations   how far what is inferred lies from the truth
    posterior      what a likelihood leaves of a flat prior
    diagonal       the likelihood of coefficients a_i w_i
    quadratic      the likelihood of eigenvalues of B B^T
    shapes         the practitioners' names of spectra
    inferred       what is returned
    infer          the verb
"""
