"""Hypothesis in these tests: no deadlines, which only measure how busy the machine is.

Each worker of pytest-xdist has a core, on which threads of BLAS would only wait for each other: the suite
took a quarter longer.  The variable is set before NumPy is loaded, and holds for what tests start.
"""

import os

from hypothesis import HealthCheck, settings

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
