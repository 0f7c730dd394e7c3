"""Every name of the command line stands for a model."""

import pytest

from asymptotics.models import attention, hermite, quadratic
from numerics.networks.network import NETWORKS as SOLVED
from verify.gallery import (
    MATRIX_NETWORKS,
    MODELS,
    NARROW_NETWORKS,
    NETWORKS,
    NOISELESS,
    SYSTEMS,
    model_named,
)


@pytest.mark.parametrize("name", MODELS)
def test_every_name_is_a_model(name: str) -> None:
    model = model_named(name)
    assert callable(model.regimes)
    assert model == model_named(name)


def test_names_are_those_of_the_models() -> None:
    assert model_named("quadratic") is quadratic
    assert model_named("attention") is attention
    assert model_named("hermite_3") == hermite(3)


def test_kinds_of_models_are_models() -> None:
    assert {*NETWORKS, *MATRIX_NETWORKS, *SYSTEMS} == {*MODELS}
    assert {*NOISELESS} < {*SYSTEMS}
    assert {*NARROW_NETWORKS} == {name for name, network in SOLVED.items() if network.narrowed is not None}
