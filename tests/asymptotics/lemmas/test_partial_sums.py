"""Sums over the first modes of a power law, and over the rest, against the sums themselves."""

import pytest
from sympy import Rational, S, Symbol, oo, sqrt

from asymptotics.algebra.polyhedra import EVERYWHERE, SignChange
from asymptotics.lemmas.partial_sums import head_mean, tail_mean
from asymptotics.symbols import d, gamma

number = Symbol("p", positive=True)

DIM, FIRST = 10**6, 10**3


def summed(power, decay, modes):
    return sum((DIM**0.5 * i**-decay) ** power for i in modes) / DIM


def at(value, decay):
    return float(value.subs({gamma: decay, number: FIRST, d: DIM}).evalf())


@pytest.mark.parametrize(("power", "decay"), [(0, Rational(5, 4)), (1, Rational(3, 4)), (2, 2), (1, 2)])
def test_the_first_modes(power, decay):
    domain = ((S.Half, S.One), (S.Zero, oo)) if decay < 1 else ((S.One, oo), (S.Zero, oo))
    mean = 3 * at(head_mean(S.One, S(power), sqrt(d), number, domain), decay)
    # the next order is zeta(gamma q) p^(gamma q - 1), a quarter power here, or p^(1 - gamma q)
    nearly = 0.7 if decay < 1 else 2e-3
    assert mean == pytest.approx(3 * summed(power, float(decay), range(1, FIRST + 1)), rel=nearly, abs=0)


@pytest.mark.parametrize("decay", [Rational(3, 4), Rational(5, 4), 2])
def test_the_energy_of_the_rest(decay):
    mean = at(tail_mean(S.One, S(2), sqrt(d), number, EVERYWHERE), decay)
    beyond = float(DIM ** (1 - 2 * decay) / (2 * decay - 1))  # modes that are not there
    assert mean - beyond == pytest.approx(summed(2, float(decay), range(FIRST + 1, DIM + 1)), rel=3e-3, abs=0)


def test_which_end_leads_depends_on_the_decay():
    with pytest.raises(SignChange):
        head_mean(S.One, S.One, sqrt(d), number, EVERYWHERE)


def test_the_rest_must_converge():
    with pytest.raises(ValueError, match="does not converge"):
        tail_mean(S.One, S.Zero, sqrt(d), number, EVERYWHERE)
