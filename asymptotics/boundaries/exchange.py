r"""Walls of linear estimators.

Two phases may agree on the order of the scales and differ only in which terms lead.  The equations of their
regime were simplified in the same way then, and with all their terms they hold across the wall.  For a linear
estimator they are explicit but for one, A = p D + force, which gives kappa.  Where features come to be fitted
the order of the scales changes: ``fitting`` keeps the sums over them.

*Where a parameter passes a value.*  A sum over modes changes its leading end, from modes of the size of the
scale T that cuts them to the first modes, where the power p at large sizes passes gamma p = 1
(``power_sums``).  The two regimes then differ by that end, and the sum of both holds on both sides:

    sum_i h(s_i/T) = (K/gamma) M[h](-1/gamma) + c_1 K^{gamma p} zeta(gamma p) + ...,

being the residues of one Mellin integral at two poles, which merge where gamma p = 1.  There the terms have
poles in the parameter, with opposite residues, and what is left of their sum is a logarithm.

Worked by hand, kernel ridge (arXiv:2105.15004) at the source r = 1, beyond which more regular targets are not
learned any faster, the saturation of ridge regression.  With r = 1 + h and A = 2 gamma the two ends of what
is missed of the target are

    kappa^{2r} pi (1 - 2r)/(A sin(2 pi r)) = kappa^{2 + 2h} (-1/(2 A h) - 1/A + ...),        r < 1 alone,
    kappa^2 zeta(1 + 2 A h)                = kappa^2 (1/(2 A h) + gamma_E + ...),            r > 1 alone,

and at r = 1 together kappa^2 (log(1/kappa) + A gamma_E - 1)/A.  Each of K = kappa^{-1/A} fitted features then
misses the same share of the target.

In this order: ``Exchange`` (the answer), ``exchange`` (the question), ``_law_on_wall``, the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import mpmath
from sympy import Add, Dummy, Eq, EulerGamma, Expr, Mul, S, Symbol, exp, log, series, simplify, zeta

from asymptotics import symbols
from asymptotics.algebra.monomials import VARIABLES, Term, simplified, spare, term
from asymptotics.algebra.polyhedra import FIELD, PARAMETERS
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.laws import Law, law
from asymptotics.balance.regimes import WEIGHT_DECAY, Equation
from asymptotics.boundaries.fitting import at_capacity, fitting
from asymptotics.boundaries.roots import Number, physical_values, real_above, solve_system
from asymptotics.boundaries.types import Kind
from asymptotics.boundaries.uniform_sums import evaluate
from asymptotics.models.ridge import Fitted
from asymptotics.phases.phase import Phase
from asymptotics.symbols import threshold


@dataclass(frozen=True)
class Exchange:
    """The law across a wall of a linear estimator.

    Attributes:
        kind: what changes at the wall.
        continuous: whether the exponents of the risk agree there.
        equation: for kappa.
        law: excess risk, to leading order on both sides and in between, in kappa and the physical variables.
        on_wall: the law where a parameter has the value that it passes at the wall; None on other walls.
        start: law of kappa in one of the phases, where the search for it begins.
        mechanism: what happens there, in a sentence.
        variable: where the capacity meets that of isotropic features, their ratio; None on other walls.
        width: how near to 1 that ratio must be for weight decay to matter; None on other walls.
    """

    kind: Kind
    continuous: bool
    equation: Eq
    law: Expr
    on_wall: Law | None
    start: Expr
    mechanism: str
    variable: Expr | None = None
    width: Expr | None = None

    def evaluate(
        self,
        *,
        gamma: Number,
        n_eff: Number,
        d: Number,
        weight_decay: Number,
        noise_variance: Number,
        source: Number | None = None,
    ) -> mpmath.mpf:
        """The excess risk at any size, from ``law`` and ``equation``; arguments as ``Law.evaluate``.

        Raises:
            InvalidArgument: when an argument is not a finite positive number, gamma is 1/2 or less, or source
                is missing.
            ArithmeticError: when the equation has no solution that is found.
        """
        digits = mpmath.mp.dps
        with mpmath.workdps(4 * digits):
            values: dict[Symbol, Number] = dict(
                physical_values(
                    gamma=gamma, n_eff=n_eff, d=d, weight_decay=weight_decay, noise_variance=noise_variance
                )
            )
            needed = self.law.has(symbols.source)
            if needed or source is not None:
                exponent = real_above("source", source)
                # poles that cancel, as at r = 1, are passed by
                values |= {symbols.source: exponent + mpmath.mpf(10) ** (-digits)} if needed else {}
            values |= solve_system([self.equation], [threshold], values, [evaluate(self.start, values)])
            risk = evaluate(self.law, values)
        return +risk


@cache
def exchange(phases: tuple[Phase, Phase], relation: Eq, continuous: bool) -> Exchange:
    """The law of the excess risk across a wall between two phases of a linear estimator; cached.

    >>> from asymptotics import kernel_ridge, phase_diagram
    >>> walls = phase_diagram(kernel_ridge).boundaries
    >>> wall = next(b for b in walls if [p.name for p in b.phases] == ["II", "II"])
    >>> wall.relation, exchange(wall.phases, wall.relation, wall.continuous).on_wall.expr
    (Eq(r, 1), lambda**2*log(1/lambda)/(2*gamma))
    """
    one, other = (phase.balance for phase in phases)
    kind = _kind(phases)
    start = phases[0].threshold.expr
    if one.hypothesis.ordering is not other.hypothesis.ordering:
        across = fitting(phases, relation)
        return Exchange(
            kind=kind,
            continuous=continuous,
            equation=across.equation,
            law=across.risk,
            on_wall=None,
            start=start,
            mechanism=_mechanism_of_fitting(phases, continuous),
            variable=across.variable,
            width=across.width,
        )
    at_parameter = relation.lhs in PARAMETERS
    pairs = zip(one.regime.equations, other.regime.equations, strict=True)
    _, of_threshold, of_spare = (_joined(*pair) for pair in pairs)
    risk = _sum(one.regime.risk, other.regime.risk)
    return Exchange(
        kind=kind,
        continuous=continuous,
        equation=of_threshold,
        law=risk.subs(spare, of_spare.rhs),  # which is explicit
        on_wall=_law_on_wall(one, other, relation) if at_parameter else None,
        start=start,
        mechanism=_mechanism(one, other, at_parameter),
    )


def _kind(phases: tuple[Phase, Phase]) -> Kind:
    orderings = {phase.hypothesis.ordering for phase in phases}
    if at_capacity(phases):
        return Kind.RECOVERY
    if len(orderings) > 1:
        return Kind.FIRST_MODES if Fitted.NONE in orderings else Kind.LAST_MODES
    alike = simplify(phases[0].risk.expr - phases[1].risk.expr) == 0
    return Kind.UNCHANGED if alike else Kind.EXCHANGE


def _sum(*sums: tuple[Term, ...]) -> Expr:
    """All the terms of some sums, each once."""
    once = dict.fromkeys(part for terms in sums for part in terms)
    return Add(*(part.coefficient * part.monomial() for part in once))


def _joined(one: Equation, other: Equation) -> Eq:
    return Eq(_sum((one.left,)), _sum(one.right, other.right))


def _law_on_wall(one: Balanced, other: Balanced, relation: Eq) -> Law:
    """The law of the risk where a parameter has the value at which both ends of a sum count.

    With r = r_0 + h the two terms are m exp(h L_1) (-rho/h + a_1) and m exp(h L_2) (rho/h + a_2), L_1 and L_2
    logarithms of the physical variables and of constants: together m (rho (L_2 - L_1) + a_1 + a_2).
    """
    below, above, scales = one.risk, other.risk, one.scales
    assert below is not None
    assert above is not None
    if _sum((below,)) == _sum((above,)):
        return law((below,), scales)
    ends = [_laurent(t.coefficient, relation) for t in (below, above)]
    if ends[1].pole == 0 or simplified(ends[0].pole + ends[1].pole) != 0:
        raise NotImplementedError(f"the risks on either side of {relation} do not merge there")
    of_variables = {
        v: FIELD.to_sympy(q - p).diff(relation.lhs).subs(*relation.args)
        for v, p, q in zip(VARIABLES, below.powers, above.powers, strict=True)
    }
    slopes = {v: slope for v, slope in of_variables.items() if slope != 0}
    first = next(iter(slopes.values()))
    factor = simplified(ends[1].pole * first)
    if factor.could_extract_minus_sign():
        first, factor = -first, -factor
    large = term(Mul(*(v ** (slope / first) for v, slope in slopes.items())), "")
    both = term(below.monomial().subs(*relation.args), "")
    constant = simplified(exp((ends[1].slope - ends[0].slope) / first))
    leading = factor * log(constant * large.monomial())
    rest = simplified(ends[0].rest + ends[1].rest)
    return Law(
        expr=both.monomial() * leading,
        exponent=scales.expression(scales.exponent(both)),
        log_exponent=S.One,
        constant=simplified(factor * scales.expression(scales.exponent(large))),
        corrected=both.monomial() * (leading + rest),
    )


class _Laurent(NamedTuple):
    """``exp(slope*h) * (pole/h + rest)`` to order h**0, h the distance of a parameter from its value."""

    slope: Expr
    pole: Expr
    rest: Expr


def _laurent(value: Expr, relation: Eq) -> _Laurent:
    """A coefficient next to a value of a parameter.

    >>> _laurent(2**symbols.source * zeta(2 * symbols.source - 1), Eq(symbols.source, 1))
    _Laurent(slope=log(2), pole=1, rest=2*EulerGamma)
    """
    parameter, step = relation.lhs, Dummy("h")
    constant, varying = value.as_independent(parameter, as_Add=False)
    powers = [x.as_base_exp() for x in Mul.make_args(varying)]
    regular = {base: power for base, power in powers if not base.has(parameter) and power.has(parameter)}
    unit = constant * Mul(*(base ** power.subs(*relation.args) for base, power in regular.items()))
    slope = Add(*(power.diff(parameter).subs(*relation.args) * log(base) for base, power in regular.items()))
    rest = Mul(*(base**power for base, power in powers if base not in regular))
    near = rest.subs(parameter, relation.rhs + step)
    # SymPy does not expand zeta at its pole; what is left there is of order h
    near = near.replace(zeta, lambda x: 1 / (x - 1) + EulerGamma if x.subs(step, 0) == 1 else zeta(x))
    found = series(near, step, 0, 1).removeO().expand()
    return _Laurent(slope, unit * found.coeff(step, -1), unit * found.coeff(step, 0))


def _mechanism_of_fitting(phases: tuple[Phase, Phase], continuous: bool) -> str:
    if at_capacity(phases):
        jump = "" if continuous else ", and on the scale of exponents the risk jumps"
        return (
            "The data offer as much capacity as all features take, which are of one variance: the ridge "
            f"kappa falls from there to what weight decay leaves of it{jump}. On the wall weight decay alone "
            "leaves any spare capacity, by which label noise, if there is any, is divided: a peak."
        )
    setters = {phase.hypothesis.dominant[1] for phase in phases}
    what = "Weight decay lowers" if setters == {WEIGHT_DECAY} else "The samples lower"
    isotropic = all(phase.hypothesis.ordering is not Fitted.SOME for phase in phases)
    if isotropic:
        return f"{what} the ridge kappa to the one variance of all features, which are fitted at once."
    which = "last" if any(phase.hypothesis.ordering is Fitted.ALL for phase in phases) else "first"
    return f"{what} the ridge kappa to the variances of the {which} features, which are fitted one by one."


def _mechanism(one: Balanced, other: Balanced, at_parameter: bool) -> str:
    if at_parameter and one.risk == other.risk:
        return (
            "The sum over what is missed of the target changes its leading end, from modes of the size of "
            "the scale that cuts them to the first modes; the risk is that of noise, and does not feel it."
        )
    if at_parameter:
        return (
            "The sum over what is missed of the target changes its leading end, from modes of the size of "
            "the scale that cuts them to the first modes, of which as much is missed however regular the "
            "target is; on the wall all modes in between count alike, which makes a logarithm."
        )
    if one.risk == other.risk and one.hypothesis.learned is not other.hypothesis.learned:
        return "Modes of the target rise above the noise, which a linear estimator does not feel."
    roles = [f"sets the {equation.name}" for equation in one.regime.equations]
    leaders = [(*balanced.hypothesis.dominant, balanced.hypothesis.risk) for balanced in (one, other)]
    changes = [
        f"what {role} is {left} on one side and {right} on the other"
        for role, left, right in zip([*roles, "makes the risk"], *leaders, strict=True)
        if left != right
    ]
    return f"Terms that are there on both sides exchange the lead: {'; '.join(changes)}."
