"""``python -m verify`` is ``shallowlaws verify``; its version is that of the package."""

from __future__ import annotations

import sys

from verify.start import main

if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(arguments if arguments == ["--version"] else ["verify", *arguments])
