r"""Free probability: the eigenvalues of a symmetric matrix plus Gaussian noise, as numbers.

A large symmetric matrix with eigenvalues s_i of weights w_i, plus delta times a GOE matrix (semicircle on
[-2, 2]), has the eigenvalue law mu = (law of s) free-convolved with a semicircle of variance delta^2.  The
chapter rests on one lemma.

*Subordination* (Biane, Indiana Univ. Math. J. 46 (1997) 705).  Let G(z) = sum_i w_i/(z - s_i) and

    x(z) = z + delta^2 G(z),        v(u) >= 0 with sum_i w_i delta^2/((u - s_i)^2 + v^2) = 1, or 0 where it is
                                    less than 1 at v = 0.

Then x maps the half-plane above the curve u + i v(u) one to one onto the upper half-plane, the curve onto the
real axis, and the Stieltjes transform g of mu is g(x(z)) = G(z).  The density at x(u + i v) is
v/(pi delta^2), the mass right of it a closed form, and no mesh, no smoothing by i eta and no choice of a
branch is needed: each number is a point of the curve, or an integral along a path that begins there.

The files, in the order in which they import each other:

    biane             the curve of any set of eigenvalues: edges, gaps, heights, points, their errors
    curve_points      the same questions at many points at once
    isolated_bands    the curve around eigenvalues far from each other, by power series
    views             a spectrum seen from a real point next to which no digit is lost; points of its curve
    preimages         points of the curve of a power law of any length: over a threshold, at an angle, at the
                      end of the noise
    contours          paths of integration from such points, and nodes on them
    eigenvalues       what is seen through the noise: a finite set, or a power law
    free_convolution  the law as an object: density, masses, quantiles, edges, integrals
"""
