"""The bilinear network: exponents of the quadratic one, constants by hand."""

from fractions import Fraction
from itertools import product
from pathlib import Path

import mpmath
import pytest
from sympy import pi, simplify, sqrt

from asymptotics import BoundaryType, OnBoundary, models, phase_diagram, quadratic
from asymptotics.models import bilinear
from asymptotics.symbols import d, gamma, n_eff, noise_variance, weight_decay

GRID = [
    (Fraction(a, 10), Fraction(ell, 10), decay)
    for a, ell, decay in product(
        (-3, 3, 7, 13, 17, 23, 31), (-21, -9, -3, 1, 6, 11), (Fraction(5, 4), Fraction(4, 5))
    )
]


def test_exponents_are_those_of_the_quadratic_network_at_every_point():
    ours, theirs, seen = phase_diagram(bilinear), phase_diagram(quadratic), set()
    for a, ell, decay in GRID:
        try:
            phase, other = (diagram.locate(a=a, ell=ell, gamma=decay) for diagram in (ours, theirs))
        except OnBoundary:
            continue
        at = {"a": a, "ell": ell, "gamma": decay}
        assert phase.name == other.name
        for name, law in phase.laws.items():
            assert law.exponent == other.laws[name].exponent, (at, name)
        seen.add(phase.name)
    assert seen == {phase.name for phase in ours.phases}


def risk(name):
    return next(phase for phase in phase_diagram(bilinear).phases if phase.name == name).risk.expr


def test_constants_by_hand():
    """II: modes below kappa = lambda d/n_eff are lost; VI: d^2 parameters share the noise; III: shrinkage."""
    shrinkage = weight_decay * d / n_eff
    assert simplify(risk("VIb") - noise_variance * d / n_eff) == 0
    assert simplify(risk("III") - shrinkage**2) == 0
    two = 2 * gamma / (2 * gamma - 1) * (shrinkage / sqrt(d)) ** (2 - 1 / gamma)
    ratio = risk("II") / two
    for decay in (0.75, 1.25, 2):
        assert float(ratio.subs({gamma: decay, d: 1e8, n_eff: 1e5, weight_decay: 3})) == pytest.approx(
            1, rel=1e-12, abs=0
        )


def test_harmful_overfitting_by_hand():
    """kappa = delta (2 - t): alpha = 16 t^(5/2)/(15 pi), R = (Delta/alpha) 32 t^(7/2)/(105 pi)."""
    alpha = mpmath.mpf(10) ** -6
    t = (15 * mpmath.pi * alpha / 16) ** 0.4
    expected = 1 / alpha * 32 * t**3.5 / (105 * mpmath.pi)
    value = risk("V").subs({noise_variance: 1, n_eff: alpha * d})
    assert float(simplify(value).subs(pi, mpmath.pi)) == pytest.approx(float(expected), rel=1e-12, abs=0)


def test_the_declaration_is_short():
    text = (Path(models.__file__).parent / "bilinear.py").read_text()
    assert len([line for line in text[text.index("from __future__") :].splitlines() if line.strip()]) <= 60


def test_all_modes_are_felt_between_two_phases_of_one_law():
    """Both have Delta d/n_eff, and at a = 2 gamma the solved risk is 1.18 times that."""
    boundary = next(b for b in phase_diagram(bilinear).boundaries if str(b.relation) == "Eq(a, 2*gamma)")
    one, other = boundary.phases
    assert one.risk.expr == other.risk.expr
    assert boundary.type is BoundaryType.SATURATION
    with pytest.raises(NotImplementedError, match="declares no subordination_map"):
        boundary.law()


def test_a_law_that_needs_a_subordination_map_is_refused():
    boundaries = phase_diagram(bilinear, noise="none").boundaries
    boundary = next(b for b in boundaries if [p.name for p in b.phases] == ["III", "N"])
    with pytest.raises(NotImplementedError, match="declares no subordination_map"):
        boundary.law()
