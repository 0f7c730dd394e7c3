"""Laws across the boundaries at which the width binds: their limits, the peak, parts of the semicircle."""

import mpmath
import pytest
from sympy import oo

from asymptotics import BoundaryType, InvalidArgument, diagonal, phase_diagram, quadratic, width_peak
from asymptotics.boundaries.width import binds, law_across, mechanism_across, type_across


def diagram():
    return phase_diagram(quadratic, width="scaled")


def between(one, other):
    return next(b for b in diagram().boundaries if [p.name for p in b.phases] == [one, other])


def point(width, n_eff=1e12, d=10**40, weight_decay=1e-30, gamma=1):
    return {
        "gamma": gamma,
        "n_eff": n_eff,
        "d": d,
        "weight_decay": weight_decay,
        "noise_variance": 1,
        "width": width,
    }


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("II", "Wb", "of which spare units fit the largest"),
        ("Wb", "Wc", "Spare units take as many degrees of freedom as the data"),
        ("Wa", "Wb", "as many hidden units as target modes"),
        ("V", "Wc", "as many hidden units as noisy modes"),
        ("III", "Wa", "as many hidden units as inputs"),
    ],
)
def test_the_mechanism_says_what_the_hidden_units_meet(one, other, words):
    assert words in between(one, other).mechanism


@pytest.mark.slow
def test_every_boundary_has_a_law():
    for boundary in diagram().boundaries:
        law = boundary.law()
        assert law.type is boundary.type
        assert law.mechanism == boundary.mechanism
        assert law.continuous is boundary.continuous
        if any(map(binds, boundary.phases)):
            given = (boundary.phases, boundary.relation, boundary.continuous)
            assert law == law_across(*given)
            assert type_across(*given) is law.type
            assert mechanism_across(*given) == law.mechanism


@pytest.mark.parametrize(
    ("names", "below", "above"),
    [
        (("Wa", "Wb"), point(1e3), point(1e9)),
        (("Wb", "Wc"), point(1e9, gamma=2), point(1e15, gamma=2)),
        (("Wc", "Wd"), point(1e14), point(1e21)),
        (("V", "Wc"), point(1e27, n_eff=1e25), point(1e36, n_eff=1e25)),
        (("II", "Wa"), point(1e2, weight_decay=1e-12), point(1e9, weight_decay=1e-12)),
        (("VIa", "Wb"), point(1e34, n_eff=1e50), point(1e42, n_eff=1e50)),
    ],
)
def test_it_becomes_the_law_of_the_phase_on_either_side(names, below, above):
    boundary = between(*names)
    law = boundary.law()
    laws = {phase.name: phase.risk for phase in boundary.phases}
    order = [name for name in ("Wa", "Wb", "Wc", "Wd", "II", "V", "VIa") if name in laws]
    for at, name in ((below, order[0]), (above, order[1])):
        assert float(law.evaluate(**at)) == pytest.approx(float(laws[name].evaluate(**at)), rel=1e-2, abs=0)


def test_units_for_modes_by_their_sums():
    """R = 2 delta^2/d times the sum of what each mode costs, the p-th being the last that is learned."""
    d, n_eff = 10**30, 1e12
    delta = mpmath.sqrt(mpmath.mpf(d) / (4 * n_eff))
    law = between("Wa", "Wb").law()
    number = int(mpmath.sqrt(d) / delta)
    for width in (number // 10, number // 2, number, 2 * number):
        cost = mpmath.mpf(0)
        outliers = min(width, number)
        cost += mpmath.quad(lambda i: 2 + 3 * (i / number) ** 2, [0, outliers])
        cost += mpmath.mpf(number) ** 2 / outliers + 4 * max(width - number, 0)
        expected = 2 * delta**2 / d * cost
        at = point(width, n_eff=n_eff, d=d, weight_decay=1e-20)
        assert law.evaluate(**at) == pytest.approx(expected, rel=1e-5, abs=0)


def test_the_peak_in_width():
    law = between("Wb", "Wc").law()
    assert law.type is BoundaryType.INTERPOLATION_PEAK
    assert law.local == width_peak(quadratic)
    at = {"d": 10**20, "weight_decay": 1e-10, "noise_variance": 3}
    n_eff = 10**10
    height = (mpmath.mpf(n_eff) / at["d"]) ** (1 / mpmath.mpf(3)) * (9 / mpmath.mpf(1e-10)) ** (
        2 / mpmath.mpf(3)
    )
    peak = width_peak(quadratic)
    assert peak.evaluate(n_eff=n_eff, width=n_eff // 2, **at) == pytest.approx(height, rel=1e-9, abs=0)
    whole = law.evaluate(n_eff=n_eff, width=n_eff // 2, gamma=1, **at)
    assert whole == pytest.approx(height, rel=1e-3, abs=0)  # what is left is of the order of kappa/delta
    for side in (0.5, 0.9, 1.1, 2):
        assert law.evaluate(n_eff=n_eff, width=side * n_eff / 2, gamma=1, **at) < height


def test_what_the_law_of_the_peak_leaves_out():
    """(12/5) w' p/d and four degrees of freedom a mode over w Y, with 2 w'^(3/2)/(3 pi) = p/d."""
    peak, d, n_eff = width_peak(quadratic), mpmath.mpf(10) ** 14, mpmath.mpf(10) ** 7
    for decay in (1e-6, 1e-8, 1e-9):
        at = {"n_eff": n_eff, "d": d, "weight_decay": decay, "noise_variance": 1, "width": n_eff / 2}
        share, delta = n_eff / 2 / d, peak.solve(gamma=1, **at)["effective_noise"]
        reach = (3 * mpmath.pi * share / 2) ** (2 / mpmath.mpf(3))
        moved = mpmath.mpf(12) / 5 * reach * share + 4 * mpmath.sqrt(d) / delta / d
        left = 1 / (2 * delta**2)  # label noise over delta^2
        assert peak.left_out(gamma=1, **at) == pytest.approx(moved / left, rel=1e-9, abs=0)
        # without gamma there is one mode at least
        assert peak.left_out(**at) < peak.left_out(gamma=1, **at)


def test_a_peak_narrower_than_what_its_law_leaves_out_is_refused():
    peak = width_peak(quadratic)
    at = {"d": 10**14, "n_eff": 10**7, "weight_decay": 1e-40, "noise_variance": 1, "gamma": 1}
    for ask in (peak.evaluate, peak.solve):
        with pytest.raises(InvalidArgument, match=r"leaves out at most 1/2 of what it keeps"):
            ask(width=5 * 10**6, **at)
        with pytest.raises(InvalidArgument, match=r"leaves out at most 1/2"):
            ask(width=5 * 10**6, **{name: value for name, value in at.items() if name != "gamma"})
        ask(width=6 * 10**6, **at)  # far from the top it means something again


def test_the_peak_needs_a_hard_edge():
    with pytest.raises(InvalidArgument, match="hard edge"):
        width_peak(diagonal)


@pytest.mark.parametrize("share", [0.01, 0.2, 0.45, 0.5, 0.8])
def test_part_of_the_semicircle(share):
    """R = 2 delta^2 times the second moment of the largest p of d eigenvalues, or of all positive ones."""
    at = point(share * 10**10, n_eff=10**12, d=10**10, gamma=2)
    density = lambda w: mpmath.sqrt(4 - w**2) / (2 * mpmath.pi)  # noqa: E731
    cut = max(0, mpmath.findroot(lambda u: mpmath.quad(density, [u, 2]) - share, (0.1, 0.2)).real)
    moment = mpmath.quad(lambda w: w**2 * density(w), [cut, 2])
    expected = 2 * moment * mpmath.mpf(10) ** 10 / (4 * 10**12)
    assert between("VIa", "Wb").law().evaluate(**at) == pytest.approx(expected, rel=1e-6, abs=0)


def test_modes_are_missed_until_the_width_is_full():
    law = between("VIb", "Wa").law()
    assert not law.continuous
    assert law.type is BoundaryType.SATURATION
    at = point(10**10, n_eff=1e50, d=10**10)
    assert law.evaluate(**at) == pytest.approx(diagram()["VIb"].risk.evaluate(**at), rel=1e-9, abs=0)
    missing = point(0.9 * 10**10, n_eff=1e50, d=10**10)
    energy = 2 * (1 / (0.9 * 10**10) - mpmath.mpf(10) ** -10)
    assert law.evaluate(**missing) == pytest.approx(energy, rel=1e-6, abs=0)


def test_where_the_risk_does_not_feel_the_width():
    law = between("IV", "Wd").law()
    assert law.type is BoundaryType.UNCHANGED
    assert law.window.is_empty
    assert between("Wa", "Wb").law().window.sup == oo
