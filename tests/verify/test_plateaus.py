"""Plateaus of learning curves against the solved risk."""

from dataclasses import replace
from fractions import Fraction

import mpmath
import pytest
from mpmath import mpf
from sympy import Rational

from asymptotics import diagonal, phase_diagram, plateaus, quadratic
from numerics import Problem, solve

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}

CURVES = [("quadratic", "1/2", 1), ("diagonal", "-1", 1)]


def slope_of_risk(network, a, ell, gamma, dimension=10**60):
    """d log R/d log n_eff of the solved risk, and log R/log d, at n_eff = d**a."""

    def log_risk(a):
        at = {"gamma": Fraction(gamma), "d": mpf(dimension), "noise_variance": mpf(1)}
        at |= {"n_eff": mpf(dimension) ** a, "weight_decay": mpf(dimension) ** (mpf(ell.p) / ell.q)}
        samples = at.pop("n_eff") * (dimension if network == "quadratic" else 1)
        problem = Problem(network, samples=samples, dim=int(at.pop("d")), **at)
        return mpmath.log(solve(problem).excess_risk, dimension)

    step = mpf(1) / 100
    return (log_risk(a + step) - log_risk(a - step)) / (2 * step), log_risk(a)


def is_level(plateau, network, ell, gamma):
    """Whether the solved risk is level between the ends of a plateau, at its exponent, and not beyond."""
    begins, ends = (mpf(end.a.p) / end.a.q for end in (plateau.begins, plateau.ends))
    tenth = (ends - begins) / 10
    inside = [slope_of_risk(network, begins + share * tenth, ell, gamma) for share in (2, 5, 8)]
    beyond = [slope_of_risk(network, ends + tenth, ell, gamma)[0]]
    beyond += [slope_of_risk(network, begins - tenth, ell, gamma)[0]] if begins > 0 else []
    level = mpf(plateau.exponent.p) / plateau.exponent.q
    return all(abs(slope) < 0.1 and abs(height - level) < 0.06 for slope, height in inside) and all(
        abs(slope) > 0.2 for slope in beyond
    )


@pytest.mark.parametrize(("network", "ell", "gamma"), CURVES)
def test_risk_is_level_on_plateaus(network, ell, gamma):
    ell = Rational(ell)
    found = plateaus(phase_diagram(NETWORKS[network]), ell=ell, gamma=gamma)
    assert found
    for plateau in found:
        assert is_level(plateau, network, ell, gamma)
        later = replace(plateau.ends, a=plateau.ends.a + Rational(1, 4))
        earlier = replace(plateau.ends, a=plateau.ends.a - Rational(1, 4))
        for wrong in ({"ends": later}, {"ends": earlier}, {"exponent": plateau.exponent - Rational(1, 8)}):
            assert not is_level(replace(plateau, **wrong), network, ell, gamma)
