"""Where derivation and equations meet: do they agree, and would we notice if they did not?

``agreement(diagram)`` compares every derived exponent with solutions of the full equations; ``strategies``
are the Hypothesis strategies it draws from, for your own tests; ``python -m verify`` does it for both
networks.

Names are imported on first use, so that the console command can ``start`` and check ``provenance`` before
anything else.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own, without its import
if TYPE_CHECKING:
    from typing import Any

    from verify import strategies as strategies
    from verify.comparison import Check as Check
    from verify.comparison import Report as Report
    from verify.comparison import agreement as agreement
    from verify.figures import phase_diagram_figure as phase_diagram_figure

__all__ = ["Check", "Report", "agreement", "phase_diagram_figure", "strategies"]

_HOMES = {
    "Check": "verify.comparison",
    "Report": "verify.comparison",
    "agreement": "verify.comparison",
    "phase_diagram_figure": "verify.figures",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module  # noqa: PLC0415  (late: see start)

    if name == "strategies":
        return import_module("verify.strategies")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
