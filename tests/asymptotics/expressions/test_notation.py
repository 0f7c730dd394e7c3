"""Plain text and LaTeX: what was written is read back, and nothing else is."""

import re
import time

import pytest
from sympy import Expr, Piecewise, Rational, S, Symbol, latex, oo, pi, sqrt
from sympy import gamma as gamma_function

from asymptotics.expressions.checks import InvalidArgument
from asymptotics.expressions.latex_reader import read_latex
from asymptotics.expressions.notation import NAMES, read_expression, write_expression
from asymptotics.symbols import a, d, ell, gamma, n_eff, noise_variance, source, weight_decay


def shortened(value):
    return repr(value)[:30]


FORMS = {"text": (write_expression, read_expression), "latex": (latex, read_latex)}


def parts_of(law) -> set[Expr]:
    return {law.expr, law.exponent, law.log_exponent, law.constant} | ({law.corrected} - {None})


@pytest.mark.parametrize("form", ["latex", pytest.param("text", marks=pytest.mark.slow)])
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
        for expression in (
            laws.tail,
            laws.counting_function,
            *([laws.spikes.location] if laws.spikes else []),
        ):
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
    assert set(NAMES) - {"b", "index", "rho", "weight", "width"} == written
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
        ("0.12345678901234567890", Rational(12345678901234567890, 10**20)),
        ("123456789012345678.5", Rational(1234567890123456785, 10)),
        ("1e-400*d", d / S(10) ** 400),
        ("1e-324", S(10) ** -324),
        ("(0.1 +\n .2e1)", Rational(21, 10)),
        ("1." + "9" * 2000, 2 - S(10) ** -2000),
        ("Piecewise((d, a < 1 and ell > 2), (1, True))", Piecewise((d, (a < 1) & (ell > 2)), (1, True))),
        ("Piecewise((d, (a < 1) | (ell >= 2)), (1, 1 < 2))", Piecewise((d, (a < 1) | (ell >= 2)), (1, True))),
    ],
)
def test_what_people_write_is_read(text, value):
    assert read_expression(text) == value


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
INFINITE = [
    "1/Gamma(-1)",
    "1/(1/0)",
    "d/(a/(b/(2/0)))",
    "d/(2*(1/0)*b)",
    "Gamma(-1)",
    "exp(-1/Gamma(0))",
    "sin(oo)",
    "1/oo",
    "oo - oo",
    "Max(oo, a)",
    "log(0)",
    "exp(log(0))",
    "1/log(0)",
    "0**a",
    "1/zeta(1)",
    "polygamma(1, -1)",
    "Piecewise((1/Gamma(-1), a < 1), (1, True))",
    "Piecewise((1, a < 1/Gamma(-1)), (1, True))",
]
CONDITIONS = [
    "log(a<b)",
    "sin(a<b)",
    "a+(a&b)",
    "(a&b)*2",
    "-(1<2)",
    "+(1<2)",
    "Gamma(a<b)",
    "exp(a&b)",
    "a & b",
    "a and b",
    "a < b",
    "a < 1 and ell > 2",
    "2**(2<1)",
    "(2<1)**2",
    "(1<2)*a",
    "1/(1<2)",
    "sqrt(1<2)",
    "Max(a<b, 1)",
    "a|1",
    "a#b",
    "True",
    "Piecewise((1, 2<1))",
    "Piecewise((a<b, True))",
    "Piecewise((1, a))",
    "Piecewise((1, a & b))",
    "Piecewise((1, (a<b) + 1))",
    "Piecewise((1, (a<b) < 1))",
    "Piecewise()",
]
SLOW_IN_SYMPY = [
    "polygamma(500,1000)",
    "polygamma(1000,1000)",
    "zeta(1000,1000)",
    "zeta(1000,500)",
    "Max(" + ",".join(f"a+{i}*b" for i in range(400)) + ")",
    "+".join(f"Max(a,b,{i})" for i in range(250)),
    "+".join(f"Max(a,b,{i})" for i in range(800)),
    "*".join(f"sqrt(1000000000+{i})" for i in range(180)),
    "*".join(f"sqrt(1000000000+{i})" for i in range(600)),
    "*".join(f"(1000000000+{i})**(1/{i})" for i in range(2, 150)),
    "(2*d)**1000000000",
    "(d/3)**(10**9)",
    "sqrt(2)**1000000000",
    "((2*d)**1000)**1000",
    "exp(1000000000*log(3))",
    "exp(1000000000*log(3*d))",
    "2**(1000000000*log(3)/log(2))",
    "(3**(1000000000*gamma))**(1/gamma)",
    "3**(1000000000*gamma)*3**(1000000000-1000000000*gamma)",
    "((((3**(1000*gamma))**1000)**500)**300)**(1/gamma)",
    "(" + "1" * 2900 + ")**(1/2)",
    "*".join(f"3**{6000 + i}" for i in range(500)),
    "+".join(f"3**-{6000 + i}" for i in range(400)),
    "sin(pi/2**1000)",
    "Piecewise((1, Piecewise((1, ell < 1e9), (index, True)) <= erf(999)), (2, True))",
    "Min(Gamma(999), gamma**1e9)",
    "Max(Gamma(1000)+sqrt(d), 1)",
    "Piecewise((1, gamma**1e300 >= 2), (2, True))",
    "Piecewise((1, source**999 < source + 1e-300), (2, True))",
    "Piecewise((1, source**(1/999) < source + 1), (2, True))",
    "(1/3/1e9)**1e-300",
    "(d**(2**1e-300))**a",
    "polygamma(zeta(1/3-1e9-sqrt(pi)), Min(sqrt(7)-999, -2))",
    "Piecewise(" + ",".join(f"({i}, a*{i}+b<ell)" for i in range(1, 150)) + ", (0, True))",
    "sqrt(2+" * 400 + "a" + ")" * 400,
    "Gamma(" * 400 + "a" + ")" * 400,
]
LARGE = [
    "1e-4000",
    "1e-4000*d",
    "1." + "9" * 10**4,
    "0x10",
    "9**9**9**9",
    "(2**2000)**2000",
    "Gamma(10**9)",
    "zeta(-10**7)",
    "2**10**9",
    "1e999999999",
    "1" * 5000,
]


REFUSED = [*HOSTILE, *INFINITE, *CONDITIONS, *SLOW_IN_SYMPY, *LARGE, None, 1, b"gamma", gamma]


@pytest.mark.parametrize("text", REFUSED, ids=shortened)
def test_text_that_is_no_law_is_refused_in_one_line(text):
    start = time.process_time()
    with pytest.raises(InvalidArgument, match=r"^text=.*: must be ") as caught:
        read_expression(text)
    assert time.process_time() - start < 1
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_other_symbols_are_written_by_their_own_names():
    assert write_expression(Symbol("q") * d) == "d*q"
    with pytest.raises(InvalidArgument, match="text=q: must be one of the names"):
        read_expression("d*q")


LONG = [
    "+".join(f"d**{i}/n_eff" for i in range(300)),
    "*".join(f"(d+{i})" for i in range(500)),
    "+".join(f"Max(a, b*{i}, ell+{i}, {i})" for i in range(24)),
    "Piecewise(" + ",".join(f"({i}, a*{i}+b<ell)" for i in range(1, 24)) + ", (0, True))",
    "*".join(f"sqrt({7 + i})" for i in range(150)),
    "+".join(f"zeta({2 * i})*Gamma({1000 - i})" for i in range(2, 99)),
    "+".join(f"polygamma(19, {1 + i % 20})*zeta({2 + i % 19}, 20)" for i in range(90)),
    "sqrt(2+" * 60 + "a" + ")" * 60,
    "log(2+" * 59 + "3" + ")" * 59,
    "(1+" * 60 + "a" + ")**gamma" * 60,
    "-" * 50 + "a",
]


@pytest.mark.parametrize("text", LONG, ids=shortened)
def test_what_is_long_is_read_soon(text):
    start = time.process_time()
    assert write_expression(read_expression(text))
    assert time.process_time() - start < 5
