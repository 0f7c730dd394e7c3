r"""Sums over the modes of a target, and over poles, at a cost that does not grow with their number.

They rest on the midpoint form of the Euler-Maclaurin formula: for F analytic in log i, D = d/di,

    sum_{i=a+1}^{b} F(i) = int_{a+1/2}^{b+1/2} F(x) dx - [(D/24 - 7 D^3/5760 + ...) F]_{a+1/2}^{b+1/2}.

A few hundred terms, panels of Gauss-Legendre nodes in log i, and differences at their ends replace 10^30
terms.

    mode_sums     nodes and weights of a sum over the modes i = 1..d
    target        the power-law target c i^-gamma, and means over it
    explicit      a target of any sizes, and the same questions answered one by one
    symmetrised   singular values as eigenvalues of both signs
    sparse_sums   sums over integers of a function that is costly at each
    pole_sums     sums over poles at points, where both range over many scales
    neighbours    sums over the modes at points next to one of them
    gauss_rules   a few nodes that have the moments of many
    pole_tree     sums over many poles of any kind at points next to one of them
"""
