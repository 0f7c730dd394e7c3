"""A derivation written out: hypothesis, equations, balance, solution, and every inequality that was checked.

What an appendix would say of one phase, from the record that ``balance`` keeps of it.  ``Derivation`` prints
as text, and as LaTeX in a notebook or by ``to_latex``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sympy import Expr, Symbol, latex, sstr

from asymptotics.algebra.monomials import Term, collected
from asymptotics.algebra.polyhedra import FIELD
from asymptotics.algebra.regions import inequality, region_of
from asymptotics.balance.dominant_balance import Balanced, Inequality
from asymptotics.balance.laws import risk_law
from asymptotics.balance.regimes import Description, Equation
from asymptotics.expressions.pickling import Stored
from asymptotics.words import MEANINGS_OF_SYMBOLS, MODES_ABOVE_SCALES

LOGARITHM = Symbol("L", positive=True)
"""log(1/D_b), where noise has a soft edge."""


@dataclass(frozen=True)
class Step:
    """One line of a derivation: a relation, two sides as SymPy expressions, and a remark."""

    left: Expr
    sign: str
    right: tuple[Expr, ...]
    remark: str


@dataclass(frozen=True)
class Derivation(Stored):
    """How one phase follows from the equations of its model.

    Attributes:
        title: the phase.
        hypothesis: what was assumed, in words.
        equations: each equation with the leading term of every sum, and where each term comes from.
        balances: the same with the largest terms alone: the dominant one and those resonant with it.
        solution: the unknowns, and the excess risk.
        checks: what had to be much larger than what, and the inequality this is between exponents.
        region: the inequalities that remain when those implied by others are left out.

    >>> from asymptotics import phase_diagram, quadratic
    >>> print(phase_diagram(quadratic).locate(a=0.7, ell=-1, gamma=1).derivation())  # doctest: +ELLIPSIS
    Phase V (harmful overfitting)
    <BLANKLINE>
    Hypothesis
      kappa at the edge of the noise; some modes, but not all, lie above the larger of delta and kappa
    <BLANKLINE>
    Equations
      2*delta**2*n_eff/d = Delta/2 + ...
    """

    title: str
    hypothesis: str
    equations: tuple[Step, ...]
    balances: tuple[Step, ...]
    solution: tuple[Step, ...]
    checks: tuple[Step, ...]
    region: Expr

    @property
    def symbols(self) -> dict[str, str]:
        """What stands for what, of the symbols that the physical variables and unknowns do not have."""
        held = {x.name for _, steps in self.parts for step in steps for x in _symbols_of(step)}
        return {name: text for name, text in MEANINGS_OF_SYMBOLS.items() if name in held}

    @property
    def parts(self) -> tuple[tuple[str, tuple[Step, ...]], ...]:
        """The headings, with their lines."""
        return (
            ("Equations", self.equations),
            ("Balance of the largest terms", self.balances),
            ("Solution", self.solution),
            ("Checked", self.checks),
        )

    def __str__(self) -> str:
        """As text."""
        blocks = [self.title, f"Hypothesis\n  {self.hypothesis}"]
        for heading, steps in self.parts:
            blocks.append("\n".join([heading, *(f"  {_line(step, _in_text, ' + ')}" for step in steps)]))
        blocks.append("Region\n  " + " and ".join(map(str, self.region.args)))
        if meanings := self.symbols:
            blocks.append("\n".join(["Symbols", *(f"  {name}: {text}" for name, text in meanings.items())]))
        return "\n\n".join(blocks)

    __repr__ = __str__

    def to_latex(self) -> str:
        r"""As the body of an appendix: paragraphs and display equations.

        >>> from asymptotics import diagonal, phase_diagram
        >>> text = phase_diagram(diagonal).locate(a=3, ell=-1, gamma=1).derivation().to_latex()
        >>> text.splitlines()[0]
        '\\paragraph{Phase VIb (noise-dominated).}'
        """
        title, hypothesis = map(words_in_latex, (self.title, self.hypothesis))
        lines = [rf"\paragraph{{{title}.}}", f"Hypothesis: {hypothesis}."]
        for heading, steps in self.parts:
            rows = [_line(step, latex, " + ", columns=True) for step in steps]
            lines += [f"{heading}:", r"\begin{align*}", " \\\\\n".join(rows), r"\end{align*}"]
        lines += ["Region:", rf"\[ {latex(self.region)} \]"]
        if meanings := self._meanings_in_latex:
            lines.append(f"Symbols: {'; '.join(f'{symbol}, {text}' for symbol, text in meanings)}.")
        return "\n".join(lines)

    @property
    def _meanings_in_latex(self) -> list[tuple[str, str]]:
        return [(f"${latex(Symbol(name))}$", words_in_latex(text)) for name, text in self.symbols.items()]

    def _repr_latex_(self) -> str:
        title, hypothesis = map(words_in_latex, (self.title, self.hypothesis))
        rows = [rf"\textbf{{{title}}} & & & \\", rf"\text{{{hypothesis}}} & & & \\"]
        for heading, steps in self.parts:
            rows.append(rf"\textbf{{{heading}}} & & & \\")
            rows += [_line(step, latex, " + ", columns=True) + r" \\" for step in steps]
        rows.append(rf"\textbf{{Region}} & {latex(self.region)} & & \\")
        rows += [rf"\text{{{symbol}}} & \text{{{text}}} & & \\" for symbol, text in self._meanings_in_latex]
        return "$$\\begin{array}{rlll}\n" + "\n".join(rows) + "\n\\end{array}$$"


def derivation_of(balanced: Balanced, description: Description) -> Derivation:
    """Write out the derivation of one phase."""
    regime, scales, domain = balanced.regime, balanced.scales, balanced.domain
    risk = risk_law(balanced)
    solution = [Step(unknown, "=", (expression(value),), "") for unknown, value in balanced.solution.items()]
    above = [] if regime.learned is None else [MODES_ABOVE_SCALES[regime.learned.value]]
    return Derivation(
        title=f"Phase {description.name} ({description.title})",
        hypothesis="; ".join([str(regime.ordering.value), *above]),
        equations=tuple(
            Step(expression(e.left), "=", tuple(map(expression, e.right)), f"{e.name}: {_origins(e.right)}")
            for e in regime.equations
        ),
        balances=tuple(_balance(e, balanced.largest_terms(e, dominant)) for e, dominant in balanced.balances),
        solution=(*solution, Step(Symbol("R"), "=", (risk.expr,), "excess risk")),
        checks=tuple(_check(balanced, x) for x in balanced.inequalities),
        region=region_of(balanced.facets, scales, domain),
    )


def expression(value: Term) -> Expr:
    """A term as a SymPy expression, with the symbol L for its logarithm.

    >>> from asymptotics.symbols import d, effective_noise
    >>> from asymptotics.algebra.monomials import term
    >>> expression(term(2 * effective_noise**2 / d, ""))
    2*delta**2/d
    """
    power: Expr = LOGARITHM ** FIELD.to_sympy(value.log_power)
    return collected(value.coefficient) * value.monomial() * power


def _symbols_of(step: Step) -> set[Symbol]:
    return {x for side in (step.left, *step.right) for x in side.free_symbols}


def _in_text(value: Expr) -> str:
    """As ``sstr``; the function is Gamma, as gamma is the decay."""
    return re.sub(r"\bgamma\(", "Gamma(", sstr(value))


def _balance(equation: Equation, largest: tuple[Term, ...]) -> Step:
    remark = f"{equation.name}, set by {_origins(largest, ' and ')}"
    return Step(expression(equation.left), "=", tuple(map(expression, largest)), remark)


def _check(balanced: Balanced, check: Inequality) -> Step:
    large, small = (expression(balanced.known(side)) for side in (check.large, check.small))
    relation = inequality(check.form, balanced.scales, balanced.domain)
    return Step(large, ">>", (small,), f"{check.reason}: {relation}")


def _origins(terms: Iterable[Term], join: str = ", ") -> str:
    return join.join(dict.fromkeys(term.origin for term in terms))


def _line(step: Step, write: Callable[[Expr], str], plus: str, columns: bool = False) -> str:
    right = plus.join(write(term) for term in step.right) if step.right else "0"
    if not columns:
        return f"{write(step.left)} {step.sign} {right}" + (f"    [{step.remark}]" if step.remark else "")
    sign = {"=": "=", ">>": r"\gg"}[step.sign]
    remark = rf" && \text{{{words_in_latex(step.remark)}}}" if step.remark else " &&"
    return f"{write(step.left)} &{sign} {right}{remark}"


def words_in_latex(words: str) -> str:
    r"""Words as LaTeX text, with the symbols of relations in math mode; what is in dollars stays as it is.

    >>> print(words_in_latex("n_eff**2 >> delta"))
    n\_eff$^{2}$ $\gg$ $\delta$
    """
    parts = words.split("$")
    return "$".join(part if k % 2 else _plain_in_latex(part) for k, part in enumerate(parts))


def _plain_in_latex(words: str) -> str:
    words = re.sub(r"(?<!\\)([_&%#])", r"\\\1", words)
    words = re.sub(r"\*\*(\w+)", r"$^{\1}$", words)
    written = {">>": r"$\gg$", "<<": r"$\ll$", "kappa": r"$\kappa$", "delta": r"$\delta$", r"D\_b": "$D_{b}$"}
    for word, symbol in written.items():
        words = words.replace(word, symbol)
    for relation, sign in {" < ": "<", " > ": ">", " <= ": r"\leq", " >= ": r"\geq"}.items():
        words = words.replace(relation, f" ${sign}$ ")
    return words
