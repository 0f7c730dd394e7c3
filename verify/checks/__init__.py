"""What is compared beside the laws inside phases: on boundaries, of spectra, and with proofs.

One lemma serves all: on a ladder of dimensions in geometric progression the ratio of a solution to its law
tends to 1, and what it lacks is removed by `verify.extrapolation`, with an error estimate.  Each file says
what it takes ratios of, and at which points.

    measured      one number: what is predicted, what is measured; the solution at physical values
    places        points on boundaries, and the ladder there
    across        the laws across boundaries, the place of each, and the phases on both sides
    spectra       the laws of the spectrum of the trained weights
    enclosures    laws against proved enclosures
    further       all of them, as `verify.agreement` asks for them
"""
