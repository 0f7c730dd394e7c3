r"""Walls at which features come to be fitted: the equations of a linear estimator, feature by feature.

On one side of such a wall kappa lies above the variance of every feature, or below, and on the other it does
not.  The sums over the features are then no power laws of kappa; but they are explicit, as are the equations
of ridge regression (``ridge``), and what counts at the wall can be kept of them as it is:

    A = p D + force,     D_s = p sum f (1 - f) + force,     E = (A B + labels D_2)/D_s.

Features of a power law of variances are fitted one by one, so that each counts for itself; where the last of
them are, the sum is an integral over their rank, unless the first modes rule it.  Features of one variance v
are fitted at once: f = v/(v + kappa) stands in front of the sums.

Worked by hand, kernel ridge at lambda ~ 1, n >> 1: the degrees of freedom are negligible in A = n and in D_s,
label noise in the risk, and so kappa = lambda and E = sum_i t_i^2/(1 + i^-A/lambda)^2.  That is all of the
target for lambda >> 1 (phase I), and lambda^(2 min(r, 1)) times a constant for lambda << 1 (phase II).

Where the capacity meets that of all isotropic features, A = p, and weight decay is small, the exponent may
jump.  Next to the wall A - p = phi/kappa - p kappa/v, with force = phi/kappa: kappa falls from (1 - A/p) v
before it to phi/(A - p) after it.  On it kappa = v w, w = sqrt(phi/(p v)), and w is how near to p the
capacity must be, relatively, for weight decay to matter: the ``width``.  There the spare capacity is as small
as 2 p w, and label noise, divided by it, makes a peak of height labels/(2 w p).

In this order: ``Fitting`` (the answer), ``fitting`` (the question), ``at_capacity``, ``_counted``,
``_sum_across``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sympy import Add, Eq, Expr, S, Sum, Symbol, expand, oo, powsimp, simplify, sqrt

from asymptotics.algebra.polyhedra import overlap
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.regimes import LABEL_NOISE, MODES, WEIGHT_DECAY
from asymptotics.boundaries.types import counting
from asymptotics.boundaries.uniform_sums import last_modes
from asymptotics.lemmas.power_sums import ModeFunction, Piece
from asymptotics.models.ridge import FEATURES, Fitted, RidgeRegression, feature_ratio, kept_share, mode_sum
from asymptotics.phases.phase import Phase
from asymptotics.symbols import d, degrees_of_freedom, gamma, matrix_error, size, threshold


class Fitting(NamedTuple):
    """What holds where features come to be fitted.

    Attributes:
        equation: for kappa.
        risk: excess risk, in kappa and the physical variables.
        variable: where the capacity meets that of isotropic features, their ratio A/p; elsewhere None.
        width: how near to 1 that ratio must be for weight decay to matter; elsewhere None.
    """

    equation: Eq
    risk: Expr
    variable: Expr | None
    width: Expr | None


def fitting(phases: tuple[Phase, Phase], relation: Eq) -> Fitting:
    """The equations of ridge regression with all that counts on a wall between two orders of its scales.

    >>> from asymptotics import kernel_ridge, phase_diagram
    >>> walls = phase_diagram(kernel_ridge).boundaries
    >>> wall = next(b for b in walls if [p.name for p in b.phases] == ["Ib", "II"])
    >>> fitting(wall.phases, wall.relation).equation
    Eq(n_eff, lambda*n_eff/kappa)
    """
    model = phases[0].balance.model
    assert isinstance(model, RidgeRegression)
    noisy = phases[0].balance.scales.noise != "none"
    capacity = model.threshold_balance.lhs
    per_freedom = model.threshold_balance.rhs.coeff(degrees_of_freedom)
    force = model.threshold_balance.rhs.subs(degrees_of_freedom, 0)
    labels = model.noise_balance.rhs.subs(matrix_error, 0) if noisy else S.Zero
    _, in_threshold, in_spare, in_risk = _counted(phases, relation)

    def total(response: Expr, weight: Expr = S.One) -> Expr:
        return _sum_across(phases, response, weight)

    def kept(origins: set[str], parts: dict[str, Expr]) -> Expr:
        return Add(*(value for origin, value in parts.items() if origin in origins))

    freedoms, rest = per_freedom * total(kept_share), per_freedom * total(kept_share * (1 - kept_share))
    errors = capacity * total((1 - kept_share) ** 2, model.target_energy)
    spare = kept(in_spare, {WEIGHT_DECAY: force, FEATURES: rest})
    risk = kept(in_risk, {MODES: errors, LABEL_NOISE: labels * total(kept_share**2)})
    variable = width = None
    if at_capacity(phases):
        variable = capacity / per_freedom
        width = sqrt(simplify(force * threshold / (per_freedom * model.spread[0])))
    return Fitting(
        equation=Eq(capacity, kept(in_threshold, {WEIGHT_DECAY: force, FEATURES: freedoms})),
        risk=model.excess_risk / matrix_error * risk / spare,
        variable=variable,
        width=width,
    )


def at_capacity(phases: tuple[Phase, Phase]) -> bool:
    """Whether the capacity of the data meets that of all features, which are of one variance."""
    orders = {phase.hypothesis.ordering for phase in phases}
    setters = {phase.hypothesis.dominant[1] for phase in phases}
    return orders == {Fitted.NONE, Fitted.ALL} and FEATURES in setters


def _counted(phases: tuple[Phase, Phase], relation: Eq) -> list[set[str]]:
    """Origins of what grows like the whole on the wall, at the solution of either phase.

    Of the right sides of the equations, in their order, and of the risk.
    """

    def of(phase: Phase) -> Iterator[set[str]]:
        balanced = phase.balance
        sums = [(equation.left, equation.right) for equation in balanced.regime.equations]
        assert balanced.risk is not None
        for whole, parts in [*sums, (balanced.risk, balanced.regime.risk)]:
            yield {part.origin for part in counting(balanced, relation, whole, parts)}

    return [one | other for one, other in zip(*map(of, phases), strict=True)]


def _sum_across(phases: tuple[Phase, Phase], response: Expr, weight: Expr) -> Expr:
    """The sum over the features of a function of v/kappa times a power of the size, on both sides."""
    one, other = (phase.balance for phase in phases)
    model, domain = one.model, overlap(one.domain, other.domain)
    assert isinstance(model, RidgeRegression)
    assert domain is not None
    spread, degree = model.spread
    orderings = {one.hypothesis.ordering, other.hypothesis.ordering}

    def leading(balanced: Balanced, response: Expr) -> Expr:
        fitted, learned = balanced.hypothesis.ordering, balanced.hypothesis.learned
        assert isinstance(fitted, Fitted)
        terms = mode_sum(model, fitted, learned, domain, response, weight, MODES)
        return Add(*(t.coefficient * t.monomial() for t in terms))

    if not model.anisotropic:
        return simplify(response.subs(feature_ratio, spread / threshold)) * leading(one, S.One)
    on_one_side = leading(one, response)
    if on_one_side == leading(other, response):
        return on_one_side  # of features that are not concerned
    if Fitted.ALL in orderings:
        # simplified: 1 - f of a feature far above kappa would be a difference of two numbers near 1
        function = simplify(response).subs(feature_ratio, spread * size**degree / threshold) * weight
        return last_modes(ModeFunction((Piece(S.Zero, oo, function),)), model.amplitude * d**-gamma)
    index = Symbol("i", positive=True, integer=True)
    mode = model.amplitude * index**-gamma
    shrunk = response.subs(feature_ratio, 1 / powsimp(threshold / (spread * mode**degree)))
    every = Sum(simplify(shrunk) * powsimp(expand(weight.subs(size, mode))), (index, 1, oo))
    return every if model.modes == oo else every / d
