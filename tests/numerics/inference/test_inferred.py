"""What is returned: short, and as plain numbers."""

import json

from numerics import Estimate, Inferred
from numerics.inference.shapes import Shape

RESULT = Inferred(
    gamma=None,
    effective_noise=Estimate(0.5, 0.01),
    threshold=Estimate(0.4, 0.02),
    learned_modes=None,
    excess_risk=Estimate(0.1, 0.03),
    noise_variance=Estimate(0.0, 0.01),
    test_error=Estimate(0.1, 0.02),
    scale=None,
    shape=Shape.RANDOM_LIKE,
    why="no reason",
    untold={"gamma": "no outlier", "learned_modes": "no outlier"},
    probability=0.5,
)


def test_estimate_is_a_pair() -> None:
    value, error = Estimate(0.123456, 0.0123)
    assert (value, error) == (0.123456, 0.0123)
    assert repr(Estimate(0.123456, 0.0123)) == "0.1235 +- 0.012"


def test_repr_is_one_short_line() -> None:
    text = "<Inferred: random-like, gamma untold, excess risk 0.1 +- 0.03, noise variance 0 +- 0.01>"
    assert repr(RESULT) == text


def test_dictionary_survives_json() -> None:
    values = RESULT.to_dict()
    assert json.loads(json.dumps(values)) == values
    assert values["effective_noise"] == [0.5, 0.01]
    assert values["gamma"] is None
    assert values["shape"] == "random-like"
