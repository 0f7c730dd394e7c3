"""Arrays in float64 against numbers of mpmath, and what both refuse."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import mpmath
import numpy as np
import pytest
from sympy import Eq, LambertW, Piecewise, S, cos, log, pi, sin

from asymptotics import PhysicalPoint, PowerLaw, System, kernel_ridge, mode_sum, phase_diagram
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.expressions.evaluation import Vectorised, value_of
from asymptotics.symbols import (
    a,
    alpha,
    d,
    ell,
    gamma,
    n_eff,
    noise_variance,
    size,
    source,
    threshold,
    weight_decay,
)

CLOSE = 1e-12
POINTS = 6


def random_points(seed):
    random = np.random.default_rng(seed)
    samples = 10 ** random.uniform(0, 12, POINTS)
    return {
        "gamma": random.uniform(0.55, 3, POINTS),
        "n_eff": samples,
        "d": samples * 10 ** random.uniform(0.1, 8, POINTS),
        "weight_decay": 10 ** random.uniform(-8, 2, POINTS),
        "noise_variance": 10 ** random.uniform(-3, 3, POINTS),
        "source": random.uniform(0.1, 0.95, POINTS),
    }


def value_or_refusal(function, **at):
    try:
        return float(function(**at))
    except InvalidArgument:
        return None


def test_arrays_are_what_numbers_are(shipped, all_laws):
    # outside of its phase a law may have no value: then neither has one
    seen, agreed = set(), 0
    for phase in shipped.phases:
        for _, law in all_laws(phase):
            for corrected in (False, True):
                expression = law.corrected if corrected and law.corrected is not None else law.expr
                if expression in seen:
                    continue
                seen.add(expression)
                points = random_points(len(seen))
                function = law.numpy(corrected=corrected)
                rows = [dict(zip(points, row, strict=True)) for row in zip(*points.values(), strict=True)]
                exact = [value_or_refusal(law.evaluate, **row, corrected=corrected) for row in rows]
                assert [value_or_refusal(function, **row) is None for row in rows] == [
                    x is None for x in exact
                ]
                inside = [index for index, value in enumerate(exact) if value is not None]
                found = function(**{name: column[inside] for name, column in points.items()})
                expected = np.array([exact[index] for index in inside])
                assert found.dtype == np.float64
                assert np.all(np.abs(found - expected) <= CLOSE * np.abs(expected)), expression
                agreed += len(inside)
    assert agreed > 3 * len(seen)


def test_arrays_are_broadcast():
    function = Vectorised(noise_variance * (d / n_eff) ** (1 / gamma))
    found = function(gamma=[[1.0], [2.0]], n_eff=np.array([1, 4, 16]), d=16, noise_variance=2)
    assert np.allclose(found, 2 * np.array([[16, 4, 1], [4, 2, 1]]), rtol=1e-15)
    assert isinstance(function(gamma=1, n_eff=1, d=2, noise_variance=1), float)
    assert function(gamma=1, n_eff=[], d=2, noise_variance=1).shape == (0,)


def test_pieces_are_chosen_one_by_one():
    function = Vectorised(weight_decay * Piecewise((d, gamma < 1), (1 / d, gamma > 1)))
    assert list(function(gamma=[0.75, 2.0], d=4, weight_decay=1)) == [4.0, 0.25]
    with pytest.raises(InvalidArgument, match="gamma=1: must be another number"):
        function(gamma=[0.75, 1.0], d=4, weight_decay=1)


def test_zeros_that_cancel_cost_no_digits():
    risk = phase_diagram(kernel_ridge).locate(a=4, ell=-1, gamma=1, source=0.25).risk
    assert risk.expr.has(sin)
    sources = np.array([0.5 - 1e-15, 0.5, 0.5 + 1e-9])
    found = risk.numpy()(gamma=1.25, weight_decay=1e-3, source=sources, n_eff=10, d=10)
    # lambda**(2 r)/(2 gamma) times x/sin x, x = pi (1 - 2 r) up to sign
    by_hand = 1e-3 ** (2 * sources) / 2.5
    assert np.all(np.abs(found / by_hand - 1) < 1e-13)


def test_logarithms_near_zero_keep_their_digits():
    samples = np.array([1e6, 1e6 * (1 - 1e-9), 10])
    found = Vectorised(1 / log(d / n_eff))(n_eff=samples[1:], d=1e6)
    with mpmath.workdps(40):
        exact = [1 / mpmath.log(mpmath.mpf(1e6) / mpmath.mpf(x)) for x in samples[1:]]
    assert all(abs(x / y - 1) < 1e-14 for x, y in zip(found, exact, strict=True))


def test_differences_keep_their_digits():
    found = Vectorised(d * n_eff - (d - 1) * n_eff)(d=1e14, n_eff=[3.0, 0.1])
    assert np.all(np.abs(found / [3.0, 0.1] - 1) < 1e-14)


@pytest.mark.parametrize("expression", [d**400, d**-400, (d**200) ** gamma / d ** (200 * gamma + 1)])
def test_beyond_the_range_of_float64_there_is_no_number(expression):
    with pytest.raises(OverflowError, match="evaluate takes any size"):
        Vectorised(expression)(d=[10.0, 1e10], gamma=1.5)


WRONG = [
    ("n_eff", [1.0, -1.0], "n_eff=-1.0: must be a number above 0"),
    ("n_eff", [1.0, np.nan], "n_eff=nan: must be a number above 0"),
    ("n_eff", 0, "n_eff=0: must be a number above 0"),
    ("n_eff", "1", "n_eff='1': must be a number or an array"),
    ("n_eff", [True], r"n_eff=\[True\]: must be a number or an array"),
    ("n_eff", np.array([1j]), "n_eff=array.*: must be a number or an array"),
    ("n_eff", None, "n_eff=None: must be a number above 0, for the law depends on it"),
    ("gamma", [1.0, 0.5], "gamma=0.5: must be a number above 1/2"),
    ("gamma", np.inf, "gamma=inf: must be a number"),
    ("weight_decay", [1.0, -1.0], "weight_decay=-1.0: must be 0 or a number above it"),
    ("noise_variance", [0.0], "noise_variance=0.0: must be a number above 0"),
    ("samples", 1, "name='samples': must be one of gamma, n_eff"),
    ("d", [1.0, 2.0, 3.0], "shapes=.*: must be shapes that broadcast"),
]


@pytest.mark.parametrize(("name", "wrong", "message"), WRONG, ids=repr)
def test_wrong_arrays_are_refused_in_one_line(name, wrong, message):
    function = Vectorised(noise_variance * (d / n_eff) ** (1 / gamma))
    at = {"gamma": 2, "n_eff": [1.0, 2.0], "d": 4, "noise_variance": 1, "weight_decay": 0}
    with pytest.raises(InvalidArgument, match=f"^{message}") as caught:
        function(**at | {name: wrong})
    assert "\n" not in str(caught.value)


def test_where_there_is_no_real_value_arrays_have_none():
    with pytest.raises(InvalidArgument, match="finite real value"):
        Vectorised(log(d / n_eff) ** (1 / gamma))(d=1, n_eff=[0.5, 4], gamma=2)
    with pytest.raises(InvalidArgument, match="finite real value"):
        Vectorised(LambertW(-d, -1))(d=[0.1, 4])


def test_numbers_have_guard_digits():
    # pi 2**50 to 15 digits is off by 1e-1: what is left of its sine is the guard's
    assert abs(value_of(sin(pi * gamma), PhysicalPoint(gamma=2**50 + 1))) < 1e-15


def test_functions_of_arrays_travel():
    law = phase_diagram(kernel_ridge).locate(a=4, ell=-1, gamma=1, source=0.25).risk
    function = law.numpy()
    assert function.__doc__
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):  # SymPy has no lower
        other = pickle.loads(pickle.dumps(function, protocol))
        assert (other, hash(other), repr(other)) == (function, hash(function), repr(function))
    assert function == law.numpy() != Vectorised(law.expr * d)
    assert len(repr(function)) < 200
    assert "0x" not in repr(function)


def test_functions_of_arrays_are_called_by_other_processes():
    function = Vectorised(noise_variance * d / n_eff)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = pool.submit(function, d=[4.0, 8.0], n_eff=2, noise_variance=1).result()
    assert list(found) == [2.0, 4.0]


def test_a_pole_in_the_source_exponent_is_refused():
    for phase in phase_diagram(kernel_ridge).phases:
        if phase.name != "II":
            continue
        at = {"gamma": 1.2, "n_eff": 1e4, "d": 1e4, "weight_decay": 1e-3, "noise_variance": 0.5, "source": 1}
        for value in (phase.risk.evaluate, phase.risk.numpy()):
            with pytest.raises(InvalidArgument, match="source=1: must be another number"):
                value(**at)
        with pytest.raises(InvalidArgument, match="source=1: must be another number"):
            phase.risk.at(gamma=1.2, a=1, ell=-1, source=1)


@pytest.mark.parametrize(("parameter", "name"), [(gamma, "gamma"), (source, "source"), (alpha, "alpha")])
def test_a_removable_singularity_is_its_limit(parameter, name):
    """(x - 1)/cos(pi/(2 x)) is 2/pi at x = 1, and (x - 1)**2/(1 - sin(pi/(2 x))) is 8/pi**2."""
    simple = (parameter - 1) / cos(pi / (2 * parameter))
    double = (parameter - 1) ** 2 / (1 - sin(pi / (2 * parameter)))
    difference = n_eff / sin(pi * parameter) - d / sin(pi * parameter)
    for factor, expected in ((simple, 2 / np.pi), (double, 8 / np.pi**2), (simple * double, 16 / np.pi**3)):
        law = factor * (n_eff / d) ** parameter
        own = (("alpha", 1),) if name == "alpha" else ()
        at = {} if own else {name: 1}
        value = value_of(law, PhysicalPoint(**at, own=own, n_eff=3, d=4))
        assert abs(value / (0.75 * expected) - 1) < 1e-15
        found = Vectorised(law)(**{name: [0.75, 1.0, 1 + 1e-12]}, n_eff=[7, 3, 3], d=4)
        assert np.all(np.abs(found[1:] / (0.75 * expected) - 1) < 1e-10)
        by_hand = law.subs(parameter, 0.75).subs({n_eff: 7, d: 4}).evalf()
        assert abs(found[0] / float(by_hand) - 1) < CLOSE
    # (3 - 3)/sin(pi x) at x near 1 is 0; with other sizes it has a pole
    with pytest.raises(InvalidArgument, match=f"^{name}=1: must be another number"):
        Vectorised(difference)(**{name: 1}, n_eff=3, d=4)


def test_limits_that_depend_on_the_direction_are_refused():
    law = (gamma - 1) / (source - 1)
    with pytest.raises(InvalidArgument, match=r"^source=1: must be another number"):
        value_of(law, PhysicalPoint(gamma=1, source=1))
    together = (gamma * source - 1) / sin(pi * gamma * source)
    assert abs(value_of(together, PhysicalPoint(gamma=2, source=0.5)) + 1 / mpmath.pi) < 1e-15


def test_a_limit_lies_in_the_piece_that_holds_at_the_point():
    simple = (gamma - 1) / cos(pi / (2 * gamma))
    law = Piecewise((simple, gamma <= 1), (7 * simple, True))
    assert abs(value_of(law, PhysicalPoint(gamma=1)) - 2 / mpmath.pi) < 1e-15
    apart = Piecewise((simple, gamma < 1), (simple, gamma > 1))
    with pytest.raises(InvalidArgument, match=r"^gamma=1: must be another number"):
        value_of(apart, PhysicalPoint(gamma=1))


def test_a_law_is_its_limit_where_sines_vanish():
    """A sum of s**3/(s**2 + k)**2 at gamma = 1 is 1/(2 k) to leading order, by integration over i."""
    missed = mode_sum(size**3 / (size**2 + threshold) ** 2)
    equation = Eq(threshold, weight_decay / n_eff)
    one = System("one", (threshold,), (equation,), {"risk": missed}, {n_eff: a, weight_decay: ell})
    law = phase_diagram(one).locate(a=1, ell=0, gamma=1).risk
    at = {"gamma": 1, "n_eff": 10**6, "weight_decay": 1}
    assert abs(law.evaluate(**at) / 500000 - 1) < 1e-15
    assert abs(law.numpy()(**at) / 500000 - 1) < 1e-15
    assert law.at(gamma=1, a=1, ell=0) == PowerLaw(S.Half, S.One, S.Zero)
