"""The equations for the effective noise and the threshold, and the methods that solve them.

    A delta^2 = e(delta, kappa) + Delta/c,        A = D(delta, kappa) + lambda/(c kappa).

Here c = R/e is 1 for the diagonal and 2 for the quadratic network, whose weights are symmetric matrices, and
A = c alpha is the capacity of the samples, alpha = n/d (diagonal) or n/d^2 (quadratic).  A network enters by
its error e and its degrees of freedom D alone.

D + lambda/(c kappa) decreases in kappa at fixed delta, so that the second equation has one root kappa(delta).
What remains is one equation for delta, which bracketing solves.  That it has one root, too, is not proved but
assumed, because at full width the estimator minimises a convex loss; `numerics.certified` proves it within a
box around the solution.  Newton's method does the rest, and the step that remains is the error.

    state_equations      the two equations, in a coordinate of the threshold; what a network provides
    posterior_equation   the one equation of the Bayes-optimal estimator
    bracketing           roots of monotone functions, one inside the other
    newton               Newton's method for the two equations, in any arithmetic
    secant               the secant method for one equation, in any arithmetic
    recovery             when they have the solution 0, without noise and weight decay
    solver               first guess, float64, and any number of digits
"""
