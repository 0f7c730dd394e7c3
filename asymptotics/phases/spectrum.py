r"""The spectrum of the trained weights in each phase.

Training sees noise and noisy images of the target's modes, and cuts both at kappa (arXiv:2509.24882).  The
trained weights (eigenvalues of B B^T for the quadratic network, coefficients a_i w_i for the diagonal one)
are therefore

* an *atom* at 0, of what the threshold cut, or what no hidden unit is left for;
* a *bulk*, of noise that passed it.  For the quadratic network it ends at 2 delta - kappa.  With kappa at
  the edge of the noise that difference is below leading order, and the bulk degrees of freedom give it
  (``noise``): it is t delta, t = (15 pi D_b/8)^(2/5).  A Gaussian has no edge: for the diagonal network the
  *largest of d draws*, delta sqrt(2 log d) - kappa, takes its place;
* *spikes*, one outlier for each mode above the BBP threshold.  For the quadratic network the i-th lies at s_i
  + delta^2/s_i - kappa, with a squared cosine 1 - delta^2/s_i^2 to its direction in the target.  For the
  diagonal network the coefficient of a learned mode has a law, that of eta_kappa(s_i g + delta z), and no
  place.

*The tail.*  Far above the scale T = max(delta, kappa) training reproduces a mode, so the number of weights
beyond x is that of modes larger than x: the lemma on ``power_sums`` with x in place of T,

    #{nu > x} = c (sqrt(d)/x)^(1/gamma),         T << x << sqrt(d),

with c = 1 for the quadratic network and E|g|^(1/gamma) for the diagonal one: a power law of exponent 1/gamma,
the heavier the faster the target decays.  Closer to T, x + kappa takes the place of x, and the quadratic
network's outliers are pushed up by noise: the mode must exceed ``bbp_threshold`` at a threshold kappa + x.

Worked by hand, phase IV of the quadratic network: delta^2 = Delta d/(4 n_eff), kappa = 2 delta, hence a spike
at s_i + delta^2/s_i - 2 delta = (s_i - delta)^2/s_i for each of the K = (sqrt(d)/delta)^(1/gamma) modes above
delta.  They come down to the edge t delta of the bulk within one spacing: the last has s - delta < gamma
delta/K, so that it lies (gamma/K)^2 delta above it at most.  With D_b = 2 n_eff/d the bulk is wide, t ~
(n_eff/d)^(2/5), and holds a share of the weights t^(3/2) 2/(3 pi) ~ (n_eff/d)^(3/5), far more than K of them.

*Few hidden units* (``narrow``).  Where the width binds p weights are not 0, the p largest eigenvalues of the
noisy target above kappa, so that the atom is 1 - p/d.  What is learned is as at full width as long as p
exceeds K: all K outliers are kept.  The other p - K = p units keep the largest of the noise.  Its share p/d
is all of the noise within w delta of the edge, 2 w^(3/2)/(3 pi) = p/d: the bulk is a band of the width w
delta, w = (3 pi p/(2 d))^(2/3), which does not come down to 0.  It lies right below the outliers, at 2
delta, where kappa << delta, and at the jump t delta >> w delta, t = n_eff/p, where kappa is at the edge.
With p << K there is no bulk: p outliers at s_i, of which the last is at s_p.

*What these laws leave out.*  They are those of the state evolution, where the law of the weights is
continuous and the number of modes is K, not an integer.  In one trained network of dimension d the bulk's
edge fluctuates by d^(-2/3) delta and a spike by delta/sqrt(d).  Neighbouring spikes also mix: the share of
its direction that a spike loses to them, (delta^2/d) sum_j (s_i - s_j)^-2 ~ (delta i/s_i)^2/d, exceeds the
share delta^2/s_i^2 that it loses to the noise once i exceeds sqrt(d).  The space of the learned modes loses
nothing by that.

In this order: `Spikes` and `SpectrumLaws`, `spectrum_laws`.  What the tail says of the risk: `heavy_tails`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache

from sympy import Dummy, Expr, S, oo, simplify

from asymptotics.algebra.monomials import Term, term
from asymptotics.algebra.polyhedra import FIELD, coefficient
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.inequalities import Holds, Pieces, where_exponents_exceed, where_larger
from asymptotics.balance.laws import ZERO, Law, NoSuchLaw, law, law_of, logarithm, logarithm_of
from asymptotics.balance.regimes import BULK, MODES, Model
from asymptotics.displays import Displayed, short
from asymptotics.lemmas.power_sums import Learned, leading_sum
from asymptotics.lemmas.weight_shares import ATOM, MASS_ABOVE, NOISE_ABOVE
from asymptotics.networks.declaration import AMPLITUDE
from asymptotics.networks.mode_functions import Ordering, mode_functions
from asymptotics.networks.narrow import Binding, full_width_of, jump_at_edge
from asymptotics.networks.network import NarrowNetwork, Network
from asymptotics.networks.trained import edge_gap
from asymptotics.phases.products import corrected_expr, product
from asymptotics.phases.shape import Shape, shape_of
from asymptotics.symbols import d, effective_noise, gamma, index, size, threshold, weight, width


@dataclass(frozen=True, repr=False)
class Spikes(Displayed):
    """The outliers among the trained weights; each expression holds for i < K = ``number``.

    Attributes:
        number: how many there are.
        location: of the i-th, in ``index`` and the physical variables.
        overlap: squared cosine between its eigenvector and the direction of the i-th mode in the target, or,
            unless i is far below sqrt(d), the space of modes of about that size; None if not declared.
        largest_outlier: where they begin.
        smallest_outlier: where they end; 0 if they come down to 0.
        spacing: the last lies above ``smallest_outlier`` by at most this, by anything between 0 and this as K
            passes from one integer to the next; a gap parts spikes and bulk where it exceeds the bulk's edge.
    """

    number: Law
    location: Expr
    overlap: Expr | None
    largest_outlier: Law
    smallest_outlier: Law
    spacing: Law

    def _title(self) -> str:
        return f"Spikes: {short(self.number.expr, 60)} outliers at {short(self.location, 80)}"

    def _label(self) -> Expr:
        return self.location


@dataclass(frozen=True, repr=False)
class SpectrumLaws(Displayed):
    """The laws of the trained weights in one phase.

    Attributes:
        atom: share of them that is 0.
        mass_above: share that is not: 1 - atom, where that is small.
        noise_weights: number of weights that are not 0 and not learned.
        bulk_edge: the largest of them; 0 if there are none.  For the diagonal network the largest of d draws.
        bulk_start: the smallest of them, to leading order that of ``bulk_edge``; 0 where they come down to 0,
            which they do wherever hidden units are no fewer than weights that pass.
        bulk_width: the difference of the two.
        learned_modes: number of learned weights.
        spikes: the outliers; None where there are none, or where they have no place (diagonal network).
        tail: number of weights above ``weight``, in ``tail_range``.
        tail_exponent: tail ~ weight**-tail_exponent.
        counting_function: number of learned weights above ``weight``, from ``bulk_edge`` (diagonal network:
            far above it), or from ``tail_range[0]`` where every mode is learned; it becomes ``tail``.
        tail_range: the tail holds far above the first and far below the second, or for spikes up to it.
        balance: the balance that they follow from.
    """

    atom: Law
    mass_above: Law
    noise_weights: Law
    bulk_edge: Law
    bulk_start: Law
    bulk_width: Law
    learned_modes: Law
    spikes: Spikes | None
    tail: Expr
    tail_exponent: Expr
    counting_function: Expr
    tail_range: tuple[Law, Law]
    balance: Balanced = field(repr=False)

    def _title(self) -> str:
        atom, edge = short(self.atom.expr, 50), short(self.bulk_edge.expr, 50)
        return f"SpectrumLaws ({self.shape.value}): atom {atom}, bulk edge {edge}"

    @property
    def shape(self) -> Shape:
        """The practitioner's name of the spectrum, which its laws decide (``phases.shape``).

        >>> from asymptotics import phase_diagram, quadratic
        >>> [phase.name for phase in phase_diagram(quadratic) if phase.spectrum().shape == "bulk + spikes"]
        ['IV', 'V']
        """
        return self._shape[0]

    @property
    def shape_condition(self) -> str:
        """What makes it so, in a sentence.

        >>> from asymptotics import phase_diagram, quadratic
        >>> phase_diagram(quadratic)["Ib"].spectrum().shape_condition
        'no weight is learned, and noise leaves fewer than one'
        """
        return self._shape[1]

    @property
    def _shape(self) -> tuple[Shape, str]:
        def where(one: Law, other: Law) -> Holds:
            if ZERO in (one, other):
                return Holds.NOWHERE if one == ZERO else Holds.EVERYWHERE
            powers = ((law.exponent, law.log_exponent) for law in (one, other))
            return where_exponents_exceed(self.balance, *powers)

        return shape_of(
            noise=self.noise_weights,
            learned=self.learned_modes,
            bulk_edge=self.bulk_edge,
            tail_range=self.tail_range,
            outliers=self.spikes is not None,
            where=where,
        )


@cache
def spectrum_laws(balanced: Balanced) -> SpectrumLaws:
    """The laws of the trained weights where a balance of a trained network holds; cached within the process.

    Raises:
        NoSuchLaw: when the balance is of an estimator that trains no weights, such as the Bayes-optimal one.

    >>> from asymptotics import phase_diagram, quadratic
    >>> laws = phase_diagram(quadratic).locate(a=0.25, ell=-1, gamma=1).spectrum()
    >>> laws.bulk_edge.exponent, laws.mass_above.exponent, laws.tail_exponent
    (1/10 - a/10, 3*a/5 - 3/5, 1/gamma)

    Few hidden units keep a narrow band of the noise:

    >>> laws = phase_diagram(quadratic, width="scaled")["Wb"].spectrum()
    >>> laws.mass_above.expr, laws.bulk_start == laws.bulk_edge, laws.bulk_width.exponent
    (p/d, True, -a/2 + 2*rho/3 - 1/6)
    """
    network = trained_network(balanced)
    bulk_edge = _bulk_edge(balanced, network)
    cut_by_width = bulk_edge != ZERO and isinstance(balanced.hypothesis.ordering, Binding)
    learned = balanced.regime.learned is not Learned.NONE
    tail, exponent = tail_of(network) if learned else (S.Zero, S.Zero)
    noise_weights = _times_dimension(balanced, NOISE_ABOVE)
    return SpectrumLaws(
        atom=law_of(balanced, ATOM),
        mass_above=law_of(balanced, MASS_ABOVE),
        noise_weights=noise_weights,
        bulk_edge=bulk_edge,
        bulk_start=bulk_edge if cut_by_width else ZERO,
        bulk_width=_of_term(band_of_units(network), balanced) if cut_by_width else bulk_edge,
        learned_modes=law_of(balanced, "learned_modes"),
        spikes=_spikes(balanced, network) if learned and network.outlier_location is not None else None,
        tail=tail,
        tail_exponent=exponent,
        counting_function=_counting_function(balanced, network, tail) if learned else S.Zero,
        tail_range=(_tail_start(balanced, network), _of_term(term(AMPLITUDE, MODES), balanced))
        if learned
        else (ZERO, ZERO),
        balance=balanced,
    )


def network_of(model: Model | None) -> Network | None:
    """The declaration of a trained network, whatever its width; None of any other model."""
    model = model.network if isinstance(model, NarrowNetwork) else model
    return model if isinstance(model, Network) else None


def trained_network(balanced: Balanced, asked: str = "spectrum") -> Network:
    """The network that a balance is of; ``asked`` names the quantity in the message.

    Raises:
        NoSuchLaw: when it is not one of a trained network.
    """
    model = network_of(balanced.model)
    if model is None or not isinstance(balanced.hypothesis.ordering, Ordering | Binding):
        name = "its model" if balanced.model is None else balanced.model.name
        raise NoSuchLaw(
            f"a phase of {name} has no {asked}: only a network trained with weight decay, estimator='erm', "
            "has weights, in which modes are learned or not"
        )
    return model


def ordering_of(balanced: Balanced) -> Ordering | None:
    """How kappa and delta are ordered there; None where all that is kept lies far above both."""
    ordering = balanced.hypothesis.ordering
    if isinstance(ordering, Binding):
        return full_width_of(ordering)
    assert isinstance(ordering, Ordering)
    return ordering


def _of_term(value: Term, balanced: Balanced) -> Law:
    """The law of a term of the regime."""
    return law((balanced.known(value),), balanced.scales, logarithm_of(balanced), balanced.domain)


def _times_dimension(balanced: Balanced, quantity: str) -> Law:
    return product(law_of(balanced, quantity), _of_term(term(d, MODES), balanced))


def _scale(balanced: Balanced) -> Term:
    """T = max(delta, kappa)."""
    below = ordering_of(balanced) is Ordering.THRESHOLD_BELOW_NOISE
    noise: Term = balanced.solution[effective_noise]
    return noise if below else _threshold(balanced)


def _threshold(balanced: Balanced) -> Term:
    """Kappa at the solution."""
    ((_, (kappa,)),) = balanced.leading_terms("threshold")
    return kappa


def _largest_noise(balanced: Balanced, network: Network) -> Law:
    """The largest of d draws of the noise: its edge, or where one in d passes."""
    edge = network.noise.edge_law
    reach = replace(term(edge.threshold_constant, BULK), log_power=coefficient(edge.threshold_log_power))
    scales = balanced.scales
    largest = law((reach,), scales, logarithm(term(1 / d, BULK), scales))
    return product(law_of(balanced, "effective_noise"), largest)


def _bulk_edge(balanced: Balanced, network: Network) -> Law:
    """The largest weight that noise alone makes."""
    if law_of(balanced, NOISE_ABOVE) == ZERO:
        return ZERO
    if ordering_of(balanced) is Ordering.THRESHOLD_BELOW_NOISE:
        return _largest_noise(balanced, network)
    if network.noise.edge is not oo:
        return _of_term(gap_to_edge(balanced, network), balanced)
    if where_larger(balanced, number_of_noise(balanced), term(S.One, BULK)) is Holds.NOWHERE:
        return ZERO
    largest, kappa = _largest_noise(balanced, network), law_of(balanced, "threshold")
    assert (largest.exponent, largest.log_exponent) == (kappa.exponent, kappa.log_exponent)
    return replace(
        largest,
        expr=largest.expr - kappa.expr,
        constant=simplify(largest.constant - kappa.constant),
        corrected=corrected_expr(largest) - corrected_expr(kappa),
    )


def gap_to_edge(balanced: Balanced, network: Network) -> Term:
    """From the threshold, which lies within the hard edge of the noise, to that edge."""
    return jump_at_edge(network) if isinstance(balanced.hypothesis.ordering, Binding) else edge_gap(network)


def band_of_units(network: Network) -> Term:
    """The distance to a hard edge of the noise within which there is as much of it as p units keep."""
    edge = network.noise.edge_law
    freedom = (width / d / edge.mass_constant) ** (1 / edge.mass_power)
    return term(edge.gap_constant * effective_noise * freedom**edge.gap_power, BULK)


def _scales_of(balanced: Balanced, network: Network) -> dict[Expr, Expr]:
    """Laws of delta and kappa, less the one that the ordering neglects."""
    noise, cut = (law_of(balanced, name).expr for name in ("effective_noise", "threshold"))
    if ordering_of(balanced) is None:
        return {effective_noise: S.Zero, threshold: S.Zero}
    if ordering_of(balanced) is Ordering.THRESHOLD_ABOVE_NOISE:
        return {effective_noise: S.Zero, threshold: cut}
    if ordering_of(balanced) is Ordering.THRESHOLD_BELOW_NOISE:
        return {effective_noise: noise, threshold: S.Zero}
    # kappa is a multiple of delta at a hard edge: written so, it cancels in what follows
    return {
        effective_noise: noise,
        threshold: cut if network.noise.edge is oo else network.noise.edge * noise,
    }


def tail_of(network: Network) -> tuple[Expr, Expr]:
    """Number of weights above x where noise and threshold are negligible, and the exponent of its fall.

    The number learned is that of modes above T; far above T, x takes its place.
    """
    learned = mode_functions(network, Ordering.THRESHOLD_ABOVE_NOISE, Learned.SOME).learned
    (leading,) = leading_sum(learned, Learned.SOME)
    exponent = FIELD.to_sympy(leading.crossover_power) / gamma
    share = leading.constant * d ** FIELD.to_sympy(leading.dimension_power)
    return d * share * (AMPLITUDE / weight) ** exponent, exponent


def _counting_function(balanced: Balanced, network: Network, tail: Expr) -> Expr:
    """Number of learned weights above x: of modes that would be outliers at the threshold kappa + x."""
    scales = _scales_of(balanced, network)
    seen = scales[threshold] + weight
    if network.bbp_threshold != 0 and balanced.regime.learned is Learned.SOME:
        seen = network.bbp_threshold.subs({**scales, threshold: seen})
    return tail.subs(weight, seen)


def _tail_start(balanced: Balanced, network: Network) -> Law:
    """The weight far above which the tail is a power law."""
    if balanced.regime.learned is Learned.ALL:
        return _of_term(_smallest_mode(), balanced)
    if ordering_of(balanced) is None:
        return _of_term(_smallest_mode(width), balanced)
    if ordering_of(balanced) is Ordering.THRESHOLD_BELOW_NOISE:
        return _largest_noise(balanced, network)
    return law_of(balanced, "threshold")


def _smallest_mode(number: Expr = d) -> Term:
    """Size of the last of so many modes."""
    decay: Term = term(number, MODES) ** coefficient(-gamma)
    return term(AMPLITUDE, MODES) * decay


def _spikes(balanced: Balanced, network: Network) -> Spikes:
    scales, mode = _scales_of(balanced, network), AMPLITUDE * index**-gamma
    noise, overlap = {effective_noise: law_of(balanced, "effective_noise").expr}, network.overlap
    assert network.outlier_location is not None
    # every mode of the target, or every unit, makes one
    every = {Learned.ALL: d, None: width}.get(balanced.regime.learned)
    end = _bulk_edge(balanced, network) if every is None else _of_term(_smallest_mode(every), balanced)
    return Spikes(
        number=law_of(balanced, "learned_modes"),
        location=simplify((network.outlier_location - threshold).subs(scales)).subs(size, mode),
        # where noise is negligible too: what is left to 1 has a law
        overlap=None if overlap is None else simplify(overlap.subs(noise).subs(size, mode)),
        largest_outlier=_of_term(term(AMPLITUDE, MODES), balanced),
        smallest_outlier=end,
        spacing=_of_term(last_spacing(balanced, network), balanced) if every is None else ZERO,
    )


def last_spacing(balanced: Balanced, network: Network) -> Term:
    """How far above the end of the spikes the last may lie: s_i less s_K is gamma s_K/K at most."""
    step = Dummy("h", positive=True)
    ((_, (learned,)),) = balanced.leading_terms("learned_modes")
    ordering = ordering_of(balanced)
    assert ordering is not None
    unit = {  # in units of T
        Ordering.THRESHOLD_ABOVE_NOISE: {effective_noise: S.Zero, threshold: S.One},
        Ordering.THRESHOLD_AT_EDGE: {effective_noise: 1 / network.noise.edge, threshold: S.One},
        Ordering.THRESHOLD_BELOW_NOISE: {effective_noise: S.One, threshold: S.Zero},
    }[ordering]
    assert network.outlier_location is not None
    location, smallest = network.outlier_location.subs(unit), network.bbp_threshold.subs(unit)
    rise = simplify(location.subs(size, smallest * (1 + step)) - location.subs(size, smallest))
    constant, power = rise.as_leading_term(step).as_coeff_exponent(step)
    one_step: Term = term(gamma, MODES) * learned ** (-FIELD.one)
    rise_of_last: Term = term(constant, MODES) * one_step ** coefficient(power)
    return _scale(balanced) * rise_of_last


def number_of_noise(balanced: Balanced) -> Pieces:
    """Number of weights that are noise and not 0."""
    number = term(d, MODES)
    return [(part, tuple(number * t for t in terms)) for part, terms in balanced.leading_terms(NOISE_ABOVE)]
