"""A trained network: its declaration, the regimes of its equations, and what its phases are called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sympy import S, oo

from asymptotics import words
from asymptotics.algebra.monomials import Noise, Scales
from asymptotics.algebra.polyhedra import Domain
from asymptotics.balance.regimes import Description, Hypothesis, Regime
from asymptotics.displays import Displayed
from asymptotics.expressions.checks import require
from asymptotics.networks.declaration import Declaration
from asymptotics.networks.mode_functions import Ordering
from asymptotics.networks.narrow import Binding, narrow_regimes
from asymptotics.networks.trained import trained_regimes
from asymptotics.symbols import a, b, ell, n_eff, noise_variance, rho, weight_decay, width


@dataclass(frozen=True, repr=False)
class Network(Declaration):
    """A network, declared by the equations of ``Declaration``: a model that ``phase_diagram`` derives.

    >>> from asymptotics import quadratic
    >>> quadratic.risk_per_error, quadratic.overlap
    (2, -delta**2/s**2 + 1)
    """

    def regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        """Every ordering of kappa and delta, with no, some and all modes learned.

        Raises:
            InvalidArgument: when ``noisy`` is neither True nor False.
        """
        require(isinstance(noisy, bool), "noisy", noisy, "True or False")
        return trained_regimes(self, noisy)

    def describe(self, hypothesis: Hypothesis) -> Description:
        """Name, title and reason of a phase, after arXiv:2509.24882; given by mechanism, not by place.

        Raises:
            InvalidArgument: when the hypothesis is not one of a trained network's.
        """
        known = None
        if isinstance(hypothesis, Hypothesis) and isinstance(hypothesis.ordering, Ordering):
            ordering, learned = hypothesis.ordering.name, hypothesis.learned.value
            known = words.trained_network(ordering, learned, hypothesis.risk, hypothesis.dominant)
        require(known is not None, "hypothesis", hypothesis, "the Hypothesis of a phase of a trained network")
        assert known is not None
        return Description(*known)


@dataclass(frozen=True, repr=False)
class NarrowNetwork(Displayed):
    """A trained network of p = d**rho hidden units, which keeps the p largest noisy modes (``narrow``).

    Attributes:
        network: the declaration; its noise has a hard edge.
    """

    network: Network

    def __post_init__(self) -> None:
        check_is_network(self.network)
        allowed = (
            "a network whose noise has a hard edge, such as quadratic: its weights are a matrix of rank p"
        )
        require(self.network.noise.edge != oo, "network", self.network, allowed)

    @property
    def name(self) -> str:
        """That of the network, and of its width."""
        return f"{self.network.name} of scaled width"

    def scales(self, noise: Noise) -> Scales:
        """How samples, weight decay, label noise and width grow; at least one unit, rho > 0.

        >>> from asymptotics import quadratic
        >>> NarrowNetwork(quadratic).scales("fixed").exponents
        (a, ell, rho)
        """
        of_noise = -b if noise == "scaled" else S.Zero
        own = ((n_eff, a), (weight_decay, ell), (noise_variance, of_noise), (width, rho))
        return Scales(noise, own, (rho, b) if noise == "scaled" else (rho,))

    def regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        """Those of full width, where it does not bind, and those in which it does."""
        return narrow_regimes(self.network, noisy)

    def describe(self, hypothesis: Hypothesis) -> Description:
        """Name, title and reason of a phase; where the width does not bind, those of full width."""
        if not isinstance(hypothesis.ordering, Binding):
            return self.network.describe(hypothesis)
        learned = None if hypothesis.learned is None else hypothesis.learned.value
        named = (hypothesis.ordering.name, learned, hypothesis.risk, hypothesis.dominant)
        return Description(*words.narrow_network(*named))


def check_is_network(network: Any) -> None:
    """Refuse what is not a trained network's declaration.

    Raises:
        InvalidArgument: it is not.
    """
    require(isinstance(network, Network), "network", network, "diagonal, quadratic or a Network of your own")
