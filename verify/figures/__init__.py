"""Figures: phase diagrams, and what solutions show.

Which there are by name, ``verify.catalogue`` says; a figure is registered there.  First the phase diagrams.

A diagram has as many dimensions as it has exponents; a figure shows two of them, at fixed values of the rest:

    trained network, ridge regression      samples a and weight decay ell, at one gamma (b, source)
    Bayes-optimal, noise="scaled"          samples a and label noise b, at one gamma
    Bayes-optimal, at fixed noise or one b samples a alone; upwards the exponent of the risk

A phase is an intersection of half-planes, so in the plane shown every region is a convex polygon, computed
with exact fractions: the regions tile their window.

In this order: ``polygons``, the geometry; ``labels``, each inside its region; ``view``, what is shown at
which values; ``drawing``.  Then ``solved``, figures of solutions, and ``saving``, all of them as files with
their data.
"""

from verify.figures.drawing import draw_phase_diagram, figure_name, phase_diagram_figure
from verify.figures.saving import save_figure, save_figure_as

__all__ = ["draw_phase_diagram", "figure_name", "phase_diagram_figure", "save_figure", "save_figure_as"]
