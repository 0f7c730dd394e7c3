"""Do trained weights have the predicted bulk and outliers?  Figure 2 of arXiv:2509.24882.

Six phases of both networks.  Panels of the quadratic network are stored trainings (``data/trainings.py``) at
the dimension that they name, where there is one, and trained here otherwise; those of the diagonal network
are trained here.  With "small" all are trained here, at dimensions that take seconds.

    python examples/paper/figure_2.py [FOLDER] [small]

writes a PNG, a PDF and a CSV file for each network into this folder, or FOLDER; takes about half a minute.
"""

from __future__ import annotations

import sys
from pathlib import Path

from verify.paper import PaperFigure, save_all, spectra

DATA = Path(__file__).parents[1] / "data"


def figures(*, is_small: bool) -> list[PaperFigure]:
    """Six spectra of each network."""
    if is_small:
        return [spectra("quadratic", dim=20), spectra("diagonal", dim=60)]
    return [spectra("quadratic", trainings=DATA), spectra("diagonal", dim=400, seeds=3)]


def main(folder: Path, *, is_small: bool = False) -> None:
    """Draw and write."""
    save_all(figures(is_small=is_small), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent, is_small="small" in sys.argv[2:])
