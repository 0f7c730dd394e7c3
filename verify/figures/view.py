"""What a figure shows: the plane, what is fixed at which exact values, the ends of the axes.

In this order: ``View``, ``view_of``, which checks what it is given, numbers as they are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias, TypedDict

from sympy import Add, Expr, Float, Integer, Rational, Symbol, latex

from asymptotics import Law, Phase, PhaseDiagram, symbols
from asymptotics.expressions.checks import exact_exponent, require
from verify.figures.polygons import HalfPlane
from verify.limits import (
    DECAY_WINDOW,
    FIGURE_GAMMA,
    KERNEL_DECAY_WINDOW,
    NOISE_WINDOW,
    SAMPLES_WINDOW,
    WINDOW,
    is_window,
    upwards_of,
)

RISK = Symbol("risk exponent", real=True)
"""What stands upwards where a diagram has no second exponent."""

UPWARDS = {"ell": symbols.ell, "b": symbols.b, "risk": RISK}

LONG = 1000
"""Numerators and denominators from here on are not written out."""

Exact: TypeAlias = Any
"""A number: int, float, Fraction, Decimal, mpf, a NumPy scalar or a SymPy number."""

Window: TypeAlias = tuple[Exact, Exact]

HALF = Rational(1, 2)
BOUNDED_NOISE = "at least 0, noise that does not grow with d"
VARIABLES = (symbols.a, symbols.ell, symbols.b)


class Shown(TypedDict, total=False):
    """What may be said of a figure: see ``phase_diagram_figure``."""

    gamma: Exact
    b: Exact | None
    source: Exact | None
    samples_window: Window | None
    decay_window: Window | None
    noise_window: Window | None


@dataclass(frozen=True)
class View:
    """The plane of a figure: what is fixed, at exact values, and what its axes are."""

    fixed: dict[Symbol, Expr]
    upwards: Symbol
    samples: tuple[Fraction, Fraction]
    vertical: tuple[Fraction, Fraction] | None

    def half_plane(self, positive: Expr) -> HalfPlane:
        """Where a linear form in the exponents is positive."""
        form = positive.subs(self.fixed).expand()
        constant = form.subs({symbols.a: 0, self.upwards: 0})
        return HalfPlane(*map(fraction, (form.coeff(symbols.a), form.coeff(self.upwards), constant)))

    def half_planes(self, phase: Phase) -> list[HalfPlane]:
        """Those whose intersection is the region of a phase."""
        return [self.half_plane(relation.gts - relation.lts) for relation in phase.region.args]

    def exponent(self, law: Law) -> Expr:
        """The exponent of a law, in the exponents on the axes."""
        return law.exponent.subs(self.fixed).expand()


def view_of(
    diagram: PhaseDiagram,
    *,
    gamma: Exact = FIGURE_GAMMA,
    b: Exact | None = None,
    source: Exact | None = None,
    samples_window: Window | None = None,
    decay_window: Window | None = None,
    noise_window: Window | None = None,
) -> View:
    """What is to be shown of a diagram, checked.

    Raises:
        InvalidArgument: as ``phase_diagram_figure``.

    >>> from asymptotics import diagonal, phase_diagram
    >>> view = view_of(phase_diagram(diagonal, noise="scaled", estimator="bayes"), gamma=2.2)
    >>> view.fixed, view.upwards, [str(end) for end in view.vertical]
    ({gamma: 11/5}, b, ['0', '4'])
    """
    require(isinstance(diagram, PhaseDiagram), "diagram", diagram, "a PhaseDiagram")
    fixed = {
        symbols.gamma: exact_exponent("gamma", gamma),
        **_fixed_noise(diagram, b),
        **_fixed_source(diagram, source),
    }
    _require_off_boundaries(diagram, fixed)
    samples = _window("samples_window", samples_window, SAMPLES_WINDOW)
    upwards = UPWARDS[upwards_of(diagram.noise, diagram.estimator, at_one_b=b is not None)]
    windows = (
        (
            "decay_window",
            decay_window,
            symbols.ell,
            KERNEL_DECAY_WINDOW if source is not None else DECAY_WINDOW,
        ),
        ("noise_window", noise_window, symbols.b, NOISE_WINDOW),
    )
    vertical = None
    for parameter, given, symbol, default in windows:
        if symbol == upwards:
            vertical = _window(parameter, given, default)
        else:
            require(given is None, parameter, given, f"None: the figure has no axis of {symbol}")
    if upwards == symbols.b and vertical is not None:
        require(vertical[0] >= 0, "noise_window", noise_window, BOUNDED_NOISE)
    return View(fixed, upwards, samples, vertical)


def _fixed_noise(diagram: PhaseDiagram, b: Exact | None) -> dict[Symbol, Expr]:
    """The exponent of the label noise, where a figure is drawn at one."""
    noise = diagram.noise
    if noise != "scaled":
        require(b is None, "b", b, f'None: it is for noise="scaled", and this is noise="{noise}"')
    elif diagram.estimator != "bayes":
        require(b is not None, "b", b, 'a number at least 0: noise="scaled" is drawn at one b')
    if b is None:
        return {}
    return {symbols.b: exact_exponent("b", b)}


def _fixed_source(diagram: PhaseDiagram, source: Exact | None) -> dict[Symbol, Expr]:
    """The source exponent, of a diagram whose regions or laws depend on one."""
    name = diagram.model.name
    expressions = (e for phase in diagram.phases for e in (phase.region, phase.risk.exponent))
    if not any(expression.has(symbols.source) for expression in expressions):
        require(source is None, "source", source, f"None: {name} has no source exponent")
        return {}
    allowed = f"a number above 0: {name} has a source exponent"
    require(source is not None, "source", source, allowed)
    return {symbols.source: exact_exponent("source", source, 0, allowed)}


def _require_off_boundaries(diagram: PhaseDiagram, fixed: dict[Symbol, Expr]) -> None:
    """Refuse a fixed value at which two phases meet: the whole plane would be their boundary."""
    for boundary in diagram.boundaries:
        parameter = boundary.relation.lhs
        if parameter in fixed and parameter != symbols.b and boundary.relation.subs(fixed) == True:  # noqa: E712
            name = "source" if parameter == symbols.source else str(parameter)
            require(False, name, fixed[parameter], "off the boundary of two phases, which is there")


def _window(parameter: str, given: Window | None, default: Window) -> tuple[Fraction, Fraction]:
    pair = default if given is None else given
    is_pair = isinstance(pair, tuple | list) and len(pair) == 2
    require(is_pair, parameter, given, WINDOW)
    low, high = (fraction(exact_exponent(parameter, end)) for end in pair)
    require(is_window(low, high), parameter, given, WINDOW)
    return low, high


# Numbers as they are written.


def fraction(value: Expr) -> Fraction:
    """The number itself if it is rational, else to 60 digits."""
    rational = value if value.is_Rational else Rational(str(value.evalf(60)))
    return Fraction(int(rational.p), int(rational.q))


def short(expression: Expr) -> str:
    """A linear form in LaTeX, its long fractions and roots as decimals of four digits.

    >>> short(symbols.a / 3 + Rational(123456789, 1000000007))
    'a / 3 + 0.1235'
    """
    terms = (term.as_independent(*VARIABLES, as_Add=False) for term in Add.make_args(expression))
    rounded = Add(
        *(variable * (number if _is_short(number) else _decimal(number)) for number, variable in terms)
    )
    return str(latex(rounded, fold_short_frac=True))


def _decimal(number: Expr) -> Expr:
    rounded = Float(number.evalf(4), 4)
    whole = Integer(round(rounded))
    return whole if float(rounded) == int(whole) and abs(whole) < LONG else rounded


def _is_short(number: Expr) -> bool:
    return bool(number.is_Rational and max(abs(int(number.p)), int(number.q)) < LONG)


def equation(symbol: str, value: Expr) -> str:
    """A symbol and its value, in LaTeX."""
    return rf"${symbol} {'=' if _is_short(value) else chr(92) + 'approx'} {short(value)}$"
