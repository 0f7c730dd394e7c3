"""What a figure shows: the plane, what is fixed at which exact values, the ends of the axes.

In this order: ``View``, ``view_of``, which checks what it is given, numbers as they are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias, TypedDict

from sympy import Add, Expr, Float, Integer, Rational, Symbol, latex

from asymptotics import Law, Phase, PhaseDiagram, symbols
from asymptotics.diagram import require_diagram
from asymptotics.expressions.checks import exact_exponent, require
from verify.figures.polygons import HalfPlane
from verify.limits import (
    DECAY_WINDOW,
    FIGURE_GAMMA,
    KERNEL_DECAY_WINDOW,
    NOISE_WINDOW,
    SAMPLES_WINDOW,
    WIDTH_ELL,
    WIDTH_WINDOW,
    WINDOW,
    misfit,
    upwards_of,
)

RISK = Symbol("risk exponent", real=True)
"""What stands upwards where a diagram has no second exponent."""

UPWARDS = {"ell": symbols.ell, "b": symbols.b, "rho": symbols.rho, "risk": RISK}

LONG = 1000
"""Numerators and denominators from here on are not written out."""

Exact: TypeAlias = Any
"""A number: int, float, Fraction, Decimal, mpf, a NumPy scalar or a SymPy number."""

Window: TypeAlias = tuple[Exact, Exact]

FIXED = {"gamma": symbols.gamma, "b": symbols.b, "ell": symbols.ell, "source": symbols.source}
"""What a figure is drawn at, by the name of the parameter."""

VARIABLES = (symbols.a, symbols.ell, symbols.b, symbols.rho)


class Shown(TypedDict, total=False):
    """What may be said of a figure: see ``phase_diagram_figure``."""

    gamma: Exact
    b: Exact | None
    source: Exact | None
    samples_window: Window | None
    decay_window: Window | None
    noise_window: Window | None
    ell: Exact | None
    width_window: Window | None


@dataclass(frozen=True)
class View:
    """The plane of a figure: what is fixed, at exact values, and what its axes are."""

    fixed: dict[Symbol, Expr]
    upwards: Symbol
    samples: tuple[Fraction, Fraction]
    vertical: tuple[Fraction, Fraction] | None
    along: Symbol = symbols.a

    def half_plane(self, positive: Expr) -> HalfPlane:
        """Where a linear form in the exponents is positive."""
        form = positive.subs(self.fixed).expand()
        constant = form.subs({self.along: 0, self.upwards: 0})
        return HalfPlane(*map(fraction, (form.coeff(self.along), form.coeff(self.upwards), constant)))

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
    ell: Exact | None = None,
    width_window: Window | None = None,
) -> View:
    """What is to be shown of a diagram, checked.

    Raises:
        InvalidArgument: as ``phase_diagram_figure``.

    >>> from asymptotics import diagonal, phase_diagram
    >>> view = view_of(phase_diagram(diagonal, noise="scaled", estimator="bayes"), gamma=2.2)
    >>> view.fixed, view.upwards, [str(end) for end in view.vertical]
    ({gamma: 11/5}, b, ['0', '4'])
    """
    require_diagram(diagram)
    exact: dict[str, Any] = {"gamma": exact_exponent("gamma", gamma)}
    others = {"b": b, "ell": ell, "source": source}
    exact |= {name: exact_exponent(name, x) for name, x in others.items() if x is not None}
    windows = {
        "samples_window": samples_window,
        "decay_window": decay_window,
        "noise_window": noise_window,
        "width_window": width_window,
    }
    exact |= {name: _window(name, window) for name, window in windows.items() if window is not None}
    fault = misfit(
        diagram.noise, diagram.estimator, exact, has_source=has_source(diagram), width=diagram.width
    )
    if fault is not None:
        given = {"gamma": gamma, **others, **windows}
        require(False, fault[0], given[fault[0]], fault[1])
    if diagram.width == "scaled":
        exact.setdefault("ell", exact_exponent("ell", WIDTH_ELL))
    fixed = {symbol: exact[name] for name, symbol in FIXED.items() if name in exact}
    _require_off_boundaries(diagram, fixed)
    upwards = upwards_of(diagram.noise, diagram.estimator, at_one_b=b is not None, width=diagram.width)
    vertical = {
        "ell": exact.get("decay_window", DECAY_WINDOW if source is None else KERNEL_DECAY_WINDOW),
        "b": exact.get("noise_window", NOISE_WINDOW),
        "rho": exact.get("width_window", WIDTH_WINDOW),
    }
    samples = exact.get("samples_window", SAMPLES_WINDOW)
    return View(fixed, UPWARDS[upwards], samples, vertical.get(upwards))


def has_source(diagram: PhaseDiagram) -> bool:
    """Whether regions or laws depend on a source exponent."""
    expressions = (e for phase in diagram.phases for e in (phase.region, phase.risk.exponent))
    return any(expression.has(symbols.source) for expression in expressions)


def _require_off_boundaries(diagram: PhaseDiagram, fixed: dict[Symbol, Expr]) -> None:
    """Refuse a fixed value at which two phases meet: the whole plane would be their boundary."""
    for boundary in diagram.boundaries:
        parameter = boundary.relation.lhs
        if parameter not in fixed or parameter in (symbols.b, symbols.ell):
            continue
        if boundary.relation.subs(fixed) == True:  # noqa: E712
            (name,) = (name for name, symbol in FIXED.items() if symbol == parameter)
            require(False, name, fixed[parameter], "off the boundary of two phases, which is there")


def _window(parameter: str, given: Window) -> tuple[Fraction, Fraction]:
    is_pair = isinstance(given, tuple | list) and len(given) == 2
    require(is_pair, parameter, given, WINDOW)
    low, high = (fraction(exact_exponent(parameter, end)) for end in given)
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
