"""A row of each table of a report."""

from __future__ import annotations

from fractions import Fraction

from verify.outcomes import Check, Omission

CHECK = Check(
    network="quadratic",
    phase="II",
    quantity="excess_risk",
    kind="exponent",
    a=Fraction(1, 2),
    ell=Fraction(-1),
    gamma=Fraction(5, 4),
    b=None,
    dim=10**48,
    predicted=-0.5,
    measured=-0.53,
    uncertainty=0.001,
    tolerance=0.003,
    verdict="disagrees",
)

OMISSION = Omission(
    network="quadratic",
    phase="II",
    quantity="pruned_risk",
    kind=None,
    a=Fraction(1, 2),
    ell=None,
    gamma=Fraction(5, 4),
    b=None,
    dim=10**48,
    reason="some",
)
