"""Points, one deep in each phase, at which laws of the spectrum are looked at."""

from fractions import Fraction
from functools import cache

from asymptotics import diagonal, phase_diagram, quadratic

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}


GAMMA = Fraction(5, 4)


POINTS = {  # noise, exponents a, ell, b
    "Ib": ("fixed", (Fraction(1, 2), Fraction(2), None)),
    "Ia": ("fixed", (Fraction(-1, 4), Fraction(-2), None)),
    "II": ("fixed", (Fraction(1, 2), Fraction(-1, 8), None)),
    "III": ("fixed", (Fraction(6), Fraction(4), None)),
    "IV": ("fixed", (Fraction(1, 4), Fraction(-2), None)),
    "V": ("fixed", (Fraction(9, 20), Fraction(-2), None)),
    "VIa": ("fixed", (Fraction(3, 2), Fraction(-2), None)),
    "VIb": ("fixed", (Fraction(6), Fraction(1), None)),
    "N": ("none", (Fraction(1, 2), Fraction(-3), None)),
    "II scaled": ("scaled", (Fraction(1, 2), Fraction(-1, 8), Fraction(1, 10))),
    "IV scaled": ("scaled", (Fraction(2, 5), Fraction(-2), Fraction(1, 5))),
    "V scaled": ("scaled", (Fraction(3, 4), Fraction(-2), Fraction(1, 10))),
    "VIa scaled": ("scaled", (Fraction(3, 2), Fraction(-2), Fraction(1, 10))),
    "N scaled": ("scaled", (Fraction(1, 2), Fraction(-3), Fraction(2))),
    "Ib scaled": ("scaled", (Fraction(1, 2), Fraction(2), Fraction(1, 10))),
    "Ia scaled": ("scaled", (Fraction(-1, 4), Fraction(-2), Fraction(1, 10))),
    "III scaled": ("scaled", (Fraction(6), Fraction(4), Fraction(1, 10))),
    "VIb scaled": ("scaled", (Fraction(6), Fraction(1), Fraction(1, 10))),
    "II by its error": ("scaled", (Fraction(1, 2), Fraction(-1, 8), Fraction(1))),
    "III by its error": ("scaled", (Fraction(2), Fraction(-1, 2), Fraction(5))),
    "Ib none": ("none", (Fraction(1, 2), Fraction(2), None)),
    "Ia none": ("none", (Fraction(-1, 4), Fraction(-2), None)),
    "II none": ("none", (Fraction(1, 2), Fraction(-1, 4), None)),
    "III none": ("none", (Fraction(2), Fraction(-1, 2), None)),
}


@cache
def phase_at(network, case):
    noise, (a, ell, b) = POINTS[case]
    phase = phase_diagram(NETWORKS[network], noise=noise).locate(a=a, ell=ell, gamma=GAMMA, b=b)
    assert phase.name == case.split()[0]
    return phase


@cache
def laws_at(network, case):
    return phase_at(network, case).spectrum()


IN_BOTH = sorted(
    (network, case) for network in NETWORKS for case in POINTS if (network, case[:2]) != ("diagonal", "IV")
)
