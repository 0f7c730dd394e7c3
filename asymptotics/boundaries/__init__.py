"""Boundaries of a phase diagram: the law of the risk from one phase to the other.

A phase has one leading term in each sum; its law fails at a boundary, where another term grows alike.  What
happens there is the subject of this chapter: ``Boundary.law()`` answers with one ``BoundaryLaw``, whatever
the type of the boundary.

The chapter rests on one lemma of uniform asymptotics: *the terms that balance on a boundary are those that
grow alike there; their sum holds uniformly, on both sides and in between.*  For each is, to leading order,
right wherever it counts, and negligible elsewhere.  Two things are to be added.  A sum over modes must itself
hold uniformly where its leading end changes.  And where the balanced terms cancel, because as many degrees of
freedom are determined as the data have, the next term decides: a local law.

Its files, in order:

    free_convolution   sums that hold uniformly (``lemmas.uniform_sums``) for modes that repel each other
    types              what changes at a boundary, which terms balance there, in which variable
    law                UniformLaw, BoundaryLaw, LocalLaw: the answers, and their numbers
    interpolation      the local law of the interpolation peak
    recovery           the local law where the data come to determine every mode
    crossover          the law across a boundary of a network
    width              the law where the number of hidden units binds on one side or both
    linear             the law across a boundary of a linear estimator
    systems            the law across a boundary of a system
    boundary           Boundary: where two phases touch
"""
