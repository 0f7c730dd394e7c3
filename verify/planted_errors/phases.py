"""Errors in phases and boundaries: two phases swapped, one dropped; a boundary missing, or moved."""

from __future__ import annotations

from sympy import Rational

from asymptotics import diagonal, kernel_ridge, quadratic
from asymptotics.models import hermite, one_pass_sgd
from verify.planted_errors.error import Dropped, Missing, Moved, OtherRegions, PlantedError

SHIFT = Rational(1, 10)

SWAPPED = tuple(
    PlantedError(
        name=f"{model.name}, {one} and {other} swapped",
        error=f"Phases {one} and {other} hold each where the other does.",
        model=model,
        planting=OtherRegions(one, other),
    )
    for model, one, other in (
        (diagonal, "II", "III"),
        (quadratic, "IV", "V"),
        (quadratic, "VIa", "VIb"),
        (hermite(2), "1", "2"),
        (one_pass_sgd, "F_0", "F_pp"),
    )
)

DROPPED = tuple(
    PlantedError(
        name=f"{model.name}, {what}",
        error=f"Phase {phase} is missing.",
        model=model,
        planting=Dropped(phase, boundaries),
    )
    for model, phase, boundaries, what in (
        (diagonal, "III", False, "III dropped"),
        (quadratic, "IV", True, "IV dropped with its boundaries"),
        (kernel_ridge, "VIa", False, "VIa dropped"),
        (hermite(2), "2", False, "a phase dropped"),
    )
)

MISSING = tuple(
    PlantedError(
        name=f"{model.name}, boundary of {one} and {other} missing",
        error=f"{one} and {other} meet where the diagram has no boundary.",
        model=model,
        planting=Missing(one, other),
    )
    for model, one, other in (
        (quadratic, "II", "III"),
        (kernel_ridge, "V", "VIa"),
        (one_pass_sgd, "F_0", "K_pp"),
    )
)

MOVED = tuple(
    PlantedError(
        name=f"{model.name}, boundary of {one} and {other} moved{' in one' if in_one else ''}",
        error=f"The boundary of {one} and {other} is off by 0.1 in the exponents"
        + (f", in the region of {one} alone." if in_one else "."),
        model=model,
        planting=Moved(one, other, SHIFT, in_one),
    )
    for model, one, other, in_one in (
        (diagonal, "II", "III", True),
        (quadratic, "V", "VIa", True),
        (quadratic, "II", "III", False),
        (quadratic, "IV", "V", False),
        (diagonal, "Ib", "II", False),
    )
)
