r"""Linear baselines: ridge regression on features that are given, not learned.

Expand the target and the estimate in features that are uncorrelated, of variances v, and let the data be
Gaussian or equivalent to that (Hastie, Montanari, Rosset, Tibshirani, Ann. Statist. 50 (2022) 949; Cui,
Loureiro, Krzakala, Zdeborova, arXiv:2105.15004).  Every coefficient is then seen through noise and shrunk,

    estimate = f (coefficient + noise of variance delta^2/v),           f = v/(v + kappa),

so that, with t^2 for what a mode adds to the energy of the target, its sums over the modes are

    degrees of freedom D = sum f,       error E = sum (1 - f)^2 t^2 + delta^2 sum f^2 = B + delta^2 D_2.

The two equations are those of a network: A delta^2 = labels + p E and A = p D + force, where A is the sample
ratio (``noise_balance`` and ``threshold_balance`` of the declaration).  When the samples are interpolated A
and p D_2 are of one size.  So their difference D_s = A - p D_2, the spare degrees of freedom, is an unknown
too, and all terms are positive:

    A = p D + force,     D_s = p sum f (1 - f) + force,     D_s delta^2 = labels + p B,

    E = (A B + labels D_2)/D_s.

The last line is the usual (B + D_2 Delta/n)/(1 - D_2/n).

*Same inputs as a network* (`ridge`).  Its inputs are isotropic, v = 1, so that every mode is shrunk alike and
only kappa against 1 matters.  By hand, for the diagonal network and n << d: A = n/d is so small that
kappa >> 1, and E = B = sum_i s_i^2/d whatever the weight decay.  Nothing is learned until n ~ d, which is the
plateau that learning features removes (arXiv:2509.24882).

In this order: `Fitted`, `RidgeRegression` (the declaration, and its ``regimes``), `ridge`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial
from itertools import product
from typing import NamedTuple

from sympy import Eq, Expr, S, Symbol, oo, powsimp, simplify

from asymptotics import words
from asymptotics.algebra.monomials import Term, spare, term
from asymptotics.algebra.polyhedra import FIELD, Domain, coefficient
from asymptotics.balance.regimes import (
    LABEL_NOISE,
    MODES,
    WEIGHT_DECAY,
    Description,
    Equation,
    Given,
    Hypothesis,
    Regime,
    as_law,
    crossover,
    index_bounds,
    mean_term,
    named,
    split_balance,
    without_label_noise,
)
from asymptotics.expressions.checks import require
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece, end_behaviour
from asymptotics.networks.declaration import AMPLITUDE
from asymptotics.networks.fields import (
    multiple_of_error,
    noise_balance,
    power_of_size,
    product_of_powers,
    text,
    threshold_balance,
)
from asymptotics.networks.network import Network, check_is_network
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    matrix_error,
    size,
    threshold,
)

FEATURES = words.FEATURES

feature_ratio = Symbol("rho", positive=True)
"""Variance of a feature over kappa."""

shrinkage = feature_ratio / (1 + feature_ratio)
"""The factor by which a coefficient shrinks: v/(v + kappa)."""


class Fitted(Enum):
    """How many features have a variance above kappa: those are fitted, the others shrunk away."""

    NONE = "kappa above the variance of every feature"
    SOME = "kappa amid the variances of the features"
    ALL = "kappa below the variance of every feature"


@dataclass(frozen=True)
class RidgeRegression:
    """Ridge regression on given features, declared by its equations; what means nothing is refused.

    Attributes:
        name: what users call it.
        amplitude: size of the first mode; the others have sizes amplitude * i**-gamma.
        modes: how many there are, d or oo.  E and D are means over d modes, but sums over infinitely many.
        feature_variance: of one mode, a power of its ``size``: ``S.One`` for isotropic features.
        target_energy: what one mode adds to the mean square of the target, a power of its ``size``.
        noise_balance: A delta^2 = labels + p E, the equation for delta.
        threshold_balance: A = p D + force, with the same A and p: the equation for kappa.
        excess_risk: R as a multiple of E.

    Raises:
        InvalidArgument: when a field is not of its kind, form or sign; it names the field.
    """

    name: str
    amplitude: Expr
    modes: Expr
    feature_variance: Expr
    target_energy: Expr
    noise_balance: Eq
    threshold_balance: Eq
    excess_risk: Expr

    def __post_init__(self) -> None:
        text("name", self.name)
        checked = {
            "amplitude": product_of_powers("amplitude", self.amplitude, (d,)),
            "modes": self.modes,
            "feature_variance": power_of_size("feature_variance", self.feature_variance),
            "target_energy": power_of_size("target_energy", self.target_energy),
            "excess_risk": multiple_of_error("excess_risk", self.excess_risk),
        }
        require(isinstance(self.modes, Expr) and self.modes in (d, oo), "modes", self.modes, "d or oo")
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        decays = powsimp(checked["target_energy"]).as_coeff_exponent(size)[1].is_positive is not False
        require(decays, "target_energy", self.target_energy, f"a power of {size} above 0")
        grows = self.spread[1].is_negative is True
        require(not grows, "feature_variance", self.feature_variance, f"no power of {size} below 0")
        require(
            self.modes == d or self.anisotropic,
            "feature_variance",
            self.feature_variance,
            f"a power of {size}: of infinitely many features of one variance the sum is infinite",
        )
        together = "A delta**2 = labels + p E, with the same A and p as in A = p D + force"
        noise_balance(self.noise_balance, together)
        threshold_balance(self.threshold_balance, together)
        sample_ratio = self.threshold_balance.lhs * effective_noise**2
        per_error = self.noise_balance.rhs.coeff(matrix_error)
        per_freedom = self.threshold_balance.rhs.coeff(degrees_of_freedom)
        agree = simplify(self.noise_balance.lhs - sample_ratio) == 0 == simplify(per_error - per_freedom)
        require(agree, "noise_balance", self.noise_balance, together)

    def __str__(self) -> str:
        """The name, as it stands in tables."""
        return self.name

    @property
    def spread(self) -> tuple[Expr, Expr]:
        """The variance of a feature, ``c * size**p``, as (c, p); all have the same where p is 0."""
        constant, degree = powsimp(S(self.feature_variance)).as_coeff_exponent(size)
        return constant, degree

    @property
    def anisotropic(self) -> bool:
        """Whether features differ in variance."""
        return bool(self.spread[1] != 0)

    def regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        """Kappa above, amid and below the features.

        Raises:
            InvalidArgument: when ``noisy`` is neither True nor False.
        """
        require(isinstance(noisy, bool), "noisy", noisy, "True or False")
        return self._regimes(noisy)

    def _regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        if self.anisotropic:
            # kappa cuts the features: K counts those that are fitted
            ways = [(fitted, Learned(fitted.name.lower())) for fitted in Fitted]
        else:
            # all features at once, or none; K counts the target's modes above the noise, fitted or not
            ways = list(product((Fitted.NONE, Fitted.ALL), Learned))
        for fitted, learned in ways:
            if self.modes == d or learned is not Learned.ALL:
                yield named(fitted, learned, partial(_regime, self, fitted, learned, noisy))

    def describe(self, hypothesis: Hypothesis) -> Description:
        """Name, title and reason of a phase, named like those of a network with the same mechanism.

        Raises:
            InvalidArgument: when the hypothesis is not one of ridge regression.
        """
        known = None
        of_ridge = isinstance(hypothesis, Hypothesis) and isinstance(hypothesis.ordering, Fitted)
        if of_ridge and len(hypothesis.dominant) == 3:
            learned = None if self.anisotropic else hypothesis.learned.value
            feeds, sets, _ = hypothesis.dominant
            known = words.ridge_regression(hypothesis.ordering.name, learned, hypothesis.risk, feeds, sets)
        require(known is not None, "hypothesis", hypothesis, "the Hypothesis of a phase of ridge regression")
        assert known is not None
        return Description(*known)


def _regime(model: RidgeRegression, fitted: Fitted, learned: Learned, noisy: bool, domain: Domain) -> Regime:
    delta, kappa, unused = (term(x, MODES) for x in (effective_noise, threshold, spare))
    ratio, scale = _cut(model)
    _, labels, per_error = split_balance(model.noise_balance, matrix_error, LABEL_NOISE)
    sample_ratio, forces, per_freedom = split_balance(
        model.threshold_balance, degrees_of_freedom, WEIGHT_DECAY
    )
    labels = labels if noisy else without_label_noise(labels)
    sums = _sums(model, fitted, learned, domain)
    return Regime(
        ordering=fitted,
        learned=learned,
        unknowns=(effective_noise, threshold, spare),
        equations=(
            Equation(
                "effective noise",
                unused * delta ** coefficient(2),
                (*labels, *(t * per_error for t in sums.bias)),
            ),
            Equation("threshold", sample_ratio, (*forces, *(t * per_freedom for t in sums.freedoms))),
            Equation("spare degrees of freedom", unused, (*forces, *(t * per_freedom for t in sums.rest))),
        ),
        larger=(
            *_ordered(model, fitted, ratio),
            *_index_bounds(model, learned, crossover(scale, model.amplitude)),
        ),
        risk=_risk(model, sums, sample_ratio, labels),
        quantities={
            "effective_noise": as_law([delta]),
            "threshold": as_law([kappa]),
            "learned_modes": as_law(
                term(d, MODES) * t for t in mean_term(_STEP, learned, scale, model.amplitude, domain)
            ),
            "degrees_of_freedom": as_law(sums.freedoms),
            "train_loss": Given(_train_loss, (model, fitted, learned)),
        },
    )


class _Sums(NamedTuple):
    """Sums over the modes, with f = v/(v + kappa): of (1 - f)^2 t^2, f, f^2 and f (1 - f)."""

    bias: tuple[Term, ...]
    freedoms: tuple[Term, ...]
    squares: tuple[Term, ...]
    rest: tuple[Term, ...]


def _sums(model: RidgeRegression, fitted: Fitted, learned: Learned, domain: Domain) -> _Sums:
    def total(response: Expr, weight: Expr, origin: str) -> tuple[Term, ...]:
        return mode_sum(model, fitted, learned, domain, response, weight, origin)

    return _Sums(
        bias=total((1 - shrinkage) ** 2, model.target_energy, MODES),
        freedoms=total(shrinkage, S.One, FEATURES),
        squares=total(shrinkage**2, S.One, LABEL_NOISE),
        rest=total(shrinkage * (1 - shrinkage), S.One, FEATURES),
    )


def _risk(
    model: RidgeRegression, sums: _Sums, sample_ratio: Term, labels: tuple[Term, ...]
) -> tuple[Term, ...]:
    """C (A B + labels D_2)/D_s."""
    per_spare = term(spare, MODES) ** (-FIELD.one)
    per_risk: Term = term(model.excess_risk / matrix_error, MODES) * per_spare
    products = (
        *(t * sample_ratio for t in sums.bias),
        *(label * t for label, t in product(labels, sums.squares)),
    )
    return tuple(t * per_risk for t in products)


def _train_loss(model: RidgeRegression, fitted: Fitted, learned: Learned, on: Domain) -> tuple[Term, ...]:
    """(c/2) (delta^2 force^2 + kappa force sum f^2 (t^2 + delta^2)/v), the objective with its penalty."""
    delta, kappa = term(effective_noise, MODES), term(threshold, MODES)
    square, half = delta ** coefficient(2), term(model.excess_risk / matrix_error / 2, MODES)
    _, forces, _ = split_balance(model.threshold_balance, degrees_of_freedom, WEIGHT_DECAY)

    def total(weight: Expr, origin: str) -> tuple[Term, ...]:
        return mode_sum(model, fitted, learned, on, shrinkage**2, weight, origin)

    norms = total(model.target_energy / model.feature_variance, MODES)
    noises = tuple(t * square for t in total(1 / S(model.feature_variance), LABEL_NOISE))
    misfits = tuple(half * square * force * force for force in forces)
    return (*misfits, *(t * half * kappa * force for force, t in product(forces, norms + noises)))


def _cut(model: RidgeRegression) -> tuple[Term, Term]:
    """Kappa over the variance at size 1, and the scale that cuts the modes.

    Features fall below kappa or, where all are alike, the target's modes below the noise.
    """
    spread, degree = model.spread
    ratio: Term = term(threshold / spread, MODES)
    scale: Term = ratio ** coefficient(1 / degree) if model.anisotropic else term(effective_noise, MODES)
    return ratio, scale


def mode_sum(
    model: RidgeRegression,
    fitted: Fitted,
    learned: Learned,
    domain: Domain,
    response: Expr,
    weight: Expr,
    origin: str,
) -> tuple[Term, ...]:
    """Sum over the modes of a function of v/kappa times a power of the size; the mean of a finite number."""
    ratio, scale = _cut(model)
    power = powsimp(weight).as_coeff_exponent(size)[1]  # which does not see s**p/s as a power
    unit: Term = scale ** coefficient(power)
    whole = S.One if model.modes == d else d  # a mean over d modes, or their sum
    if model.anisotropic:
        function = response.subs(feature_ratio, size ** model.spread[1]) * weight
    else:
        constant, rate = end_behaviour(response.subs(feature_ratio, size), _end_of(fitted))
        assert rate is not None
        unit = unit * term(constant, MODES) * ratio ** coefficient(-rate)
        function = weight
    smooth = ModeFunction((Piece(S.Zero, oo, function),))
    terms = mean_term(smooth, learned, scale, model.amplitude, domain, whole, origin)
    if model.modes == oo and any(t.holds([d]) for t in terms):
        raise ValueError(f"the sum of ({response})*({weight}) over infinitely many modes diverges")
    return tuple(t * unit for t in terms)


def _end_of(fitted: Fitted) -> Expr:
    """Where v/kappa lies when all features are alike."""
    return S.Zero if fitted is Fitted.NONE else oo


_STEP = ModeFunction((Piece(S.Zero, S.One, S.Zero), Piece(S.One, oo, S.One)))
"""Whether a mode lies above the scale that cuts them."""


def _ordered(model: RidgeRegression, fitted: Fitted, ratio: Term) -> tuple[tuple[Term, Term], ...]:
    """Kappa against the one variance of isotropic features; `_index_bounds` orders the others."""
    one = term(S.One, MODES)
    if model.anisotropic:
        return ()
    return ((ratio, one),) if fitted is Fitted.NONE else ((one, ratio),)


def _index_bounds(model: RidgeRegression, learned: Learned, index: Term) -> tuple[tuple[Term, Term], ...]:
    """Where the number K of modes lies; infinitely many have no last one."""
    pairs = index_bounds(learned, index)
    last = term(d, MODES)
    return pairs if model.modes == d else tuple(pair for pair in pairs if last not in pair)


def ridge(network: Network) -> RidgeRegression:
    """Ridge regression on the inputs of a network: its equations, with all features of variance one.

    Half the mean square of the weights replaces the sparse penalty, as in ``numerics``.

    Raises:
        InvalidArgument: when the network is no ``Network``.

    >>> from asymptotics import diagonal
    >>> ridge(diagonal).threshold_balance == diagonal.threshold_balance
    True
    """
    check_is_network(network)
    return RidgeRegression(
        name=f"ridge on the inputs of the {network.name} network",
        amplitude=AMPLITUDE,
        modes=d,
        feature_variance=S.One,
        target_energy=size**2,
        noise_balance=network.noise_balance,
        threshold_balance=network.threshold_balance,
        excess_risk=network.excess_risk,
    )
