r"""LaTeX read back: the expression that a formula of this package says.

LaTeX in general does not tell a product from a call, or which characters are one name.  What SymPy writes of
laws does: ``\Gamma``, ``\zeta`` and ``W`` are functions and stand before ``\left(``; lambda, Delta and gamma
are symbols, ``n_{eff}`` is one name, and symbols side by side are products.  That much is read, by descent
through sums, products, powers and atoms; anything else is refused.  As in ``notation``, sums and products
are built in one step from all their members, fractions included, so that what is read is equal to what was
written.

In this order: ``read_latex``, the tokens, and one method for each level of the grammar.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import And, Expr, Or, S, latex, oo, pi

from asymptotics.expressions.building import (
    LONGEST,
    Unreadable,
    call,
    check_size,
    choice,
    comparison,
    number,
    power,
    product,
    total,
)
from asymptotics.expressions.checks import InvalidArgument, require
from asymptotics.expressions.notation import FUNCTIONS, NAMES

_SYMBOLS: Mapping[str, Expr] = {
    **{latex(symbol): symbol for symbol in NAMES.values()},
    r"\pi": pi,
    "e": sympy.E,
}

_INFINITE: Mapping[tuple[str, ...], Expr] = {(r"\infty",): oo, ("-", r"\infty"): -oo}

_CALLS: Mapping[str, Callable[..., Expr]] = {
    r"\Gamma": sympy.gamma,
    r"\zeta": sympy.zeta,
    r"\max": sympy.Max,
    r"\min": sympy.Min,
    "W": sympy.LambertW,
    **{rf"\{name}": FUNCTIONS[name] for name in ("log", "sin", "cos", "tan")},
    **{rf"\operatorname{{{name}}}": FUNCTIONS[name] for name in ("polygamma", "atan", "erf", "erfc")},
}

_RELATIONS: Mapping[str, Callable[[Expr, Expr], Any]] = {
    "<": sympy.StrictLessThan,
    ">": sympy.StrictGreaterThan,
    r"\leq": sympy.LessThan,
    r"\geq": sympy.GreaterThan,
}

_TOKEN = re.compile(
    r"\\(?:begin|end)\{cases\}|\\text\{[a-z]+\}|\\operatorname\{[a-z]+\}|n_\{eff\}|\\[a-zA-Z]+|\\\\|\d+(?:\.\d*)?|\.\d+|[a-zA-Z]"
    r"|[-+^_{}()\[\]<>&,]"
)

_SPACE = re.compile(r"(?:\s|\\[:,;! ])*")

_FOR, _ROW, _OPEN, _CLOSE = r"\text{for}", r"\\", (r"\left", "("), (r"\right", ")")


def read_latex(text: str) -> Expr:
    r"""The expression that ``Law.to_latex`` wrote, in the symbols of this package.

    A decimal fraction is taken as it is written, exactly.  Integrals, which stand in laws without a
    closed form, are not read.

    Raises:
        InvalidArgument: when the text is no string, too long or too deep (``building``), or holds anything
            else, or when a value on the way is infinite, undefined or too large to be written out; it quotes
            where reading ended.

    >>> read_latex(r"\frac{2 \gamma}{2 \gamma - 1} \left(\frac{\sqrt{d} \lambda}{n_{eff}}\right)^{2}")
    2*d*gamma*lambda**2/(n_eff**2*(2*gamma - 1))
    >>> read_latex(r"\Gamma\left(\frac{1}{2}\right) \beta")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    asymptotics.InvalidArgument: text=\beta: must be a formula of a law up to here, ...
    """
    require(isinstance(text, str), "text", text, "a string")
    require(len(text) <= LONGEST, "text", text, f"at most {LONGEST} characters")
    reader = _Reader(_tokens(text))
    if tuple(reader.tokens) in _INFINITE:
        return _INFINITE[tuple(reader.tokens)]
    try:
        _check_size(reader.tokens)
        formula = reader.sum()
    except InvalidArgument:
        raise
    except Unreadable as error:
        raise reader.refusal(f"{error}, up to here") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise reader.refusal() from error
    if reader.at < len(reader.tokens):
        raise reader.refusal()
    return formula


def _check_size(tokens: list[str]) -> None:
    """Refuse what SymPy would take long to build, by counting."""
    calls = sum(token in _CALLS or token == r"\sqrt" for token in tokens)
    choices = sum(token in _RELATIONS or token in (r"\max", r"\min") for token in tokens)
    levels = itertools.accumulate((x in "{([") - (x in "})]") for x in tokens)
    check_size(calls, choices, max(levels, default=0))


def _tokens(text: str) -> list[str]:
    tokens, at = [], _SPACE.match(text).end()  # type: ignore[union-attr]
    while at < len(text):
        token = _TOKEN.match(text, at)
        require(token is not None, "text", text[at:], "a formula of a law up to here, which cannot be read")
        assert token is not None
        tokens.append(token.group())
        at = _SPACE.match(text, token.end()).end()  # type: ignore[union-attr]
    return tokens


def _is_number(token: str) -> bool:
    return token[0] in ".0123456789"


@dataclass
class _Reader:
    """A place among tokens; every method reads what its name says and moves on."""

    tokens: list[str]
    at: int = 0

    def refusal(
        self, allowed: str = "a formula of a law up to here, which cannot be read"
    ) -> InvalidArgument:
        rest = " ".join(self.tokens[self.at : self.at + 8]) or "its end"
        return InvalidArgument(f"text={rest[:60]}: must be {allowed}")

    def sees(self, *expected: str) -> bool:
        return tuple(self.tokens[self.at : self.at + len(expected)]) == expected

    def passes(self, *expected: str) -> bool:
        if not self.sees(*expected):
            return False
        self.at += len(expected)
        return True

    def must(self, *expected: str) -> None:
        if not self.passes(*expected):
            raise self.refusal()

    def sum(self) -> Expr:
        members: list[Expr] = []
        while not members or self.sees("+") or self.sees("-"):
            sign = [S.NegativeOne] if self.passes("-") else []
            if not sign:
                self.passes("+")
            members.append(product([*sign, *self.factors()]))
        return total(members)

    def factors(self) -> list[Expr]:
        """The members of a product, those of its fractions among them."""
        members = self.factor()
        while self.at < len(self.tokens) and (self.passes(r"\cdot") or self.starts_factor()):
            # "10 000" is no product
            if all(map(_is_number, self.tokens[self.at - 1 : self.at + 1])):
                raise self.refusal()
            members += self.factor()
        return members

    def starts_factor(self) -> bool:
        token = self.tokens[self.at]
        known = token in _SYMBOLS or token in _CALLS or _is_number(token)
        return known or token in (r"\frac", r"\sqrt", r"\left", "{", r"\begin{cases}")

    def factor(self) -> list[Expr]:
        if self.passes(r"\frac"):
            above: list[Expr] = self.inner(self.factors_or_sum)
            below: list[Expr] = self.inner(self.factors_or_sum)
            return above + [power(value, S.NegativeOne) for value in below]
        base = self.atom()
        return [power(base, self.group()) if self.passes("^") else base]

    def factors_or_sum(self) -> list[Expr]:
        """The members of a product where there is one, else the sum."""
        start = self.at
        sign = [S.NegativeOne] if self.passes("-") else []
        members = sign + self.factors()
        if self.sees("}"):
            return members
        self.at = start
        return [self.sum()]

    def inner(self, read: Callable[[], Any]) -> Any:
        self.must("{")
        content = read()
        self.must("}")
        return content

    def group(self) -> Expr:
        """What stands in braces, or one token, of which ``x^25`` takes the 2 alone."""
        if self.at < len(self.tokens) and _is_number(self.tokens[self.at]) and len(self.tokens[self.at]) > 1:
            raise self.refusal()
        value: Expr = self.inner(self.sum) if self.sees("{") else self.atom()
        return value

    def atom(self) -> Expr:
        if self.at == len(self.tokens):
            raise self.refusal()
        token = self.tokens[self.at]
        if token in _CALLS:
            return self.call()
        if self.sees("{"):
            return self.group()
        if self.passes(*_OPEN):
            value = self.sum()
            self.must(*_CLOSE)
            return value
        if self.passes(r"\begin{cases}"):
            return self.cases()
        if self.passes(r"\sqrt"):
            index = S(2)
            if self.passes("["):
                index = self.sum()
                self.must("]")
            return power(self.inner(self.sum), power(index, S.NegativeOne))
        if token not in _SYMBOLS and not _is_number(token):
            raise self.refusal()
        self.at += 1
        return number(token) if _is_number(token) else _SYMBOLS[token]

    def call(self) -> Expr:
        r"""A function, its power before or after its arguments: ``\sin^{2}{\left(x \right)}``."""
        name = self.tokens[self.at]
        self.at += 1
        branch = [self.inner(self.sum)] if self.passes("_") else []
        exponent = S.One
        if self.passes("^"):
            exponent = self.group()
        braced = self.passes("{")
        self.must(*_OPEN)
        arguments = [self.sum()]
        while self.passes(","):
            arguments.append(self.sum())
        self.must(*_CLOSE)
        if braced:
            self.must("}")
        values = [*arguments, *branch]
        return power(call(_CALLS[name], values), exponent)

    def cases(self) -> Expr:
        pieces = []
        while not self.passes(r"\end{cases}"):
            value = self.sum()
            self.must("&")
            if self.passes(r"\text{otherwise}"):
                pieces.append((value, S.true))
            else:
                self.must(_FOR)
                pieces.append((value, self.either()))
            self.passes(_ROW)
        return choice(pieces)

    def either(self) -> Any:
        alternatives = [self.both()]
        while self.passes(r"\vee"):
            alternatives.append(self.both())
        return Or(*alternatives)

    def both(self) -> Any:
        relations = [self.relation()]
        while self.passes(r"\wedge"):
            relations.append(self.relation())
        return And(*relations)

    def relation(self) -> Any:
        left = self.sum()
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        if token not in _RELATIONS:
            raise self.refusal()
        self.at += 1
        return comparison(_RELATIONS[token], left, self.sum())
