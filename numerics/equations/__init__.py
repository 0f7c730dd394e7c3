"""The equations for the effective noise and the threshold, and the methods that solve them.

    A delta^2 = e(delta, kappa) + Delta/c,        A = D(delta, kappa) + lambda/(c kappa).

A network enters by its error e and its degrees of freedom D alone.  The solution is unique because D +
lambda/(c kappa) decreases in kappa at fixed delta: the second equation has one root kappa(delta), and what
remains is one equation for delta, which bracketing solves.  Newton's method does the rest, and the step that
remains is the error.

    state_equations      the two equations, in a coordinate of the threshold; what a network provides
    posterior_equation   the one equation of the Bayes-optimal estimator
    bracketing           roots of monotone functions, one inside the other
    newton               Newton's method for the two equations, in any arithmetic
    secant               the secant method for one equation, in any arithmetic
    solver               first guess, float64, and any number of digits
"""
