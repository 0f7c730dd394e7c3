"""What people read: titles of phases, why they are there, what happens at their boundaries.

Mathematics decides which case holds and hands it over as plain strings and numbers; here the case becomes a
sentence.  So the wording can be improved without a change of any formula.

In this order: phases, boundaries.
"""

from __future__ import annotations

# Phases.


# Boundaries.
