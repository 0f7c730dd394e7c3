"""Phases: a name, a region, a law for each quantity, and the spectrum of the trained weights.

*The one lemma.*  Training reproduces every mode far above noise and threshold.  The number of weights larger
than x is therefore that of modes s_i = sqrt(d) i^-gamma larger than x, (sqrt(d)/x)^(1/gamma).  This power-law
tail is how a spectrum shows learning.

* ``shape``: the practitioner's name of a spectrum, decided by its laws.
* ``products``: products and quotients of laws.
* ``spectrum``: the laws of the trained weights: atom, bulk, outliers, tail.
* ``bulk``: what noise alone adds to the risk, and where it leads.
* ``pruning``: the risk once the bulk of the trained weights is removed.
* ``phase``: ``Phase``, with its laws, its spectrum and its derivation.
"""
