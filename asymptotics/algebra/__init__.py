"""Exact algebra of exponents: polyhedra over Q(gamma, r), monomials, regions in words.

Powers of d are compared by their exponents, linear forms in a, ell and b whose coefficients are rational
functions of gamma (and of the source exponent r).  One lemma decides every question about them.

*Lemma (Fourier-Motzkin).*  Eliminate the variables of a system of strict linear inequalities in turn, by
adding every lower bound to every upper bound.  The system has a solution if and only if the constants that
remain are positive.

* ``polyhedra``: the field, the sign of a coefficient, elimination; whether polyhedra are empty, meet, cover.
* ``monomials``: terms, products of powers of the variables, and the exponent of d of each.
* ``regions``: a polyhedron as SymPy relations, and the margin of a point in it.
"""
