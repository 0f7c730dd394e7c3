"""LaTeX read back, and LaTeX that is refused."""

import time

import pytest
from sympy import Rational, S, oo, sqrt, zeta

from asymptotics.expressions.checks import InvalidArgument
from asymptotics.expressions.latex_reader import read_latex
from asymptotics.symbols import d, gamma, n_eff, noise_variance, source, weight_decay


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"\frac{1}{3}", Rational(1, 3)),
        (r"- 2^{2}", S(-4)),
        (r"\frac{d}{\frac{2}{\gamma}}", d * gamma / 2),
        (r"\sqrt[3]{d} \cdot 2", 2 * d ** Rational(1, 3)),
        (r"\zeta^{2}\left(2 \gamma\right)", zeta(2 * gamma) ** 2),
        (r"0.12345678901234567890", Rational(12345678901234567890, 10**20)),
        (r"1.5 d^{0.5}", Rational(3, 2) * sqrt(d)),
        (r"- \infty", -oo),
        (r"\lambda \Delta n_{eff} r", weight_decay * noise_variance * n_eff * source),
    ],
)
def test_latex_that_people_write_is_read(text, value):
    assert read_latex(text) == value


HOSTILE_LATEX = [
    r"\frac{1}{\frac{1}{0}}",
    r"\sqrt[\frac{1}{0}]{2}",
    r"\sqrt[\infty]{2}",
    r"\sqrt[0]{2}",
    r"\frac{1}{\Gamma\left(-1\right)}",
    r"\frac{1}{\infty}",
    r"\infty - \infty",
    r"e^{- \infty}",
    r"\log{\left(0 \right)}^{-1}",
    r"\operatorname{polygamma}\left(1000,1000\right)",
    r"\zeta\left(1000,500\right)",
    r"\max\left(" + ", ".join(f"{i} a + b" for i in range(300)) + r"\right)",
    " + ".join(rf"\max\left(a, b, {i}\right)" for i in range(130)),
    r" \cdot ".join(rf"\sqrt{{1000000000 + {i}}}" for i in range(120)),
    r"\left(2 d\right)^{1000000000}",
    r"e^{1000000000 \log{\left(2 \right)}}",
    r"\sqrt{2 + " * 300 + "a" + "}" * 300,
    r"\begin{cases} 1 & \text{for}\: 2 < 1 \end{cases}",
    r"a < b",
    "10 000",
    "d^25",
    "1.2.3",
    "d\\",
    r"\input{x}",
    r"\gamma)",
    r"\frac{1}",
    r"\frac{1}{0}",
    r"\left(",
    r"{}",
    "",
    r"\sqrt{}",
    r"\Gamma \gamma",
    r"\begin{cases} 1 & \text{for}\: \gamma \end{cases}",
    r"9^{9^{9^{9}}}",
    r"\Gamma\left(1000000\right)",
    r"\left(" * 3000,
    "-" * 3000,
    "1" * 5000,
    r"\zeta\left(\right)",
    r"\gamma @",
    None,
    1,
]


@pytest.mark.parametrize("text", HOSTILE_LATEX, ids=lambda text: repr(text)[:30])
def test_latex_that_is_no_law_is_refused_in_one_line(text):
    start = time.process_time()
    with pytest.raises(InvalidArgument, match=r"^text=.*: must be ") as caught:
        read_latex(text)
    assert time.process_time() - start < 1
    assert "\n" not in str(caught.value)
