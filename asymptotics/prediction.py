r"""The laws at given numbers of samples, dimension and weight decay, and how far they may be off.

Exponents need no scale: at numbers the terms of the equations can be compared themselves, constants and
logarithms included.  Every phase comes with inequalities "this is much larger than that" (``balance``), which
say what its laws neglect.  At a point each is a ratio

    neglected/kept,

and the phase whose largest ratio is the smallest is the one whose laws hold best there.  Where that ratio is
one, two phases hold equally well or badly: there is the boundary between them.

*The finite-size error.*  The sum of the ratios, and of what no inequality holds (``neglected``), estimates
the relative error of the laws, up to factors of order one.

Compared with solved equations at random points of both networks, 200 each at d = 400 and 10^6, the distance
|log(solved risk/risk)| is at most twice the estimate at all 800 points, and at most the estimate at 768.  The
estimate errs on the safe side: at 40 % of the points it is over ten times too large.  So it is at 1500 points
with label noise of 10^-6 to 10^6, 500 of them with few hidden units; without label noise it fails at 37 of
1000, next to the recovery of all modes and to the edge of the noise, where it is above 1 and says that no law
of a phase holds: that of the ``boundary`` does; and at one of these where both are below 10^-8.  At d = 400
it is below 0.1 in a twentieth of the plane only.

By hand, quadratic network at d = 400, gamma = 5/4, n_eff = 20, lambda = 0.01, Delta = 1: the exponents,
a = 1/2 and ell = -0.77, say phase V, of risk 0.23.  But phase IV neglects 0.23 of its risk 0.57, and phase V
2.5 times what it keeps: at this d phase V has not begun.  The solved risk is 0.85, as the risk feeds the
noise, too, of which IV neglects 0.57 beside Delta.

In this order: `Prediction`, `predicted`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import mpmath

from asymptotics import symbols, words
from asymptotics.algebra.polyhedra import PARAMETERS
from asymptotics.boundaries.boundary import Boundary
from asymptotics.displays import Display, Displayed
from asymptotics.expressions.checks import exact_number, require
from asymptotics.expressions.point import MAY_VANISH, PhysicalPoint, check_variable, name_of
from asymptotics.lines import OnBoundary
from asymptotics.neglected import Neglected, neglected_in, parameters_of, total, values_of
from asymptotics.phases.phase import Phase


@dataclass(frozen=True, repr=False)
class Prediction(Displayed):
    """What the leading laws say at given numbers.

    Attributes:
        phase: the one whose laws hold best there.
        point: the numbers.
        values: of its laws, by the names that the quantities have in ``numerics.Solution``; without those
            that have no value at a weight decay of 0.
        neglected: what its laws leave out, the largest first.
        neighbour: the phase that holds second best; None if no other comes into question.
        boundary: between the two; None where they have none in common.
    """

    phase: Phase
    point: PhysicalPoint
    values: Mapping[str, mpmath.mpf] = field(hash=False)
    neglected: tuple[Neglected, ...]
    neighbour: Phase | None
    boundary: Boundary | None

    @property
    def risk(self) -> mpmath.mpf:
        """The excess risk."""
        return self.values["excess_risk"]

    @property
    def error(self) -> float:
        """The relative error of the risk to expect, up to a factor of about 2; above 1 no law holds there."""
        return total(self.neglected)

    def __getitem__(self, name: str) -> mpmath.mpf:
        """The value of a quantity, by its name.

        Raises:
            KeyError: there is none; it lists the names there are.
        """
        if name not in self.values:
            raise KeyError(f"name={name!r}: must be one of {', '.join(self.values)}")
        return self.values[name]

    def _title(self) -> str:
        risk = mpmath.nstr(self.risk, 5)
        next_to = "" if self.neighbour is None else f", next to {self.neighbour.name}"
        warning = ", so that no law of a phase holds" if self.error > 1 else ""
        return (
            f"Prediction in phase {self.phase.name} ({self.phase.title}){next_to}: excess risk {risk}, "
            f"relative error about {self.error:.1g}{warning}"
        )

    def _display(self) -> Display:
        rows = (
            ("phase", self.phase.name),
            *self.values.items(),
            ("relative_error", self.error),
            ("largest_neglected", self.neglected[0].reason if self.neglected else None),
            ("neighbour", self.neighbour),
        )
        return Display(self._title(), rows, note=words.NORMALISATION)


def predicted(phases: Sequence[Phase], boundaries: Sequence[Boundary], point: PhysicalPoint) -> Prediction:
    """The prediction of the phase whose laws hold best at a point.

    Raises:
        InvalidArgument: the point lacks a variable that the laws hold.
        OnBoundary: no phase holds there whose laws have a value, as where a parameter is between two phases.
    """
    _require_variables(phases, point)
    ranked: list[tuple[float, int, tuple[Neglected, ...]]] = []
    without = dict[str, Phase]()
    for k, phase in enumerate(phases):
        if not _is_in_domain(phase, point):
            continue
        neglected = neglected_in(phase, point)
        if neglected is not None:
            ranked.append((max((part.ratio for part in neglected), default=0.0), k, neglected))
        elif _is_at_end(phase, point):  # elsewhere the numbers are far from the phase, as a logarithm below 0
            without.setdefault(phase.name, phase)
    ranked.sort()
    if not ranked or (without and ranked[0][0] > 1):
        given = ", ".join(f"{name} = {value}" for name, value in point.given.items())
        raise OnBoundary(given, tuple(without.values()) or tuple(phases))
    best, *others = (phases[k] for _, k, _ in ranked)
    neighbour = others[0] if others else None
    shared = (b for b in boundaries if best in b.phases and neighbour in b.phases)
    return Prediction(best, point, values_of(best, point), ranked[0][2], neighbour, next(shared, None))


def _require_variables(phases: Sequence[Phase], point: PhysicalPoint) -> None:
    """Refuse a point without a variable that an inequality or a law of a phase holds."""
    held = {
        v for p in phases for i in p.balance.inequalities for t in (i.large, i.small) for v, _ in t.powers
    }
    held |= {v for p in phases for law in p.laws.values() for v in law.expr.free_symbols}
    held |= {v for p in phases for v in p.region.free_symbols if v in symbols.PARAMETERS}
    given = point.given
    for symbol in sorted(held, key=str):
        name = name_of(symbol)
        value = given.get(name)
        is_zero = value is not None and name in MAY_VANISH and exact_number(name, value) == 0
        allowed = "a number above 0 in a diagram with label noise; noise='none' derives one without"
        require(not is_zero or name != "noise_variance", name, value, allowed)
        if not (is_zero and name == "weight_decay"):
            check_variable(name, value, held=True)
    noisy = symbols.noise_variance in held
    value = given.get("noise_variance")
    is_none = value is None or exact_number("noise_variance", value) == 0
    require(noisy or is_none, "noise_variance", value, "0 or left out in a diagram without label noise")


def _is_in_domain(phase: Phase, point: PhysicalPoint) -> bool:
    """Whether the parameters are those of a phase, ends included."""
    parameters = parameters_of(point)
    domain = zip(PARAMETERS, phase.balance.domain, strict=False)
    return all(low <= parameters[p] <= high for p, (low, high) in domain if p in parameters)


def _is_at_end(phase: Phase, point: PhysicalPoint) -> bool:
    """Whether a parameter is where those of a phase end."""
    parameters = parameters_of(point)
    return any(parameters.get(p) in ends for p, ends in zip(PARAMETERS, phase.balance.domain, strict=False))
