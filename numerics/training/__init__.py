"""Training: the networks themselves, on drawn data, to a proved minimum.

*The one lemma.*  The regularised loss of each network over its own weights has the minimum of a convex
problem in their product (LASSO for a_i w_i, the nuclear norm on the positive cone for B B^T;
arXiv:2509.24882, section 2).  The dual of that problem bounds the loss from below, so that the duality gap
proves how well a network is trained.  That the minimum of the drawn data follows the state evolution for
large d is the paper's conjecture (Eq.  19): here it is measured.

    data         a data set: inputs, target, labels
    device       where the inputs live: NumPy, or a device of PyTorch
    losses       the losses over the weights, their gradients and duality gaps
    minimise     L-BFGS and Newton-CG from small random weights
    checkpoint   the state between two rounds, in a file
    trained      what training returns
    train        the verb: arguments, progress, when to give up
    conventions  the penalty of LASSO as others write it
"""
