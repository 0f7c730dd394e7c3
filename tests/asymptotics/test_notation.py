"""Plain text and LaTeX: what was written is read back, and nothing else is."""

import re

import pytest
from sympy import Expr, Rational, S, Symbol, latex, oo, pi, sqrt, zeta
from sympy import gamma as gamma_function

from asymptotics.checks import InvalidArgument
from asymptotics.latex_reader import read_latex
from asymptotics.notation import NAMES, read_expression, write_expression
from asymptotics.symbols import a, d, ell, gamma, n_eff, noise_variance, source, weight_decay


def shortened(value):
    return repr(value)[:30]


FORMS = {"text": (write_expression, read_expression), "latex": (latex, read_latex)}


def parts_of(law) -> set[Expr]:
    return {law.expr, law.exponent, law.log_exponent, law.constant} | ({law.refined} - {None})


@pytest.mark.parametrize("form", FORMS)
def test_every_law_is_read_back(shipped, all_laws, form):
    write, read = FORMS[form]
    expressions = {part for phase in shipped.phases for _, law in all_laws(phase) for part in parts_of(law)}
    assert len(expressions) > 10
    for expression in expressions:
        assert read(write(expression)) == expression


def test_the_forms_of_a_law_are_those_of_its_expression(shipped):
    for phase in shipped.phases:
        assert read_expression(phase.risk.to_text()) == read_latex(phase.risk.to_latex()) == phase.risk.expr


@pytest.mark.parametrize("form", FORMS)
def test_trained_weights_are_read_back(of_quadratic, form):
    write, read = FORMS[form]
    for phase in of_quadratic.phases:
        laws = phase.spectrum()
        for expression in (laws.tail, laws.counting, *([laws.spikes.location] if laws.spikes else [])):
            assert read(write(expression)) == expression


def test_text_is_python(of_quadratic):
    # an independent reader: Python itself, with the functions of the standard library
    import math

    law = of_quadratic["IV"].risk
    values = {"gamma": 1.25, "n_eff": 50.0, "noise_variance": 0.5}
    found = eval(law.to_text(), {"__builtins__": {}}, values | {"sqrt": math.sqrt})
    assert found == pytest.approx(float(law.evaluate(**values)), rel=1e-13, abs=0)


def test_names_are_those_of_arguments():
    text = write_expression(
        weight_decay * noise_variance * source * gamma_function(gamma) * n_eff**a / d**ell
    )
    written = set(re.findall(r"\b[a-z_]+", text))
    assert set(NAMES) - {"b", "index", "weight"} == written
    assert "lambda" not in text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/3", Rational(1, 3)),
        ("0.1", Rational(1, 10)),
        ("1e-3", Rational(1, 1000)),
        ("-2**2", S(-4)),
        ("2*-3", S(-6)),
        ("+gamma", gamma),
        (" (gamma - 1) - (d - 2) ", gamma - d + 1),
        ("d/(2/gamma)", d * gamma / 2),
        ("d - -1", d + 1),
        ("-oo", -oo),
        ("sqrt(pi)*Gamma(gamma)", sqrt(pi) * gamma_function(gamma)),
        ("a < 1 and ell > 2", (a < 1) & (ell > 2)),
    ],
)
def test_what_people_write_is_read(text, value):
    assert read_expression(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"\frac{1}{3}", Rational(1, 3)),
        (r"- 2^{2}", S(-4)),
        (r"\frac{d}{\frac{2}{\gamma}}", d * gamma / 2),
        (r"\sqrt[3]{d} \cdot 2", 2 * d ** Rational(1, 3)),
        (r"\zeta^{2}\left(2 \gamma\right)", zeta(2 * gamma) ** 2),
        (r"\lambda \Delta n_{eff} r", weight_decay * noise_variance * n_eff * source),
    ],
)
def test_latex_that_people_write_is_read(text, value):
    assert read_latex(text) == value


HOSTILE = [
    "__import__('os').system('true')",
    "().__class__.__bases__",
    "gamma.__class__",
    "(lambda: 1)()",
    "[gamma for gamma in (1, 2)]",
    "f'{gamma}'",
    "open('x')",
    "Gamma(gamma, evaluate=False)",
    "Gamma(*gamma)",
    "gamma := 1",
    "gamma; d",
    "'gamma'",
    "True",
    "1j",
    "...",
    "lambda",
    "beta",
    "1/0",
    "0**-1",
    "1/(gamma - gamma)",
    "",
    "(",
    "gamma[0]",
    "1 < gamma < 2",
    "not gamma",
    "Piecewise(gamma)",
    "zeta()",
    "\0",
    "(" * 5000 + ")" * 5000,
    "-" * 15000 + "1",
    "1" + "+1" * 20000,
]
LARGE = [
    "9**9**9**9",
    "(2**2000)**2000",
    "Gamma(10**9)",
    "zeta(-10**7)",
    "2**10**9",
    "1e999999999",
    "1" * 5000,
]


@pytest.mark.parametrize("text", [*HOSTILE, *LARGE, None, 1, b"gamma", gamma], ids=shortened)
def test_text_that_is_no_law_is_refused_in_one_line(text):
    with pytest.raises(InvalidArgument, match=r"^text=.*: must be ") as caught:
        read_expression(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


HOSTILE_LATEX = [
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


@pytest.mark.parametrize("text", HOSTILE_LATEX, ids=shortened)
def test_latex_that_is_no_law_is_refused_in_one_line(text):
    with pytest.raises(InvalidArgument, match=r"^text=.*: must be ") as caught:
        read_latex(text)
    assert "\n" not in str(caught.value)


def test_other_symbols_are_written_by_their_own_names():
    assert write_expression(Symbol("q") * d) == "d*q"
    with pytest.raises(InvalidArgument, match="text=q: must be one of the names"):
        read_expression("d*q")
