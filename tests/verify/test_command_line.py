"""The console command: thin, exact with numbers, clear when refused, and honest about what was kept."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from pkgutil import resolve_name

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

import verify.main_job
from asymptotics import diagonal, kernel_ridge, phase_diagram, quadratic
from numerics import InvalidProblem, NotConverged, Problem, solve
from verify import words
from verify.command_line import main
from verify.command_line.arguments import LONGEST, exact, number
from verify.command_line.commands import shallowlaws
from verify.command_line.status import Status
from verify.files import created, why_no_folder
from verify.provenance import foreign_packages

GOOD = {"network": "diagonal", "gamma": "5/4", "samples": "1000", "dim": "100", "weight-decay": "0.1"}


def _arguments(command: str, **changes: str) -> list[str]:
    options = {**GOOD, **{key.replace("_", "-"): value for key, value in changes.items()}}
    return [command, *(word for key, value in options.items() for word in (f"--{key}", value))]


def _status(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


@given(value=st.fractions())
def test_numbers_are_read_exactly(value: Fraction) -> None:
    assert number(str(value)) == value


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_decimals_are_read_as_python_reads_them(value: float) -> None:
    assert float(number(repr(value))) == value


@pytest.mark.parametrize("text", ["1e-400", "2.5e-320", "1e-308"])
def test_decimals_below_the_range_of_floats_stay_exact(text: str) -> None:
    assert number(text) == Fraction(text) > 0


@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_exact_numbers_are_what_was_written(value: Fraction) -> None:
    assert exact(str(value)) == Fraction(value)


def test_solve_prints_what_solve_returns(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(_arguments("solve")) == 0
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
        ({"network": "cubic"}, "network"),
    ],
)
def test_bad_input_prints_the_line_of_the_exception_and_exits_2(
    changes: dict[str, str], parameter: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _status(_arguments("solve", **changes)) == 2
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


@pytest.mark.parametrize("word", ["abc", "nan", "-inf", "1/0"])
@pytest.mark.parametrize("option", ["gamma", "samples", "dim", "weight-decay", "noise-variance", "width"])
def test_a_word_that_is_no_number_is_named_with_its_option(
    option: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _status(_arguments("solve", **{option: word})) == 2
    assert capsys.readouterr().err == f"Invalid value for '--{option}': {word!r} {words.NO_NUMBER}\n"


@pytest.mark.parametrize("command", ["solve", "curve", "spectrum"])
def test_a_weight_decay_is_missed_and_refused_in_words_of_the_shell(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = _arguments(command)
    place = arguments.index("--weight-decay")
    assert _status(arguments[:place] + arguments[place + 2 :]) == 2
    assert capsys.readouterr().err == "--weight-decay is needed unless --estimator bayes\n"
    assert _status(_arguments(command, estimator="bayes")) == 2
    assert capsys.readouterr().err == "--weight-decay is not for --estimator bayes, which has none\n"


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(["--version"]) == 0
    assert capsys.readouterr().out == f"shallowlaws {version('shallowlaws')}\n"


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status([]) == 2
    out, err = capsys.readouterr()
    assert _status(["--help"]) == 0
    assert (out, err) == ("", capsys.readouterr().out)


def test_derive_prints_derivations(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(["derive", "--network", "quadratic", "--noise", "none", "--steps"]) == 0
    text = capsys.readouterr().out
    assert "Phase N (noiseless interpolation)" in text
    assert text.count("Balance of the largest terms") == text.count("Region\n") == 5
    assert _status(["derive", "--network", "diagonal", "--estimator", "bayes", "--steps", "--latex"]) == 0
    assert r"\paragraph{Phase IV (benign).}" in capsys.readouterr().out


def test_derive_prints_every_phase(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(["derive", "--network", "quadratic", "--latex"]) == 0
    table = capsys.readouterr().out
    for name in ("Ia", "Ib", "II", "III", "IV", "V", "VIa", "VIb"):
        assert f"\n{name} & " in table


def test_verify_writes_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(["verify", "--network", "diagonal", "--out", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "report.json").read_text())["passed"] is True
    assert "agreement" in (tmp_path / "report.md").read_text()
    for suffix in ("png", "pdf"):
        assert (tmp_path / f"phase_diagram_diagonal.{suffix}").stat().st_size > 10_000
    assert "agreement: " in capsys.readouterr().out


def test_verify_exits_1_on_disagreement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.comparison.TOLERANCE", 0.0)
    assert _status(["verify", "--network", "diagonal", "--out", str(tmp_path)]) == 1
    assert json.loads((tmp_path / "report.json").read_text())["passed"] is False


def test_python_m_verify_is_the_sub_command() -> None:
    command = [sys.executable, "-m", "verify", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "--effort" in result.stdout


def test_a_foreign_package_is_named(tmp_path: Path) -> None:
    complaint = foreign_packages(tmp_path)
    assert complaint is not None
    assert "'asymptotics'" in complaint
    assert len(complaint.splitlines()) == 1


def test_spectrum_prints_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "spectrum.png"
    assert _status(_arguments("spectrum", network="quadratic", samples="20000", out=str(out))) == 0
    printed = capsys.readouterr().out
    solution = solve(Problem("quadratic", gamma=Fraction(5, 4), samples=20000, dim=100, weight_decay=0.1))
    assert str(solution.spectrum().atom) in printed
    assert str(solution.pruned()) in printed
    assert "spike 1 " in printed
    assert out.read_bytes().startswith(b"\x89PNG")


def test_an_estimator_without_threshold(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["solve", "--network", "diagonal", "--gamma", "1.25", "--dim", "100", "--samples", "40"]
    assert _status([*arguments, "--estimator", "bayes"]) == 0
    assert "threshold            -" in capsys.readouterr().out


# --- every option of every sub-command


NONSENSE = [
    "",
    "nan",
    "inf",
    "-infinity",
    "+-nan",
    "abc",
    "1/0",
    "1/-2",
    "1e9999999",
    "1e-9999999",
    "-1e999999999999999999",
    "9" * 5000,
    "1/" + "9" * 5000,
    "1." + "0" * 5000,
    "\u0663",  # an Arabic 3
    "1_000",
    " 5 ",
    "0x10",
    "1e",
    "--gamma",
    "[red]5[/red]",
    "x" * 10000,
    "1\n2",
]

REQUIRED = {
    "derive": [],
    "solve": _arguments("solve")[1:],
    "curve": _arguments("curve")[1:],
    "spectrum": _arguments("spectrum")[1:],
    "verify": [],
    "figures": [],
}

# what is a name of a file, and so may be anything but empty, has tests of its own
OPTIONS = [
    (name, option.opts[0], option.nargs)
    for name, command in shallowlaws.commands.items()
    for option in command.params
    if isinstance(option, click.Option) and not option.is_flag and option.opts[0] not in ("--out", "--cache")
]


@pytest.mark.parametrize(("command", "option", "words"), OPTIONS)
def test_nonsense_is_refused_in_one_line_that_names_the_option(
    command: str,
    option: str,
    words: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in NONSENSE:
        assert _status([command, *REQUIRED[command], option, *[text] * words]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert len(err.splitlines()) == 1
        name = option.removeprefix("--")
        assert name in err or name.replace("-", "_") in err
        assert len(err) < 500
        assert not list(tmp_path.iterdir())  # before any work


def test_every_sub_command_is_covered() -> None:
    assert set(REQUIRED) == set(shallowlaws.commands)


OVER_NOISE = ["figures", "--noise", "scaled", "--estimator", "bayes"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["nothing"], "nothing"),
        (["solve"], "--network"),
        (["derive", "--bogus"], "--bogus"),
        (["derive", "word"], "word"),
        (["derive", "--noise"], "--noise"),
        (["figures", "--gamma", "0.3"], "gamma"),
        (["figures", "--gamma", "-1"], "gamma"),
        (["figures", "--noise", "scaled"], "--b"),
        (["figures", "--b", "1"], "--b"),
        (["figures", "--noise", "scaled", "--b", "-1"], "--b"),
        (["figures", "--samples-window", "1", "0"], "--samples-window"),
        (["figures", "--samples-window", "1"], "--samples-window"),
        (["figures", "--decay-window", "0", "1e9"], "--decay-window"),
        (["figures", "--noise-window", "0", "1"], "--noise-window"),
        (["figures", "--estimator", "bayes", "--decay-window", "0", "1"], "--decay-window"),
        ([*OVER_NOISE, "--noise-window", "-1", "1"], "--noise-window"),
        (["figures", "--network", "kernel_ridge"], "--source"),
        (["figures", "--network", "kernel_ridge", "--source", "0"], "--source"),
        (["figures", "--network", "diagonal", "--source", "1/2"], "--source"),
        (["figures", "--network", "kernel_ridge", "--network", "diagonal", "--source", "1"], "--source"),
        (["verify", "--seed", "1e100"], "--seed"),
        (["verify", "--seed", str(-(2**64))], "--seed"),
        (["figures", "--network", "kernel_ridge", "--estimator", "bayes"], "--estimator"),
        (["derive", "--network", "kernel_ridge", "--estimator", "ridge"], "--estimator"),
        (["verify", "--network", "kernel_ridge"], "--network"),
        (_arguments("solve", digits="0"), "--digits"),
        (_arguments("solve", digits="1e30"), "--digits"),
        (_arguments("solve", digits="2.5"), "--digits"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_in_one_line_before_any_work(
    arguments: list[str],
    named: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("numerics", "asymptotics", "verify.figures", "verify.main_job"):
        monkeypatch.setitem(sys.modules, name, None)  # not even loaded
    monkeypatch.setattr("verify.command_line.foreign_packages", lambda: None)
    out = ["--out", str(tmp_path)] if arguments[:1] in (["figures"], ["verify"]) else []
    assert _status([*arguments, *out]) == 2
    printed, err = capsys.readouterr()
    assert printed == ""
    assert len(err.splitlines()) == 1
    assert named in err
    assert not list(tmp_path.iterdir())


def test_a_source_at_which_phases_meet_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "new" / "folder")]
    assert _status(["figures", "--network", "kernel_ridge", "--source", "1", *out]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "source" in line
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("/dev/null", "is not a folder"),
        ("/proc/nothing", "cannot be made"),
        ("/proc", "takes no file"),
        ("file/below", "cannot be made: Not a directory"),
    ],
)
def test_a_folder_that_cannot_be_is_told_why(
    folder: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("in the way")
    assert why_no_folder(Path(folder)) == f"{folder!r}: {reason}"


def test_a_folder_that_stays_empty_goes_again(tmp_path: Path) -> None:
    with created(tmp_path / "one" / "two"):
        assert (tmp_path / "one" / "two").is_dir()
    assert not list(tmp_path.iterdir())
    with created(tmp_path / "one" / "two"):
        (tmp_path / "one" / "file").write_text("kept")
    assert [path.name for path in tmp_path.rglob("*")] == ["one", "file"]
    (tmp_path / "empty").mkdir()
    with created(tmp_path / "empty"):
        pass
    assert (tmp_path / "empty").is_dir()  # it was there


@pytest.mark.parametrize("command", ["verify", "figures"])
@pytest.mark.parametrize("folder", ["", "file", "file/below", "/proc/nothing", "n" * 300, "null\0byte"])
def test_a_folder_that_cannot_be_is_refused_before_any_work(
    command: str,
    folder: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("asymptotics.phase_diagram", pytest.fail)
    Path("file").write_text("in the way")
    assert _status([command, "--out", folder]) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "--out" in err


@pytest.mark.parametrize(
    "name", ["", "x.xyz", "x", "nowhere/x.png", "file/x.png", "folder.png", "/proc/x.png"]
)
def test_a_file_that_cannot_be_is_refused_before_any_work(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("numerics.solve", pytest.fail)
    Path("file").write_text("in the way")
    Path("folder.png").mkdir()
    assert _status(_arguments("spectrum", out=name)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "--out" in err


@pytest.mark.parametrize("folder", ["", "file", "file/below"])
def test_a_cache_that_cannot_be_is_refused(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("in the way")
    assert _status(_arguments("curve", cache=folder)) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "cache" in err


# --- exit statuses, and what is kept


def test_statuses_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["verify", "--help"]):
        assert _status(arguments) == 0
        told = capsys.readouterr().out
        for status in Status:
            assert re.search(rf"^ +{status.value} +\w", told, re.MULTILINE), status


def test_equations_that_are_not_solved_are_no_disagreement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _status(_arguments("solve", dim="1e400")) == 3
    assert "dim" in capsys.readouterr().err

    def fails(*_: object, **__: object) -> None:
        raise NotConverged("no\nconvergence")

    monkeypatch.setattr("verify.main_job.agreement", fails)
    assert _status(["verify", "--network", "diagonal", "--out", str(tmp_path / "report")]) == 3
    *_, last = capsys.readouterr().err.splitlines()
    assert last == "no convergence; nothing was kept"
    assert not list(tmp_path.iterdir())


def test_a_curve_that_fails_midway_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status([*_arguments("curve"), "--samples", "1e400"]) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("samples=1.0e+400: ")


def test_a_figure_is_there_in_both_formats_or_in_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _interrupted_after(3, monkeypatch, "matplotlib.figure.Figure.savefig", KeyboardInterrupt())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert _status(["figures", "--noise", "none"]) == 130
    out, err = capsys.readouterr()
    named = sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "report").iterdir())
    assert named == [f"report/phase_diagram_diagonal_noise_none.{kind}" for kind in ("pdf", "png")]
    assert sorted(out.splitlines()) == named
    assert all(name in err for name in named)


def _interrupted_after(count: int, monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException) -> None:
    """Let a function be called some times, and be interrupted then."""
    real, calls = resolve_name(name), iter(range(count))

    def interrupted(*arguments: object, **keywords: object) -> object:
        if next(calls, None) is None:
            raise error
        return real(*arguments, **keywords)

    monkeypatch.setattr(name, interrupted)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), NotConverged("no solution")])
def test_an_interrupted_verification_keeps_what_was_checked(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _interrupted_after(3, monkeypatch, "verify.main_job.agreement", error)
    status = 130 if isinstance(error, KeyboardInterrupt) else 3
    assert _status(["verify", "--network", "diagonal", "--out", str(tmp_path)]) == status
    *_, last = capsys.readouterr().err.splitlines()
    record = json.loads((tmp_path / "report.json").read_text())
    assert record["complete"] is False
    assert record["passed"] is False  # though every check that was made agrees
    assert all(check["passed"] for check in record["checks"])
    assert {check["phase"] for check in record["checks"]} == {"Ib", "II"}
    assert f"{len(record['checks'])} checks" in last
    page = (tmp_path / "report.md").read_text()
    assert page.startswith("# Derivation against equations: INCOMPLETE\n")
    assert "agreement" not in page
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "report.md"]
    assert str(tmp_path / "report.md") in last


def test_figures_that_were_drawn_are_named_at_an_interrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _interrupted_after(1, monkeypatch, "asymptotics.phase_diagram", KeyboardInterrupt())
    assert _status(["figures", "--out", str(tmp_path)]) == 130
    (line,) = capsys.readouterr().err.splitlines()
    for path in tmp_path.iterdir():
        assert str(path) in line
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("cached", [True, False])
def test_an_interrupted_curve_says_what_the_cache_holds(
    cached: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _interrupted_after(2, monkeypatch, "numerics.curve.solve", KeyboardInterrupt())
    more = [word for n in ("2000", "3000") for word in ("--samples", n)]
    cache = ["--cache", str(tmp_path)] if cached else []
    assert _status([*_arguments("curve"), *more, *cache]) == 130
    (last,) = capsys.readouterr().err.splitlines()
    assert "2 of 3 points" in last
    assert ("lost; give --cache DIRECTORY" in last) != cached
    assert len(list(tmp_path.iterdir())) == (2 if cached else 0)


def test_an_interrupt_elsewhere_keeps_nothing_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("numerics.solve", _interrupt)
    assert _status(_arguments("solve")) == 130
    assert capsys.readouterr().err == "interrupted: nothing was kept\n"


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


AMID_EXEC = """
import numerics
def interrupted(*_, **__):
    exec("raise KeyboardInterrupt")
numerics.solve = interrupted
"""

UNDER_SIGINT = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets its background jobs ignore it
"""


def _child(folder: Path, before: str, arguments: list[str], **streams: int) -> "subprocess.Popen[str]":
    """The command line in a process of its own, run by ``python -m``."""
    code = f"{before}\nfrom verify.start import main\nmain({arguments!r})"
    (folder / "child.py").write_text(code)
    paths = os.pathsep.join([str(folder), str(Path(__file__).parents[2])])
    return subprocess.Popen(
        [sys.executable, "-m", "child"],
        text=True,
        stderr=subprocess.PIPE,
        stdout=streams.get("stdout", subprocess.PIPE),
        env={**os.environ, "PYTHONPATH": paths},
    )


def test_an_interrupt_amid_code_that_python_compiles_has_its_status(tmp_path: Path) -> None:
    with _child(tmp_path, AMID_EXEC, _arguments("solve")) as child:
        _, err = child.communicate(timeout=300)
    assert (child.returncode, err) == (130, "interrupted: nothing was kept\n")


@pytest.mark.parametrize("module", ["click", "asymptotics", "sympy", "numerics", "matplotlib"])
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_amid_loading_ends_in_one_line_though_what_is_loaded_catches_everything(
    module: str, sent: signal.Signals, status: int, tmp_path: Path
) -> None:
    code = f"""
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
class Signalled:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            try:
                os.kill(os.getpid(), {int(sent)})
                time.sleep(1)
            except BaseException:
                pass
sys.meta_path.insert(0, Signalled())
from verify.start import main
main(["figures", "--out", "report"])
"""
    paths = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=paths, cwd=tmp_path, text=True, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, "", "interrupted: nothing was kept\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_in_one_line(sent: signal.Signals, status: int, tmp_path: Path) -> None:
    out = tmp_path / "report"
    with _child(tmp_path, UNDER_SIGINT, ["verify", "--effort", "full", "--out", str(out)]) as child:
        while not out.exists() and child.poll() is None:
            time.sleep(0.05)
        time.sleep(0.5)  # amid imports and derivations, or later
        child.send_signal(sent)
        _, err = child.communicate(timeout=300)
    assert child.returncode == status
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("interrupted: ")


def test_a_closed_pipe_is_no_disagreement_and_no_traceback(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with _child(tmp_path, "", ["derive"], stdout=writing) as child:
        os.close(writing)
        _, err = child.communicate(timeout=300)
    assert (child.returncode, err) == (141, "")


# --- what is printed and written


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
    assert _status(["derive", *arguments]) == 0
    lines = {line.strip() for line in capsys.readouterr().out.splitlines()}
    for phase in phase_diagram(model, noise=noise).phases:  # type: ignore[arg-type]
        assert f"excess risk    {phase.risk.expr}" in lines
        assert any(line.startswith(f"exponent of d  {phase.risk.exponent}") for line in lines)
        first, *others = phase.region.args
        assert {f"where          {first}", *map(str, others)} <= lines


def test_long_paths_are_not_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / ("long" * 30)
    assert _status(["verify", "--network", "diagonal", "--estimator", "bayes", "--out", str(out)]) == 0
    printed = capsys.readouterr().out.splitlines()
    names = [
        "phase_diagram_diagonal_bayes.png",
        "phase_diagram_diagonal_bayes.pdf",
        "report.md",
        "report.json",
    ]
    assert [line for line in printed if line.startswith("wrote")] == [f"wrote {out / name}" for name in names]
    assert json.loads((out / "report.json").read_text())["complete"] is True


@pytest.mark.parametrize(
    ("noise", "estimator"),
    [pytest.param("scaled", "erm", marks=pytest.mark.slow), ("none", "bayes"), ("scaled", "bayes")],
)
def test_verify_takes_noise_and_estimator(noise: str, estimator: str, tmp_path: Path) -> None:
    arguments = ["--network", "diagonal", "--noise", noise, "--estimator", estimator, "--out", str(tmp_path)]
    assert _status(["verify", *arguments]) == 0
    assert len(list(tmp_path.glob("*.png"))) == len(list(tmp_path.glob("*.pdf"))) == 1


def test_checks_are_those_of_the_whole_diagram(tmp_path: Path) -> None:
    # they are made phase by phase, so that an interrupt leaves some
    assert _status(["verify", "--network", "diagonal", "--seed", "7", "--out", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "report.json").read_text())
    whole = json.loads(verify.main_job.agreement(phase_diagram(diagonal), seed=7).to_json())
    assert {**whole, "complete": True} == record


def test_figures_are_drawn_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    titles = []

    def keep(figure: object, stem: Path) -> list[Path]:
        titles.append((stem.name, figure.axes[0].get_title(), figure.axes[0].get_xlim()))  # type: ignore[attr-defined]
        return []

    monkeypatch.setattr("verify.figures.save_figure", keep)
    more = ["--gamma", "2.2", "--samples-window", "-0.5", "2", "--out", str(tmp_path)]
    assert _status(["figures", *more, "--network", "diagonal"]) == 0
    assert _status(["figures", *more, "--network", "kernel_ridge", "--source", "0.5"]) == 0
    assert _status(["figures", *more, "--network", "diagonal", "--noise", "scaled", "--b", "1/3"]) == 0
    assert (
        _status(["figures", *more, "--network", "diagonal", "--noise", "scaled", "--estimator", "bayes"]) == 0
    )
    assert [name.removeprefix("phase_diagram_") for name, _, _ in titles] == [
        "diagonal",
        "kernel_ridge",
        "diagonal_noise_scaled",
        "diagonal_bayes_noise_scaled",
    ]
    assert all(limits == (-0.5, 2) and r"\gamma = 11 / 5" in title for _, title, limits in titles)


def test_a_long_number_is_read_up_to_its_bound() -> None:
    assert number(f"1e{LONGEST}") == 10**LONGEST
    with pytest.raises(click.BadParameter):
        number(f"1e{LONGEST + 1}")
