"""The figures of the main text of arXiv:2509.24882, for both networks, from the public functions.

Each figure is a function of the network, the noise variance, the estimator and the number of hidden units,
and returns a `PaperFigure`: Matplotlib's figure, the data drawn, and a caption that says what was drawn from
what.  The command makes them by name (`named`, ``verify.catalogue``):

    plane      Figure 1         phases over samples and weight decay, rates, weights of each phase
    spectra    Figure 2         trained weights, bulk and outliers in six phases
    risks      Figures 3 to 5   excess risk against samples, with label noise or without
    pruning    Figure 8         excess risk against weight decay, before and after pruning

In this order: ``problems``, the points; ``trainings``, stored or made here; ``output``; the figures;
``named``.
"""

from verify.paper.output import PaperFigure, save_all
from verify.paper.plane import plane
from verify.paper.pruning import pruning
from verify.paper.risks import risks
from verify.paper.spectra import spectra

__all__ = ["PaperFigure", "plane", "pruning", "risks", "save_all", "spectra"]
