"""Phases as a reader meets them: a name, a region, a law for each quantity, a spectrum.

*The one lemma.*  Far above the larger of noise and threshold a mode is seen as what it is.  The number of
trained weights beyond x is therefore that of modes larger than x, x^(-1/gamma): the power-law tail by which a
spectrum shows what was learned.

* ``shape``: the practitioner's name of a spectrum, decided by its laws.
* ``spectrum``: the laws of the trained weights: atom, bulk, outliers, tail.
* ``phase``: ``Phase``, with its laws, its spectrum and its derivation.
"""
