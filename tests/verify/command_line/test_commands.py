"""Each sub-command prints what the function it is a skin of returns."""

from fractions import Fraction
from pathlib import Path

import pytest
from shell import GOOD, arguments_of, interrupted_after, status_of

from asymptotics import diagonal, kernel_ridge, phase_diagram, quadratic
from numerics import InvalidProblem, Problem, solve
from verify.command_line.arguments import number


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
        ({"width": "3"}, "width"),
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
    assert raw in err
    options = {**GOOD, **changes}
    parameters = {
        key.replace("-", "_"): value if key in ("network", "target") else number(value)
        for key, value in options.items()
    }
    with pytest.raises(InvalidProblem) as refused:
        Problem(**parameters)
    assert err.strip() == str(refused.value)


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


def test_a_figure_is_there_in_both_formats_or_in_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted_after(3, monkeypatch, "matplotlib.figure.Figure.savefig", KeyboardInterrupt())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert status_of(["figures", "--noise", "none"]) == 130
    out, err = capsys.readouterr()
    named = sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "report").iterdir())
    assert named == [f"report/phase_diagram_diagonal_noise_none.{kind}" for kind in ("pdf", "png")]
    assert sorted(out.splitlines()) == named
    assert all(name in err for name in named)


def test_figures_that_were_drawn_are_named_at_an_interrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted_after(1, monkeypatch, "asymptotics.phase_diagram", KeyboardInterrupt())
    assert status_of(["figures", "--out", str(tmp_path)]) == 130
    (line,) = capsys.readouterr().err.splitlines()
    for path in tmp_path.iterdir():
        assert str(path) in line
    assert len(list(tmp_path.iterdir())) == 2


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
    assert ("lost; give --cache DIRECTORY" in last) != cached
    assert len(list(tmp_path.iterdir())) == (2 if cached else 0)


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


def test_figures_are_drawn_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    titles = []

    def keep(figure: object, stem: Path) -> list[Path]:
        titles.append((stem.name, figure.axes[0].get_title(), figure.axes[0].get_xlim()))  # type: ignore[attr-defined]
        return []

    monkeypatch.setattr("verify.figures.save_figure", keep)
    more = ["--gamma", "2.2", "--samples-window", "-0.5", "2", "--out", str(tmp_path)]
    assert status_of(["figures", *more, "--network", "diagonal"]) == 0
    assert status_of(["figures", *more, "--network", "kernel_ridge", "--source", "0.5"]) == 0
    assert status_of(["figures", *more, "--network", "diagonal", "--noise", "scaled", "--b", "1/3"]) == 0
    assert (
        status_of(["figures", *more, "--network", "diagonal", "--noise", "scaled", "--estimator", "bayes"])
        == 0
    )
    assert [name.removeprefix("phase_diagram_") for name, _, _ in titles] == [
        "diagonal",
        "kernel_ridge",
        "diagonal_noise_scaled",
        "diagonal_bayes_noise_scaled",
    ]
    assert all(limits == (-0.5, 2) and r"\gamma = 11 / 5" in title for _, title, limits in titles)


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
