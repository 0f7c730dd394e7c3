r"""What the laws of a phase leave out at given numbers, each part as a ratio to what they keep.

A term that is neglected changes the solution by a relative amount of the order of
its ratio.  So the sum of the ratios estimates the relative error of the laws, up to factors of order one:
powers with which a ratio enters, and coefficients of the next order.  Some ratios are added that no
inequality holds.  Sums over the modes end at d: what lies beyond, relative to what is summed, is
(K/d)^(2 gamma - 1) in the unlearned energy of K learned modes, d^(1 - 2 gamma) if none is learned; of a sum
of powers of a system the law keeps the first modes or the last, and lacks the others.  Laws with
logarithms L lack 1/L, and a term that is smaller than another by a power of L alone is as large as its
constant makes it: at Delta = 10^5 and d = 10^12 the overfitted noise Delta/L of the diagonal network is 4000
times the target that it hides.

*Few learned modes.*  A sum over modes begins at 1, half a mode before the integral.  Where the missed modes
feed the noise, that moves K by 1/2, and the risk by (2 gamma - 1)/(2 K).

*Within the edge of the noise.*  The laws take a hard edge u* for a power law, and lack (u* - u)/u* where the
threshold is at u.

*Modes that repel each other.*  The optimal estimator of a matrix feels how its K outliers and the d - K
eigenvalues in the noise repel each other, which its law leaves out.  With x = K/d that is about 4 x times the
integral of y^(2 gamma - 3) from x to 1: not derived, but measured, 0.4 to 1.6 of it at gamma from 0.7 to 2
and x from 10^-7 to 10^-3 (``tests/verify/test_finite_size.py``).

*Few hidden units.*  Where p units miss modes, sum_{i > p} i^(-2 gamma) is p^(1 - 2 gamma)/(2 gamma - 1) up to
(2 gamma - 1)/(2 p).  Where they keep noise, its mass p/d reaches from the edge to t_p, and the laws take t_p
for much smaller than t, the distance from the edge to the threshold: they lack t_p/t.

*Next to the edge of the noise.*  "kappa >> delta" means that no noise passes the threshold.  With u =
kappa/delta it is the potential j(u) of ``noise`` that passes: delta^2 j(u), beside the risk, counts where
kappa >> delta, and j(0)/j(u) - 1 where kappa << delta.  At the edge weight decay takes the share r of the
degrees of freedom from the noise, which then lacks 1 - (1 - r)^p of its error, p = 7/5 at a hard edge of a
semicircle.  At d = 10^14 to 10^20 laws of phase II were 10^9 times too small there with an error of 0.6.

*Next to a pole.*  At a value of a parameter where two parts of a sum exchange the lead a law has a pole, in
which its next term has one of the other sign: sum_{i <= d} i^-x = (d^(1 - x) - 1)/(1 - x).  Beside the pole,
at a distance c, what is kept lacks N^-c/(1 - N^-c), with N how large the numbers are.  The distance is read
off the constant C of the risk, 1/c = |d log C/d parameter|, and counts below ``POLE``: other constants are
less steep.  At the pole itself no phase holds.

In this order: `Neglected`, `neglected_in`, `total`, `parameters_of`, `values_of`; what balance neglects, the
ends of sums, logarithms, modes that repel each other, few units, the noise at its edge, poles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from math import exp, inf
from typing import Any, NamedTuple

import mpmath
from sympy import Expr, Rational, Symbol, lambdify, oo

from asymptotics import symbols
from asymptotics.algebra.monomials import Term, bulk_freedom, term
from asymptotics.algebra.polyhedra import FIELD, PARAMETERS, difference, is_zero
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.laws import logarithm_of
from asymptotics.balance.regimes import BULK, MODES
from asymptotics.expressions.checks import InvalidArgument, exact_number
from asymptotics.expressions.evaluation import value_of
from asymptotics.expressions.point import VARIABLES, PhysicalPoint, name_of
from asymptotics.lemmas.noise import NoiseLaw
from asymptotics.lemmas.power_sums import Learned
from asymptotics.models.bayes import BayesOptimal
from asymptotics.networks.mode_functions import Ordering
from asymptotics.networks.narrow import Binding, jump
from asymptotics.networks.network import NarrowNetwork, Network
from asymptotics.phases.phase import Phase
from asymptotics.systems.canonical import canonical
from asymptotics.systems.mode_sums import as_power, scales_in
from asymptotics.systems.system import System

POLE = 0.2
"""A distance to a pole of the constant, in a parameter, below which it is added."""

_MOST = 700.0
"""The logarithm of the largest ratio that is told from an infinite one."""

_SHIFT = Rational(1, 10**6)
"""Of a parameter, for slopes of a constant."""


class Neglected(NamedTuple):
    """What the laws of a phase leave out: for which reason, and its ratio to what they keep."""

    reason: str
    ratio: float


def neglected_in(phase: Phase, point: PhysicalPoint) -> tuple[Neglected, ...] | None:
    """The ratios of a phase at a point, the largest first; None where its laws have no value."""
    parameters = parameters_of(point)
    try:
        parts = [
            *_ratios(phase, point, parameters),
            *_end_of_sums(phase, point),
            *_begin_of_sums(phase, point),
            *_logarithm(phase, point),
            *_modes_repelling(phase, point),
            *_few_units(phase, point),
            *_hard_edge(phase, point),
            *_bulk_of_noise(phase, point),
        ]
        # a pole is where the two ends of a sum meet: what is left out there is counted once
        of_poles, of_ends = [*_beside_poles(phase, point, parameters)], [*_other_end_of_sums(phase, point)]
        parts += of_poles if total(of_poles) > total(of_ends) else of_ends
    except InvalidArgument:
        return None
    if not all(part.ratio < inf for part in parts):  # nan, too
        return None
    return tuple(sorted(parts, key=lambda part: -part.ratio))


def total(parts: Sequence[Neglected]) -> float:
    """The sum of their ratios."""
    return sum(part.ratio for part in parts)


def parameters_of(point: PhysicalPoint) -> dict[Symbol, Expr]:
    """The parameters of a point, exact."""
    given = point.given
    return {p: exact_number(name_of(p), given[name_of(p)]) for p in PARAMETERS if name_of(p) in given}


def values_of(phase: Phase, point: PhysicalPoint) -> dict[str, mpmath.mpf]:
    """The values of the laws of a phase by name, without those that have none, as at a weight decay of 0."""
    values = {}
    for name, law in phase.laws.items():
        with suppress(InvalidArgument):
            values[name] = law.evaluate(point)
    return values


def _ratios(phase: Phase, point: PhysicalPoint, parameters: Mapping[Symbol, Expr]) -> Iterator[Neglected]:
    """The ratio of every inequality of the balance."""
    logarithm = logarithm_of(phase.balance)
    size = mpmath.mpf(1) if logarithm is None else value_of(logarithm.leading, point)
    variables = {
        symbol: mpmath.log(value) if value else -mpmath.inf for symbol, value in point.values().items()
    }
    variables[_L] = mpmath.log(size) if size > 0 else mpmath.nan

    def height(value: Term) -> mpmath.mpf:
        """The logarithm of a term."""
        powers = [*value.powers, (_L, value.log_power)]
        sizes = (
            mpmath.mpf(FIELD.to_sympy(power).subs(parameters)) * variables[symbol]
            for symbol, power in powers
            if power != FIELD.zero
        )
        constant = value_of(value.coefficient, point)
        return (mpmath.log(constant) if constant > 0 else mpmath.nan) + sum(sizes)

    compared = [(i.reason, i.large, i.small) for i in phase.balance.inequalities]
    for reason, large, small in (*compared, *_smaller_by_logarithms(phase.balance)):
        ratio = float(height(small) - height(large))
        yield Neglected(reason, exp(min(ratio, _MOST)) if ratio < inf else inf)


@cache
def _smaller_by_logarithms(balance: Balanced) -> tuple[tuple[str, Term, Term], ...]:
    """Terms that a power of L alone makes smaller than those that lead: the reason, the larger, the term."""
    sums = [(f"largest term that sets the {e.name}", e.right, balance.known(t)) for e, t in balance.balances]
    if balance.risk is not None:
        sums.append(("largest term of the risk", balance.regime.risk, balance.risk))
    return tuple(
        (f"{reason}, by a power of a logarithm", largest, there)
        for reason, terms, largest in sums
        for there in map(balance.known, terms)
        if there.log_power != largest.log_power
        and is_zero(difference(balance.scales.exponent(largest), balance.scales.exponent(there)))
    )


_L = Symbol("L", positive=True)
"""The logarithm that terms hold."""


def _end_of_sums(phase: Phase, point: PhysicalPoint) -> Iterator[Neglected]:
    """Unlearned energy beyond the last of d modes, where it makes the risk or feeds the noise."""
    hypothesis = phase.hypothesis
    of_modes = MODES in (hypothesis.risk, *hypothesis.dominant)
    if _network_of(phase) is None or not of_modes or hypothesis.learned is Learned.ALL:
        return
    learned = max(phase.learned.evaluate(point), mpmath.mpf(1))
    share = (learned / point.values()[symbols.d]) ** (2 * point.values()[symbols.gamma] - 1)
    yield Neglected("the sums over modes end at d", float(share))


def _other_end_of_sums(phase: Phase, point: PhysicalPoint) -> Iterator[Neglected]:
    """Of a sum of a power over finitely many modes of a system: the first modes, or the last.

    Sum_{i <= N} i^-x is zeta(x) - N^(1 - x)/(x - 1), of which the law keeps either.
    """
    system, noisy = phase.balance.model, phase.balance.scales.noise != "none"
    if not isinstance(system, System) or system.modes == oo:
        return
    number = value_of(system.modes, point)
    form = canonical(system, noisy)
    products = [t for _, right in form.equations for t in right]
    products += [t for terms in form.quantities.values() for t in terms]
    for power in dict.fromkeys(as_power(h) for t in products for h in t.summands if not scales_in(h)):
        if power is None:
            continue
        decay = value_of(system.decay * power[1], point)
        first, last = abs(mpmath.zeta(decay)), number ** (1 - decay) / abs(1 - decay)
        share = min(first / last, last / first)
        yield Neglected("the other end of a sum of powers", float(share / (1 - share)) if share < 1 else inf)


def _begin_of_sums(phase: Phase, point: PhysicalPoint) -> Iterator[Neglected]:
    """Half a mode, where the missed modes feed the noise."""
    hypothesis = phase.hypothesis
    feeds = MODES in hypothesis.dominant[:1] and hypothesis.learned is Learned.SOME
    if _network_of(phase) is None or not feeds:
        return
    share = (2 * point.values()[symbols.gamma] - 1) / (2 * phase.learned.evaluate(point))
    yield Neglected("the sums over modes begin at 1", float(share))


def _logarithm(phase: Phase, point: PhysicalPoint) -> Iterator[Neglected]:
    """1/L, where laws hold logarithms."""
    logarithm = logarithm_of(phase.balance)
    if logarithm is None or phase.balance.regime.logarithm is None:
        return
    size = value_of(logarithm.leading, point)
    yield Neglected("the next order in 1/L", float(1 / size) if size > 0 else inf)


def _network_of(phase: Phase) -> Network | None:
    """The network that is trained, or whose Bayes-optimal error it is; None of other models."""
    model = phase.balance.model
    if isinstance(model, NarrowNetwork | BayesOptimal):
        return model.network
    return model if isinstance(model, Network) else None


def _modes_repelling(phase: Phase, point: PhysicalPoint) -> Iterator[Neglected]:
    """Of a matrix, where the optimal estimator learns some of its modes."""
    network, is_optimal = _network_of(phase), isinstance(phase.balance.model, BayesOptimal)
    if network is None or network.noise.edge == oo or not is_optimal:
        return
    if phase.hypothesis.learned is not Learned.SOME:
        return
    share = phase.learned.evaluate(point) / point.values()[symbols.d]
    growth = 2 * point.values()[symbols.gamma] - 2
    total = (1 - share**growth) / growth if growth and share < 1 else abs(mpmath.log(share))
    yield Neglected("modes repel each other", float(4 * share * total))


def _few_units(phase: Phase, point: PhysicalPoint) -> Iterator[Neglected]:
    """What p hidden units miss, as a sum; or how far the noise that they keep reaches."""
    binding, network = phase.hypothesis.ordering, _network_of(phase)
    if not isinstance(binding, Binding) or network is None:
        return
    units = point.values()[symbols.width]
    if binding is Binding.MODES_MISSED:
        share = (2 * point.values()[symbols.gamma] - 1) / (2 * units)
        yield Neglected("the sum over the modes that are missed is an integral", float(share))
        return
    edge = network.noise.edge_law
    freedom = (symbols.width / (symbols.d * edge.mass_constant)) ** (1 / edge.mass_power)
    reach = edge.gap_constant * freedom**edge.gap_power / _known(phase, jump(network, binding))
    yield Neglected("the noise that is kept reaches within its edge", float(value_of(reach, point)))


def _hard_edge(phase: Phase, point: PhysicalPoint) -> Iterator[Neglected]:
    """How far from a hard edge the threshold lies, relative to it: a power law holds at the edge alone."""
    network, freedom = _network_of(phase), term(bulk_freedom, BULK)
    if network is None or network.noise.edge == oo or bulk_freedom not in phase.balance.solution:
        return
    edge = network.noise.edge_law
    gap = edge.gap_constant * _known(phase, freedom) ** edge.gap_power / network.noise.edge
    yield Neglected("the threshold lies within the edge of the noise", float(value_of(gap, point)))


def _known(phase: Phase, value: Term) -> Expr:
    """A term without logarithms, at the solution."""
    known = phase.balance.known(value)
    return known.coefficient * known.monomial()


def _bulk_of_noise(phase: Phase, point: PhysicalPoint) -> Iterator[Neglected]:
    """What passes a threshold that is neither far above the noise nor far below, beside all or none of it."""
    ordering, model = phase.hypothesis.ordering, _network_of(phase)
    above, at_edge = Ordering.THRESHOLD_ABOVE_NOISE, Ordering.THRESHOLD_AT_EDGE
    if model is None or phase.hypothesis.learned is Learned.ALL or not isinstance(ordering, Ordering):
        return
    values = values_of(phase, point)
    noise, threshold = (values.get(name, 0) for name in ("effective_noise", "threshold"))
    if not point.weight_decay or not (noise > 0 and threshold > 0 and values["excess_risk"] > 0):
        return  # without weight decay the other ratios say whether the threshold is above the noise
    cut = threshold / noise
    passed = _potential(model.noise, cut)
    if ordering == above:
        freedom = passed - cut / 2 * _potential(model.noise, cut, order=1)
        capacity = value_of(model.threshold_balance.lhs, point)
        risk = value_of(model.risk_per_error, point) * noise**2 * passed / values["excess_risk"]
        ratio = max(risk, freedom / capacity)
    elif ordering == at_edge:
        # what weight decay takes of the degrees of freedom is missing from the bulk
        force = model.threshold_balance.rhs.subs(symbols.degrees_of_freedom, 0)
        threshold = phase.threshold.evaluate(point)
        share = (
            value_of(force * symbols.threshold, point)
            / threshold
            / value_of(model.threshold_balance.lhs, point)
        )
        power = value_of(model.noise.edge_law.error_power, point)
        ratio = (1 - share) ** -power - 1 if share < 1 else mpmath.inf
    else:
        whole = _potential(model.noise, mpmath.mpf(0))
        ratio = whole / passed - 1 if passed > 0 else mpmath.inf
    yield Neglected("the noise that passes the threshold", float(min(ratio, mpmath.exp(_MOST))))


def _potential(noise: NoiseLaw, cut: mpmath.mpf, order: int = 0) -> mpmath.mpf:
    """j(u) or its derivative; 0 beyond the edge."""
    if noise.edge != oo and cut >= noise.edge:
        return mpmath.mpf(0)
    return mpmath.re(_potential_function(noise, order)(cut))


@cache
def _potential_function(noise: NoiseLaw, order: int) -> Callable[[Any], Any]:
    u = Symbol("u", positive=True)
    return lambdify(u, noise.potential(u).diff(u, order), "mpmath")  # type: ignore[no-any-return]


def _beside_poles(
    phase: Phase, point: PhysicalPoint, parameters: Mapping[Symbol, Expr]
) -> Iterator[Neglected]:
    """N^-c/(1 - N^-c) at a distance c from a pole of the constant of the risk."""
    constant = phase.risk.constant
    largest = max((abs(mpmath.log(x)) for x in point.values().values() if x > 0), default=mpmath.mpf(0))
    for symbol, value in parameters.items():
        if not constant.has(symbol):
            continue
        here, beside = (value_of(constant, _moved(point, symbol, value + h)) for h in (0, value * _SHIFT))
        if not 0 < here < mpmath.inf:
            continue  # not the constant of this part of the parameters
        slope = mpmath.inf if beside <= 0 else abs(mpmath.log(beside / here)) / (value * _SHIFT)
        if slope * POLE > 1:
            left = mpmath.exp(-largest / slope)
            yield Neglected(
                f"the constant has a pole close in {symbol}", float(left / (1 - left)) if left < 1 else inf
            )


def _moved(point: PhysicalPoint, symbol: Symbol, value: Expr) -> PhysicalPoint:
    """A point with another value of a parameter; substituted exactly, SymPy would look for roots of it."""
    name = name_of(symbol)
    if name in VARIABLES:
        return replace(point, **{name: value})
    return replace(point, own=tuple((n, value if n == name else v) for n, v in point.own))
