r"""Laws across the boundaries of linear estimators: the equations of ridge regression with all that counts.

Ridge regression is solved in sums over features that are explicit functions of kappa (``models.ridge``):

    A = p D + force,     D_s = p sum f (1 - f) + force,     E = (A B + labels D_2)/D_s.

*Where the order of the scales is the same* in both phases, they differ only in which terms lead.  The
equations of their regime were simplified in the same way then, and with all their terms they hold across the
boundary.

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

*Where features come to be fitted.*  On one side kappa lies above the variance of every feature, or below, and
on the other it does not.  The sums over the features are then no power laws of kappa, but those that balance
on the boundary can be kept as they are.  Features of a power law of variances are fitted one by one, so that
each counts for itself; where the last of them are, the sum is an integral over their rank, unless the first
modes rule it.  Features of one variance v are fitted at once: f = v/(v + kappa) stands in front of the sums.

Worked by hand, kernel ridge at lambda ~ 1, n >> 1: the degrees of freedom are negligible in A = n and in D_s,
label noise in the risk, and so kappa = lambda and E = sum_i t_i^2/(1 + i^-A/lambda)^2.  That is all of the
target for lambda >> 1 (phase Ib), and lambda^(2 min(r, 1)) times a constant for lambda << 1 (phase II).

*Where the capacity meets that of all isotropic features*, A = p, and weight decay is small, the exponent may
jump.  With force = phi/kappa, w = sqrt(phi/(p v)) and the excess x = A/p - 1 the threshold balance is, next
to that point, k^2 + x k = w^2 for k = kappa/v, so that

    k = (sqrt(x^2 + 4 w^2) - x)/2,       D_s = p sqrt(x^2 + 4 w^2),       E = (A B_0 k^2 + labels)/D_s,

B_0 being the energy of the target.  So k falls from -x before the point to w^2/x after it, within the width w
that weight decay gives, and label noise, divided by D_s, makes a peak of height labels/(2 w p).

In this order: ``linear_law``; its equations, ``_with_all_terms`` and ``_across_features``, ``_local_law``;
the law where a parameter has its value, ``_law_on_boundary``; ``type_of_linear``, ``mechanism_of_linear`` and
the variable.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sympy import (
    Add,
    Dummy,
    Eq,
    EulerGamma,
    Expr,
    Mul,
    S,
    Set,
    Sum,
    Symbol,
    exp,
    expand,
    log,
    oo,
    powsimp,
    series,
    simplify,
    solve,
    sqrt,
    zeta,
)

from asymptotics import words
from asymptotics.algebra.monomials import Term, simplified, spare, term
from asymptotics.algebra.polyhedra import FIELD, PARAMETERS, overlap
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.laws import Law, law
from asymptotics.balance.regimes import LABEL_NOISE, MODES, WEIGHT_DECAY, Equation
from asymptotics.boundaries.law import BoundaryLaw, LocalLaw
from asymptotics.boundaries.types import ANYWHERE, BoundaryType, balanced_terms
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece
from asymptotics.lemmas.uniform_sums import finite_size_end
from asymptotics.models.ridge import FEATURES, RidgeRegression, fitted_in, learned_in, raised, summand
from asymptotics.phases.phase import Phase
from asymptotics.symbols import (
    d,
    effective_noise,
    gamma,
    matrix_error,
    n_eff,
    size,
    threshold,
)
from asymptotics.systems.mode_sums import scaled_sum, terms_of_sum

Phases = tuple[Phase, Phase]

feature_ratio = Symbol("rho", positive=True)
"""Variance of a feature over kappa."""


@cache
def linear_law(phases: Phases, relation: Eq, continuous: bool) -> BoundaryLaw:
    """The law of the excess risk across a boundary between two phases of a linear estimator; cached.

    >>> from asymptotics import kernel_ridge, phase_diagram
    >>> boundaries = phase_diagram(kernel_ridge).boundaries
    >>> saturation = next(b for b in boundaries if [p.name for p in b.phases] == ["II", "II"])
    >>> saturation.relation, saturation.law().on_boundary.expr
    (Eq(r, 1), lambda**2*log(1/lambda)/(2*gamma))
    >>> next(b for b in boundaries if [p.name for p in b.phases] == ["Ib", "II"]).law().equations
    (Eq(n_eff, lambda*n_eff/kappa),)
    """
    across_features = _fitted(phases[0]) is not _fitted(phases[1])
    equation, risk = _across_features(phases, relation) if across_features else _with_all_terms(phases)
    variable, window = _variable(phases, relation)
    return BoundaryLaw(
        type=type_of_linear(phases),
        continuous=continuous,
        mechanism=mechanism_of_linear(phases, relation, continuous),
        risk=risk,
        effective_noise=_effective_noise(phases, risk),
        threshold=threshold,
        unknowns=(threshold,),
        equations=(equation,),
        start=(phases[0].threshold.expr,),
        variable=variable,
        window=window,
        on_boundary=_law_on_boundary(phases, relation) if relation.lhs in PARAMETERS else None,
        local=_local_law(phases) if _meets_capacity(phases) else None,
    )


def _model(phases: Phases) -> RidgeRegression:
    return _of_ridge(phases[0].balance)


def _of_ridge(balance: Balanced) -> RidgeRegression:
    assert isinstance(balance.model, RidgeRegression)
    return balance.model


def _fitted(phase: Phase) -> Learned:
    return fitted_in(_of_ridge(phase.balance), phase.hypothesis)


def _learned(phase: Phase) -> Learned:
    return learned_in(phase.hypothesis)


def _meets_capacity(phases: Phases) -> bool:
    """Whether the capacity of the data meets that of all features, which are of one variance."""
    setters = {phase.hypothesis.dominant[1] for phase in phases}
    return set(map(_fitted, phases)) == {Learned.NONE, Learned.ALL} and FEATURES in setters


# --- the equations


def _labels(phases: Phases) -> Expr:
    noisy = phases[0].balance.scales.noise != "none"
    return _model(phases).labels if noisy else S.Zero


def _effective_noise(phases: Phases, risk: Expr) -> Expr:
    """Delta from the noise balance A delta^2 = labels + p E."""
    balance = _model(phases).noise_balance
    per_error = balance.rhs.coeff(matrix_error) * matrix_error / _model(phases).excess_risk
    return sqrt((_labels(phases) + per_error * risk) * effective_noise**2 / balance.lhs)


def _with_all_terms(phases: Phases) -> tuple[Eq, Expr]:
    """The equation for kappa and the risk, with the terms of both regimes, each once."""
    regimes = [phase.balance.regime for phase in phases]
    _, of_threshold, of_spare, *_ = (
        _joined(*pair) for pair in zip(*(r.equations for r in regimes), strict=True)
    )
    risk = _sum(*(r.risk for r in regimes)).subs(spare, of_spare.rhs)
    # v + kappa, if it is an unknown, is the larger of both in either phase
    largest = threshold if _fitted(phases[0]) is Learned.NONE else _model(phases).spread[0]
    return of_threshold.subs(raised, largest), risk.subs(raised, largest)


def _sum(*sums: tuple[Term, ...]) -> Expr:
    """All the terms of some sums, each once."""
    once = dict.fromkeys(part for terms in sums for part in terms)
    return Add(*(part.coefficient * part.monomial() for part in once))


def _joined(one: Equation, other: Equation) -> Eq:
    return Eq(_sum((one.left,)), _sum(one.right, other.right))


def _across_features(phases: Phases, relation: Eq) -> tuple[Eq, Expr]:
    """The equation for kappa and the risk where features come to be fitted, with the terms balanced there."""
    model = _model(phases)
    capacity, per_freedom, force = model.threshold_balance.lhs, model.per_freedom, model.force
    _, in_threshold, in_spare, *_, in_risk = _balanced_origins(phases, relation)

    def total(fits: int, misses: int, weight: Expr = S.One) -> Expr:
        return _sum_across(phases, fits, misses, weight)

    def balanced(origins: set[str], parts: dict[str, Expr]) -> Expr:
        return Add(*(value for origin, value in parts.items() if origin in origins))

    freedoms, rest = per_freedom * total(1, 0), per_freedom * total(1, 1)
    errors = capacity * total(0, 2, model.target_energy)
    labels = _labels(phases) * total(2, 0)
    balance = Eq(capacity, balanced(in_threshold, {WEIGHT_DECAY: force, FEATURES: freedoms}))
    spare_capacity = balanced(in_spare, {WEIGHT_DECAY: force, FEATURES: rest})
    risk = balanced(in_risk, {MODES: errors, LABEL_NOISE: labels}) / spare_capacity
    return balance, model.excess_risk / matrix_error * risk


def _balanced_origins(phases: Phases, relation: Eq) -> list[set[str]]:
    """Origins of the balanced terms: of the right sides of the equations, in their order, and of the risk."""

    def of(phase: Phase) -> Iterator[set[str]]:
        balance = phase.balance
        sums = [(equation.left, equation.right) for equation in balance.regime.equations]
        assert balance.risk is not None
        for whole, terms in [*sums, (balance.risk, balance.regime.risk)]:
            yield {part.origin for part in balanced_terms(balance, relation, whole, terms)}

    return [one | other for one, other in zip(*map(of, phases), strict=True)]


def _sum_across(phases: tuple[Phase, Phase], fits: int, misses: int, weight: Expr) -> Expr:
    """The sum over the features of f**fits (1 - f)**misses times a power of the size, on both sides."""
    model = _model(phases)
    spread, degree = model.spread
    fit = feature_ratio / (1 + feature_ratio)
    response = fit**fits * (1 - fit) ** misses
    if not model.anisotropic:
        return simplify(response.subs(feature_ratio, spread / threshold)) * _leading(phases, 0, weight)
    declared = summand(model, fits, misses, weight)
    on_one_side = _leading(phases, 0, declared)
    if on_one_side == _leading(phases, 1, declared):
        return on_one_side  # of features that are not concerned
    if Learned.ALL in map(_fitted, phases):
        # simplified: 1 - f of a feature far above kappa would be a difference of two numbers near 1
        function = simplify(response).subs(feature_ratio, spread * size**degree / threshold) * weight
        return finite_size_end(ModeFunction((Piece(S.Zero, oo, function),)), model.amplitude * d**-gamma)
    index = Symbol("i", positive=True, integer=True)
    mode = model.amplitude * index**-gamma
    shrunk = response.subs(feature_ratio, 1 / powsimp(threshold / (spread * mode**degree)))
    every = Sum(simplify(shrunk) * powsimp(expand(weight.subs(size, mode))), (index, 1, oo))
    return every if model.modes == oo else every / d


def _leading(phases: Phases, side: int, summand: Expr) -> Expr:
    """The leading terms of a sum over the features in one of the phases; of a mean over a finite number."""
    model = _model(phases)
    domain = overlap(*(phase.balance.domain for phase in phases))
    assert domain is not None
    terms = terms_of_sum(
        scaled_sum(summand), model.system.modes_of_target, _learned(phases[side]), domain, MODES
    )
    whole = Add(*(t.coefficient * t.monomial() for t in terms))
    return whole if model.modes == oo else whole / d


def _local_law(phases: Phases) -> LocalLaw:
    """The law next to the capacity of all isotropic features, which is explicit."""
    model, labels = _model(phases), _labels(phases)
    variance, per_error = model.spread[0], model.excess_risk / matrix_error
    per_freedom, force = model.per_freedom, model.force
    excess = model.threshold_balance.lhs / per_freedom - 1
    (samples,) = solve(excess, n_eff)
    width = sqrt(simplify(force * threshold / (per_freedom * variance)))
    energy = per_freedom * _leading(phases, 0, model.target_energy)
    round_peak = sqrt(excess**2 + 4 * width**2)

    def risk(kappa: Expr, spare_share: Expr) -> Expr:
        return per_error * (energy * kappa**2 + labels) / (per_freedom * spare_share)

    kappa = 2 * width**2 / (round_peak + excess)
    whole = risk(kappa, round_peak)
    return LocalLaw(
        risk=whole,
        effective_noise=_effective_noise(phases, whole),
        threshold=variance * kappa,
        samples=samples,
        excess=excess,
        width=width,
        height=risk(width, 2 * width),
        below=risk(-excess, -excess),
        above=risk(width**2 / excess, excess),
    )


# --- where a parameter has the value that it passes


def _law_on_boundary(phases: Phases, relation: Eq) -> Law:
    """The law of the risk where a parameter has the value at which both ends of a sum grow alike.

    With r = r_0 + h the two terms are m exp(h L_1) (-rho/h + a_1) and m exp(h L_2) (rho/h + a_2), L_1 and L_2
    logarithms of the physical variables and of constants: together m (rho (L_2 - L_1) + a_1 + a_2).
    """
    below, above = (phase.balance.risk for phase in phases)
    scales = phases[0].balance.scales
    assert below is not None
    assert above is not None
    if _sum((below,)) == _sum((above,)):
        return law((below,), scales)
    ends = [laurent(t.coefficient, relation) for t in (below, above)]
    if ends[1].pole == 0 or simplified(ends[0].pole + ends[1].pole) != 0:
        raise NotImplementedError(f"the risks on either side of {relation} do not merge there")
    of_variables = {
        v: FIELD.to_sympy(above.power(v) - below.power(v)).diff(relation.lhs).subs(*relation.args)
        for v in {**dict(below.powers), **dict(above.powers)}
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


class Laurent(NamedTuple):
    """``exp(slope*h) * (pole/h + rest)`` to order h**0, h the distance of a parameter from its value."""

    slope: Expr
    pole: Expr
    rest: Expr


def laurent(value: Expr, relation: Eq) -> Laurent:
    """A coefficient next to a value of a parameter.

    >>> from asymptotics.symbols import source
    >>> laurent(2**source * zeta(2 * source - 1), Eq(source, 1))
    Laurent(slope=log(2), pole=1, rest=2*EulerGamma)
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
    expansion = series(near, step, 0, 1).removeO().expand()
    return Laurent(slope, unit * expansion.coeff(step, -1), unit * expansion.coeff(step, 0))


# --- what changes, in words, and in which variable


def type_of_linear(phases: Phases) -> BoundaryType:
    """What makes the law change at a boundary of a linear estimator."""
    fitted = set(map(_fitted, phases))
    if _meets_capacity(phases):
        return BoundaryType.RECOVERY
    if len(fitted) > 1:
        return BoundaryType.ONSET if Learned.NONE in fitted else BoundaryType.SATURATION
    alike = simplify(phases[0].risk.expr - phases[1].risk.expr) == 0
    return BoundaryType.UNCHANGED if alike else BoundaryType.CROSSOVER


def _variable(phases: Phases, relation: Eq) -> tuple[Expr, Set]:
    """What is of order one at the boundary, and its values where the risk follows neither phase."""
    unchanged = type_of_linear(phases) is BoundaryType.UNCHANGED
    return _variable_alone(phases, relation), S.EmptySet if unchanged else ANYWHERE


def _variable_alone(phases: Phases, relation: Eq) -> Expr:
    model, fitted = _model(phases), list(map(_fitted, phases))
    variance, degree = model.spread
    if _meets_capacity(phases):
        return model.threshold_balance.lhs / model.per_freedom
    if fitted[0] is not fitted[1]:  # kappa over the variance of the first feature, or the last, or all
        outer = next(i for i, x in enumerate(fitted) if x is not Learned.SOME)
        rank = S.One if Learned.NONE in fitted else d
        return phases[outer].threshold.expr / (variance * (model.amplitude * rank**-gamma) ** degree)
    one, other = (phase.balance.risk for phase in phases)
    if relation.lhs in PARAMETERS and one is not None and other is not None and one != other:
        return one.monomial() / other.monomial()
    if relation.lhs in PARAMETERS:
        return relation.lhs / relation.rhs
    learned = set(map(_learned, phases))
    if len(learned) > 1:  # delta over the first mode of the target, or the last
        rank = S.One if Learned.NONE in learned else d
        return phases[0].effective_noise.expr / (model.amplitude * rank**-gamma)
    for name, power in (("excess_risk", 1), ("effective_noise", 2), ("threshold", 1)):
        left, right = (phase.laws[name].expr for phase in phases)
        if simplify(left - right) != 0:
            return (left / right) ** power  # of delta the square, without roots of factors below zero
    raise NotImplementedError(f"{phases[0].name} and {phases[1].name} have the same laws")


def mechanism_of_linear(phases: Phases, relation: Eq, continuous: bool) -> str:
    """What happens at a boundary of a linear estimator, in a sentence."""
    if _meets_capacity(phases):
        return words.features_meet_capacity(jumps=not continuous)
    one, other = (phase.balance for phase in phases)
    fitted = set(map(_fitted, phases))
    if len(fitted) > 1:
        by_decay = {phase.hypothesis.dominant[1] for phase in phases} == {WEIGHT_DECAY}
        which = None if Learned.SOME not in fitted else "last" if Learned.ALL in fitted else "first"
        return words.features_are_fitted(by_decay=by_decay, which=which)
    if relation.lhs in PARAMETERS:
        return words.leading_end_changes(felt=one.risk != other.risk)
    if one.risk == other.risk and len(set(map(_learned, phases))) > 1:
        return words.modes_unfelt()
    roles = [*(f"sets the {equation.name}" for equation in one.regime.equations), "makes the risk"]
    leaders = [(*balance.hypothesis.dominant, balance.hypothesis.risk) for balance in (one, other)]
    changes = zip(roles, *leaders, strict=True)
    return words.leads_exchanged([change for change in changes if change[1] != change[2]])
