"""The shape of a spectrum of trained weights, by the name that practitioners give it.

Martin and Mahoney (arXiv:1810.01075) sort the spectra of trained layers by eye into five shapes and a
degenerate one.  Their spectrum, that of W^T W (the "ESD" of the package WeightWatcher), is here that of
S = B B^T for the quadratic network, and the absolute values |a_i w_i| for the diagonal one.  What the eye
cannot see is known from the law that was inferred: which weights are noise, and up to where noise reaches
(the *bulk's edge*, 2 delta - kappa for eigenvalues, delta sqrt(2 log d) - kappa for coefficients).  It
decides, in this order:

* *rank collapse*: no weight is left away from 0, as weight decay is too strong for the samples;
* *random-like*: no weight is larger than what noise alone produces: a bulk, and no more;
* *heavy-tailed*: learned weights outnumber those of noise: a power law, without a bulk;
* *bleeding-out*: the largest weight is no more than twice the edge of the bulk, so that learned weights leave
  the bulk but do not part from it;
* *bulk + spikes*: there are outliers, most of them beyond twice the edge of the bulk (of eigenvalues only:
  coefficients of one target mode scatter down to 0, and fill every gap);
* *bulk decay*: most learned weights are below: the power law continues the bulk.

*What a tail says.*  Learned weights have the density x^-(1 + 1/gamma): the exponent that WeightWatcher calls
alpha is 1 + 1/gamma, that of the target, where the tail is long.  A heavy tail shows that modes were learned,
not that they were learned well: over-regularised weights are heavy-tailed too (`examples/tail_and_risk.py`).

In order: `Shape`, `shape_of`, `edge_of`.
"""

from __future__ import annotations

from enum import StrEnum

from numerics.inference.family import Array, Point, Setting

# "Far above" at finite size; and how far the largest weight of noise may lie above its edge.
FAR = 2.0
_FLUCTUATION = 1.1


class Shape(StrEnum):
    """The shape of a spectrum, equal to its name."""

    RANDOM_LIKE = "random-like"
    BLEEDING_OUT = "bleeding-out"
    BULK_AND_SPIKES = "bulk + spikes"
    BULK_DECAY = "bulk decay"
    HEAVY_TAILED = "heavy-tailed"
    RANK_COLLAPSE = "rank collapse"


def shape_of(setting: Setting, point: Point, sizes: Array) -> tuple[Shape, str]:
    """The shape of weights with a law, given the absolute values of those that are not 0, decreasing."""
    count, dim = len(sizes), setting.dim
    learned = min(float(point.scalars.learned_modes), count)
    noise_edge = float(setting.architecture.noise_edge(point.noise, dim, point.modes.arithmetic))
    edge = max(noise_edge - point.threshold, 0.0)
    if sizes[0] + point.threshold <= _FLUCTUATION * noise_edge:
        return Shape.RANDOM_LIKE, f"none of the {count} weights is larger than noise makes them, {edge:.3g}"
    if learned > count - learned:
        of_noise = f"noise, {count - learned:.0f}" if count - learned >= 0.5 else "noise, none"
        return Shape.HEAVY_TAILED, f"learned weights, {learned:.0f}, outnumber those of {of_noise}"
    if sizes[0] <= FAR * edge:
        return Shape.BLEEDING_OUT, f"the largest weight, {sizes[0]:.3g}, is near the bulk's edge, {edge:.3g}"
    spikes = setting.architecture.spectrum(point.noise, point.threshold, point.modes).spikes
    apart = sum(spike.location > FAR * edge for spike in spikes)
    if spikes and apart >= len(spikes) / 2:
        where = f"beyond twice the bulk's edge, {edge:.3g}"
        return Shape.BULK_AND_SPIKES, f"{apart} of {len(spikes)} outliers lie {where}"
    return Shape.BULK_DECAY, f"most of {learned:.0f} learned weights lie next to the bulk's edge, {edge:.3g}"


def edge_of(setting: Setting, point: Point) -> float:
    """How large the weights of noise may be at finite n_eff, at most.

    The noise of eigenvalues is a sum over samples of residuals times x x^T - 1, with the free cumulants
    delta^2 and 3 delta^4/n_eff of order 2 and 4 where residuals are Gaussian.  With the R-transform
    delta^2 g + (3 delta^4/n_eff) g^3 it ends at 2 delta (1 + 3/(2 n_eff)), to first order.  In trainings it
    ends before, as they lessen their largest residuals.
    """
    noise_edge = float(setting.architecture.noise_edge(point.noise, setting.dim, point.modes.arithmetic))
    return max(noise_edge * (1 + 1.5 / setting.effective_samples) - point.threshold, 0.0)
