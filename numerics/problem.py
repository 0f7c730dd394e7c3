"""A learning problem: which network learns which target from how many noisy samples.

The two networks and their normalisations are those of arXiv:2509.24882.  With x ~ N(0, I_d) and y = f*(x)
plus noise of variance Delta:

    diagonal    f = sum_i a_i w_i x_i/sqrt(d), trained on 1/2 sum (y - f)^2 + lambda/2 (|a|^2 + |w|^2);
                target coefficients theta*_i ~ N(0, tau_i^2), tau_i = sqrt(d) i^-gamma
    quadratic   f = (|B^T x|^2 - |B|_F^2)/sqrt(d), B of shape (d, p), trained on
                sum (y - f)^2 + lambda d |B|_F^2; target matrix with eigenvalues s_i = sqrt(d) i^-gamma
    bilinear    f = x^T A B^T x'/sqrt(d) of two inputs, A and B of shape (d, d), trained on
                1/2 sum (y - f)^2 + (lambda d/2)(|A|_F^2 + |B|_F^2);
                target matrix with singular values s_i = sqrt(d) i^-gamma
    attention   f_ab = (x_a^T B B^T x_b - 1_{a=b} |B|_F^2)/sqrt(d) less its mean over a, b = 1, 2, of two
                tokens, trained on sum_ab (y - f)_ab^2 + lambda d |B|_F^2, every output with noise of its own;
                target as the quadratic one's.  With T tokens n counts (T^2 + T - 2)/2-fold, which
                "quadratic" with as many samples is, too

The estimator "ridge" is the linear baseline on the same inputs (`estimators.ridge`): the penalty of the
equivalent convex problem, lambda |theta|_1 or lambda d Tr S, is replaced by lambda/2 |theta|^2 or
(lambda d/2) |S|_F^2, and S may be any symmetric matrix.

The target may as well have explicit sizes tau_i or s_i, any spectrum of any rank (arXiv:2505.17958 treats any
target of the quadratic network).

A `Problem` checks its parameters when it is made: what reaches the solver lies inside the theory.  Numbers
stay at their exact value, as int, Fraction, float or mpf (a Decimal as the Fraction it is), until an
arithmetic rounds them; a float stands for the binary fraction it is.  From the problem follow the numbers of
the state equations, the modes of the target, and the equations themselves.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, fields
from fractions import Fraction
from typing import Any

import mpmath

from numerics.arithmetic.checks import exact_number, is_count, require, shown
from numerics.arithmetic.errors import NotConverged, OutOfRange
from numerics.arithmetic.precision import DOUBLE, Arithmetic, Number, to_fraction
from numerics.displays import Displayed, tabulated
from numerics.equations.state_equations import Parameters, StateEquations
from numerics.networks.network import NETWORKS, Network
from numerics.sums.explicit import SIZES, AnyTarget, TargetSizes, explicit_target, target_sizes
from numerics.sums.target import Target

TARGETS = ("raw", "unit")
ESTIMATORS = ("erm", "bayes", "ridge")
FLOATS = (Fraction(1, 10**300), Fraction(10**300))


@dataclass(frozen=True)
class Problem(Displayed):
    """A network, a target and a data set, in the normalisation of arXiv:2509.24882.

    All but the network are given by name.  Numbers may be int, float, Fraction, Decimal, mpf, NumPy scalars
    or SymPy rationals and floats, each taken at its exact value.

    Args:
        network: "diagonal", "quadratic", "bilinear" or "attention".
        gamma: decay of the target, > 1/2: its i-th mode has size proportional to i^-gamma; None where
            ``target`` is an array.
        samples: number of samples n > 0 (n_eff is n for the diagonal network, n/d for the others).
        dim: dimension d of the inputs, any positive integer (10**30 is no harder than 10**4).
        weight_decay: lambda >= 0; required by the estimators "erm" and "ridge", refused by "bayes".  0 is the
            limit of vanishing weight decay (`numerics.solve`).
        noise_variance: variance Delta >= 0 of the label noise.  Left out it is 0: labels without noise.
        target: "raw" for sizes sqrt(d) i^-gamma, "unit" for the same rescaled to mean square 1; or an array
            of the target's own sizes >= 0, tau_i (diagonal) or s_i (the others), in any order, shape (up to
            dim,), the others being 0.  It is kept as `TargetSizes`; what it costs are different sizes.
        estimator: "erm" (the trained network), "bayes" (Bayes-optimal) or "ridge" (the linear baseline).
        width: number p of hidden units of the quadratic network, for "erm"; None for p >= d.

    Raises:
        InvalidProblem: a parameter is outside the theory.

    >>> problem = Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=0.1, noise_variance=1)
    >>> problem.samples
    300
    >>> Problem("quadratic", target=[3, 1, 1], samples=10**5, dim=10**3, weight_decay=0.1).target
    <3 sizes: 3, 1, 1>
    >>> Problem("diagonal", gamma=0.4, samples=300, dim=1000, weight_decay=0.1)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    numerics.InvalidProblem: gamma=0.4: must be a number > 1/2 (the norm of the target is infinite ...
    """

    network: str
    _: KW_ONLY
    gamma: Number | None = None
    samples: Number
    dim: int
    weight_decay: Number | None = None
    noise_variance: Number = 0
    target: str | TargetSizes | Any = "raw"
    estimator: str = "erm"
    width: int | None = None

    def __post_init__(self) -> None:
        _require_choice("network", self.network, tuple(NETWORKS))
        target = _target(self.target)
        given = len(self.target)
        self._keep("target", target)
        _require_choice("estimator", self.estimator, ESTIMATORS)
        is_solved = self.estimator != "bayes" or NETWORKS[self.network].posterior_variance is not None
        allowed = f'"erm" or "ridge" for network "{self.network}", whose posterior is not solved'
        require(is_solved, "estimator", self.estimator, allowed)
        self._keep("gamma", _gamma(self.target, self.gamma))
        for name in ("samples", "noise_variance"):
            self._keep(name, exact_number(name, getattr(self, name)))
        require(self.samples > 0, "samples", self.samples, "a number > 0")
        require(self.noise_variance >= 0, "noise_variance", self.noise_variance, "a number >= 0")
        require(is_count(self.dim), "dim", self.dim, "a positive integer of at most a million digits")
        self._keep("dim", int(self.dim))
        if isinstance(self.target, TargetSizes):
            allowed = f"an array of at most dim={shown(self.dim)} sizes, not {given}"
            require(given <= self.dim, "target", self.target, allowed)
        self._keep("weight_decay", _weight_decay(self.estimator, self.weight_decay))
        self._keep("width", _width(self.network, self.estimator, self.width))

    def _keep(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    @property
    def in_words(self) -> str:
        """Network, estimator and sizes, for a line in a terminal.

        >>> Problem("quadratic", gamma=1.25, samples=10**9, dim=10**5, weight_decay=1).in_words
        'quadratic network (erm), n = 1000000000, d = 100000'
        """
        n, d = (shown(x) for x in (self.samples, self.dim))
        return f"{self.network} network ({self.estimator}), n = {n}, d = {d}"

    def to_dict(self) -> dict[str, Any]:
        """Its fields, exact: a number is a text where neither int nor float hold it."""
        return {x.name: tabulated(getattr(self, x.name)) for x in fields(self)}

    @property
    def architecture(self) -> Network:
        """The declaration of the network, with its number of hidden units."""
        declared = NETWORKS[self.network]
        if self.is_full_width or declared.narrowed is None:
            return declared
        assert self.width is not None
        return declared.narrowed(self.width)

    @property
    def is_full_width(self) -> bool:
        """Whether there are as many hidden units as inputs, or more."""
        return self.width is None or self.width >= self.dim

    @property
    def n_eff(self) -> Fraction:
        """Effective number of samples, exact: n for the diagonal network, n/d for the others."""
        return to_fraction(self.samples) / NETWORKS[self.network].sample_unit(self.dim)

    @property
    def parameters(self) -> Parameters:
        """A, lambda/c and Delta/c of the state equations, exact; lambda is 0 for "bayes"."""
        network = NETWORKS[self.network]
        risk_per_error = network.risk_per_error
        return Parameters(
            capacity=network.observations * risk_per_error * self.n_eff / self.dim,
            weight_decay=to_fraction(self.weight_decay or 0) / risk_per_error,
            noise_variance=to_fraction(self.noise_variance) / risk_per_error,
        )


def modes_of(problem: Problem, arithmetic: Arithmetic = DOUBLE) -> AnyTarget:
    """The modes of the target in an arithmetic; to be called in its context."""
    if isinstance(problem.target, TargetSizes):
        return explicit_target(problem.target, problem.dim, arithmetic)
    assert problem.gamma is not None
    return Target.of(problem.dim, problem.gamma, problem.target, arithmetic)


def state_equations_of(problem: Problem) -> tuple[StateEquations, ...]:
    """The two equations in float64, in every coordinate of the threshold, the most general one last."""
    with DOUBLE.working():
        modes, parameters = modes_of(problem), problem.parameters
    coordinates = problem.architecture.coordinates
    return tuple(StateEquations(coordinate, modes, parameters) for coordinate in coordinates)


def out_of_range(problem: Problem) -> NotConverged:
    """The error for a problem beyond float64, in which solutions are searched: it names the parameter.

    >>> print(out_of_range(Problem("diagonal", gamma=1.25, samples=10**400, dim=1000, weight_decay=0.1)))
    samples=1.0e+400: must lie between 1e-300 and 1e300, the range of float64 in which solutions are searched
    """
    names = ("gamma", "samples", "dim", "weight_decay", "noise_variance")
    values = [(name, getattr(problem, name) or 0) for name in names]
    if isinstance(problem.target, TargetSizes):
        values += [("target", problem.target.sizes[0]), ("target", problem.target.sizes[-1])]
    for name, number in values:
        value = to_fraction(number)
        if value and not FLOATS[0] <= value <= FLOATS[1]:
            size = mpmath.mpf(value.numerator) / value.denominator
            return OutOfRange(
                f"{name}={mpmath.nstr(size, 3)}: must lie between 1e-300 and 1e300, "
                "the range of float64 in which solutions are searched"
            )
    return NotConverged("the search for a solution left the range of float64: the parameters are extreme")


def _target(target: Any) -> str | TargetSizes:
    """The name of a normalisation of the power law, or sizes."""
    names = " or ".join(f'"{name}"' for name in TARGETS)
    if isinstance(target, str):
        require(target in TARGETS, "target", target, f"{names}, or {SIZES}")
        return target
    return target_sizes(target)


def _gamma(target: str | TargetSizes, gamma: Any) -> Number | None:
    if isinstance(target, TargetSizes):
        require(gamma is None, "gamma", gamma, "None where target is an array of sizes")
        return None
    allowed = "the decay of a power-law target, a number > 1/2; or give the target's own sizes, target=array"
    require(gamma is not None, "gamma", gamma, allowed)
    exact = exact_number("gamma", gamma)
    require(exact > 0.5, "gamma", exact, "a number > 1/2 (the norm of the target is infinite otherwise)")
    return exact


def _weight_decay(estimator: str, weight_decay: Any) -> Number | None:
    given = ("weight_decay", weight_decay)
    if estimator == "bayes":
        require(weight_decay is None, *given, 'None for estimator "bayes", which has no weight decay')
        return None
    allowed = f'a number >= 0 for estimator "{estimator}"'
    require(weight_decay is not None, *given, allowed)
    exact = exact_number(*given)
    require(exact >= 0, *given, allowed)
    return exact


def _width(network: str, estimator: str, width: Any) -> int | None:
    given = ("width", width)
    if NETWORKS[network].narrowed is None:
        require(width is None, *given, f'None for network "{network}", whose width is dim')
    elif estimator != "erm":
        require(width is None, *given, f'None for estimator "{estimator}", which has no hidden units')
    else:
        require(width is None or is_count(width), *given, "a positive integer, or None for width >= dim")
    return None if width is None else int(width)


def _require_choice(parameter: str, value: Any, choices: tuple[str, ...]) -> None:
    allowed = "one of " + ", ".join(f'"{choice}"' for choice in choices)
    require(isinstance(value, str) and value in choices, parameter, value, allowed)
