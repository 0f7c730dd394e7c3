"""Experiments: every problem of a grid is trained on several data sets, and its theory stands beside it.

A row of the table is one training: the problem, every field of it, exactly; the seed; what was measured on
the trained network; what `solve` says; and the versions with which both were computed.

*What it rests on.*  The theory is that of infinite dimension.  That networks of finite dimension agree with
it to leading order is the Conjecture of arXiv:2509.24882 (Eq. 19); the summary shows the corrections, in
standard errors over data sets and in per cent.

    table        rows as mappings, and the formats they are handed on in
    quantities   what is measured on a trained network, and its counterpart in the theory
    row          one training of the grid
    summary      mean and standard error over seeds, beside the theory
    experiment   `experiment`: arguments, executors, what is resumed
"""
