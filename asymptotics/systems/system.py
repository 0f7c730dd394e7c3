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

In this order: `System`, `system_of`, `scales_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sympy import Dummy, Eq, Expr, S, Symbol, oo
from sympy.core.relational import Relational

from asymptotics.algebra.curved import curved
from asymptotics.algebra.monomials import Noise, Scales, term
from asymptotics.algebra.polyhedra import (
    ALL_PARAMETERS,
    EVERYWHERE,
    PARAMETERS,
    Domain,
    feasible,
    is_zero,
    split_at_sign_changes,
)
from asymptotics.balance.regimes import (
    Description,
    Hypothesis,
    Model,
    Regime,
    description,
)
from asymptotics.displays import Displayed
from asymptotics.expressions.checks import is_number, require
from asymptotics.expressions.point import name_of
from asymptotics.symbols import (
    alpha,
    b,
    beta,
    d,
    gamma,
    noise_variance,
    size,
)
from asymptotics.systems import fields, names, summands
from asymptotics.systems.canonical import RISK, canonical, scales_of_sum
from asymptotics.systems.mode_sums import Modes, mode_sum
from asymptotics.systems.regimes import regimes_of


@dataclass(frozen=True, repr=False)
class System(Displayed):
    """Self-consistent equations with sums over the modes of a power law s_i = amplitude * i**-decay.

    Attributes:
        name: what users call it.
        unknowns: what the equations determine: symbols with positive=True alone, as many as equations.
        equations: between sums of monomials and of `mode_sum`s, of one or two scales, in any form.  An
            unknown alone on the left is declared by its right side, which may be a difference
            (``positive_form``).
        quantities: what has laws, by name; "risk" is one of them.
        scales: every physical variable, a symbol with positive=True alone, with its exponent of d, linear in
            the coordinates of the diagram, such as {n_eff: a}; 0 for one of order one.  A coordinate of your
            own is a symbol with real=True alone.  The exponent of the label noise follows from the ``noise``
            of the diagram.
        modes: how many modes there are: oo, or a power of physical variables, such as d, that grows.
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
        InvalidArgument: a field is not of its kind; or a symbol is neither known nor unknown, or has two
            meanings (``names``).
        ValueError: an equation or a sum is not of the form that can be balanced, or has negative terms
            (``summands``); it names it.
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
        self._check_names(exponents)
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        fields.positive(self.positive, Scales("fixed", tuple(exponents.items())).exponents)
        describe = self.describe_phase
        allowed = "a function of a Hypothesis, or None"
        require(describe is None or callable(describe), "describe_phase", describe, allowed)
        self._check_symbols()
        self._check_modes()
        for where, value in self._declared:
            summands.check_elementary(f"{self.name}, {where}", value)
        self._check_scales()
        self._check_signs()
        canonical(self, True)

    def _check_names(self, exponents: Mapping[Symbol, Expr]) -> None:
        """Refuse symbols and names with two meanings."""
        held = [("unknowns", unknown) for unknown in self.unknowns]
        held += [("scales", value) for pair in exponents.items() for value in pair]
        names.check_namesakes(held + self._declared + [("origins", value) for value in self.origins])
        names.check_meanings(self.unknowns, exponents)
        names.check_law_names(self.unknowns, self.quantities)
        names.check_assumptions(self.unknowns, exponents)

    def _check_modes(self) -> None:
        """Refuse a number of modes that need not grow."""
        if self.modes == oo:
            return
        scales = scales_of(self, "fixed")
        growth = scales.exponent(term(self.modes, "modes"))
        shrinking = (tuple(-c for c in growth), *scales.window)

        def always_grows(domain: Domain) -> bool:
            return not feasible(shrinking, domain) and not is_zero(growth)

        grows = all(answer for _, answer in split_at_sign_changes(always_grows, self.box))
        allowed = "oo, or a power that grows with d: of d, or of variables whose exponents are in positive"
        require(grows, "modes", self.modes, allowed)

    def _check_signs(self) -> None:
        """Refuse sums of terms that are negative."""
        for one in self._sums:
            summands.check_positive(self.name, one.args[0], self.box, self.conditions)

    @property
    def _declared(self) -> list[tuple[str, Expr]]:
        """Equations and quantities, by their fields."""
        declared = [("equations", equation) for equation in self.equations]
        return declared + [(f"quantities[{name!r}]", S(value)) for name, value in self.quantities.items()]

    @property
    def _sums(self) -> list[mode_sum]:
        """Each once, in an order of their own."""
        return sorted({one for _, value in self._declared for one in value.atoms(mode_sum)}, key=str)

    def _check_scales(self) -> None:
        """Refuse sums without a scale of their own."""
        for one in self._sums:
            if self.modes == oo and not one.args[0].has(size):
                raise ValueError(
                    f"{self.name}: {one} adds the same for each of infinitely many modes: it is to hold "
                    f"{size}, the size of one"
                )
            scales = scales_of_sum(one.args[0])
            if self.amplitude != 1 or all(scale.powers for scale in scales):
                continue
            if len(scales) == 2:
                both = " and ".join(str(scale.monomial()) for scale in scales)
                raise ValueError(
                    f"{self.name}: {one} has the scales {both}: of two neither is to be the size 1 of the "
                    "first mode"
                )
            raise ValueError(
                f"{self.name}: {one} has no scale but the size 1 of the first mode, so that it is a "
                "number: write it as one"
            )

    def _check_symbols(self) -> None:
        known = {*self.scales, d, noise_variance, *self.unknowns, *PARAMETERS}
        for where, value in self._declared:
            outside = value.xreplace({one: Dummy() for one in value.atoms(mode_sum)})
            is_inside = f"a sum over modes where it holds {size}, the size of one: write it inside mode_sum"
            require(not outside.has(size), where, value, is_inside)
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
            InvalidArgument: it names the parameter, its value and what is allowed; or what is given are no
                numbers by parameter.
        """
        are_known = isinstance(values, Mapping) and all(x in PARAMETERS for x in values)
        are_numbers = are_known and all(is_number(x) for x in values.values())
        allowed = f"numbers by parameter, of {', '.join(map(str, PARAMETERS))}"
        require(are_numbers, "values", values, allowed)
        for parameter, (low, high) in zip(PARAMETERS, self.box, strict=False):
            if parameter in values:
                inside = bool(low < values[parameter]) and bool(values[parameter] < high)
                require(inside, name_of(parameter), values[parameter], f"a number between {low} and {high}")
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
        return regimes_of(self, noisy)

    def describe(self, hypothesis: Hypothesis) -> Description:
        """Name, title and reason of a phase; without ``describe_phase`` it has no name.

        Raises:
            InvalidArgument: when the hypothesis is none.
        """
        is_one = isinstance(hypothesis, Hypothesis)
        require(is_one, "hypothesis", hypothesis, "the Hypothesis of a phase of the system")
        if self.describe_phase is not None:
            return description("describe_phase", self.describe_phase(hypothesis))
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
