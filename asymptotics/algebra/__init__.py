"""Exact algebra of exponents: polyhedra over Q(gamma, r), monomials, regions in words.

Powers of d are compared by their exponents, linear forms in a, ell and b whose coefficients are rational
functions of gamma (and of the source exponent r).  One lemma decides every question about them.

*Lemma (Fourier-Motzkin).*  Given strict linear inequalities, each form > 0, eliminate one variable after the
other: replace the inequalities that contain it by "upper bound - lower bound > 0", for every pair of its
bounds.  In the end only constants remain.  The inequalities have a common solution if and only if all these
constants are positive.

* ``cylindrical``: a point in every region into which polynomials cut the plane of two parameters.
* ``curved``: domains of parameters with curved sides.
* ``polyhedra``: the field, the sign of a coefficient, elimination; whether polyhedra are empty, meet, cover.
* ``monomials``: terms, products of powers of the variables, and the exponent of d of each.
* ``intervals``: a polyhedron on a line, and in what cases of the parameters its ends are in what order.
* ``regions``: a polyhedron as SymPy relations, and the margin of a point in it.
"""
