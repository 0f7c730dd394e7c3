"""Where pruning reaches the optimal rate: every statement, and against the exponents at exact points."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from sympy import Rational, S, log, oo, simplify

from asymptotics import (
    InvalidArgument,
    OnBoundary,
    bayes_ratio,
    diagonal,
    phase_diagram,
    pruning_ratios,
    quadratic,
    ridge,
)
from asymptotics import symbols as letters
from asymptotics.algebra.regions import margin
from asymptotics.symbols import a, b, d, ell, gamma, n_eff

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}

REACHED = {  # of the best weight decay, and of the Bayes risk, where something can be learned
    ("quadratic", "tuned"): {"IV", "V", "N", "VIa", "VIb"},
    ("quadratic", "bayes"): {"IV", "V", "N", "VIa", "VIb"},
    ("diagonal", "tuned"): {"V", "N", "VIa"},
    ("diagonal", "bayes"): set(),
}


@pytest.mark.parametrize(
    ("network", "noise"),
    [
        pytest.param(*case, marks=pytest.mark.slow if case[0] == "diagonal" and case[1] != "fixed" else ())
        for case in product(NETWORKS, ("fixed", "none", "scaled"))
    ],
)
@pytest.mark.parametrize("reference", ["tuned", "bayes"])
def test_phase_by_phase(network, noise, reference):
    for statement in pruning_ratios(phase_diagram(NETWORKS[network], noise=noise), reference=reference):
        few_samples = (a < 0) in statement.region.args
        assert statement.reached == (statement.phase.name in REACHED[network, reference] or few_samples)
        if few_samples:  # nothing is learned, by any estimator
            assert reference == "bayes"
            assert statement.ratio.expr == 1
        if statement.ratio is None:  # the target is recovered, which takes no noise and all samples
            assert noise == "none"
            assert (a > 1) in statement.region.args


@pytest.mark.parametrize("reference", ["tuned", "bayes"])
def test_ratios_of_the_quadratic_network(of_quadratic, reference):
    tuned = {"IV": 1, "V": 1, "VIa": 1, "VIb": 5}
    to_bayes = {True: 3 * gamma / (gamma + 1), False: 1}
    for statement in pruning_ratios(of_quadratic, reference=reference):
        name = statement.phase.name
        if name in tuned:
            of_reference = to_bayes[name != "VIb"] if reference == "bayes" else 1
            assert simplify(statement.ratio.expr - tuned[name] * of_reference) == 0


@pytest.mark.parametrize("reference", ["tuned", "bayes"])
def test_ratios_with_few_hidden_units(reference):
    to_best = 3 * gamma / (gamma + 1) if reference == "bayes" else S.One
    seen = set()
    for statement in pruning_ratios(phase_diagram(quadratic, width="scaled"), reference=reference):
        name = statement.phase.name
        if name in ("Wb", "Wc", "Wd"):  # noise is all that the width adds
            assert statement.reached
            assert simplify(statement.ratio.expr - to_best) == 0
        if name == "Wa":  # p**(1 - 2 gamma) for what the best leaves, K**(1 - 2 gamma) or d/n_eff
            assert not statement.reached
            assert statement.ratio.expr.has(letters.width)
        seen.add(name)
    assert {"Wa", "Wb", "Wc", "Wd"} < seen


def test_ratios_of_the_diagonal_network(of_diagonal):
    by_name = {s.phase.name: s.ratio for s in pruning_ratios(of_diagonal)}
    assert by_name["VIb"].expr == 2 * log(d)
    for name in ("V", "VIa"):  # log d against log(d/K), K = n_eff^(1/(2 gamma)), to the power of phase II
        ratio = by_name[name].at(gamma=1, a=Fraction(1, 2))
        assert float(ratio.constant) == pytest.approx((1 / (1 - 1 / 4)) ** 0.5, rel=1e-12, abs=0)
        assert ratio.exponent == ratio.log_exponent == 0


def test_a_ratio_to_the_best_weight_decay_times_its_own_is_that_to_bayes(diagram):
    at = {gamma: Rational(5, 4), d: S(10) ** 9, n_eff: S(10) ** 4}
    best = bayes_ratio(diagram.model)[0].ratio.expr  # up to n_eff = d**(2 gamma)
    names = {"diagonal": ("V", "VIa"), "quadratic": ("IV", "V", "VIa")}[diagram.model.name]
    tuned, bayes = (
        {s.phase.name: s.ratio.expr for s in pruning_ratios(diagram, reference=reference)}
        for reference in ("tuned", "bayes")
    )
    for name in names:
        quotient = (tuned[name] * best / bayes[name]).subs(at)
        assert float(quotient.subs(dict.fromkeys(quotient.free_symbols, 1))) == pytest.approx(
            1, rel=1e-12, abs=0
        )


@pytest.mark.parametrize(
    "noise",
    ["fixed", pytest.param("none", marks=pytest.mark.slow), pytest.param("scaled", marks=pytest.mark.slow)],
)
def test_agrees_with_exponents_at_exact_points(noise):
    random = Random(3)
    for model in NETWORKS.values():
        diagram = phase_diagram(model, noise=noise)
        statements, optima, seen = pruning_ratios(diagram), {}, 0
        while seen < 60:
            decay = Fraction(random.choice((3, 4, 5, 7)), 4)
            at = {
                "a": Fraction(random.randint(1, 5000), 1000),
                "ell": Fraction(random.randint(-4000, 3000), 1000),
            }
            fall = Fraction(random.randint(1, 3), 4) if noise == "scaled" else None
            try:
                phase = diagram.locate(**at, gamma=decay, b=fall)
            except OnBoundary:
                continue
            seen += 1
            point = {a: Rational(at["a"]), ell: Rational(at["ell"]), gamma: Rational(decay)}
            point |= {} if fall is None else {b: Rational(fall)}
            if (decay, fall) not in optima:
                optima[decay, fall] = diagram.optimal_weight_decay(gamma=decay, b=fall)
            holds = [
                s
                for s in statements
                if s.phase is phase and all(margin(relation, point) > 0 for relation in s.region.args)
            ]
            best = [risk for start, end, _, risk in optima[decay, fall] if start < at["a"] < end]
            if not best:
                continue
            (statement,) = holds
            excess = [
                getattr(phase.pruned_risk, power) - getattr(best[0], power)
                for power in ("exponent", "log_exponent")
            ]
            powers = [power.subs(point) for power in excess] if best[0].exponent != -oo else [oo, S.Zero]
            assert statement.reached == (powers == [0, 0])
            assert powers[0] > 0 or (powers[0] == 0 and powers[1] >= 0)  # never below the best


def test_a_pruned_risk_that_is_wrong_is_seen(of_quadratic):
    wrong = replace(of_quadratic["V"])
    vars(wrong)["pruned_risk"] = of_quadratic["V"].risk  # as if nothing were pruned
    phases = tuple(wrong if phase.name == "V" else phase for phase in of_quadratic.phases)
    reached = {s.phase.name: s.reached for s in pruning_ratios(replace(of_quadratic, phases=phases))}
    assert not reached["V"]
    assert reached["IV"]


def test_wrong_arguments_are_refused(of_quadratic):
    with pytest.raises(InvalidArgument, match=r"^reference='best': must be"):
        pruning_ratios(of_quadratic, reference="best")
    for wrong in (
        quadratic,
        None,
        phase_diagram(quadratic, estimator="bayes"),
        phase_diagram(ridge(diagonal)),
    ):
        with pytest.raises(InvalidArgument, match=r"^diagram="):
            pruning_ratios(wrong)
