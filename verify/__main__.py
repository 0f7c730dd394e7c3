"""``python -m verify`` is ``shallowlaws verify``."""

from __future__ import annotations

import sys

from verify.start import main

if __name__ == "__main__":
    main(["verify", *sys.argv[1:]])
