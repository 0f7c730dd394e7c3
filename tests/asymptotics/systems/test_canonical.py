"""Equations in positive form: differences, terms on both sides, and what has none."""

import random
from functools import cache

import pytest
from declared_systems import RIDGE
from sympy import Add, Eq, Mul, Rational, Symbol, exp, expand

from asymptotics import IncompleteDiagram, phase_diagram
from asymptotics.symbols import a, gamma, n_eff, noise_variance, size, threshold, weight_decay
from asymptotics.systems import System, mode_sum
from asymptotics.systems.canonical import canonical


def test_a_difference_is_resolved():
    (_, of_kappa), (_, of_spare) = canonical(RIDGE, True).equations
    assert [one.expression for one in of_spare] == [
        n_eff * weight_decay / threshold,
        mode_sum(threshold * size**2 / (size**2 + threshold) ** 2),
    ]
    assert len(of_kappa) == 2


def test_equations_with_several_terms_on_both_sides():
    """x + y = n + p has no one term on the left: a further unknown stands for either side."""
    x, p = Symbol("x", positive=True), Symbol("p", positive=True)
    rho = Symbol("rho", real=True)
    both = System("both", (x,), (Eq(x + x**2, n_eff + p),), {"risk": 1 / x}, {n_eff: a, p: rho})
    exponents = {phase.risk.exponent for phase in phase_diagram(both).phases}
    assert exponents == {-a, -a / 2, -Symbol("rho", real=True), -rho / 2}


def test_an_equation_without_label_noise_can_lose_its_right_side():
    equation = Eq(n_eff * threshold, noise_variance)
    small = System("small", (threshold,), (equation,), {"risk": threshold}, {n_eff: a})
    with pytest.raises(ValueError, match="terms of one sign alone"):
        phase_diagram(small, noise="none")


def signed(first=1, second=1, third=1):
    """Kernel ridge regression with signs: those of the weight decay, of the sum of squares, of the noise."""
    held = size**2 / (size**2 + threshold)
    spare, squares = Symbol("D_s", positive=True), mode_sum(held**2)
    return System(
        "signed",
        (threshold, spare),
        (
            Eq(n_eff, mode_sum(held) + first * n_eff * weight_decay / threshold),
            Eq(spare, n_eff - second * squares),
        ),
        {"risk": (n_eff + third * noise_variance * squares) / spare},
        {n_eff: a, weight_decay: Symbol("ell", real=True)},
    )


@pytest.mark.parametrize(
    ("signs", "where", "terms"),
    [
        (
            {"first": -1},
            "the equation D_s = n_eff - sum_i",
            ["sum_i[s**4/(kappa + s**2)**2] in it", "lambda*n_eff/kappa in n_eff = "],
        ),
        ({"third": -1}, "quantities['risk'] = ", ["Delta*sum_i[s**4/(kappa + s**2)**2]/D_s in it"]),
    ],
    ids=["weight decay", "noise"],
)
def test_a_wrong_sign_is_among_those_that_are_named(signs, where, terms):
    """The difference that an equation was to resolve fails first: which of the two is wrong is not known."""
    signed()
    with pytest.raises(ValueError, match="is a difference that none of the other equations") as caught:
        signed(**signs)
    message = str(caught.value)
    assert message.startswith(f"signed: {where}")
    assert "\n" not in message
    named = message.split("or a sign is wrong: that of ")[1].split(", or of ")
    assert len(named) == len(terms)
    for one, term in zip(named, terms, strict=True):
        assert one.startswith(term)


HELD = size**2 / (size**2 + threshold)
SPARE = Symbol("D_s", positive=True)
FORMS = {
    "as a share of the samples": Eq(threshold, weight_decay + threshold * mode_sum(HELD) / n_eff),
    "divided by the samples": Eq(1, mode_sum(HELD) / n_eff + weight_decay / threshold),
    "as a difference": Eq(threshold * (n_eff - mode_sum(HELD)), n_eff * weight_decay),
    "in a denominator": Eq(threshold, n_eff * weight_decay / (n_eff - mode_sum(HELD))),
}
"""The equation of kernel ridge regression as papers write it (arXiv:2105.15004, arXiv:2406.11751)."""


SPARE_SAMPLES = Eq(SPARE, n_eff - mode_sum(HELD**2))


def ridge(equation, spare=SPARE_SAMPLES):
    quantities = {"risk": (n_eff + noise_variance * mode_sum(HELD**2)) / SPARE}
    scales = {n_eff: a, weight_decay: Symbol("ell", real=True)}
    return System("ridge", (threshold, SPARE), (equation, spare), quantities, scales)


@pytest.mark.parametrize("equation", FORMS.values(), ids=FORMS)
def test_an_equation_in_other_units_is_the_same(equation):
    expected = phase_diagram(ridge(Eq(n_eff, mode_sum(HELD) + n_eff * weight_decay / threshold)))
    found = phase_diagram(ridge(equation))
    assert {(frozenset(p.region.args), p.risk.expr) for p in found.phases} == {
        (frozenset(p.region.args), p.risk.expr) for p in expected.phases
    }


@pytest.mark.parametrize("unit", [1 / n_eff, threshold, n_eff * weight_decay / threshold**2])
def test_a_difference_in_other_units_is_the_same(unit):
    """D_s in units of the samples, or of anything: the risk is multiplied by them."""
    spare = Eq(SPARE, unit * (n_eff - mode_sum(HELD**2)))
    (_, of_spare) = canonical(ridge(FORMS["divided by the samples"], spare), True).equations
    assert {one.expression for one in of_spare[1]} == {
        unit * n_eff * weight_decay / threshold,
        mode_sum(unit * threshold * size**2 / (size**2 + threshold) ** 2),
    }


FEATURES, FIRST, SECOND = (Symbol(name, positive=True) for name in ("p", "k_1", "k_2"))
OF_FEATURES = mode_sum(size**2 / (size**2 + SECOND))
LITERATURE = Eq(n_eff, OF_FEATURES + n_eff * weight_decay / FIRST)
WRITINGS = {
    "as a difference": (LITERATURE, Eq(FIRST, SECOND * (1 - OF_FEATURES / FEATURES))),
    "two differences": (
        Eq(weight_decay, FIRST * (1 - OF_FEATURES / n_eff)),
        Eq(FIRST, SECOND * (1 - OF_FEATURES / FEATURES)),
    ),
    "in a denominator": (LITERATURE, Eq(SECOND, FIRST / (1 - OF_FEATURES / FEATURES))),
    "one less the other": (
        Eq(n_eff - FEATURES, n_eff * weight_decay / FIRST - FEATURES * FIRST / SECOND),
        Eq(FEATURES, OF_FEATURES + FEATURES * FIRST / SECOND),
    ),
}
"""The two equations of random features (arXiv:2405.15699)."""


def features(*equations):
    risk = mode_sum(SECOND**2 * size**3 / (size**2 + SECOND) ** 2)
    scales = {n_eff: a, weight_decay: Symbol("ell", real=True), FEATURES: Symbol("rho", real=True)}
    return System("features", (FIRST, SECOND), equations, {"risk": risk}, scales)


@pytest.mark.parametrize("equations", WRITINGS.values(), ids=WRITINGS)
def test_two_equations_may_be_written_in_many_ways(equations):
    written = features(LITERATURE, Eq(FEATURES * FIRST, FEATURES * SECOND - SECOND * OF_FEATURES))
    expected, found = (
        {(frozenset(p.region.args), p.risk.expr) for p in phase_diagram(system).phases}
        for system in (written, features(*equations))
    )
    assert len(found) == 6
    assert found == expected


@cache
def derived(name):
    """What is derived from equations as the literature has them."""
    unknowns, vanishing, risk, scales = SYSTEMS[name]
    equations = tuple(Eq(*sides) for sides in vanishing)
    phases = phase_diagram(System(name, unknowns, equations, {"risk": risk}, scales)).phases
    return {(frozenset(phase.region.args), phase.risk.expr) for phase in phases}


_SQUARES = mode_sum(size**4 / (size**2 + SECOND) ** 2)
_MISSED = mode_sum(SECOND**2 * size ** (2 + 1 / gamma) / (size**2 + SECOND) ** 2)
_ELL, _RHO = Symbol("ell", real=True), Symbol("rho", real=True)
SYSTEMS = {
    "ridge": (
        (SECOND, SPARE),
        [(n_eff, OF_FEATURES + n_eff * weight_decay / SECOND), (SPARE, n_eff - _SQUARES)],
        (n_eff * _MISSED + noise_variance * _SQUARES) / SPARE,
        {n_eff: a, weight_decay: _ELL},
    ),
    "random features": (
        (FIRST, SECOND, SPARE),
        [
            (n_eff, OF_FEATURES + n_eff * weight_decay / FIRST),
            (FEATURES, OF_FEATURES + FEATURES * FIRST / SECOND),
            (SPARE, n_eff - _SQUARES),
        ],
        n_eff * _MISSED / SPARE,
        {n_eff: a, weight_decay: _ELL, FEATURES: _RHO},
    ),
}


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(k, marks=pytest.mark.slow) for k in range(4, 60))]
)
def test_equations_mean_the_same_times_any_monomial_in_any_order(name, seed):
    draw = random.Random(seed)
    unknowns, vanishing, risk, scales = SYSTEMS[name]
    equations = []
    for left, right in draw.sample(vanishing, len(vanishing)):
        unit = Mul(*(symbol ** draw.choice([-1, 0, 0, 1]) for symbol in (*unknowns, n_eff, weight_decay)))
        terms = list(Add.make_args(expand((left - right) * unit * draw.choice([1, -1, Rational(2, 3)]))))
        draw.shuffle(terms)
        cut = draw.randrange(len(terms))
        equations.append(Eq(Add(*terms[:cut]), -Add(*terms[cut:]), evaluate=False))
    phases = phase_diagram(System(name, unknowns, tuple(equations), {"risk": risk}, scales)).phases
    assert {(frozenset(phase.region.args), phase.risk.expr) for phase in phases} == derived(name)


def test_an_identity_is_refused():
    nothing = Eq(FIRST * (n_eff - FEATURES), FIRST * n_eff - FIRST * FEATURES, evaluate=False)
    with pytest.raises(ValueError, match="features: the equation 1 says nothing: its sides are the same"):
        features(nothing, LITERATURE)


def test_a_wrong_sign_in_other_units_is_refused():
    wrong = Eq(threshold, weight_decay - threshold * mode_sum(HELD) / n_eff)
    with pytest.raises(ValueError, match=r"like n = sum \+ positive terms; or a sign is wrong: .*/n_eff in"):
        ridge(wrong)


def test_a_difference_that_sympy_has_no_sign_for_is_resolved():
    """The filter of gradient flow, 1 - exp(-s^2/kappa): f (1 - f) is positive."""
    flow = 1 - exp(-(size**2) / threshold)
    spare = Eq(SPARE, n_eff - mode_sum(flow**2))
    (_, (_, terms)) = canonical(
        ridge(Eq(n_eff, mode_sum(flow) + n_eff * weight_decay / threshold), spare), True
    ).equations
    assert len(terms) == 2
    assert {len(one.summands) for one in terms} == {0, 1}


def test_a_sum_of_negative_terms_comes_before_the_differences_that_it_was_to_resolve():
    held = size**2 / (size**2 + threshold)
    spare = Symbol("D_s", positive=True)
    wrong = mode_sum(size**2 / (size**2 - threshold))
    equations = (Eq(n_eff, wrong), Eq(spare, n_eff - mode_sum(held**2)))
    with pytest.raises(ValueError, match=r"signed: sum_i\[s\*\*2/\(-kappa \+ s\*\*2\)\] has a negative term"):
        System("signed", (threshold, spare), equations, {"risk": 1 / spare}, {n_eff: a})


def test_a_system_without_a_solution_is_told_apart_at_a_point_where_no_terms_are_alike():
    """D_s = sum f^2 - n_eff is negative, and at a = ell = 0 all terms are of order one."""
    held = size**2 / (size**2 + threshold)
    spare = Symbol("D_s", positive=True)
    inverse = Symbol("v", positive=True)
    equations = (
        Eq(n_eff, mode_sum(held) + n_eff * weight_decay / threshold),
        Eq(-spare, n_eff - mode_sum(held**2)),
        Eq(spare * inverse, 1),
    )
    scales = {n_eff: a, weight_decay: Symbol("ell", real=True)}
    system = System("negative", (threshold, spare, inverse), equations, {"risk": inverse}, scales)
    with pytest.raises(IncompleteDiagram, match="holds anywhere; closest, at a = 2, ell = -3") as caught:
        phase_diagram(system)
    assert all(reason != "resonant terms" for f in caught.value.closest for reason, *_ in f.broken)
