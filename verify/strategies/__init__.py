"""Hypothesis strategies for your own ``@given`` tests: points, problems, targets and models.

They say what is valid, not how it is distributed, and they shrink: the case that a failing test shows is the
middle of a phase, a problem of dimension 1, the target [1], the ridge regression of a textbook, unless the
failure needs another.

    scales      exact points (a, ell, gamma, ...) inside a phase of a diagram     ``PhaseDiagram.locate``
    decays      exact decays gamma                                                ``Problem``, laws
    problems    problems of either network                                        ``numerics.solve``
    targets     a target's own sizes, or the target itself                        ``Problem``, ``Data``
    models      declarations of models, shipped ones and random ones              ``phase_diagram``
    profile     settings without a deadline: decorate your tests with it, since the first example of a test
                derives a diagram, in seconds, where Hypothesis allows 200 ms by default

>>> from hypothesis import given, settings
>>> from asymptotics import diagonal, phase_diagram
>>> from verify import strategies
>>> diagram = phase_diagram(diagonal)
>>> @settings(strategies.profile, max_examples=5, database=None)
... @given(strategies.scales(diagram, "II"))
... def located_where_drawn(point):
...     assert diagram.locate(**point._asdict()).name == "II"
>>> located_where_drawn()

The files, in the order in which they import each other:

    arguments   arguments, refused as Hypothesis refuses its own
    settings    ``profile``
    decays      ``decays``
    points, problems, targets, models    a strategy each, by their names
"""

from verify.strategies.decays import decays
from verify.strategies.models import models
from verify.strategies.points import Scale, scales
from verify.strategies.problems import problems
from verify.strategies.settings import profile
from verify.strategies.targets import targets

__all__ = ["Scale", "decays", "models", "problems", "profile", "scales", "targets"]
