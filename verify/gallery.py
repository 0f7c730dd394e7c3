"""The shipped models by the names that the command line has for them.

``MODELS`` is known without loading anything: names are checked before SymPy is imported.
"""

from __future__ import annotations

from typing import Any

NETWORKS = ("diagonal", "quadratic")
"""Those that the paper has, and every sub-command knows."""

MATRIX_NETWORKS = ("quadratic", "bilinear", "attention")
"""Those of whose hidden units there may be fewer than inputs."""

SYSTEMS = ("kernel_ridge", "random_features", "hermite_2", "hermite_3", "hermite_4", "one_pass_sgd")
"""Estimators of their own; hermite_k is the activation He_k."""

NOISELESS = ("one_pass_sgd",)
"""Those without labels whose noise could scale."""

MODELS = (*NETWORKS, "bilinear", "attention", *SYSTEMS)


def model_named(name: str) -> Any:
    """The model that a name of ``MODELS`` stands for.

    >>> str(model_named("kernel_ridge")), model_named("hermite_3").name
    ('kernel ridge', 'He_3')
    """
    from asymptotics import models  # noqa: PLC0415  (late: names are checked before anything is loaded)

    stem, _, degree = name.partition("_")
    if stem == "hermite" and degree.isdigit():
        return models.hermite(int(degree))
    return getattr(models, name)
