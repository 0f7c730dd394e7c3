"""Symbols and names with two meanings are refused, in one line that names the field."""

import pytest
from declared_systems import RIDGE
from sympy import Integer, Symbol

from asymptotics import InvalidArgument, phase_diagram
from asymptotics.symbols import a, d, ell, gamma, n_eff, noise_variance, size, threshold, weight_decay
from asymptotics.systems import System

(SPARE,) = set(RIDGE.unknowns) - {threshold}
RISK = RIDGE.quantities["risk"]


def named(unknown, old=SPARE, **changes):
    """The system with another symbol for an old one."""
    return System(
        **{
            "name": "ridge",
            "unknowns": tuple(x.subs(old, unknown) for x in RIDGE.unknowns),
            "equations": tuple(equation.subs(old, unknown) for equation in RIDGE.equations),
            "quantities": {"risk": RISK.subs(old, unknown)},
            "scales": {n_eff: a, weight_decay: ell},
            **changes,
        }
    )


def positive(name):
    return Symbol(name, positive=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scales": {n_eff: a, weight_decay: ell, d: Integer(2)}}, "scales=.*d is what all scales"),
        ({"scales": {n_eff: a, weight_decay: ell, size: Integer(2)}}, "scales=.*s is the size of a mode"),
        ({"scales": {n_eff: a, weight_decay: ell, gamma: a}}, "scales=.*gamma is a parameter"),
        ({"scales": {n_eff: a, weight_decay: ell, threshold: a}}, "unknowns=.*kappa is a variable with a"),
        ({"scales": {n_eff: n_eff, weight_decay: ell}}, "scales=.*n_eff is a coordinate"),
        ({"scales": {n_eff: threshold, weight_decay: ell}}, "unknowns=.*kappa is a coordinate"),
        ({"scales": {n_eff: d, weight_decay: ell}}, r"scales\[n_eff\]=d.*d is a physical variable"),
        ({"scales": {n_eff: Symbol("a"), weight_decay: ell}}, "scales=a.*from asymptotics.symbols"),
        ({"quantities": {"risk": RISK, "excess_risk": RISK}}, "quantities=.*'excess_risk' is that of"),
        (
            {"quantities": {"risk": RISK, "threshold": RISK}},
            "quantities=.*'threshold' is that of the law of k",
        ),
        ({"quantities": {"risk": RISK, "D_s": RISK}}, "quantities=.*'D_s' is that of the law of D_s"),
    ],
)
def test_a_field_has_one_meaning_for_each_name(changes, words):
    with pytest.raises(InvalidArgument, match=words) as caught:
        named(SPARE, **changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("unknown", "words"),
    [
        (d, "unknowns=.*d is what all scales"),
        (size, "unknowns=.*s is the size"),
        (gamma, "unknowns=.*gamma is a parameter"),
        (weight_decay, "unknowns=.*lambda is a variable with a scale"),
        (noise_variance, "unknowns=.*Delta is the variance of the label noise"),
        (positive("risk"), "unknowns=.*risk has the name"),
        (positive("excess_risk"), "unknowns=.*excess_risk has the name"),
        (positive("threshold"), "unknowns=.*not so kappa and threshold"),
        (Symbol("kappa", positive=True, integer=True), "unknowns=.*another kappa: take it"),
    ],
)
def test_an_unknown_is_a_symbol_of_its_own(unknown, words):
    with pytest.raises(InvalidArgument, match=words) as caught:
        named(unknown)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("old", [gamma, noise_variance])
def test_symbols_are_those_of_asymptotics(old):
    with pytest.raises(InvalidArgument, match=rf"another {old}: take it from asymptotics.symbols"):
        named(Symbol(old.name), old)


def test_a_symbol_that_the_engine_might_choose_is_free():
    """An unknown u_1 beside a sum in a denominator, which the engine calls by a name of its own."""
    shared = {"risk": RISK / RIDGE.quantities["degrees_of_freedom"]}
    theirs = named(positive("u_1"), quantities={"risk": shared["risk"].subs(SPARE, positive("u_1"))})
    ours = named(SPARE, quantities=shared)
    laws = [[(p.risk.expr, p.threshold.expr) for p in phase_diagram(one)] for one in (ours, theirs)]
    assert laws[0] == laws[1]
