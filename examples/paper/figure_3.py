"""Does the excess risk fall along the samples as derived?  Figure 3 of arXiv:2509.24882.

Both networks with label noise of variance 1/2, at weight decay 1/d, 1 and sqrt(d): solutions at d = 100 to
800, stored trainings (``data/trainings.py``), and the derived slopes.  The slopes that are printed in the
paper are not read by this script; those drawn here follow from the phases (`verify.paper.risks` lists them,
and says why trainings at weight decay 1/d and few samples lie above the theory).

    python examples/paper/figure_3.py [FOLDER] [small]

writes a PNG, a PDF and a CSV file for each network into this folder, or FOLDER; takes about half a minute.
"""

from __future__ import annotations

import sys
from pathlib import Path

from verify.paper import PaperFigure, risks, save_all

DATA = Path(__file__).parents[1] / "data"


def figures(*, is_small: bool) -> list[PaperFigure]:
    """The learning curves of each network."""
    if is_small:
        return [
            risks("quadratic", dims=(20, 40), points=12, train_dim=20),
            risks("diagonal", dims=(100,), points=12),
        ]
    return [risks(network, trainings=DATA) for network in ("quadratic", "diagonal")]


def main(folder: Path, *, is_small: bool = False) -> None:
    """Draw and write."""
    save_all(figures(is_small=is_small), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent, is_small="small" in sys.argv[2:])
