"""Every name that the refactoring may change, in one place: here it is adapted, and the record is not.

Accessors of phases, laws, walls, solutions; nothing else in this folder reads their attributes.  What is not
promised (``asymptotics.noise`` for a network of one's own) is imported here alone.
"""

from dataclasses import replace

import mpmath
from sympy import Eq, Rational, S, oo, pi, sqrt

import asymptotics
from asymptotics import symbols
from asymptotics.lemmas.noise import NoiseLaw, level

# --- letters

SYMBOLS = {name: getattr(symbols, name) for name in ("a", "ell", "gamma", "b", "source")}


# --- models


def bilinear():
    """The network of examples/third_model.py."""
    return replace(
        asymptotics.quadratic,
        name="bilinear",
        noise=NoiseLaw(density=sqrt(4 - level**2) / pi, edge=S(2)),
        noise_balance=Eq(
            symbols.n_eff / symbols.d * symbols.effective_noise**2,
            symbols.noise_variance + symbols.matrix_error,
        ),
        threshold_balance=Eq(
            symbols.n_eff / symbols.d,
            symbols.degrees_of_freedom + symbols.weight_decay / symbols.threshold,
        ),
        excess_risk=symbols.matrix_error,
        subordination_map=None,  # the quadratic network's is that of noise of which half is kept
    )


def model(name):
    """A network or estimator of one's own, by the name that the record has for it."""
    return bilinear() if name == "bilinear" else getattr(asymptotics, name)


# --- diagrams


def phases(diagram):
    return tuple(diagram.phases)


def boundaries(diagram):
    return tuple(diagram.boundaries)


def exponents_of(diagram):
    """The exponents that a point of a diagram has."""
    names = ["a", "ell", "gamma"]
    names += ["b"] if diagram.noise == "scaled" else []
    names += ["source"] if any(region(p).has(symbols.source) for p in phases(diagram)) else []
    return names


def locate(diagram, point):
    return diagram.locate(**point)


def touching(error):
    """The phases that an OnBoundary names."""
    return error.phases


def optimal_weight_decay(diagram, **at):
    """(from, to, decay, risk) of each piece."""
    return [tuple(piece) for piece in diagram.optimal_weight_decay(**at)]


# --- phases


def region(phase):
    return phase.region


PHASE_LAWS = {
    "risk": lambda phase: phase.risk,
    "effective_noise": lambda phase: phase.effective_noise,
    "threshold": lambda phase: phase.threshold,
    "learned": lambda phase: phase.learned,
    "degrees_of_freedom": lambda phase: phase.degrees_of_freedom,
    "train_loss": lambda phase: phase.train_loss,
}

PARTS = {"unlearned": "unlearned", "learned": "learned", "overfitting": "overfitting"}
"""The record's name of a part of the risk -> its key in ``decomposition``, of phases and of solutions."""


def decomposition(of):
    found = dict(of.decomposition)
    assert set(found) <= set(PARTS.values()), found
    return {ours: found[theirs] for ours, theirs in PARTS.items() if theirs in found}


def derivation_text(phase):
    return str(phase.derivation())


def derivation_counts(phase):
    """How many equations, balances, lines of solution and inequalities a derivation has."""
    found = phase.derivation()
    return [len(found.equations), len(found.balances), len(found.solution), len(found.checks)]


def hypothesis_counts(phase):
    return len(phase.hypothesis.dominant)


def spectrum_laws(phase):
    """Laws, and expressions, of the spectrum of the trained weights."""
    found = phase.spectrum()
    laws = {
        "atom": found.atom,
        "mass_above": found.mass_above,
        "noise_weights": found.noise_weights,
        "bulk_edge": found.bulk_edge,
        "learned": found.learned_modes,
        "tail_from": found.tail_range[0],
        "tail_to": found.tail_range[1],
    }
    expressions = {
        "tail": found.tail,
        "tail_exponent": found.tail_exponent,
        "counting": found.counting_function,
    }
    spikes = found.spikes
    if spikes is not None:
        laws |= {
            "spikes_number": spikes.number,
            "spikes_first": spikes.largest_outlier,
            "spikes_last": spikes.smallest_outlier,
            "spikes_spacing": spikes.spacing,
        }
        expressions |= {"spikes_location": spikes.location, "spikes_overlap": spikes.overlap}
    return laws, expressions


# --- laws


LAW_PARTS = {
    "expr": lambda law: law.expr,
    "exponent": lambda law: law.exponent,
    "log_exponent": lambda law: law.log_exponent,
    "constant": lambda law: law.constant,
}


def refined(law):
    return law.corrected


def refined_order(law):
    return law.corrected_order


def evaluate_refined(law, **at):
    return law.evaluate(**at, corrected=True)


def numpy_refined(law):
    return law.numpy(corrected=True)


def at_exponents(law, **at):
    """Constant, exponent, exponent of the logarithm, and value at d = 1000."""
    found = law.at(**at)
    return found.constant, found.exponent, found.log_exponent, found.evaluate(1000)


# --- walls


def relation(wall):
    return wall.relation


def sides(wall):
    return wall.phases


def continuous(wall):
    return wall.continuous


def crossover(wall):
    """The law across a wall, and whether it is one of a linear estimator, of which the record has less."""
    return wall.law(), isinstance(wall.phases[0].balance.model, asymptotics.RidgeRegression)


CROSSOVER_PARTS = {
    "continuous": lambda found: found[0].continuous,
    "logarithmic": lambda found: None if found[1] else found[0].logarithmic,
    "unknowns": lambda found: 0 if found[1] else len(found[0].unknowns),
}


def crossover_variable(found):
    law, linear = found
    return None if linear and law.local is None else law.variable


def crossover_width(found):
    """Its ends, or the width itself."""
    law, linear = found
    if linear:
        return [None if law.local is None else law.local.width]
    return [S.Zero, oo] if law.window is S.EmptySet else [law.window.start, law.window.end]


def crossover_solution(found, **at):
    """Risk, effective noise and threshold."""
    law, linear = found
    if linear:
        return [law.evaluate(**at)]
    solved = law.solve(**at)
    return [solved["risk"], solved["effective_noise"], solved["threshold"]]


def on_wall(found):
    """The law on a wall of kernel ridge regression where a parameter passes a value."""
    return found[0].on_boundary


# --- peaks and jumps at capacity


def interpolation_peak(network):
    return asymptotics.interpolation_peak(network)


PEAK_PARTS = {
    "samples": lambda peak: peak.samples,
    "excess": lambda peak: peak.excess,
    "width": lambda peak: peak.width,
    "height": lambda peak: peak.height,
    "below": lambda peak: peak.below,
    "above": lambda peak: peak.above,
}


def peak_depth(peak, x):
    """Y at X = excess/width: height over risk, where weight decay is so small that the law is exact."""
    at = {"gamma": 1, "d": mpmath.mpf(10) ** 90, "weight_decay": mpmath.mpf(10) ** -60, "noise_variance": 1}
    numbers = {symbols.d: at["d"], symbols.weight_decay: at["weight_decay"], symbols.noise_variance: 1}
    with mpmath.workdps(60):
        width = mpmath.mpf(peak.width.subs(numbers).evalf(60)._to_mpmath(200))
        samples, slope = peak.samples.subs(numbers), peak.excess.diff(symbols.n_eff).subs(numbers)
        threshold = mpmath.mpf(samples.evalf(60)._to_mpmath(200))
        n_eff = threshold + x * width / mpmath.mpf(slope.evalf(60)._to_mpmath(200))
        height = mpmath.mpf(peak.height.subs(numbers).evalf(60)._to_mpmath(200))
        return height / peak.evaluate(n_eff=n_eff, **at)


def recovery_jump(network, **arguments):
    return asymptotics.recovery_jump(network, **arguments)


JUMP_PARTS = {
    "samples": lambda jump: jump.samples,
    "excess": lambda jump: jump.excess,
    "width": lambda jump: jump.width,
}


# --- tails, plateaus, ratios


def tail_parts(tail):
    """(phase, laws, expressions, flags, extents) of a HeavyTail; extents are whatever tells them apart."""
    flags = [tail.by_logarithms, tail.determines_risk]
    extents = [tail.bulk.name, tail.mostly_noise.name, tail.gap.name, tail.vanishing.name]
    return tail.phase, tail.number, tail.tail_exponent, flags, extents


def tail_statement(tail):
    return tail.statement


def plateau_parts(plateau):
    """(from, to, exponent, phases, walls at its ends)."""
    return (
        plateau.begins.a,
        plateau.ends.a,
        plateau.exponent,
        plateau.phases,
        (plateau.begins.boundary, plateau.ends.boundary),
    )


def ratio_parts(ratio):
    """(region, law, attained) of a BayesRatio."""
    return ratio.region, ratio.ratio, ratio.attained


# --- solutions of the equations


SOLUTION = {
    "excess_risk": lambda solution: solution.excess_risk,
    "effective_noise": lambda solution: solution.effective_noise,
    "threshold": lambda solution: solution.threshold,
    "degrees_of_freedom": lambda solution: solution.degrees_of_freedom,
    "train_loss": lambda solution: solution.train_loss,
    "learned_modes": lambda solution: solution.learned_modes,
}


def residual(solution):
    return solution.residual


def digits(solution):
    return solution.digits


def n_eff(problem):
    return problem.n_eff


def copies(problem):
    """R/E of a network."""
    return problem.architecture.risk_per_error


def pruned(solution):
    return solution.pruned()


SPECTRUM = {
    "atom": lambda spectrum: spectrum.atom,
    "bulk_edge": lambda spectrum: spectrum.bulk_edge,
    "bulk_edges": lambda spectrum: spectrum.bulk_edges,
    "smallest": lambda spectrum: spectrum.smallest,
    "right_edge": lambda spectrum: spectrum.right_edge,
    "spike_width": lambda spectrum: spectrum.spike_width,
}


def spikes(spectrum):
    """(location, overlap) of each."""
    return [(spike.location, spike.overlap) for spike in spectrum.spikes]


def is_even(spectrum):
    return spectrum.is_even


CERTIFICATE = {
    "excess_risk": lambda certificate: certificate.excess_risk,
    "effective_noise": lambda certificate: certificate.effective_noise,
    "threshold": lambda certificate: certificate.threshold,
    "degrees_of_freedom": lambda certificate: certificate.degrees_of_freedom,
}


# --- verify


def check_parts(check):
    """(exact exponents, dimension, predicted, measured, tolerance, passed)."""
    point = (check.a, check.ell, check.gamma, check.b)
    return point, check.dim, check.predicted, check.measured, check.tolerance, check.passed


def with_wrong_exponent(diagram):
    """The diagram with an exponent of the risk that is off by 0.05 in one of its phases."""
    *others, last = diagram.phases
    risk = replace(last.risk, exponent=last.risk.exponent + Rational(1, 20))
    return replace(diagram, phases=(*others, replace(last, risk=risk)))
