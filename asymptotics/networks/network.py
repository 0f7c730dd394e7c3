"""A trained network: its declaration, the regimes of its equations, and what its phases are called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from asymptotics import words
from asymptotics.algebra.polyhedra import Domain
from asymptotics.balance.regimes import Description, Hypothesis, Regime
from asymptotics.expressions.checks import require
from asymptotics.networks.declaration import Declaration
from asymptotics.networks.mode_functions import Ordering
from asymptotics.networks.trained import trained_regimes


@dataclass(frozen=True)
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


def check_is_network(network: Any) -> None:
    """Refuse what is not a trained network's declaration.

    Raises:
        InvalidArgument: it is not.
    """
    require(isinstance(network, Network), "network", network, "diagonal, quadratic or a Network of your own")
