"""Settings of Hypothesis for tests that derive and solve.

Hypothesis fails a test of which one example takes longer than 200 ms, and one of which examples take much
longer to draw than to run.  The first example of a test here derives a diagram, in seconds, and those after
it find it in a cache, which Hypothesis reports as flaky.  `profile` has no deadline, and draws as many
examples as solve in seconds.

In this order: `profile`.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

profile = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
"""For one test, ``@strategies.profile`` above ``@given``; for all tests, in their configuration,
``settings.register_profile("laws", strategies.profile)`` and ``settings.load_profile("laws")``; with other
numbers, ``@settings(strategies.profile, max_examples=100)``."""
