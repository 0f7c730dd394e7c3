"""The phase diagram of a network: its phases, their names and laws, and the boundaries between them.

The way of a model: its balances tile the space of exponents (``balance.tiling``), each becomes a ``Phase``
(``phases.phase``), and two whose regions share a facet a ``Boundary`` (``boundaries.boundary``).  Here the
diagram is put together and asked.  Names follow arXiv:2509.24882 and are given by mechanism, not by place:
see ``words``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import pairwise
from typing import Any, Literal, Never

from sympy import Expr, S, Symbol, latex, oo
from sympy.core.relational import Relational

from asymptotics import symbols, words
from asymptotics.algebra.intervals import Stretch
from asymptotics.algebra.monomials import Noise, Scales
from asymptotics.algebra.regions import margin, on_axis
from asymptotics.balance.derivation import words_in_latex
from asymptotics.balance.regimes import Model
from asymptotics.balance.tiling import tiling_balances
from asymptotics.boundaries.boundary import Boundary, boundaries_between
from asymptotics.case_splits import CaseSplit, Intervals
from asymptotics.displays import Display, Displayed
from asymptotics.expressions.checks import exact_exponent, in_one_line, nearest, require, require_one_of
from asymptotics.expressions.point import Number, PhysicalPoint, name_of, own_variables, point_of
from asymptotics.lines import Line, OnBoundary, cases_along, line_at, written
from asymptotics.models.bayes import BayesOptimal
from asymptotics.models.ridge import ridge
from asymptotics.neglected import parameters_of
from asymptotics.networks.network import NarrowNetwork, Network
from asymptotics.phases.phase import Phase, phase_of
from asymptotics.prediction import Prediction, predicted
from asymptotics.systems.system import System, scales_of, system_of
from asymptotics.tuning import optima_along

Estimator = Literal["erm", "bayes", "ridge"]
Width = Literal["full", "scaled"]
Exact = Any
"""A number of one of the kinds of ``checks``."""


@dataclass(frozen=True, repr=False)
class PhaseDiagram(Displayed):
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
    width: Width = "full"

    def locate(
        self,
        *,
        a: Exact | None = None,
        ell: Exact | None = None,
        gamma: Exact | None = None,
        b: Exact | None = None,
        source: Exact | None = None,
        rho: Exact | None = None,
        **own: Exact,
    ) -> Phase:
        """The phase at one point, decided exactly.

        Args:
            a: n_eff = d**a.
            ell: weight_decay = d**ell; -oo (SymPy's, a float's or mpmath's) is no weight decay.  Left out for
                an estimator that has none, such as the Bayes-optimal one: its phases do not depend on it.
            gamma: decay of the target, above 1/2.
            b: noise_variance = d**-b, for ``noise="scaled"`` only.
            source: source exponent r above 0, for a model that has one, such as ``kernel_ridge``, only.
            rho: width = d**rho hidden units, rho > 0, for ``width="scaled"`` only; also of a ``System``.
            own: the other coordinates of a ``System``, by the names of their symbols; of all of these a
                system takes what its phases depend on.

        Numbers may be int, float, Fraction, Decimal, mpf, NumPy scalars or SymPy numbers.  A float is the
        decimal that Python prints: 0.4 is 2/5.  The phase at ell = -oo is that of every sufficiently negative
        ell, likewise at oo, and at a = oo and -oo; a and ell are not both infinite, as the order of the
        limits would matter.

        Raises:
            OnBoundary: when the point lies on a boundary; it names the phases that meet there.
            InvalidArgument: when gamma is 1/2 or less, b does not fit ``noise``, source does not fit the
                model, ell is missing, or an argument is not a number.

        >>> from asymptotics import phase_diagram, quadratic
        >>> phase_diagram(quadratic, estimator="bayes").locate(a=3, gamma=1).name
        'VIb'
        """
        given = {"a": a, "ell": ell, "gamma": gamma, "b": b, "source": source, "rho": rho, **own}
        if isinstance(self.model, System):
            return self._phase_at(self._point_of_system(given))
        self._refuse_own(own)
        for name in ("a", "gamma"):
            require(given[name] is not None, name, None, f"given in a diagram of {self.model.name}")
        return self._phase_at(self._point(a=a, ell=ell, gamma=gamma, b=b, source=source, rho=rho))

    def _exponents(self) -> tuple[str, ...]:
        """The names of what a point of a model that is no system has."""
        own = {
            "ell": self._holds(symbols.ell),
            "b": self.noise == "scaled",
            "source": self._holds(symbols.source),
            "rho": self.width == "scaled",
        }
        return ("a", "gamma", *(name for name, is_held in own.items() if is_held))

    def _phase_at(self, point: Mapping[Expr, Expr]) -> Phase:
        for phase in self.phases:
            if all(margin(relation, point) > 0 for relation in _parameters_first(phase)):
                return phase
        touching = tuple(
            phase
            for phase in self.phases
            if all(margin(relation, point) >= 0 for relation in _parameters_first(phase))
        )
        raise OnBoundary(", ".join(f"{symbol} = {written(x)}" for symbol, x in point.items()), touching)

    def at(self, point: PhysicalPoint | None = None, **values: Number | None) -> Prediction:
        """The law at given numbers, without exponents: its phase, every value, the error to expect.

        The phase is that whose neglected terms are the smallest beside what it keeps, at these very numbers
        (``prediction``); next to a boundary it may differ from what ``locate`` says of log n_eff/log d.

        Args:
            point: the physical variables; or else its fields by keyword: gamma, n_eff, d, weight_decay,
                noise_variance, source, width, and the variables of a system.
            values: fields of ``PhysicalPoint``; a weight decay of 0 is none.

        Raises:
            InvalidArgument: a variable that the laws hold is missing, or a value is outside of its range.
            OnBoundary: no phase has laws there, as at a gamma between two phases.

        >>> from asymptotics import phase_diagram, quadratic
        >>> at = {"gamma": 1.25, "n_eff": 20, "d": 400, "weight_decay": 0.01, "noise_variance": 1}
        >>> phase_diagram(quadratic).at(**at)  # doctest: +ELLIPSIS
        <Prediction in phase IV (benign overfitting), next to Ia: excess risk 0.5725, relative error ...>
        """
        scales = self.phases[0].balance.scales
        own = tuple(own_variables(*scales.variables, *scales.parameters))
        asked = point_of(point, values, own)
        has = f"; the variables of {self.model.name} are {', '.join(map(name_of, scales.variables))}"
        left_out = f"left out in a diagram with width={self.width!r}{has if own else ''}"
        require(self.width == "scaled" or asked.width is None, "width", asked.width, left_out)
        left_out = f"left out in a diagram of {self.model.name}"
        require(self._holds(symbols.source) or asked.source is None, "source", asked.source, left_out)
        system = system_of(self.model)
        if system is not None:
            system.check_parameters(parameters_of(asked))
        return predicted(self.phases, self.boundaries, asked)

    def learning_curve(
        self,
        *,
        ell: Exact | Expr | None = None,
        gamma: Exact | None = None,
        b: Exact | None = None,
        source: Exact | None = None,
        rho: Exact | None = None,
        **own: Exact | None,
    ) -> tuple[tuple[Expr, Expr, Phase], ...] | CaseSplit:
        """The phases met as samples grow, at weight decay d**ell.

        Args:
            ell: a number, or a SymPy expression in ``a``, ``gamma`` (``b`` and the source ``r``), for a
                weight decay tied to the samples; symbols are known by their names.  -oo for none, as in
                ``locate``; left out for an estimator that has none.
            gamma: decay of the target, above 1/2; None to leave it open.
            b: as in ``locate``, or None to leave it open.
            source: as in ``locate``, or None to leave it open where gamma is given.
            rho: as in ``locate``; it is not left open.
            own: other exponents and parameters of a system, as in ``locate``; they are not left open.

        Returns:
            ``(a_from, a_to, phase)`` in order, covering a in (0, oo).  Where gamma is open, a ``CaseSplit``:
            ``(gamma_from, gamma_to, curve)`` in order, the ends of each curve expressions in gamma; likewise
            in b or the source.  Where gamma and b are open, each case of gamma holds cases of b.

        Raises:
            OnBoundary: when part of the curve runs along a boundary.
            InvalidArgument: when an argument is not of its kind; where something is open, also when ell is
                not linear in a, or a number not rational.

        >>> from asymptotics import phase_diagram, quadratic
        >>> curve = phase_diagram(quadratic).learning_curve(ell=-1, gamma=1)
        >>> [(str(start), str(end), phase.name) for start, end, phase in curve]
        [('0', '4/9', 'IV'), ('4/9', '1', 'V'), ('1', '2', 'VIa'), ('2', 'oo', 'VIb')]
        >>> phase_diagram(quadratic).learning_curve(ell=0.5)
        for gamma < 1:
            0 < a < 1: Ib
            1 < a < gamma + 1: II
            gamma + 1 < a < 2: III
            a > 2: VIb
        for gamma > 1:
            0 < a < 1: Ib
            1 < a < 2: II
            2 < a < 2*gamma: VIa
            a > 2*gamma: VIb
        """
        line = line_of(self, ell=ell, gamma=gamma, b=b, source=source, rho=rho, **own)
        if line.free:
            return cases_along(self.phases, line, lambda curve, _: curve, partial(self._named, line))
        stops = [*line.crossings(phase.region for phase in self.phases), oo]
        curve: list[tuple[Expr, Expr, Phase]] = []
        for start, end in pairwise(stops):
            phase = self._phase_at(line.at(start + 1 if end == oo else (start + end) / 2))
            since = curve.pop()[0] if curve and curve[-1][2] == phase else start
            curve.append((since, end, phase))
        return Intervals(curve)

    def optimal_weight_decay(
        self, *, gamma: Exact | None = None, b: Exact | None = None
    ) -> tuple[tuple[Any, ...], ...]:
        """The weight decay with the least risk, and that risk, as samples grow (``tuning``).

        Args:
            gamma: decay of the target, above 1/2; None to leave it open.
            b: as in ``locate``, or None to leave it open.

        Returns:
            ``(a_from, a_to, weight decay, risk)`` in order, covering a in (0, oo), the ends expressions in
            what is open.  Where their order depends on it, a ``CaseSplit``: cases in order,
            ``(gamma_from, gamma_to, optimum)``, likewise in b.  The law of the weight decay is 0 where, to
            leading order, the risk is least as it vanishes.

        Raises:
            InvalidArgument: when an argument is not of its kind, or the diagram not of a trained network.
            IncompleteDiagram: when in some range no optimum is found.

        >>> from asymptotics import phase_diagram, quadratic
        >>> optimum = phase_diagram(quadratic).optimal_weight_decay()
        >>> [(str(start), str(end), decay.expr, risk.exponent) for start, end, decay, risk in optimum]
        [('0', '2*gamma', 4*sqrt(Delta)*sqrt(n_eff)/sqrt(d), -a + a/(2*gamma)), ('2*gamma', 'oo', 0, 1 - a)]
        """
        full = "'full': at a scaled width the weight decay is not tuned; the width is, by optimal_width"
        require(self.width == "full", "width", self.width, full)
        kind, derived = (
            type(self.model).__name__,
            "it is derived for networks trained by erm",
        )
        network = f"a network: {derived}; {self.model.name} is a {kind}"
        require(isinstance(self.model, Network), "model", self.model.name, network)
        alone = f"'erm', which alone has a weight decay to tune; this is of {self.model.name}"
        require(self.estimator == "erm", "estimator", self.estimator, alone)
        assert isinstance(self.model, Network)
        return optima_along(self.model, self.noise, Line(S.Zero, *self.given(gamma=gamma, b=b)))

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

    def _title(self) -> str:
        names = ", ".join(dict.fromkeys(phase.name for phase in self.phases))
        return (
            f"PhaseDiagram of {self.model.name}, noise={self.noise!r}, estimator={self.estimator!r}"
            + (f", width={self.width!r}: " if self.width != "full" else ": ")
            + f"phases {names}; {len(self.boundaries)} boundaries"
        )

    def _display(self) -> Display:
        rows = tuple(
            (p.name, p.title, p.risk, p.risk.exponent, p.risk.log_exponent, p.region) for p in self.phases
        )
        columns = ("phase", "title", "excess_risk", "exponent", "log_exponent", "region")
        return Display(self._title(), rows, columns, words.SCALES)

    def to_latex(self) -> str:
        r"""The table a paper would print: one row per phase.

        >>> from asymptotics import diagonal, phase_diagram
        >>> print(phase_diagram(diagonal).to_latex().splitlines()[0])
        \begin{tabular}{llll}
        """
        rows = [
            rf"{words_in_latex(phase.name)} & {words_in_latex(phase.title)} & ${latex(phase.risk.expr)}$ & "
            + ", ".join(f"${latex(relation)}$" for relation in phase.region.args)
            + r" \\"
            for phase in self.phases
        ]
        head = [r"\begin{tabular}{llll}", r"phase & & excess risk & where \\ \hline"]
        return "\n".join([*head, *rows, r"\end{tabular}"])

    def _repr_latex_(self) -> str:
        rows = [
            rf"\text{{{words_in_latex(phase.name)}}} & \text{{{words_in_latex(phase.title)}}} & "
            rf"{latex(phase.risk.expr)} & {latex(phase.region)} \\"
            for phase in self.phases
        ]
        return "$$\\begin{array}{llll}\n" + "\n".join(rows) + "\n\\end{array}$$"

    def _holds(self, symbol: Symbol) -> bool:
        """Whether the phases depend on an exponent."""
        expressions = (e for phase in self.phases for e in (phase.region, phase.risk.exponent))
        return any(expression.has(symbol) for expression in expressions)

    def _point(
        self,
        *,
        a: Exact,
        ell: Exact | None,
        gamma: Exact,
        b: Exact | None,
        source: Exact | None,
        rho: Exact | None,
    ) -> dict[Expr, Expr]:
        point = {symbols.a: on_axis("a", a)}
        if self._has_weight_decay(ell):
            point[symbols.ell] = on_axis("ell", ell)
            both = point[symbols.a].is_infinite and point[symbols.ell].is_infinite
            order = f"finite where a={a} is not: the order of the two limits would matter"
            require(not both, "ell", ell, order)
        return {**point, **self.parameters(gamma=gamma, b=b, source=source, rho=rho)}

    def _point_of_system(self, given: Mapping[str, Exact | None]) -> dict[Expr, Expr]:
        """The exponents and parameters that the phases of a system depend on."""
        scales, system = self.phases[0].balance.scales, self.model
        assert isinstance(system, System)
        coordinates = {symbol.name: symbol for symbol in scales.exponents}
        known = {**coordinates, **{name_of(p): p for p in system.parameters}}
        allowed = f"left out: the exponents of {self.model.name} are {', '.join(known)}"
        point = dict[Expr, Expr]()
        for name, value in given.items():
            if value is not None and name not in known:
                require(False, name, value, allowed + nearest(name, known))
            if value is not None:
                point[known[name]] = (on_axis if name in coordinates else exact_exponent)(name, value)
        for name, symbol in known.items():
            is_held = any(phase.region.has(symbol) for phase in self.phases)
            needed = f"given in a diagram of {self.model.name}"
            require(symbol in point or not is_held, name, None, needed)
        for symbol in scales.positive:
            if symbol in point:
                require(bool(point[symbol] > 0), symbol.name, given[symbol.name], "a number above 0")
        system.check_parameters({x: value for x, value in point.items() if x in symbols.PARAMETERS})
        return point

    def _has_weight_decay(self, ell: Any) -> bool:
        """Whether an ``ell`` is given; refuses its absence where the phases depend on it."""
        needed = f"given in a diagram of {self.model.name} with estimator={self.estimator!r}"
        require(ell is not None or not self._holds(symbols.ell), "ell", ell, needed)
        return ell is not None

    def parameters(
        self,
        *,
        gamma: Exact,
        b: Exact | None = None,
        source: Exact | None = None,
        rho: Exact | None = None,
    ) -> dict[Expr, Expr]:
        """The parameters that are fixed along a learning curve: exact numbers, by their symbols.

        Raises:
            InvalidArgument: as ``locate``.

        >>> from asymptotics import diagonal, phase_diagram
        >>> phase_diagram(diagonal, noise="scaled").parameters(gamma=1.25, b=1)
        {gamma: 5/4, b: 1}
        """
        values, free = self.given(gamma=exact_exponent("gamma", gamma), b=b, source=source, rho=rho)
        require(symbols.b not in free, "b", b, "given in a diagram with noise='scaled'")
        require(symbols.source not in free, "source", source, f"given in a diagram of {self.model.name}")
        return values

    def given(
        self,
        *,
        gamma: Exact | None,
        b: Exact | None = None,
        source: Exact | None = None,
        rho: Exact | None = None,
        **own: Exact | None,
    ) -> tuple[dict[Expr, Expr], tuple[Symbol, ...]]:
        """The parameters that are given, by their symbols, and the symbols of those left open.

        Raises:
            InvalidArgument: as ``locate``.

        >>> from asymptotics import diagonal, phase_diagram
        >>> phase_diagram(diagonal).given(gamma=None)
        ({}, (gamma,))
        """
        scaled, has_source = self.noise == "scaled", self._holds(symbols.source)
        require(scaled or b is None, "b", b, f"left out in a diagram with noise={self.noise!r}")
        left_out = f"left out in a diagram of {self.model.name}"
        require(has_source or source is None, "source", source, left_out)
        narrow, apart = self.width == "scaled", dict[Expr, Expr]()
        values = {symbols.gamma: ("gamma", gamma)}
        if isinstance(self.model, System):
            apart = self._apart_from_samples({"rho": rho, **own})
            values = {symbols.gamma: ("gamma", gamma)} if symbols.gamma in self.model.parameters else {}
            require(bool(values) or gamma is None, "gamma", gamma, left_out)
        else:
            require(narrow or rho is None, "rho", rho, f"left out in a diagram with width={self.width!r}")
            self._refuse_own(own)
        if narrow:
            at_least_one_unit = "a number above 0: width = d**rho hidden units, more than finitely many"
            is_width = rho is not None and on_axis("rho", rho) > 0
            require(is_width, "rho", rho, at_least_one_unit)
            values[symbols.rho] = ("rho", rho)
        if scaled:
            values[symbols.b] = ("b", b)
        if has_source:
            values[symbols.source] = ("source", source)
            both = gamma is None and source is None
            require(not both, "source", source, "given where gamma is left open, or gamma given")
        given = {x: exact_exponent(*value) for x, value in values.items() if value[1] is not None}
        system = system_of(self.model)
        if system is not None:
            system.check_parameters({x: value for x, value in given.items() if x in symbols.PARAMETERS})
        return {**given, **apart}, tuple(x for x in values if x not in given)

    def _apart_from_samples(self, given: Mapping[str, Exact | None]) -> dict[Expr, Expr]:
        """The exponents and parameters of a system but those that networks have, too; all are given.

        Raises:
            InvalidArgument: one is missing or unknown, or the system has no samples to run along.
        """
        scales, system = self.phases[0].balance.scales, self.model
        assert isinstance(system, System)
        along = (
            f"a model with samples n_eff = d**a; {system.name} has {', '.join(map(str, scales.exponents))}"
        )
        require(symbols.a in scales.exponents, "model", system.name, along)
        usual = {symbols.a, symbols.ell, symbols.b, symbols.gamma, symbols.source}
        known = {name_of(x): x for x in (*scales.exponents, *system.parameters) if x not in usual}
        values = dict[Expr, Expr]()
        for name, value in {**dict.fromkeys(known), **given}.items():
            listed = f"left out: besides the usual {system.name} has {', '.join(known) or 'nothing'}"
            require(name in known or value is None, name, value, listed + nearest(name, known))
            if name in known:
                require(value is not None, name, value, f"given in a diagram of {system.name}")
                is_parameter = known[name] in symbols.PARAMETERS
                values[known[name]] = (exact_exponent if is_parameter else on_axis)(name, value)
        for symbol in {*scales.positive} & {*values}:
            require(bool(values[symbol] > 0), symbol.name, given[symbol.name], "a number above 0")
        system.check_parameters({x: value for x, value in values.items() if x in symbols.PARAMETERS})
        return values

    def _refuse_own(self, given: Mapping[str, Any]) -> None:
        """Refuse exponents that a model that is no system has not."""
        for name, value in given.items():
            known = self._exponents()
            listed = f"left out: the exponents of {self.model.name} are {', '.join(known)}"
            require(False, name, value, listed + nearest(name, known))

    def _named(self, line: Line, curve: Sequence[Stretch[int]]) -> tuple[tuple[Expr, Expr, Phase], ...]:
        ends = line.expression
        return tuple((ends(x.start), ends(x.end), self.phases[x.payload]) for x in curve)


@cache
def _parameters_first(phase: Phase) -> tuple[Relational, ...]:
    """The inequalities of a region: what the others hold, such as alpha/beta, may have no value elsewhere."""
    return tuple(sorted(phase.region.args, key=lambda r: not r.free_symbols <= {*symbols.PARAMETERS}))


def require_diagram(value: Any) -> None:
    """Refuse what is no diagram, as a model or a system is not.

    Raises:
        InvalidArgument: it says how to make one.
    """
    allowed = "a PhaseDiagram, which phase_diagram(model) derives"
    require(isinstance(value, PhaseDiagram), "diagram", value, allowed)


def line_of(
    diagram: PhaseDiagram,
    *,
    ell: Exact | Expr | None,
    gamma: Exact | None,
    b: Exact | None,
    source: Exact | None,
    rho: Exact | None = None,
    **own: Exact | None,
) -> Line:
    """The line along which a learning curve runs; arguments and errors as there.

    >>> from asymptotics import diagonal
    >>> line_of(phase_diagram(diagonal), ell=-1, gamma=1.25, b=None, source=None).height
    -1
    """
    given, free = diagram.given(gamma=gamma, b=b, source=source, rho=rho, **own)
    return line_at(ell if diagram._has_weight_decay(ell) else S.Zero, given, free)


def phase_diagram(
    model: Model,
    *,
    noise: Noise = "fixed",
    estimator: Estimator = "erm",
    width: Width = "full",
    **others: Never,
) -> PhaseDiagram:
    """Derive the phase diagram of a model, with gamma symbolic; cached within the process.

    Args:
        model: a network, ``diagonal``, ``quadratic`` or a ``Network`` of your own; or any other
            hashable ``Model``, such as ``kernel_ridge``.
        noise: "fixed", label noise of order one, Delta = d**0; "scaled", Delta = d**-b with b > 0; "none".
        estimator: "erm", the minimiser of the regularised loss.  For a network also "bayes", the best that
            any estimator can do, and "ridge", linear regression on the same inputs.
        width: "full", as many hidden units as inputs, or more; "scaled", width = d**rho of them, for a
            trained network whose noise has a hard edge, such as ``quadratic``.
        others: none; a misspelt name is refused with the one that it may stand for.

    Raises:
        InvalidArgument: when an argument is none of these.
        ValueError: when a sum of the model is not of the kind that the lemma of ``power_sums`` covers; it
            names the hypothesis and the sum.
        NotImplementedError: when the leading constants of a hypothesis have no closed form; it names the
            hypothesis and the terms.
        IncompleteDiagram: when the hypotheses leave an open region of exponents without a phase; it names the
            region and what is false of the closest hypothesis; its ``closest`` holds others, too.
        AmbiguousDiagram: when two hypotheses hold in one open region; it names both.

    >>> from asymptotics import diagonal
    >>> [phase.name for phase in phase_diagram(diagonal).phases]
    ['Ia', 'Ib', 'II', 'III', 'V', 'VIa', 'VIb']
    """
    unknown: Mapping[str, object] = others
    for name, value in unknown.items():
        allowed = ("noise", "estimator", "width")
        require(False, name, value, f"left out: the others are {', '.join(allowed)}{nearest(name, allowed)}")
    require(
        _is_model(model),
        "model",
        model,
        "a network such as diagonal or quadratic (from asymptotics import quadratic), or another Model, "
        "hashable and with a name, regimes and describe",
    )
    require_one_of("noise", noise, ("fixed", "scaled", "none"))
    require_one_of("estimator", estimator, ("erm", "bayes", "ridge"))
    require(
        estimator == "erm" or isinstance(model, Network),
        "estimator",
        estimator,
        f"'erm' for {model.name}: that is the estimator it declares; others are derived for a Network",
    )
    require_one_of("width", width, ("full", "scaled"))
    if width == "scaled":
        alone = (
            f"'full' for {model.name} with estimator={estimator!r}: 'scaled' is for a trained network whose "
            "noise has a hard edge, such as quadratic"
        )
        is_narrowed = estimator == "erm" and isinstance(model, Network) and model.noise.edge != oo
        require(is_narrowed, "width", width, alone)
    return _diagram(model, noise, estimator, width)


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
def _diagram(model: Model, noise: Noise, estimator: Estimator, width: Width) -> PhaseDiagram:
    phases, boundaries = _derived(_estimated(model, estimator, width), noise)
    return PhaseDiagram(model, noise, estimator, phases, boundaries, width)


def _estimated(model: Model, estimator: Estimator, width: Width) -> Model:
    """What is to be balanced: the model, a narrow one, or another estimator of the same target."""
    if width == "scaled":
        assert isinstance(model, Network)
        return NarrowNetwork(model)
    if isinstance(model, Network) and estimator != "erm":
        return BayesOptimal(model) if estimator == "bayes" else ridge(model)
    return model


@cache
def _derived(model: Model, noise: Noise) -> tuple[tuple[Phase, ...], tuple[Boundary, ...]]:
    """The phases and their boundaries."""
    system = system_of(model)
    if isinstance(model, NarrowNetwork):
        scales = model.scales(noise)
    else:
        scales = Scales(noise) if system is None else scales_of(system, noise)
    phases = [phase_of(model, balanced) for balanced in tiling_balances(model, scales)]
    phases.sort(key=lambda phase: phase.name.swapcase())  # Ia and Ib before II
    phases = [p if p.name else _told_apart(p, k, phases) for k, p in enumerate(phases, start=1)]
    return tuple(phases), tuple(boundaries_between(phases, scales))


def _told_apart(phase: Phase, number: int, phases: Sequence[Phase]) -> Phase:
    """A phase without a name with its number for one, and a title that no other of its diagram has."""
    alike = [other for other in phases if other.title == phase.title]
    if len(alike) > 1:
        orders = [other.hypothesis.ordering for other in alike]
        where = str(phase.hypothesis.ordering.value)
        which = where if orders.count(phase.hypothesis.ordering) == 1 else f"{where} (phase {number})"
        phase = replace(phase, title=f"{phase.title}, {which}")
    return replace(phase, name=str(number))
