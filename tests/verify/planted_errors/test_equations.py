"""Declarations with an error are the model's but for what is said."""

from dataclasses import fields

import pytest

from verify.planted_errors.equations import OF_NETWORKS, OF_RIDGE, OF_SYSTEMS


@pytest.mark.parametrize("error", [*OF_NETWORKS, *OF_RIDGE, *OF_SYSTEMS], ids=lambda error: error.name)
def test_a_declaration_differs_in_few_fields(error) -> None:
    right, wrong = error.model, error.planting.model
    assert type(right) is type(wrong)
    different = {x.name for x in fields(right) if getattr(right, x.name) != getattr(wrong, x.name)}
    assert 1 <= len(different) <= 2
    assert "name" not in different
