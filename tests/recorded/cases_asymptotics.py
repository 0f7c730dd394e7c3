"""Cases of asymptotics: name -> function that returns what is recorded.  A phase is known by its place."""

import pickle
from fractions import Fraction
from functools import cache

import mpmath
from recorded import names, points
from recorded.values import close, double, error_of, exact, expression, or_error
from sympy import And, Max, Rational, S, Symbol, oo
from sympy import sqrt as root

import asymptotics
from asymptotics import (
    AmbiguousDiagram,
    BayesRatio,
    Boundary,
    HeavyTail,
    Hypothesis,
    IncompleteDiagram,
    InvalidArgument,
    Law,
    LocalLaw,
    Network,
    NoSuchLaw,
    OnBoundary,
    Phase,
    PhaseDiagram,
    PowerLaw,
    RidgeRegression,
    SpectrumLaws,
    bayes_ratio,
    diagonal,
    heavy_tails,
    kernel_ridge,
    phase_diagram,
    plateaus,
    quadratic,
    read_expression,
    read_latex,
    ridge,
    symbols,
)

NOISES = ("fixed", "scaled", "none")
DIAGRAMS = {
    **{
        f"{model}-{noise}-{estimator}": (model, noise, estimator)
        for model in ("diagonal", "quadratic")
        for noise in NOISES
        for estimator in ("erm", "bayes", "ridge")
    },
    **{f"kernel_ridge-{noise}-erm": ("kernel_ridge", noise, "erm") for noise in NOISES},
    **{
        f"bilinear-{noise}-{estimator}": ("bilinear", noise, estimator)
        for noise, estimator in (("fixed", "erm"), ("fixed", "bayes"))
    },
}
SIZES = ({"d": 10**6}, {"d": 10**20})
"""Dimensions at which laws are evaluated, at the exponents of a point."""


@cache
def _model(name):
    return names.model(name)


@cache
def diagram(name):
    model, noise, estimator = DIAGRAMS[name]
    return phase_diagram(_model(model), noise=noise, estimator=estimator)


def _exact(point):
    return {name: Fraction(value) for name, value in point.items()}


def _where(name):
    """Cell -> number of the first fixed point in it."""
    found = {}
    for number, point in enumerate(points.read()[name]["inside"]):
        found.setdefault(names.region(names.locate(diagram(name), _exact(point))), number)
    return found


_where = cache(_where)


def key(name, phase):
    """A phase of a diagram, by the number of the first fixed point in it."""
    return _where(name)[names.region(phase)]


def _region(region):
    """A set of inequalities, whatever their order and sides: on a grid, whether they hold."""
    assert isinstance(region, And) or region.args or region in (S.true, S.false)
    grid = []
    for number in range(40):
        at = {
            symbols.a: Rational((number * 7) % 50 - 8, 9),
            symbols.ell: Rational((number * 11) % 80 - 40, 11),
            symbols.b: Rational((number * 5) % 13, 6),
            symbols.gamma: Rational(6 + (number * 3) % 17, 9),
            symbols.source: Rational(1 + (number * 3) % 7, 3),
        }
        grid.append("1" if bool(region.subs(at)) else "0")
    return "".join(grid)


def _sizes(point, scale):
    """Physical variables at the exponents of a point, as exact as mpmath knows them."""
    d = mpmath.mpf(scale["d"])
    sizes = {"gamma": Fraction(point["gamma"]), "d": scale["d"]}

    def power(value):
        value = Fraction(value)
        return d ** (mpmath.mpf(value.numerator) / value.denominator)

    sizes["n_eff"] = power(point["a"])
    sizes["weight_decay"] = power(point["ell"])
    sizes["noise_variance"] = power(-Fraction(point["b"])) if "b" in point else mpmath.mpf(1)
    if "source" in point:
        sizes["source"] = Fraction(point["source"])
    return sizes


def law(of, point=None, brief=False):
    """All that a law says; at a point, its numbers too.  In brief, of its form only ``expr``."""
    assert isinstance(of, Law)
    parts = {"expr": names.LAW_PARTS["expr"]} if brief else names.LAW_PARTS
    found = {name: expression(part(of)) for name, part in parts.items()}
    if names.refined(of) is not None:
        found["refined"] = expression(names.refined(of))
        found["refined_order"] = names.refined_order(of)
    if point is None:
        return found
    at = _exact(point)
    numbers = or_error(names.at_exponents, of, **at)
    found["at"] = numbers if isinstance(numbers, str) else [exact(x) for x in numbers[:3]]
    if brief:
        return found
    found["there"] = numbers if isinstance(numbers, str) else close(numbers[3])
    sizes = [_sizes(point, scale) for scale in SIZES]
    found["evaluate"] = [or_error(lambda at=at: close(of.evaluate(**at))) for at in sizes]
    if names.refined(of) is not None:
        found["evaluate_refined"] = [
            or_error(lambda at=at: close(names.evaluate_refined(of, **at))) for at in sizes
        ]
    return found


def _arrays(of, point):
    """The laws as functions of arrays, and as text that reads back."""
    sizes = _sizes(point, SIZES[0])
    many = {name: float(value) for name, value in sizes.items()}
    many["n_eff"] = [many["n_eff"] * x for x in (0.9, 1.0, 1.2)]
    found = {"numpy": or_error(lambda: double(of.numpy()(**many)))}
    if names.refined(of) is not None:
        found["numpy_refined"] = or_error(lambda: double(names.numpy_refined(of)(**many)))
    found["text"] = or_error(lambda: read_expression(of.to_text()) == names.LAW_PARTS["expr"](of))
    found["text_is"] = or_error(lambda: expression(read_expression(of.to_text())))
    found["latex_is"] = or_error(lambda: expression(read_latex(of.to_latex())))
    return found


def _inside(name, number):
    point = points.read()[name]["inside"][number]
    phase = names.locate(diagram(name), _exact(point))
    assert isinstance(phase, Phase)
    assert isinstance(phase.hypothesis, Hypothesis)
    if key(name, phase) != number:  # told at the first point in it: here the numbers alone
        risk = names.PHASE_LAWS["risk"](phase)
        at = or_error(lambda: [exact(x) for x in names.at_exponents(risk, **_exact(point))[:3]])
        return {"same as": key(name, phase), "risk": at}
    found = {
        "region": _region(names.region(phase)),
        "inequalities": len(names.region(phase).args),
        "dominant": names.hypothesis_counts(phase),
        "derivation": names.derivation_counts(phase),
        "told": bool(names.derivation_text(phase)) and bool(phase.to_latex()),
        "pickles": pickle.loads(pickle.dumps(phase)) == phase,
    }
    for quantity, of in names.PHASE_LAWS.items():
        found[quantity] = or_error(lambda of=of: law(of(phase), point))
    found["arrays"] = _arrays(names.PHASE_LAWS["risk"](phase), point)
    if "scaled" in name and number % 3:
        return found  # as where noise is fixed, or none
    found["parts"] = or_error(
        lambda: {part: law(of, point, True) for part, of in names.decomposition(phase).items()}
    )
    found["spectrum"] = or_error(lambda: _spectrum(phase, point))
    return found


def _spectrum(phase, point):
    assert isinstance(phase.spectrum(), SpectrumLaws)
    laws, expressions = names.spectrum_laws(phase)
    return {
        **{part: law(of, point, True) for part, of in laws.items()},
        **{part: expression(of) for part, of in expressions.items()},
    }


def _on_wall(name, number):
    """The wall through a point: its equation up to a factor, its sides, the law across it."""
    point = points.read()[name]["walls"][number]
    here = {names.SYMBOLS[x]: Rational(value) for x, value in point.items()}
    try:
        names.locate(diagram(name), _exact(point))
        sides = []
    except OnBoundary as error:
        pickle.loads(pickle.dumps(error))
        sides = list(names.touching(error))
    walls = [
        wall
        for wall in names.boundaries(diagram(name))
        if (names.relation(wall).lhs - names.relation(wall).rhs).subs(here) == 0
        and all(side in sides for side in names.sides(wall))
    ]
    assert walls
    # where noise scales crossovers take long, and are mostly those of fixed noise and of none
    crossed = "scaled" not in name or "ridge" in name or number % 6 == 5
    return {
        "touching": sorted(key(name, side) for side in sides),
        "walls": sorted((_described(name, wall, point, crossed) for wall in walls), key=lambda w: w["sides"]),
    }


def _described(name, wall, point, crossed):
    assert isinstance(wall, Boundary)
    return {
        "sides": sorted(key(name, side) for side in names.sides(wall)),
        "where": _plane(names.relation(wall)),
        "continuous": names.continuous(wall),
        "told": or_error(lambda: bool(wall.mechanism)),
        "crossover": or_error(lambda: _crossover(name, wall, point)) if crossed else "not recorded",
    }


def _plane(relation):
    """An equation, up to a factor and whatever the order of its sides."""
    gap = relation.lhs - relation.rhs
    letters = [symbols.a, symbols.ell, symbols.b, symbols.gamma, symbols.source]
    marks = []
    for shift in range(6):
        at = {x: Rational(7 + (shift + 2) * (k + 2) ** 2 % 23, 9 + k) for k, x in enumerate(letters)}
        at |= {symbols.gamma: Rational(7, 5)}
        marks.append(gap.subs(at))
    unit = next(m for m in marks if m != 0)
    return [exact(m / unit) for m in marks]


def _crossover(name, wall, point):
    found = names.crossover(wall)
    recorded = {part: of(found) for part, of in names.CROSSOVER_PARTS.items()}
    recorded["variable"] = expression(names.crossover_variable(found))
    recorded["width"] = [expression(end) for end in names.crossover_width(found)]
    recorded["on_wall"] = or_error(
        lambda: None if names.on_wall(found) is None else law(names.on_wall(found))
    )
    values = []
    for scale, factor in (({"d": 10**8}, Rational(1)), ({"d": 10**6}, Rational(8, 5))):
        at = _sizes(point, scale)
        at["n_eff"] *= mpmath.mpf(factor.p) / factor.q
        values.append(or_error(lambda at=at: [close(x, 11) for x in names.crossover_solution(found, **at)]))
    recorded["solved"] = values
    return recorded


def _whole(name):
    """How many phases and walls, and how they are met from outside."""
    of = diagram(name)
    assert isinstance(of, PhaseDiagram)
    assert isinstance(of.model, Network | RidgeRegression)
    cells = sorted(key(name, phase) for phase in names.phases(of))
    walls = sorted(sorted(key(name, s) for s in names.sides(w)) for w in names.boundaries(of))
    return {
        "phases": len(names.phases(of)),
        "length": [len(of), len(list(of))],
        "boundaries": len(names.boundaries(of)),
        "continuous": sum(names.continuous(w) for w in names.boundaries(of)),
        "cells": cells,
        "walls": walls,
        "contains": all(p in of for p in names.phases(of)),
        "latex rows": len(of.to_latex().splitlines()),
        "told": [bool(repr(of)), bool(str(of.model))],
        "pickles": pickle.loads(pickle.dumps(of)) == of,
        "no such name": error_of(lambda: of["no such phase"]),
    }


def _fixed(name, gamma):
    given = {"gamma": gamma}
    if "b" in names.exponents_of(diagram(name)):
        given["b"] = Fraction(1, 2)
    if "source" in names.exponents_of(diagram(name)):
        given["source"] = Fraction(1, 3)
    return given


DECAYS = {
    "-oo": -oo,
    "-1": -1,
    "1/2": Fraction(1, 2),
    "tied": symbols.a / 2 - Rational(9, 10),
    "gamma": -symbols.gamma * symbols.a / 3 + Rational(1, 7),
}


def _curves(name):
    found = {}
    for gamma in (Fraction(5, 4), Fraction(4, 5)):
        for label, decay in DECAYS.items():
            found[f"{label} at {gamma}"] = or_error(
                lambda decay=decay, gamma=gamma: [
                    [exact(start), exact(end), key(name, phase)]
                    for start, end, phase in diagram(name).learning_curve(ell=decay, **_fixed(name, gamma))
                ]
            )
    return found


def _plateaus(name):
    found = {}
    for label, decay in list(DECAYS.items())[2 if "scaled" in name else 0 :]:
        found[label] = or_error(lambda decay=decay: _plateaus_at(name, decay))
    return found


def _plateaus_at(name, decay):
    recorded = []
    for plateau in plateaus(diagram(name), ell=decay, **_fixed(name, Fraction(5, 4))):
        begins, ends, level, phases, walls = names.plateau_parts(plateau)
        recorded.append(
            [
                exact(begins),
                exact(ends),
                exact(level),
                [key(name, p) for p in phases],
                [wall and sorted(key(name, s) for s in names.sides(wall)) for wall in walls],
            ]
        )
    return recorded


def _tuned(name):
    found = {}
    for gamma in (Fraction(5, 4), Fraction(4, 5))[: 1 if "scaled" in name else 2]:
        found[str(gamma)] = or_error(
            lambda gamma=gamma: [
                [exact(start), exact(end), law(decay), law(risk)]
                for start, end, decay, risk in names.optimal_weight_decay(
                    diagram(name), **_fixed(name, gamma)
                )
            ]
        )
    return found


def _tails(name):
    found = {}
    for tail in heavy_tails(diagram(name)):
        assert isinstance(tail, HeavyTail)
        assert names.tail_statement(tail)
        phase, number, exponent, flags, extents = names.tail_parts(tail)
        found[str(key(name, phase))] = {
            "number": law(number),
            "exponent": expression(exponent),
            "flags": [bool(flag) for flag in flags],
            # which of the four extents are alike
            "alike": [extents.index(extent) for extent in extents],
        }
    return found


def _extents(name):
    """Which extents are alike over the whole of a diagram: their words may change."""
    words, marks = [], []
    tails = sorted(heavy_tails(diagram(name)), key=lambda tail: key(name, names.tail_parts(tail)[0]))
    for tail in tails:
        for word in names.tail_parts(tail)[4]:
            words += [word] if word not in words else []
            marks.append(words.index(word))
    return marks


def _bayes(model, noise):
    recorded = []
    for ratio in bayes_ratio(_model(model), noise):
        assert isinstance(ratio, BayesRatio)
        region, of, attained = names.ratio_parts(ratio)
        recorded.append([_region(region), law(of), bool(attained)])
    return sorted(recorded, key=lambda row: row[0])


CAPACITY = {"gamma": Fraction(5, 4), "d": 10**6, "weight_decay": 1e-9, "noise_variance": Fraction(1, 2)}


def _peak(model):
    peak = names.interpolation_peak(_model(model))
    found = {part: expression(of(peak)) for part, of in names.PEAK_PARTS.items()}
    at = names.PEAK_PARTS["samples"](peak).subs(symbols.d, 10**6)
    found["evaluate"] = [
        close(peak.evaluate(n_eff=Rational(at) * x, **CAPACITY))
        for x in (Rational(9, 10), 1, Rational(1000001, 1000000), Rational(11, 10))
    ]
    found["depth"] = [close(names.peak_depth(peak, x)) for x in (-5, -0.5, 0, 1, 20)]
    return found


def _jump(model, noisy, estimator):
    jump = names.recovery_jump(_model(model), noisy=noisy, estimator=estimator)
    assert isinstance(jump, LocalLaw)
    found = {part: expression(of(jump)) for part, of in names.JUMP_PARTS.items()}
    at = names.JUMP_PARTS["samples"](jump).subs(symbols.d, 10**6)
    found["evaluate"] = [
        or_error(lambda x=x: close(jump.evaluate(n_eff=Rational(at) * x, **CAPACITY), 11))
        for x in (Rational(999, 1000), 1, Rational(100001, 100000), Rational(1001, 1000))
    ]
    return found


class _Unfit:
    """A model with no regimes: its diagram is incomplete."""

    name = "unfit"

    def regimes(self, noisy):
        return iter(())

    def describe(self, hypothesis):
        raise AssertionError


class _Twice:
    """A model every hypothesis of which holds twice: its diagram is ambiguous."""

    name = "twice"

    def regimes(self, noisy):
        yield from diagonal.regimes(noisy)
        yield from quadratic.regimes(noisy)

    def describe(self, hypothesis):
        return diagonal.describe(hypothesis)


def _errors():
    fixed, scaled = diagram("diagonal-fixed-erm"), diagram("diagonal-scaled-erm")
    kernel = diagram("kernel_ridge-fixed-erm")
    risk = names.PHASE_LAWS["risk"](fixed.locate(a=3, ell=0, gamma=1))
    bayes = diagram("diagonal-fixed-bayes").locate(a=1.5, ell=0, gamma=1)
    half = Fraction(1, 2)
    wall = names.boundaries(diagram("quadratic-fixed-erm"))[0]
    crossing = names.crossover(wall)
    at = {"gamma": 1, "n_eff": 100, "d": 1000, "weight_decay": 1, "noise_variance": 1}
    calls = {
        "gamma too small": lambda: fixed.locate(a=1, ell=0, gamma=half),
        "gamma nan": lambda: fixed.locate(a=1, ell=0, gamma=float("nan")),
        "gamma text": lambda: fixed.locate(a=1, ell=0, gamma="1"),
        "b where fixed": lambda: fixed.locate(a=1, ell=0, gamma=1, b=1),
        "b missing": lambda: scaled.locate(a=1, ell=0, gamma=1),
        "b negative": lambda: scaled.locate(a=1, ell=0, gamma=1, b=-1),
        "source missing": lambda: kernel.locate(a=1, ell=0, gamma=1),
        "source where none": lambda: fixed.locate(a=1, ell=0, gamma=1, source=1),
        "a a symbol": lambda: fixed.locate(a=Symbol("q"), ell=0, gamma=1),
        "a and ell infinite": lambda: fixed.locate(a=oo, ell=-oo, gamma=1),
        "on a wall": lambda: fixed.locate(a=1, ell=-5, gamma=1),
        "curve on a wall": lambda: fixed.learning_curve(ell=symbols.a - half, gamma=1),
        "curve of another letter": lambda: fixed.learning_curve(ell=Symbol("q"), gamma=1),
        "curve unsolved": lambda: fixed.learning_curve(ell=Max(symbols.a, 1) ** symbols.a, gamma=1),
        "tuned bayes": lambda: diagram("diagonal-fixed-bayes").optimal_weight_decay(gamma=1),
        "tuned ridge": lambda: diagram("diagonal-fixed-ridge").optimal_weight_decay(gamma=1),
        "noise unknown": lambda: phase_diagram(diagonal, noise="some"),
        "estimator unknown": lambda: phase_diagram(diagonal, estimator="best"),
        "estimator of kernel": lambda: phase_diagram(kernel_ridge, estimator="bayes"),
        "model a word": lambda: phase_diagram("diagonal"),
        "model a class": lambda: phase_diagram(Network),
        "model unfit": lambda: phase_diagram(_Unfit()),
        "name a number": lambda: fixed[3],
        "evaluate missing": lambda: risk.evaluate(n_eff=10, d=10),
        "evaluate negative": lambda: risk.evaluate(n_eff=-10, d=10, noise_variance=1),
        "evaluate gamma": lambda: risk.evaluate(n_eff=10, d=10, noise_variance=1, gamma=half),
        "evaluate refined": lambda: risk.evaluate(n_eff=10, d=10, noise_variance=1, corrected=2),
        "numpy negative": lambda: risk.numpy()(n_eff=[-1.0], d=10, noise_variance=1),
        "numpy other": lambda: risk.numpy()(n_eff=[1.0], d=10, noise_variance=1, other=1),
        "at missing": lambda: risk.at(gamma=1),
        "at gamma": lambda: risk.at(a=3, gamma=half),
        "power law below 1": lambda: risk.at(a=3).evaluate(1),
        "spectrum of bayes": bayes.spectrum,
        "loss of bayes": lambda: bayes.train_loss,
        "parts of bayes": lambda: bayes.decomposition,
        "crossover negative": lambda: crossing[0].evaluate(**{**at, "d": -1}),
        "crossover gamma": lambda: crossing[0].evaluate(**{**at, "gamma": half}),
        "peak of a word": lambda: names.interpolation_peak("diagonal"),
        "peak of kernel": lambda: names.interpolation_peak(kernel_ridge),
        "jump of a word": lambda: names.recovery_jump("diagonal"),
        "jump noisy": lambda: names.recovery_jump(diagonal, noisy=2),
        "jump estimator": lambda: names.recovery_jump(diagonal, estimator="ridge"),
        "ratio of a word": lambda: bayes_ratio("diagonal"),
        "ratio noise": lambda: bayes_ratio(diagonal, "some"),
        "plateaus of a word": lambda: plateaus("diagonal", ell=0, gamma=1),
        "tails of a word": lambda: heavy_tails("diagonal"),
        "tails of bayes": lambda: heavy_tails(diagram("diagonal-fixed-bayes")),
        "ridge of a word": lambda: ridge("diagonal"),
        "read nonsense": lambda: read_expression("1 +* 2"),
        "read an unknown name": lambda: read_expression("q + 1"),
        "read a call": lambda: read_expression("__import__('os')"),
        "read no text": lambda: read_expression(3),
        "read no latex": lambda: read_latex(3),
        "read broken latex": lambda: read_latex(r"\frac{1}{"),
        "read unknown latex": lambda: read_latex(r"\unknown{1}"),
    }
    return {name: error_of(call) for name, call in calls.items()}


def _classes():
    """What the exceptions are, and that no more is exported than there is."""
    errors = (AmbiguousDiagram, IncompleteDiagram, OnBoundary, InvalidArgument, NoSuchLaw)
    return {
        "bases": [
            [
                base.__name__
                for base in (ValueError, RuntimeError, TypeError, KeyError)
                if issubclass(error, base)
            ]
            for error in errors
        ],
        "exported": all(hasattr(asymptotics, name) for name in asymptotics.__all__),
        "symbols": {
            name: [
                getattr(symbols, name).name,
                getattr(symbols, name).is_positive,
                getattr(symbols, name).is_real,
            ]
            for name in sorted(symbols.__all__)
        },
        "ambiguous": error_of(phase_diagram, _Twice()),
        "incomplete": error_of(phase_diagram, _Unfit()),
        "equal": ridge(diagonal) == ridge(diagonal) and ridge(diagonal) != ridge(quadratic),
        "power law": close(PowerLaw(S(2), Rational(3, 2), S(-1)).evaluate(1000)),
    }


TEXTS = (
    "d**2*weight_decay**2/(8*n_eff**2)",
    "15**(2/5)*2**(1/5)*pi**(2/5)*noise_variance*n_eff**(2/5)/(7*d**(2/5))",
    "zeta(2*gamma)",
    "noise_variance/log(d/n_eff)",
    "gamma**2*sqrt(d) + 3/7",
    "LambertW(2*d**2/(pi*n_eff**2))",
)
LATEX = (
    r"\frac{\Delta d}{4 n_{eff}}",
    r"2 \zeta\left(2 \gamma\right)",
    r"\frac{\Delta}{\log{\left(\frac{d}{n_{eff}} \right)}}",
    r"\frac{15^{\frac{2}{5}} \sqrt[5]{2} \pi^{\frac{2}{5}} \Delta n_{eff}^{\frac{2}{5}}}{7 d^{\frac{2}{5}}}",
)


def _readers():
    return {
        "text": [expression(read_expression(text)) for text in TEXTS],
        "latex": [expression(read_latex(text)) for text in LATEX],
    }


def _kinds_of_number():
    """Every kind of number says the same point; floats are the decimals that Python prints."""
    of = diagram("diagonal-fixed-erm")
    import decimal

    import numpy as np

    kinds = [
        (0.4, -1, 1.25),
        (Fraction(2, 5), Fraction(-1), Fraction(5, 4)),
        (decimal.Decimal("0.4"), decimal.Decimal(-1), decimal.Decimal("1.25")),
        (np.float64(0.4), np.int64(-1), np.float64(1.25)),
        (Rational(2, 5), S(-1), Rational(5, 4)),
        (mpmath.mpf("0.4"), mpmath.mpf(-1), mpmath.mpf("1.25")),
    ]
    found = [key("diagonal-fixed-erm", of.locate(a=a, ell=ell, gamma=g)) for a, ell, g in kinds]
    ends = [
        key("diagonal-fixed-erm", of.locate(a=a, ell=ell, gamma=1))
        for a, ell in (
            (3, -oo),
            (3, oo),
            (Fraction(1, 2), float("-inf")),
            (oo, 0),
            (-oo, 0),
            (3, -mpmath.inf),
        )
    ]
    return {"kinds": found, "ends": ends, "root": error_of(of.locate, a=root(2), ell=0, gamma=1)}


def cases():
    """All of them."""
    fixed = points.read()
    found = {}
    for name, (model, _, estimator) in DIAGRAMS.items():
        found[f"{name}/whole"] = lambda name=name: _whole(name)
        found[f"{name}/curves"] = lambda name=name: _curves(name)
        found[f"{name}/plateaus"] = lambda name=name: _plateaus(name)
        if estimator == "erm" and model != "kernel_ridge":
            found[f"{name}/tuned"] = lambda name=name: _tuned(name)
            found[f"{name}/tails"] = lambda name=name: _tails(name)
            found[f"{name}/extents"] = lambda name=name: _extents(name)
        for number in range(len(fixed[name]["inside"])):
            found[f"{name}/inside {number}"] = lambda name=name, number=number: _inside(name, number)
        for number in range(len(fixed[name]["walls"])):
            found[f"{name}/wall {number}"] = lambda name=name, number=number: _on_wall(name, number)
    for model in ("diagonal", "quadratic", "bilinear"):
        found[f"{model}/peak"] = lambda model=model: or_error(_peak, model)
        for noise in NOISES:
            found[f"{model}/bayes ratio {noise}"] = lambda m=model, n=noise: or_error(_bayes, m, n)
        for noisy in (False, True):
            for estimator in ("erm", "bayes"):
                found[f"{model}/jump {noisy} {estimator}"] = lambda m=model, n=noisy, e=estimator: or_error(
                    _jump, m, n, e
                )
    found["errors"] = _errors
    found["classes"] = _classes
    found["readers"] = _readers
    found["kinds of number"] = _kinds_of_number
    return found
