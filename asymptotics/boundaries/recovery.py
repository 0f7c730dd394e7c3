r"""The jump of the risk where the data come to determine every mode, and how narrow it is.

With as many degrees of freedom as all modes take, A = left side/delta^2 = 1, nothing of the target need be
missed any more (walls III/N, N/VI and N/R).  Near that point few degrees of freedom are lost: let D be
1 - eta, and A be 1 + x.  Of the error, s^2 - J + kappa dJ/dkappa loses nothing to leading order and
2 delta^2 D, by Stein's lemma (``state_evolution``), twice what D loses: E = kappa^2 + delta^2 (1 - 2 eta).
In y = x + 2 eta the two balances, with labels Delta/c (c = R/E) and the force f/kappa of weight decay, read

    y delta^2 = labels + kappa^2,               kappa = 2 f/(x + y),

and how modes are lost is the third equation.

* One by one (diagonal network).  A mode of size s is below the threshold with a probability kappa r(s), r =
  sqrt(2/pi)/sqrt(s^2 + delta^2), so that eta = kappa <r>, the mean being over modes, and

      y^2 = x^2 + 4 f <r>.

* All at once (quadratic network).  Modes that repel each other are all seen above zero until delta is a
  multiple delta_v of the smallest mode, at which the lowest point that is seen comes down to zero,
  x(z) = x'(z) = 0 for some z below that mode (``repulsion``).  There delta stays, for a little more of it
  loses much:

      y = max(x, y_v),                          y_v delta_v^2 = labels + 4 f^2/(x + y_v)^2.

So above the threshold y = x: the risk rises like f^2/x^3, the pole of phase III, and labels/x, that of phase
VI.  This ends where x is of the order of a width w, of order lambda^(1/2) or lambda^(2/3), and from there on
the risk is of the order of the smallest mode squared, as in phase N: on the scale of exponents it jumps.
Label noise that is large beside that mode loses modes as noise does: then <r> = c_1/delta, and the first case
is the interpolation peak (``interpolation``).

Bayes-optimal estimates have no threshold.  Of the variance delta^2 of a mode the target's law tells a share
M delta^2, M = <1/s^2> for independent modes and (4 pi^2/3) \int rho^3, rho their density, for those that
repel each other (the limit of small delta in ``repulsion``), so that

    y delta^2 = labels,                          y = x + M delta^2:

a corner of the width sqrt(M labels), at which the risk vanishes if there is no label noise.

Worked by hand, diagonal network without label noise: <1/s> = 1/((1 + gamma) s_d), so that w^2 =
4 sqrt(2/pi) lambda/((1 + gamma) s_d), and at the threshold R = 4 lambda^2/w^3.

In this order: ``RecoveryJump`` and ``recovery_jump``; what trained networks lose, ``_lost_one_by_one`` and
``_lost_at_once``; the Bayes-optimal estimate, ``_known``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import mpmath
from sympy import Eq, Expr, Max, Rational, S, Symbol, integrate, oo, pi, simplify, solve, sqrt

from asymptotics.boundaries.free_convolution import CriticalNoise
from asymptotics.boundaries.interpolation import balances_at_capacity
from asymptotics.boundaries.roots import Number, physical_values, solve_system
from asymptotics.boundaries.uniform_sums import evaluate, last_modes
from asymptotics.expressions.checks import require, require_one_of
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece, end_behaviour
from asymptotics.models.declaration import AMPLITUDE, degrees_of_freedom_of
from asymptotics.models.mode_functions import Ordering, mode_functions
from asymptotics.models.network import Network, check_is_network
from asymptotics.symbols import d, effective_noise, gamma, n_eff, position, resolvent, size, threshold

SMALLEST = AMPLITUDE * d**-gamma
"""Size s_d of the last mode."""


@dataclass(frozen=True)
class RecoveryJump:
    """The risk near the capacity of all modes at small weight decay and label noise.

    ``risk``, ``effective_noise`` and ``threshold`` are expressions in the physical variables and in
    ``unknowns``, which solve ``equations``; Bayes-optimal ones are explicit.

    Attributes:
        samples: n_eff at the threshold.
        excess: x = A - 1, the degrees of freedom of the data less those of all modes.
        width: w, the ``excess`` at which what is lost is as large, in powers of weight decay and label noise.
        risk: R.
        effective_noise: delta.
        threshold: kappa; zero for a Bayes-optimal estimate.
        unknowns: what the equations determine.
        equations: as many as unknowns.
        start: where the search for the unknowns begins.

    All are leading laws for small ``width`` and ``excess``; what is left is of the relative order of w, or of
    w^(2/5) where modes that repel each other are lost at a hard edge.
    """

    samples: Expr
    excess: Expr
    width: Expr
    risk: Expr
    effective_noise: Expr
    threshold: Expr
    unknowns: tuple[Symbol, ...] = ()
    equations: tuple[Eq, ...] = ()
    start: tuple[Expr, ...] = ()

    def evaluate(
        self, *, gamma: Number, n_eff: Number, d: Number, weight_decay: Number, noise_variance: Number
    ) -> mpmath.mpf:
        """The excess risk near the threshold; arguments as ``Law.evaluate``.

        Raises:
            InvalidArgument: when an argument is not a finite positive number, or gamma is 1/2 or less.
            ArithmeticError: when the equations have no solution that is found.

        Two widths below the threshold and above it:

        >>> from asymptotics import diagonal
        >>> jump = recovery_jump(diagonal)
        >>> at = {"gamma": 1, "d": 10**6, "weight_decay": 1e-9, "noise_variance": 1}
        >>> width = evaluate(jump.width, physical_values(n_eff=1, **at))
        >>> [mpmath.nstr(jump.evaluate(n_eff=10**6 * (1 + x * width), **at), 6) for x in (-2, 0, 2)]
        ['1.6051e-8', '1.98577e-9', '4.94533e-11']
        """
        with mpmath.workdps(2 * mpmath.mp.dps + 10):  # the excess is a difference of numbers of order one
            values = physical_values(
                gamma=gamma, n_eff=n_eff, d=d, weight_decay=weight_decay, noise_variance=noise_variance
            )
            near = [evaluate(expression, values) for expression in self.start]
            values |= solve_system(self.equations, self.unknowns, values, near)
            found = evaluate(self.risk, values)
        return +found


def recovery_jump(network: Network, *, noisy: bool = False, estimator: str = "erm") -> RecoveryJump:
    """The risk of a network where its data come to determine every mode, derived once.

    Args:
        network: whose declaration it is.
        noisy: whether there is label noise, of any size; its law then holds ``noise_variance``.
        estimator: "erm", the minimiser of the regularised loss, or "bayes".

    Raises:
        InvalidArgument: when an argument is none of these.
        NotImplementedError: when the balances of the network do not share their left side, or its modes repel
            each other in a way that it does not declare or that is not free convolution with a semicircle.

    >>> from asymptotics import diagonal, quadratic
    >>> recovery_jump(diagonal).samples, recovery_jump(quadratic).samples
    (d, d/2)
    """
    check_is_network(network)
    require(isinstance(noisy, bool), "noisy", noisy, "True or False")
    require_one_of("estimator", estimator, ("erm", "bayes"))
    return _jump(network, noisy, estimator)


@cache
def _jump(network: Network, noisy: bool, estimator: str) -> RecoveryJump:
    capacity, labels, force = balances_at_capacity(network)
    all_learned = mode_functions(network, Ordering.THRESHOLD_ABOVE_NOISE, Learned.ALL)
    excess = capacity - end_behaviour(all_learned.degrees_of_freedom.pieces[-1].value, oo)[0]
    (samples,) = solve(excess, n_eff)
    labels = labels if noisy else S.Zero
    if estimator == "bayes":
        known = _known(network)
        left = (excess + sqrt(excess**2 + 4 * known * labels)) / 2
        noise = sqrt((left - excess) / known)
        risk = network.risk_per_error * noise**2
        return RecoveryJump(samples, excess, sqrt(known * labels), risk, noise, S.Zero)
    lost = _lost_one_by_one if network.subordination_of_all is None else _lost_at_once
    return lost(network, samples, excess, labels, force)


def _lost_one_by_one(
    network: Network, samples: Expr, excess: Expr, labels: Expr, force: Expr
) -> RecoveryJump:
    """Each mode with a probability in proportion to kappa, whatever delta is."""
    freedom = degrees_of_freedom_of(network.potential)
    lost = -freedom.diff(threshold).subs(threshold, 0)

    def solved(lost: Expr) -> tuple[Expr, Expr, Expr]:
        mean = last_modes(ModeFunction((Piece(S.Zero, oo, lost),)), SMALLEST)
        left = sqrt(excess**2 + 4 * force * mean)
        kappa = 2 * force / (excess + left)
        return left, kappa, (labels + kappa**2) / left

    _, kappa, square = solved(simplify(lost))
    width, _, near = solved(simplify(lost.subs(effective_noise, 0)))
    return RecoveryJump(
        samples=samples,
        excess=excess,
        width=simplify(width.subs(n_eff, samples)),
        risk=network.risk_per_error * effective_noise**2,
        effective_noise=effective_noise,
        threshold=kappa,
        unknowns=(effective_noise,),
        equations=(Eq(effective_noise**2, square),),
        start=(sqrt(near),),
    )


def _lost_at_once(network: Network, samples: Expr, excess: Expr, labels: Expr, force: Expr) -> RecoveryJump:
    """All modes above zero, until delta is delta_v: with kappa in place of y_v = 2 f/kappa - x, a cubic."""
    verge = (SMALLEST * CriticalNoise(network.subordination_of_all, gamma)) ** 2
    cubic = Eq(
        threshold * (labels + threshold**2 + Max(excess, 0) * verge),
        (2 * force + Max(-excess, 0) * threshold) * verge,
    )
    left = Max(excess, 2 * force / threshold - excess)
    kappa = 2 * force / (excess + left)
    noise = sqrt((labels + kappa**2) / left)
    width = (4 * force**2 / verge) ** Rational(1, 3)
    return RecoveryJump(
        samples=samples,
        excess=excess,
        width=Max(labels / verge, width) if labels else width,
        risk=network.risk_per_error * noise**2,
        effective_noise=noise,
        threshold=kappa,
        unknowns=(threshold,),
        equations=(cubic,),
        start=((2 * force * verge) ** Rational(1, 3),),
    )


def _known(network: Network) -> Expr:
    """M: the share of a mode's variance that the law of the target tells, over delta^2, for small delta.

    Raises:
        NotImplementedError: when modes repel each other, but not as in free convolution with a semicircle.
    """
    square, subordination_map = effective_noise**2, network.subordination_of_all
    if subordination_map is None:
        share = simplify((square - network.posterior_variance) / square**2).subs(effective_noise, 0)
        return last_modes(ModeFunction((Piece(S.Zero, oo, share),)), SMALLEST)
    if simplify(subordination_map - position - square * resolvent) != 0:
        raise NotImplementedError(
            f"{network.name}: its modes are seen at {subordination_map}, not at z + delta^2 g as in free "
            "convolution with a semicircle, for which alone the posterior variance of all modes is known"
        )
    density = size ** (-1 / gamma - 1) / gamma  # of modes t**-gamma, t between 0 and 1
    cubed = integrate(density**3, (size, 1, oo), conds="none")
    return simplify(4 * pi**2 / 3 * cubed / SMALLEST**2)
