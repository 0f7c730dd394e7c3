"""The regimes of a system: every way in which no, some or all modes can lie above each of its scales.

In this order: `NAMES` and `IN_WORDS`, `regimes_of`, `Ordered` (the order of the scales), `regime`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product

from sympy import Expr, Symbol

from asymptotics.algebra.monomials import Term, spare, term
from asymptotics.algebra.polyhedra import Domain
from asymptotics.balance.regimes import Equation, Given, Regime, Setting, named
from asymptotics.lemmas.power_sums import Learned
from asymptotics.symbols import degrees_of_freedom, effective_noise, threshold
from asymptotics.systems.canonical import RISK, Canonical, Declared, canonical
from asymptotics.systems.mode_sums import mode_sum, scaled_sum, scales_in, terms_of_sum
from asymptotics.systems.positive_form import Product
from asymptotics.systems.two_scales import split_sum, terms_of_split_sum

NAMES = {
    effective_noise: "effective_noise",
    threshold: "threshold",
    degrees_of_freedom: "degrees_of_freedom",
}
"""Unknowns that networks have, too, by the names of their laws; others go by the names of their symbols."""

IN_WORDS = {
    **{unknown: name.replace("_", " ") for unknown, name in NAMES.items()},
    spare: "spare degrees of freedom",
}
"""What their equations are called."""


def regimes_of(system: Declared, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
    """Every way in which no, some or all modes can lie above each of the scales of a system."""
    form = canonical(system, noisy)
    for learned in product(system.modes_of_target.ways(), repeat=len(form.scales)):
        for order in form.orders:
            at = Ordered(system, noisy, learned, order)
            if at.is_possible:
                yield named(at.setting, None, partial(regime, at))


@dataclass(frozen=True)
class Ordered:
    """A system with the order of its scales.

    Attributes:
        system: as declared.
        noisy: whether labels have noise.
        learned: how many modes lie above each scale.
        order: pairs of scales that are in one sum, (larger, smaller).
    """

    system: Declared
    noisy: bool
    learned: tuple[Learned, ...]
    order: tuple[tuple[Term, Term], ...]

    @property
    def form(self) -> Canonical:
        """The system in positive form."""
        return canonical(self.system, self.noisy)

    @property
    def above(self) -> Mapping[Term, Learned]:
        """How many modes lie above a scale."""
        return dict(zip(self.form.scales, self.learned, strict=True))

    @property
    def is_possible(self) -> bool:
        """Whether no more modes lie above a larger scale than above a smaller one."""
        rank = {scale: tuple(Learned).index(how) for scale, how in self.above.items()}
        return all(rank[larger] <= rank[smaller] for larger, smaller in self.order)

    @property
    def setting(self) -> Setting:
        """The order in words."""
        number = {Learned.NONE: "no", Learned.SOME: "some", Learned.ALL: "all"}
        parts = [f"{number[how]} modes above {scale.monomial()}" for scale, how in self.above.items()]
        parts += [f"{larger.monomial()} >> {smaller.monomial()}" for larger, smaller in self.order]
        return Setting(", ".join(parts) or "one regime", self.learned)

    def terms(self, value: Product, domain: Domain) -> tuple[Term, ...]:
        """The leading terms of a product of sums."""
        whole = value.expression
        names = (name for part, name in self.system.origins.items() if whole.has(part))
        origin = next(names, str(whole))
        products = []
        for factors in product(*(self._of_sum(summand, domain, origin) for summand in value.summands)):
            leading = term(value.factor, origin)
            for one in factors:
                leading = leading * one
            products.append(leading)
        return tuple(products)

    def _of_sum(self, summand: Expr, domain: Domain, origin: str) -> list[Term]:
        """The leading terms of a sum.

        Raises:
            ValueError: the sum has none; it is named as it is declared.
        """
        try:
            return self._terms_of(summand, domain, origin)
        except ValueError as error:
            raise ValueError(f"{mode_sum(summand)}: {error}") from error

    def _terms_of(self, summand: Expr, domain: Domain, origin: str) -> list[Term]:
        modes, above, scales = self.system.modes_of_target, self.above, scales_in(summand)
        for pair in self.order:
            if set(pair) == set(scales):
                split, learned = split_sum(summand, *pair), (above[pair[0]], above[pair[1]])
                return terms_of_split_sum(split, modes, learned, domain, origin)
        learned_one = above[scales[0]] if scales else Learned.NONE
        return terms_of_sum(scaled_sum(summand), modes, learned_one, domain, origin)


def regime(at: Ordered, domain: Domain) -> Regime:
    """The equations of a system once its scales are ordered, and its quantities."""
    form, modes = at.form, at.system.modes_of_target
    equations = []
    for unknown, (left, right) in zip(form.unknowns, form.equations, strict=True):
        (one,) = at.terms(left, domain)
        name = IN_WORDS.get(unknown, str(unknown))
        equations.append(Equation(name, one, tuple(t for part in right for t in at.terms(part, domain))))
    names = tuple(name for name in form.quantities if name != RISK)
    bounds = (pair for scale, how in at.above.items() for pair in modes.bounds(how, scale))
    return Regime(
        ordering=at.setting,
        learned=None,
        unknowns=form.unknowns,
        equations=tuple(equations),
        larger=(*bounds, *at.order),
        risk=tuple(t for part in form.quantities[RISK] for t in at.terms(part, domain)),
        quantities={
            **{NAMES.get(u, u.name): Given(_unknown, (u,)) for u in at.system.unknowns},
            **{name: Given(_quantity, (at, name)) for name in names},
        },
    )


def _unknown(unknown: Symbol, domain: Domain) -> tuple[Term, ...]:
    return (term(unknown, str(unknown)),)


def _quantity(at: Ordered, name: str, domain: Domain) -> tuple[Term, ...]:
    return tuple(t for part in at.form.quantities[name] for t in at.terms(part, domain))
