"""The outcomes of single points, in a directory from which an interrupted comparison continues.

One file a point (``numerics.runs.Cache``), named by a digest of all that determines its outcomes: the point,
the laws that are compared there, in all their forms, the inequalities between exponents that say how deep
it lies, and what is solved.  So a diagram with a planted error never reads what the diagram without it left.
What a digest does not hold is the code: a release that changes what is drawn or solved raises
``CACHE_FORMAT``.

In this order: `key_of`, `written`, `read_from`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from fractions import Fraction
from typing import Any

from asymptotics import Law, Phase, PhaseDiagram
from asymptotics.systems import System, system_of
from verify.outcomes import Check, Omission

CACHE_FORMAT = 1
"""Of the files, and of what stands in them."""

OUTCOMES: Mapping[str, type[Check | Omission]] = {"check": Check, "omission": Omission}


def key_of(
    diagram: PhaseDiagram, phase: Phase, laws: Mapping[str, Law], at: Mapping[str, Fraction | None]
) -> dict[str, Any]:
    """All that determines the outcomes of a point, as JSON can write it.

    Args:
        diagram: of the phase.
        phase: in which the point lies.
        laws: those that are compared there, by name.
        at: exponents and parameters of the point, by name.

    >>> from asymptotics import diagonal, phase_diagram
    >>> diagram = phase_diagram(diagonal)
    >>> key = key_of(diagram, diagram["II"], {}, {"a": Fraction(1, 2), "b": None})
    >>> key["at"], key["solved"]
    ({'a': '1/2', 'b': None}, 'diagonal')
    """
    scales = phase.balance.scales
    return {
        "format": CACHE_FORMAT,
        "model": str(diagram.model),
        "solved": _declared(system_of(diagram.model)) or diagram.model.name,
        "diagram": [diagram.noise, diagram.estimator, diagram.width],
        "phase": [phase.name, *map(str, phase.region.args)],
        "laws": {name: _forms(law) for name, law in laws.items()},
        "kept over neglected": [str(scales.expression(one.form)) for one in phase.balance.inequalities],
        "at": {name: None if value is None else str(value) for name, value in at.items()},
    }


def _forms(law: Law) -> list[str]:
    forms = (law.expr, law.exponent, law.log_exponent, law.constant, law.corrected, law.corrected_order)
    return [str(form) for form in forms]


def _declared(system: System | None) -> list[str]:
    """What a system declares that its solutions depend on; nothing for None."""
    if system is None:
        return []
    mappings = (system.quantities, system.scales, system.domain)
    return [
        *map(str, system.equations),
        *(f"{name}: {value}" for of in mappings for name, value in of.items()),
        *map(str, (system.unknowns, system.modes, system.amplitude, system.decay, system.conditions)),
    ]


def written(outcomes: Sequence[Check | Omission]) -> dict[str, Any]:
    """Outcomes as JSON can write them, floats to their last bit; the inverse of `read_from`."""
    names = {kind: name for name, kind in OUTCOMES.items()}
    return {
        "outcomes": [
            {"type": names[type(one)], **{f.name: _written(getattr(one, f.name)) for f in fields(one)}}
            for one in outcomes
        ]
    }


def read_from(record: Mapping[str, Any]) -> tuple[Check | Omission, ...]:
    """The outcomes that were `written`.

    Raises:
        KeyError, TypeError, ValueError: they are none, or of another format.

    >>> from verify.outcomes import Omission
    >>> point = {"a": Fraction(1, 3), "ell": None, "gamma": Fraction(1), "b": None, "dim": 10**40}
    >>> left_out = Omission(network="n", phase="II", quantity="risk", kind=None, reason="shallow", **point)
    >>> read_from(written([left_out])) == (left_out,)
    True
    """
    return tuple(_outcome(dict(one)) for one in record["outcomes"])


def _outcome(values: dict[str, Any]) -> Check | Omission:
    of_type = OUTCOMES[values.pop("type")]
    return of_type(**{name: _read(value) for name, value in values.items()})


def _written(value: Any) -> Any:
    if isinstance(value, Fraction):
        return {"fraction": str(value)}
    return [_written(part) for part in value] if isinstance(value, tuple) else value


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return Fraction(value["fraction"])
    return tuple(_read(part) for part in value) if isinstance(value, list) else value
