"""A boundary: where two cells of a phase diagram touch.

What is known of a boundary from its two phases alone: where it lies, and whether the risk jumps there.  What
happens on it is derived when it is asked for: ``walls`` tells what counts there, ``crossovers`` the law, and
for linear estimators ``exchange`` both.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Eq

from asymptotics.boundaries.crossover import Crossover, crossover
from asymptotics.boundaries.exchange import Exchange, exchange
from asymptotics.boundaries.types import Wall, mechanism_of, wall_of
from asymptotics.models.ridge import RidgeRegression
from asymptotics.phases.phase import Phase


@dataclass(frozen=True)
class Boundary:
    """Where two cells touch.

    Attributes:
        phases: the two, in the order of the diagram.
        relation: the wall, an equation in a, ell, (b) and the parameters of the model; or, where a parameter
            passes a value at which a sum changes its leading end, that value.
        continuous: whether the two risk exponents agree on the wall.
    """

    phases: tuple[Phase, Phase]
    relation: Eq
    continuous: bool

    @property
    def mechanism(self) -> str:
        """What happens there, in a sentence.

        >>> from asymptotics import phase_diagram, quadratic
        >>> walls = phase_diagram(quadratic).boundaries
        >>> next(b for b in walls if [p.name for p in b.phases] == ["II", "VIa"]).mechanism
        ... # doctest: +ELLIPSIS
        'Weight decay lowers the threshold kappa to the noise, which ends at kappa = 2 delta; ...'
        """
        return self.crossover().mechanism if self._is_linear else mechanism_of(self._wall())

    def crossover(self) -> Crossover | Exchange:
        """The law that holds on both sides and in between (``crossovers``); cached within the process.

        Raises:
            NotImplementedError: when the law needs what the network does not declare; it says what.

        >>> from asymptotics import phase_diagram, quadratic
        >>> walls = phase_diagram(quadratic).boundaries
        >>> wall = next(b for b in walls if [p.name for p in b.phases] == ["IV", "V"])
        >>> at = {"gamma": 1, "n_eff": 10**4, "d": 10**9, "weight_decay": 1e-9, "noise_variance": 1}
        >>> found = wall.crossover()
        >>> found.kind.value, float(found.evaluate(**at) / sum(p.risk.evaluate(**at) for p in wall.phases))
        ('two terms of a sum exchange the lead', 1.0)
        """
        if self._is_linear:
            return exchange(self.phases, self.relation, self.continuous)
        return crossover(self._wall())

    @property
    def _is_linear(self) -> bool:
        return isinstance(self.phases[0].balance.model, RidgeRegression)

    def _wall(self) -> Wall:
        return wall_of(self.phases, self.relation, self.continuous)
