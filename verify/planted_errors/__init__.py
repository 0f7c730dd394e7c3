"""Would a wrong derivation be noticed?  A catalogue of planted errors, and the check that finds each.

A comparison that always agrees proves nothing.  Mutation testing asks of each check what would make it fail:
errors are planted in the derivation one at a time, from an exponent off by 0.02 to an equation with a wrong
factor, each by ``dataclasses.replace`` or by another declaration of the model, and each is followed by the
same comparison, ``agreement``.  An error is killed by the first check that fails; one that no check finds
survives, and would have gone unnoticed.

In this order: ``error``, what a planted error is; ``laws``, ``phases``, ``equations``, in which errors are
planted; ``further``, errors across boundaries, of spectra, and at moderate dimensions; ``catalogue``, all of
them; ``killing``, which check finds which.

>>> from verify.planted_errors import CATALOGUE, killed
>>> killed(CATALOGUE["He_2, a phase dropped"]).by.kind
'boundary'
"""

from verify.planted_errors.catalogue import CATALOGUE, errors_of
from verify.planted_errors.error import PlantedError
from verify.planted_errors.killing import killed, kills

__all__ = ["CATALOGUE", "PlantedError", "errors_of", "killed", "kills"]
