"""Figure 8: the curves are those of solutions, and meet where the threshold passes the edge of the bulk."""

import pytest

from asymptotics.expressions.checks import InvalidArgument
from verify.paper.pruning import pruning


def test_pruned_and_trained_meet_at_strong_decay() -> None:
    figure = pruning("diagonal", dim=20, points=6, decays=1, seeds=1)
    theory = {
        kind: [row["excess_risk"] for row in figure.rows if row["kind"] == f"{kind}, theory"]
        for kind in ("trained", "pruned")
    }
    assert theory["trained"][5] == theory["pruned"][5]
    assert theory["pruned"][0] < theory["trained"][0]  # overfitted noise is removed
    assert sum(row["kind"] == "pruned, trained here" for row in figure.rows) == 2


@pytest.mark.parametrize("name", ["dim", "points", "decays", "seeds"])
def test_refused(name: str) -> None:
    with pytest.raises(InvalidArgument, match=name):
        pruning("diagonal", **{name: 0})
