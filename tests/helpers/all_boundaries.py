"""Every boundary of the shipped diagrams, as parameters of a test: of networks, and of linear estimators."""

from itertools import product

import pytest

from asymptotics import diagonal, kernel_ridge, phase_diagram, quadratic, ridge

NOISES = ("fixed", "none", "scaled")
OF_NETWORKS = [
    pytest.param(boundary, id=f"{network.name}-{noise}-{estimator}-{number}")
    for network, noise, estimator in product((diagonal, quadratic), NOISES, ("erm", "bayes"))
    for number, boundary in enumerate(phase_diagram(network, noise=noise, estimator=estimator).boundaries)
]
OF_LINEAR = [
    pytest.param(boundary, id=f"{model.name}-{noise}-{number}")
    for model, noise in product((kernel_ridge, ridge(diagonal), ridge(quadratic)), NOISES)
    for number, boundary in enumerate(phase_diagram(model, noise=noise).boundaries)
]
