"""What does pruning the bulk of the weights do to the risk?  Figure 8 of arXiv:2509.24882.

Excess risk against weight decay, before and after pruning, with fewer samples than the interpolation
threshold and with more: solutions, and networks trained here, d = 60 (quadratic) and 200 (diagonal).

    python examples/paper/figure_8.py [FOLDER] [small]

writes a PNG, a PDF and a CSV file for each network into this folder, or FOLDER; takes about half a minute.
"""

from __future__ import annotations

import sys
from pathlib import Path

from verify.paper import PaperFigure, pruning, save_all


def figures(*, is_small: bool) -> list[PaperFigure]:
    """The sweep over weight decay of each network."""
    if is_small:
        return [
            pruning(network, dim=20, points=12, decays=2, seeds=1) for network in ("quadratic", "diagonal")
        ]
    return [pruning(network) for network in ("quadratic", "diagonal")]


def main(folder: Path, *, is_small: bool = False) -> None:
    """Draw and write."""
    save_all(figures(is_small=is_small), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent, is_small="small" in sys.argv[2:])
