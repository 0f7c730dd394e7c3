"""Sub-commands that solve print what the function they are a skin of returns."""

import json
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
from shell import GOOD, arguments_of, interrupted_after, status_of

from numerics import InvalidProblem, Problem, certify, optimal_weight_decay, risk_curve, samples_for, solve
from verify import solve_system
from verify.command_line.arguments import number
from verify.gallery import model_named


def test_solve_prints_what_solve_returns(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(arguments_of("solve")) == 0
    printed = dict(line.split() for line in capsys.readouterr().out.splitlines())
    problem = Problem("diagonal", gamma=Fraction(5, 4), samples=1000, dim=100, weight_decay=0.1)
    assert float(printed["excess_risk"]) == solve(problem).excess_risk


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"gamma": "0.4"}, "gamma"),
        ({"samples": "-1"}, "samples"),
        ({"dim": "0"}, "dim"),
        ({"weight-decay": "-0.1"}, "weight_decay"),
        ({"noise-variance": "-1"}, "noise_variance"),
    ],
)
def test_bad_input_prints_the_line_of_the_exception_and_exits_2(
    changes: dict[str, str], parameter: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(arguments_of("solve", **changes)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert parameter in err
    (raw,) = changes.values()
    assert raw in err or str(Fraction(raw)) in err
    options = {**GOOD, **changes}
    parameters = {
        key.replace("-", "_"): value if key in ("network", "target") else number(value)
        for key, value in options.items()
    }
    with pytest.raises(InvalidProblem) as refused:
        Problem(**parameters)
    assert err.strip() == str(refused.value)


def test_spectrum_prints_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "spectrum.png"
    assert status_of(arguments_of("spectrum", network="quadratic", samples="20000", out=str(out))) == 0
    printed = capsys.readouterr().out
    solution = solve(Problem("quadratic", gamma=Fraction(5, 4), samples=20000, dim=100, weight_decay=0.1))
    assert str(solution.spectrum().atom) in printed
    assert str(solution.pruned()) in printed
    assert "outlier 1 " in printed
    assert out.read_bytes().startswith(b"\x89PNG")


def test_an_estimator_without_threshold(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["solve", "--network", "diagonal", "--gamma", "1.25", "--dim", "100", "--samples", "40"]
    assert status_of([*arguments, "--estimator", "bayes"]) == 0
    assert "threshold            -" in capsys.readouterr().out


@pytest.mark.parametrize("cached", [True, False])
def test_an_interrupted_curve_says_what_the_cache_holds(
    cached: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted_after(2, monkeypatch, "numerics.curve.solve", KeyboardInterrupt())
    more = [word for n in ("2000", "3000") for word in ("--samples", n)]
    cache = ["--cache", str(tmp_path)] if cached else []
    assert status_of([*arguments_of("curve"), *more, *cache]) == 130
    (last,) = capsys.readouterr().err.splitlines()
    assert "2 of 3 points" in last
    assert ("lost; give --cache FOLDER" in last) != cached
    assert len(list(tmp_path.iterdir())) == (2 if cached else 0)


PROBLEM = Problem("diagonal", gamma=Fraction(5, 4), samples=1000, dim=100, weight_decay=Fraction(1, 10))


@pytest.mark.parametrize("network", ["diagonal", "quadratic", "bilinear", "attention"])
def test_networks_as_json(network: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of([*arguments_of("solve", network=network), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    problem = Problem(network, gamma=Fraction(5, 4), samples=1000, dim=100, weight_decay=Fraction(1, 10))
    assert record["excess_risk"] == solve(problem).excess_risk
    assert (record["gamma"], record["weight_decay"], record["samples"]) == (1.25, 0.1, 1000)


def test_digits_are_all_printed(capsys: pytest.CaptureFixture[str]) -> None:
    solution = solve(PROBLEM, digits=30)
    assert status_of([*arguments_of("solve"), "--digits", "30"]) == 0
    assert f"excess_risk          {mpmath.nstr(solution.excess_risk, 30)}\n" in capsys.readouterr().out
    assert status_of([*arguments_of("solve"), "--digits", "30", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)["excess_risk"]
    with mpmath.workdps(40):
        assert abs(mpmath.mpf(printed) / solution.excess_risk - 1) < 1e-30


@pytest.mark.parametrize(
    ("network", "values"),
    [
        ("kernel_ridge", {"gamma": 1, "source": "1/2", "samples": "1e4", "weight-decay": 1}),
        ("random_features", {"gamma": 1, "source": 0.3, "samples": "1e4", "width": 300, "weight-decay": 1}),
        ("hermite_3", {"gamma": 1.5, "samples": "1e4"}),
        ("one_pass_sgd", {"alpha": 1, "beta": 0.4, "dim": 1000, "steps": 1000}),
    ],
)
def test_systems_are_solved_at_their_own_values(
    network: str, values: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    noise = {} if network == "one_pass_sgd" else {"noise-variance": 1}
    words = [word for name, value in {**values, **noise}.items() for word in (f"--{name}", str(value))]
    assert status_of(["solve", "--network", network, *words, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    names = {"weight-decay": "weight_decay", "samples": "n_eff", "width": "p", "dim": "d", "steps": "t"}
    given = {names.get(name, name): Fraction(str(value)) for name, value in values.items()}
    if noise:
        given["noise_variance"] = Fraction(1)
    solution = solve_system(model_named(network), **given)
    assert record["quantities"] == dict(solution.quantities)
    assert status_of(["solve", "--network", network, *words]) == 0
    assert f"risk                 {solution.risk}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("network", "more", "line"),
    [
        ("kernel_ridge", ["--dim", "9"], "--dim is not for --network kernel_ridge"),
        ("kernel_ridge", ["--target", "unit"], "--target is not for --network kernel_ridge"),
        ("kernel_ridge", [], "--gamma is needed for --network kernel_ridge"),
        ("quadratic", ["--source", "1"], "--source is not for --network quadratic"),
        ("diagonal", ["--width", "3"], "--width is not for --network diagonal"),
        ("one_pass_sgd", ["--samples", "3"], "--samples is not for --network one_pass_sgd"),
    ],
)
def test_values_that_a_model_lacks_or_needs_are_named(
    network: str, more: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(["solve", "--network", network, *more]) == 2
    assert capsys.readouterr().err == f"{line}\n"


def test_a_width_is_refused_in_words_of_the_shell(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(arguments_of("solve", network="quadratic", width="0")) == 2
    assert capsys.readouterr().err == "Invalid value for '--width': '0' is no positive integer\n"
    assert status_of(arguments_of("solve", network="quadratic", width="5", estimator="ridge")) == 2
    err = capsys.readouterr().err
    assert err == "--width is not for --estimator ridge, which has no hidden units\n"


def test_samples_beyond_floats_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(arguments_of("solve", samples="1e400")) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("samples=1.0e+400: must lie between")


def test_a_curve_along_a_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(arguments_of("curve", samples="1e3..1e5:3")) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head == "samples\texcess_risk\teffective_noise\tthreshold"
    curve = risk_curve(PROBLEM, [1000, 10**4, 10**5], progress=False)
    assert [row.split("\t")[:2] for row in rows] == [
        [str(solution.problem.samples), str(solution.excess_risk)] for solution in curve
    ]
    assert status_of([*arguments_of("curve", samples="1e3..1e5:3"), "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert [record["excess_risk"] for record in records] == [solution.excess_risk for solution in curve]


def test_spectrum_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of([*arguments_of("spectrum"), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["atom"] == solve(PROBLEM).spectrum().atom
    assert record["right_edge"] == "inf"  # Gaussian tails; JSON has no infinite number


def test_tuning(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["tune", "--network", "diagonal", "--gamma", "5/4", "--dim", "100", "--noise-variance", "1"]
    samples = ["--samples", "300", "--samples", "1e3..3e3:2"]
    assert status_of([*arguments, *samples]) == 0
    head, *rows = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert head == ["samples", "weight_decay", "excess_risk"]
    assert [row[0] for row in rows] == ["300", "1000", "3000"]
    problem = Problem("diagonal", gamma=1.25, samples=300, dim=100, weight_decay=1, noise_variance=1)
    decay, solution = optimal_weight_decay(problem)
    assert float(rows[0][1]) == pytest.approx(decay, rel=1e-12, abs=0)
    assert float(rows[0][2]) == pytest.approx(solution.excess_risk, rel=1e-12, abs=0)
    assert status_of([*arguments, "--samples", "300", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["weight_decay"] == pytest.approx(decay, rel=1e-12, abs=0)


def test_an_interrupted_tuning_says_what_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted_after(1, monkeypatch, "numerics.optimal_weight_decay", KeyboardInterrupt())
    arguments = ["tune", "--network", "diagonal", "--gamma", "5/4", "--dim", "100", "--samples", "10..1e3:3"]
    assert status_of(arguments) == 130
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert err == "interrupted: 1 of 3 rows were found, and are printed\n"


def test_samples_for_a_risk(capsys: pytest.CaptureFixture[str]) -> None:
    shared = ["--network", "diagonal", "--gamma", "5/4", "--dim", "100", "--noise-variance", "1"]
    problem = Problem("diagonal", gamma=1.25, samples=1, dim=100, weight_decay=1, noise_variance=1)
    for choice, more in (("fixed", ["--weight-decay", "1"]), ("tuned", ["--tuned"])):
        assert status_of(["samples-for", *shared, "--risk", "0.05", *more, "--json"]) == 0
        printed = json.loads(capsys.readouterr().out)
        wanted, _ = samples_for(problem, 0.05, weight_decay=choice)
        assert printed["samples"] == pytest.approx(wanted, rel=1e-9, abs=0)
    assert status_of(["samples-for", *shared, "--risk", "0.05", "--tuned", "--weight-decay", "1"]) == 2
    assert status_of(["samples-for", *shared, "--risk", "0.05"]) == 2
    assert status_of(["samples-for", *shared, "--risk", "-1", "--tuned"]) == 2


def test_certified_digits_are_rounded_outwards(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of([*arguments_of("certify"), "--digits", "12"]) == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    low, high = Fraction(first.split()[1]), Fraction(second.split()[0])
    proved = [_exact(end) for end in certify(PROBLEM, digits=12).excess_risk]
    assert low <= proved[0] <= proved[1] <= high
    assert 0 < (high - low) / high < Fraction(1, 10**12)
    assert status_of([*arguments_of("certify", estimator="ridge")]) == 2
    capsys.readouterr()
    assert status_of([*arguments_of("certify"), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["excess_risk"]) == 2


def _exact(value: mpmath.mpf) -> Fraction:
    sign, mantissa, exponent, _ = value._mpf_
    return Fraction(int(-mantissa if sign else mantissa)) * Fraction(2) ** int(exponent)
