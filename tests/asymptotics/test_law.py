"""Laws: their numbers against SymPy's, and their four parts against one another."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from sympy import Float, Integer, Rational, S, oo
from sympy import symbols as sympy_symbols

from asymptotics.law import Law, law
from asymptotics.symbols import d, gamma, n_eff, noise_variance, weight_decay
from asymptotics.terms import Scales, term

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


@pytest.mark.parametrize("name", AT)
@pytest.mark.parametrize("wrong", ["1", None, True, 1j, [1.0], np.array([1.0])], ids=repr)
def test_what_is_no_number_is_refused(name, wrong):
    with pytest.raises(TypeError, match=name):
        EXAMPLE.evaluate(**AT | {name: wrong})


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
