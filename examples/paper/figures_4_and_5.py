"""And without label noise?  Figures 4 and 5 of arXiv:2509.24882.

As ``figure_3.py``, at noise variance 0: solutions at d = 100 to 800, stored trainings, and the derived
slopes.

    python examples/paper/figures_4_and_5.py [FOLDER] [small]

writes a PNG, a PDF and a CSV file for each network into this folder, or FOLDER; takes about half a minute.
"""

from __future__ import annotations

import sys
from pathlib import Path

from verify.paper import PaperFigure, risks, save_all

DATA = Path(__file__).parents[1] / "data"


def figures(*, is_small: bool) -> list[PaperFigure]:
    """The noiseless learning curves of each network."""
    settings = {"dims": (20,), "points": 12} if is_small else {"trainings": DATA}
    return [risks(network, noise_variance=0.0, **settings) for network in ("quadratic", "diagonal")]  # type: ignore


def main(folder: Path, *, is_small: bool = False) -> None:
    """Draw and write."""
    save_all(figures(is_small=is_small), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent, is_small="small" in sys.argv[2:])
