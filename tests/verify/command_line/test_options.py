"""Whatever is typed after an option: it fits, or one line names the option, before any work."""

import sys
from pathlib import Path

import click
import pytest
from shell import GOOD, arguments_of, status_of

from verify import words
from verify.command_line.commands import shallowlaws

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


_WITHOUT_SAMPLES = [w for w in arguments_of("")[1:] if w not in ("--samples", GOOD["samples"])]
REQUIRED = {
    "derive": [],
    "solve": arguments_of("solve")[1:],
    "curve": arguments_of("curve")[1:],
    "spectrum": arguments_of("spectrum")[1:],
    "at": arguments_of("at")[1:],
    "tune": [w for w in arguments_of("tune")[1:] if w not in ("--weight-decay", GOOD["weight-decay"])],
    "samples-for": [*_WITHOUT_SAMPLES, "--risk", "0.1"],
    "certify": arguments_of("certify")[1:],
    "train": arguments_of("train")[1:],
    "infer": ["weights.csv", "--network", "diagonal", "--dim", "9", "--samples", "9", "--weight-decay", "1"],
    "completion": [],
    "verify": [],
    "figures": [],
}


ANYTHING = ("--out", "--cache", "--checkpoint", "--device")
# what is a name of a file, and so may be anything but empty, has tests of its own
OPTIONS = [
    (name, option.opts[0], option.nargs)
    for name, command in shallowlaws.commands.items()
    for option in command.params
    if isinstance(option, click.Option) and not option.is_flag and option.opts[0] not in ANYTHING
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
        assert status_of([command, *REQUIRED[command], option, *[text] * words]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert len(err.splitlines()) == 1
        name = option.removeprefix("--")
        assert name in err or name.replace("-", "_") in err
        assert len(err) < 500
        assert not list(tmp_path.iterdir())  # before any work


def test_every_sub_command_is_covered() -> None:
    assert set(REQUIRED) == set(shallowlaws.commands)


NEEDED = [
    (name, option.opts[0])
    for name, command in shallowlaws.commands.items()
    for option in command.params
    if isinstance(option, click.Option) and option.opts[0] in REQUIRED[name]
]


@pytest.mark.parametrize(("command", "option"), NEEDED)
def test_what_is_needed_and_left_out_is_named(
    command: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether the command line misses it, or the problem that is made of it."""
    arguments = list(REQUIRED[command])
    place = arguments.index(option)
    del arguments[place : place + 2]
    assert status_of([command, *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert option in err or option.removeprefix("--").replace("-", "_") in err


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
        (["derive", "--network", "hermite_2", "--estimator", "bayes"], "--estimator"),
        (["verify", "--network", "cubic"], "--network"),
        (["verify", "--width", "scaled"], "--width"),
        (["verify", "--network", "quadratic", "--width", "scaled", "--estimator", "ridge"], "--width"),
        (["verify", "--network", "one_pass_sgd", "--noise", "scaled"], "--noise"),
        *((["verify", "--jobs", jobs], "--jobs") for jobs in ("0", "1/2", "1e9", "two")),
        *((arguments_of(name, network="cubic"), "--network") for name in ("solve", "curve", "spectrum")),
        (arguments_of("solve", target="cubic"), "--target"),
        (arguments_of("solve", estimator="cubic"), "--estimator"),
        (arguments_of("solve", digits="0"), "--digits"),
        (arguments_of("solve", digits="1e30"), "--digits"),
        (arguments_of("solve", digits="2.5"), "--digits"),
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
    assert status_of([*arguments, *out]) == 2
    printed, err = capsys.readouterr()
    assert printed == ""
    assert len(err.splitlines()) == 1
    assert named in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("word", ["abc", "nan", "-inf", "1/0"])
@pytest.mark.parametrize("option", ["gamma", "samples", "dim", "weight-decay", "noise-variance", "width"])
def test_a_word_that_is_no_number_is_named_with_its_option(
    option: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(arguments_of("solve", **{option: word})) == 2
    assert capsys.readouterr().err == f"Invalid value for '--{option}': {word!r} {words.NO_NUMBER}\n"


@pytest.mark.parametrize("command", ["solve", "curve", "spectrum"])
def test_a_weight_decay_is_missed_and_refused_in_words_of_the_shell(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = arguments_of(command)
    place = arguments.index("--weight-decay")
    assert status_of(arguments[:place] + arguments[place + 2 :]) == 2
    assert capsys.readouterr().err == "--weight-decay is needed unless --estimator bayes\n"
    assert status_of(arguments_of(command, estimator="bayes")) == 2
    assert capsys.readouterr().err == "--weight-decay is not for --estimator bayes, which has none\n"


def test_a_source_at_which_phases_meet_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "new" / "folder")]
    assert status_of(["figures", "--network", "kernel_ridge", "--source", "1", *out]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "source" in line
    assert not list(tmp_path.iterdir())


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
    assert status_of([command, "--out", folder]) == 2
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
    assert status_of(arguments_of("spectrum", out=name)) == 2
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
    assert status_of(arguments_of("curve", cache=folder)) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "cache" in err
