"""What people read: titles of phases, why they are there, what happens at their boundaries.

Mathematics decides which case holds and hands it over as plain strings and numbers; here the case becomes a
sentence.  So the wording can be improved without a change of any formula.

In this order: phases, boundaries.
"""

from __future__ import annotations

from collections.abc import Sequence

# Phases.

MODES, BULK, FEATURES = "target modes", "noise above the threshold", "fitted features"
LABEL_NOISE, WEIGHT_DECAY = "label noise", "weight decay"
"""Where a term of an equation comes from."""

SCALES = "n_eff = d**a, weight_decay = d**ell, noise_variance = d**-b; normalised as in arXiv:2509.24882."
"""Under tables of laws."""

NORMALISATION = "Normalised as in arXiv:2509.24882; R = E[(f - f*)^2]."
"""Under tables of numbers."""

Phrase = tuple[str, str, str]
"""Name, title and reason of a phase."""

_TRIVIAL = {WEIGHT_DECAY: ("Ib", "trivial"), BULK: ("Ia", "trivial"), FEATURES: ("Ia", "trivial")}
"""Where nothing is learned, by what sets the threshold: strong decay, or few samples."""

_TRAINED = {
    ("THRESHOLD_ABOVE_NOISE", "some", MODES): ("II", "over-regularised"),
    ("THRESHOLD_ABOVE_NOISE", "all", MODES): ("III", "shrinkage-dominated"),
    ("THRESHOLD_AT_EDGE", "some", MODES): ("IV", "benign overfitting"),
    ("THRESHOLD_AT_EDGE", "some", BULK): ("V", "harmful overfitting"),
    ("THRESHOLD_BELOW_NOISE", "some", MODES): ("VIa", "noise-dominated"),
    ("THRESHOLD_BELOW_NOISE", "all", MODES): ("VIb", "noise-dominated"),
}
"""By kappa against delta, modes learned, and what makes the risk."""

_RIDGE = {
    ("SOME", WEIGHT_DECAY, MODES): ("II", "over-regularised"),
    ("SOME", FEATURES, MODES): ("N", "noiseless interpolation"),
    ("SOME", FEATURES, LABEL_NOISE): ("V", "harmful overfitting"),
    ("SOME", WEIGHT_DECAY, LABEL_NOISE): ("VIa", "noise-dominated"),
    ("ALL", WEIGHT_DECAY, MODES): ("III", "shrinkage-dominated"),
    ("ALL", WEIGHT_DECAY, LABEL_NOISE): ("VIb", "noise-dominated"),
}
"""By features fitted, what sets kappa, and what makes the risk."""

_MODES_ABOVE = {
    "none": "no target mode stands above {}",
    "some": "the largest target modes stand above {}",
    "all": "every target mode stands above {}",
}


def trained_network(ordering: str, learned: str, risk: str, dominant: Sequence[str]) -> Phrase | None:
    """A phase of a trained network; None if no phase is like that.

    Args:
        ordering: name of the ``Ordering`` of kappa and delta.
        learned: "none", "some" or "all" modes.
        risk: what makes the risk.
        dominant: what feeds the effective noise, and what sets the threshold.

    >>> trained_network("THRESHOLD_ABOVE_NOISE", "none", MODES, (LABEL_NOISE, WEIGHT_DECAY))[:2]
    ('Ib', 'trivial')
    """
    if len(dominant) != 2 or not (
        (learned == "none" and risk == MODES) or (ordering, learned, risk) in _TRAINED
    ):
        return None
    feeds_noise, sets_threshold = dominant
    if learned == "none":
        name, title = _TRIVIAL[sets_threshold]
    elif ordering == "THRESHOLD_AT_EDGE" and feeds_noise == risk == MODES:
        name, title = "N", "noiseless interpolation"
    else:
        name, title = _TRAINED[ordering, learned, risk]
    setter = "Weight decay sets" if sets_threshold == WEIGHT_DECAY else "The degrees of freedom set"
    place = {
        "THRESHOLD_ABOVE_NOISE": "lies far above the noise, which is cut away",
        "THRESHOLD_AT_EDGE": (
            "sits at the edge of the noise, where just enough of the bulk passes it to interpolate the data"
        ),
        "THRESHOLD_BELOW_NOISE": "lies far below the noise, which is fitted in full",
    }[ordering]
    if learned == "none":
        source = "the whole energy of the target"
    elif risk == BULK:
        source = "the bulk that passes it"
    elif ordering == "THRESHOLD_BELOW_NOISE":
        source = "the noise on all that is fitted"
    elif learned == "all":
        source = "the shrinkage of every mode"
    else:
        source = "what is not learned and the shrinkage of what is"
    above = _MODES_ABOVE[learned].format("it")
    feeder = _feeder(feeds_noise, "the error itself")
    why = f"{setter} the threshold kappa; it {place}; {above}; {feeder}, and the risk is {source}."
    return name, title, why


_NARROW = {
    ("MODES_MISSED", MODES): ("Wa", "width-limited"),
    ("NOISE_FITTED", BULK): ("Wb", "overfitting by spare units"),
    ("NOISE_FITTED_AT_EDGE", BULK): ("Wc", "overfitting beyond interpolation in width"),
    ("NOISE_FITTED_AT_EDGE", MODES): ("Wd", "benign overfitting beyond interpolation in width"),
}
_NARROW_TRIVIAL = "We", "trivial, with few units that interpolate"
_NARROW_NOISELESS = "Wn", "noiseless interpolation by few units"
"""Where fewer units than pass are there, by what they keep and what makes the risk."""


def narrow_network(binding: str, learned: str | None, risk: str, dominant: Sequence[str]) -> Phrase:
    """A phase of a trained network whose width binds.

    Args:
        binding: name of the ``Binding``: what the units keep.
        learned: "none" or "some" modes; None where the width says it.
        risk: what makes the risk.
        dominant: what feeds the effective noise, and what sets the threshold.

    >>> narrow_network("MODES_MISSED", None, MODES, (LABEL_NOISE, WEIGHT_DECAY))[:2]
    ('Wa', 'width-limited')
    """
    feeds_noise, sets_threshold = dominant
    if learned == "none":
        name, title = _NARROW_TRIVIAL
    elif binding == "NOISE_FITTED_AT_EDGE" and feeds_noise == risk == MODES:
        name, title = _NARROW_NOISELESS
    else:
        name, title = _NARROW[binding, risk]
    setter = "Weight decay sets" if sets_threshold == WEIGHT_DECAY else "The degrees of freedom set"
    place = {
        "MODES_MISSED": (
            "hidden units are fewer than the target modes above it and the noise, and learn the first of them"
        ),
        "NOISE_FITTED": (
            "it lies far below the noise; hidden units that no mode is left for keep the largest of the "
            "noise, and take fewer degrees of freedom than the data have"
        ),
        "NOISE_FITTED_AT_EDGE": (
            "it sits just below the edge of the noise, where the few units that keep noise interpolate "
            "the data"
        ),
    }[binding]
    if risk == BULK:
        source = "the noise that spare units keep"
    elif binding == "MODES_MISSED":
        source = "the modes that no unit is left for"
    elif learned == "none":
        source = "the whole energy of the target"
    else:
        source = "what is not learned and the shrinkage of what is"
    feeder = _feeder(feeds_noise, "the error itself")
    return name, title, f"{setter} the threshold kappa; {place}; {feeder}, and the risk is {source}."


def best_width(feeds_noise: str) -> Phrase:
    """The phase at the best width where it cuts among the outliers, by what feeds the effective noise."""
    feeder = _feeder(feeds_noise, "the error itself")
    why = (
        "Weight decay sets the threshold kappa far below the noise, which no hidden unit is left to fit; "
        "they learn the modes that cost less than they are worth; "
        f"{feeder}, and the risk is what is not learned and the noise on what is."
    )
    return "Wb", "cut by the width", why


def _feeder(feeds_noise: str, otherwise: str) -> str:
    by = LABEL_NOISE if feeds_noise == LABEL_NOISE else otherwise
    return f"{by} feeds the effective noise delta"


def ridge_regression(
    fitted: str, learned: str | None, risk: str, feeds_noise: str, sets_ridge: str
) -> Phrase | None:
    """A phase of ridge regression; None if no phase is like that.

    Args:
        fitted: "NONE", "SOME" or "ALL" features.
        learned: "none", "some" or "all" target modes above the noise; None where features differ in variance.
        risk: what makes the risk.
        feeds_noise: what feeds the effective noise.
        sets_ridge: what sets kappa.
    """
    if fitted != "NONE" and (fitted, sets_ridge, risk) not in _RIDGE:
        return None
    name, title = _TRIVIAL[sets_ridge] if fitted == "NONE" else _RIDGE[fitted, sets_ridge, risk]
    setter = "Weight decay sets" if sets_ridge == WEIGHT_DECAY else "The degrees of freedom set"
    features = {
        "NONE": "it exceeds the variance of every feature, so that all are shrunk away",
        "SOME": "the features of larger variance are fitted, the others shrunk away",
        "ALL": "it lies below the variance of every feature, so that all are fitted",
    }[fitted]
    if fitted == "NONE":
        price = "the whole energy of the target"
    elif risk == MODES:
        price = "what shrinkage misses of the target"
    else:
        price = "the noise on all that is fitted"
    above = "" if learned is None else f"{_MODES_ABOVE[learned].format('the noise')}, "
    feeder = _feeder(feeds_noise, "what is missed of the target")
    why = f"{setter} the ridge kappa; {features}; {feeder}, {above}and the risk is {price}."
    return name, title, why


def bayes_optimal(learned: str, feeds_noise: str) -> Phrase:
    """A phase of the Bayes-optimal estimator with some noise, by modes learned and what feeds the noise."""
    feeder = LABEL_NOISE if feeds_noise == LABEL_NOISE else "the error itself"
    if learned == "none":
        return (
            "Ia",
            "trivial",
            f"No target mode stands above the effective noise delta, which {feeder} feeds.",
        )
    rest = {
        "some": "the risk is what it hides and blurs of the largest modes",
        "all": "every mode stands above it, and the risk is the noise on all of them",
    }[learned]
    name, title = {
        ("some", LABEL_NOISE): ("IV", "benign"),
        ("some", MODES): ("N", "noiseless interpolation"),
        ("all", LABEL_NOISE): ("VIb", "noise-dominated"),
    }[learned, feeds_noise]
    return name, title, f"{feeder.capitalize()} feeds the effective noise delta, and {rest}."


EXACT_RECOVERY = (
    "R",
    "exact recovery",
    "There are more samples than parameters and no label noise: the target is recovered exactly.",
)


def tuned(learned: str, feeds_noise: str) -> Phrase:
    """A phase at the best weight decay, by modes learned and what feeds the noise."""
    if learned == "some":
        why = (
            "The threshold sits at the edge of the noise, where less would let the bulk pass and more would "
            "shrink what is learned; the risk is what is not learned and the shrinkage of what is."
        )
        return "IV" if feeds_noise == LABEL_NOISE else "N", "tuned to the edge of the noise", why
    why = "Every mode is learned: no noise is left to be cut, and the threshold hardly matters."
    return "VIb", "noise-dominated", why


MODES_ABOVE_SCALES = {
    "none": "no mode lies above the larger of delta and kappa",
    "some": "some modes, but not all, lie above the larger of delta and kappa",
    "all": "all modes lie above the larger of delta and kappa",
}
"""A hypothesis in words, by modes learned."""

MEANINGS_OF_SYMBOLS = {
    "D_b": "degrees of freedom of the noise above the threshold, per mode",
    "L": "log(1/D_b)",
}
"""Of a derivation, beside those of physical variables and unknowns."""


# Boundaries.


def mechanism_of_type(kind: str) -> str:
    """What happens at a boundary of a network, by the name of its type alone.

    >>> mechanism_of_type("onset")
    'The first modes of the target are learned, one by one: each counts for itself.'
    """
    return {
        "crossover": "Two terms that are there on both sides exchange the lead; the law is their balance.",
        "onset": "The first modes of the target are learned, one by one: each counts for itself.",
        "saturation": "The last modes of the target are learned: the sum over modes ends at the smallest.",
        "interpolation peak": (
            "The data take as many degrees of freedom as the noise alone has: fitted by noise they drive the "
            "risk to a peak, of a height that only weight decay bounds (the local law)."
        ),
        "recovery": (
            "The data take as many degrees of freedom as all modes have: from there on nothing of the target "
            "need be missed, and on the scale of exponents the risk jumps to what label noise and weight "
            "decay leave, or to zero (the local law)."
        ),
    }[kind]


def width_limited(kind: str, role: str) -> str:
    """What happens at a boundary where the width binds on one side or both.

    Args:
        kind: the name of the type of the boundary.
        role: what the number of units meets: "modes", "samples", "edge" or "dimension".

    >>> width_limited("interpolation peak", "samples")[:39]
    'Spare units take as many degrees of fre'
    """
    if kind == "interpolation peak":
        return (
            "Spare units take as many degrees of freedom as the data have: fitted by the noise in them, the "
            "data drive the risk to a peak in width, of a height that only weight decay bounds (local law)."
        )
    if kind == "edge":
        return (
            "Weight decay lowers the threshold kappa to the noise, of which spare units fit the largest, all "
            "next to its edge: the cost grows like the square of the distance to that edge."
        )
    if role == "modes":
        return (
            "There are as many hidden units as target modes above the noise and the threshold: with fewer, "
            "modes are missed; with more, spare units fit noise, or nothing."
        )
    if role == "edge":
        return (
            "There are as many hidden units as noisy modes above the threshold that interpolates the data at "
            "full width: with more, the width does not bind."
        )
    if role == "dimension":
        return (
            "There are as many hidden units as inputs, or as positive noisy modes: with more, the width does "
            "not bind; with fewer, modes or noise that no unit is left for are missed."
        )
    return mechanism_of_type("crossover")


def threshold_meets_edge(edge: str | None, *, stays: bool, jumps: bool) -> str:
    """Weight decay lowers the threshold to the noise, which ends at an edge or has a tail.

    Args:
        edge: kappa/delta at the edge; None without one.
        stays: whether the threshold stays there.
        jumps: whether the exponent of the risk jumps.
    """
    then = (
        "there it stays, for the bulk must take the degrees of freedom that weight decay no longer does"
        if stays
        else "it goes on into the bulk, all of which is fitted in the end"
    )
    bulk = "exponentially little" if edge is None else "a power of the distance to that edge"
    risk = (
        f"the overfitted bulk first costs {bulk}, so that on the scale of exponents the risk jumps"
        if jumps
        else "the overfitted bulk does not matter to the risk yet"
    )
    return f"{_threshold_lowered(edge)}; {then}; {risk}."


def threshold_meets_edge_unfelt(edge: str | None) -> str:
    """The same where the risk does not change; ``edge`` as above."""
    return f"{_threshold_lowered(edge)}; so little is learned that the risk does not feel it."


def _threshold_lowered(edge: str | None) -> str:
    where = "has a tail but no edge" if edge is None else f"ends at kappa = {edge} delta"
    return f"Weight decay lowers the threshold kappa to the noise, which {where}"


def modes_fitted_by_noise() -> str:
    """The last modes rise where the risk does not change."""
    return "The last modes rise above the noise; what is fitted is the noise on all modes, as before."


def noise_fed_unfelt() -> str:
    """Another term feeds delta where the risk does not change."""
    return "Another term feeds the effective noise delta, far below the threshold, which sets the risk."


def features_meet_capacity(*, jumps: bool) -> str:
    """Linear estimators: the capacity meets that of isotropic features; whether the exponent jumps."""
    jump = ", and on the scale of exponents the risk jumps" if jumps else ""
    return (
        "The data offer as much capacity as all features take, which are of one variance: the ridge "
        f"kappa falls from there to what weight decay leaves of it{jump}. On the boundary weight decay alone "
        "leaves any spare capacity, by which label noise, if there is any, is divided: a peak (local law)."
    )


def features_are_fitted(*, by_decay: bool, which: str | None) -> str:
    """Linear estimators: kappa meets the variances of "first" or "last" features, or of all (None)."""
    setter = "Weight decay lowers" if by_decay else "The samples lower"
    if which is None:
        return f"{setter} the ridge kappa to the one variance of all features, which are fitted at once."
    return f"{setter} the ridge kappa to the variances of the {which} features, which are fitted one by one."


def leading_end_changes(*, felt: bool) -> str:
    """Linear estimators: a parameter passes a value; whether the risk feels it."""
    change = (
        "The sum over what is missed of the target changes its leading end, from modes of the size of the "
        "scale that cuts them to the first modes"
    )
    if not felt:
        return f"{change}; the risk is that of noise, and does not feel it."
    return (
        f"{change}, of which as much is missed however regular the target is; on the boundary all modes in "
        "between count alike, which makes a logarithm."
    )


def modes_cross(scale: str, which: str) -> str:
    """Systems: the "first" or the "last" modes rise above a scale.

    >>> modes_cross("sqrt(kappa)", "first")
    'The first modes rise above the scale sqrt(kappa): in the sums that it cuts each mode counts for itself.'
    """
    rest = "each mode counts for itself" if which == "first" else "the modes that are left below it end"
    return f"The {which} modes rise above the scale {scale}: in the sums that it cuts {rest}."


def parameter_passes(value: str, *, felt: bool) -> str:
    """Systems: a parameter passes a value; whether the risk feels it.

    >>> parameter_passes("r = 1", felt=False)
    'At r = 1 a sum over modes changes its leading end; the risk does not feel it.'
    """
    logarithm = "there all modes in between count alike, which makes a logarithm"
    then = logarithm if felt else "the risk does not feel it"
    return f"At {value} a sum over modes changes its leading end; {then}."


def modes_unfelt() -> str:
    """Linear estimators: modes of the target rise above the noise."""
    return "Modes of the target rise above the noise, which a linear estimator does not feel."


def leads_exchanged(changes: Sequence[tuple[str, str, str]]) -> str:
    """Terms exchange the lead: the role of each, what plays it on one side, and on the other.

    >>> leads_exchanged([("makes the risk", "label noise", "modes")])  # doctest: +ELLIPSIS
    'Terms that are there on both sides exchange the lead: what makes the risk is label noise on one side ...'
    """
    told = [f"what {role} is {one} on one side and {other} on the other" for role, one, other in changes]
    return f"Terms that are there on both sides exchange the lead: {'; '.join(told)}."
