r"""Laws across the boundaries of networks: uniform asymptotics of the two balances.

A phase keeps of every sum its largest term.  At a boundary two terms are alike, and the law that holds on
both sides keeps both.  All of them come from one rule:

    *keep in each declared equation every balanced term: all that are, on the boundary, as large as its left
    side in either phase,*

and write each sum so that it is right on both sides.  With u = kappa/delta and A = left side/delta^2,

    A delta^2 = labels + e,          e = modes + delta^2 j(u),
    A = weight decay/kappa + D,      D = modes + j(u) - u j'(u)/2,

where j is the potential of the ``noise``, and the sum over modes is a Mellin transform far from both ends of
the target, discrete where the first modes emerge, and an integral cut at the last mode where all do
(``uniform_sums``); where all of them are of the size of the noise and repel each other it is the whole free
convolution of their power law (``free_convolution``).  What remains are two equations, or fewer, without d
where they can be rid of it.

Worked by hand: boundaries II/V and II/VIa, where kappa falls to the noise.  Label noise feeds delta on both
sides.  In II weight decay sets kappa = lambda/(c A), where c = R/E.

* For A >> 1 (II/VIa) it does so in VIa too, and the risk is that of the modes plus c delta^2 j(kappa/delta).
  The semicircle has j = 0 beyond u = 2: the risk leaves law II when kappa/delta falls below 2, and has
  reached law VIa, with j(0), when it is 0.  On the scale of exponents that is a jump.
* For A << 1 (II/V) kappa cannot fall below the edge u* delta.  Below it the bulk takes what weight decay does
  not, D_b = A - lambda/(c u* delta) = A (1 - x), and the risk rises from nothing to law V as (1 - x)_+^(7/5).

In this order: ``network_law``, where its equations start, and the local law; the two equations with their
balanced terms, ``_trained`` and its steps, ``_bayes``; the sums over modes.  Which terms are balanced is in
``types``.
"""

from __future__ import annotations

from functools import cache

from sympy import (
    Eq,
    Expr,
    Max,
    Piecewise,
    S,
    Symbol,
    erf,
    erfc,
    expand,
    oo,
    simplify,
    solve,
    sqrt,
)

from asymptotics.boundaries.free_convolution import (
    degrees_of_freedom_of_all,
    error_of_all,
    posterior_variance_of_all,
)
from asymptotics.boundaries.interpolation import interpolation_peak
from asymptotics.boundaries.law import BoundaryLaw, LocalLaw, UniformLaw
from asymptotics.boundaries.recovery import recovery_jump
from asymptotics.boundaries.types import BoundaryTerms, BoundaryType, Part, mechanism_of, variable_of
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece
from asymptotics.lemmas.uniform_sums import discrete_head, finite_size_end, power_law_sum
from asymptotics.models.bayes import BayesOptimal, posterior_variance
from asymptotics.networks.declaration import AMPLITUDE, degrees_of_freedom_of, error_of
from asymptotics.networks.mode_functions import Ordering, mode_functions
from asymptotics.networks.network import Network
from asymptotics.phases.phase import Phase
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    matrix_error,
    noise_variance,
    size,
    threshold,
    weight_decay,
)

ratio = Symbol("u", positive=True)
"""kappa/delta, where both are of the same size."""

SMALLEST = AMPLITUDE * d**-gamma
"""Size s_d of the last mode."""


@cache
def network_law(terms: BoundaryTerms) -> BoundaryLaw:
    """The law across a boundary of a network, trained or Bayes-optimal, with gamma symbolic; cached.

    Raises:
        NotImplementedError: when the law needs what the network does not declare; it says what.
    """
    uniform = _bayes(terms) if isinstance(terms.model, BayesOptimal) else _trained(terms)
    variable, window = variable_of(terms)
    return BoundaryLaw(
        type=terms.type,
        continuous=terms.continuous,
        mechanism=mechanism_of(terms),
        risk=uniform.risk,
        effective_noise=uniform.effective_noise,
        threshold=uniform.threshold,
        unknowns=uniform.unknowns,
        equations=uniform.equations,
        start=_start(terms, uniform.unknowns),
        variable=variable,
        window=window,
        logarithmic=_leaves_logarithms(terms),
        local=_local_law(terms),
    )


def _start(terms: BoundaryTerms, unknowns: tuple[Symbol, ...]) -> tuple[Expr, ...]:
    """Laws of the unknowns in a phase, if possible one without logarithms, which may vanish at the boundary.

    Where data come to determine every mode the two differ by any power of weight decay: each on its side.
    """
    if terms.type is BoundaryType.RECOVERY:
        below, above = sorted(terms.phases, key=lambda phase: phase.hypothesis.learned is Learned.ALL)
        capacity, _ = variable_of(terms)
        return tuple(
            there if here == 0 else Piecewise((here, capacity >= 1), (there, True))
            for here, there in zip(_laws(above, unknowns), _laws(below, unknowns), strict=True)
        )
    away = [o for o in terms.orderings if o is not Ordering.THRESHOLD_AT_EDGE]
    return _laws(terms.phase((away or terms.orderings)[0]), unknowns)


def _laws(phase: Phase, unknowns: tuple[Symbol, ...]) -> tuple[Expr, ...]:
    laws = {effective_noise: phase.effective_noise, threshold: phase.threshold}
    return tuple(laws[unknown].expr for unknown in unknowns)


def _leaves_logarithms(terms: BoundaryTerms) -> bool:
    """Whether the threshold is taken for far above noise without an edge, beside modes; see ``_summands``."""
    at_edge = Ordering.THRESHOLD_AT_EDGE in terms.orderings or len(terms.orderings) > 1
    return terms.network.noise.edge == oo and at_edge and Learned.ALL not in terms.learned


def _local_law(terms: BoundaryTerms) -> LocalLaw | None:
    """The law next to the capacity of the noise or of all modes, where the declaration determines one."""
    noisy = terms.phases[0].balance.scales.noise != "none"
    try:
        if terms.type is BoundaryType.INTERPOLATION_PEAK:
            return interpolation_peak(terms.network)
        if terms.type is BoundaryType.RECOVERY:
            estimator = "bayes" if isinstance(terms.model, BayesOptimal) else "erm"
            return recovery_jump(terms.network, noisy=noisy, estimator=estimator)
    except NotImplementedError:  # those functions say what is missing
        pass
    return None


# --- the equations, with their balanced terms, solved as far as they can be


def _noise_balance(terms: BoundaryTerms, error: Expr) -> Eq:
    """The declared equation for delta with its balanced terms."""
    return terms.network.noise_balance.subs(
        {
            matrix_error: error if terms.noise - {Part.LABELS} else S.Zero,
            noise_variance: noise_variance if Part.LABELS in terms.noise else S.Zero,
        }
    )


def _threshold_balance(terms: BoundaryTerms, freedom: Expr) -> Eq:
    """The declared equation for kappa with its balanced terms."""
    return terms.network.threshold_balance.subs(
        {
            degrees_of_freedom: freedom,
            weight_decay: weight_decay if Part.DECAY in terms.freedom else S.Zero,
        }
    )


def _trained(terms: BoundaryTerms) -> UniformLaw:
    """The law of a trained network."""
    if terms.type is BoundaryType.RECOVERY or _all_repel(terms):
        return _trained_on_all(terms)
    error, freedom = _mode_sums(terms)
    bulk_error = _bulk_error(terms)
    if Part.BULK not in terms.freedom or _is_below_noise(terms):
        (kappa,) = solve(_threshold_balance(terms, freedom), threshold)
        return _solved_for_noise(terms, error + bulk_error, kappa)
    if _stays_at_edge(terms):
        return _trained_at_edge(terms, error, freedom, bulk=bulk_error != 0)
    error += bulk_error
    freedom += _at_cut(_within_edge(terms.network, _bulk_freedom(terms.network)))
    unknowns = (effective_noise, threshold)
    equations = (_noise_balance(terms, error), _threshold_balance(terms, freedom))
    return _implicit(terms, error, unknowns, equations)


def _implicit(
    terms: BoundaryTerms, error: Expr, unknowns: tuple[Symbol, ...], equations: tuple[Eq, ...]
) -> UniformLaw:
    return UniformLaw(
        risk=terms.network.risk_per_error * error,
        effective_noise=effective_noise,
        threshold=threshold,
        unknowns=unknowns,
        equations=equations,
    )


def _mode_sums(terms: BoundaryTerms) -> tuple[Expr, Expr]:
    """Error and degrees of freedom of the modes, where they are balanced."""
    below = _is_below_noise(terms)
    scale = effective_noise if below else threshold
    of_error, of_freedom = _summands(terms)
    error = freedom = S.Zero
    if below or Part.MODES in terms.risk | terms.noise:
        error = _at_cut(scale**2 * _mean(terms, of_error, scale))
    if Part.MODES in terms.freedom:
        freedom = _at_cut(_mean(terms, of_freedom, scale))
    return error, freedom


def _bulk_error(terms: BoundaryTerms) -> Expr:
    """The error of the bulk, where it is balanced; below the noise the summand of a mode holds it."""
    if Part.BULK not in terms.risk | terms.noise or _is_below_noise(terms):
        return S.Zero
    network = terms.network
    return effective_noise**2 * _at_cut(_within_edge(network, network.noise.potential(ratio)))


def _is_below_noise(terms: BoundaryTerms) -> bool:
    """Whether the threshold is far below the noise in both phases."""
    return terms.orderings == (Ordering.THRESHOLD_BELOW_NOISE,)


def _stays_at_edge(terms: BoundaryTerms) -> bool:
    """Whether the threshold stays at a hard edge, past which only a little of the bulk is overfitted."""
    implicit = Part.DECAY in terms.freedom and Part.MODES in terms.freedom
    below = Ordering.THRESHOLD_BELOW_NOISE in terms.orderings
    return terms.network.noise.edge != oo and not implicit and not below


def _trained_at_edge(terms: BoundaryTerms, error: Expr, freedom: Expr, *, bulk: bool) -> UniformLaw:
    """Kappa at the edge, or where weight decay holds it above; the bulk takes what the rest leaves of A."""
    law = terms.network.noise.edge_law
    kappa = terms.network.noise.edge * effective_noise
    if Part.DECAY in terms.freedom:
        kappa = Max(*solve(_threshold_balance(terms, freedom), threshold), kappa)
    if bulk:
        (capacity,) = solve(_threshold_balance(terms, degrees_of_freedom), degrees_of_freedom)
        left = Max(capacity.subs(threshold, kappa) - freedom, 0)
        error += law.error_constant * effective_noise**2 * left**law.error_power
    return _solved_for_noise(terms, error, kappa)


def _solved_for_noise(terms: BoundaryTerms, error: Expr, kappa: Expr) -> UniformLaw:
    """Delta from the noise balance where that is explicit, given kappa, which may hold delta."""
    error = error.subs(threshold, kappa)
    balance = _noise_balance(terms, error)
    risk = terms.network.risk_per_error * error
    if balance.rhs.has(effective_noise):
        return UniformLaw(
            risk=risk,
            effective_noise=effective_noise,
            threshold=kappa,
            unknowns=(effective_noise,),
            equations=(balance,),
        )
    delta = sqrt(balance.rhs * effective_noise**2 / balance.lhs)
    return UniformLaw(
        risk=risk.subs(effective_noise, delta),
        effective_noise=delta,
        threshold=kappa.subs(effective_noise, delta),
    )


def _all_repel(terms: BoundaryTerms) -> bool:
    """Whether the last modes emerge, and differ when learned among lost ones and among learned ones."""
    if terms.type is not BoundaryType.SATURATION:
        return False
    (ordering,) = terms.orderings
    assert isinstance(ordering, Ordering)
    some, every = (mode_functions(terms.network, ordering, x).error for x in (Learned.SOME, Learned.ALL))
    return bool(simplify(some.pieces[-1].value - every.pieces[-1].value) != 0)


def _trained_on_all(terms: BoundaryTerms) -> UniformLaw:
    """Equations with the whole potential of every mode, all of the size of the noise and the threshold."""
    network = terms.network
    subordination_map = network.subordination_of_all

    def mean(value: Expr) -> Expr:
        return finite_size_end(ModeFunction((Piece(S.Zero, oo, _with_tails(value)),)), SMALLEST)

    if subordination_map is None:
        error, freedom = mean(error_of(network.potential)), mean(degrees_of_freedom_of(network.potential))
    else:
        error = error_of_all(subordination_map, SMALLEST)
        freedom = degrees_of_freedom_of_all(subordination_map, SMALLEST)
    if terms.type is not BoundaryType.RECOVERY:  # the threshold is negligible on both sides
        return _solved_for_noise(terms, error.xreplace({threshold: S.Zero}), S.Zero)
    equations = (_noise_balance(terms, error), _threshold_balance(terms, freedom))
    return _implicit(terms, error, (effective_noise, threshold), equations)


def _bayes(terms: BoundaryTerms) -> UniformLaw:
    """The law of a Bayes-optimal estimate, which has no threshold."""
    network = terms.network
    subordination_map = network.subordination_of_all if Learned.ALL in terms.learned else None
    if subordination_map is not None:
        return _solved_for_noise(terms, posterior_variance_of_all(subordination_map, SMALLEST), S.Zero)
    variance = posterior_variance(network, Learned.SOME)
    return _solved_for_noise(terms, effective_noise**2 * _mean(terms, variance, effective_noise), S.Zero)


# --- the sums over modes


def _summands(terms: BoundaryTerms) -> tuple[ModeFunction, ModeFunction]:
    """Error and degrees of freedom of a mode, in units of the larger scale, on both sides."""
    network, orderings = terms.network, terms.orderings
    learned = Learned.ALL if terms.learned == {Learned.ALL} else Learned.SOME
    ordering = orderings[0]
    if len(orderings) > 1 and learned is Learned.SOME and network.noise.edge == oo:
        # where modes count for more than the bulk, or for as much, the threshold is far above the noise
        ordering, orderings = Ordering.THRESHOLD_ABOVE_NOISE, orderings[:1]
    if len(orderings) == 1:
        assert isinstance(ordering, Ordering)
        functions = mode_functions(network, ordering, learned)
        return functions.error, functions.degrees_of_freedom
    at = {effective_noise: 1 / ratio, threshold: S.One}
    potential = network.potential_among_learned if learned is Learned.ALL else network.potential
    bbp_threshold = S.Zero if learned is Learned.ALL else network.bbp_threshold.subs(at)

    def pieced(subcritical: Expr, learnt: Expr) -> ModeFunction:
        above = Piece(bbp_threshold, oo, expand(learnt.subs(at)))
        below = (Piece(S.Zero, bbp_threshold, subcritical),) if bbp_threshold != 0 else ()
        return ModeFunction((*below, above))

    return pieced(size**2, error_of(potential)), pieced(S.Zero, degrees_of_freedom_of(potential))


def _mean(terms: BoundaryTerms, function: ModeFunction, scale: Expr) -> Expr:
    """The mean of a summand over the modes, right for any number of learned modes on either side."""
    if terms.learned == {Learned.NONE}:
        constant, power = function.at_zero()
        return (
            discrete_head(ModeFunction((Piece(S.Zero, oo, constant * size**power),)), AMPLITUDE / scale) / d
        )
    if terms.learned == {Learned.SOME}:
        total = power_law_sum(function)
        total = total if total.has(ratio) else simplify(total)
        return total * (AMPLITUDE / scale) ** (1 / gamma) / d
    if terms.learned == {Learned.ALL}:
        constant, _ = function.at_infinity()
        return constant
    if Learned.NONE in terms.learned:
        return discrete_head(function, AMPLITUDE / scale) / d
    return finite_size_end(function, SMALLEST / scale)


def _bulk_freedom(network: Network) -> Expr:
    """D_b(u) = j - u j'/2 within the support of the noise."""
    potential = network.noise.potential(ratio)
    return simplify(potential - ratio * potential.diff(ratio) / 2)


def _at_cut(value: Expr) -> Expr:
    return value.subs(ratio, threshold / effective_noise)


def _within_edge(network: Network, value: Expr) -> Expr:
    """The function of u, which vanishes where no noise is."""
    edge, value = network.noise.edge, _with_tails(value)
    return value if edge == oo else Piecewise((value, ratio < edge), (S.Zero, True))


def _with_tails(value: Expr) -> Expr:
    """With tails as such, not as differences from 1."""
    return expand(value.replace(erf, lambda x: 1 - erfc(x)))
