"""Networks are trained from the command line, and what they learned is inferred from files."""

import json
from pathlib import Path

import numpy as np
import pytest
from shell import arguments_of, status_of

from numerics import Problem, infer, solve, train

SMALL = {
    "network": "quadratic",
    "dim": "20",
    "samples": "600",
    "noise_variance": "0.5",
    "weight_decay": "0.5",
}
PROBLEM = Problem("quadratic", gamma=1.25, samples=600, dim=20, weight_decay=0.5, noise_variance=0.5)


def test_a_training_with_theory_beside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trained = train(PROBLEM, seed=3, progress=False)
    out = tmp_path / "weights.csv"
    assert status_of(arguments_of("train", **SMALL, seed="3", out=str(out))) == 0
    text = capsys.readouterr().out
    printed = dict(line.rsplit(None, 1) for line in text.splitlines() if line != str(out))
    assert float(printed["excess_risk"]) == pytest.approx(trained.excess_risk, rel=1e-6, abs=0)
    assert float(printed["  risk in theory"]) == solve(PROBLEM).excess_risk
    assert np.loadtxt(out) == pytest.approx(trained.spectrum().values, rel=1e-6, abs=1e-9)
    assert text.endswith(f"{out}\n")


def test_a_training_as_json_and_inference_from_its_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "weights.npy"
    assert status_of([*arguments_of("train", **SMALL, out=str(out)), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["duality_gap"] < 1e-6
    assert record["theory"]["excess_risk"] == solve(PROBLEM).excess_risk
    weights = np.load(out)
    assert weights.shape == (20, 20)
    values = {"network": "quadratic", "samples": 600, "dim": 20, "weight_decay": 0.5}
    inferred = infer(weights, **values)
    options = [w for k, v in values.items() for w in (f"--{k.replace('_', '-')}", str(v))]
    assert status_of(["infer", str(out), *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["excess_risk"] == list(inferred.excess_risk)
    assert status_of(["infer", str(out), *options]) == 0
    text = capsys.readouterr().out
    assert f"excess_risk          {inferred.excess_risk!r}\n" in text
    assert all(f"not told             {name}: " in text for name in inferred.untold)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        ("", "holds no numbers"),
        ("1\nword\n", "holds what is no number, or rows of different lengths"),
        ("1,2\n3\n", "holds what is no number, or rows of different lengths"),
    ],
)
def test_a_file_without_weights_is_refused(
    content: str | None, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "weights.csv"
    if content is not None:
        path.write_text(content)
    options = ["--network", "diagonal", "--samples", "9", "--dim", "3", "--weight-decay", "1"]
    assert status_of(["infer", str(path), *options]) == 2
    assert capsys.readouterr().err == f"Invalid value for 'WEIGHTS': {str(path)!r}: {reason}\n"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"out": "weights.txt"}, "--out"),
        ({"tolerance": "2"}, "tolerance"),
        ({"device": "abacus"}, "device"),
        ({"estimator": "ridge"}, "estimator"),
        ({"samples": "1.5"}, "samples"),
    ],
)
def test_what_cannot_be_trained_is_refused(
    changes: dict[str, str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(arguments_of("train", **{**SMALL, **changes})) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert named in line


def test_an_interrupted_training_says_how_to_keep_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("numerics.training.train._until_stuck", _interrupted_after_a_round)
    assert status_of(arguments_of("train", **SMALL)) == 130
    assert "give --checkpoint FILE to keep them" in capsys.readouterr().err


def _interrupted_after_a_round(states: object, first: object, *_: object) -> object:
    from dataclasses import replace

    yield replace(first, rounds=1)  # type: ignore[type-var]
    raise KeyboardInterrupt
