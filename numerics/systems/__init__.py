r"""Systems of equations in positive unknowns, with sums over modes of a power law: a general solver.

The networks have solvers of their own, next to what is special about them.  Here equations come as callables,

    m_0(u) = sum_j m_j(u) S_j1(u) S_j2(u) ...,      S(u) = sum_i h(s_i; u),    s_i = c i^-gamma,

with monomials m_j and every term positive, so that nothing cancels.  In logarithms such equations are nearly
piecewise linear, which makes them easy to solve from anywhere.

    power_law_sums    sums of any summand over finitely or infinitely many modes, with a sharp break
    equations         the equations, their residuals
    structure         which unknowns can be solved for one after the other
    search            first guesses, all solutions of rough equations
    block_solver      the full equations in one arithmetic
    rounding          what rounding leaves of a summand
    solver            float64, and any number of digits; what is checked of a solution
"""
