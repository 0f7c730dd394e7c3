"""The figures of the paper as functions of keyword arguments alone, for who makes them by name.

Each returns Matplotlib's figure; a noise variance may be any real number.  Where the packages lie in a
checkout its stored trainings are drawn.

In this order: ``STORED``, ``paper_plane`` (Figure 1), ``paper_spectra`` (2), ``paper_risks`` (3 to 5),
``paper_pruning`` (8).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from verify.paper.plane import plane
from verify.paper.problems import NOISE_VARIANCE
from verify.paper.pruning import pruning
from verify.paper.risks import risks
from verify.paper.spectra import spectra

STORED = Path(__file__).parents[2] / "examples" / "data"
"""Stored trainings, in a checkout."""


def paper_plane(
    *,
    network: str = "quadratic",
    noise_variance: Any = NOISE_VARIANCE,
    estimator: str = "erm",
    gamma: Any = Fraction(5, 4),
    dim: int = 10**4,
) -> Figure:
    """Figure 1 (`plane`): phases, rates, and the weights of each phase at dimension ``dim``.

    Raises:
        InvalidArgument: as `plane`.
    """
    return plane(
        network, noise_variance=float(noise_variance), estimator=estimator, gamma=gamma, dim=dim
    ).figure


def paper_spectra(
    *,
    network: str = "quadratic",
    noise_variance: Any = NOISE_VARIANCE,
    width: int | None = None,
    dim: int = 60,
) -> Figure:
    """Figure 2 (`spectra`): trained weights in six phases, at ``dim`` where no training is stored.

    Raises:
        InvalidArgument: as `spectra`.
    """
    return spectra(
        network, noise_variance=float(noise_variance), width=width, dim=dim, trainings=_stored()
    ).figure


def paper_risks(
    *,
    network: str = "quadratic",
    noise_variance: Any = NOISE_VARIANCE,
    estimator: str = "erm",
    width: int | None = None,
) -> Figure:
    """Figures 3 to 5 (`risks`): excess risk against samples, stored trainings, derived slopes.

    Raises:
        InvalidArgument: as `risks`.
    """
    setting: dict[str, Any] = {
        "noise_variance": float(noise_variance),
        "estimator": estimator,
        "width": width,
    }
    return risks(network, **setting, trainings=_stored()).figure


def paper_pruning(
    *,
    network: str = "quadratic",
    noise_variance: Any = NOISE_VARIANCE,
    width: int | None = None,
    dim: int | None = None,
) -> Figure:
    """Figure 8 (`pruning`): excess risk against weight decay, before and after pruning.

    Raises:
        InvalidArgument: as `pruning`.
    """
    return pruning(network, noise_variance=float(noise_variance), width=width, dim=dim).figure


def _stored() -> Path | None:
    return STORED if STORED.is_dir() else None
