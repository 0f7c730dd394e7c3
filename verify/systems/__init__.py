"""Numbers from the declaration of a system: no asymptotic step, the sums as they are declared.

A `System` of ``asymptotics`` holds its equations as SymPy expressions, ``numerics.systems`` solves equations
given as functions of numbers.  What turns one into the other stands here, where both rooms may be imported.

    compiled    a system as functions of numbers, in any arithmetic
    solution    ``solve_system``
"""

from verify.systems.solution import SystemSolution as SystemSolution
from verify.systems.solution import solve_system as solve_system
