"""The phase diagrams against the table of arXiv:2509.24882, written out below in plain fractions."""

from dataclasses import FrozenInstanceError, replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import inf
from random import Random

import mpmath
import numpy as np
import pytest
import sympy
from leading import HALF, POINTS, close, laws_at, sizes
from mpmath import mpf
from sympy import Abs, Eq, Expr, Rational, latex, oo, simplify, sqrt

from asymptotics import Law, OnBoundary, diagonal, phase_diagram, quadratic
from asymptotics import symbols as letters

EPSILON = Fraction(1, 10**12)


def exact(value: Fraction) -> Expr:
    return Rational(value.numerator, value.denominator)


def number(expression, point) -> Fraction | float:
    """An exponent at a point."""
    value = sympy.S(expression).subs({getattr(letters, k): exact(v) for k, v in point.items()})
    return -inf if value == -oo else Fraction(int(value.p), int(value.q))


# --- the oracle: reductions and rates of the source paper, without a region, a hypothesis or a symbol


def expected(network: str, a: Fraction, ell: Fraction, gamma: Fraction) -> dict[str, object]:
    """Names and exponents from the table of rates; ``T`` is the larger of delta and kappa, K = d**modes."""
    noise = (1 - a) / 2  # alpha delta^2 = Delta + R with R at most of order one
    regularised = ell > (a - 1) / 2  # lambda >> sqrt(n_eff/d)
    starved = (
        not regularised and a < 1
    )  # fewer samples than directions: D = alpha holds the threshold at delta
    threshold = noise if starved else ell + 1 - a
    modes = (HALF - max(noise, threshold)) / gamma
    laws = {
        "effective_noise": noise,
        "threshold": threshold,
        "learned_modes": -inf if modes < 0 else min(modes, 1),
    }
    if modes < 0:
        name, risk = "Ia" if starved else "Ib", Fraction(0)
    elif regularised:
        # (lambda sqrt(d)/n_eff)**(2 - 1/gamma) while some modes are lost, then (lambda d/n_eff)**2
        name, risk = ("III", 2 * (ell + 1 - a)) if modes > 1 else ("II", (ell + HALF - a) * (2 - 1 / gamma))
    elif starved:
        benign = -a + a / (2 * gamma)
        harmful = Fraction(0) if network == "diagonal" else 2 * (a - 1) / 5
        name, risk = max(("IV", benign), ("V", harmful), key=lambda x: x[1])
    else:
        name, risk = "VIb" if modes > 1 else "VIa", 1 - a
    if starved:
        freedom = a - 1
    elif threshold < noise:
        freedom = Fraction(0)  # all the noise passes
    else:
        freedom = laws["learned_modes"] - (1 if modes >= 0 else 0)
    return {"name": name, "excess_risk": risk, "degrees_of_freedom": freedom, **laws}


LOGARITHMS = {  # powers of log d in phase V of the diagonal network
    "excess_risk": Fraction(-1),
    "threshold": HALF,
}


def test_every_exponent_of_a_thousand_random_points(diagram, random_point):
    random = Random(20)
    names = set()
    for _ in range(1000):
        point = random_point(random)
        try:
            phase = diagram.locate(**point)
        except OnBoundary:
            continue
        oracle = expected(diagram.model.name, **point)
        names.add(phase.name)
        assert phase.name == oracle["name"], point
        for quantity, law in phase.laws.items():
            assert number(law.exponent, point) == oracle[quantity], (phase.name, quantity, point)
    assert names == {phase.name for phase in diagram.phases}


def test_logarithms_appear_only_where_the_gaussian_tail_is_felt(of_diagonal, of_quadratic):
    for phase in of_quadratic.phases:
        assert {law.log_exponent for law in phase.laws.values()} == {0}
    for phase in of_diagonal.phases:
        at_tail = phase.threshold.log_exponent != 0
        assert at_tail == (str(phase.hypothesis.ordering.value) == "kappa at the edge of the noise")
        if phase.name == "V":
            for quantity, power in LOGARITHMS.items():
                assert phase.laws[quantity].log_exponent == exact(power)
            assert phase.learned.log_exponent == -1 / (2 * letters.gamma)  # K = (sqrt(d)/kappa)**(1/gamma)
        elif phase.name not in ("Ia", "Ib"):
            assert {law.log_exponent for law in phase.laws.values()} == {0}


def test_diagonal_network_has_no_benign_phase(of_diagonal, of_quadratic):
    # at fixed noise 1/log(d/n) exceeds every power of n: V holds as soon as anything is learned
    assert {phase.name for phase in of_diagonal.phases} == {"Ia", "Ib", "II", "III", "V", "VIa", "VIb"}
    assert {phase.name for phase in of_quadratic.phases} == {"Ia", "Ib", "II", "III", "IV", "V", "VIa", "VIb"}


# --- the regions tile the plane, and the boundaries between them


def holds(phase, point):
    return all(
        relation.subs({getattr(letters, k): exact(v) for k, v in point.items()}) == True  # noqa: E712
        for relation in phase.region.args
    )


def test_exactly_one_phase_holds_at_a_generic_point(diagram, random_point):
    random = Random(3)
    for _ in range(80):
        point = random_point(random)
        inside = [phase for phase in diagram.phases if holds(phase, point)]
        try:
            located = [diagram.locate(**point)]
        except OnBoundary:
            located = []
        assert inside == located


def random_point_on(boundary, random):
    """A random point of the hyperplane a boundary lies in, and the coordinate it is solved for."""
    gamma = Fraction(random.randint(5001, 30000), 10000)
    a = Fraction(random.choice((random.randint(-10000, 15000), random.randint(15000, 60000))), 10000)
    point = {"a": a, "ell": (a - 1) / 2 + Fraction(random.randint(-30000, 30000), 10000), "gamma": gamma}
    solved = boundary.relation.lhs.name
    return {**point, solved: number(boundary.relation.rhs, point)}, solved


def sides(diagram, point, solved):
    """The phases just below and just above a point in one coordinate."""
    return [diagram.locate(**{**point, solved: point[solved] + step}) for step in (-EPSILON, EPSILON)]


def near(phase, point):
    """Whether the point is in the closure of the region, as far as float64 tells."""
    a, ell, gamma = (float(point[name]) for name in ("a", "ell", "gamma"))
    return all(margin(a, ell, gamma) > -1e-9 for margin in _margins(phase.region))


@cache
def _margins(region):
    coordinates = (letters.a, letters.ell, letters.gamma)
    return [sympy.lambdify(coordinates, relation.gts - relation.lts, "math") for relation in region.args]


def test_both_phases_of_a_boundary_meet_there_and_their_risks_agree_if_continuous(diagram):
    random = Random(4)
    for boundary in diagram.boundaries:
        jumps = []
        for _ in range(2000):
            point, solved = random_point_on(boundary, random)
            if not all(near(phase, point) for phase in boundary.phases):
                continue  # the line of the boundary runs on between other phases
            with pytest.raises(OnBoundary) as caught:
                diagram.locate(**point)
            assert set(caught.value.phases) == set(boundary.phases)
            assert set(sides(diagram, point, solved)) == set(boundary.phases)
            one, other = (number(phase.risk.exponent, point) for phase in boundary.phases)
            jumps.append(one != other)
            if len(jumps) == 8:
                break
        assert len(jumps) == 8, boundary.relation
        assert boundary.continuous == (not any(jumps)), boundary.relation


def test_every_change_of_phase_is_a_boundary(diagram):
    random = Random(5)
    known = {frozenset(boundary.phases) for boundary in diagram.boundaries}
    met = set()
    for boundary in diagram.boundaries:
        for _ in range(20):
            point, solved = random_point_on(boundary, random)
            below, above = sides(diagram, point, solved)
            if below != above:
                met.add(frozenset((below, above)))
    assert met == known
    assert len(known) == len(diagram.boundaries)


def test_boundaries_between_different_names(of_diagonal, of_quadratic):
    a, ell, gamma = letters.a, letters.ell, letters.gamma
    shared = {
        frozenset(["Ib", "II"]): (Eq(ell, a - HALF_), True),
        frozenset(["II", "III"]): (Eq(ell, a - gamma - HALF_), True),
        frozenset(["II", "V"]): (Eq(ell, (a - 1) / 2), False),
        frozenset(["II", "VIa"]): (Eq(ell, (a - 1) / 2), False),
        frozenset(["III", "VIb"]): (Eq(ell, (a - 1) / 2), True),
        frozenset(["V", "VIa"]): (Eq(a, 1), True),
        # between two phases of one risk's power
        frozenset(["Ia", "Ib"]): (Eq(ell, (a - 1) / 2), True),
        frozenset(["VIa", "VIb"]): (Eq(a, 2 * gamma), True),
    }
    only = {
        "diagonal": {frozenset(["Ia", "V"]): (Eq(a, 0), True)},
        "quadratic": {
            frozenset(["Ia", "IV"]): (Eq(a, 0), True),
            frozenset(["II", "IV"]): (Eq(ell, (a - 1) / 2), True),
            # (1 - 1/(2 gamma)) a = 2 (1 - a)/5
            frozenset(["IV", "V"]): (Eq(a, 4 * gamma / (14 * gamma - 5)), True),
        },
    }
    for diagram in (of_diagonal, of_quadratic):
        found = {
            frozenset(phase.name for phase in boundary.phases): (boundary.relation, boundary.continuous)
            for boundary in diagram.boundaries
            if boundary.phases[0].name != boundary.phases[1].name
        }
        paper = shared | only[diagram.model.name]
        assert found.keys() == paper.keys()
        for names, (relation, continuous) in paper.items():
            assert found[names][0].lhs == relation.lhs
            assert simplify(found[names][0].rhs - relation.rhs) == 0
            assert found[names][1] == continuous


HALF_ = Rational(1, 2)


@pytest.mark.parametrize(
    ("point", "names"),
    [
        ({"a": 1, "ell": 0, "gamma": 1}, {"II", "V", "VIa"}),
        ({"a": 2, "ell": HALF, "gamma": 1}, {"II", "III", "VIa", "VIb"}),
        ({"a": 1, "ell": -3, "gamma": 2}, {"V", "VIa"}),
        ({"a": 4, "ell": Fraction(3, 2), "gamma": 3}, {"II", "VIa"}),
        ({"a": 4, "ell": 3.5, "gamma": 3}, {"Ib", "II"}),
    ],
)
def test_on_a_boundary_the_phases_that_meet_are_named(diagram, point, names):
    with pytest.raises(OnBoundary, match="boundary of") as caught:
        diagram.locate(**point)
    assert {phase.name for phase in caught.value.phases} == names
    assert isinstance(caught.value, ValueError)
    assert all(phase in diagram.phases for phase in caught.value.phases)


# --- leading constants, each from an integral or a formula of its own


@sizes
def test_trivial_risk_is_the_energy_of_the_target(diagram, gamma, n, d, penalty, noise):
    share = {"diagonal": 1, "quadratic": 2}[diagram.model.name]
    head, decay = 1000, 2 * gamma  # Euler-Maclaurin for sum_i i**(-2 gamma)
    tail = (
        mpf(head) ** (1 - decay) / (decay - 1)
        + mpf(head) ** -decay / 2
        + decay * mpf(head) ** (-decay - 1) / 12
    )
    energy = share * (mpmath.fsum(mpf(i) ** -decay for i in range(1, head)) + tail)
    for name in ("Ia", "Ib"):
        laws = laws_at(diagram, name, gamma, n, d, penalty, noise)
        assert close(laws["excess_risk"], energy, 1e-8)
        # alpha delta^2 = Delta + R (diagonal), 4 alpha delta^2 = Delta + R (quadratic)
        assert close(share**2 * n / d * laws["effective_noise"] ** 2, noise + energy, 1e-8)
        assert laws["learned_modes"] == 0


@sizes
def test_noise_feeds_delta_wherever_something_is_learned(diagram, gamma, n, d, penalty, noise):
    share = {"diagonal": 1, "quadratic": 4}[diagram.model.name]
    for name in POINTS.keys() - {"Ia", "Ib", "IV"}:
        laws = laws_at(diagram, name, gamma, n, d, penalty, noise)
        assert close(laws["effective_noise"] ** 2, noise * d / n / share)


# --- learning curves


def names(curve):
    return [phase.name for _, _, phase in curve]


@pytest.mark.parametrize(
    ("ell", "gamma"),
    [
        (-1, 1),
        (Fraction(1, 3), Fraction(5, 4)),
        (2, 2),
        (0, 3),
        (-HALF, Fraction(3, 4)),
        (letters.a / 3 - 1, 1),
        (letters.a - 1, 1),
        (letters.a**2 - 3, 2),
        (Abs(letters.a - 1) - 2, Fraction(3, 2)),
        (3 * letters.a, 1),
    ],
)
def test_learning_curve_is_what_locate_finds_along_it(diagram, ell, gamma):
    curve = diagram.learning_curve(ell=ell, gamma=gamma)
    assert curve[0][0] == 0
    assert curve[-1][1] == oo
    for (_, end, phase), (start, _, following) in pairwise(curve):
        assert end == start
        assert phase != following
    random = Random(6)
    for start, end, phase in curve:
        assert start < end
        low = (
            Fraction(str(start.evalf(30))) if not start.is_Rational else Fraction(int(start.p), int(start.q))
        )
        high = low + 5 if end == oo else Fraction(str(end.evalf(30)))
        for _ in range(4):
            a = exact(low + (high - low) * Fraction(random.randint(1, 999), 1000))
            height = ell.subs(letters.a, a) if isinstance(ell, Expr) else ell
            assert diagram.locate(a=a, ell=height, gamma=gamma) == phase


def test_learning_curve_of_the_paper(of_quadratic):
    # small weight decay, gamma = 1: benign until a = 4/9, harmful up to the peak at a = 1, then d/n_eff
    curve = of_quadratic.learning_curve(ell=-1, gamma=1)
    assert [(start, end) for start, end, _ in curve] == [
        (0, Rational(4, 9)),
        (Rational(4, 9), 1),
        (1, 2),
        (2, oo),
    ]
    assert names(curve) == ["IV", "V", "VIa", "VIb"]
    # weight decay of order sqrt(d): nothing is learned until a = 1, over-regularised until a = 2
    assert names(of_quadratic.learning_curve(ell=HALF, gamma=1)) == ["Ib", "II", "VIb"]
    # larger still: every mode is learned, but shrunk, before the noise takes over at a = 1 + 2 ell
    curve = of_quadratic.learning_curve(ell=2, gamma=1)
    assert names(curve) == ["Ib", "II", "III", "VIb"]
    assert [start for start, _, _ in curve] == [0, Rational(5, 2), Rational(7, 2), 5]


@pytest.mark.parametrize("slope", [letters.a / 2 - HALF_, 2 * (letters.a - 1) / 4])
def test_learning_curve_along_a_boundary_has_no_phase(diagram, slope):
    with pytest.raises(OnBoundary) as caught:
        diagram.learning_curve(ell=slope, gamma=1)
    assert len(caught.value.phases) >= 2


def test_learning_curve_that_cannot_be_solved_says_so(of_diagonal):
    with pytest.raises(ValueError, match="cannot be solved"):
        of_diagonal.learning_curve(ell=sympy.sin(letters.a) - 2, gamma=1)


# --- arguments


def test_points_may_be_given_in_every_exact_way(diagram):
    phase = diagram.locate(a=Fraction(1, 4), ell=-1, gamma=1)
    for quarter in (0.25, Rational(1, 4), np.float64(0.25)):
        assert diagram.locate(a=quarter, ell=np.int64(-1), gamma=1.0) is phase
    assert diagram.locate(a=sqrt(2) / 6, ell=-1, gamma=1) is phase


WRONG = [
    float("nan"),
    "1",
    None,
    True,
    1j,
    np.bool_(True),
    letters.a,
    sympy.zoo,
    sympy.nan,
    sympy.I,
    [1],
]


@pytest.mark.parametrize("name", ["a", "ell", "gamma"])
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_what_is_no_number_is_refused(of_diagonal, name, wrong):
    point = {"a": Fraction(1, 4), "ell": -1, "gamma": 1}
    with pytest.raises(ValueError, match=name):
        of_diagonal.locate(**point | {name: wrong})


NO_WEIGHT_DECAY = [-oo, float("-inf"), -mpmath.inf, np.float64("-inf")]


@pytest.mark.parametrize("none", NO_WEIGHT_DECAY, ids=repr)
def test_no_weight_decay_is_where_there_is_little_enough(diagram, none):
    for a in map(Fraction, ("1/10", "3/5", "3/2", "5/2")):
        assert diagram.locate(a=a, ell=none, gamma=1) is diagram.locate(a=a, ell=-1000, gamma=1)
    assert diagram.learning_curve(ell=none, gamma=1) == diagram.learning_curve(ell=-1000, gamma=1)


def test_at_the_other_end_all_is_trivial(diagram):
    assert diagram.locate(a=3, ell=oo, gamma=1).name == "Ib"
    assert {phase.name for _, _, phase in diagram.learning_curve(ell=oo, gamma=1)} == {"Ib"}


def test_with_many_samples_at_fixed_weight_decay_noise_is_left(diagram):
    assert diagram.locate(a=oo, ell=7, gamma=1) is diagram.locate(a=1000, ell=7, gamma=1)
    assert diagram.locate(a=-oo, ell=7, gamma=1).name == "Ib"


def test_without_weight_decay_there_is_no_ell():
    for noise, point in (("fixed", {}), ("none", {}), ("scaled", {"b": 3})):
        bayes = phase_diagram(quadratic, noise=noise, estimator="bayes")
        assert not any(phase.region.has(letters.ell) for phase in bayes.phases)
        assert not any(boundary.relation.has(letters.ell) for boundary in bayes.boundaries)
        phase = bayes.locate(a=HALF, gamma=1, **point)
        assert phase is bayes.locate(a=HALF, ell=-3, gamma=1, **point)  # as with other estimators
        assert phase in [found for *_, found in bayes.learning_curve(gamma=1, **point)]
    with pytest.raises(ValueError, match=r"^ell='-1': must be"):
        bayes.locate(a=1, ell="-1", gamma=1, b=1)
    with pytest.raises(OnBoundary, match=r"\(a = 2, gamma = 1\)"):
        phase_diagram(quadratic, estimator="bayes").locate(a=2, gamma=1)


def test_with_weight_decay_ell_is_asked_for(diagram):
    for ask in (diagram.locate, diagram.learning_curve):
        with pytest.raises(ValueError, match=r"^ell=None: must be given in a diagram of .* estimator='erm'"):
            ask(gamma=1, **({"a": 1} if ask == diagram.locate else {}))


def test_a_long_number_on_a_boundary_is_not_written_out(diagram):
    third = Rational(1, 3) + Rational(1, 7**40)
    with pytest.raises(OnBoundary, match=r"^\(a = 0.333333333..., ell = -0.166666667...") as caught:
        diagram.locate(a=third, ell=third - Rational(1, 2), gamma=2)
    assert len(str(caught.value)) < 160


def test_boundaries_reach_to_the_ends(diagram):
    with pytest.raises(OnBoundary, match="a = 1, ell = -oo") as caught:
        diagram.locate(a=1, ell=-oo, gamma=1)
    assert {phase.name for phase in caught.value.phases} == {"V", "VIa"}


def test_two_ends_at_once_are_refused(diagram):
    with pytest.raises(ValueError, match="ell=-oo: must be finite"):
        diagram.locate(a=oo, ell=-oo, gamma=1)
    with pytest.raises(ValueError, match="gamma"):
        diagram.locate(a=1, ell=-oo, gamma=oo)


@pytest.mark.parametrize("gamma", [0.5, 0.4, 0, -1, Fraction(1, 2), Rational(1, 2)])
def test_targets_of_infinite_energy_are_refused(diagram, gamma):
    with pytest.raises(ValueError, match=r"^gamma=.*: must be a number above 1/2"):
        diagram.locate(a=1, ell=1, gamma=gamma)
    with pytest.raises(ValueError, match=r"^gamma=.*: must be a number above 1/2"):
        diagram.learning_curve(ell=1, gamma=gamma)


def test_gamma_just_above_one_half_is_allowed(diagram):
    assert diagram.locate(a=3, ell=-5, gamma=HALF + EPSILON).name == "VIb"


@pytest.mark.parametrize("b", [0, 1, Fraction(1, 2)])
def test_noise_exponent_does_not_belong_to_fixed_noise(diagram, b):
    with pytest.raises(ValueError, match="b="):
        diagram.locate(a=1, ell=1, gamma=1, b=b)
    with pytest.raises(ValueError, match="b="):
        diagram.learning_curve(ell=1, gamma=1, b=b)


def test_arguments_of_locate_are_named(diagram):
    with pytest.raises(TypeError):
        diagram.locate(1, 1, 1)


def test_unknown_noise_and_estimator_are_refused():
    with pytest.raises(ValueError, match="noise"):
        phase_diagram(diagonal, noise="loud")
    with pytest.raises(ValueError, match="estimator"):
        phase_diagram(diagonal, estimator="mle")


# --- the object


def test_diagram_is_derived_once():
    assert phase_diagram(diagonal) is phase_diagram(diagonal)
    assert phase_diagram(diagonal) is not phase_diagram(quadratic)


def test_an_error_can_be_planted(of_quadratic):
    # frozen, yet replaceable: what a comparison with numbers must be able to catch
    (index,) = (i for i, phase in enumerate(of_quadratic.phases) if phase.name == "IV")
    true = of_quadratic.phases[index]
    wrong = replace(true, risk=replace(true.risk, exponent=true.risk.exponent + 1))
    planted = replace(
        of_quadratic, phases=(*of_quadratic.phases[:index], wrong, *of_quadratic.phases[index + 1 :])
    )
    point = {"a": Fraction(1, 4), "ell": Fraction(-1), "gamma": Fraction(1)}
    assert number(planted.locate(**point).risk.exponent, point) == 1 + number(
        of_quadratic.locate(**point).risk.exponent, point
    )
    assert planted != of_quadratic
    with pytest.raises(FrozenInstanceError):
        true.name = "V"


def test_phases_carry_what_they_promise(diagram):
    assert (diagram.noise, diagram.estimator) == ("fixed", "erm")
    assert diagram.model in (diagonal, quadratic)
    for phase in diagram.phases:
        assert isinstance(phase.region, sympy.And)
        for relation in phase.region.args:
            assert isinstance(relation, sympy.StrictGreaterThan | sympy.StrictLessThan)
            assert relation.free_symbols <= {letters.a, letters.ell, letters.gamma}
        assert all(isinstance(law, Law) for law in phase.laws.values())
        assert phase.why.endswith(".")
        assert phase.title
    assert len({phase.why for phase in diagram.phases}) == len(diagram.phases)
    for boundary in diagram.boundaries:
        assert isinstance(boundary.relation, Eq)
        assert all(phase in diagram.phases for phase in boundary.phases)


def test_why_says_which_terms_balance(diagram):
    for phase in diagram.phases:
        weight_decay_rules = phase.threshold.expr.has(letters.weight_decay)
        assert phase.why.startswith("Weight decay" if weight_decay_rules else "The degrees of freedom")
        assert ("no target mode" in phase.why) == (phase.learned.expr == 0)
        assert ("every target mode" in phase.why) == (phase.learned.expr == letters.d)


def test_latex_holds_every_phase(diagram):
    table, display = diagram.to_latex(), diagram._repr_latex_()
    rows = table.splitlines()[2:-1]
    assert len(rows) == len(diagram.phases)
    for phase, row in zip(diagram.phases, rows, strict=True):
        assert row.split(" & ")[:2] == [phase.name, phase.title]
        assert latex(phase.risk.expr) in row
        assert latex(phase.risk.expr) in display
        assert rf"\text{{{phase.title}}}" in display
        for relation in phase.region.args:
            assert latex(relation) in row
        assert phase.name in phase._repr_latex_()
    for text in (table, display):
        assert text.count("{") == text.count("}")
        assert text.count(r"\begin") == text.count(r"\end") == 1
