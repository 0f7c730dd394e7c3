"""Laws: their numbers against SymPy's, and their four parts against one another."""

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from sympy import Float, Integer, Rational, S, log, oo
from sympy import symbols as sympy_symbols

from asymptotics import OnBoundary, diagonal, phase_diagram, quadratic, symbols
from asymptotics.algebra.monomials import Scales, term
from asymptotics.balance.laws import Law, law
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.symbols import d, gamma, n_eff, noise_variance, weight_decay

EXAMPLE = Law(3 * (weight_decay / n_eff) ** (1 / gamma) * d**2, S.Zero, S.Zero, S.Zero)
AT = {"gamma": 2, "n_eff": 10, "d": 100, "weight_decay": 1, "noise_variance": 1}


def value_at(phase_law, point, dimension):
    return phase_law.evaluate(
        gamma=point["gamma"],
        n_eff=dimension ** mpf_of(point["a"]),
        d=dimension,
        weight_decay=dimension ** mpf_of(point["ell"]),
        noise_variance=1,
    )


def mpf_of(value):
    if isinstance(value, Fraction):
        return mpf(value.numerator) / value.denominator
    return mpf(str(S(value).evalf(60)))


def at(expression, point):
    values = dict(zip(sympy_symbols("a ell", real=True), (point["a"], point["ell"]), strict=True))
    values[gamma] = point["gamma"]
    return S(expression).subs({k: Rational(v.numerator, v.denominator) for k, v in values.items()})


def test_evaluate_is_the_expression(diagram):
    physical = {
        "n_eff": Fraction(37, 3),
        "d": 10**3,
        "weight_decay": Fraction(1, 7),
        "noise_variance": Fraction(2, 5),
    }
    for phase in diagram.phases:
        for phase_law in phase.laws.values():
            with mpmath.workdps(50):
                found = phase_law.evaluate(gamma=Fraction(5, 4), **physical)
            values = {gamma: Rational(5, 4), n_eff: Rational(37, 3), d: 10**3}
            values |= {weight_decay: Rational(1, 7), noise_variance: Rational(2, 5)}
            expected = phase_law.expr.subs(values).evalf(50)
            with mpmath.workdps(50):
                assert abs(found - mpf(str(expected))) <= mpf("1e-45") * abs(found)


@pytest.mark.parametrize("power", [3, 12, 60])
def test_parts_say_what_the_expression_does(diagram, points_inside, power):
    # expr = constant d**exponent log(d)**log_exponent, exactly: L is log d times a number
    with mpmath.workdps(60):
        dimension = mpf(10) ** power
        for phase, point in points_inside(diagram, 2):
            for name, phase_law in phase.laws.items():
                if phase_law.expr == 0:
                    assert (phase_law.exponent, phase_law.log_exponent, phase_law.constant) == (-oo, 0, 0)
                    continue
                constant, exponent, log_exponent = (
                    mpf_of(at(part, point))
                    for part in (phase_law.constant, phase_law.exponent, phase_law.log_exponent)
                )
                predicted = constant * dimension**exponent * mpmath.log(dimension) ** log_exponent
                assert abs(value_at(phase_law, point, dimension) / predicted - 1) < 1e-40, (phase.name, name)


def test_exponent_is_the_slope(diagram, points_inside):
    # from d to d**2 the law grows by d**exponent * 2**log_exponent: no constant, no knowledge of the parts
    with mpmath.workdps(60):
        dimension = mpf(10) ** 20
        for phase, point in points_inside(diagram, 2):
            phase_law = phase.risk
            growth = value_at(phase_law, point, dimension**2) / value_at(phase_law, point, dimension)
            slope = mpmath.log(growth / mpf(2) ** mpf_of(at(phase_law.log_exponent, point))) / mpmath.log(
                dimension
            )
            assert abs(slope - mpf_of(at(phase_law.exponent, point))) < 1e-30


def test_constants_are_positive(diagram, points_inside):
    for phase, point in points_inside(diagram, 3):
        for phase_law in phase.laws.values():
            constant = at(phase_law.constant, point)
            assert constant > 0 or phase_law.expr == 0
            assert not constant.free_symbols


def test_the_constant_is_what_the_closed_form_shows(diagram):
    """Not another form of the same number: where all variables are 1 a reader sees it."""
    ones = dict.fromkeys((d, n_eff, weight_decay, noise_variance), 1)
    for phase in diagram.phases:
        for one in phase.laws.values():
            if one.log_exponent == 0 and one.expr != 0:
                assert one.expr.subs(ones) == one.constant


def test_huge_sizes_do_not_overflow(of_diagonal):
    risk = of_diagonal.locate(a=3, ell=0, gamma=1).risk
    tiny = risk.evaluate(gamma=1, n_eff=mpf(10) ** 5000, d=mpf(10) ** 1000, weight_decay=1, noise_variance=1)
    assert mpmath.almosteq(mpmath.log10(tiny), -4000, 1e-12)


@pytest.mark.parametrize(
    "number", [4, 4.0, Fraction(4), mpf(4), np.float64(4), np.int64(4), Integer(4), Rational(4), Float(4)]
)
def test_numbers_of_every_kind(number):
    assert EXAMPLE.evaluate(**AT | {"weight_decay": number}) == EXAMPLE.evaluate(**AT | {"weight_decay": 4})


def test_fractions_are_exact_at_the_working_precision():
    with mpmath.workdps(60):
        found = Law(n_eff, S.Zero, S.Zero, S.Zero).evaluate(**AT | {"n_eff": Fraction(1, 3)})
        assert abs(3 * found - 1) < mpf("1e-58")


WRONG = ["1", None, True, 1j, [1.0], np.array([1.0]), float("nan"), float("inf"), -1, mpf(-1), mpf("-inf")]


@pytest.mark.parametrize("name", AT)
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_what_is_no_number_above_zero_is_refused(name, wrong):
    holds_all = replace(EXAMPLE, expr=EXAMPLE.expr * noise_variance)
    with pytest.raises(InvalidArgument, match=f"^{name}=.*: must be .*$"):
        holds_all.evaluate(**AT | {name: wrong})


def test_what_the_law_holds_is_needed_and_may_not_vanish():
    for name in AT.keys() - {"noise_variance"}:
        for wrong in (None, 0):
            with pytest.raises(InvalidArgument, match=f"^{name}={wrong}: must be a number above"):
                EXAMPLE.evaluate(**AT | {name: wrong})


def test_what_the_law_does_not_hold_may_be_left_out_but_not_be_wrong():
    expected = EXAMPLE.evaluate(**AT)
    assert EXAMPLE.evaluate(gamma=2, n_eff=10, d=100, weight_decay=1) == expected
    assert EXAMPLE.evaluate(**AT | {"noise_variance": 0}) == expected
    without = replace(EXAMPLE, expr=noise_variance * d / n_eff)
    assert without.evaluate(n_eff=10, d=100, noise_variance=1, weight_decay=0) == 10
    for wrong in (-1, "1", float("nan")):
        with pytest.raises(InvalidArgument, match=r"^weight_decay="):
            without.evaluate(n_eff=10, d=100, noise_variance=1, weight_decay=wrong)
    with pytest.raises(InvalidArgument, match=r"^gamma=1/2"):
        without.evaluate(n_eff=10, d=100, noise_variance=1, gamma=Rational(1, 2))


def test_what_is_corrected_has_arguments_of_its_own():
    both = replace(EXAMPLE, expr=d, corrected=d * weight_decay)
    assert both.evaluate(d=3) == 3
    with pytest.raises(InvalidArgument, match="weight_decay=None"):
        both.evaluate(d=3, corrected=True)


def test_far_from_its_phase_a_law_has_no_value():
    logarithmic = replace(EXAMPLE, expr=log(d / n_eff) ** Rational(1, 2))
    assert mpmath.almosteq(logarithmic.evaluate(n_eff=1, d=2), mpmath.sqrt(mpmath.log(2)), 1e-15)
    with pytest.raises(InvalidArgument, match=r"n_eff=2.0, d=1.0: must be where"):
        logarithmic.evaluate(n_eff=2, d=1)
    with pytest.raises(InvalidArgument, match="finite real value"):
        replace(EXAMPLE, expr=1 / log(d / n_eff)).evaluate(n_eff=1, d=1)


# --- at exponents


def test_at_exponents_a_law_is_its_parts(diagram, points_inside):
    with mpmath.workdps(40):
        for phase, point in points_inside(diagram, 2):
            for phase_law in phase.laws.values():
                found = phase_law.at(**point)
                expected = value_at(phase_law, point, mpf(10) ** 9)
                assert abs(found.evaluate(10**9) - expected) <= mpf("1e-30") * expected


def test_at_exponents_every_law_of_every_phase_is_a_number(shipped, all_laws):
    point = {"gamma": Fraction(5, 4), "b": Fraction(1, 7), "source": Fraction(2, 5)}
    point |= {"a": Fraction(3, 11), "ell": Fraction(-5, 13)}
    for phase in shipped.phases:
        domain = phase.balance.domain
        inside = all(
            low < point[name] < high for name, (low, high) in zip(("gamma", "source"), domain, strict=True)
        )
        for _, phase_law in all_laws(phase) if inside else ():
            found = phase_law.at(**point)
            assert found.exponent.is_extended_real
            assert isinstance(float(found.constant), float)
            assert isinstance(float(found.log_exponent), float)


TIED = law((term(2 * n_eff**3, ""), term(d * weight_decay, "")), Scales("fixed"))


def test_at_a_tie_there_is_no_leading_term():
    assert (TIED.at(a=1, ell=1).constant, TIED.at(a=1, ell=3).constant) == (2, 1)
    with pytest.raises(InvalidArgument, match="a=1, ell=2: must be off the boundary"):
        TIED.at(a=1, ell=2)
    alike = law((term(n_eff**3, ""), term(d * weight_decay, "")), Scales("fixed"))  # of equal constants
    with pytest.raises(InvalidArgument, match="exchange the lead"):
        alike.at(a=1, ell=2)


def test_exponents_that_a_law_holds_are_named_when_missing():
    with pytest.raises(InvalidArgument, match=r"^ell=None: must be a number"):
        TIED.at(a=1)
    with pytest.raises(InvalidArgument, match=r"^gamma=Fraction\(1, 2\): must be a number above 1/2"):
        TIED.at(a=1, ell=1, gamma=Fraction(1, 2))
    with pytest.raises(InvalidArgument, match=r"^b=-1: must be a number from 0"):
        TIED.at(a=1, ell=1, b=-1)
    with pytest.raises(InvalidArgument, match=r"^a='1'"):
        TIED.at(a="1", ell=1)


def test_at_exponents_floats_are_the_decimals_that_python_prints():
    assert TIED.at(a=0.1, ell=-3.0).exponent == Rational(3, 10)


def test_where_a_logarithm_appears_there_is_no_leading_term(of_diagonal):
    piecewise = phase_diagram(diagonal, noise="none")["N"].train_loss
    assert piecewise.at(gamma=2, a=Fraction(1, 2), ell=-1).log_exponent == 0
    with pytest.raises(InvalidArgument, match="gamma=1"):
        piecewise.at(gamma=1, a=Fraction(1, 2), ell=-1)
    with pytest.raises(InvalidArgument, match=r"gamma=1: must be another number"):
        piecewise.evaluate(gamma=1, n_eff=10, d=100, weight_decay=1)


def test_arguments_go_where_their_name_says():
    # five different values: swapping any two changes the result
    mixed = Law(2**gamma * n_eff**3 * d**5 * weight_decay**7 * noise_variance**11, S.Zero, S.Zero, S.Zero)
    values = {"gamma": 3, "n_eff": 2, "d": 5, "weight_decay": Fraction(1, 3), "noise_variance": 7}
    expected = mpf(2) ** 3 * mpf(2) ** 3 * mpf(5) ** 5 * (mpf(1) / 3) ** 7 * mpf(7) ** 11
    assert mpmath.almosteq(mixed.evaluate(**values), expected, 1e-14)


def test_a_vanishing_quantity_is_zero():
    nothing = law((), Scales("fixed"))
    assert nothing.evaluate(**AT) == 0
    assert nothing.exponent == -oo


def test_noise_variance_is_kept_where_it_scales():
    value = term(d * noise_variance**2, "test")
    fixed, scaled = (law((value,), Scales(noise)) for noise in ("fixed", "scaled"))
    assert str(fixed.exponent) == "1"
    assert str(scaled.exponent) == "1 - 2*b"
    assert fixed.expr == scaled.expr == d * noise_variance**2


def test_laws_speak_of_physical_variables_alone(diagram):
    for phase in diagram.phases:
        for phase_law in phase.laws.values():
            assert phase_law.expr.free_symbols <= {d, gamma, n_eff, weight_decay, noise_variance}


def test_latex_is_math():
    assert EXAMPLE._repr_latex_().startswith("$")
    assert r"\gamma" in EXAMPLE._repr_latex_()


# --- exponents as they are written


@pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)
def test_at_exponents_written_as_decimals(network):
    # 1.3 in binary has a denominator of 2^52, and powers of such exponents have no end
    for phase in phase_diagram(network, noise="none").phases:
        for decay in (1.3, 1.2345678901234, Fraction(1234567, 10**6)):
            found = phase.risk.at(gamma=decay, a=0.4, ell=-0.7)
            exact = {"gamma": Fraction(str(decay)) if isinstance(decay, float) else decay}
            d = mpf(10) ** 30
            sizes = {"d": d, "n_eff": d ** mpf("0.4"), "weight_decay": d ** mpf("-0.7"), "noise_variance": 1}
            expected = phase.risk.evaluate(**exact, **sizes)
            assert abs(found.evaluate(d) / expected - 1) < 1e-12, (phase, decay)
    assert phase_diagram(network).phases[-1].risk.at(a=0.7).exponent == Rational(3, 10)


def test_a_float_lies_on_the_boundary_where_its_decimal_does(of_quadratic):
    with pytest.raises(OnBoundary):
        of_quadratic.locate(a=0.4, ell=-1, gamma=1.25)
    (_, end, *_), *_ = of_quadratic.optimal_weight_decay(gamma=0.7)
    assert end == Rational(7, 5)
    (_, end, _), *_ = of_quadratic.learning_curve(ell=0.1 * symbols.a - 0.7, gamma=1.3)
    assert end.q < 1000
