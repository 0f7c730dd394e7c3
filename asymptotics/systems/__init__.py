"""Systems: self-consistent equations of your own, declared as their paper writes them.

Equations between sums of monomials and sums over the modes of a power law are all that dominant balance
needs.  A system holds them as declared; from it follow its regimes, one for each way in which modes can lie
above the scales of its sums.

* ``mode_sums``: `mode_sum`, and the lemma on power sums applied to it.
* ``two_scales``: sums with two scales, one much larger than the other.
* ``positive_form``: equations as sums of positive terms; differences.
* ``independence``: whether the equations determine the unknowns.
* ``canonical``: the equations of a system in positive form, each once.
* ``regimes``: every way in which modes can lie above the scales of its sums.
* ``fields``: what a field of a declaration may be.
* ``system``: `System`, the declaration.
"""

from asymptotics.systems.mode_sums import mode_sum as mode_sum
from asymptotics.systems.system import System as System
from asymptotics.systems.system import system_of as system_of
