"""How a failed check is made again: lines of Python that need nothing of the test in which it failed.

A check fails at one point of one phase.  What it compared follows from the diagram and the point alone, both
of which can be written out: the model by the name under which it is shipped, or by its declaration; what was
altered by hand, such as a planted error, by how it differs from what is derived; the point by its fractions.

The files, in the order in which they import each other:

    expressions   expressions of SymPy as lines of Python that make them again
    diagrams      models and diagrams as such lines
    lines         ``reproduction``: a failed check as such lines, and ``assert_agreement``, which shows them
"""
