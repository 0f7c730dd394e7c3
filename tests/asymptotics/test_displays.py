"""Every result shows itself in a line, as a table and LaTeX, in plain Python and as a data frame."""

from __future__ import annotations

import html
import json
import pydoc
import sys
from dataclasses import dataclass
from enum import Enum

import mpmath
import pytest
from sympy import S, Symbol, sqrt

from asymptotics import (
    Law,
    PhysicalPoint,
    compute_optimal,
    diagonal,
    heavy_tails,
    interpolation_peak,
    kernel_ridge,
    phase_diagram,
    plateaus,
    quadratic,
    recovery_jump,
    ridge,
)
from asymptotics.balance.laws import NoLaw
from asymptotics.displays import WIDTH, Display, Displayed, Listed, documented, plain, short
from asymptotics.models import attention, bilinear, one_pass_sgd, random_features
from asymptotics.symbols import d

POINT = {"gamma": 1.25, "n_eff": 1e6, "d": 1e4, "weight_decay": 1e-3, "noise_variance": 0.5}

RESULTS = {
    "diagram": lambda: phase_diagram(quadratic),
    "diagram of a linear estimator": lambda: phase_diagram(quadratic, estimator="ridge"),
    "diagram of a system": lambda: phase_diagram(one_pass_sgd),
    "phase": lambda: phase_diagram(quadratic)["V"],
    "law": lambda: phase_diagram(quadratic)["V"].risk,
    "long law": lambda: Law(sum(d**k for k in range(99)), *[S.One] * 3, corrected=d),
    "law of nothing": lambda: phase_diagram(quadratic)["Ib"].learned,
    "missing law": lambda: NoLaw("a model declares none"),
    "hypothesis": lambda: phase_diagram(quadratic)["V"].hypothesis,
    "power law": lambda: phase_diagram(quadratic)["V"].risk.at(gamma=1, a=0.9, ell=-1),
    "boundary": lambda: phase_diagram(quadratic).boundaries[0],
    "laws across boundaries": lambda: Listed(b.law() for b in phase_diagram(quadratic).boundaries[:3]),
    "peak": lambda: interpolation_peak(quadratic),
    "recovery": lambda: recovery_jump(quadratic),
    "spectrum": lambda: [phase.spectrum() for phase in phase_diagram(quadratic)][4],
    "spikes": lambda: phase_diagram(quadratic)["IV"].spectrum().spikes,
    "bulk": lambda: phase_diagram(quadratic)["IV"].overfitted_bulk,
    "tails": lambda: heavy_tails(phase_diagram(quadratic)),
    "tail": lambda: heavy_tails(phase_diagram(quadratic))[0],
    "plateaus": lambda: plateaus(phase_diagram(quadratic), ell=S.Half, gamma=1),
    "curve": lambda: phase_diagram(quadratic).learning_curve(ell=-1, gamma=1),
    "cases": lambda: phase_diagram(quadratic, estimator="bayes").learning_curve(),
    "optimum": lambda: phase_diagram(quadratic).optimal_weight_decay(),
    "compute": lambda: compute_optimal(one_pass_sgd, alpha=1, beta=2),
    "prediction": lambda: phase_diagram(quadratic).at(**POINT),
    "network": lambda: quadratic,
    "noise": lambda: quadratic.noise,
    "ridge": lambda: ridge(quadratic),
    "kernel": lambda: kernel_ridge,
    "system": lambda: one_pass_sgd,
}
COSTLY = {"diagram of a system", "compute", "peak", "recovery", "diagram of a linear estimator"}
"""Derived in many seconds."""

PROSE = {"cases"}
"""Answers whose text is the answer: they print whole."""


@pytest.mark.parametrize(
    "name", [pytest.param(x, marks=pytest.mark.slow) if x in COSTLY else x for x in RESULTS]
)
def test_every_result_shows_itself(name):
    result = RESULTS[name]()
    assert len(repr(result)) <= WIDTH or name in PROSE
    assert "\n" not in repr(result) or name in PROSE
    shown = result._repr_html_()
    assert shown.startswith(("<p>", "<div>"))
    assert shown.count("$") % 2 == 0
    content = result.to_dict()
    assert json.loads(json.dumps(content)) == content
    if not isinstance(result, Listed) or hasattr(result, "_repr_latex_"):
        assert result._repr_latex_().startswith("$")


@pytest.mark.parametrize("name", ["diagram", "phase", "law", "boundary", "curve", "tails", "prediction"])
def test_a_data_frame_holds_what_the_dictionary_holds(name):
    pytest.importorskip("pandas")
    result = RESULTS[name]()
    frame, content = result.to_frame(), result.to_dict()
    assert list(frame.columns) == list(content)
    title = "phase" if "phase" in content else next(iter(content))
    column = content[title] if name in ("diagram", "curve", "tails") else [content[title]]
    assert list(frame[title]) == column


def test_a_diagram_names_its_phases_and_tabulates_its_laws():
    diagram = phase_diagram(quadratic)
    assert "phases Ia, Ib, II, III, IV, V, VIa, VIb" in repr(diagram)
    table = diagram.to_dict()
    assert table["phase"] == [phase.name for phase in diagram]
    assert table["exponent"] == [str(phase.risk.exponent) for phase in diagram]
    shown = html.unescape(diagram._repr_html_())
    assert shown.count("<tr>") == len(diagram) + 1
    assert r"\frac{d^{2} \lambda^{2}}{8 n_{eff}^{2}}" in shown
    assert "n_eff = d**a" in shown  # the normalisation


def test_relations_are_escaped_in_html():
    shown = phase_diagram(quadratic)["V"]._repr_html_()
    assert "a < 1" not in shown
    assert "&lt;" in shown


def test_without_pandas_a_frame_is_refused_in_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    for result in (phase_diagram(quadratic), phase_diagram(quadratic).learning_curve(ell=-1, gamma=1)):
        with pytest.raises(ImportError, match=r"^to_frame needs pandas[^\n]*$"):
            result.to_frame()


def test_a_class_shows_its_fields_unless_it_says_otherwise():
    @dataclass(frozen=True, repr=False)
    class Two(Displayed):
        name: str
        size: float

    @dataclass(frozen=True, repr=False)
    class Told(Two):
        def _display(self):
            return Display("Told", ((1, sqrt(Symbol("x"))), (2, None)), ("k", "root"), "in units of one")

    assert repr(Two("first", 0.5)) == "<Two first>"
    assert (
        repr(Two("from " + "x" * WIDTH + " to", 0.5))
        == f"<Two {short('from ' + 'x' * WIDTH + ' to', WIDTH // 2)}>"
    )
    assert Two("first", 0.5).to_dict() == {"name": "first", "size": 0.5}
    assert Told("first", 0.5).to_dict() == {"k": [1, 2], "root": ["sqrt(x)", None]}
    assert r"<td>$\sqrt{x}$</td>" in Told("first", 0.5)._repr_html_()
    assert "in units of one" in Told("first", 0.5)._repr_html_()
    assert r"\sqrt{x}" in Told("first", 0.5)._repr_latex_()


@pytest.mark.parametrize("width", [10, 11, 50, 200])
def test_a_short_text_is_short_and_keeps_both_ends(width):
    text = "begin " + "x" * 500 + " end"
    assert len(short(text, width)) == width
    assert short(text, width).startswith("beg")
    assert short(text, width).endswith("end")
    assert short("one\n  line", width) == "one line"


def test_plain_values_are_plain():
    class Kind(Enum):
        ONE = "one"

    values = (mpmath.mpf("1e-400"), mpmath.mpf(2), Kind.ONE, {"x": S.Half}, [None, True])
    assert plain(values) == [mpmath.nstr(values[0], 17), 2.0, "one", {"x": "1/2"}, [None, True]]


def test_lists_of_results_are_short_and_tables():
    many = Listed(phase_diagram(quadratic).phases)
    assert repr(many).startswith("<8 of Phase: ")
    assert many.to_dict()["name"] == [phase.name for phase in many]
    assert many == tuple(phase_diagram(quadratic).phases)


@pytest.mark.parametrize(
    "model", [diagonal, quadratic, bilinear, attention, kernel_ridge, one_pass_sgd, random_features], ids=str
)
def test_help_shows_the_equations_of_a_model(model):
    assert model.__doc__ != type(model).__doc__
    assert model.__doc__.strip().splitlines()[0] in pydoc.render_doc(model, renderer=pydoc.plaintext)


@pytest.mark.parametrize("model", [diagonal, quadratic], ids=str)
def test_help_shows_the_normalisation_of_a_network(model):
    shown = pydoc.render_doc(model, renderer=pydoc.plaintext)
    assert "lambda" in shown
    assert "n_eff = n" in shown
    assert "noise of variance Delta" in shown


def test_an_article_changes_nothing_else():
    @dataclass(frozen=True)
    class Model:
        """A class."""

        size: int

    assert documented(Model(1), "An article.") == Model(1)
    assert hash(documented(Model(1), "An article.")) == hash(Model(1))
    assert Model.__doc__ == "A class."


def test_a_point_is_short():
    assert len(repr(PhysicalPoint(**POINT))) < WIDTH
