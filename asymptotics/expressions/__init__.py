"""Expressions a user meets: arguments checked, laws evaluated, written as text or LaTeX and read back.

This chapter takes the arguments of the package and writes its results.  It knows no physics beyond the ranges
of the variables.  It rests on one fact: an expression that is built in one step from all its members is equal
(==) to what SymPy derived, so that text, LaTeX and pickles come back as what they were.

* ``checks``: an argument, taken exactly or refused in one sentence.
* ``pickling``: results as their fields, regions as their relations.
* ``point``: the physical point, validated once for every law.
* ``building``: what may be built from text, step by step and within bounds.
* ``evaluation``: numbers from a law, by mpmath at any size or by NumPy for arrays.
* ``monotone_root``: roots of monotone functions, by their logarithms.
* ``notation``: plain text, written and read.
* ``latex_reader``: LaTeX, read.
"""
