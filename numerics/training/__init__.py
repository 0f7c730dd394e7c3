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
    proximal     accelerated proximal gradient on the convex problem
    checkpoint   the state between two rounds, in a file
    trained      what training returns
    train        `train`: arguments, progress, when to give up
    conventions  the penalty of LASSO as others write it

Where each equation stands in the code, and the test of tests/numerics/training that can fail for it:

    the loss over (a, w), and LASSO         `DiagonalLoss`    test_losses, scikit-learn on the same data
    the loss over B, and the nuclear norm   `QuadraticLoss`   test_losses, a convex solver
    dual bounds, and the duality gap        `gap_of`          test_losses, at any weights
    the proximal maps of both penalties     ``thresholded``   test_proximal, no point nearby is lower
    from which width p on                   `train`           test_train, ranks of the convex solution
    other normalisations of LASSO           `to_lasso`        test_conventions, each as defined
    data sets y = f*(x) + sqrt(Delta) z     `draw`            test_data, moments and streams
    excess risk, parts, pruning             `Trained`         test_trained, new inputs, planted weights
    the state evolution (Eq. 19)            `train`           test_theory, every phase; test_published
"""
