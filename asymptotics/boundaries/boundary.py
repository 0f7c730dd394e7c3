"""A boundary: where the regions of two phases touch, and the law across it.

Where a boundary lies, whether the risk jumps there, its type and its mechanism are known from its two phases
alone.  The law is derived when it is asked for: by ``crossover`` for networks, by ``linear`` for linear
estimators.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Eq

from asymptotics.boundaries.crossover import network_law
from asymptotics.boundaries.law import BoundaryLaw
from asymptotics.boundaries.linear import linear_law, mechanism_of_linear, type_of_linear
from asymptotics.boundaries.types import BoundaryTerms, BoundaryType, boundary_terms, mechanism_of
from asymptotics.models.ridge import RidgeRegression
from asymptotics.phases.phase import Phase


@dataclass(frozen=True)
class Boundary:
    """Where the regions of two phases touch.

    Attributes:
        phases: the two, in the order of the diagram.
        relation: the boundary, an equation in a, ell, (b) and the parameters of the model; or, where a
            parameter passes a value at which a sum changes its leading end, that value.
        continuous: whether the two risk exponents agree there.
    """

    phases: tuple[Phase, Phase]
    relation: Eq
    continuous: bool

    @property
    def type(self) -> BoundaryType:
        """What makes the law change there.

        Raises:
            NotImplementedError: when the phases are not those of a network or a linear estimator.
        """
        return type_of_linear(self.phases) if self._is_linear else self._terms().type

    @property
    def mechanism(self) -> str:
        """What happens there, in a sentence.

        Raises:
            NotImplementedError: when the phases are not those of a network or a linear estimator.

        >>> from asymptotics import phase_diagram, quadratic
        >>> boundaries = phase_diagram(quadratic).boundaries
        >>> next(b for b in boundaries if [p.name for p in b.phases] == ["II", "VIa"]).mechanism
        ... # doctest: +ELLIPSIS
        'Weight decay lowers the threshold kappa to the noise, which ends at kappa = 2 delta; ...'
        """
        if self._is_linear:
            return mechanism_of_linear(self.phases, self.relation, self.continuous)
        return mechanism_of(self._terms())

    def law(self) -> BoundaryLaw:
        """The law that holds on both sides and in between; cached within the process.

        Raises:
            NotImplementedError: when the law needs what the network does not declare; it says what.

        >>> from asymptotics import phase_diagram, quadratic
        >>> boundaries = phase_diagram(quadratic).boundaries
        >>> boundary = next(b for b in boundaries if [p.name for p in b.phases] == ["IV", "V"])
        >>> at = {"gamma": 1, "n_eff": 10**4, "d": 10**9, "weight_decay": 1e-9, "noise_variance": 1}
        >>> law, phases = boundary.law(), boundary.phases
        >>> law.type.value, float(law.evaluate(**at) / sum(p.risk.evaluate(**at) for p in phases))
        ('crossover', 1.0)
        """
        if self._is_linear:
            return linear_law(self.phases, self.relation, self.continuous)
        return network_law(self._terms())

    @property
    def _is_linear(self) -> bool:
        return isinstance(self.phases[0].balance.model, RidgeRegression)

    def _terms(self) -> BoundaryTerms:
        return boundary_terms(self.phases, self.relation, self.continuous)
