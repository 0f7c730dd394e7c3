"""Certified numbers: enclosures of the solution of the state equations, by ball arithmetic.

They rest on Krawczyk's theorem.  For residuals f, a box X around a point y and any matrix C, let

    K(X) = y - C f(y) + (1 - C f'(X)) (X - y).

If K(X) lies in the interior of X, then X holds exactly one root of f, and K(X) holds it (Krawczyk, Computing
4 (1969) 187; Rump, Acta Numerica 19 (2010) 287).  Evaluated in balls, whose radii bound what was rounded,
the inclusion is a proof.

    balls         the residuals in balls, and the proof of a root
    diagonal      scalar functions of the diagonal network in balls
    quadratic     scalar functions of the quadratic network in balls
    certificate   `certify`: the precision doubled until the proof succeeds
"""
