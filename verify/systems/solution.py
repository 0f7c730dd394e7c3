"""A system of one's own at one point, solved from its declaration.

In this order: `SystemSolution`, `solve_system`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any

import mpmath
from sympy import S, Symbol

from asymptotics.algebra.polyhedra import PARAMETERS
from asymptotics.balance.regimes import Model
from asymptotics.expressions.checks import NUMBER, is_number, require, require_name
from asymptotics.expressions.point import MAY_VANISH, VARIABLES, check_variable
from asymptotics.symbols import noise_variance
from asymptotics.systems import System, system_of
from asymptotics.systems.regimes import NAMES
from numerics.arithmetic.checks import exact_number, is_count
from numerics.arithmetic.precision import to_fraction
from numerics.displays import Displayed, plain
from numerics.systems.solver import solve_positive
from verify.systems.compiled import Compiled, compiled, equations_of, modes_of

RISK_OF_LAWS = "excess_risk"
"""What the laws of a phase call "risk"."""


@dataclass(frozen=True)
class SystemSolution(Displayed):
    """The solution of a system at one point; numbers are floats, or mpf where digits were asked for.

    Attributes:
        system: what was solved.
        values: at which values, by name.
        unknowns: those that the system declares, by the names of their laws.
        quantities: by name.
        residual: largest absolute value of log(left) - log(right) over its equations, in positive form.
        error: estimate of the relative error of every number.
    """

    system: System
    values: Mapping[str, Any] = field(hash=False)
    unknowns: Mapping[str, Any] = field(hash=False)
    quantities: Mapping[str, Any] = field(hash=False)
    residual: float
    error: float

    _note = "The numbers are in the units of the declaration."

    @property
    def risk(self) -> Any:
        """The quantity "risk"."""
        return self.quantities["risk"]

    def __getitem__(self, name: str) -> Any:
        """A quantity or an unknown by its name; "excess_risk" is the risk, as among the laws of a phase."""
        everything = {**self.unknowns, **self.quantities, RISK_OF_LAWS: self.risk}
        if name not in everything:
            raise KeyError(f"name={name!r}: must be one of {', '.join(everything)}")
        return everything[name]

    def __repr__(self) -> str:
        numbers = {**self.quantities, **self.unknowns}
        shown = ", ".join(f"{name}={mpmath.nstr(mpmath.mpf(x), 6)}" for name, x in numbers.items())
        return f"<SystemSolution of {self.system.name}: {shown}; residual {self.residual:.0e}>"

    def to_dict(self) -> dict[str, Any]:
        """All of it in plain Python; numbers of many digits are strings."""
        numbers = {name: plain(getattr(self, name)) for name in ("values", "unknowns", "quantities")}
        return {"system": self.system.name, **numbers, "residual": self.residual, "error": self.error}


def solve_system(system: Model, *, digits: int | None = None, **values: Any) -> SystemSolution:
    """Solve a system at finite sizes, from its declaration: full sums over modes, no asymptotic step.

    Args:
        system: the declaration, or a model that reduces to one, such as ``kernel_ridge``.
        digits: correct digits wanted; None for float64, to a relative error of 1e-10 or less.
        values: of the physical variables, by the names that laws have for them: gamma, source, n_eff, d,
            weight_decay, noise_variance, and the system's own, alpha and beta among them, by the names of
            their symbols.  A weight decay
            or noise variance of 0 is none.  A float is the binary number that it is.

    Raises:
        InvalidArgument: a value is missing, no number or outside of its range; or the system holds what has
            no value in numbers, such as a summand with two breaks.
        NotConverged: the equations have no solution, several, or one that misses the accuracy; it says which.

    >>> from sympy import Eq
    >>> from asymptotics.systems import System, mode_sum
    >>> from asymptotics.symbols import a, n_eff, size, threshold
    >>> held = mode_sum(size**2 / (size**2 + threshold))
    >>> equations = (Eq(n_eff, held),)
    >>> interpolating = System("interpolating", (threshold,), equations, {"risk": threshold}, {n_eff: a})
    >>> solve_system(interpolating, gamma=1, n_eff=1)  # doctest: +ELLIPSIS
    <SystemSolution of interpolating: risk=1.10789, threshold=1.10789; residual ...>
    """
    declared = system_of(system)
    require(declared is not None, "system", system, "a System, or a model that reduces to one")
    assert declared is not None
    require(digits is None or is_count(digits), "digits", digits, "None, or a positive integer")
    return _solved(declared, digits, values)


def _solved(system: System, digits: int | None, values: Mapping[str, Any]) -> SystemSolution:
    names = _names(system)
    for name in values:
        require_name(name, names)
    exact = {names[name]: _exact(name, value) for name, value in values.items() if value is not None}
    noisy = exact.get(noise_variance, 1) != 0
    ready = compiled(system, noisy)
    parameters = _parameters(system, ready, exact, values)
    for name, value in values.items():
        if names[name] not in (*ready.variables, *parameters):  # what the equations do not hold
            check_variable(name, value, held=False)
    known = {}
    for symbol in ready.variables:
        name = next(name for name, of in names.items() if of == symbol)
        least = "0 or a number above it" if name in MAY_VANISH else "a number above 0"
        require(symbol in exact, name, values.get(name), f"{least}, for the equations hold it")
        inside = exact[symbol] > 0 or (exact[symbol] == 0 and name in MAY_VANISH)
        require(bool(inside), name, values[name], least)
        known[symbol] = exact[symbol]
    modes = modes_of(system, known, parameters)
    equations_in = partial(equations_of, ready, modes, known, parameters)
    solved = solve_positive(equations_in, None if digits is None else int(digits))
    unknowns = {NAMES.get(u, u.name): solved.unknowns[u.name] for u in system.unknowns}
    given = {name: value for name, value in values.items() if value is not None}
    return SystemSolution(system, given, unknowns, solved.quantities, solved.residual, solved.error)


def _names(system: System) -> dict[str, Symbol]:
    """The variables whose values may be given, by name."""
    held = (*system.parameters, *system.scales)
    return {**VARIABLES, **{symbol.name: symbol for symbol in held if symbol not in VARIABLES.values()}}


def _exact(name: str, value: Any) -> Any:
    require(is_number(value), name, value, NUMBER)
    return exact_number(name, value)


def _parameters(
    system: System, ready: Compiled, exact: Mapping[Symbol, Any], values: Mapping[str, Any]
) -> dict[Symbol, Fraction]:
    """The parameters that are held, exact and inside the domain of the system."""
    names = {symbol: name for name, symbol in _names(system).items()}
    numbers = {}
    for parameter, (low, high) in zip(PARAMETERS, system.box, strict=False):
        if parameter not in ready.parameters:
            continue
        name, allowed = names[parameter], f"a number between {low} and {high}"
        require(parameter in exact, name, values.get(name), f"{allowed}, for the equations hold it")
        numbers[parameter] = to_fraction(exact[parameter])
        at = S(numbers[parameter].numerator) / numbers[parameter].denominator
        require(bool(low < at) and bool(at < high), name, values[name], allowed)
    system.check_parameters({p: S(x.numerator) / x.denominator for p, x in numbers.items()})
    return numbers
