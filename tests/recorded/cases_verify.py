"""Cases of verify and of the command line: numbers and statuses, no sentences."""

import io
import json
import re
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from fractions import Fraction
from pathlib import Path

import hypothesis
import mpmath
from matplotlib.figure import Figure
from recorded import names
from recorded.cases_asymptotics import diagram, key
from recorded.values import close, double, error_of

import verify
from verify import Check, Report, agreement, phase_diagram_figure, strategies
from verify.start import main

NAME = "diagonal-none-erm"


def _agreement(name):
    report = agreement(diagram(name), effort="quick", seed=0)
    assert isinstance(report, Report)
    assert all(isinstance(check, Check) for check in report.checks)
    found = []
    for check in report.checks:
        point, dim, predicted, measured, tolerance, passed = names.check_parts(check)
        where = {x: v for x, v in zip(("a", "ell", "gamma", "b"), point, strict=True) if v is not None}
        place = key(name, names.locate(diagram(name), where))
        assert passed == (abs(predicted - measured) <= tolerance or predicted == measured)
        found.append([place, close(predicted, 12, 1e-3), dim > 10**6, passed])
    written = json.loads(report.to_json())
    return {
        "checks": len(report.checks),
        "passed": report.passed,
        "failures": len(report.failures),
        "rows": len(report.summary()),
        "told": len(report.to_markdown()) > 100,
        "written": [written["passed"], written["seed"], len(written["checks"])],
        "same again": agreement(diagram(name), effort="quick", seed=0) == report,
        # which points are drawn is up to Hypothesis: of what was predicted, how many cells and quantities
        "cells": sorted({place for place, *_ in found}),
        "deep": all(large for *_, large, _ in found),
    }


def _altered():
    """A wrong exponent is noticed."""
    return agreement(names.with_wrong_exponent(diagram(NAME)), effort="quick", seed=0).passed


def _drawn():
    """What strategies draw lies where it should."""
    found = {}
    for name in ("diagonal-fixed-erm", "quadratic-scaled-erm"):
        of = diagram(name)
        inside = []

        def collect(scale, of=of, inside=inside, phase=None):
            where = {x: v for x, v in scale._asdict().items() if v is not None}
            assert phase is None or names.locate(of, where) == phase
            names.locate(of, where)
            inside.append(where)

        _draw(strategies.scales(of, margin=Fraction(1, 20)), collect)
        for phase in names.phases(of)[:3]:
            _draw(
                strategies.scales(of, phase, gammas=strategies.decays(max_gamma=2)),
                lambda scale, phase=phase, collect=collect: collect(scale, phase=phase),
            )
        found[name] = sorted(inside[0])
    return found


def _taking(collect):
    def take(drawn):  # Hypothesis counts arguments: those with defaults are not drawn
        collect(drawn)

    return take


def _draw(strategy, collect):
    quiet = hypothesis.settings(
        max_examples=10,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.seed(1)(quiet(hypothesis.given(strategy)(_taking(collect))))()


def _problems():
    drawn = []

    def collect(problem):
        assert problem.network == "diagonal"
        assert 1 <= problem.dim <= 1000
        drawn.append(problem)

    _draw(strategies.problems(networks=("diagonal",), max_dim=1000), collect)
    return len(drawn) > 0


def _figure(name, **at):
    figure = phase_diagram_figure(diagram(name), **at)
    assert isinstance(figure, Figure)
    (axes,) = figure.axes[:1]
    return {
        "limits": double([*axes.get_xlim(), *axes.get_ylim()], 1),
        "patches": len(axes.patches),
        "lines": len(axes.lines),
        "collections": len(axes.collections),
        "ends": double(
            sorted(
                [float(x), float(y)] for line in axes.lines for x, y in zip(*line.get_data(), strict=True)
            ),
            1,
        )
        if len(axes.lines) < 30
        else None,
    }


def _errors():
    of = diagram("diagonal-fixed-erm")
    calls = {
        "effort": lambda: agreement(of, effort="great"),
        "seed": lambda: agreement(of, seed=0.5),
        "progress": lambda: agreement(of, progress=2),
        "no diagram": lambda: agreement(3),
        "kernel": lambda: agreement(diagram("kernel_ridge-fixed-erm")),
        "own model": lambda: agreement(diagram("bilinear-fixed-erm")),
        "figure of none": lambda: phase_diagram_figure(3),
        "figure gamma": lambda: phase_diagram_figure(of, gamma=Fraction(1, 2)),
        "figure b": lambda: phase_diagram_figure(of, b=1),
        "figure window": lambda: phase_diagram_figure(of, samples_window=(2, 1)),
        "scales of none": lambda: strategies.scales(3),
        "scales of kernel": lambda: strategies.scales(diagram("kernel_ridge-fixed-erm")),
        "scales of another phase": lambda: strategies.scales(of, "no such phase"),
        "scales margin": lambda: strategies.scales(of, margin=-1),
        "scales window": lambda: strategies.scales(of, samples_window=(2, 1)),
        "decays": lambda: strategies.decays(max_gamma=Fraction(1, 2)),
        "problems of none": lambda: strategies.problems(networks=()),
        "problems dim": lambda: strategies.problems(max_dim=0),
        "no such name": lambda: verify.no_such_name,
    }
    return {name: error_of(call) for name, call in calls.items()}


# --- the command line


def _run(*arguments):
    """(status, standard output)."""
    out = io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(io.StringIO()):
            main(list(arguments))
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return "no end", out.getvalue()


NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|inf)(?![\w.])")


def _numbers(*arguments, digits=9, scale=1e-9):
    """Status, and the numbers of each line from its second column on; a residual is not told."""
    status, out = _run(*arguments)
    rows = [line for line in out.splitlines() if "residual" not in line]
    columns = [line[20:] if len(line) > 20 and "\t" not in line else line for line in rows]
    return [status, [[_read(x, digits, scale) for x in NUMBER.findall(column)] for column in columns]]


def _read(text, digits, scale):
    with mpmath.workdps(40):
        return close(mpmath.mpf(text), digits, scale)


DIAGONAL = ("--network", "diagonal", "--gamma", "5/4", "--dim", "1000", "--noise-variance", "0.5")
QUADRATIC = ("--network", "quadratic", "--gamma", "1.25", "--dim", "400", "--noise-variance", "0.25")


def _commands():
    decay, exact = ("--weight-decay", "0.1"), ("--weight-decay", "1/10")
    return {
        "solve": _numbers("solve", *DIAGONAL, *decay, "--samples", "300"),
        "solve quadratic": _numbers("solve", *QUADRATIC, *decay, "--samples", "2e4", "--target", "unit"),
        "solve width": _numbers("solve", *QUADRATIC, *decay, "--samples", "2e4", "--width", "20"),
        "solve digits": _numbers("solve", *DIAGONAL, *exact, "--samples", "300", "--digits", "30", digits=25),
        "solve bayes": _numbers("solve", *DIAGONAL, "--samples", "300", "--estimator", "bayes"),
        "solve ridge": _numbers("solve", *DIAGONAL, *decay, "--samples", "300", "--estimator", "ridge"),
        "curve": _numbers("curve", *DIAGONAL, *decay, "--samples", "10", "--samples", "300"),
        "spectrum": _numbers("spectrum", *QUADRATIC, *decay, "--samples", "20000"),
        "spectrum diagonal": _numbers("spectrum", *DIAGONAL, *decay, "--samples", "300"),
    }


def _derived():
    """How much is printed; what, is prose and laws, recorded elsewhere."""
    found = {}
    for options in (
        ("--network", "diagonal"),
        ("--network", "quadratic", "--noise", "none"),
        ("--network", "quadratic", "--estimator", "bayes"),
        ("--network", "kernel_ridge"),
        (),
        ("--network", "diagonal", "--latex"),
    ):
        status, out = _run("derive", *options)
        found[" ".join(options)] = [status, len(out.splitlines())]
    for options in (("--steps",), ("--steps", "--latex")):
        status, out = _run("derive", "--network", "diagonal", *options)
        found[" ".join(options)] = [status, len(out) > 1000]
    return found


def _files():
    """What is written, and where."""
    with tempfile.TemporaryDirectory() as folder:
        figures = _run("figures", "--network", "diagonal", "--out", f"{folder}/figures")
        report = _run("verify", "--network", "diagonal", "--noise", "none", "--out", f"{folder}/report")
        curve = _run(
            "curve", *DIAGONAL, "--weight-decay", "0.1", "--samples", "10", "--cache", f"{folder}/cache"
        )
        image = _run(
            "spectrum", *QUADRATIC, "--weight-decay", "0.1", "--samples", "9000", "--out", f"{folder}/x.png"
        )
        written = sorted(
            str(p.relative_to(folder))
            for p in Path(folder).rglob("*")
            if p.is_file() and "cache" not in str(p)
        )
        kept = len([p for p in Path(folder, "cache").rglob("*") if p.is_file()])
        content = json.loads(Path(folder, "report/report.json").read_text())
        keys = sorted(content)
    return {
        "status": [figures[0], report[0], curve[0], image[0]],
        "written": written,
        "kept": kept,
        "report": keys,
    }


def _statuses():
    good = (*DIAGONAL, "--weight-decay", "0.1", "--samples", "300")
    commands = {
        "nothing": (),
        "help": ("--help",),
        "version": ("--version",),
        "unknown": ("fly",),
        "unknown option": ("solve", *good, "--depth", "3"),
        "solve without": ("solve",),
        "solve gamma": ("solve", *good, "--gamma", "0.5"),
        "solve number": ("solve", *good, "--gamma", "x"),
        "solve nan": ("solve", *good, "--gamma", "nan"),
        "solve long": ("solve", *good, "--gamma", "1e100000"),
        "solve digits": ("solve", *good, "--digits", "0"),
        "solve network": ("solve", *good, "--network", "cubic"),
        "solve bayes with decay": ("solve", *good, "--estimator", "bayes"),
        "solve without decay": ("solve", *DIAGONAL, "--samples", "300"),
        "solve at capacity": ("solve", *DIAGONAL, "--weight-decay", "0", "--samples", "1000"),
        "curve samples": ("curve", *good, "--samples", "-1"),
        "curve cache": ("curve", *good, "--cache", "/dev/null/x"),
        "spectrum bayes": ("spectrum", *DIAGONAL, "--samples", "300", "--estimator", "bayes"),
        "spectrum out": ("spectrum", *good, "--out", "x.doc"),
        "derive network": ("derive", "--network", "cubic"),
        "derive noise": ("derive", "--noise", "some"),
        "derive kernel bayes": ("derive", "--network", "kernel_ridge", "--estimator", "bayes"),
        "verify out": ("verify", "--out", "/dev/null/x"),
        "verify seed": ("verify", "--seed", "x"),
        "verify effort": ("verify", "--effort", "great"),
        "figures gamma": ("figures", "--gamma", "1/2"),
        "figures b": ("figures", "--b", "1"),
        "figures no b": ("figures", "--noise", "scaled"),
        "figures source": ("figures", "--source", "1"),
        "figures no source": ("figures", "--network", "kernel_ridge"),
        "figures window": ("figures", "--samples-window", "2", "1"),
        "figures no axis": ("figures", "--noise-window", "0", "1"),
    }
    return {name: _run(*arguments)[0] for name, arguments in commands.items()}


def cases():
    """All of them."""
    return {
        "agreement": lambda: _agreement(NAME),
        "altered": _altered,
        "drawn": _drawn,
        "problems": _problems,
        "figure": lambda: _figure("diagonal-fixed-erm"),
        "figure scaled": lambda: _figure("quadratic-scaled-erm", b=Fraction(1, 2)),
        "figure bayes": lambda: _figure("quadratic-scaled-bayes"),
        "figure source": lambda: _figure("kernel_ridge-fixed-erm", source=Fraction(1, 2), gamma=1),
        "figure windows": lambda: _figure(NAME, gamma=2, samples_window=(0, 3), decay_window=(-1, 2)),
        "exported": lambda: all(hasattr(verify, name) for name in verify.__all__),
        "errors": _errors,
        "commands": _commands,
        "derived": _derived,
        "files": _files,
        "statuses": _statuses,
    }
