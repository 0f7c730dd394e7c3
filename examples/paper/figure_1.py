"""Where does which law hold, and what do the weights look like there?  Figure 1 of arXiv:2509.24882.

The plane of effective samples and weight decay, for both networks, with the exponent of the excess risk in
each phase, the boundaries at which it jumps in red, and the line lambda = sqrt(n_eff/d); beside it the
weights of each phase at one point, as the state evolution has them.

    python examples/paper/figure_1.py [FOLDER] [small]

writes a PNG, a PDF and a CSV file for each network into this folder, or FOLDER; takes about half a minute.
"""

from __future__ import annotations

import sys
from pathlib import Path

from verify.paper import PaperFigure, plane, save_all


def figures(*, is_small: bool) -> list[PaperFigure]:
    """The plane of each network."""
    return [plane(network, dim=10**3 if is_small else 10**4) for network in ("quadratic", "diagonal")]


def main(folder: Path, *, is_small: bool = False) -> None:
    """Draw and write."""
    save_all(figures(is_small=is_small), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent, is_small="small" in sys.argv[2:])
