"""Training: the networks themselves, on drawn data, to a proved minimum.

*The one lemma.*  The regularised loss of each network over its own weights has the minimum of a convex problem
in their product (LASSO for a_i w_i, the nuclear norm on the positive cone for B B^T).  The dual of that problem
bounds the loss from below, so that the duality gap proves how well a network is trained.

    data       a data set: inputs, target, labels
    losses     the losses over the weights, their gradients and duality gaps
    minimise   L-BFGS and Newton-CG from small random weights
    trained    what training returns
    train      the verb: arguments, progress, checkpoints
"""
