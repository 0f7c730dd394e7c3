"""The law across a boundary: what holds on both sides and in between.

Near a boundary the quantities of a phase diagram are expressions in the physical variables and, where the
balance cannot be solved in closed form, in unknowns that solve equations: a ``UniformLaw``.  Two kinds of
questions have such an answer:

* ``BoundaryLaw``: what happens across a boundary, of whatever type?  It holds from one phase to the other.
* ``LocalLaw``: what happens next to the point where the data have just as many degrees of freedom as are to
  be determined?  There the exponents of the phases on both sides diverge or jump, and a small weight decay or
  label noise decides: within a width that vanishes with them.

In this order: ``UniformLaw`` (numbers), ``LocalLaw``, ``BoundaryLaw``, ``solve_equations``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import mpmath
from sympy import Eq, Expr, Integral, S, Set, Sum, Symbol, latex, oo

from asymptotics import words
from asymptotics.balance.laws import Law
from asymptotics.boundaries.free_convolution import PathIntegral
from asymptotics.boundaries.types import BoundaryType
from asymptotics.displays import Display, Displayed, short
from asymptotics.expressions.checks import require
from asymptotics.expressions.monotone_root import FARTHEST, positive_solution
from asymptotics.expressions.notation import write_expression
from asymptotics.expressions.point import (
    Number,
    PhysicalPoint,
    own_variables,
    point_of,
    require_variables,
)
from asymptotics.lemmas.uniform_sums import DIGITS, ModeIntegral, compiled, evaluate
from asymptotics.symbols import PARAMETERS, gamma, position, resolvent, source

QUANTITIES = ("risk", "effective_noise", "threshold")

BOUND = (position, resolvent)
"""What a ``PathIntegral`` binds."""

_MOST_NEGLECTED = 0.5
"""What is left out, relative to what is kept, up to which a local law has numbers."""

_CANCELLED = 1e-3
"""How far apart the values on either side of poles may be that cancel."""

_WHERE = "a point near the boundary, in one of its two phases, where the law is positive and has no pole"


_FOR_NUMBERS = ("start", "passing", "variables")
"""Fields that serve the evaluation of a law."""


@dataclass(frozen=True, kw_only=True, repr=False)
class UniformLaw(Displayed):
    """Expressions in the physical variables and in ``unknowns``, which solve ``equations``.

    Attributes:
        risk: excess risk, to leading order.  A ``PathIntegral`` in it binds z and g (its docstring).
        effective_noise: delta.
        threshold: kappa; zero for a Bayes-optimal estimate, which has none, as of a system without one.
        others: the other unknowns of a system, by the names of their laws.
        unknowns: what the equations determine; none where all is explicit.
        equations: as many as unknowns; both sides are positive, and left over right increases with the
            unknown.
        start: where the search for each unknown begins.
        passing: a parameter in which single terms may have poles that cancel; where it is given all
            parameters are passed by.
        variables: those of a system, which may be given even where the law does not hold them.
    """

    risk: Expr
    effective_noise: Expr
    threshold: Expr
    unknowns: tuple[Symbol, ...] = ()
    equations: tuple[Eq, ...] = ()
    start: tuple[Expr, ...] = ()
    others: tuple[tuple[str, Expr], ...] = ()
    passing: Symbol = source
    variables: tuple[Symbol, ...] = ()

    def _title(self) -> str:
        solved = f", with {', '.join(map(str, self.unknowns))} solved for" if self.unknowns else ""
        return f"{type(self).__name__}{self._where()}: risk {short(self.risk, 80)}{solved}"

    def _where(self) -> str:
        return ""

    def _label(self) -> Expr:
        return self.risk

    def _display(self) -> Display:
        """What it says, without what is empty or serves its evaluation alone."""
        rows = (row for row in super()._display().rows if row[0] not in _FOR_NUMBERS)
        empty = (None, (), S.EmptySet, S.Zero)
        said = tuple((name, value) for name, value in rows if not any(value is one for one in empty))
        return Display(self._title(), said, note=words.SCALES)

    def to_text(self) -> str:
        """The risk as plain text, and the equations of what it holds; names as in ``Law.to_text``.

        >>> from asymptotics import diagonal, interpolation_peak
        >>> print(interpolation_peak(diagonal).to_text().split(", where ")[0])
        2**(1/3)*pi**(1/3)*noise_variance**(4/3)/(4*Y*weight_decay**(2/3))
        """
        sides = [" = ".join(map(write_expression, equation.args)) for equation in self.equations]
        return ", where ".join([write_expression(self.risk), *([" and ".join(sides)] if sides else [])])

    def to_latex(self) -> str:
        r"""The risk and the equations of what it holds as LaTeX, without dollars.

        >>> from asymptotics import diagonal, interpolation_peak
        >>> print(interpolation_peak(diagonal).to_latex().split(r", \quad ")[0])
        \frac{\sqrt[3]{2} \sqrt[3]{\pi} \Delta^{\frac{4}{3}}}{4 Y \lambda^{\frac{2}{3}}}
        """
        return r", \quad ".join(map(latex, (self.risk, *self.equations)))

    def evaluate(self, point: PhysicalPoint | None = None, **values: Number | None) -> mpmath.mpf:
        """The excess risk, to at least half of mpmath's working precision.

        Args:
            point: the physical variables; or else its fields by keyword, as in ``Law.evaluate``.
            values: fields of ``PhysicalPoint``.

        Raises:
            InvalidArgument: when a variable that the law holds is missing, or a value is outside of the
                theory; and where the law is negative or has a pole, as it may far from the boundary.
            ArithmeticError: when the equations have no solution there, or leave it no digits: as far below
                the capacity of all modes, or within some 1e-9 of it, where ``BoundaryLaw.local`` holds.
        """
        return self._solved(("risk",), point_of(point, values, self._own))["risk"]

    def solve(self, point: PhysicalPoint | None = None, **values: Number | None) -> dict[str, mpmath.mpf]:
        """Risk, effective noise and threshold by the names of their fields, and the others by their own.

        Arguments as ``evaluate``.

        >>> from asymptotics import diagonal, interpolation_peak
        >>> peak = interpolation_peak(diagonal)
        >>> at_peak = peak.solve(n_eff=10**6, d=10**6, weight_decay=1e-9, noise_variance=1)
        >>> {name: mpmath.nstr(value, 5) for name, value in at_peak.items()}
        {'risk': '4.6132e+5', 'effective_noise': '679.2', 'threshold': '0.00092264'}
        """
        return self._solved((*QUANTITIES, *dict(self.others)), point_of(point, values, self._own))

    @property
    def _own(self) -> dict[str, Symbol]:
        """The variables of a system of one's own, by name."""
        sides = [side for equation in self.equations for side in equation.args]
        own = own_variables(self.risk, *dict(self.others).values(), *sides, *self.variables)
        return {name: symbol for name, symbol in own.items() if symbol not in (*self.unknowns, *BOUND)}

    def _solved(self, names: Sequence[str], point: PhysicalPoint) -> dict[str, mpmath.mpf]:
        known = {**{name: getattr(self, name) for name in QUANTITIES}, **dict(self.others)}
        quantities = {name: known[name] for name in names}
        sides = [side for equation in self.equations for side in equation.args]
        require_variables(point, *quantities.values(), *sides, own=self._own)
        digits = mpmath.mp.dps
        with mpmath.workdps(digits + self._guard_digits):
            values = {self._own.get(symbol.name, symbol): value for symbol, value in point.values().items()}
            if self.passing not in values:
                numbers = self._numbers(quantities, values, point)
            else:  # poles that cancel, as at r = 1/2, are passed by on either side, in every parameter
                step = mpmath.mpf(10) ** -digits
                held = [self.passing, *(p for p in PARAMETERS if p in values and p != self.passing)]
                numbers, other = (
                    self._numbers(
                        quantities,
                        {**values, **{p: values[p] + side / (k + 1) for k, p in enumerate(held)}},
                        point,
                    )
                    for side in (step, -step)
                )
                alike = all(mpmath.almosteq(numbers[name], other[name], _CANCELLED) for name in names)
                require(alike, "point", point, _WHERE)
        return {name: +number for name, number in numbers.items()}

    def _numbers(
        self, quantities: Mapping[str, Expr], values: Mapping[Symbol, Any], point: PhysicalPoint
    ) -> dict[str, Any]:
        near = [evaluate(expression, values) for expression in self.start]
        values = {**values, **solve_equations(self.equations, self.unknowns, values, near)}
        numbers = {name: evaluate(expression, values) for name, expression in quantities.items()}
        if "risk" in numbers:
            require(bool(numbers["risk"] >= 0), "point", point, _WHERE)
            self._require_digits(numbers["risk"], values, point)
        return numbers

    @property
    def _guard_digits(self) -> int:
        """Few where integrals or sums over all modes are costly, many where numbers of order one cancel."""
        costly = {Integral: 10, ModeIntegral: 10, Sum: 25}
        few = [digits for kind, digits in costly.items() if self.risk.has(kind)]
        return min(few, default=max(80, 3 * mpmath.mp.dps))

    def _require_digits(self, risk: Any, values: Mapping[Symbol, Any], point: PhysicalPoint) -> None:
        """Refuse a risk that is lost among the errors of its integrals."""
        if not self.risk.has(PathIntegral):
            return
        whole = evaluate(self.effective_noise, values) ** 2 + evaluate(self.threshold, values) ** 2
        if risk < mpmath.mpf(10) ** (4 - DIGITS) * whole:
            raise ArithmeticError(
                f"n_eff={point.n_eff}: so far below the capacity of all modes the risk is less than "
                f"10^{4 - DIGITS} of what integrals over them hold, and has no digits; the law of "
                "the phase there has"
            )


@dataclass(frozen=True, kw_only=True, repr=False)
class LocalLaw(UniformLaw):
    """The law next to where the data have just as many degrees of freedom as are to be determined.

    It is the leading law for small ``width`` and ``excess``; what is left is of their relative order, or of
    that of w^(2/5) where modes that repel each other are lost at a hard edge.  At the interpolation peak of a
    network whose modes repel each other it needs w >> K/d besides, K modes being learned (``interpolation``).

    Attributes:
        risk, effective_noise, threshold: excess risk, delta and kappa, to leading order, in the physical
            variables and the unknowns.
        unknowns, equations, start: the unknowns, the equations that they solve, and where the search begins.
        samples: n_eff where that is.
        excess: x, the degrees of freedom of the data less those that are to be determined.
        width: w, the ``excess`` within which weight decay and label noise round the risk, in powers of both.
        height: the risk at x = 0; None where only the equations give it.
        below: the risk at x << -w, away from the rounding; None where only the equations give it.
        above: the risk at x >> w.
        neglected: of the peak in width, an estimate of what the law leaves out, relative to the degrees of
            freedom that it says are left, in the physical variables and the unknowns (``left_out``); 0
            where there is none.
    """

    samples: Expr
    excess: Expr
    width: Expr
    height: Expr | None
    below: Expr | None
    above: Expr
    neglected: Expr = S.Zero

    def left_out(self, point: PhysicalPoint | None = None, **values: Number | None) -> mpmath.mpf:
        """An estimate of what the law leaves out, relative to what it keeps; arguments as ``evaluate``.

        Of the peak in width alone.  Above 1/2 the law means nothing, and its numbers are refused.  Without
        gamma a single mode stands for those that are learned.

        >>> from asymptotics import quadratic, width_peak
        >>> at = {"gamma": 1, "d": 10**14, "n_eff": 10**7, "width": 5 * 10**6, "noise_variance": 1}
        >>> [mpmath.nstr(width_peak(quadratic).left_out(weight_decay=x, **at), 2) for x in (1e-6, 1e-9)]
        ['0.0097', '0.19']
        """
        point = point_of(point, values)
        with mpmath.workdps(mpmath.mp.dps + self._guard_digits):
            known = point.values()
            near = [evaluate(expression, known) for expression in self.start]
            known = {**known, **solve_equations(self.equations, self.unknowns, known, near)}
            return +self._left_out(known)

    def _left_out(self, values: Mapping[Symbol, Any]) -> Any:
        return evaluate(self.neglected if gamma in values else self.neglected.subs(gamma, oo), values)

    def _numbers(
        self, quantities: Mapping[str, Expr], values: Mapping[Symbol, Any], point: PhysicalPoint
    ) -> dict[str, Any]:
        if self.neglected == 0:
            return super()._numbers(quantities, values, point)
        known = {**quantities, "": self.neglected if gamma in values else self.neglected.subs(gamma, oo)}
        numbers = super()._numbers(known, values, point)
        neglected = numbers.pop("")
        require(
            bool(neglected <= _MOST_NEGLECTED),
            "point",
            point,
            "one at which the law of the peak leaves out at most 1/2 of what it keeps, and not "
            f"{mpmath.nstr(neglected, 3)} of it (``left_out``): more weight decay, or the law across the "
            "boundary, which holds the learned modes",
        )
        return numbers

    def _where(self) -> str:
        return f" at n_eff = {self.samples}"

    @property
    def _guard_digits(self) -> int:
        """The excess is a difference of numbers of order one."""
        return int(mpmath.mp.dps) + 10


@dataclass(frozen=True, kw_only=True, repr=False)
class BoundaryLaw(UniformLaw):
    """The law across a boundary: on both sides to leading order, and in between.

    Attributes:
        risk, effective_noise, threshold: excess risk, delta and kappa, to leading order, in the physical
            variables and the unknowns.
        unknowns, equations, start: the unknowns, the equations that they solve, and where the search begins.
            Where modes repel each other they hold a ``PathIntegral``: it runs over z in the complex plane of
            s/s_d, with s_d the smallest mode, and g = mean 1/(z - s_i/s_d).  Neither z nor g is a variable of
            the law.
        type: what changes there.
        continuous: whether the exponents of the risk agree on the boundary.
        mechanism: what happens there, in a sentence.
        variable: of order one at the boundary, in the physical variables; it tends to 0 on one side of it,
            and to oo on the other.
        window: the values of the variable at which the risk follows neither phase; empty where it is the same
            on both sides.
        logarithmic: whether what the law leaves out falls like powers of 1/log d, not of d: where noise
            without an edge is overfitted, the law of the modes takes kappa^2/delta^2, of order log d, for
            large.
        on_boundary: where a parameter passes a value, the law of the risk at that value; elsewhere None.
        local: the law next to the interpolation peak or the recovery of all modes; elsewhere None, and where
            the declaration of the network does not determine it.

    >>> from asymptotics import phase_diagram, quadratic
    >>> boundaries = phase_diagram(quadratic).boundaries
    >>> law = next(b for b in boundaries if [p.name for p in b.phases] == ["V", "VIa"]).law()
    >>> law.type.value, law.variable, law.unknowns, law.local.samples
    ('interpolation peak', 4*n_eff/d, (delta, kappa), d/4)
    """

    type: BoundaryType
    continuous: bool
    mechanism: str
    variable: Expr
    window: Set
    logarithmic: bool = False
    on_boundary: Law | None = None
    local: LocalLaw | None = None

    def _where(self) -> str:
        return f" ({self.type.value})"


def solve_equations(
    equations: Sequence[Eq],
    unknowns: Sequence[Symbol],
    values: Mapping[Symbol, Number],
    start: Sequence[Number],
) -> dict[Symbol, mpmath.mpf]:
    """None, one or two positive unknowns, to half of the digits of mpmath's working precision.

    Raises:
        ArithmeticError: as ``positive_solution``.

    >>> x = Symbol("x", positive=True)
    >>> print(mpmath.nstr(solve_equations([Eq(x**3, 1 + x)], [x], {}, [1])[x], 7))
    1.324718
    """
    if not unknowns:
        return {}
    symbols = (*unknowns, *values)
    differences = [
        partial(_difference, *(compiled(side, symbols) for side in equation.args), tuple(values.values()))
        for equation in equations
    ]
    return dict(zip(unknowns, positive_solution(differences, start, [str(u) for u in unknowns]), strict=True))


def _difference(
    left: Callable[..., Any], right: Callable[..., Any], values: tuple[Any, ...], *unknowns: Any
) -> Any:
    """The logarithm of left over right; where nothing is on the right it stands for infinity."""
    lower = right(*unknowns, *values)
    return mpmath.log(left(*unknowns, *values)) - mpmath.log(lower) if lower > 0 else mpmath.mpf(FARTHEST)
