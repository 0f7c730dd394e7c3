r"""A model of your own, declared as its paper writes it.

By hand, ridge regression with a power-law kernel (arXiv:2105.15004): the features have the variances
v_i = i^-A, A = 2 gamma, the target the energies t_i^2 = i^(-1 - 2 r A), so that with sizes s_i = i^-gamma

    n = sum f + n lambda/kappa,    f = s^2/(s^2 + kappa),    D_s = n - sum f^2,
    R = (n kappa^2 sum t^2/(s^2 + kappa)^2 + Delta sum f^2)/D_s.

>>> from sympy import Eq, Symbol
>>> from asymptotics import System, mode_sum, phase_diagram
>>> from asymptotics.symbols import a, ell, gamma, source
>>> from asymptotics.symbols import n_eff, noise_variance, size, threshold, weight_decay
>>> f, spare = size**2 / (size**2 + threshold), Symbol("D_s", positive=True)
>>> missed = mode_sum(threshold**2 * size ** (1 / gamma + 4 * source) / (size**2 + threshold) ** 2)
>>> ridge = System(
...     name="ridge",
...     unknowns=(threshold, spare),
...     equations=(
...         Eq(n_eff, mode_sum(f) + n_eff * weight_decay / threshold),
...         Eq(spare, n_eff - mode_sum(f**2)),
...     ),
...     quantities={"risk": (n_eff * missed + noise_variance * mode_sum(f**2)) / spare},
...     scales={n_eff: a, weight_decay: ell},
... )
>>> phase_diagram(ridge).locate(a=2, ell=-1, gamma=1, source=0.3).risk.exponent
2*ell*r

In this order: `System`, `system_of`, `scales_of`, `Canonical` and `canonical` (equations in positive form).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import combinations, permutations, product

from sympy import Add, Eq, Expr, Mul, Pow, S, Symbol, factor, oo
from sympy.core.relational import Relational

from asymptotics.algebra.curved import curved
from asymptotics.algebra.monomials import Noise, Scales, Term, spare, term
from asymptotics.algebra.polyhedra import ALL_PARAMETERS, EVERYWHERE, PARAMETERS, Domain
from asymptotics.balance.regimes import (
    Description,
    Equation,
    Given,
    Hypothesis,
    Model,
    Regime,
    Setting,
    named,
)
from asymptotics.expressions.checks import require
from asymptotics.lemmas.power_sums import Learned
from asymptotics.symbols import (
    alpha,
    b,
    beta,
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    noise_variance,
    size,
    threshold,
)
from asymptotics.systems import fields
from asymptotics.systems.mode_sums import Modes, mode_sum, scaled_sum, scales_in, terms_of_sum
from asymptotics.systems.positive_form import Product, combined, positive, products_of
from asymptotics.systems.two_scales import split_sum, terms_of_split_sum

RISK = "risk"

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


@dataclass(frozen=True)
class System:
    """Self-consistent equations with sums over the modes of a power law s_i = amplitude * i**-decay.

    Attributes:
        name: what users call it.
        unknowns: what the equations determine: positive symbols, as many as equations.
        equations: between sums of monomials and of `mode_sum`s, of one or two scales, in any form.  An
            unknown alone on the left is declared by its right side, which may be a difference
            (``positive_form``).
        quantities: what has laws, by name; "risk" is one of them.
        scales: every physical variable with its exponent of d, linear in the coordinates of the diagram, such
            as {n_eff: a}; 0 for one of order one.  That of the label noise follows from the ``noise`` of the
            diagram.
        modes: how many modes there are: oo, or a power of physical variables such as d.
        amplitude: size of the first mode, a power of d.
        positive: coordinates that are above 0.
        domain: an open interval of each parameter; those left out lie in gamma > 1/2, the source exponent
            r > 0, alpha > 0, and beta anywhere.
        conditions: strict inequalities between polynomials in two parameters, such as alpha + beta > 1/2,
            that hold besides.
        decay: of the sizes, in place of gamma: alpha of ``symbols``.
        describe_phase: name, title and reason of a phase by its hypothesis; None numbers them.
        origins: what terms are called in words, by a variable or sum that they hold, the first that applies;
            others go by their expressions.

    Raises:
        InvalidArgument: a field is not of its kind; or a symbol is neither known nor unknown.
        ValueError: an equation or a sum is not of the form that can be balanced; it names it.
    """

    name: str
    unknowns: tuple[Symbol, ...]
    equations: tuple[Eq, ...]
    quantities: Mapping[str, Expr] = field(hash=False)
    scales: Mapping[Symbol, Expr] = field(hash=False)
    modes: Expr = oo
    amplitude: Expr = S.One
    positive: tuple[Symbol, ...] = ()
    domain: Mapping[Symbol, tuple[Expr, Expr]] = field(default_factory=dict, hash=False)
    conditions: tuple[Relational, ...] = ()
    decay: Symbol = gamma
    describe_phase: Callable[[Hypothesis], Description] | None = None
    origins: Mapping[Expr, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        fields.name(self.name)
        fields.unknowns(self.unknowns)
        fields.equations(self.equations, len(self.unknowns))
        exponents = fields.scales(self.scales)
        variables = (d, *exponents)
        checked = {
            "quantities": fields.quantities(self.quantities, RISK),
            "scales": exponents,
            "modes": fields.monomial("modes", self.modes, variables, finite=False),
            "amplitude": fields.monomial("amplitude", self.amplitude, variables),
            "domain": fields.domain(self.domain),
            "origins": fields.origins(self.origins),
            "conditions": fields.conditions(self.conditions),
        }
        fields.decay(self.decay)
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        fields.positive(self.positive, Scales("fixed", tuple(exponents.items())).exponents)
        describe = self.describe_phase
        allowed = "a function of a Hypothesis, or None"
        require(describe is None or callable(describe), "describe_phase", describe, allowed)
        self._check_symbols()
        self._check_scales()
        canonical(self, True)

    def _check_scales(self) -> None:
        """Refuse sums without a scale of their own."""
        sums = {
            one for value in (*self.equations, *self.quantities.values()) for one in value.atoms(mode_sum)
        }
        for one in sorted(sums, key=str):
            scales = _scales_of(one.args[0])
            if self.amplitude != 1 or all(scale.powers for scale in scales):
                continue
            if len(scales) == 2:
                names = " and ".join(str(scale.monomial()) for scale in scales)
                raise ValueError(
                    f"{self.name}: {one} has the scales {names}: of two neither is to be the size 1 of the "
                    "first mode"
                )
            raise ValueError(
                f"{self.name}: {one} has no scale but the size 1 of the first mode, so that it is a "
                "number: write it as one"
            )

    def _check_symbols(self) -> None:
        known = {*self.scales, d, noise_variance, *self.unknowns, *PARAMETERS}
        declared = [("equations", equation) for equation in self.equations]
        declared += [(f"quantities[{name!r}]", value) for name, value in self.quantities.items()]
        for where, value in declared:
            for symbol in sorted(value.free_symbols - {size}, key=str):
                is_known = f"made of unknowns and of variables whose scales are given; {symbol} is neither"
                require(symbol in known, where, value, is_known)
        for unknown in self.unknowns:
            is_held = any(unknown in equation.free_symbols for equation in self.equations)
            require(is_held, "unknowns", self.unknowns, f"held by an equation; {unknown} is in none")

    def __str__(self) -> str:
        """The name, as it stands in tables."""
        return self.name

    @property
    def modes_of_target(self) -> Modes:
        """The modes that are summed over."""
        number = None if self.modes == oo else term(self.modes, "modes")
        return Modes(term(self.amplitude, "modes"), number, self.decay)

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The parameters that it holds, the decay among them."""
        whole = [*self.equations, *self.quantities.values(), *self.scales.values(), *self.conditions]
        held = {self.decay, *(symbol for value in whole for symbol in value.free_symbols)}
        return tuple(p for p in PARAMETERS if p in held)

    def check_parameters(self, values: Mapping[Expr, Expr]) -> None:
        """Refuse values of parameters outside of the domain of the system.

        Raises:
            InvalidArgument: it names the parameter, its value and what is allowed.
        """
        for parameter, (low, high) in zip(PARAMETERS, self.box, strict=False):
            if parameter in values:
                inside = bool(low < values[parameter]) and bool(values[parameter] < high)
                require(inside, str(parameter), values[parameter], f"a number between {low} and {high}")
        for condition in self.conditions:
            last = next(p for p in reversed(PARAMETERS) if condition.has(p))
            if condition.free_symbols <= set(values):
                beside = {p: x for p, x in values.items() if p in condition.free_symbols and p != last}
                at = ", ".join(f"{p} = {x}" for p, x in beside.items())
                is_met = condition.subs(values) == True  # noqa: E712
                require(
                    is_met, str(last), values[last], f"such that {condition}" + (f", at {at}" if at else "")
                )

    @property
    def box(self) -> Domain:
        """The domain of its parameters, with curved sides where it has conditions.

        Raises:
            InvalidArgument: the conditions hold nowhere.
        """
        usual = ALL_PARAMETERS if {alpha, beta} & {*self.parameters} else EVERYWHERE
        box = tuple(self.domain.get(p, whole) for p, whole in zip(PARAMETERS, usual, strict=False))
        if not self.conditions:
            return box
        inside = curved(box, (side.gts - side.lts for side in self.conditions))
        require(inside is not None, "conditions", self.conditions, "inequalities that hold somewhere")
        assert inside is not None
        return inside

    def regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        """Every way in which no, some or all modes can lie above each of its scales.

        Raises:
            InvalidArgument: when ``noisy`` is neither True nor False.
        """
        require(isinstance(noisy, bool), "noisy", noisy, "True or False")
        return self._regimes(noisy)

    def _regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        form = canonical(self, noisy)
        for learned in product(self.modes_of_target.ways(), repeat=len(form.scales)):
            for order in form.orders:
                at = _At(self, noisy, learned, order)
                if at.is_possible:
                    yield named(at.setting, None, partial(_regime, at))

    def describe(self, hypothesis: Hypothesis) -> Description:
        """Name, title and reason of a phase; without ``describe_phase`` it has no name.

        Raises:
            InvalidArgument: when the hypothesis is none.
        """
        is_one = isinstance(hypothesis, Hypothesis)
        require(is_one, "hypothesis", hypothesis, "the Hypothesis of a phase of the system")
        if self.describe_phase is not None:
            return self.describe_phase(hypothesis)
        ruled = "; ".join(
            f"{unknown} is set by {dominant}"
            for unknown, dominant in zip(self.unknowns, hypothesis.dominant, strict=False)
        )
        title = f"risk by {hypothesis.risk}"
        return Description("", title, f"{hypothesis.ordering.value}: {ruled}." if ruled else title)


def system_of(model: Model) -> System | None:
    """The system that a model is, or to which it reduces, its attribute ``system``; None if neither."""
    system = model if isinstance(model, System) else getattr(model, "system", None)
    return system if isinstance(system, System) else None


def scales_of(system: System, noise: Noise) -> Scales:
    """How the variables of a system grow, with the label noise as the diagram has it."""
    own = {**system.scales}
    if noise_variance not in own:
        own[noise_variance] = -b if noise == "scaled" else S.Zero
    above = (*system.positive, *((b,) if noise == "scaled" else ()))
    return Scales(noise, tuple(own.items()), above, system.box)


@dataclass(frozen=True)
class Canonical:
    """A system in positive form.

    Attributes:
        unknowns: those declared, then those that stand for parts of the equations.
        equations: left side and right side, a sum of positive terms.
        quantities: sums of positive terms by name.
        scales: of the sums over modes, each once.
        pairs: those that are in one sum.
    """

    unknowns: tuple[Symbol, ...]
    equations: tuple[tuple[Product, tuple[Product, ...]], ...]
    quantities: Mapping[str, tuple[Product, ...]] = field(hash=False)
    scales: tuple[Term, ...]
    pairs: tuple[tuple[Term, Term], ...]

    @property
    def orders(self) -> tuple[tuple[tuple[Term, Term], ...], ...]:
        """Every way in which one scale of each pair can be much larger than the other: (larger, smaller)."""
        return tuple(product(*(((one, other), (other, one)) for one, other in self.pairs)))


@cache
def canonical(system: System, noisy: bool) -> Canonical:
    """The equations of a system in positive form; without label noise its variance is 0.

    Raises:
        ValueError: one has no such form, or two are one.
    """
    parts = _Parts(noisy)
    declared = [(parts.read(equation.lhs), parts.read(equation.rhs)) for equation in system.equations]
    quantities = {name: parts.read(value) for name, value in system.quantities.items()}
    declared += parts.definitions  # as long as reading them adds no more
    vanishing = [left - right for left, right in declared]
    _check_independent(system, vanishing)
    unknowns = [*system.unknowns, *parts.symbols]
    equations = list[tuple[Product, tuple[Product, ...]]]()
    for (left, right), equation in zip(declared, vanishing, strict=True):
        others = [other for other in vanishing if other is not equation]
        is_definition = left in unknowns and not right.has(left)
        if is_definition:
            equations.append((Product(left), positive(right, others)))
            continue
        for sides in _one_sided(equation, f"{system.name}: the equation {left} = {right}", parts):
            equations.append(sides)
    sums = {name: positive(value, vanishing) for name, value in quantities.items()}
    # of terms that grow alike the one leads whose quantity is declared first
    named_first = [t for name, terms in sums.items() if name != RISK for t in terms]
    sums[RISK] = tuple(sorted(sums[RISK], key=lambda t: (*named_first, t).index(t)))
    terms = [t for left, right in equations for t in (left, *right)]
    terms += [t for value in sums.values() for t in value]
    held = [_scales_of(summand) for t in terms for summand in t.summands]
    scales = dict.fromkeys(scale for of_sum in held for scale in of_sum)
    pairs = dict.fromkeys((of_sum[0], of_sum[1]) for of_sum in held if len(of_sum) == 2)
    everything = (*system.unknowns, *parts.symbols)
    return Canonical(everything, tuple(equations), sums, tuple(scales), tuple(pairs))


def _scales_of(summand: Expr) -> tuple[Term, ...]:
    """The scales of a sum; refuses what has no limits between them.

    Raises:
        ValueError: it says why.
    """
    scales = scales_in(summand)
    if len(scales) != 2:
        scaled_sum(summand)
    for larger, smaller in permutations(scales, 2) if len(scales) == 2 else ():
        split_sum(summand, larger, smaller)
    return scales


class _Parts:
    """Reads expressions; a factor that is no monomial becomes an unknown with an equation of its own."""

    def __init__(self, noisy: bool) -> None:
        self._noisy = noisy
        self._names: dict[Expr, Symbol] = {}
        self.definitions: list[tuple[Expr, Expr]] = []

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The unknowns that stand for parts."""
        return tuple(self._names.values())

    def read(self, expression: Expr) -> Expr:
        """The expression in monomials and sums over modes."""
        value = S(expression) if self._noisy else S(expression).subs(noise_variance, 0)
        return self._named(value)

    def unknown_for(self, part: Expr) -> Symbol:
        """The unknown that stands for a part."""
        if part not in self._names:
            self._names[part] = Symbol(f"u_{len(self._names) + 1}", positive=True)
            self.definitions.append((self._names[part], part))
        return self._names[part]

    def _named(self, value: Expr) -> Expr:
        if value.is_Add:
            return Add(*map(self._named, value.args))
        if value.is_Mul:
            return Mul(*map(self._named, value.args))
        if value.is_Pow and (value.base.is_Add or isinstance(value.base, mode_sum)):
            base = self._named(value.base)
            if value.exp.is_Integer and value.exp > 0:
                return Pow(base, value.exp)
            return Pow(self.unknown_for(base), value.exp) if base.free_symbols else value
        return value


def _check_independent(system: System, vanishing: Sequence[Expr]) -> None:
    """Refuse two equations of which one is a multiple of the other."""
    for (i, one), (j, other) in combinations(enumerate(vanishing), 2):
        if other == 0 or one == 0:
            continue
        ratio = factor(one / other)
        if not any(part.is_Add or part.has(mode_sum) for part in ratio.as_powers_dict()):
            raise ValueError(
                f"{system.name}: the equations {i + 1} and {j + 1} are one: their ratio is {ratio}"
            )


def _one_sided(vanishing: Expr, where: str, parts: _Parts) -> Iterator[tuple[Product, tuple[Product, ...]]]:
    """An equation with one monomial on the left; or two, with an unknown for either side.

    Raises:
        ValueError: all its terms have the same sign.
    """
    terms = combined(products_of(vanishing))
    plus = tuple(one for one in terms if not one.is_negative)
    minus = tuple(-one for one in terms if one.is_negative)
    if not plus or not minus:
        raise ValueError(f"{where} has terms of one sign alone: no positive unknowns satisfy it")
    for left, right in ((minus, plus), (plus, minus)):
        if len(left) == 1 and not left[0].summands:
            yield left[0], right
            return
    side = Product(parts.unknown_for(Add(*(one.expression for one in plus))))
    yield side, plus
    yield side, minus


@dataclass(frozen=True)
class _At:
    """A system with the order of its scales.

    Attributes:
        learned: how many modes lie above each scale.
        order: pairs of scales that are in one sum, (larger, smaller).
    """

    system: System
    noisy: bool
    learned: tuple[Learned, ...]
    order: tuple[tuple[Term, Term], ...]

    @property
    def form(self) -> Canonical:
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
        modes, above, scales = self.system.modes_of_target, self.above, scales_in(summand)
        for pair in self.order:
            if set(pair) == set(scales):
                split, learned = split_sum(summand, *pair), (above[pair[0]], above[pair[1]])
                return terms_of_split_sum(split, modes, learned, domain, origin)
        learned_one = above[scales[0]] if scales else Learned.NONE
        return terms_of_sum(scaled_sum(summand), modes, learned_one, domain, origin)


def _regime(at: _At, domain: Domain) -> Regime:
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


def _quantity(at: _At, name: str, domain: Domain) -> tuple[Term, ...]:
    return tuple(t for part in at.form.quantities[name] for t in at.terms(part, domain))
