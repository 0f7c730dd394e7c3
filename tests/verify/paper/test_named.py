"""The figures by name are the figures."""

from fractions import Fraction

import pytest

from verify.paper import named


@pytest.mark.parametrize("name", ["paper_plane", "paper_pruning"])
def test_drawn(name: str) -> None:
    figure = getattr(named, name)(
        network="diagonal", noise_variance=Fraction(1, 2), dim=100 if name == "paper_plane" else 10
    )
    assert len(figure.axes) >= 2


def test_stored_trainings_are_those_of_the_checkout() -> None:
    assert named._stored() is None or (named.STORED / "risks.csv").exists()
