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

All of it is a `System`: its sums over modes are those of f, with one scale, sqrt(kappa) for v = s^2.  Where
all features have one variance v the sums do not depend on kappa, and v + kappa, the denominator of f, is an
unknown of its own: v where features are fitted, kappa where they are not.

In this order: `RidgeRegression` (the declaration), `learned_in` and `fitted_in` (what a hypothesis says),
`system_of_ridge` (the equations), `summand` and `sum_of`, `ridge`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from sympy import Eq, Expr, Piecewise, S, Symbol, oo, powsimp, simplify

from asymptotics import words
from asymptotics.algebra.monomials import spare
from asymptotics.algebra.polyhedra import Domain
from asymptotics.balance.regimes import (
    LABEL_NOISE,
    MODES,
    WEIGHT_DECAY,
    Description,
    Hypothesis,
    Regime,
    Setting,
)
from asymptotics.displays import Displayed
from asymptotics.expressions.checks import require
from asymptotics.lemmas.power_sums import Learned
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
    a,
    d,
    degrees_of_freedom,
    effective_noise,
    ell,
    matrix_error,
    n_eff,
    noise_variance,
    size,
    threshold,
    weight_decay,
)
from asymptotics.systems import System, mode_sum

FEATURES = words.FEATURES

raised = Symbol("v_kappa", positive=True)
"""v + kappa, where all features have the variance v."""


@dataclass(frozen=True, repr=False)
class RidgeRegression(Displayed):
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
        per_error = self.noise_balance.rhs.expand().coeff(matrix_error)
        per_freedom = self.threshold_balance.rhs.expand().coeff(degrees_of_freedom)
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

    @property
    def system(self) -> System:
        """The equations and sums, to which the estimator reduces."""
        return system_of_ridge(self)

    @property
    def force(self) -> Expr:
        """That of weight decay in the threshold balance."""
        return self.threshold_balance.rhs.subs(degrees_of_freedom, 0)

    @property
    def labels(self) -> Expr:
        """What label noise adds to the noise balance."""
        return self.noise_balance.rhs.subs(matrix_error, 0)

    @property
    def per_freedom(self) -> Expr:
        """The p of both balances."""
        return self.threshold_balance.rhs.expand().coeff(degrees_of_freedom)

    def regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        """Those of its system.

        Raises:
            InvalidArgument: when ``noisy`` is neither True nor False.
        """
        return self.system.regimes(noisy)

    def describe(self, hypothesis: Hypothesis) -> Description:
        """Name, title and reason of a phase, named like those of a network with the same mechanism.

        Raises:
            InvalidArgument: when the hypothesis is not one of ridge regression.
        """
        known = None
        if self._is_hypothesis(hypothesis):
            feeds, sets, *_ = hypothesis.dominant
            learned = None if self.anisotropic else learned_in(hypothesis).value
            fitted = fitted_in(self, hypothesis).name
            known = words.ridge_regression(fitted, learned, hypothesis.risk, feeds, sets)
        require(known is not None, "hypothesis", hypothesis, "the Hypothesis of a phase of ridge regression")
        assert known is not None
        return Description(*known)

    def _is_hypothesis(self, value: Hypothesis) -> bool:
        of_system = isinstance(value, Hypothesis) and isinstance(value.ordering, Setting)
        return (
            of_system
            and len(value.ordering.learned) == 1
            and len(value.dominant) == len(self.system.unknowns)
            and value.dominant[1] in (WEIGHT_DECAY, FEATURES)
        )


def learned_in(hypothesis: Hypothesis) -> Learned:
    """How many modes lie above the scale that cuts them: sqrt(kappa), or delta where features are alike."""
    (learned,) = hypothesis.ordering.learned
    assert isinstance(learned, Learned)
    return learned


def fitted_in(model: RidgeRegression, hypothesis: Hypothesis) -> Learned:
    """How many features have a variance above kappa: those are fitted, the others shrunk away."""
    if model.anisotropic:
        return learned_in(hypothesis)
    return Learned.NONE if hypothesis.dominant[3] == str(threshold) else Learned.ALL


@cache
def system_of_ridge(model: RidgeRegression) -> System:
    """The equations of ridge regression in positive form, with what follows from them."""
    per_error = model.excess_risk / matrix_error
    sample_ratio, force, per_freedom = model.threshold_balance.lhs, model.force, model.per_freedom
    freedoms, missed = sum_of(model, 1, 0), sum_of(model, 0, 2, model.target_energy)
    squares, spread = sum_of(model, 2, 0), sum_of(model, 1, 1)
    variance, (_, degree) = model.feature_variance, model.spread
    norm, noise = (sum_of(model, 2, 0, weight / variance) for weight in (model.target_energy, S.One))
    scale = (threshold / model.spread[0]) ** (1 / degree) if model.anisotropic else effective_noise
    half = per_error / 2
    equations = [
        Eq(spare * effective_noise**2, model.labels + per_freedom * missed),
        Eq(sample_ratio, force + per_freedom * freedoms),
        Eq(spare, force + per_freedom * spread),
    ]
    return System(
        name=model.name,
        unknowns=(effective_noise, threshold, spare, *(() if model.anisotropic else (raised,))),
        equations=(*equations, *(() if model.anisotropic else (Eq(raised, variance + threshold),))),
        quantities={
            "risk": per_error * (sample_ratio * missed + model.labels * squares) / spare,
            "learned_modes": mode_sum(Piecewise((1, size >= scale), (0, True))),
            "degrees_of_freedom": freedoms,
            "train_loss": half * effective_noise**2 * force**2
            + half * threshold * force * (norm + effective_noise**2 * noise),
        },
        scales={n_eff: a, weight_decay: ell},
        modes=model.modes,
        amplitude=model.amplitude,
        origins={
            weight_decay: WEIGHT_DECAY,
            noise_variance: LABEL_NOISE,
            **dict.fromkeys(missed.atoms(mode_sum), MODES),
            **dict.fromkeys((raised, *(freedoms + spread).atoms(mode_sum)), FEATURES),
        },
    )


def summand(model: RidgeRegression, fits: int, misses: int, weight: Expr = S.One) -> Expr:
    """f**fits (1 - f)**misses times a power of the size, f = v/(v + kappa)."""
    variance = S(model.feature_variance)
    whole = variance + threshold if model.anisotropic else raised
    return powsimp(weight * variance**fits * threshold**misses) / whole ** (fits + misses)


def sum_of(model: RidgeRegression, fits: int, misses: int, weight: Expr = S.One) -> Expr:
    """Its sum over the modes; the mean of a finite number."""
    value = summand(model, fits, misses, weight)
    if not value.has(size):
        return value  # of d modes that are alike
    return mode_sum(value) if model.modes == oo else mode_sum(value) / d


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
