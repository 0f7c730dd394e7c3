"""The notebook runs in a kernel, and each of its results shows itself there."""

from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOK = Path(__file__).parent.parent / "examples" / "walkthrough.py"


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    """All cells with their outputs; a cell that raises fails the test with its traceback."""
    notebook = jupytext.read(NOTEBOOK)
    folder = str(tmp_path_factory.mktemp("notebook"))
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}})
    return client.execute()


def outputs(notebook: NotebookNode, last_line: str) -> NotebookNode:
    """What the cell that ends in a line shows."""
    [cell] = [c for c in notebook.cells if c.cell_type == "code" and c.source.endswith(f"\n{last_line}")]
    return cell.outputs[-1]


@pytest.mark.parametrize("name", ["diagram", "solution", "report", "trained", "inferred"])
def test_results_are_shown_as_html(executed: NotebookNode, name: str) -> None:
    assert "text/html" in outputs(executed, name).data


def test_a_law_is_shown_as_a_formula(executed: NotebookNode) -> None:
    assert "text/latex" in outputs(executed, "phase.risk").data


@pytest.mark.parametrize("name", ["phase_diagram_figure(diagram, gamma=1.25)", "axes.figure", "figure"])
def test_figures_are_shown_without_a_magic_command(executed: NotebookNode, name: str) -> None:
    shown = [
        c.outputs[-1] for c in executed.cells if c.cell_type == "code" and c.source.split("\n")[-1] == name
    ]
    assert [set(output.data) >= {"image/png"} for output in shown] == [True]


def test_a_planted_error_is_reported(executed: NotebookNode) -> None:
    text = "".join(c.outputs[0].text for c in executed.cells if c.source.startswith("phase_n = "))
    assert text == "passed: False\n"


def test_printed_numbers_agree_with_each_other(executed: NotebookNode) -> None:
    text = "".join(
        output.text
        for cell in executed.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stdout"
    )
    ratio = float(text.split("solution over law: ")[1].split()[0])
    assert abs(ratio - 1) < 0.01  # corrections of relative order (n_eff/d)^(1/5) and less
    digits = text.split("30 digits: ")[1].split()[0]
    assert text.split("proved: ")[1].startswith(digits[:12])
