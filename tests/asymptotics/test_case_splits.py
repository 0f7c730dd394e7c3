"""Answers with a symbolic parameter against those at numbers: inside each case, on both sides of its ends."""

import pickle
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from sympy import Expr, Rational, S, Symbol, latex, oo

from asymptotics import CaseSplit, OnBoundary, diagonal, kernel_ridge, phase_diagram, plateaus, quadratic
from asymptotics import symbols as letters
from asymptotics.case_splits import LOWEST, between
from asymptotics.symbols import a, b, gamma

MODELS = {"diagonal": diagonal, "quadratic": quadratic, "kernel": kernel_ridge}
ARGUMENTS = {gamma: "gamma", b: "b", letters.source: "source"}
HALF = Rational(1, 2)
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""An example is one diagram asked twice: it is told as it is."""

CHEAP = [("quadratic", "fixed", "erm"), ("quadratic", "scaled", "erm"), ("kernel", "scaled", "erm")]
EVERY = [
    *((name, noise, "erm") for name in ("diagonal", "quadratic", "kernel") for noise in ("fixed", "none")),
    *((name, "scaled", kind) for name in ("diagonal", "quadratic") for kind in ("erm", "bayes", "ridge")),
    *(("diagonal", noise, kind) for noise in ("fixed", "none") for kind in ("bayes", "ridge")),
    *CHEAP,
]

small = st.fractions(-2, 2, max_denominator=4)
decays = st.fractions(HALF, 6, max_denominator=60).filter(lambda x: x > HALF)
positive = st.fractions(0, 5, max_denominator=40).filter(lambda x: x > 0)
VALUES = {gamma: decays, b: positive, letters.source: positive}


@cache
def diagram_of(name, noise, estimator):
    return phase_diagram(MODELS[name], noise=noise, estimator=estimator)


def exact(value):
    return Rational(value.numerator, value.denominator)


def at_numbers(answer, numbers):
    """The answer of the case that holds at numbers, with them in its ends; None between two cases."""
    if not isinstance(answer, CaseSplit):
        return tuple(written(item, numbers) for item in answer)
    value = numbers[answer.parameter]
    for start, end, inner in answer:
        if S(start).subs(numbers) < value < S(end).subs(numbers):
            return at_numbers(inner, numbers)
    return None


def written(item, numbers):
    """A stretch of a curve, or a plateau, at numbers."""
    if isinstance(item, tuple):
        return tuple(S(x).subs(numbers) if isinstance(x, Expr) else x for x in item)
    begins, ends = (replace(end, a=S(end.a).subs(numbers)) for end in (item.begins, item.ends))
    return replace(item, begins=begins, ends=ends, exponent=S(item.exponent).subs(numbers))


def given_as(numbers):
    return {ARGUMENTS[symbol]: value for symbol, value in numbers.items()}


@st.composite
def questions(draw, diagrams):
    """A diagram, a straight line, what is left open, and numbers for all parameters."""
    name, noise, estimator = draw(st.sampled_from(diagrams))
    parameters = [gamma] + [b] * (noise == "scaled") + [letters.source] * (name == "kernel")
    numbers = {symbol: exact(draw(VALUES[symbol])) for symbol in parameters}
    closed = draw(st.sampled_from(parameters)) if len(parameters) > 1 else None
    free = [x for x in parameters if x != closed]
    if {gamma, letters.source} <= {*free}:
        free.remove(letters.source)
    height = draw(
        st.one_of(
            small.map(exact),
            st.sampled_from([oo, -oo]),
            st.builds(lambda x, y: exact(x) + exact(y) * a, small, small),
            st.builds(lambda x, y, z: exact(x) + exact(y) * a + exact(z) * gamma, small, small, small),
        )
    )
    return Question((name, noise, estimator), height, free, numbers)


class Question(NamedTuple):
    """Which diagram, along which line, what is left open, and numbers for all parameters."""

    which: tuple[str, str, str]
    height: Expr
    free: list[Symbol]
    numbers: dict[Symbol, Expr]


def answers(ask, free, numbers):
    """The answer with something left open, at numbers, and the answer at these numbers."""
    try:
        split = ask(**given_as({x: value for x, value in numbers.items() if x not in free}))
        direct = ask(**given_as(numbers))
    except OnBoundary:
        assume(False)
    return split, at_numbers(split, numbers), direct


# --- learning curves, plateaus and the best weight decay


def check_learning_curve(question):
    ask = partial(diagram_of(*question.which).learning_curve, ell=question.height)
    split, inside, direct = answers(ask, question.free, question.numbers)
    assert split.parameter in question.free
    assert inside is None or inside == direct


def check_plateaus(question):
    ask = partial(plateaus, diagram_of(*question.which), ell=question.height)
    _, inside, direct = answers(ask, question.free, question.numbers)
    assert inside is None or inside == direct


@settings(deadline=None, max_examples=12, phases=UNSHRUNK)
@given(questions(CHEAP))
def test_learning_curves_with_something_open_are_those_at_numbers(question):
    check_learning_curve(question)


@settings(deadline=None, max_examples=8, phases=UNSHRUNK)
@given(questions(CHEAP))
def test_plateaus_with_something_open_are_those_at_numbers(question):
    check_plateaus(question)


@pytest.mark.slow
@settings(deadline=None, max_examples=40, phases=UNSHRUNK)
@given(questions(EVERY))
def test_every_diagram_answers_with_something_open_as_at_numbers(question):
    check_learning_curve(question)
    check_plateaus(question)


@pytest.mark.parametrize("noise", ["fixed", pytest.param("none", marks=pytest.mark.slow), "scaled"])
@pytest.mark.parametrize("name", [pytest.param("diagonal", marks=pytest.mark.slow), "quadratic"])
@settings(deadline=None, max_examples=10, phases=UNSHRUNK)
@given(decays, positive)
def test_best_weight_decays_with_something_open_are_those_at_numbers(name, noise, decay, scale):
    numbers = {gamma: exact(decay)} | ({b: exact(scale)} if noise == "scaled" else {})
    diagram = diagram_of(name, noise, "erm")
    for free in [[x] for x in numbers] + [[*numbers]]:
        _, inside, direct = answers(diagram.optimal_weight_decay, free, numbers)
        assert inside is None or inside == direct


LINES = [
    *((("quadratic", "fixed", "erm"), x) for x in (-1, Rational(-1, 4), HALF, 2, gamma * a / 4 - HALF)),
    (("quadratic", "fixed", "erm"), (a + gamma) / (2 * gamma - 1)),
    (("quadratic", "none", "erm"), a / 3 - gamma / 2),
]
"""Lines on which gamma alone may be open, by hand or at random with several cases."""


@pytest.mark.parametrize(("which", "height"), LINES, ids=str)
def test_on_both_sides_of_each_end_of_a_case_its_answer_holds(which, height):
    diagram = diagram_of(*which)
    split = diagram.learning_curve(ell=height)
    assert split[0][0] == HALF
    assert split[-1][1] == oo
    for (_, end, before), (start, _, after) in pairwise(split):
        assert end == start
        assert before != after
        for side in (-1, 1):
            number = Rational(str(end.evalf(40))) + Rational(side, 10**8)
            inside = at_numbers(split, {gamma: number})
            assert inside == diagram.learning_curve(ell=height, gamma=number)
            assert at_numbers((after, before)[side < 0], {gamma: number}) == inside


def test_cases_found_by_hand():
    curve = diagram_of("quadratic", "fixed", "erm").learning_curve
    assert [(low, high) for low, high, _ in curve(ell=Rational(-1, 4))] == [
        (HALF, Rational(5, 6)),
        (Rational(5, 6), oo),
    ]
    # ell = gamma a/4 - 1/2 is steeper than ell = (a - 1)/2 above gamma = 2, than ell = a - 1/2 above 4
    found = [(low, high, [p.name for *_, p in x]) for low, high, x in curve(ell=gamma * a / 4 - HALF)]
    assert found == [
        (HALF, 2, ["IV", "V", "VIa", "VIb"]),
        (2, 4, ["II", "III"]),
        (4, oo, ["Ib"]),
    ]


def test_cases_of_gamma_hold_cases_of_b():
    split = diagram_of("quadratic", "scaled", "erm").learning_curve(ell=-1)
    assert split.parameter == gamma
    assert {inner.parameter for *_, inner in split} == {b}
    for _, _, inner in split:
        assert (inner[0][0], inner[-1][1]) == (0, oo)
        assert all(before[1] == after[0] for before, after in pairwise(inner))
    # VIa, d n_eff^-1 while some modes are lost, ends at a = 2 gamma - b: it is there for b < 2 gamma - 1 only
    (low, high, first), *_ = split[0][2]
    assert (low, high) == (0, 2 * gamma - 1)
    assert [str(end) for _, end, phase in first if phase.name == "VIa"] == ["-b + 2*gamma"]


def test_cases_that_do_not_differ_are_one_optimum():
    optimum = diagram_of("quadratic", "fixed", "erm").optimal_weight_decay()
    assert not isinstance(optimum, CaseSplit)
    assert [(start, end) for start, end, *_ in optimum] == [(0, 2 * gamma), (2 * gamma, oo)]
    split = diagram_of("quadratic", "scaled", "erm").optimal_weight_decay()
    assert split.parameter == b
    assert [(low, high) for low, high, _ in split] == [(0, 2 * gamma - 1), (2 * gamma - 1, oo)]


def test_gamma_and_the_source_are_not_both_open():
    for noise in ("fixed", "scaled"):
        with pytest.raises(ValueError, match=r"^source=None: must be given where gamma is left open"):
            diagram_of("kernel", noise, "erm").learning_curve(ell=-1)
    split = diagram_of("kernel", "fixed", "erm").learning_curve(ell=-1, gamma=1)
    assert [(low, high) for low, high, _ in split] == [(0, 1), (1, oo)]


@pytest.mark.parametrize(
    ("given", "where", "names"),
    [
        ({"gamma": 2}, "a just above b/3, ell = a/2 - b/2 - 1/2, gamma = 2", {"II", "IV"}),
        ({"b": 1}, "a just above 1, ell = a/2 - 1, b = 1", {"III", "VIb"}),  # gamma < 1
    ],
)
def test_a_curve_along_a_boundary_has_no_cases(given, where, names):
    diagram = diagram_of("quadratic", "scaled", "erm")
    with pytest.raises(OnBoundary) as caught:
        diagram.learning_curve(ell=a / 2 - b / 2 - HALF, **given)
    assert str(caught.value).startswith(f"({where}) lies on the boundary")
    assert {phase.name for phase in caught.value.phases} == names
    # where the phases meet, numbers say the same
    with pytest.raises(OnBoundary):
        diagram.learning_curve(ell=a / 2 - b / 2 - HALF, **({"gamma": 0.75, "b": 1} | given))


def test_a_planted_boundary_is_found_at_another_gamma():
    # were phase VIb to begin at a = 3 gamma, so would the last stretch of every curve
    diagram = diagram_of("quadratic", "fixed", "erm")
    moved = tuple(
        replace(phase, region=phase.region.xreplace({2 * gamma: 3 * gamma}))
        if phase.name in ("VIa", "VIb")
        else phase
        for phase in diagram.phases
    )
    wrong = replace(diagram, phases=moved)
    ((*_, curve),) = wrong.learning_curve(ell=-1)
    assert curve[-1][0] == 3 * gamma
    assert at_numbers(wrong.learning_curve(ell=-1), {gamma: S(2)}) != diagram.learning_curve(ell=-1, gamma=2)


# --- how cases are shown


def test_cases_are_shown_as_text_and_latex():
    split = diagram_of("quadratic", "fixed", "erm").learning_curve(ell=HALF)
    assert str(split).splitlines()[:3] == ["for gamma < 1:", "    0 < a < 1: Ib", "    1 < a < gamma + 1: II"]
    text = split.to_latex()
    assert text.count(r"\begin{cases}") == text.count(r"\end{cases}") == 3
    assert r"\text{VIa} & \text{for } 2 < a < 2 \gamma" in text
    assert text.count("{") == text.count("}")
    assert split._repr_latex_() == f"${text}$"


def test_cases_inside_cases_are_indented():
    lines = str(diagram_of("quadratic", "scaled", "erm").learning_curve(ell=-1)).splitlines()
    assert lines[0] == "for gamma < 3/2:"
    assert lines[1:3] == ["    for b < 2*gamma - 1:", "        0 < a < b/(2*gamma - 1): N"]


def test_optima_and_plateaus_are_shown_too():
    optimum = diagram_of("quadratic", "scaled", "erm").optimal_weight_decay()
    assert "    a > -b + 2*gamma: 0, Delta*d/(2*n_eff)" in str(optimum).splitlines()
    assert latex(optimum[0][2][-1][3].expr) in optimum.to_latex()
    found = plateaus(diagram_of("quadratic", "fixed", "erm"), ell=-gamma)
    assert str(found) == "for gamma > 1/2:\n    none"
    assert r"\text{none}" in found.to_latex()


def test_intervals_are_written_without_ends_that_say_nothing():
    assert between(gamma, LOWEST[gamma], S(2), str) == "gamma < 2"
    assert between(gamma, HALF, oo, str) == "gamma > 1/2"
    assert between(a, S.Zero, 2 * gamma, str) == "0 < a < 2*gamma"
    assert between(b, S.Zero, S.One, latex) == "b < 1"
    assert between(b, S.One, S(2), str) == "1 < b < 2"


def test_cases_are_tuples_that_travel():
    split = diagram_of("quadratic", "fixed", "erm").learning_curve(ell=HALF)
    assert split == tuple(split)
    for other in (pickle.loads(pickle.dumps(split)), deepcopy(split)):
        assert other == split
        assert (other.parameter, str(other)) == (split.parameter, str(split))
    assert CaseSplit([(S.Zero, oo, ())], b) == ((0, oo, ()),)
    assert Fraction(1, 2) == split[0][0]
