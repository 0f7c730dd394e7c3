"""Phases as a reader meets them: a name, a region, a law for each quantity, a spectrum.

*The one lemma.*  Far above noise and threshold training reproduces a mode.  The number of weights beyond x is
therefore that of modes larger than x, x^(-1/gamma): the power-law tail by which a spectrum shows learning.

* ``shape``: the practitioner's name of a spectrum, decided by its laws.
* ``spectrum``: the laws of the trained weights: atom, bulk, outliers, tail.
* ``phase``: ``Phase``, with its laws, its spectrum and its derivation.
"""
