"""What `infer` returns: estimates with standard errors, and what the weights do not tell.

In order: `Estimate`, `Inferred`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from numerics.displays import Displayed
from numerics.inference.shapes import Shape


class Estimate(NamedTuple):
    """A number that was inferred; value +- 1.645 standard errors holds the truth nine times in ten."""

    value: float
    standard_error: float

    def __repr__(self) -> str:
        return f"{self.value:.4g} +- {self.standard_error:.2g}"


@dataclass(frozen=True)
class Inferred(Displayed):
    """What trained weights alone say, normalised as in `Problem` and `Solution`; None where they do not.

    The standard errors are against the solution of the state equations.  That of ``excess_risk`` also covers
    the error of the one network at hand.

    Attributes:
        gamma: decay of the target.
        effective_noise: delta.
        threshold: kappa.
        learned_modes: number of target modes above noise and threshold.
        excess_risk: R = E_x[(f - f*)^2].
        noise_variance: variance Delta of the label noise; never negative.
        test_error: R + Delta, the mean square error on new noisy labels.
        scale: size of the target's largest mode; None where it was given.
        shape: the practitioner's name of the spectrum (`shapes`); None where no law fits the weights, so that
            noise and learned weights cannot be told apart.
        why: what makes it so, one sentence.
        untold: reasons why an estimate is None, by its name.
        probability: of weights that fit the law no better, were they drawn from it; small where the
            target is no power law, or the samples, weight decay or scale are not those of the training.
    """

    gamma: Estimate | None
    effective_noise: Estimate | None
    threshold: Estimate | None
    learned_modes: Estimate | None
    excess_risk: Estimate | None
    noise_variance: Estimate | None
    test_error: Estimate | None
    scale: Estimate | None
    shape: Shape | None
    why: str
    untold: Mapping[str, str]
    probability: float | None

    def __repr__(self) -> str:
        shown = {"gamma": self.gamma, "excess risk": self.excess_risk, "noise variance": self.noise_variance}
        parts = [f"{name} {'untold' if value is None else repr(value)}" for name, value in shown.items()]
        return f"<Inferred: {self.shape or 'no shape'}, {', '.join(parts)}>"

    def to_dict(self) -> dict[str, Any]:
        """As a dictionary of numbers and texts, which JSON can hold; an estimate is a list of two numbers.

        >>> from numerics.inference.infer import infer
        >>> infer([0.0] * 50, network="diagonal", samples=20, dim=50, weight_decay=9).to_dict()["threshold"]
        [22.5, 1.125]
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values = {
            name: list(value) if isinstance(value, Estimate) else value for name, value in values.items()
        }
        shape = None if self.shape is None else str(self.shape)
        return {**values, "shape": shape, "untold": dict(self.untold)}
