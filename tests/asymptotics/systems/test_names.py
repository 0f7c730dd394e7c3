"""Symbols and names with two meanings are refused, in one line that names the field."""

import pytest
from declared_systems import RIDGE
from sympy import Dummy, Integer, Symbol

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


@pytest.mark.parametrize(
    "assumed",
    [{"integer": True}, {"even": True}, {"rational": True}, {"irrational": True}],
    ids=lambda assumed: next(iter(assumed)),
)
def test_variables_and_unknowns_are_positive_and_nothing_else(assumed):
    wrong = Symbol("mu", positive=True, **assumed)
    only = r"Symbol\('mu', positive=True\), with no other assumption"
    with pytest.raises(InvalidArgument, match=f"^unknowns=mu: .*{only}"):
        named(wrong)
    with pytest.raises(InvalidArgument, match=f"^scales=mu: .*{only}"):
        named(wrong, weight_decay, unknowns=RIDGE.unknowns, scales={n_eff: a, wrong: ell})
    with pytest.raises(InvalidArgument, match=f"^unknowns=_mu: .*{only}"):
        named(Dummy("mu", positive=True))


@pytest.mark.parametrize(
    "assumed", ["positive", "negative", "nonnegative", "nonzero", "integer", "rational", "zero"]
)
def test_coordinates_are_real_at_most(assumed):
    """Of x > 0 with x negative SymPy makes False, of x = 1/2 with an integer, too."""
    for x in (Symbol("x", **{assumed: True}), Dummy("x", real=True)):
        with pytest.raises(
            InvalidArgument, match=r"^scales\[lambda\]=_?x: .*Symbol\('x', real=True\)"
        ) as caught:
            named(SPARE, scales={n_eff: a, weight_decay: x})
        assert "\n" not in str(caught.value)
    for x in (Symbol("x"), Symbol("x", real=True)):
        phases = phase_diagram(named(SPARE, scales={n_eff: a, weight_decay: x})).phases
        assert [p.risk.exponent.subs(x, ell) for p in phases] == [
            p.risk.exponent for p in phase_diagram(named(SPARE)).phases
        ]


@pytest.mark.parametrize("name", ["weight_decay", "source", "noise_variance", "width"])
def test_names_of_arguments_are_taken(name):
    with pytest.raises(InvalidArgument, match=f"there is another {name}: take it from asymptotics.symbols"):
        named(positive(name), weight_decay, scales={n_eff: a, positive(name): ell})


@pytest.mark.parametrize("name", ["", "self", "point", "digits"])
def test_names_that_functions_of_values_have(name):
    with pytest.raises(InvalidArgument, match=f"called otherwise than '{name}'"):
        named(positive(name), weight_decay, scales={n_eff: a, positive(name): ell})
    with pytest.raises(InvalidArgument, match=f"called otherwise than '{name}'"):
        named(SPARE, scales={n_eff: a, weight_decay: Symbol(name, real=True)})


def test_a_variable_has_not_the_name_of_an_unknown():
    with pytest.raises(InvalidArgument, match="there is another D_s"):
        named(Symbol("D_s", positive=True, integer=True), weight_decay, unknowns=RIDGE.unknowns)


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
