"""Expressions of SymPy as Python that makes them again: with the symbols of this package, exact.

``str`` of an expression does not: it writes lambda, which Python reserves, quotients of integers that Python
divides, and symbols without their assumptions.

In this order: `Written`, `written`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import sympy
from sympy import Function, Symbol, sstr

from asymptotics import mode_sum, symbols

_KNOWN: Mapping[Symbol, Symbol] = MappingProxyType(
    {
        value: Symbol(f"symbols.{name}")
        for name, value in vars(symbols).items()
        if isinstance(value, Symbol) and not name.startswith("_")
    }
)


@dataclass
class Written:
    """What several expressions need before them.

    Attributes:
        names: what is imported of SymPy.
        own: symbols that this package does not know, each as the expression that makes it, by its name.
        sums: whether there is a sum over modes.
    """

    names: set[str] = field(default_factory=lambda: {"S"})
    own: dict[str, str] = field(default_factory=dict)
    sums: bool = False

    @property
    def lines(self) -> list[str]:
        """The lines that stand before them."""
        names = sorted(self.names | ({"Symbol"} if self.own else set()))
        imports = (
            ["from asymptotics import mode_sum, symbols"]
            if self.sums
            else ["from asymptotics import symbols"]
        )
        return [
            f"from sympy import {', '.join(names)}",
            *imports,
            *(f"{name} = {symbol}" for name, symbol in self.own.items()),
        ]


def written(expression: Any, before: Written) -> str:
    r"""An expression as Python; what it needs is added to what stands before.

    >>> before = Written()
    >>> written(symbols.weight_decay ** (1 / (2 * symbols.gamma)) / 2 + Symbol("q", positive=True), before)
    'q + symbols.weight_decay**(S(1)/(S(2)*symbols.gamma))/S(2)'
    >>> print("\n".join(before.lines))
    from sympy import S, Symbol
    from asymptotics import symbols
    q = Symbol('q', positive=True)
    """
    expression = sympy.sympify(expression)
    for symbol in sorted(expression.free_symbols - set(_KNOWN), key=str):
        given = "".join(f", {name}={value}" for name, value in sorted(symbol._assumptions_orig.items()))
        before.own[symbol.name] = f"Symbol({symbol.name!r}{given})"
    before.sums |= expression.has(mode_sum)
    text = str(sstr(_plain(expression), sympy_integers=True))
    called = set(re.findall(r"(?<![\w.])[A-Za-z]\w*(?=\()", text)) | set(re.findall(r"\b(?:oo|pi)\b", text))
    before.names |= {name for name in called if hasattr(sympy, name)}
    return text


def _plain(expression: Any) -> Any:
    """With symbols that are written as their Python names, and sums over modes as the function is called."""
    renamed = expression.xreplace(_KNOWN)
    return renamed.replace(mode_sum, Function("mode_sum"))
