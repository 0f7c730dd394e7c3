"""Balances tile the space of exponents: a hole and an overlap are both refused, with the place."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from sympy import Eq

from asymptotics import AmbiguousDiagram, IncompleteDiagram, diagonal, kernel_ridge, quadratic, ridge
from asymptotics.algebra.monomials import Scales
from asymptotics.balance.dominant_balance import dominant_balances
from asymptotics.balance.tiling import tiling_balances
from asymptotics.symbols import d, degrees_of_freedom, n_eff, threshold, weight_decay

BASELINE = ridge(diagonal)
STRONGER = replace(
    BASELINE,
    name="stronger",
    threshold_balance=Eq(n_eff / d, degrees_of_freedom + weight_decay**2 / threshold),
)


@dataclass(frozen=True)
class Regimes:
    """The regimes of some models as those of one, but for the first few."""

    models: tuple[Any, ...]
    skipped: int = 0
    name: str = "changed"

    def regimes(self, noisy):
        return [regime for model in self.models for regime in model.regimes(noisy)][self.skipped :]

    def describe(self, hypothesis):
        return self.models[0].describe(hypothesis)


@pytest.mark.parametrize("model", [diagonal, quadratic, kernel_ridge, BASELINE], ids=str)
@pytest.mark.parametrize("noise", ["fixed", "none"])
def test_shipped_models_tile_the_space(model, noise):
    assert tiling_balances(model, Scales(noise)) == dominant_balances(model, Scales(noise))


def test_a_hole_is_refused_with_its_place():
    with pytest.raises(IncompleteDiagram, match=r"no dominant balance of the changed model .*ell"):
        tiling_balances(Regimes((kernel_ridge,), skipped=1), Scales("fixed"))


def test_two_solutions_are_not_one_diagram():
    with pytest.raises(
        AmbiguousDiagram, match=r"two hypotheses of the changed model hold where .*above delta"
    ):
        tiling_balances(Regimes((BASELINE, STRONGER)), Scales("fixed"))
    assert tiling_balances(STRONGER, Scales("fixed"))
