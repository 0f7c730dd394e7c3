"""The regimes of a network with few hidden units: what they hold, and where the width binds."""

import pickle

import pytest
from sympy import S, oo

from asymptotics import diagonal, phase_diagram, plateaus, quadratic
from asymptotics.algebra.monomials import bulk_freedom
from asymptotics.algebra.polyhedra import EVERYWHERE
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.networks.mode_functions import Ordering
from asymptotics.networks.narrow import Binding, narrow_regimes
from asymptotics.networks.network import NarrowNetwork
from asymptotics.symbols import d, effective_noise, noise_variance, threshold, width


def regimes(noisy=True):
    return [made(EVERYWHERE) for made in narrow_regimes(quadratic, noisy)]


def of(ordering, learned="some"):
    return next(
        r for r in regimes() if r.ordering is ordering and (r.learned is None or r.learned.value == learned)
    )


def test_those_of_full_width_come_with_more_units_than_pass():
    full = [r for r in regimes() if isinstance(r.ordering, Ordering)]
    assert len(full) == 8
    for regime in full:
        nothing_passes = regime.ordering is Ordering.THRESHOLD_ABOVE_NOISE and regime.learned.value == "none"
        assert any(large.holds([width]) for large, _ in regime.larger) is not nothing_passes


def test_where_the_width_binds_it_is_far_below_the_dimension():
    binding = [r for r in regimes() if isinstance(r.ordering, Binding)]
    assert len(binding) == 5
    for regime in binding:
        assert (d, width) in [(large.monomial(), small.monomial()) for large, small in regime.larger]
        at_edge = regime.ordering is Binding.NOISE_FITTED_AT_EDGE
        assert regime.unknowns == (effective_noise, bulk_freedom if at_edge else threshold)


def test_noise_with_a_jump_against_the_semicircle_itself():
    """Its functionals where all of it above q is kept at kappa = 0, as q nears the edge 2."""
    kept = of(Binding.NOISE_FITTED)
    (error,) = (t for t in kept.risk if t.origin == "noise above the threshold")
    (freedom,) = (t for t in kept.equations[1].right if t.origin == "noise above the threshold")
    # with the mass m = p/d: int x^2 = 4 m and int x^2 = 4 m, for Re g = x/2 (delta = 1); R = 2 E
    assert error.coefficient * error.monomial() == 8 * effective_noise**2 * width / d
    assert freedom.coefficient * freedom.monomial() == 4 * width / d
    at_edge = of(Binding.NOISE_FITTED_AT_EDGE)
    (error,) = (t for t in at_edge.risk if t.origin == "noise above the threshold")
    # D = 2 t m and E = t^2 m
    assert error.coefficient * error.monomial() == effective_noise**2 * bulk_freedom**2 * d / (2 * width)


def test_a_narrow_network_without_label_noise_has_no_term_of_it():
    terms = [t for r in regimes(noisy=False) for e in r.equations for t in e.right]
    assert not any(t.holds([noise_variance]) for t in terms)


def test_a_soft_edge_is_refused():
    with pytest.raises(InvalidArgument, match="hard edge"):
        NarrowNetwork(diagonal)


def test_the_phases_at_fixed_noise():
    diagram = phase_diagram(quadratic, width="scaled")
    names = [phase.name for phase in diagram.phases]
    assert names == ["Ia", "Ib", "II", "III", "IV", "V", "VIa", "VIb", "Wa", "Wb", "Wc", "Wd", "We"]
    full = {phase.name: phase for phase in phase_diagram(quadratic).phases}
    for phase in diagram.phases:
        if phase.name in full:  # where the width does not bind, the laws are those of full width
            assert phase.risk.expr == full[phase.name].risk.expr
            assert phase.threshold.expr == full[phase.name].threshold.expr


def test_the_width_counts_against_modes_samples_and_the_edge():
    diagram = phase_diagram(quadratic, width="scaled")
    at = {"ell": -1, "gamma": 1}
    crossed = [diagram.locate(a=0.5, rho=rho, **at).name for rho in (0.2, 0.4, 0.6, 0.9, 1.5)]
    assert crossed == ["Wa", "Wb", "Wc", "V", "V"]
    crossed = [diagram.locate(a=1.5, rho=rho, **at).name for rho in (0.5, 0.9, 1.5)]
    assert crossed == ["Wa", "Wb", "VIa"]


def test_along_the_samples_a_width_ends_on_a_plateau():
    diagram = phase_diagram(quadratic, width="scaled")
    curve = diagram.learning_curve(ell=-1, gamma=1, rho=0.5)
    assert [phase.name for _, _, phase in curve] == ["IV", "Wd", "Wc", "Wb", "Wa"]
    assert [start for start, _, _ in curve] == [0, S(1) / 6, S(1) / 3, S(1) / 2, 1]
    (plateau,) = plateaus(diagram, ell=-1, gamma=1, rho=0.5)
    assert (plateau.begins.a, plateau.ends.a, plateau.exponent) == (1, oo, -S(1) / 2)


def test_a_diagram_of_scaled_width_takes_the_width():
    diagram = phase_diagram(quadratic, width="scaled")
    for rho in (None, 0, -1):
        with pytest.raises(InvalidArgument, match=r"^rho="):
            diagram.locate(a=1, ell=-1, gamma=1, rho=rho)
    with pytest.raises(InvalidArgument, match=r"^rho="):
        phase_diagram(quadratic).locate(a=1, ell=-1, gamma=1, rho=0.5)
    for model, estimator in ((diagonal, "erm"), (quadratic, "bayes")):
        with pytest.raises(InvalidArgument, match=r"^width="):
            phase_diagram(model, estimator=estimator, width="scaled")
    assert diagram["V"].spectrum().bulk_edge == phase_diagram(quadratic)["V"].spectrum().bulk_edge
    assert pickle.loads(pickle.dumps(diagram)) == diagram
    assert "p units keep all outliers" in str(diagram["Wb"].derivation())
