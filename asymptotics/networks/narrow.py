r"""The regimes of a network with p << d hidden units: the p largest noisy modes are kept (arXiv:2606.28242).

The trained weights of a network whose modes repel each other are the eigenvalues of a matrix of rank p.  Of
the noisy target it keeps f(x) = x - kappa on x > max(kappa, q), q the top-p quantile of mu (``theory``: mu is
the law of the target's eigenvalues, free-convolved with the noise).  Where fewer than p pass kappa the width
does not bind, and everything is as at full width (``trained``).  Where it binds f jumps at q.

*What a jump adds.*  Both functionals of f are known from the declared potential, of which f_q(x) = (x - q)_+
is the case without a jump, for f = f_q + (q - kappa) 1[x > q] and 1[x > q] = -d f_q/dq.  D is linear in f:

    D[f] = D(q) - (q - kappa) D'(q),           J[f] = J(q) - (q - kappa) J'(q) + (q - kappa)^2 J''(q)/2.

For an outlier above q nothing changes: J = (X(s) - kappa)^2.  For noise J = delta^2 j(q/delta), and near a
hard edge u* the mass m = j''/2 outweighs j and j': with t = u* - kappa/delta, a mass m of noise kept with a
jump t takes

    D = u* t m,             E = delta^2 t^2 m.

For the semicircle u* = 2: a unit that keeps noise costs 2 t degrees of freedom, and 4 of them where kappa is
far below the noise, so that p units interpolate n_eff = 2 p samples: p = n/(2 d).

*The three ways in which p << d units bind*, with K modes above max(delta, kappa):

* p << K: the first p modes of the target are learned, the others missed, of the energy p^(1 - 2 gamma)/(2
  gamma - 1) (``partial_sums``).  Each of the p pairs with about d that are not kept: D = 2 p/d.
* p >> K and kappa << delta: all outliers are kept, and p - K = p of the largest of the noise, whose mass is
  m = p/d and whose jump is all of u*.
* p >> K and kappa within t << 1 of the edge, yet p so small that its noise lies within much less than t of
  it: the same with a jump t, which the threshold balance determines.  In terms of D_b = u* t m, the unknown
  of ``trained`` at the edge, E = delta^2 D_b^2 d/(u*^2 p).

Worked by hand, quadratic network, label noise feeds delta, p >> K.  For p << n_eff weight decay sets kappa,
so that kappa << delta if it is small, and R = 2 E = 8 (p/d) delta^2 with delta^2 = Delta d/(4 n_eff):
R = 2 Delta p/n_eff.  For p >> n_eff the threshold stays at the edge: 2 n_eff/d = 2 t p/d, t = n_eff/p, and
R = 2 delta^2 t^2 p/d = Delta n_eff/(2 p), until t is as small as the reach (p/d)^(2/3) of what is kept.  Then
p ~ d^(2/5) n_eff^(3/5), and R is that of full width, (n_eff/d)^(2/5).  In between, at n_eff = 2 p, is a peak.

In this order: `Binding`, `narrow_regimes`, the full-width regimes, those in which the width binds, `jump`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from sympy import Add, Expr, S, expand, limit, oo

from asymptotics.algebra.monomials import Term, bulk_freedom, term
from asymptotics.algebra.polyhedra import FIELD, Domain, coefficient
from asymptotics.balance.regimes import (
    BULK,
    LABEL_NOISE,
    MODES,
    WEIGHT_DECAY,
    Equation,
    Given,
    Regime,
    as_law,
    crossover,
    index_bounds,
    mean_term,
    named,
    split_balance,
    without_label_noise,
)
from asymptotics.lemmas.partial_sums import head_mean, tail_mean
from asymptotics.lemmas.power_sums import Learned, ModeFunction
from asymptotics.lemmas.weight_shares import ATOM, MASS_ABOVE, NOISE_ABOVE
from asymptotics.networks.declaration import (
    AMPLITUDE,
    Declaration,
    degrees_of_freedom_of,
    error_of,
    size_of,
)
from asymptotics.networks.mode_functions import (
    Ordering,
    in_the_limit,
    mode_function,
    mode_functions,
    size_function,
)
from asymptotics.networks.trained import Trained, edge_mass, trained_regimes
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    matrix_error,
    size,
    threshold,
    weight_decay,
    width,
)


class Binding(Enum):
    """How p << d hidden units bind."""

    MODES_MISSED = "p units are fewer than the modes above kappa and delta"
    NOISE_FITTED = "p units keep all outliers and the largest of the noise, kappa << delta"
    NOISE_FITTED_AT_EDGE = (
        "p units keep all outliers and the largest of the noise, kappa further below its edge than these"
    )


_delta, _kappa = term(effective_noise, MODES), term(threshold, MODES)
_units, _all, _one = term(width, MODES), term(d, MODES), term(S.One, MODES)
_share = term(width / d, BULK)
"""Mass of the noise that is kept."""


def narrow_regimes(network: Declaration, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
    """The regimes of full width where more units than pass are there, and those in which the width binds."""
    for regime in trained_regimes(network, noisy):
        yield partial(_unbound, network, regime)
    yield named(Binding.MODES_MISSED, None, partial(_modes_missed, network, noisy))
    for binding in (Binding.NOISE_FITTED, Binding.NOISE_FITTED_AT_EDGE):
        for learned in (Learned.NONE, Learned.SOME):
            yield named(binding, learned, partial(_noise_fitted, network, noisy, binding, learned))


# --- the width does not bind


def _unbound(network: Declaration, regime: Callable[[Domain], Regime], domain: Domain) -> Regime:
    """A regime of full width, with more units than pass the threshold."""
    full = regime(domain)
    passing = _number_passing(network, full.ordering, full.learned)
    return replace(full, larger=(*full.larger, *((_units, number) for number in passing)))


def _number_passing(network: Declaration, ordering: Ordering, learned: Learned) -> tuple[Term, ...]:
    """How many noisy modes pass the threshold at full width, the terms of the number."""
    if ordering is Ordering.THRESHOLD_BELOW_NOISE or learned is Learned.ALL:
        return (_all,)
    at = Trained(network, ordering, learned)
    modes = () if learned is Learned.NONE else (crossover(at.scale, AMPLITUDE),)
    return (*modes, _all * edge_mass(network)) if at.at_edge else modes


# --- fewer units than modes above the scales


def _modes_missed(network: Declaration, noisy: bool, domain: Domain) -> Regime:
    errors = (*_missed(domain), *_over_units(error_of(network.potential), domain))
    freedoms = _over_units(degrees_of_freedom_of(network.potential), domain)
    smallest: Term = term(AMPLITUDE, MODES) * _units ** coefficient(-gamma)
    return _regime(
        network,
        noisy,
        _Sums(Binding.MODES_MISSED, None, _kappa, errors, freedoms),
        larger=((_all, _units), (smallest, _delta), (smallest, _kappa)),
        quantities={
            "learned_modes": as_law([_units]),
            "train_loss": Given(_train_loss_of_units, (network,)),
            "unlearned_risk": Given(_part_of_missed, (network, "unlearned")),
            "learned_risk": Given(_part_of_missed, (network, "learned")),
            "overfitted_risk": as_law([]),
            NOISE_ABOVE: as_law([]),
        },
    )


def _missed(domain: Domain) -> tuple[Term, ...]:
    """Energy of the modes that no unit is left for."""
    return (term(tail_mean(S.One, S(2), AMPLITUDE, width, domain), MODES),)


def _over_units(of_mode: Expr, domain: Domain) -> tuple[Term, ...]:
    """The mean over all modes of a function of those kept, which lie far above delta and kappa."""
    growth = limit(size * of_mode.diff(size) / of_mode, size, oo)
    far = expand(limit(of_mode / size**growth, size, oo))
    means = (head_mean(part, growth, AMPLITUDE, width, domain) for part in Add.make_args(far))
    return tuple(term(mean, MODES) for mean in means)


def _part_of_missed(network: Declaration, name: str, on: Domain) -> tuple[Term, ...]:
    per_error = term(network.risk_per_error, MODES)
    terms = _missed(on) if name == "unlearned" else _over_units(error_of(network.potential), on)
    return tuple(per_error * t for t in terms)


def _train_loss_of_units(network: Declaration, on: Domain) -> tuple[Term, ...]:
    sizes = _over_units(size_of(network.potential), on)
    decay = term(weight_decay, WEIGHT_DECAY)
    return (*_misfit(network, _kappa), *(decay * t for t in sizes))


# --- more units than modes above the noise


def _noise_fitted(
    network: Declaration, noisy: bool, binding: Binding, learned: Learned, domain: Domain
) -> Regime:
    ordering = _modes_as_at(binding)
    at = Trained(network, ordering, learned)
    error, freedom, number = _functions_of_modes(network, ordering, learned)
    errors = (*at.mean(error, 2, domain), _error_of_noise(network, binding))
    freedoms = (*at.mean(freedom, 0, domain), _freedom_of_noise(network, binding))
    index = crossover(_delta, AMPLITUDE)
    more_than_modes = ((_units, index),) if learned is Learned.SOME else ()
    return _regime(
        network,
        noisy,
        _Sums(binding, learned, at.kappa, errors, freedoms),
        larger=(
            (_all, _units),
            *index_bounds(learned, index),
            *more_than_modes,
            *_place_of_threshold(network, binding),
        ),
        quantities={
            "learned_modes": as_law(
                _all * t for t in mean_term(number, learned, at.scale, AMPLITUDE, domain)
            ),
            "train_loss": Given(_train_loss_with_noise, (network, binding, learned)),
            "unlearned_risk": Given(_part_of_modes, (network, ordering, learned, "unlearned")),
            "learned_risk": Given(_part_of_modes, (network, ordering, learned, "learned")),
            "overfitted_risk": as_law(
                [term(network.risk_per_error, BULK) * _error_of_noise(network, binding)]
            ),
            NOISE_ABOVE: as_law([_share]),
        },
    )


def full_width_of(binding: Binding) -> Ordering | None:
    """The ordering of kappa and delta; None where all that is kept lies far above both."""
    return {
        Binding.MODES_MISSED: None,
        Binding.NOISE_FITTED: Ordering.THRESHOLD_BELOW_NOISE,
        Binding.NOISE_FITTED_AT_EDGE: Ordering.THRESHOLD_AT_EDGE,
    }[binding]


def _modes_as_at(binding: Binding) -> Ordering:
    ordering = full_width_of(binding)
    assert ordering is not None
    return ordering


def _functions_of_modes(
    network: Declaration, ordering: Ordering, learned: Learned
) -> tuple[ModeFunction, ModeFunction, ModeFunction]:
    """Error, degrees of freedom and number learned of a mode: those of full width without its bulk."""
    limited = partial(in_the_limit, network, ordering)
    pieces = partial(mode_function, network, ordering, learned)
    return (
        pieces(size**2, limited(error_of(network.potential))),
        pieces(S.Zero, limited(degrees_of_freedom_of(network.potential))),
        mode_functions(network, ordering, learned).learned,
    )


def jump(network: Declaration, binding: Binding) -> Term:
    """t, from the threshold to the noise that is kept, in units of delta; in the unknowns of the regime."""
    if binding is Binding.NOISE_FITTED:
        return term(network.noise.edge, BULK)
    in_units: Term = jump_at_edge(network) * _delta ** (-FIELD.one)
    return in_units


def jump_at_edge(network: Declaration) -> Term:
    """From the threshold to the noise that is kept, where it lies within the edge of the noise."""
    return term(effective_noise * bulk_freedom * d / (network.noise.edge * width), BULK)


def _error_of_noise(network: Declaration, binding: Binding) -> Term:
    squares: Term = jump(network, binding) ** coefficient(2) * _delta ** coefficient(2)
    return squares * _share


def _freedom_of_noise(network: Declaration, binding: Binding) -> Term:
    per_unit: Term = term(network.noise.edge, BULK) * jump(network, binding)
    return per_unit * _share


def _place_of_threshold(network: Declaration, binding: Binding) -> tuple[tuple[Term, Term], ...]:
    """Far below the noise; or within its edge, by more than the noise that is kept."""
    if binding is Binding.NOISE_FITTED:
        return ((_delta, _kappa),)
    return ((_one, jump(network, binding)), (edge_mass(network), _share))


def _part_of_modes(
    network: Declaration, ordering: Ordering, learned: Learned, name: str, on: Domain
) -> tuple[Term, ...]:
    """What the modes below or above the noise add to the risk."""
    error, _, _ = _functions_of_modes(network, ordering, learned)
    values = [piece.value for piece in error.pieces]
    below, above = (values[0], S.Zero) if name == "unlearned" else (S.Zero, values[-1])
    part = mode_function(network, ordering, learned, below, above)
    per_error = term(network.risk_per_error, MODES)
    return Trained(network, ordering, learned).mean(part, 2, on, per_error)


def _train_loss_with_noise(
    network: Declaration, binding: Binding, learned: Learned, on: Domain
) -> tuple[Term, ...]:
    ordering, decay = _modes_as_at(binding), term(weight_decay, WEIGHT_DECAY)
    at = Trained(network, ordering, learned)
    above = size_function(network, ordering, learned).pieces[-1].value
    of_modes = at.mean(mode_function(network, ordering, learned, S.Zero, above), 1, on, decay)
    of_noise: Term = decay * _delta * jump(network, binding) * _share
    return (*_misfit(network, at.kappa), *of_modes, of_noise)


# --- what all of them share


@dataclass(frozen=True)
class _Sums:
    """The sums of the two equations of a regime."""

    ordering: Binding
    learned: Learned | None
    kappa: Term
    errors: tuple[Term, ...]
    freedoms: tuple[Term, ...]


def _regime(
    network: Declaration,
    noisy: bool,
    sums: _Sums,
    larger: tuple[tuple[Term, Term], ...],
    quantities: dict[str, Callable[[Domain], tuple[Term, ...]]],
) -> Regime:
    noise_left, labels, per_error = split_balance(network.noise_balance, matrix_error, LABEL_NOISE)
    freedom_left, _, per_freedom = split_balance(network.threshold_balance, degrees_of_freedom, WEIGHT_DECAY)
    labels = labels if noisy else without_label_noise(labels)
    at_edge = sums.ordering is Binding.NOISE_FITTED_AT_EDGE
    return Regime(
        ordering=sums.ordering,
        learned=sums.learned,
        unknowns=(effective_noise, bulk_freedom if at_edge else threshold),
        equations=(
            Equation("effective noise", noise_left, (*labels, *(t * per_error for t in sums.errors))),
            Equation(
                "threshold",
                freedom_left,
                (*_forces(network, sums.kappa), *(t * per_freedom for t in sums.freedoms)),
            ),
        ),
        larger=larger,
        risk=tuple(term(network.risk_per_error, t.origin) * t for t in sums.errors),
        quantities={
            "effective_noise": as_law([_delta]),
            "threshold": as_law([sums.kappa]),
            "degrees_of_freedom": as_law(sums.freedoms),
            MASS_ABOVE: as_law([_share]),
            ATOM: as_law([_one]),
            **quantities,
        },
    )


def _forces(network: Declaration, kappa: Term) -> tuple[Term, ...]:
    """What weight decay adds to the threshold balance."""
    _, forces, _ = split_balance(network.threshold_balance, degrees_of_freedom, WEIGHT_DECAY)
    return tuple(force.without(threshold) * kappa ** force.power(threshold) for force in forces)


def _misfit(network: Declaration, kappa: Term) -> tuple[Term, ...]:
    """The first term of the trained objective, (c/2) delta^2 (force of weight decay)^2."""
    half = term(network.risk_per_error / 2, LABEL_NOISE)
    square: Term = _delta ** coefficient(2)
    return tuple(half * square * force ** coefficient(2) for force in _forces(network, kappa))
