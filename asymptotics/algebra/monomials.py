"""Leading terms: monomials in the physical variables, the unknowns, and one logarithm.

Dominant balance compares terms and never adds two of different size.  A term is a positive coefficient, a
power in the field Q(gamma, r) of each variable, and a power of the logarithm L = log(1/D_b) that a soft edge
of the noise brings in (``noise``).  Products, powers and substitution are vector arithmetic on the powers; to
compare, ``Scales`` turns the physical powers into the one exponent of d, a form in the exponents a, ell, b.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from sympy import (
    Abs,
    Add,
    Expr,
    Mul,
    S,
    Symbol,
    apart,
    collect,
    expand,
    expand_power_base,
    factor,
    gcd,
    polygamma,
    powdenest,
    powsimp,
    simplify,
    sqrt,
    together,
)

from asymptotics.algebra.polyhedra import (
    EVERYWHERE,
    FIELD,
    PARAMETERS,
    Coefficient,
    Domain,
    Form,
    SignChange,
    coefficient,
    sign,
)
from asymptotics.symbols import (
    a,
    b,
    d,
    ell,
    n_eff,
    noise_variance,
    weight_decay,
)

bulk_freedom = Symbol("D_b", positive=True)
"""Degrees of freedom of the bulk that passes a threshold at its edge: the third unknown."""

spare = Symbol("D_s", positive=True)
"""Degrees of freedom that a linear estimator leaves to spare, the fourth unknown: see ``ridge``."""

Powers = tuple[tuple[Symbol, Coefficient], ...]
"""Variables with their powers other than 0, in the order of their names."""


@dataclass(frozen=True)
class Term:
    """``coefficient * prod(v**p for v, p in powers) * L**log_power``; of ``origin``."""

    coefficient: Expr
    powers: Powers
    log_power: Coefficient
    origin: str

    def __mul__(self, other: Term) -> Term:
        """The product, which keeps the left origin."""
        powers = dict(self.powers)
        for variable, power in other.powers:
            powers[variable] = powers.get(variable, FIELD.zero) + power
        return replace(
            self,
            coefficient=self.coefficient * other.coefficient,
            powers=_in_order(powers),
            log_power=self.log_power + other.log_power,
        )

    def __pow__(self, exponent: Coefficient) -> Term:
        """The power with exponent in the field."""
        return replace(
            self,
            coefficient=self.coefficient ** FIELD.to_sympy(exponent),
            powers=_in_order({v: p * exponent for v, p in self.powers}),
            log_power=self.log_power * exponent,
        )

    def power(self, variable: Symbol) -> Coefficient:
        """Power of one variable."""
        return next((power for v, power in self.powers if v == variable), FIELD.zero)

    def substitute(self, variable: Symbol, value: Term) -> Term:
        """The term with a variable replaced by a term."""
        power = self.power(variable)
        if power == FIELD.zero:
            return self
        factor: Term = value**power
        return self.without(variable) * factor

    def without(self, variable: Symbol) -> Term:
        """The term less its power of a variable."""
        return replace(self, powers=tuple(pair for pair in self.powers if pair[0] != variable))

    def holds(self, variables: Iterable[Symbol]) -> bool:
        """Whether the term depends on any of the variables."""
        return not {v for v, _ in self.powers}.isdisjoint(variables)

    def monomial(self) -> Expr:
        """The product of variables alone, as a SymPy expression."""
        return Mul(*(v ** FIELD.to_sympy(p) for v, p in self.powers))


def _in_order(powers: Mapping[Symbol, Coefficient]) -> Powers:
    nonzero = ((v, p) for v, p in powers.items() if p != FIELD.zero)
    return tuple(sorted(nonzero, key=lambda pair: pair[0].name))


def term(expression: Expr, origin: str) -> Term:
    """Read a product of powers of variables: of any symbols but ``PARAMETERS``.

    Raises:
        ValueError: when the expression is not such a product.

    >>> from sympy import sqrt
    >>> term(3 * sqrt(d) * n_eff, "example").monomial()
    sqrt(d)*n_eff
    """
    powers: dict[Symbol, Coefficient] = {}
    constant = S.One
    for base, exponent in S(expression).as_powers_dict().items():
        if base.is_Symbol and base not in PARAMETERS:
            powers[base] = coefficient(exponent)
        else:
            constant *= base**exponent
    variables = constant.free_symbols.difference(PARAMETERS)
    if variables:
        names = ", ".join(sorted(map(str, variables)))
        raise ValueError(f"{expression} is not a product of powers of {names}")
    return Term(constant, _in_order(powers), FIELD.zero, origin)


Noise = Literal["fixed", "scaled", "none"]
"""Label noise of variance Delta = d**0, d**-b, or 0."""


@dataclass(frozen=True)
class Scales:
    """How the known variables grow with d, and the parameters for which that is of interest.

    Attributes:
        noise: of the label noise.
        own: the variables of a system, each with its exponent of d, linear in the coordinates; None for those
            of the networks, n_eff = d**a, weight_decay = d**ell, noise_variance = d**-b (1 if fixed).
        positive: coordinates that are above 0; with ``noise="scaled"`` b is, for the energy of the target is
            of order one.
        domain: of the parameters.
    """

    noise: Noise
    own: tuple[tuple[Symbol, Expr], ...] | None = None
    positive: tuple[Symbol, ...] = ()
    domain: Domain = EVERYWHERE

    @property
    def growth(self) -> tuple[tuple[Symbol, Expr], ...]:
        """Every variable but d, with its exponent of d."""
        of_noise = -b if self.noise == "scaled" else S.Zero
        networks = ((n_eff, a), (weight_decay, ell), (noise_variance, of_noise))
        return networks if self.own is None else self.own

    @property
    def variables(self) -> tuple[Symbol, ...]:
        """The known variables, and d."""
        return (d, *(variable for variable, _ in self.growth))

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The parameters of a system's own, beyond gamma and r, that its domain has."""
        return PARAMETERS[len(EVERYWHERE) : len(self.domain)]

    @property
    def exponents(self) -> tuple[Symbol, ...]:
        """The coordinates of the phase diagram."""
        return _coordinates(self.growth)

    @property
    def window(self) -> tuple[Form, ...]:
        """Forms that must be positive."""
        positive = (b,) if self.own is None and self.noise == "scaled" else self.positive
        return tuple(_form(symbol, self.exponents) for symbol in positive)

    def exponent(self, known: Term) -> Form:
        """Exponent of d of a term without unknowns."""
        forms = _forms(self.growth)
        total = [FIELD.zero] * (len(self.exponents) + 1)
        for variable, power in known.powers:
            if variable not in forms:
                raise ValueError(f"{known.monomial()} still holds an unknown")
            for place, slope in enumerate(forms[variable]):
                if slope != FIELD.zero:
                    total[place] += power * slope
        return tuple(total)

    def expression(self, form: Form) -> Expr:
        """The form as a SymPy expression in the exponents."""
        return sum(
            (FIELD.to_sympy(c) * v for c, v in zip(form, (S.One, *self.exponents), strict=True)), S.Zero
        )


@cache
def _coordinates(growth: tuple[tuple[Symbol, Expr], ...]) -> tuple[Symbol, ...]:
    """The symbols in which exponents are linear, in the order in which they come."""
    symbols = (sorted(e.free_symbols.difference(PARAMETERS), key=str) for _, e in growth)
    return tuple(dict.fromkeys(symbol for group in symbols for symbol in group))


@cache
def _forms(growth: tuple[tuple[Symbol, Expr], ...]) -> Mapping[Symbol, Form]:
    """The exponent of every variable, and of d, as a form in the coordinates."""
    exponents = _coordinates(growth)
    return {v: _form(exponent, exponents) for v, exponent in (*growth, (d, S.One))}


@cache
def _form(exponent: Expr, coordinates: tuple[Symbol, ...]) -> Form:
    """An exponent as a form in the coordinates."""
    at_origin = S(exponent).subs(dict.fromkeys(coordinates, 0))
    return tuple(map(coefficient, (at_origin, *(S(exponent).diff(x) for x in coordinates))))


def solve_monomial_balances(
    balances: Sequence[tuple[Term, Term]], unknowns: Sequence[Symbol]
) -> dict[Symbol, Term] | None:
    """Solve left = right for as many balances of single terms as unknowns; None when they do not fix them.

    In logarithms the balances are linear with coefficients in the field: Gauss-Jordan elimination, one
    unknown after the other.

    >>> from asymptotics.symbols import effective_noise, threshold
    >>> balances = [(term(d * effective_noise, "left"), term(threshold, "right")),
    ...             (term(threshold**2, "left"), term(n_eff, "right"))]
    >>> solution = solve_monomial_balances(balances, (effective_noise, threshold))
    >>> solution[effective_noise].monomial()
    sqrt(n_eff)/d
    """
    remaining: list[Term] = [right * left ** (-FIELD.one) for left, right in balances]  # each is 1
    solution: dict[Symbol, Term] = {}
    for unknown in unknowns:
        pivot = next((q for q in remaining if q.power(unknown) != FIELD.zero), None)
        if pivot is None:
            return None
        power = pivot.power(unknown)
        value: Term = pivot.without(unknown) ** (-FIELD.one / power)
        remaining = [q.substitute(unknown, value) for q in remaining if q is not pivot]
        solution = {u: x.substitute(unknown, value) for u, x in solution.items()} | {unknown: value}
    return solution


def tidy(value: Term) -> Term:
    """The term with its coefficient brought to a short form."""
    return replace(value, coefficient=_in_short(value.coefficient))


@cache
def _in_short(coefficient_of_term: Expr) -> Expr:
    return powsimp(powdenest(coefficient_of_term, force=True))


@cache
def simplified(value: Expr) -> Expr:
    """SymPy's ``simplify``, cached: phases, and scalings of the noise, have most expressions in common.

    A sum of digamma functions gets one factor in front of each instead: no poles are left in one that cancel
    in another, and SymPy would seek for long.
    """
    digammas = value.atoms(polygamma)
    if not digammas:
        return simplify(value)
    parts = collect(expand(value), digammas, evaluate=False)
    return together(Add(*(factor(part) * function for function, part in parts.items())))


@cache
def collected(product: Expr) -> Expr:
    """A product of positive powers; those with exponents proportional to gamma, or 1/gamma, share one base.

    >>> from sympy import sqrt
    >>> from asymptotics.symbols import gamma
    >>> collected(2 ** (2 * gamma) * (gamma**2) ** gamma * (1 / (2 ** (1 / gamma) * sqrt(2))) ** (2 * gamma))
    (2*gamma**2)**gamma/4
    """
    for _ in range(2):  # powers of products of powers
        product = powdenest(expand_power_base(powdenest(product, force=True), force=True), force=True)
    rest, bases = S.One, dict[Expr, dict[Expr, Expr]]()
    for base, exponent in (power.as_base_exp() for power in Mul.make_args(product)):
        for part in Add.make_args(apart(exponent, PARAMETERS[0])):
            multiple, shape = part.as_independent(*PARAMETERS, as_Add=False)
            if shape == 1 or not multiple.is_Rational:
                rest *= base**part
            else:
                powers = bases.setdefault(shape, {})
                powers[base] = powers.get(base, S.Zero) + multiple
    return Mul(simplified(rest), *(_in_one_base(powers, shape) for shape, powers in bases.items()))


def _in_one_base(powers: dict[Expr, Expr], shape: Expr) -> Expr:
    """The product of base**(power * shape)."""
    unit = gcd([abs(power) for power in powers.values()])
    if unit == 0:
        return S.One
    base = factor(Mul(*(b ** (power / unit) for b, power in powers.items())))
    root = powdenest(expand_power_base(sqrt(base), force=True), force=True).replace(Abs, _unsigned)
    if not root.has(Abs) and all(exponent.is_Integer for _, exponent in root.as_powers_dict().items()):
        base, unit = root, 2 * unit
    return base ** (unit * shape)


def _unsigned(value: Expr) -> Expr:
    """The absolute value of what is positive for all parameters, where this is easy to see."""
    try:
        return value if sign(coefficient(value)) > 0 else Abs(value)
    except (SignChange, NotImplementedError, ValueError):
        return Abs(value)


def in_positive_factors(product: Expr, domain: Domain) -> Expr:
    """A product with factors that are positive in a domain of the parameters, as far as this is easy to see.

    >>> from asymptotics.symbols import gamma
    >>> from asymptotics.algebra.polyhedra import EVERYWHERE
    >>> in_positive_factors(-1 / (1 - 2 * gamma), EVERYWHERE)
    1/(2*gamma - 1)
    """
    return Mul(*(_positive(power, domain) for power in Mul.make_args(product)))


def _positive(power: Expr, domain: Domain) -> Expr:
    """x**k as (-x)**k (-1)**k, for integer k and a polynomial x that is negative."""
    base, exponent = power.as_base_exp()
    if not (base.is_Add and exponent.is_Integer and base.is_polynomial(*PARAMETERS)):
        return power
    try:
        negative = sign(coefficient(base), domain) < 0
    except (SignChange, NotImplementedError, ValueError):
        return power  # only a matter of form
    return (-base).expand() ** exponent * (-1) ** exponent if negative else power
