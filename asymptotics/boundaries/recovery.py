r"""The jump of the risk where the data come to determine every mode, and how narrow it is.

With as many degrees of freedom as all modes take, A = left side/delta^2 = 1, nothing of the target need be
missed any more (boundaries III/N, N/VIb and N/R).  Near that point few degrees of freedom are lost: let D be
1 - eta, and A be 1 + x.  Of the error, s^2 - J + kappa dJ/dkappa loses nothing to leading order and
2 delta^2 D, by Stein's lemma (``models.declaration``), twice what D loses: E = kappa^2 + delta^2 (1 - 2 eta).
In y = x + 2 eta the two balances, with labels Delta/c (c = R/E) and the force f/kappa of weight decay, read

    y delta^2 = labels + kappa^2,               kappa = 2 f/(x + y),

and how modes are lost is the third equation.

* One by one (diagonal network).  A mode of size s is below the threshold with a probability kappa r(s), r =
  sqrt(2/pi)/sqrt(s^2 + delta^2), so that eta = kappa <r>, the mean being over modes, and

      y^2 = x^2 + 4 f <r>.

* All at once (quadratic network).  Of modes that repel each other all noisy eigenvalues are above zero until
  delta is a multiple delta_v of the smallest mode, the critical noise, at which the lowest of them comes down
  to zero, x(z) = x'(z) = 0 for some z below that mode (``free_convolution``).  There delta stays, for a
  little more of it loses much:

      y = max(x, y_v),                          y_v delta_v^2 = labels + 4 f^2/(x + y_v)^2.

So above the threshold y = x: the risk rises like f^2/x^3, the pole of phase III, and labels/x, that of phase
VIb.  This ends where x is of the order of a width w, of order lambda^(1/2) or lambda^(2/3), and from there on
the risk is of the order of the smallest mode squared, as in phase N: on the scale of exponents it jumps.
Label noise that is large beside that mode loses modes as noise does: then <r> = c_1/delta, and the first case
is the interpolation peak (``interpolation``).

Bayes-optimal estimates have no threshold.  Of the variance delta^2 of a mode the prior of the target removes
a share M delta^2, M = <1/s^2> for independent modes and (4 pi^2/3) \int rho^3, rho their density, for those
that repel each other (the limit of small delta in ``free_convolution``), so that

    y delta^2 = labels,                          y = x + M delta^2:

a corner of the width sqrt(M labels), at which the risk vanishes if there is no label noise.

Worked by hand, diagonal network without label noise: <1/s> = 1/((1 + gamma) s_d), so that w^2 =
4 sqrt(2/pi) lambda/((1 + gamma) s_d), and at the threshold R = 4 lambda^2/w^3.

In this order: ``recovery_jump``; what trained networks lose, ``_lost_one_by_one`` and ``_lost_at_once``; the
Bayes-optimal estimate, ``_known_beforehand`` and ``_prior_share``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sympy import Eq, Expr, Max, Rational, S, integrate, oo, pi, simplify, solve, sqrt

from asymptotics.boundaries.free_convolution import CriticalNoise
from asymptotics.boundaries.interpolation import balances_at_capacity
from asymptotics.boundaries.law import LocalLaw
from asymptotics.expressions.checks import require, require_one_of
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece, end_behaviour
from asymptotics.lemmas.uniform_sums import finite_size_end
from asymptotics.networks.declaration import AMPLITUDE, degrees_of_freedom_of
from asymptotics.networks.mode_functions import Ordering, mode_functions
from asymptotics.networks.network import Network, check_is_network
from asymptotics.symbols import d, effective_noise, gamma, n_eff, position, resolvent, size, threshold

SMALLEST = AMPLITUDE * d**-gamma
"""Size s_d of the last mode."""


@dataclass(frozen=True)
class _Balances:
    """The two balances next to the capacity of all modes: y delta^2 = labels + kappa^2, kappa = 2 f/(x + y).

    Attributes:
        network: whose they are.
        samples: n_eff at x = 0.
        excess: x.
        labels: Delta/c, or zero.
        force: f.
    """

    network: Network
    samples: Expr
    excess: Expr
    labels: Expr
    force: Expr

    @property
    def above(self) -> Expr:
        """The risk far above the threshold, where y = x."""
        square = (self.labels + (self.force / self.excess) ** 2) / self.excess
        return self.network.risk_per_error * square


def recovery_jump(network: Network, *, noisy: bool = False, estimator: str = "erm") -> LocalLaw:
    """The risk of a network where its data come to determine every mode, derived from its declaration;
    cached.

    It is ``law().local`` of boundaries III/N, N/VIb and N/R, and needs no diagram.

    Args:
        network: whose declaration it is.
        noisy: whether there is label noise, of any size; its law then holds ``noise_variance``.
        estimator: "erm", the minimiser of the regularised loss, or "bayes".

    Raises:
        InvalidArgument: when an argument is none of these.
        NotImplementedError: when the balances of the network do not share their left side, or its modes repel
            each other in a way that it does not declare or that is not free convolution with a semicircle.

    Two widths below the threshold and above it:

    >>> import mpmath
    >>> from asymptotics import diagonal, quadratic
    >>> jump = recovery_jump(diagonal)
    >>> jump.samples, recovery_jump(quadratic).samples
    (d, d/2)
    >>> at = {"gamma": 1, "d": 10**6, "weight_decay": 1e-9}
    >>> width = mpmath.mpf("0.0012632")
    >>> [mpmath.nstr(jump.evaluate(n_eff=10**6 * (1 + x * width), **at), 2) for x in (-2, 0, 2)]
    ['1.6e-8', '2.0e-9', '4.9e-11']
    """
    check_is_network(network)
    require(isinstance(noisy, bool), "noisy", noisy, "True or False")
    require_one_of("estimator", estimator, ("erm", "bayes"))
    return _jump(network, noisy, estimator)


@cache
def _jump(network: Network, noisy: bool, estimator: str) -> LocalLaw:
    capacity, labels, force = balances_at_capacity(network)
    all_learned = mode_functions(network, Ordering.THRESHOLD_ABOVE_NOISE, Learned.ALL)
    excess = capacity - end_behaviour(all_learned.degrees_of_freedom.pieces[-1].value, oo)[0]
    (samples,) = solve(excess, n_eff)
    balances = _Balances(network, samples, excess, labels if noisy else S.Zero, force)
    if estimator == "bayes":
        return _known_beforehand(balances)
    return _lost_one_by_one(balances) if network.subordination_of_all is None else _lost_at_once(balances)


def _lost_one_by_one(balances: _Balances) -> LocalLaw:
    """Each mode with a probability in proportion to kappa, whatever delta is."""
    excess, labels, force = balances.excess, balances.labels, balances.force
    freedom = degrees_of_freedom_of(balances.network.potential)
    lost = -freedom.diff(threshold).subs(threshold, 0)

    def solved(lost: Expr) -> tuple[Expr, Expr, Expr]:
        mean = finite_size_end(ModeFunction((Piece(S.Zero, oo, lost),)), SMALLEST)
        left = sqrt(excess**2 + 4 * force * mean)
        kappa = 2 * force / (excess + left)
        return left, kappa, (labels + kappa**2) / left

    _, kappa, square = solved(simplify(lost))
    width, _, near = solved(simplify(lost.subs(effective_noise, 0)))
    width = simplify(width.subs(n_eff, balances.samples))
    # where delta is negligible beside the modes y^2 = x^2 + w^2: below, kappa = 4 f |x|/w^2
    per_error = balances.network.risk_per_error
    return LocalLaw(
        risk=per_error * effective_noise**2,
        effective_noise=effective_noise,
        threshold=kappa,
        unknowns=(effective_noise,),
        equations=(Eq(effective_noise**2, square),),
        start=(sqrt(near),),
        samples=balances.samples,
        excess=excess,
        width=width,
        height=None if labels else per_error * (2 * force / width) ** 2 / width,
        below=None if labels else per_error * (4 * force / width**2) ** 2 * -excess,
        above=balances.above,
    )


def _lost_at_once(balances: _Balances) -> LocalLaw:
    """All modes above zero, until delta is delta_v: with kappa in place of y_v = 2 f/kappa - x, a cubic."""
    excess, labels, force = balances.excess, balances.labels, balances.force
    critical = (SMALLEST * CriticalNoise(balances.network.subordination_of_all, gamma)) ** 2
    cubic = Eq(
        threshold * (labels + threshold**2 + Max(excess, 0) * critical),
        (2 * force + Max(-excess, 0) * threshold) * critical,
    )
    left = Max(excess, 2 * force / threshold - excess)
    kappa = 2 * force / (excess + left)
    noise = sqrt((labels + kappa**2) / left)
    width = (4 * force**2 / critical) ** Rational(1, 3)
    per_error = balances.network.risk_per_error
    return LocalLaw(
        risk=per_error * noise**2,
        effective_noise=noise,
        threshold=kappa,
        unknowns=(threshold,),
        equations=(cubic,),
        start=((2 * force * critical) ** Rational(1, 3),),
        samples=balances.samples,
        excess=excess,
        width=Max(labels / critical, width) if labels else width,
        height=per_error * critical,
        below=per_error * critical,
        above=balances.above,
    )


def _known_beforehand(balances: _Balances) -> LocalLaw:
    """The Bayes-optimal estimate: y delta^2 = labels, y = x + M delta^2."""
    excess, labels, per_error = balances.excess, balances.labels, balances.network.risk_per_error
    share = _prior_share(balances.network)
    left = (excess + sqrt(excess**2 + 4 * share * labels)) / 2
    noise = sqrt((left - excess) / share)
    return LocalLaw(
        risk=per_error * noise**2,
        effective_noise=noise,
        threshold=S.Zero,
        samples=balances.samples,
        excess=excess,
        width=sqrt(share * labels),
        height=per_error * sqrt(labels / share),
        below=per_error * -excess / share,
        above=per_error * labels / excess,
    )


def _prior_share(network: Network) -> Expr:
    """M: the share of a mode's variance that the prior of the target removes, over delta^2, for small delta.

    Raises:
        NotImplementedError: when modes repel each other, but not as in free convolution with a semicircle.
    """
    square, subordination_map = effective_noise**2, network.subordination_of_all
    if subordination_map is None:
        share = simplify((square - network.posterior_variance) / square**2).subs(effective_noise, 0)
        return finite_size_end(ModeFunction((Piece(S.Zero, oo, share),)), SMALLEST)
    if simplify(subordination_map - position - square * resolvent) != 0:
        raise NotImplementedError(
            f"{network.name}: its subordination map is {subordination_map}, not z + delta^2 g as of free "
            "convolution with a semicircle, for which alone the posterior variance of all modes is known"
        )
    density = size ** (-1 / gamma - 1) / gamma  # of modes t**-gamma, t between 0 and 1
    cubed = integrate(density**3, (size, 1, oo), conds="none")
    return simplify(4 * pi**2 / 3 * cubed / SMALLEST**2)
