"""Sub-commands that derive print what the derivation says."""

import json

import pytest
from shell import status_of

from asymptotics import diagonal, kernel_ridge, phase_diagram, quadratic


def test_derive_prints_derivations(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["derive", "--network", "quadratic", "--noise", "none", "--steps"]) == 0
    text = capsys.readouterr().out
    assert "Phase N (noiseless interpolation)" in text
    assert text.count("Balance of the largest terms") == text.count("Region\n") == 5
    assert status_of(["derive", "--network", "diagonal", "--estimator", "bayes", "--steps", "--latex"]) == 0
    assert r"\paragraph{Phase IV (benign).}" in capsys.readouterr().out


def test_phases_of_one_name_are_numbered(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["derive", "--network", "diagonal", "--noise", "scaled"]
    assert status_of(arguments) == 0
    text = capsys.readouterr().out
    assert all(f"II  over-regularised, {place} of 2\n" in text for place in (1, 2))
    assert status_of([*arguments, "--steps"]) == 0
    text = capsys.readouterr().out
    assert all(f"Phase II (over-regularised), {place} of 2\n" in text for place in (1, 2))


def test_derive_prints_every_phase(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["derive", "--network", "quadratic", "--latex"]) == 0
    table = capsys.readouterr().out
    for name in ("Ia", "Ib", "II", "III", "IV", "V", "VIa", "VIb"):
        assert f"\n{name} & " in table


@pytest.mark.parametrize(
    ("arguments", "model", "noise"),
    [
        (["--network", "diagonal"], diagonal, "fixed"),
        (["--network", "quadratic", "--noise", "scaled"], quadratic, "scaled"),
        (["--network", "kernel_ridge", "--noise", "none"], kernel_ridge, "none"),
    ],
)
def test_no_formula_is_cut(
    arguments: list[str],
    model: object,
    noise: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert status_of(["derive", *arguments]) == 0
    lines = {line.strip() for line in capsys.readouterr().out.splitlines()}
    for phase in phase_diagram(model, noise=noise).phases:  # type: ignore[arg-type]
        assert f"excess risk    {phase.risk.to_text()}" in lines
        assert any(line.startswith(f"exponent of d  {phase.risk.exponent}") for line in lines)
        first, *others = phase.region.args
        assert {f"where          {first}", *map(str, others)} <= lines


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            ["quadratic", "--width", "scaled"],
            "quadratic, noise fixed, estimator erm, width scaled",
        ),
        (["bilinear"], "bilinear, noise fixed, estimator erm"),
        (["hermite_2"], "hermite 2, noise fixed, estimator erm"),
    ],
)
def test_every_shipped_model_is_derived(
    more: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(["derive", "--network", *more]) == 0
    assert capsys.readouterr().out.splitlines()[0] == expected


def test_phases_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["derive", "--network", "diagonal", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    diagram = phase_diagram(diagonal)
    assert [phase["phase"] for phase in record["phases"]] == [phase.name for phase in diagram.phases]
    assert [phase["excess_risk"] for phase in record["phases"]] == [str(p.risk.expr) for p in diagram.phases]
    assert status_of(["derive", "--json", "--latex"]) == 2


AT = ["at", "--network", "quadratic", "--gamma", "1.25", "--dim", "400", "--samples", "800000"]
MORE = ["--weight-decay", "1/400", "--noise-variance", "0.5"]


def test_laws_at_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    values = {"gamma": 1.25, "d": 400, "n_eff": 2000, "weight_decay": 1 / 400, "noise_variance": 0.5}
    prediction = phase_diagram(quadratic).at(**values)
    assert status_of([*AT, *MORE, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert float(record["excess_risk"]) == pytest.approx(float(prediction.risk), rel=1e-12, abs=0)
    assert record["relative_error"] == pytest.approx(prediction.error, rel=1e-9, abs=0)
    assert status_of([*AT, *MORE]) == 0
    text = capsys.readouterr().out
    assert "phase                VIa (noise-dominated)\n" in text
    assert "relative error       about 0.3\n" in text


def test_laws_without_label_noise(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of([*AT, "--weight-decay", "1/400"]) == 0
    assert "phase                III (shrinkage-dominated)\n" in capsys.readouterr().out


def test_laws_of_a_system(capsys: pytest.CaptureFixture[str]) -> None:
    values = ["--gamma", "1", "--source", "0.3", "--samples", "1e8", "--weight-decay", "1e4"]
    assert status_of(["at", "--network", "kernel_ridge", *values, "--noise-variance", "1"]) == 0
    assert "phase                Ib (trivial)\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--network", "quadratic", "--dim", "0", "--gamma", "1", "--samples", "1"], "d=0"),
        (["--network", "quadratic", "--gamma", "1", "--samples", "1"], "--dim"),
        (["--network", "quadratic", "--dim", "9", "--gamma", "1", "--samples", "-1"], "n_eff"),
        (["--network", "one_pass_sgd", "--alpha", "1", "--beta", "1", "--dim", "9"], "--steps"),
    ],
)
def test_numbers_that_do_not_fit_are_named(
    more: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    decay = [] if "one_pass_sgd" in more else ["--weight-decay", "1"]
    assert status_of(["at", *more, *decay]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert named in line


@pytest.mark.parametrize(
    "words",
    [
        "kernel_ridge --gamma 1 --source 1 --samples 1e6 --weight-decay 1e-3 --noise-variance 1",
        "one_pass_sgd --alpha 1 --beta 1/2 --dim 1000 --steps 1e6",
    ],
)
def test_numbers_between_phases_are_refused_in_one_line(words, capsys):
    """As those of a source, or a decay of the target, at which cases part."""
    assert status_of(["at", "--network", *words.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "between" in err


def test_the_label_noise_of_laws_that_hold_it_is_asked_for(capsys):
    words = "at --network quadratic --gamma 1 --dim 1e3 --samples 1e6 --weight-decay 1 --noise fixed"
    assert status_of(words.split()) == 2
    assert "--noise-variance" in capsys.readouterr().err


def test_systems_have_no_label_noise_unless_it_is_given(capsys):
    """As networks: the default is 0.  The law of He_3 holds an integral without a closed form."""
    words = ["--network", "hermite_3", "--gamma", "1", "--samples", "1e4", "--json"]
    records = []
    for command in ("at", "solve"):
        assert status_of([command, *words]) == 0
        records.append(json.loads(capsys.readouterr().out))
    law, solution = records
    assert law["excess_risk"] == pytest.approx(solution["quantities"]["risk"], rel=1e-3, abs=0)
