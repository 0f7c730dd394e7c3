"""Models and diagrams as lines of Python that make them again.

In this order: `lines_of_diagram`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import Any

from sympy import Eq
from sympy.core.relational import Relational

from asymptotics import Law, Phase, PhaseDiagram, models, phase_diagram
from asymptotics.systems import System
from verify.gallery import MODELS, NETWORKS
from verify.reproducing.expressions import Written, written

_SHIPPED = tuple(name for name in MODELS if not name.startswith("hermite"))

_DEGREES = range(2, 7)

_LAWS = ("risk", "effective_noise", "threshold", "learned", "degrees_of_freedom")

_UNWRITTEN = "# {what} is what you made of it, which these lines leave out"


def _shipped() -> Iterator[tuple[Any, str, str]]:
    """Models, each with the name that is imported and the expression that is the model."""
    for name in _SHIPPED:
        yield getattr(models, name), name, name
    for name in NETWORKS:
        yield models.ridge(getattr(models, name)), f"{name}, ridge", f"ridge({name})"
    for k in _DEGREES:
        yield models.hermite(k), "hermite", f"hermite({k})"


def lines_of_diagram(diagram: PhaseDiagram) -> list[str]:
    r"""Lines after which ``diagram`` is the diagram, altered as it was; a comment says what they leave out.

    >>> from asymptotics import quadratic
    >>> print("\n".join(lines_of_diagram(phase_diagram(quadratic, noise="none"))))
    from asymptotics import phase_diagram
    from asymptotics.models import quadratic
    diagram = phase_diagram(quadratic, noise='none')
    """
    usual = {"noise": "fixed", "estimator": "erm", "width": "full"}
    given = {name: getattr(diagram, name) for name in usual if getattr(diagram, name) != usual[name]}
    options = "".join(f", {name}={value!r}" for name, value in given.items())
    before, model = _lines_of_model(diagram.model)
    derived = phase_diagram(
        diagram.model, noise=diagram.noise, estimator=diagram.estimator, width=diagram.width
    )
    return [
        "from asymptotics import phase_diagram",
        *before,
        f"diagram = phase_diagram({model}{options})",
        *_alterations(derived, diagram),
    ]


def _lines_of_model(model: Any) -> tuple[list[str], str]:
    """Lines that stand before a model, and the expression for it."""
    for shipped, imported, expression in _shipped():
        if type(shipped) is type(model) and shipped == model:
            return [f"from asymptotics.models import {imported}"], expression
    if isinstance(model, System):
        return _lines_of_system(model), "model"
    return [f"model = ...  # {model}: your declaration"], "model"


def _lines_of_system(system: System) -> list[str]:
    before = Written(names={"Eq"})
    declared = [f"    {name}={_value(value, before)}," for name, value in _declared(system)]
    return ["from asymptotics import System", *before.lines, "model = System(", *declared, ")"]


def _declared(system: System) -> Iterator[tuple[str, Any]]:
    """Fields that are not what they are by default; names and reasons of phases are left out."""
    for one in fields(system):
        value = getattr(system, one.name)
        usual = one.default if one.default_factory is MISSING else one.default_factory()
        if one.name not in ("describe_phase", "origins") and (usual is MISSING or value != usual):
            yield one.name, value


def _value(value: Any, before: Written) -> str:
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, tuple):
        return f"({''.join(f'{_value(one, before)}, ' for one in value).rstrip()})"
    if hasattr(value, "items"):
        pairs = (f"{_value(key, before)}: {_value(of, before)}" for key, of in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, Eq):
        return f"Eq({written(value.lhs, before)}, {written(value.rhs, before)})"
    return written(value, before)


def _alterations(derived: PhaseDiagram, diagram: PhaseDiagram) -> list[str]:
    """What a hand has made of a diagram that was derived: phases left out, laws and regions replaced."""
    boundaries = _boundaries(derived, diagram)
    if diagram.phases == derived.phases:
        return ["from dataclasses import replace", *boundaries] if boundaries else []
    sources = _sources(derived, diagram)
    if sources is None:
        return [_UNWRITTEN.format(what="diagram")]
    before, lines = Written(), list[str]()
    for k, new in zip(sources, diagram.phases, strict=True):
        if derived.phases[k] != new:
            lines += [f"phase = diagram.phases[{k}]", *_changes(derived.phases[k], new, before)]
            lines += [
                f"phases = (*diagram.phases[:{k}], phase, *diagram.phases[{k + 1}:])",
                "diagram = replace(diagram, phases=phases)",
            ]
    if sources != [*range(len(derived.phases))]:
        lines.append(f"diagram = replace(diagram, phases=tuple(diagram.phases[k] for k in {sources}))")
    return ["from dataclasses import replace", *before.lines, *lines, *boundaries]


def _sources(derived: PhaseDiagram, diagram: PhaseDiagram) -> list[int] | None:
    """Of which derived phase each one was made, by its number; None where that is not to be seen."""
    if len(diagram.phases) == len(derived.phases) and all(
        old.name == new.name for old, new in zip(derived.phases, diagram.phases, strict=True)
    ):
        return [*range(len(derived.phases))]
    sources = list[int]()
    for new in diagram.phases:
        alike = [k for k, old in enumerate(derived.phases) if old.name == new.name and k not in sources]
        same = [k for k in alike if derived.phases[k] == new]
        near = [k for k in alike if derived.phases[k].region == new.region]
        if not (same or near or alike):
            return None
        sources.append((same or near or alike)[0])
    return sources


def _boundaries(derived: PhaseDiagram, diagram: PhaseDiagram) -> list[str]:
    """Which of the boundaries are left, if not all."""
    if diagram.boundaries == derived.boundaries:
        return []
    if not all(one in derived.boundaries for one in diagram.boundaries):
        return [_UNWRITTEN.format(what="diagram.boundaries")]
    left = [derived.boundaries.index(one) for one in diagram.boundaries]
    remaining = f"tuple(diagram.boundaries[k] for k in {left})" if left else "()"
    return [f"diagram = replace(diagram, boundaries={remaining})"]


def _changes(old: Phase, new: Phase, before: Written) -> Iterator[str]:
    """How one phase was altered."""
    if type(old) is not type(new) or old.balance != new.balance:
        yield _UNWRITTEN.format(what="phase.balance, or its class,")
    for name in _LAWS:
        law, altered = getattr(old, name), getattr(new, name)
        if law != altered:
            yield f"phase = replace(phase, {name}=replace(phase.{name}, {_of_law(law, altered, before)}))"
    for name, altered in new.others.items():
        if name not in old.others:
            yield _UNWRITTEN.format(what=f"phase.{name}")
        elif old.others[name] != altered:
            changed = f"replace(phase.{name}, {_of_law(old.others[name], altered, before)})"
            yield f"phase = replace(phase, others={{**phase.others, {name!r}: {changed}}})"
    if old.region != new.region:
        relations = ", ".join(_relation(one, before) for one in new.region.args)
        before.names.add("And")
        yield f"phase = replace(phase, region=And({relations}))"


def _of_law(old: Law, new: Law, before: Written) -> str:
    names = [
        name
        for name in ("expr", "exponent", "log_exponent", "constant", "corrected")
        if _differ(old, new, name)
    ]
    return ", ".join(f"{name}={_value_or_none(getattr(new, name), before)}" for name in names)


def _differ(old: Law, new: Law, name: str) -> bool:
    return bool(getattr(old, name) != getattr(new, name))


def _value_or_none(value: Any, before: Written) -> str:
    return "None" if value is None else written(value, before)


def _relation(relation: Relational, before: Written) -> str:
    return f"{written(relation.lhs, before)} {relation.rel_op} {written(relation.rhs, before)}"
