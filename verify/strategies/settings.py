"""Settings of Hypothesis for tests that derive and solve.

Hypothesis fails a test of which one example takes longer than 200 ms, and one of which examples take much
longer to draw than to run.  The first example of a test here derives a diagram, in seconds, and those after
it find it in a cache, which Hypothesis reports as flaky.  ``agreement`` draws its points by Hypothesis, too,
which newer versions refuse within a test that draws.  `profile` has no deadline, draws as many examples as
solve in seconds, and allows that.  Nor does it seek which lines of the solver only failing examples run
(the phase *explain* of Hypothesis), which takes many times longer than to find and to shrink one.

In this order: `profile`.
"""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

profile = settings(
    deadline=None,
    max_examples=25,
    phases=[phase for phase in Phase if phase is not Phase.explain],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        *(check for check in HealthCheck if check.name == "nested_given"),  # older versions have none
    ],
)
"""For one test, ``@strategies.profile`` above ``@given``; for all tests, in their configuration,
``settings.register_profile("laws", strategies.profile)`` and ``settings.load_profile("laws")``; with other
numbers, ``@settings(strategies.profile, max_examples=100)``."""
