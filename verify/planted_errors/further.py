"""Errors beside the laws inside phases: across boundaries, of spectra, and at moderate dimensions.

The law across a boundary and those of a spectrum are derived when they are asked for.  An error is planted in
them by a boundary, or a phase, of another class, which alters what it derives by ``dataclasses.replace``.

A law that is right at large dimensions alone is found by proofs alone, which are made at moderate ones.

In this order: ``AcrossBoundary``, ``Displaced``; ``InSpectrum``; ``AtModerateDimensions``; the errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sympy import Eq, Expr, Piecewise, Rational, S

from asymptotics import Boundary, BoundaryLaw, Phase, PhaseDiagram, diagonal, kernel_ridge, quadratic
from asymptotics.models import attention, bilinear, one_pass_sgd
from asymptotics.phases.spectrum import SpectrumLaws
from asymptotics.symbols import d
from verify.planted_errors.error import InLaw, PlantedError, title_of

STEP, PERCENT, SHIFT = Rational(1, 50), Rational(1, 100), Rational(1, 100)

MODERATE = 1000
"""The dimension up to which proofs are made."""


@dataclass(frozen=True)
class AcrossBoundary:
    """An error in the law across the first boundary of two phases: law * factor * (1 + variable)**power.

    Attributes:
        one, other: the phases by name, in the order of the boundary.
        crossing: the name of what leads across, where the phases share several boundaries.
        quantity: a field of the law, or the name of an unknown of a system.
        factor, power: of the error; the second alone is an error far from the boundary on one side.
    """

    one: str
    other: str
    crossing: str
    quantity: str = "risk"
    factor: Expr = S.One
    power: Expr = S.Zero

    def __call__(self, diagram: PhaseDiagram) -> PhaseDiagram:
        """The diagram with the error."""
        boundary = _first(diagram, self)
        known = {f.name: getattr(boundary, f.name) for f in fields(Boundary)}
        return _with_boundary(diagram, boundary, _WrongBoundary(**known, error=self))

    def altered(self, law: BoundaryLaw) -> BoundaryLaw:
        """The law with the error."""
        error = self.factor * (1 + law.variable) ** self.power
        others = tuple((name, x * error if name == self.quantity else x) for name, x in law.others)
        changes: dict[str, Any] = {"others": others}
        if self.quantity not in dict(law.others):
            changes[self.quantity] = getattr(law, self.quantity) * error
        return replace(law, **changes)


@dataclass(frozen=True, repr=False)
class _WrongBoundary(Boundary):
    """A boundary with an error in its law."""

    error: AcrossBoundary

    def law(self) -> BoundaryLaw:
        """The law with the error."""
        return self.error.altered(super().law())


@dataclass(frozen=True)
class Displaced:
    """The first boundary of two phases somewhere else, while the regions of both stay where they are."""

    one: str
    other: str
    crossing: str
    shift: Expr

    def __call__(self, diagram: PhaseDiagram) -> PhaseDiagram:
        """The diagram with the error."""
        boundary = _first(diagram, self)
        crossing, value = boundary.relation.args
        return _with_boundary(diagram, boundary, replace(boundary, relation=Eq(crossing, value + self.shift)))


def _first(diagram: PhaseDiagram, of: AcrossBoundary | Displaced) -> Boundary:
    return next(
        b
        for b in diagram.boundaries
        if [p.name for p in b.phases] == [of.one, of.other] and b.relation.lhs.name == of.crossing
    )


def _with_boundary(diagram: PhaseDiagram, right: Boundary, wrong: Boundary) -> PhaseDiagram:
    return replace(diagram, boundaries=tuple(wrong if b == right else b for b in diagram.boundaries))


@dataclass(frozen=True)
class InSpectrum:
    """A factor in one of the laws of the spectrum, in all phases of a name.

    Attributes:
        phase: by its name.
        quantity: a field of the laws, or one of the outliers.
        factor: of the law; of an overlap in what it lacks to 1.
    """

    phase: str
    quantity: str
    factor: Expr

    def __call__(self, diagram: PhaseDiagram) -> PhaseDiagram:
        """The diagram with the error."""
        phases = tuple(self._wrong(p) if p.name == self.phase else p for p in diagram.phases)
        return replace(diagram, phases=phases)

    def _wrong(self, phase: Phase) -> Phase:
        before = phase.errors if isinstance(phase, _WrongSpectrum) else ()
        known = {f.name: getattr(phase, f.name) for f in fields(Phase)}
        return _WrongSpectrum(**known, errors=(*before, self))

    def altered(self, laws: SpectrumLaws) -> SpectrumLaws:
        """The laws with the error."""
        if hasattr(laws, self.quantity):
            return replace(laws, **{self.quantity: self._off(getattr(laws, self.quantity))})
        assert laws.spikes is not None
        value = getattr(laws.spikes, self.quantity)
        wrong = 1 - (1 - value) * self.factor if self.quantity == "overlap" else self._off(value)
        return replace(laws, spikes=replace(laws.spikes, **{self.quantity: wrong}))

    def _off(self, value: Any) -> Any:
        return (
            value * self.factor if isinstance(value, Expr) else replace(value, expr=value.expr * self.factor)
        )


@dataclass(frozen=True, repr=False)
class _WrongSpectrum(Phase):
    """A phase with errors in the laws of its spectrum."""

    errors: tuple[InSpectrum, ...] = ()

    def spectrum(self) -> SpectrumLaws:
        """The laws with the errors."""
        laws = super().spectrum()
        for error in self.errors:
            laws = error.altered(laws)
        return laws


@dataclass(frozen=True)
class AtModerateDimensions:
    """A factor in the closed form of the risk of all phases of a name, at dimensions below ``MODERATE``."""

    phase: str
    factor: Expr

    def __call__(self, diagram: PhaseDiagram) -> PhaseDiagram:
        """The diagram with the error."""
        factor = Piecewise((self.factor, d < MODERATE), (S.One, True))
        return InLaw(self.phase, "excess_risk", factor, fields=("expr",))(diagram)


FIXED: Mapping[str, Any] = {}
NOISELESS: Mapping[str, Any] = {"noise": "none"}
NARROW: Mapping[str, Any] = {"width": "scaled"}

_ACROSS = (
    (quadratic, "III", "VIb", "ell", {"factor": 1 + PERCENT}, "the law 1 % high"),
    (quadratic, "III", "VIb", "ell", {"power": STEP}, "an exponent 0.02 high on one side"),
    (quadratic, "II", "III", "ell", {"quantity": "effective_noise", "factor": 1 - PERCENT}, "delta 1 % low"),
    (quadratic, "Ib", "II", "ell", {"quantity": "threshold", "factor": 1 + PERCENT}, "kappa 1 % high"),
    (diagonal, "VIa", "VIb", "a", {"factor": 1 - PERCENT}, "the law 1 % low"),
    (diagonal, "Ib", "II", "ell", {"factor": S(2)}, "a factor 2 in the law"),
    (kernel_ridge, "II", "VIa", "ell", {"factor": 1 + PERCENT}, "the law 1 % high"),
    (kernel_ridge, "V", "V", "r", {"factor": 1 - PERCENT}, "the law 1 % low"),
    (one_pass_sgd, "F_ac", "K_pp", "tau", {"quantity": "g", "factor": 1 + PERCENT}, "the step size 1 % high"),
    (one_pass_sgd, "F_0", "K_pp", "tau", {"power": STEP}, "an exponent 0.02 high on one side"),
)
"""Model, the phases of a boundary, what leads across it, and what is wrong there."""

_DISPLACED = (
    (quadratic, "II", "III", "ell"),
    (quadratic, "II", "VIa", "ell"),
    (diagonal, "VIa", "VIb", "a"),
    (kernel_ridge, "V", "VIa", "ell"),
    (one_pass_sgd, "F_ac", "K_pp", "tau"),
)

_IN_SPECTRA = (
    (quadratic, FIXED, "VIa", "atom", 1 + PERCENT, "the share of zeros 1 % high"),
    (quadratic, FIXED, "VIa", "mass_above", 1 - PERCENT, "the share of what is not zero 1 % low"),
    (quadratic, FIXED, "VIa", "noise_weights", 1 + PERCENT, "the number of weights of noise 1 % high"),
    (quadratic, FIXED, "VIa", "learned_modes", 1 - PERCENT, "the number of learned weights 1 % low"),
    (quadratic, FIXED, "VIa", "bulk_edge", 1 + PERCENT, "the edge of the bulk 1 % high"),
    (quadratic, FIXED, "VIa", "bulk_width", 1 - PERCENT, "the width of the bulk 1 % low"),
    (quadratic, FIXED, "VIa", "number", 1 + PERCENT, "the number of outliers 1 % high"),
    (quadratic, FIXED, "VIa", "location", 1 - PERCENT, "the places of outliers 1 % low"),
    (quadratic, FIXED, "VIa", "largest_outlier", 1 + PERCENT, "the place of the first outlier 1 % high"),
    (quadratic, FIXED, "VIa", "overlap", 1 + PERCENT, "what outliers lose to noise 1 % high"),
    (quadratic, FIXED, "VIa", "tail", 1 + PERCENT, "the number of weights in the tail 1 % high"),
    (
        quadratic,
        FIXED,
        "VIa",
        "counting_function",
        1 - PERCENT,
        "the number beyond a weight 1 % low",
    ),
    (quadratic, FIXED, "VIa", "tail_exponent", 1 + STEP, "the exponent of the tail 2 % high"),
    (attention, FIXED, "VIa", "location", 1 + PERCENT, "the places of outliers 1 % high"),
    (attention, FIXED, "VIa", "bulk_edge", 1 - PERCENT, "the edge of the bulk 1 % low"),
    (bilinear, FIXED, "V", "mass_above", 1 + PERCENT, "the share of what is not zero 1 % high"),
    (bilinear, FIXED, "VIa", "tail", 1 - PERCENT, "the number of weights in the tail 1 % low"),
    (quadratic, FIXED, "VIa", "smallest_outlier", 1 + PERCENT, "the place of the last outlier 1 % high"),
    (quadratic, FIXED, "II", "spacing", 1 + PERCENT, "the spacing of the last outliers 1 % high"),
    (quadratic, FIXED, "IV", "spacing", 1 - PERCENT, "the spacing of the last outliers 1 % low"),
    (quadratic, NARROW, "Wd", "bulk_width", 1 + PERCENT, "the width of the bulk 1 % high"),
    (quadratic, NARROW, "Wb", "bulk_start", 1 + PERCENT, "the start of the bulk 1 % high"),
    (quadratic, NARROW, "Wa", "number", 1 + PERCENT, "the number of outliers 1 % high"),
    (quadratic, NARROW, "Wb", "bulk_width", 1 - PERCENT, "the width of the bulk 1 % low"),
    (quadratic, NARROW, "Wc", "bulk_edge", 1 + PERCENT, "the edge of the bulk 1 % high"),
)
"""Model, diagram, phase, quantity, factor and what is wrong."""


ACROSS = tuple(
    PlantedError(
        name=f"{title_of(model)}, across {one}/{other}: {what}",
        error=f"Across the boundary of {one} and {other} there is {what}.",
        model=model,
        planting=AcrossBoundary(one, other, crossing, **change),
    )
    for model, one, other, crossing, change, what in _ACROSS
)

DISPLACED = tuple(
    PlantedError(
        name=f"{title_of(model)}, boundary {one}/{other} displaced",
        error=f"The boundary of {one} and {other} is said to be 0.01 from where their regions touch.",
        model=model,
        planting=Displaced(one, other, crossing, SHIFT),
    )
    for model, one, other, crossing in _DISPLACED
)

IN_SPECTRA = tuple(
    PlantedError(
        name=f"{title_of(model, **of)}, {phase}: {what}",
        error=f"In phase {phase} the spectrum has {what}.",
        model=model,
        planting=InSpectrum(phase, quantity, factor),
        **of,
    )
    for model, of, phase, quantity, factor, what in _IN_SPECTRA
)

AT_MODERATE_DIMENSIONS = tuple(
    PlantedError(
        name=f"{title_of(quadratic, **NOISELESS)}, {phase}: the risk 1 % {what} at d < {MODERATE}",
        error=f"In phase {phase} the law of the risk is 1 % {what} at dimensions below {MODERATE}.",
        model=quadratic,
        planting=AtModerateDimensions(phase, factor),
        **NOISELESS,
    )
    for phase, factor, what in (("III", 1 + PERCENT, "high"), ("III", 1 - PERCENT, "low"))
)
