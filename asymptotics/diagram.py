"""The phase diagram of a network: its phases, their names and laws, and the boundaries between them.

The way of a model: its balances tile the space of exponents (``balance.tiling``), each becomes a ``Phase``
(``phases.phase``), and two whose regions share a facet a ``Boundary`` (``boundaries.boundary``).  Here the
diagram is put together and asked.  Names follow arXiv:2509.24882 and are given by mechanism, not by place:
see ``words``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Literal

from sympy import Expr, Float, I, Rational, S, latex, nan, oo, solveset, zoo

from asymptotics import symbols
from asymptotics.algebra.monomials import Noise, Scales
from asymptotics.algebra.regions import margin, on_axis, region_of
from asymptotics.balance.laws import Law, law_of, risk_law
from asymptotics.balance.regimes import Model
from asymptotics.balance.tiling import IncompleteDiagram, tiling_balances
from asymptotics.boundaries.boundary import Boundary, boundaries_between
from asymptotics.expressions.checks import exact_exponent, in_one_line, require, require_one_of
from asymptotics.models.bayes import BayesOptimal
from asymptotics.models.network import Network
from asymptotics.models.ridge import ridge
from asymptotics.phases.phase import Phase, phase_of
from asymptotics.tuning import tuned_balances

Estimator = Literal["erm", "bayes", "ridge"]
Exact = Any
"""A number of one of the kinds of ``checks``."""


class OnBoundary(ValueError):
    """The point lies between phases; ``phases`` are those whose closure holds it."""

    def __init__(self, point: str, phases: tuple[Phase, ...]) -> None:
        names = " and ".join(phase.name for phase in phases)
        super().__init__(f"({point}) lies on the boundary of {names}: no single phase holds there")
        self.point = point
        self.phases = phases

    def __reduce__(self) -> tuple[Any, ...]:
        return OnBoundary, (self.point, self.phases)  # so that it comes back from another process


@dataclass(frozen=True)
class PhaseDiagram:
    """All phases of one network under one scaling of the noise.

    Diagrams, their phases, boundaries and laws pickle and copy; a copy equals its original.

    >>> from asymptotics import phase_diagram, quadratic
    >>> diagram = phase_diagram(quadratic)
    >>> diagram.locate(a=0.25, ell=-1, gamma=1).name
    'IV'
    """

    model: Model
    noise: Noise
    estimator: Estimator
    phases: tuple[Phase, ...]
    boundaries: tuple[Boundary, ...]

    def locate(
        self, *, a: Exact, ell: Exact, gamma: Exact, b: Exact | None = None, source: Exact | None = None
    ) -> Phase:
        """The phase at one point, decided exactly.

        Args:
            a: n_eff = d**a.
            ell: weight_decay = d**ell; -oo (SymPy's, a float's or mpmath's) is no weight decay.
            gamma: decay of the target, above 1/2.
            b: noise_variance = d**-b, for ``noise="scaled"`` only.
            source: source exponent r above 0, for a model that has one, such as ``kernel_ridge``, only.

        Numbers may be int, float, Fraction, Decimal, mpf, NumPy scalars or SymPy numbers.  A float is the
        decimal that Python prints: 0.4 is 2/5.  The phase at ell = -oo is that of every sufficiently negative
        ell, likewise at oo, and at a = oo and -oo; a and ell are not both infinite, as the order of the
        limits would matter.

        Raises:
            OnBoundary: when the point lies on a boundary; it names the phases that meet there.
            InvalidArgument: when gamma is 1/2 or less, b does not fit ``noise``, source does not fit the
                model, or an argument is not a number.
        """
        point = self._point(a=a, ell=ell, gamma=gamma, b=b, source=source)
        for phase in self.phases:
            if all(margin(relation, point) > 0 for relation in phase.region.args):
                return phase
        touching = tuple(
            phase
            for phase in self.phases
            if all(margin(relation, point) >= 0 for relation in phase.region.args)
        )
        raise OnBoundary(", ".join(f"{symbol} = {value}" for symbol, value in point.items()), touching)

    def learning_curve(
        self, *, ell: Exact | Expr, gamma: Exact, b: Exact | None = None, source: Exact | None = None
    ) -> tuple[tuple[Expr, Expr, Phase], ...]:
        """The phases met as samples grow, at weight decay d**ell.

        Args:
            ell: a number, or a SymPy expression in ``a``, ``gamma`` (``b`` and the source ``r``), for a
                weight decay tied to the samples; symbols are known by their names.  -oo for none, as in
                ``locate``.
            gamma: decay of the target, above 1/2.
            b: as in ``locate``.
            source: as in ``locate``.

        Returns:
            ``(a_from, a_to, phase)`` in order, covering a in (0, oo).

        Raises:
            OnBoundary: when part of the curve runs along a boundary.
            InvalidArgument: when an argument is not of its kind.

        >>> from asymptotics import phase_diagram, quadratic
        >>> curve = phase_diagram(quadratic).learning_curve(ell=-1, gamma=1)
        >>> [(str(start), str(end), phase.name) for start, end, phase in curve]
        [('0', '4/9', 'IV'), ('4/9', '1', 'V'), ('1', '2', 'VIa'), ('2', 'oo', 'VIb')]
        """
        fixed = self.parameters(gamma=gamma, b=b, source=source)
        height = height_of(ell, fixed)
        crossings = {S.Zero}
        for phase in self.phases:
            for relation in phase.region.args:
                side = (relation.lhs - relation.rhs).subs(fixed).subs(symbols.ell, height)
                if side.has(symbols.a):
                    roots = solveset(side, symbols.a, S.Reals)
                    solved = f"an expression for which {side} = 0 can be solved for a; it cannot be solved"
                    require(roots.is_FiniteSet, "ell", ell, solved)
                    crossings |= set(roots)
        stops = [*sorted(c for c in crossings if c >= 0), oo]
        curve: list[tuple[Expr, Expr, Phase]] = []
        for start, end in pairwise(stops):
            middle = start + 1 if end == oo else (start + end) / 2
            here = {symbols.a: middle, symbols.ell: height.subs(symbols.a, middle)}
            phase = self.locate(
                a=here[symbols.a],
                ell=here[symbols.ell],
                gamma=fixed[symbols.gamma],
                b=fixed.get(symbols.b),
                source=fixed.get(symbols.source),
            )
            since = curve.pop()[0] if curve and curve[-1][2] == phase else start
            curve.append((since, end, phase))
        return tuple(curve)

    def optimal_weight_decay(
        self, *, gamma: Exact, b: Exact | None = None
    ) -> tuple[tuple[Expr, Expr, Law, Law], ...]:
        """The weight decay with the least risk, and that risk, as samples grow (``tuning``).

        Args:
            gamma: decay of the target, above 1/2.
            b: as in ``locate``.

        Returns:
            ``(a_from, a_to, weight decay, risk)`` in order, covering a in (0, oo).  The law of the weight
            decay is 0 where, to leading order, the risk is least as it vanishes.

        Raises:
            InvalidArgument: when an argument is not of its kind, or the diagram not of a trained network.
            IncompleteDiagram: when in some range no optimum is found.

        >>> from asymptotics import phase_diagram, quadratic
        >>> optimum = phase_diagram(quadratic).optimal_weight_decay(gamma=1)
        >>> [(str(start), str(end), decay.expr, risk.exponent) for start, end, decay, risk in optimum]
        [('0', '2', 4*sqrt(Delta)*sqrt(n_eff)/sqrt(d), -a + a/(2*gamma)), ('2', 'oo', 0, 1 - a)]
        """
        trained = self.estimator == "erm" and isinstance(self.model, Network)
        alone = f"'erm' of a network, which alone has a weight decay to tune; this is of {self.model.name}"
        require(trained, "estimator", self.estimator, alone)
        fixed = self.parameters(gamma=gamma, b=b)
        pieces: list[tuple[Expr, Expr, Law, Law]] = []
        for balanced in tuned_balances(self.model, self.noise):
            region = region_of(balanced.facets, balanced.scales, balanced.domain)
            start, end = _range_of_samples([relation.subs(fixed) for relation in region.args])
            if start < end:
                pieces.append((start, end, law_of(balanced, "weight_decay"), risk_law(balanced)))
        pieces.sort(key=lambda piece: piece[0])
        starts, ends = [piece[0] for piece in pieces], [piece[1] for piece in pieces]
        if [*starts, oo] != [S.Zero, *ends]:
            known = ", ".join(f"({start}, {end})" for start, end in zip(starts, ends, strict=True))
            raise IncompleteDiagram(f"no best weight decay is found for a outside of {known}")
        return tuple(pieces)

    def __getitem__(self, name: str) -> Phase:
        """The phase of that name.

        Raises:
            KeyError: when there is none, it lists the names there are; when several regions have it, it says
                where each lies.  ``locate`` finds the phase at a point, ``phases`` holds them all.

        >>> from asymptotics import phase_diagram, quadratic
        >>> phase_diagram(quadratic)["V"].title
        'harmful overfitting'
        """
        phases = [phase for phase in self.phases if isinstance(name, str) and phase.name == name]
        if not phases:
            names = ", ".join(dict.fromkeys(phase.name for phase in self.phases))
            raise KeyError(f"name={in_one_line(name)}: must be one of {names}")
        if len(phases) > 1:
            where = "; or ".join(" and ".join(map(str, phase.region.args)) for phase in phases)
            raise KeyError(f"name={name!r}: must tell one phase, and {len(phases)} have it, where {where}")
        return phases[0]

    def __iter__(self) -> Iterator[Phase]:
        return iter(self.phases)

    def __len__(self) -> int:
        return len(self.phases)

    def __contains__(self, phase: object) -> bool:
        """Whether it is one of the phases, or the name of one."""
        names = [known.name for known in self.phases]
        return phase in names if isinstance(phase, str) else isinstance(phase, Phase) and phase in self.phases

    def __repr__(self) -> str:
        names = ", ".join(phase.name for phase in self.phases)
        return (
            f"<PhaseDiagram of {self.model.name}, noise={self.noise!r}, estimator={self.estimator!r}: "
            f"phases {names}; {len(self.boundaries)} boundaries>"
        )

    def to_latex(self) -> str:
        r"""The table a paper would print: one row per phase.

        >>> from asymptotics import diagonal, phase_diagram
        >>> print(phase_diagram(diagonal).to_latex().splitlines()[0])
        \begin{tabular}{llll}
        """
        rows = [
            rf"{phase.name} & {phase.title} & ${latex(phase.risk.expr)}$ & "
            + ", ".join(f"${latex(relation)}$" for relation in phase.region.args)
            + r" \\"
            for phase in self.phases
        ]
        head = [r"\begin{tabular}{llll}", r"phase & & excess risk & where \\ \hline"]
        return "\n".join([*head, *rows, r"\end{tabular}"])

    def _repr_latex_(self) -> str:
        rows = [
            rf"\text{{{phase.name}}} & \text{{{phase.title}}} & "
            rf"{latex(phase.risk.expr)} & {latex(phase.region)} \\"
            for phase in self.phases
        ]
        return "$$\\begin{array}{llll}\n" + "\n".join(rows) + "\n\\end{array}$$"

    @property
    def _has_source(self) -> bool:
        """Whether the phases depend on a source exponent."""
        expressions = (e for phase in self.phases for e in (phase.region, phase.risk.exponent))
        return any(expression.has(symbols.source) for expression in expressions)

    def _point(
        self, *, a: Exact, ell: Exact, gamma: Exact, b: Exact | None, source: Exact | None
    ) -> dict[Expr, Expr]:
        point = {symbols.a: on_axis("a", a), symbols.ell: on_axis("ell", ell)}
        both = point[symbols.a].is_infinite and point[symbols.ell].is_infinite
        require(not both, "ell", ell, f"finite where a={a} is not: the order of the two limits would matter")
        return {**point, **self.parameters(gamma=gamma, b=b, source=source)}

    def parameters(
        self, *, gamma: Exact, b: Exact | None = None, source: Exact | None = None
    ) -> dict[Expr, Expr]:
        """The parameters that are fixed along a learning curve: exact numbers, by their symbols.

        Raises:
            InvalidArgument: as ``locate``.

        >>> from asymptotics import diagonal, phase_diagram
        >>> phase_diagram(diagonal, noise="scaled").parameters(gamma=1.25, b=1)
        {gamma: 5/4, b: 1}
        """
        values = {symbols.gamma: exact_exponent("gamma", gamma)}
        if self.noise == "scaled":
            needed = "given in a diagram with noise='scaled'"
            require(b is not None, "b", b, needed)
            values[symbols.b] = exact_exponent("b", b)
        else:
            require(b is None, "b", b, f"left out in a diagram with noise={self.noise!r}")
        if self._has_source:
            require(source is not None, "source", source, f"given in a diagram of {self.model.name}")
            values[symbols.source] = exact_exponent("source", source)
        else:
            require(source is None, "source", source, f"left out in a diagram of {self.model.name}")
        return values


def height_of(ell: Any, parameters: Mapping[Expr, Expr]) -> Expr:
    """The exponent of the weight decay as a function of ``a`` alone, at given parameters.

    Symbols are known by their names: any ``a`` is that of ``symbols``.

    Raises:
        InvalidArgument: when it is neither a number nor an expression in those symbols.

    >>> from sympy import Symbol
    >>> height_of(Symbol("a") / 2 - symbols.gamma, {symbols.gamma: Rational(5, 4)})
    a/2 - 5/4
    """
    if not isinstance(ell, Expr) or not ell.free_symbols:
        return on_axis("ell", ell)
    known = {str(symbol): symbol for symbol in (symbols.a, *parameters)}
    allowed = f"a number, or an expression in the symbols {', '.join(known)} of asymptotics.symbols"
    require({str(symbol) for symbol in ell.free_symbols} <= set(known), "ell", ell, allowed)
    here = ell.xreplace({symbol: known[str(symbol)] for symbol in ell.free_symbols})
    exact = here.xreplace({number: Rational(str(number)) for number in here.atoms(Float)})
    height = exact.subs(parameters)
    require(not height.has(I, nan, oo, zoo), "ell", ell, f"{allowed}, real and finite")
    return height


def _range_of_samples(relations: list[Any]) -> tuple[Expr, Expr]:
    """The open interval of a > 0 in which relations between a and numbers hold, empty if start >= end."""
    if any(relation == False for relation in relations):  # noqa: E712
        return S.Zero, S.Zero
    bounds = [relation for relation in relations if relation != True]  # noqa: E712
    starts = [relation.lts for relation in bounds if relation.gts == symbols.a]
    ends = [relation.gts for relation in bounds if relation.lts == symbols.a]
    return max([S.Zero, *starts]), min([oo, *ends])


def phase_diagram(model: Model, *, noise: Noise = "fixed", estimator: Estimator = "erm") -> PhaseDiagram:
    """Derive the phase diagram of a model, with gamma symbolic; cached within the process.

    Args:
        model: a network, ``diagonal``, ``quadratic`` or a ``Network`` of your own; or any other
            hashable ``Model``, such as ``kernel_ridge``.
        noise: "fixed", label noise of order one, Delta = d**0; "scaled", Delta = d**-b with b > 0; "none".
        estimator: "erm", the minimiser of the regularised loss.  For a network also "bayes", the best that
            any estimator can do, and "ridge", linear regression on the same inputs.

    Raises:
        InvalidArgument: when an argument is none of these.
        ValueError: when a sum of the model is not of the kind that the lemma of ``power_sums`` covers; it
            names the hypothesis and the sum.
        NotImplementedError: when the leading constants of a hypothesis have no closed form; it names the
            hypothesis and the terms.
        IncompleteDiagram: when the hypotheses leave an open region of exponents without a phase; it names the
            region and what is false of each of the closest hypotheses.
        AmbiguousDiagram: when two hypotheses hold in one open region; it names both.

    >>> from asymptotics import diagonal
    >>> [phase.name for phase in phase_diagram(diagonal).phases]
    ['Ia', 'Ib', 'II', 'III', 'V', 'VIa', 'VIb']
    """
    require(
        _is_model(model),
        "model",
        model,
        "a network such as diagonal or quadratic, or another Model, hashable and with a name, regimes and "
        "describe",
    )
    require_one_of("noise", noise, ("fixed", "scaled", "none"))
    require_one_of("estimator", estimator, ("erm", "bayes", "ridge"))
    require(
        estimator == "erm" or isinstance(model, Network),
        "estimator",
        estimator,
        f"'erm' for {model.name}: that is the estimator it declares; others are derived for a Network",
    )
    return _diagram(model, noise, estimator)


def _is_model(value: Any) -> bool:
    """Whether it has what a ``Model`` has."""
    if isinstance(value, type) or not isinstance(getattr(value, "name", None), str):
        return False
    try:
        hash(value)
    except TypeError:
        return False
    return all(callable(getattr(value, method, None)) for method in ("regimes", "describe"))


@cache
def _diagram(model: Model, noise: Noise, estimator: Estimator) -> PhaseDiagram:
    phases, boundaries = _derived(_estimated(model, estimator), noise)
    return PhaseDiagram(model, noise, estimator, phases, boundaries)


def _estimated(model: Model, estimator: Estimator) -> Model:
    """What is to be balanced: the model, or another estimator of the same target."""
    if isinstance(model, Network) and estimator != "erm":
        return BayesOptimal(model) if estimator == "bayes" else ridge(model)
    return model


@cache
def _derived(model: Model, noise: Noise) -> tuple[tuple[Phase, ...], tuple[Boundary, ...]]:
    """The phases and their boundaries."""
    scales = Scales(noise)
    phases = [phase_of(model, balanced) for balanced in tiling_balances(model, scales)]
    phases.sort(key=lambda phase: phase.name.swapcase())  # Ia and Ib before II
    return tuple(phases), tuple(boundaries_between(phases, scales))
