"""Derivations written out: every step of a phase, as text and as LaTeX."""

import pytest
from sympy import Add, Rational, sqrt, zeta

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.algebra.monomials import term
from asymptotics.balance.derivation import LOGARITHM, expression, words_in_latex
from asymptotics.symbols import d, effective_noise, gamma, n_eff, noise_variance, weight_decay

SOME_POINT = {
    gamma: Rational(3, 2),
    d: 1000,
    n_eff: 300,
    noise_variance: Rational(1, 3),
    weight_decay: Rational(1, 7),
    LOGARITHM: 5,
}


@pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)
def test_a_derivation_holds_all_that_was_solved_and_checked(network):
    for phase in phase_diagram(network):
        derivation = phase.derivation()
        assert len(derivation.equations) == len(derivation.balances) == len(phase.balance.regime.equations)
        assert len(derivation.checks) == len(phase.balance.inequalities)
        assert derivation.solution[-1].right == (phase.risk.expr,)
        assert derivation.region == phase.region
        assert derivation.title == f"Phase {phase.name} ({phase.title})"


@pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)
@pytest.mark.parametrize("noise", ["fixed", "none"])
def test_the_printed_solution_solves_the_printed_balance(network, noise):
    # resonant terms included: phase N of the quadratic network, and Ia and Ib
    for phase in phase_diagram(network, noise=noise):
        derivation = phase.derivation()
        solution = {step.left: step.right[0] for step in derivation.solution}
        for step in derivation.balances:
            ratio = (step.left / Add(*step.right)).subs(solution).subs(SOME_POINT)
            assert float(ratio) == pytest.approx(1, rel=1e-12, abs=0), (phase.name, step)


def test_checks_hold_the_constants_of_the_solution():
    derivation = phase_diagram(diagonal)["Ia"].derivation()
    assert derivation.checks[0].right[0].has(noise_variance + zeta(2 * gamma))
    assert any("no modes learned" in step.remark for step in derivation.checks)


def test_text_and_latex_have_the_same_headings():
    derivation = phase_diagram(diagonal)["II"].derivation()
    for heading, steps in derivation.parts:
        assert heading in str(derivation)
        assert heading in derivation.to_latex()
        assert steps


def test_symbols_of_its_own_are_explained_in_text_and_in_latex():
    derivation = phase_diagram(diagonal)["V"].derivation()
    assert [*derivation.symbols] == ["D_b", "L"]
    assert "Symbols\n  D_b: degrees of freedom" in str(derivation)
    assert derivation.to_latex().endswith("; $L$, log(1/$D_{b}$).")
    assert r"\text{$L$} & \text{log(1/$D_{b}$)}" in derivation._repr_latex_()
    plain = phase_diagram(quadratic)["III"].derivation()
    assert "Symbols" not in str(plain) + plain.to_latex() + plain._repr_latex_()


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("noise-dominated", "noise-dominated"),
        ("risk by sum_i[s**2, s > 3, x <= 1]", r"risk by sum\_i[s$^{2}$, s $>$ 3, x $\leq$ 1]"),
        (r"100% of a_1 & $x_1$ and a\_2", r"100\% of a\_1 \& $x_1$ and a\_2"),
        ("kappa >> delta", r"$\kappa$ $\gg$ $\delta$"),
    ],
)
def test_words_compile_in_latex(words, written):
    assert words_in_latex(words) == written


def test_a_logarithm_is_written_by_its_symbol():
    (check, *_) = [
        x for x in phase_diagram(diagonal)["V"].derivation().equations[0].right if x.has(LOGARITHM)
    ]
    assert check.has(effective_noise)
    assert expression(term(sqrt(d), "")) == sqrt(d)


def test_symbols_of_noise_without_an_edge_are_explained_and_the_gamma_function_is_no_decay():
    text = str(phase_diagram(diagonal)["V"].derivation())
    *_, symbols = text.split("\n\n")
    assert symbols == (
        "Symbols\n  D_b: degrees of freedom of the noise above the threshold, per mode\n  L: log(1/D_b)"
    )
    assert "gamma*Gamma(1/2 + 1/(2*gamma))" in text
    assert "Symbols" not in str(phase_diagram(diagonal)["III"].derivation())
