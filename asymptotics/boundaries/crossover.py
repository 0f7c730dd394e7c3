r"""What happens on the walls of a phase diagram: laws that hold across them.

A phase keeps of every sum its largest term.  At a wall two terms are alike, and the law that holds on both
sides keeps both.  All crossovers come from one rule:

    *keep in each declared equation every term that, on the wall, is as large as its left side in either
    phase,*

and write each sum so that it is right on both sides.  With u = kappa/delta and A = left side/delta^2,

    A delta^2 = labels + e,          e = modes + delta^2 j(u),
    A = weight decay/kappa + D,      D = modes + j(u) - u j'(u)/2,

where j is the potential of the ``noise`` and the modes are a Mellin transform far from both ends of the
target, a discrete sum where the first modes emerge, and an integral cut at the last mode where all do
(``uniform_sums``); where all of them are of the size of the noise and repel each other it is the whole free
convolution of their power law (``repulsion``).  What is left are two equations, or fewer, without d where
they can be rid of it.

Worked by hand: walls II/V and II/VI, where kappa falls to the noise.  Label noise feeds delta on both sides.
In II weight decay sets kappa = lambda/(c A), where c = R/E.

* For A >> 1 (II/VI) it does so in VI too, and the risk is that of the modes plus c delta^2 j(kappa/delta).
  The semicircle has j = 0 beyond u = 2: the risk leaves law II when kappa/delta falls below 2, and has
  reached law VI, with j(0), when it is 0.  On the scale of exponents that is a jump.
* For A << 1 (II/V) kappa cannot fall below the edge u* delta.  Below it the leak takes what weight decay does
  not, D_b = A - lambda/(c u* delta) = A (1 - x), and the risk rises from nothing to law V as (1 - x)_+^(7/5).

In this order: ``Crossover`` (the answer), ``crossover`` (the question), the sums (``_modes``, ``_mean``), the
reduced equations (``_trained``, ``_bayes``).  What counts on a wall, and the words, are in ``walls``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import mpmath
from sympy import (
    Eq,
    Expr,
    Integral,
    Interval,
    Max,
    Piecewise,
    S,
    Sum,
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
    DIGITS,
    OfAllModes,
    PathIntegral,
    degrees_of_freedom_of_all,
    error_of_all,
    posterior_variance_of_all,
)
from asymptotics.boundaries.roots import Number, physical_values, solve_system
from asymptotics.boundaries.types import (
    BULK_PART,
    DECAY,
    LABELS,
    MODE_SUM,
    Kind,
    Wall,
    mechanism_of,
    variable_of,
)
from asymptotics.boundaries.uniform_sums import evaluate, first_modes, last_modes, power_law_sum
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece
from asymptotics.models.bayes import BayesOptimal, posterior_variance
from asymptotics.models.declaration import AMPLITUDE, degrees_of_freedom_of, error_of
from asymptotics.models.mode_functions import Ordering, mode_functions
from asymptotics.models.network import Network
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


@dataclass(frozen=True)
class Crossover:
    """The law across a wall.

    ``law``, ``effective_noise`` and ``threshold`` are expressions in the physical variables and in
    ``unknowns``, which solve ``equations``; there are none when the laws are explicit.

    Attributes:
        kind: what changes at the wall.
        continuous: whether the exponents of the risk agree there.
        law: excess risk, to leading order on both sides and in between.
        effective_noise: delta.
        threshold: kappa.
        unknowns: what the equations determine.
        equations: as many as unknowns.
        start: laws of the unknowns in one phase, or in that on either side, where the search begins.
        variable: of order one at the wall, a product of powers of the physical variables.
        width: the values of the variable between which the risk follows neither phase.
        logarithmic: whether what the law leaves out falls like powers of 1/log d, not of d: where noise
            without an edge leaks, the law of the modes takes kappa^2/delta^2, of order log d, for large.
        mechanism: what happens there, in a sentence.
    """

    kind: Kind
    continuous: bool
    law: Expr
    effective_noise: Expr
    threshold: Expr
    unknowns: tuple[Symbol, ...]
    equations: tuple[Eq, ...]
    start: tuple[Expr, ...]
    variable: Expr
    width: Interval
    logarithmic: bool
    mechanism: str

    def evaluate(
        self, *, gamma: Number, n_eff: Number, d: Number, weight_decay: Number, noise_variance: Number
    ) -> mpmath.mpf:
        """The excess risk at any size, from ``law`` and ``equations``; arguments as ``Law.evaluate``.

        Raises:
            InvalidArgument: when an argument is not a finite positive number, or gamma is 1/2 or less.
            ArithmeticError: when the equations have no solution there, or leave it no digits: as far below
                the capacity of all modes, or within some 1e-9 of it, where ``recovery_jump`` holds.
        """
        return self.solve(
            gamma=gamma, n_eff=n_eff, d=d, weight_decay=weight_decay, noise_variance=noise_variance
        )["risk"]

    def solve(
        self, *, gamma: Number, n_eff: Number, d: Number, weight_decay: Number, noise_variance: Number
    ) -> dict[str, mpmath.mpf]:
        """Excess risk, delta and kappa at any size, by the name of the quantity."""
        quantities = {"risk": self.law, "effective_noise": self.effective_noise, "threshold": self.threshold}
        with mpmath.workdps(mpmath.mp.dps + self._guard_digits):
            values = physical_values(
                gamma=gamma, n_eff=n_eff, d=d, weight_decay=weight_decay, noise_variance=noise_variance
            )
            near = [evaluate(expression, values) for expression in self.start]
            values |= solve_system(self.equations, self.unknowns, values, near)
            found = {name: evaluate(expression, values) for name, expression in quantities.items()}
        whole = found["effective_noise"] ** 2 + found["threshold"] ** 2
        if self.law.has(PathIntegral) and found["risk"] < mpmath.mpf(10) ** (4 - DIGITS) * whole:
            raise ArithmeticError(
                f"n_eff={n_eff}: so far below the capacity of all modes the risk is less than "
                f"10^{4 - DIGITS} of what integrals over them hold, and has no digits; the law of "
                "the phase there has"
            )
        return {name: +value for name, value in found.items()}

    @property
    def _guard_digits(self) -> int:
        """j(u) is a difference of numbers of order one near its edge; sums over all modes are costly."""
        costly = {Integral: 10, OfAllModes: 10, Sum: 25}
        return min((digits for kind, digits in costly.items() if self.law.has(kind)), default=80)


@cache
def crossover(wall: Wall) -> Crossover:
    """The law of the excess risk across a wall, with gamma symbolic; cached.

    Raises:
        NotImplementedError: when the law needs what the network does not declare; it says what.
    """
    reduced = _bayes(wall) if isinstance(wall.model, BayesOptimal) else _trained(wall)
    kind = wall.kind
    variable, width = variable_of(wall)
    return Crossover(
        kind=kind,
        continuous=wall.continuous,
        law=reduced.risk,
        effective_noise=reduced.effective_noise,
        threshold=reduced.threshold,
        unknowns=reduced.unknowns,
        equations=reduced.equations,
        start=_start(wall, reduced.unknowns),
        variable=variable,
        width=width,
        logarithmic=_leaves_logarithms(wall),
        mechanism=mechanism_of(wall),
    )


def _leaves_logarithms(wall: Wall) -> bool:
    """Whether the threshold is taken for far above noise that has no edge, beside modes; see ``_modes``."""
    at_edge = Ordering.THRESHOLD_AT_EDGE in wall.orderings or len(wall.orderings) > 1
    return wall.network.noise.edge == oo and at_edge and Learned.ALL not in wall.learned


def _start(wall: Wall, unknowns: tuple[Symbol, ...]) -> tuple[Expr, ...]:
    """Laws of the unknowns in a phase, if possible one without logarithms, which may vanish at the wall.

    Where data come to determine every mode the two differ by any power of weight decay: each on its side.
    """
    if wall.kind is Kind.RECOVERY:
        below, above = sorted(wall.phases, key=lambda phase: phase.hypothesis.learned is Learned.ALL)
        capacity, _ = variable_of(wall)
        return tuple(
            there if here == 0 else Piecewise((here, capacity >= 1), (there, True))
            for here, there in zip(_laws(above, unknowns), _laws(below, unknowns), strict=True)
        )
    away = [o for o in wall.orderings if o is not Ordering.THRESHOLD_AT_EDGE]
    return _laws(wall.phase((away or wall.orderings)[0]), unknowns)


def _laws(phase: Phase, unknowns: tuple[Symbol, ...]) -> tuple[Expr, ...]:
    laws = {effective_noise: phase.effective_noise, threshold: phase.threshold}
    return tuple(laws[unknown].expr for unknown in unknowns)


# --- the sums


def _modes(wall: Wall) -> tuple[ModeFunction, ModeFunction]:
    """Error and degrees of freedom of a mode, in units of the larger scale, on both sides of the wall."""
    network, orderings = wall.network, wall.orderings
    learned = Learned.ALL if wall.learned == {Learned.ALL} else Learned.SOME
    ordering = orderings[0]
    if len(orderings) > 1 and learned is Learned.SOME and network.noise.edge == oo:
        # where modes count for more than the leak, or for as much, the threshold is far above the noise
        ordering, orderings = Ordering.THRESHOLD_ABOVE_NOISE, orderings[:1]
    if len(orderings) == 1:
        assert isinstance(ordering, Ordering)
        functions = mode_functions(network, ordering, learned)
        return functions.error, functions.degrees_of_freedom
    at = {effective_noise: 1 / ratio, threshold: S.One}
    potential = network.potential_among_learned if learned is Learned.ALL else network.potential
    bbp_threshold = S.Zero if learned is Learned.ALL else network.bbp_threshold.subs(at)

    def pieced(lost: Expr, found: Expr) -> ModeFunction:
        above = Piece(bbp_threshold, oo, expand(found.subs(at)))
        return ModeFunction((above,) if bbp_threshold == 0 else (Piece(S.Zero, bbp_threshold, lost), above))

    return pieced(size**2, error_of(potential)), pieced(S.Zero, degrees_of_freedom_of(potential))


def _mean(wall: Wall, function: ModeFunction, scale: Expr) -> Expr:
    """The mean of a summand over the modes, right for any number of learned modes that the wall allows."""
    if wall.learned == {Learned.NONE}:
        constant, power = function.at_zero()
        return first_modes(ModeFunction((Piece(S.Zero, oo, constant * size**power),)), AMPLITUDE / scale) / d
    if wall.learned == {Learned.SOME}:
        total = power_law_sum(function)
        total = total if total.has(ratio) else simplify(total)
        return total * (AMPLITUDE / scale) ** (1 / gamma) / d
    if wall.learned == {Learned.ALL}:
        constant, _ = function.at_infinity()
        return constant
    if Learned.NONE in wall.learned:
        return first_modes(function, AMPLITUDE / scale) / d
    return last_modes(function, AMPLITUDE * d**-gamma / scale)


# --- the reduced equations and their solution


@dataclass(frozen=True)
class _Reduced:
    """Laws, and equations for what they still hold."""

    risk: Expr
    effective_noise: Expr
    threshold: Expr
    unknowns: tuple[Symbol, ...] = ()
    equations: tuple[Eq, ...] = ()


def _noise_balance(wall: Wall, error: Expr) -> Eq:
    """The declared equation for delta with what is kept in it."""
    return wall.network.noise_balance.subs(
        {
            matrix_error: error if wall.noise - {LABELS} else S.Zero,
            noise_variance: noise_variance if LABELS in wall.noise else S.Zero,
        }
    )


def _threshold_balance(wall: Wall, freedom: Expr) -> Eq:
    """The declared equation for kappa with what is kept in it."""
    return wall.network.threshold_balance.subs(
        {
            degrees_of_freedom: freedom,
            weight_decay: weight_decay if DECAY in wall.freedom else S.Zero,
        }
    )


def _trained(wall: Wall) -> _Reduced:
    """The two balances with what counts on the wall, solved as far as they can be."""
    if wall.kind is Kind.RECOVERY or (wall.kind is Kind.LAST_MODES and _all_interact(wall)):
        return _among_all(wall)
    network, edge = wall.network, wall.network.noise.edge
    both_below = wall.orderings == (Ordering.THRESHOLD_BELOW_NOISE,)
    scale = effective_noise if both_below else threshold
    of_error, of_freedom = _modes(wall)
    error = freedom = leak = S.Zero
    if both_below or MODE_SUM in wall.risk | wall.noise:
        error = _at_cut(scale**2 * _mean(wall, of_error, scale))
    if MODE_SUM in wall.freedom:
        freedom = _at_cut(_mean(wall, of_freedom, scale))
    if BULK_PART in wall.risk | wall.noise and not both_below:  # there, the summand of a mode holds the leak
        leak = effective_noise**2 * _at_cut(_within_edge(network, network.noise.potential(ratio)))
    if BULK_PART not in wall.freedom or both_below:
        (kappa,) = solve(_threshold_balance(wall, freedom), threshold)
        return _solved_for_noise(wall, error + leak, kappa)
    implicit = DECAY in wall.freedom and MODE_SUM in wall.freedom
    if edge == oo or implicit or Ordering.THRESHOLD_BELOW_NOISE in wall.orderings:
        leaked_freedom = _at_cut(_within_edge(network, _leaked_freedom(network)))
        unknowns = (effective_noise, threshold)
        return _Reduced(
            network.risk_per_error * (error + leak),
            *unknowns,
            unknowns,
            (_noise_balance(wall, error + leak), _threshold_balance(wall, freedom + leaked_freedom)),
        )
    # a hard edge, of which little leaks: kappa stays there, and the leak takes what the rest leaves of A
    kappa = edge * effective_noise
    if DECAY in wall.freedom:
        kappa = Max(*solve(_threshold_balance(wall, freedom), threshold), kappa)
    if leak != 0:
        law = network.noise.edge_law
        left = Max(_capacity(wall).subs(threshold, kappa) - freedom, 0)
        leak = law.error_constant * effective_noise**2 * left**law.error_power
    return _solved_for_noise(wall, error + leak, kappa)


def _at_cut(value: Expr) -> Expr:
    return value.subs(ratio, threshold / effective_noise)


def _solved_for_noise(wall: Wall, error: Expr, kappa: Expr) -> _Reduced:
    """Delta from the noise balance where that is explicit, given kappa, which may hold delta."""
    error = error.subs(threshold, kappa)
    balance = _noise_balance(wall, error)
    risk = wall.network.risk_per_error * error
    if balance.rhs.has(effective_noise):
        return _Reduced(risk, effective_noise, kappa, (effective_noise,), (balance,))
    delta = sqrt(balance.rhs * effective_noise**2 / balance.lhs)
    return _Reduced(risk.subs(effective_noise, delta), delta, kappa.subs(effective_noise, delta))


def _leaked_freedom(network: Network) -> Expr:
    """D_b(u) = j - u j'/2 within the support of the noise."""
    potential = network.noise.potential(ratio)
    return simplify(potential - ratio * potential.diff(ratio) / 2)


def _within_edge(network: Network, value: Expr) -> Expr:
    """The function of u, which vanishes where no noise is."""
    edge, value = network.noise.edge, _with_tails(value)
    return value if edge == oo else Piecewise((value, ratio < edge), (S.Zero, True))


def _with_tails(value: Expr) -> Expr:
    """With tails as such, not as differences from 1."""
    return expand(value.replace(erf, lambda x: 1 - erfc(x)))


def _capacity(wall: Wall) -> Expr:
    """The degrees of freedom that the threshold balance leaves at a threshold."""
    (capacity,) = solve(_threshold_balance(wall, degrees_of_freedom), degrees_of_freedom)
    return capacity


def _all_interact(wall: Wall) -> bool:
    """Whether modes that are learned among lost ones differ from those learned among learned ones."""
    (ordering,) = wall.orderings
    assert isinstance(ordering, Ordering)
    some, every = (mode_functions(wall.network, ordering, x).error for x in (Learned.SOME, Learned.ALL))
    return bool(simplify(some.pieces[-1].value - every.pieces[-1].value) != 0)


def _among_all(wall: Wall) -> _Reduced:
    """Equations with the whole potential of every mode, all of the size of the noise and the threshold."""
    network, smallest = wall.network, AMPLITUDE * d**-gamma
    subordination_map = network.subordination_of_all

    def mean(value: Expr) -> Expr:
        return last_modes(ModeFunction((Piece(S.Zero, oo, _with_tails(value)),)), smallest)

    if subordination_map is None:
        error, freedom = mean(error_of(network.potential)), mean(degrees_of_freedom_of(network.potential))
    else:
        error, freedom = (
            error_of_all(subordination_map, smallest),
            degrees_of_freedom_of_all(subordination_map, smallest),
        )
    if wall.kind is not Kind.RECOVERY:  # the threshold is negligible on both sides
        return _solved_for_noise(wall, error.xreplace({threshold: S.Zero}), S.Zero)
    unknowns = (effective_noise, threshold)
    equations = (_noise_balance(wall, error), _threshold_balance(wall, freedom))
    return _Reduced(network.risk_per_error * error, *unknowns, unknowns, equations)


def _bayes(wall: Wall) -> _Reduced:
    network = wall.network
    subordination_map = network.subordination_of_all if Learned.ALL in wall.learned else None
    if subordination_map is not None:
        return _solved_for_noise(
            wall, posterior_variance_of_all(subordination_map, AMPLITUDE * d**-gamma), S.Zero
        )
    variance = posterior_variance(network, Learned.SOME)
    return _solved_for_noise(wall, effective_noise**2 * _mean(wall, variance, effective_noise), S.Zero)
