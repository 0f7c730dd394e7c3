"""The shipped models by the names that the command line has for them.

``MODELS`` is known without loading anything: names are checked before SymPy is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NETWORKS = ("diagonal", "quadratic")
"""Those that the paper has, and every sub-command knows."""

MATRIX_NETWORKS = ("quadratic", "bilinear", "attention")
"""Those of whose hidden units there may be fewer than inputs."""

NARROW_NETWORKS = ("quadratic",)
"""Those of them that are solved with fewer."""

SYSTEMS = ("kernel_ridge", "random_features", "hermite_2", "hermite_3", "hermite_4", "one_pass_sgd")
"""Estimators of their own; hermite_k is the activation He_k."""

NOISELESS = ("one_pass_sgd",)
"""Those without labels whose noise could scale."""

MODELS = (*NETWORKS, "bilinear", "attention", *SYSTEMS)


SOLVED = (*NETWORKS, "bilinear", "attention")
"""Networks of which a ``numerics.Problem`` can be stated."""

_OF_NETWORK = {
    "gamma": "gamma",
    "samples": "n_eff",
    "dim": "d",
    "weight_decay": "weight_decay",
    "noise_variance": "noise_variance",
    "target": "target",
}
_OF_REGRESSION = {
    "gamma": "gamma",
    "source": "source",
    "samples": "n_eff",
    "weight_decay": "weight_decay",
    "noise_variance": "noise_variance",
}
_OF_HERMITE = {"gamma": "gamma", "samples": "n_eff", "noise_variance": "noise_variance"}
VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "diagonal": _OF_NETWORK,
        "quadratic": {**_OF_NETWORK, "width": "width"},
        "bilinear": _OF_NETWORK,
        "attention": _OF_NETWORK,
        "kernel_ridge": _OF_REGRESSION,
        "random_features": {**_OF_REGRESSION, "width": "p"},
        "hermite_2": _OF_HERMITE,
        "hermite_3": _OF_HERMITE,
        "hermite_4": _OF_HERMITE,
        "one_pass_sgd": {"alpha": "alpha", "beta": "beta", "dim": "d", "steps": "t"},
    }
)
"""What each is solved at: by the name of the option, the name that its laws have for the value."""

OPTIONAL = ("noise_variance", "weight_decay", "width", "target")
"""Values of a network that may be left out; a weight decay only where an estimator has none."""

OPTIONAL_OF_SYSTEMS = ("noise_variance",)
"""Values of a system that may be left out."""


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


def article_of(model: Any) -> str:
    """What a model is: the article that ``help`` shows of it, else its name, and the equations it declares.

    >>> print(article_of(model_named("hermite_2")).splitlines()[0])
    Bayes-optimal networks of extensive width, as in arXiv:2605.10395.
    """
    article = getattr(model, "__dict__", {}).get("__doc__")
    if article:
        return str(article)
    equations = [f"{equation.lhs} = {equation.rhs}" for equation in getattr(model, "equations", ())]
    quantities = [f"{name} = {value}" for name, value in getattr(model, "quantities", {}).items()]
    return "\n".join([str(model), *equations, *quantities])
