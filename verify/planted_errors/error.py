"""What a planted error is: a diagram, what is wrong in it, and how the error gets there.

A planting takes the diagram as derived and gives it back with the error.  It goes through seams that anyone
may use: ``dataclasses.replace`` on laws, phases and boundaries, or a declaration that differs, derived anew.

In this order: ``title_of``, ``PlantedError``; ``InLaw``, ``InTerms``; ``OtherRegions``, ``Dropped``,
``Missing``, ``Moved``; ``Declared``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sympy import And, Expr, S, cancel, log

from asymptotics import Law, Phase, PhaseDiagram, phase_diagram
from asymptotics.algebra.monomials import Noise, Term
from asymptotics.algebra.polyhedra import Domain
from asymptotics.balance.regimes import Given, Model
from asymptotics.diagram import Estimator, Width
from asymptotics.expressions.checks import require
from asymptotics.symbols import d
from verify.outcomes import Row

Planting = Callable[[PhaseDiagram], PhaseDiagram]

FIELDS = {"excess_risk": "risk", "learned_modes": "learned"}
"""Fields of a phase that hold a law, where they are not called as the quantity."""


def title_of(model: Model, **of: str) -> str:
    """A diagram in words, as reports have it.

    >>> from asymptotics import quadratic
    >>> title_of(quadratic, noise="scaled")
    'quadratic, noise scaled'
    """
    return Row(network=model.name, phase="", **of).diagram


@dataclass(frozen=True)
class PlantedError:
    """A wrong derivation, made on purpose.

    Attributes:
        name: of the error, one in the catalogue.
        error: what is wrong, in a sentence.
        model, noise, estimator, width: the diagram in which it is planted, as ``phase_diagram`` takes them.
        planting: what plants it.
    """

    name: str
    error: str
    model: Model
    planting: Planting
    noise: Noise = "fixed"
    estimator: Estimator = "erm"
    width: Width = "full"

    def __repr__(self) -> str:
        return f"<PlantedError {self.name}: {self.error}>"

    @property
    def title(self) -> str:
        """The diagram in words, as reports have it."""
        return title_of(self.model, noise=self.noise, estimator=self.estimator, width=self.width)

    def diagram(self) -> PhaseDiagram:
        """The diagram without the error."""
        return phase_diagram(self.model, noise=self.noise, estimator=self.estimator, width=self.width)

    def plant(self, diagram: PhaseDiagram) -> PhaseDiagram:
        """The diagram with the error."""
        return self.planting(diagram)


@dataclass(frozen=True)
class InLaw:
    """An error in one law of all phases of a name: law * factor * d**power * log(d)**log_power.

    Attributes:
        phase: by its name.
        quantity: by the name it has in ``Phase.laws``.
        factor, power, log_power: of the error.
        fields: of the law that have it, "expr" the closed form; by default all, so that they say the same.
    """

    phase: str
    quantity: str
    factor: Expr = S.One
    power: Expr = S.Zero
    log_power: Expr = S.Zero
    fields: tuple[str, ...] = ("expr", "constant", "exponent", "log_exponent")

    def __call__(self, diagram: PhaseDiagram) -> PhaseDiagram:
        """The diagram with the error."""
        return _with_phases(diagram, self.phase, lambda phase: _with_law(phase, self.quantity, self.altered))

    def altered(self, law: Law) -> Law:
        """The law with the error."""
        known = ("expr", "constant", "exponent", "log_exponent")
        require({*self.fields} <= {*known}, "fields", self.fields, f"some of {', '.join(known)}")
        error = self.factor * d**self.power * log(d) ** self.log_power
        wrong = {
            "expr": law.expr * error,
            "constant": law.constant * self.factor,
            "exponent": law.exponent + self.power,
            "log_exponent": law.log_exponent + self.log_power,
        }
        corrected = (
            law.corrected if law.corrected is None or "expr" not in self.fields else law.corrected * error
        )
        return replace(law, corrected=corrected, **{name: wrong[name] for name in self.fields})


def _with_law(phase: Phase, quantity: str, altered: Callable[[Law], Law]) -> Phase:
    if quantity in phase.others:
        return replace(phase, others={**phase.others, quantity: altered(phase.others[quantity])})
    name = FIELDS.get(quantity, quantity)
    law: Any = getattr(phase, name, None)
    is_own = isinstance(law, Law) and name in {field.name for field in fields(phase)}
    require(is_own, "quantity", quantity, f"one of the laws of phase {phase.name}, in Phase.laws")
    changes: dict[str, Any] = {name: altered(law)}
    return replace(phase, **changes)


def _require_phase(diagram: PhaseDiagram, name: str) -> None:
    names = {phase.name for phase in diagram.phases}
    require(name in names, "phase", name, f"one of {', '.join(sorted(names))}")


def _with_phases(diagram: PhaseDiagram, name: str, altered: Callable[[Phase], Phase]) -> PhaseDiagram:
    """The diagram with all phases of a name altered."""
    _require_phase(diagram, name)
    return replace(diagram, phases=tuple(altered(p) if p.name == name else p for p in diagram.phases))


@dataclass(frozen=True)
class InTerms:
    """A factor in every term of a quantity that is derived when asked for, of all phases of a name.

    ``quantity`` is by its name in the regime: "train_loss", or a part of the risk.
    """

    phase: str
    quantity: str
    factor: Expr

    def __call__(self, diagram: PhaseDiagram) -> PhaseDiagram:
        """The diagram with the error."""
        return _with_phases(diagram, self.phase, self._altered)

    def _altered(self, phase: Phase) -> Phase:
        regime = phase.balance.regime
        wrong = Given(_scaled_terms, (regime.quantities[self.quantity], self.factor))
        altered = replace(regime, quantities={**regime.quantities, self.quantity: wrong})
        return replace(phase, balance=replace(phase.balance, regime=altered))


def _scaled_terms(terms: Callable[[Domain], tuple[Term, ...]], factor: Expr, on: Domain) -> tuple[Term, ...]:
    return tuple(replace(one, coefficient=factor * one.coefficient) for one in terms(on))


@dataclass(frozen=True)
class OtherRegions:
    """Two phases that hold each where the other does; the first of each name."""

    one: str
    other: str

    def __call__(self, diagram: PhaseDiagram) -> PhaseDiagram:
        """The diagram with the error."""
        for name in (self.one, self.other):
            _require_phase(diagram, name)
        one, other = (next(p for p in diagram.phases if p.name == name) for name in (self.one, self.other))
        regions = {one.region: other.region, other.region: one.region}
        phases = (replace(p, region=regions.get(p.region, p.region)) for p in diagram.phases)
        return replace(diagram, phases=tuple(phases))


@dataclass(frozen=True)
class Dropped:
    """All phases of a name that are missing, and with ``boundaries`` the boundaries that name them, too."""

    phase: str
    boundaries: bool = False

    def __call__(self, diagram: PhaseDiagram) -> PhaseDiagram:
        """The diagram with the error."""
        _require_phase(diagram, self.phase)
        left = tuple(p for p in diagram.phases if p.name != self.phase)
        beside = tuple(b for b in diagram.boundaries if self.phase not in {p.name for p in b.phases})
        return replace(diagram, phases=left, boundaries=beside if self.boundaries else diagram.boundaries)


@dataclass(frozen=True)
class Missing:
    """The boundaries of two phases that are missing, while the phases meet there."""

    one: str
    other: str

    def __call__(self, diagram: PhaseDiagram) -> PhaseDiagram:
        """The diagram with the error."""
        for name in (self.one, self.other):
            _require_phase(diagram, name)
        left = tuple(b for b in diagram.boundaries if {p.name for p in b.phases} != {self.one, self.other})
        return replace(diagram, boundaries=left)


@dataclass(frozen=True)
class Moved:
    """The boundary of two phases, moved by ``shift`` towards the second: it is in the first's region then.

    With ``in_one`` only the first phase says so, and both claim the strip.
    """

    one: str
    other: str
    shift: Expr
    in_one: bool = False

    def __call__(self, diagram: PhaseDiagram) -> PhaseDiagram:
        """The diagram with the error."""
        names = {self.one, self.other}
        moved = [b for b in diagram.boundaries if {p.name for p in b.phases} == names]
        gaps = [boundary.relation.lhs - boundary.relation.rhs for boundary in moved]
        phases = (self._altered(p, gaps) if p.name in names else p for p in diagram.phases)
        if self.in_one:
            return replace(diagram, phases=tuple(phases))
        altered = tuple(phases)
        by_key = {_key(p): new for p, new in zip(diagram.phases, altered, strict=True)}
        boundaries = (
            replace(
                b,
                phases=(by_key[_key(b.phases[0])], by_key[_key(b.phases[1])]),
                relation=self._relation(b) if b in moved else b.relation,
            )
            for b in diagram.boundaries
        )
        return replace(diagram, phases=altered, boundaries=tuple(boundaries))

    def _relation(self, boundary: Any) -> Any:
        """The equation of the boundary where it is now."""
        (first,) = (p for p in boundary.phases if p.name == self.one)
        gap = boundary.relation.lhs - boundary.relation.rhs
        (ratio,) = (r for r in (cancel((x.gts - x.lts) / gap) for x in first.region.args) if r.is_number)
        return boundary.relation.func(boundary.relation.lhs, boundary.relation.rhs - self.shift / ratio)

    def _altered(self, phase: Phase, gaps: Sequence[Expr]) -> Phase:
        if phase.name == self.other and self.in_one:
            return phase
        sign = 1 if phase.name == self.one else -1
        relations = (self._shifted(relation, gaps, sign) for relation in phase.region.args)
        return replace(phase, region=And(*relations))

    def _shifted(self, relation: Any, gaps: Sequence[Expr], sign: int) -> Any:
        form = relation.gts - relation.lts
        on_boundary = any(cancel(form / gap).is_number for gap in gaps)
        return form + sign * self.shift > 0 if on_boundary else relation


def _key(phase: Phase) -> tuple[str, And]:
    return phase.name, phase.region


@dataclass(frozen=True)
class Declared:
    """Another declaration of the model: what is derived of it is taken for the model's own."""

    model: Any

    def __call__(self, diagram: PhaseDiagram) -> PhaseDiagram:
        """The diagram with the error."""
        wrong = phase_diagram(
            self.model, noise=diagram.noise, estimator=diagram.estimator, width=diagram.width
        )
        return replace(wrong, model=diagram.model)
