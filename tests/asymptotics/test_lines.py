"""Lines in the space of exponents: what a user may write, forms along them, where they cross boundaries."""

import pytest
from sympy import Abs, Float, I, Rational, S, Symbol, oo, sin, sqrt

from asymptotics import InvalidArgument, phase_diagram, quadratic
from asymptotics.algebra.polyhedra import FIELD, coefficient
from asymptotics.diagram import line_of
from asymptotics.expressions.pickling import conjunction
from asymptotics.lines import Line, height_of, line_at
from asymptotics.symbols import a, b, ell, gamma, source

TWO = {gamma: S(2)}


def test_symbols_are_known_by_their_names_and_floats_by_their_decimals():
    written = Symbol("a") / 2 + Float("0.1") * Symbol("gamma")
    assert height_of(written, [gamma]) == a / 2 + gamma / 10
    assert line_at(written, TWO, ()).height == a / 2 + Rational(1, 5)


@pytest.mark.parametrize("unknown", [b, source, ell, Symbol("x")])
def test_symbols_that_are_not_of_the_diagram_are_refused(unknown):
    with pytest.raises(InvalidArgument, match=r"^ell=.*in the symbols a, gamma of asymptotics"):
        height_of(a + unknown, [gamma])


@pytest.mark.parametrize("wrong", [a + I, oo * a, a / (gamma - 2)])
def test_heights_that_are_no_real_numbers_are_refused(wrong):
    with pytest.raises(InvalidArgument, match=r"^ell="):
        line_at(wrong, TWO, ())


@pytest.mark.parametrize(
    "bent", [a**2, Abs(a - 1), a * gamma**gamma, sqrt(gamma) + a, a * sqrt(2), sqrt(2), a * b, 1 / a]
)
def test_where_something_is_open_lines_are_straight(bent):
    with pytest.raises(
        InvalidArgument,
        match=r"^ell=.*: must be linear in a, with rational coefficients, where gamma and b are left",
    ):
        line_at(bent, {}, (gamma, b))


def test_where_something_is_open_numbers_are_rational():
    with pytest.raises(
        InvalidArgument, match=r"^gamma=sqrt.2.: must be a rational number where b is left open"
    ):
        line_at(a, {gamma: sqrt(2)}, (b,))
    with pytest.raises(InvalidArgument, match=r"^source=sqrt.2.: must be"):
        line_at(a, {source: sqrt(2)}, (gamma,))
    assert line_at(a, {gamma: sqrt(2)}, ()).at(S(3))[gamma] == sqrt(2)


def test_forms_are_the_expressions_along_the_line():
    line = Line(a / 3 - b * gamma + 1, {}, (gamma, b))
    constant, slope, of_b = line.form(2 * ell - a * gamma + b)
    assert (constant, slope, of_b) == tuple(map(coefficient, (2, Rational(2, 3) - gamma, 1 - 2 * gamma)))
    fixed = Line(a / 3 - 2 * gamma, {b: S(2)}, (gamma,))
    assert fixed.form(ell + b) == tuple(map(coefficient, (2 - 2 * gamma, Rational(1, 3))))


@pytest.mark.parametrize("end", [oo, -oo])
def test_at_an_end_of_the_axis_the_sign_of_the_coefficient_counts(end):
    line = Line(end, {}, (gamma,))
    side = 1 if end == oo else -1
    assert line.form(gamma * ell - a) == (coefficient(side * gamma), FIELD.zero)
    assert line.form(3 - gamma * a) == (coefficient(3), coefficient(-gamma))


def test_ends_are_written_in_what_is_open():
    line = Line(S.Zero, {}, (gamma, b))
    assert line.expression((coefficient(2 * gamma), coefficient(1 / gamma))) == 2 * gamma + b / gamma
    assert line.expression(None) == oo


def test_crossings_are_where_two_exponents_are_equal():
    regions = [conjunction([ell > a**2 - 4, a < gamma]), conjunction([ell < a - 5])]
    found = Line(-a, TWO).crossings(regions)
    assert found == sorted(found)
    assert set(found) == {0, sqrt(17) / 2 - S.Half, 2, Rational(5, 2)}


def test_crossings_that_cannot_be_solved_are_refused():
    with pytest.raises(InvalidArgument, match="cannot be solved"):
        Line(sin(a), TWO).crossings([conjunction([ell > a / 2])])


def test_a_line_of_a_diagram_takes_its_parameters():
    scaled = phase_diagram(quadratic, noise="scaled")
    line = line_of(scaled, ell=-1, gamma=None, b=0.5, source=None)
    assert (line.height, line.fixed, line.free) == (-1, {b: S.Half}, (gamma,))
