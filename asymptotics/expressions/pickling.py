"""How results are pickled: as their fields, and a region as its relations.

Frozen dataclasses of SymPy expressions, enums and other such dataclasses pickle by themselves.  Two things do
not: what a cached property stores beside the fields, and a region, an ``And`` that is one even of a single
relation.  Elements of the field of coefficients are seen to in ``polyhedra``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from sympy import And, Basic
from sympy.core.relational import Relational


def conjunction(relations: Iterable[Relational]) -> And:
    """The relations joined by "and", as they are and in this order.

    >>> from asymptotics.symbols import a
    >>> conjunction([a > 1]).args, And(a > 1)
    ((a > 1,), a > 1)
    """
    return Basic.__new__(And, *relations)


class Stored:
    """A frozen dataclass that pickles as its fields alone, without what it keeps of what it was asked.

    That may hold symbols that no other process has, or a view that does not pickle.
    """

    def __getstate__(self) -> dict[str, Any]:
        named = ((f.name, getattr(self, f.name)) for f in fields(self))  # type: ignore[arg-type]
        return {name: _Relations(value.args) if isinstance(value, And) else value for name, value in named}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, conjunction(value) if isinstance(value, _Relations) else value)


class _Relations(tuple[Relational, ...]):
    """Those of a region."""
