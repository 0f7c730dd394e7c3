"""What a diagram must be to be compared: one that was derived may be altered by hand to what is none.

In this order: ``require_compared``, for a diagram with its phases and boundaries; ``require_law``;
``network_of``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from sympy import (
    AccumBounds,
    And,
    Eq,
    Expr,
    GreaterThan,
    I,
    LessThan,
    Pow,
    StrictGreaterThan,
    StrictLessThan,
    Symbol,
    false,
    nan,
    true,
    zoo,
)
from sympy.core.function import AppliedUndef

from asymptotics import Boundary, Law, Phase, PhaseDiagram, System
from asymptotics.algebra.monomials import Noise
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.laws import NoLaw
from asymptotics.diagram import Estimator, require_diagram
from asymptotics.expressions.checks import InvalidArgument, require
from asymptotics.expressions.point import VARIABLES
from asymptotics.phases.phase import QUANTITIES
from asymptotics.symbols import d
from asymptotics.systems import system_of
from numerics.networks.network import NETWORKS
from verify.systems.points import axes, has_own_axes

_INEQUALITIES = (StrictGreaterThan, StrictLessThan, GreaterThan, LessThan)


def require_compared(diagram: Any) -> None:
    """Refuse a diagram whose model has no equations in numbers, or altered to what is none.

    Raises:
        InvalidArgument: it names the part of the diagram.
    """
    require_diagram(diagram)
    require(hasattr(diagram.model, "name"), "model of the diagram", diagram.model, "a model, or a System")
    for name, allowed in (("noise", get_args(Noise)), ("estimator", get_args(Estimator))):
        value = getattr(diagram, name)
        require(
            value in allowed, f"{name} of the diagram", value, f"{', '.join(allowed[:-1])} or {allowed[-1]}"
        )
    is_tuple = isinstance(diagram.phases, tuple) and bool(diagram.phases)
    require(is_tuple, "phases of the diagram", diagram.phases, "a tuple of at least one")
    for phase in diagram.phases:
        _require_phase(diagram, phase)
    boundaries = diagram.boundaries
    require(isinstance(boundaries, tuple), "boundaries of the diagram", boundaries, "a tuple of Boundaries")
    for boundary in boundaries:
        _require_boundary(diagram, boundary)
    if system_of(diagram.model) is None:
        narrowed = NETWORKS[network_of(diagram)].narrowed
        solved = [name for name, network in NETWORKS.items() if network.narrowed is not None]
        few = f"of full width for {diagram.model.name}: with few hidden units {', '.join(solved)} is solved"
        require(diagram.width == "full" or narrowed is not None, "diagram", diagram, few)


_NOT_REAL = (zoo, nan, I, AccumBounds)


def _require_phase(diagram: PhaseDiagram, phase: Any) -> None:
    """Refuse a phase whose region or laws are none, or that lacks laws."""
    require(isinstance(phase, Phase), "phases of the diagram", phase, "Phases")
    require(isinstance(phase.name, str), "name of a phase", phase.name, "a string")
    require(
        isinstance(phase.balance, Balanced), f"balance of phase {phase.name}", phase.balance, "a Balanced"
    )
    region, parameter = phase.region, f"region of phase {phase.name}"
    is_region = region in (true, false) or (
        isinstance(region, And) and all(isinstance(part, _INEQUALITIES) for part in region.args)
    )
    allowed = "an And of inequalities, of a single one And(a > 1, evaluate=False)"
    require(is_region, parameter, region, allowed)
    coordinates = _coordinates(diagram)
    require(region.free_symbols <= coordinates, parameter, region, f"made of {_names(coordinates)}")
    for name in ("risk", "effective_noise", "threshold", "learned", "degrees_of_freedom"):
        law = getattr(phase, name)
        if not isinstance(law, NoLaw):
            require_law(diagram, phase, name, law)
    is_system = isinstance(diagram.model, System)
    names = tuple(phase.balance.regime.quantities) if is_system else QUANTITIES
    others = phase.others
    require(isinstance(others, Mapping), f"others of phase {phase.name}", others, "a mapping of laws")
    for name in others:
        known = name in phase.balance.regime.quantities
        require(known, f"others of phase {phase.name}", name, f"of {', '.join(names)}")
    lacking = [name for name in ("excess_risk", *names) if name not in phase.laws]
    every = f"those of all quantities of its model, which has {', '.join(lacking)} besides"
    require(not lacking, f"laws of phase {phase.name}", ", ".join(phase.laws), every)


def _require_boundary(diagram: PhaseDiagram, boundary: Any) -> None:
    """Refuse a boundary of other than two phases, or without an equation."""
    require(isinstance(boundary, Boundary), "boundaries of the diagram", boundary, "Boundaries")
    phases = boundary.phases
    is_pair = isinstance(phases, tuple) and len(phases) == 2 and all(isinstance(p, Phase) for p in phases)
    is_pair = is_pair and phases[0] is not phases[1]
    require(is_pair, "phases of a boundary", phases, "two of the diagram's")
    names = " and ".join(phase.name for phase in phases)
    relation, coordinates = boundary.relation, _coordinates(diagram)
    is_known = (
        isinstance(relation, Eq)
        and relation.lhs in coordinates
        and relation.rhs.free_symbols <= coordinates - {relation.lhs}
        and not relation.rhs.has(*_NOT_REAL)
    )
    allowed = f"an equation of one of {_names(coordinates)} by others, as Eq(a, 1)"
    require(is_known, f"relation between {names}", relation, allowed)


def require_law(diagram: PhaseDiagram, phase: Phase, name: str, law: Any) -> None:
    """Refuse what is no law of a phase, such as one made by hand of numbers or of unknown symbols.

    Raises:
        InvalidArgument: it is no ``Law``; one of its forms is no real expression, or holds other symbols than
            its diagram has for it; or one of its powers holds a root.
    """
    parameter = f"{name} of phase {phase.name}"
    require(isinstance(law, Law), parameter, law, "a Law")
    scaling, physical = _coordinates(diagram), {*VARIABLES.values()}
    if has_own_axes(diagram):
        growing = (symbol for symbol, _ in phase.balance.scales.growth)
        physical = {d, *growing, *axes(diagram)[1]}
    in_limit = dict.fromkeys(("exponent", "log_exponent", "constant"), scaling)
    for field, symbols in {"expr": physical, "corrected": physical, **in_limit}.items():
        form = getattr(law, field)
        if field == "corrected" and form is None:
            continue
        is_real = isinstance(form, Expr) and not form.has(*_NOT_REAL)
        real = f"made of real SymPy expressions, such as Rational(101, 100), which its {field} is not"
        require(is_real, parameter, form, real)
        is_known = form.free_symbols <= symbols and not form.has(AppliedUndef)
        known = f"made of {_names(symbols)} and numbers, which its {field} is not"
        require(is_known, parameter, form, known)
        if field.endswith("exponent"):  # what sums of powers grow with
            has_root = any(power.free_symbols and not power.exp.is_integer for power in form.atoms(Pow))
            require(not has_root, parameter, form, f"rational in {_names(symbols)}, which its {field} is not")


def network_of(diagram: PhaseDiagram) -> str:
    """The name under which ``numerics`` solves the model.

    Raises:
        InvalidArgument: it solves none of that name.
    """
    if diagram.model.name not in NETWORKS:
        known = ", ".join(NETWORKS)
        raise InvalidArgument(
            f"diagram of {diagram.model.name!r}: equations to compare with are those of {known}, and of a "
            "System, which are its own"
        )
    return diagram.model.name


def _coordinates(diagram: PhaseDiagram) -> set[Symbol]:
    """What exponents depend on."""
    return {x for group in axes(diagram) for x in group}


def _names(symbols: set[Symbol]) -> str:
    return ", ".join(sorted(map(str, symbols)))
