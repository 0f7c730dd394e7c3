"""What a figure is drawn at: exact, inside the theory, or refused in one line."""

from decimal import Decimal
from fractions import Fraction
from math import nan

import numpy as np
import pytest
from drawings import HALF
from sympy import Rational, sqrt

from asymptotics import diagonal, kernel_ridge, phase_diagram, quadratic
from asymptotics.expressions.checks import InvalidArgument
from verify.figures import draw_phase_diagram, phase_diagram_figure


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        *(
            ("gamma", value)
            for value in (HALF, 0.5, 0.3, 0, -1, nan, float("inf"), "5/4", None, True, [1.25], 1j)
        ),
        *(("b", value) for value in (-1, nan, "1/2", None, [1])),
        *(("source", value) for value in (1, HALF, "1")),
        *(
            (name, value)
            for name in ("samples_window", "decay_window")
            for value in (
                (1, 1),
                (2, 1),
                (0, nan),
                (0, 10**4),
                ("a", "b"),
                3,
                "ab",
                (1,),
                (0, 1, 2),
                (0, 1e-9),
            )
        ),
        ("noise_window", (0, 1)),
        ("checks", [1]),
        ("checks", "x"),
        ("checks", None),
    ],
)
def test_what_is_outside_the_theory_is_refused_in_one_line(parameter, value):
    with pytest.raises(InvalidArgument) as refused:
        phase_diagram_figure(phase_diagram(quadratic, noise="scaled"), **{"b": 1, parameter: value})
    message = str(refused.value)
    assert message.startswith(f"{parameter}=")
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("value", [None, "diagonal", diagonal, 3])
def test_what_is_no_diagram_is_refused(value):
    with pytest.raises(InvalidArgument, match=r"^diagram="):
        phase_diagram_figure(value)
    with pytest.raises(InvalidArgument, match=r"^axes="):
        draw_phase_diagram(value, phase_diagram(diagonal))


@pytest.mark.parametrize("source", [None, 0, -1, 1, 1.0, nan, "1/2"])
def test_a_kernel_is_drawn_at_a_source_off_its_boundary(source):
    with pytest.raises(InvalidArgument, match=r"^source="):
        phase_diagram_figure(phase_diagram(kernel_ridge), source=source)


@pytest.mark.parametrize("parameter", ["b", "decay_window", "noise_window"])
def test_what_a_figure_has_not_is_refused(parameter):
    value = 1 if parameter == "b" else (0, 1)
    with pytest.raises(InvalidArgument, match=rf"^{parameter}="):
        phase_diagram_figure(phase_diagram(diagonal, estimator="bayes"), **{parameter: value})


def texts_at(gamma, **more):
    figure = phase_diagram_figure(phase_diagram(quadratic, **more), gamma=gamma)
    (axes,) = figure.axes
    return [axes.get_title(), *(text.get_text() for text in axes.texts)]


@pytest.mark.parametrize(
    "value", [2.2, np.float64(2.2), np.float32(2.2), Decimal("2.2"), Fraction(11, 5), Rational(11, 5)]
)
def test_a_decimal_is_the_fraction_it_stands_for(value):
    assert texts_at(value) == texts_at(Fraction(11, 5))
    assert r"\gamma = 11 / 5" in texts_at(value)[0]


@pytest.mark.parametrize("value", [1 / 3 + 1, sqrt(2), 10**30, Fraction(1, 2) + Fraction(1, 10**20)])
def test_long_numbers_are_shortened(value):
    for text in texts_at(value)[1:]:
        assert len(text) < 100
        assert not any(len(digits) > 5 for digits in "".join(c if c.isdigit() else " " for c in text).split())
