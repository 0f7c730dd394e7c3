r"""The noise of one mode: its distribution, and how much of it passes a threshold near the edge.

In units of the effective noise delta, a mode without signal is a symmetric variable, and rho is the density
on (0, edge) of what is kept of it.  The diagonal network keeps either sign: rho is a folded Gaussian, of mass
1, and its edge is at infinity.  The quadratic network keeps positive eigenvalues only: rho is the positive
half of the semicircle, of mass 1/2, and its edge is at 2.  What a mode adds to the potential of the state
evolution when cut at u = kappa/delta is

    j(u) = E[(w - u)_+^2],       bulk degrees of freedom  D_b(u) = j(u) - (u/2) j'(u),
                                  bulk error               delta^2 j(u),

(``declaration`` says why).  When the samples are few the threshold must sit close to the edge, so
that D_b is small, and only the edge matters.  Two kinds of edge occur.

* Hard edge, rho ~ c (u* - w)^beta at a finite u*.  With t = u* - u, two integrations give
  j = 2 c t^(beta+3) / ((beta+1)(beta+2)(beta+3)),  D_b = u* c t^(beta+2) / ((beta+1)(beta+2)), hence
  error = delta^2 * constant * D_b^((beta+3)/(beta+2)) while kappa = u* delta.
* Soft edge, -log rho ~ c w^m.  Laplace's method gives j = 2 rho/phi^3 and D_b = u rho/phi^2 with
  phi = -(log rho)' = c m u^(m-1), hence u = (L/c)^(1/m) with L = log(1/D_b), and
  error = delta^2 * D_b * 2/(m L).  The next order of both comes from integrating by parts once more
  (``EdgeCorrection``): for a Gaussian error = delta^2 * D_b * (1/L) (1 - 5/(2 L)).

In both cases the mean size of what passes, -(1/2) delta j'(u), is delta D_b/u to leading order.  Its mass,
P(w > u) = j''(u)/2, is c t^(beta+1)/(beta+1) at a hard edge and rho/phi = D_b phi/u at a soft one.
The largest of many draws lies where one of them passes: up to u* at a hard edge, at the u of D_b =
1/number at a soft one.

For the semicircle (c = 1/pi, beta = 1/2) this is D_b = 8/(15 pi) t^(5/2), j = 16/(105 pi) t^(7/2), and a mass
of 2/(3 pi) t^(3/2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import mpmath
from sympy import (
    Dummy,
    Expr,
    LambertW,
    Rational,
    S,
    Symbol,
    exp,
    expand_log,
    integrate,
    lambdify,
    limit,
    log,
    nan,
    oo,
    simplify,
    zoo,
)
from sympy.core.function import PoleError

from asymptotics.displays import Displayed, short
from asymptotics.expressions.checks import require
from asymptotics.expressions.pickling import Stored

level = Symbol("w", positive=True)
"""Where the noise of one mode falls, in units of the effective noise."""

_cut = Dummy("u", positive=True)
"""Where it is cut."""

_UNKNOWN_TO_SYMPY = (ArithmeticError, NotImplementedError, PoleError, TypeError, ValueError)
"""How SymPy says that it knows no limit, or no leading term."""

_MISSED = 1e-6
"""How far from its integral, relatively, a closed form may be: quadrature at an edge has eight digits."""


@dataclass(frozen=True)
class EdgeLaw:
    """Threshold, error and mass near the edge as functions of D_b -> 0, with L = log(1/D_b).

    ``threshold = delta * threshold_constant * L**threshold_log_power``,
    ``error = delta**2 * error_constant * D_b**error_power * L**error_log_power``,
    ``mass = mass_constant * D_b**mass_power * L**mass_log_power`` above the threshold, and at a hard edge
    ``edge - threshold = delta * gap_constant * D_b**gap_power``; ``gap_constant`` is oo at a soft one.
    """

    threshold_constant: Expr
    threshold_log_power: Expr
    error_constant: Expr
    error_power: Expr
    error_log_power: Expr
    mass_constant: Expr
    mass_power: Expr
    mass_log_power: Expr
    gap_constant: Expr
    gap_power: Expr


@dataclass(frozen=True)
class EdgeCorrection:
    """The next order at a soft edge, relative and in units of 1/L; L as ``lambert_logarithm`` makes it.

    ``error = delta**2 * D_b * error_constant/L * (1 + error/L + O(1/L**2))``, and likewise the mean size of
    what passes, ``delta * D_b/u * (1 + size/L + O(1/L**2))``.  ``kappa`` has no such term: in that L it is
    right up to O(1/L**2).
    """

    error: Expr
    size: Expr


@dataclass(frozen=True, repr=False)
class NoiseLaw(Displayed, Stored):
    """Density, in ``level``, of the noise of one mode on (0, edge), in units of the effective noise.

    >>> from sympy import pi, sqrt
    >>> semicircle = NoiseLaw(sqrt(4 - level**2) / (2 * pi), edge=S(2))
    >>> semicircle.second_moment, semicircle.edge_law.error_power
    (1/2, 7/5)
    """

    density: Expr
    edge: Expr

    def _title(self) -> str:
        return f"NoiseLaw with density {short(self.density, 80)} up to {self.edge}"

    def _label(self) -> Expr:
        return self.density

    def __post_init__(self) -> None:
        density, edge = self.density, self.edge
        is_edge = isinstance(edge, Expr) and bool(edge.is_number and edge.is_extended_positive)
        require(is_edge, "edge", edge, "oo, or a SymPy number above 0 at which the noise ends")
        is_density = isinstance(density, Expr) and density.free_symbols <= {level}
        in_level = f"a SymPy expression in {level}, the level of asymptotics.noise"
        require(is_density, "density", density, in_level)
        for share in (Rational(1, 9), Rational(1, 2), Rational(8, 9)):
            value = density.subs(level, share / (1 - share) if edge == oo else share * edge).evalf()
            require(bool(value.is_positive), "density", density, f"positive at every {level} up to the edge")
        if edge == oo:
            allowed = f"of a tail in which -log(density) grows like a power of {level} above 0"
            require(self._has_soft_edge(), "density", density, f"{allowed}, or end at a finite edge")
        else:
            allowed = f"near its edge like a power above -1 of the distance to it, ({edge} - {level})**b"
            require(self._has_hard_edge(), "density", density, allowed)
        # the last level is rounded, so that a root may turn complex there
        mass = mpmath.re(mpmath.quad(lambdify(level, density, "mpmath"), [0, self.end]))
        at_most_one = bool(mass < 1 + mpmath.mpf(10) ** -6)
        require(at_most_one, "density", density, "one whose integral up to the edge is at most 1")

    @property
    def end(self) -> mpmath.mpf:
        """The edge as a number, infinity where there is none."""
        return lambdify((), self.edge, "mpmath")()

    def _has_soft_edge(self) -> bool:
        """Whether -log rho ~ c w^m with m > 0: then the second moment is finite, too."""
        try:
            _ = self._stretched_exponential
        except _UNKNOWN_TO_SYMPY:
            return False
        return True

    def _has_hard_edge(self) -> bool:
        """Whether rho ~ c (edge - w)^beta with beta > -1."""
        try:
            constant, power = self._end_behaviour
        except _UNKNOWN_TO_SYMPY:
            return False
        return _is_scale(constant) and _is_scale(power + 1)

    def potential(self, cut: Expr) -> Expr:
        """j(u) = E[(w - u)_+^2] for a cut u inside the support."""
        return self._potential.subs(_cut, cut)

    @cached_property
    def _potential(self) -> Expr:
        """j(u), as a function of ``_cut``."""
        return simplify(integrate((level - _cut) ** 2 * self.density, (level, _cut, self.edge)))

    def potential_at_edge(self, distance: Expr) -> Expr:
        """Leading order of j(u* - t) at a small distance t from a hard edge."""
        constant, beta = self._end_behaviour
        return 2 * constant / ((beta + 1) * (beta + 2) * (beta + 3)) * distance ** (beta + 3)

    def cut_moment(self, cut: Expr) -> Expr:
        """E[w^2; w < u] for a cut u inside the support."""
        dummy = Dummy("w", positive=True)
        return simplify(integrate(dummy**2 * self.density.subs(level, dummy), (dummy, 0, cut)))

    @cached_property
    def second_moment(self) -> Expr:
        """j(0), which is also D_b(0): the second moment without a threshold."""
        return self._moment(2)

    @cached_property
    def first_moment(self) -> Expr:
        """E[w_+] = -(1/2) j'(0): mean size of what passes without a threshold."""
        return self._moment(1)

    @cached_property
    def mass(self) -> Expr:
        """P(w > 0) = j''(0)/2: mass of what passes without a threshold."""
        return self._moment(0)

    @property
    def density_at_zero(self) -> Expr:
        """rho(0): a threshold u << 1 cuts a share rho(0) u of the noise.

        Raises:
            NotImplementedError: when it is 0 or infinite.
        """
        density = limit(self.density, level, 0)
        if not _is_scale(density):
            raise NotImplementedError(
                f"the share of the noise below a small threshold: its density {self.density} is {density} "
                "at 0"
            )
        return density

    def _moment(self, order: int) -> Expr:
        """E[w^order; w > 0], in closed form.

        SymPy integrates the semicircle from u, but not from 0, and exp(-w^m) from 0; its integral of that
        from u may be wrong at u = 0.  Each closed form is therefore compared with the integral's value.

        Raises:
            NotImplementedError: when neither is right.
        """
        density = lambdify(level, self.density, "mpmath")
        panels = [0, min(1, self.end / 2), self.end]
        expected = mpmath.re(mpmath.quad(lambda w: w**order * density(w), panels))
        ways = (self._moment_from_zero, self._moment_of_potential)
        for way in ways if self.edge == oo else reversed(ways):
            moment = way(order)
            if not moment.has(nan, zoo, oo) and abs(moment.evalf() - expected) < _MISSED * expected:
                return moment
        raise NotImplementedError(
            f"SymPy has no closed form of the integral of {level**order * self.density}"
        )

    def _moment_of_potential(self, order: int) -> Expr:
        """From the derivatives of j at 0: j'(0) = -2 E[w_+], j''(0) = 2 P(w > 0)."""
        turns = 2 - order
        value = self._potential.diff(_cut, turns).subs(_cut, 0)
        return simplify((-1) ** turns * value / 2 ** min(turns, 1)) if turns else value

    def _moment_from_zero(self, order: int) -> Expr:
        """Integrated as it stands."""
        return simplify(integrate(level**order * self.density, (level, 0, self.edge)))

    def lambert_logarithm(self, bulk_freedom: Expr) -> Expr:
        """The value of L at a soft edge that is right up to O(1/L); log(1/D_b) is so up to O(log L/L).

        Where rho ~ rho_0 w^p exp(-c w^m) the equation D_b = u rho/phi^2 reads v^q exp(c v) = rho_0/((c m)^2
        D_b), with v = u^m and q = (2m - 3 - p)/m.  That is solved by Lambert's function, c v = q W((c/q)
        (...)^(1/q)), on its lower branch if q < 0, and by the logarithm of (...) if q = 0; what the laws
        call L is c v.

        >>> from sympy import Symbol, pi, sqrt
        >>> gaussian = NoiseLaw(sqrt(2 / pi) * exp(-(level**2) / 2), edge=oo)
        >>> gaussian.lambert_logarithm(Symbol("D", positive=True))
        LambertW(2/(pi*D**2))/2
        """
        constant, power = self._stretched_exponential
        front = simplify(self.density * exp(constant * level**power))
        rise = limit(simplify(level * front.diff(level) / front), level, oo)
        q = (2 * power - 3 - rise) / power
        inverse = limit(simplify(front / level**rise), level, oo) / ((constant * power) ** 2 * bulk_freedom)
        if q == 0:
            return log(inverse)
        return q * LambertW(simplify(constant / q * inverse ** (1 / q)), 0 if q > 0 else -1)

    @cached_property
    def _stretched_exponential(self) -> tuple[Expr, Expr]:
        """(c, m) of -log rho ~ c w^m far out.

        Raises:
            ValueError: when there is no such m > 0, as where rho itself falls like a power.
        """
        exponent = expand_log(-log(self.density), force=True)
        power = limit(simplify(level * exponent.diff(level) / exponent), level, oo)
        constant = limit(simplify(exponent / level**power), level, oo) if _is_scale(power) else S.NaN
        if not _is_scale(constant):
            raise ValueError(f"-log({self.density}) does not grow like a power of {level}")
        return constant, power

    @cached_property
    def edge_correction(self) -> EdgeCorrection | None:
        """The next order at a soft edge; None at a hard one, and where the tail is no series in 1/w^m.

        Integrals of the tail are rho h with h = g/phi + h'/phi, solved by iteration (integration by parts):
        each turn gains a factor 1/(c u^m).

        >>> from sympy import pi, sqrt
        >>> NoiseLaw(sqrt(2 / pi) * exp(-(level**2) / 2), edge=oo).edge_correction
        EdgeCorrection(error=-5/2, size=-1)
        """
        if self.edge != oo:
            return None
        constant, power = self._stretched_exponential
        rate = simplify(-self.density.diff(level) / self.density)
        small = 1 / (constant * level**power)

        def tail(value: Expr) -> Expr:
            integral = value / rate
            for _ in range(2):
                integral = value / rate + integral.diff(level) / rate
            return simplify(integral)

        mass = tail(S.One)
        size = tail(mass)
        potential = 2 * tail(size)
        freedom = potential + level * size
        leading_rate = constant * power * level ** (power - 1)
        front = simplify(self.density * exp(constant * level**power))
        rise = limit(simplify(level * front.diff(level) / front), level, oo)
        relative = {  # exact over leading, as functions of the cut
            "error": potential / freedom / (Rational(2) / power * small),
            "size": level * size / freedom,
            "freedom": freedom * leading_rate**2 / level,
            "front": front / level**rise / limit(simplify(front / level**rise), level, oo),
        }
        slopes = {name: limit(simplify((value - 1) / small), level, oo) for name, value in relative.items()}
        if any(not value.is_finite for value in slopes.values()):
            return None
        return EdgeCorrection(slopes["error"], slopes["size"])

    @cached_property
    def edge_law(self) -> EdgeLaw:
        """The law of what passes the edge when almost nothing does."""
        return self._soft_edge() if self.edge == oo else self._hard_edge()

    @cached_property
    def _end_behaviour(self) -> tuple[Expr, Expr]:
        """(c, beta) of rho ~ c (edge - w)^beta."""
        below = Symbol("t", positive=True)
        leading = simplify(self.density.subs(level, self.edge - below)).as_leading_term(below)
        constant, power = leading.as_coeff_exponent(below)
        return constant, power

    def _hard_edge(self) -> EdgeLaw:
        constant, beta = self._end_behaviour
        bulk_freedom = self.edge * constant / ((beta + 1) * (beta + 2))
        error = self.potential_at_edge(S.One)
        power = (beta + 3) / (beta + 2)
        gap_power = 1 / (beta + 2)
        gap = bulk_freedom**-gap_power  # t = gap D_b**gap_power
        return EdgeLaw(
            threshold_constant=self.edge,
            threshold_log_power=S.Zero,
            error_constant=simplify(error / bulk_freedom**power),
            error_power=power,
            error_log_power=S.Zero,
            mass_constant=simplify(constant / (beta + 1) * gap ** (beta + 1)),
            mass_power=gap_power * (beta + 1),
            mass_log_power=S.Zero,
            gap_constant=simplify(gap),
            gap_power=gap_power,
        )

    def _soft_edge(self) -> EdgeLaw:
        constant, power = self._stretched_exponential
        return EdgeLaw(
            threshold_constant=constant ** (-1 / power),
            threshold_log_power=1 / power,
            error_constant=Rational(2) / power,
            error_power=S.One,
            error_log_power=-S.One,
            mass_constant=power * constant ** (2 / power),
            mass_power=S.One,
            mass_log_power=(power - 2) / power,
            gap_constant=oo,
            gap_power=S.Zero,
        )


def _is_scale(value: Expr) -> bool:
    """Whether it is a finite number above 0."""
    return bool(value.is_number and value.is_finite and value.is_positive)
