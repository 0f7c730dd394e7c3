"""Are the packages that are about to be imported ours?

The name ``asymptotics`` is also that of another project on PyPI: installing both in one environment leaves
whichever came last, or a mixture.  The console command therefore imports the two routes after this check.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from verify.words import FOREIGN_PACKAGE

ROUTES = ("asymptotics", "numerics")


def foreign_packages(home: Path = Path(__file__).parent.parent) -> str | None:
    """One line that says which package is not installed beside this one; None when all are ours.

    >>> foreign_packages() is None
    True
    """
    for name in ROUTES:
        spec = find_spec(name)
        folder = None if spec is None or spec.origin is None else Path(spec.origin).parent
        if folder != home / name:
            return FOREIGN_PACKAGE.format(name=name, folder=folder, home=home)
    return None
