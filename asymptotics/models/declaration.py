"""What a model may declare: every field is checked when the declaration is made, and refused in one sentence.

A declaration that means nothing still has dominant balances, and its laws look like others.  Three things are
asked of a field: that it is of its kind; that it holds no letters but those of ``symbols`` that it may hold;
and that it has the form, the degree in the lengths s, delta and kappa and the sign that the theory gives it.
Degree and sign are tested at a few points: where a declaration means something they hold everywhere.

Worked by hand: the potential J = E[(x - kappa)_+^2] is an area, so that doubling s, delta and kappa makes it
four times as large.  J = (s - kappa)^3 is eight times as large; J = 2 (s - kappa)^2 passes this, but leaves
the error E = s^2 - J + kappa dJ/dkappa, about -s^2 of a mode far above the threshold.

Functions, in order: `text`, `expression`, `power_of_size`, `product_of_powers`, `noise_balance`,
`threshold_balance`, `multiple_of_error`; `check_network`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

import mpmath
from sympy import Eq, Expr, S, Symbol, lambdify, nan, oo, powsimp, zoo

from asymptotics import symbols
from asymptotics.algebra.monomials import VARIABLES, Term, term
from asymptotics.algebra.polyhedra import FIELD, PARAMETERS, coefficient
from asymptotics.balance.regimes import split_balance
from asymptotics.expressions.checks import exact_number, is_number, require
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    matrix_error,
    n_eff,
    noise_variance,
    position,
    resolvent,
    size,
    threshold,
    weight_decay,
)

LENGTHS = (size, effective_noise, threshold)
"""What every function of one mode is made of."""

_DIGITS = 20
_ROUNDING = 1e-10
_COARSE = 1e-4
_FAR = 10**6
"""Size over delta and kappa of a mode that noise and threshold hardly touch."""

Point = Mapping[Symbol, Any]


def text(field: str, value: Any) -> None:
    """Refuse a name that is none.

    Raises:
        InvalidArgument: it is not a string, or empty.
    """
    require(isinstance(value, str) and bool(value.strip()), field, value, "a string that is not empty")


def _words(names: Collection[Any]) -> str:
    *most, last = map(str, names)
    return f"{', '.join(most)} and {last}" if most else last


def _holds_only(field: str, value: Any, allowed: Collection[Symbol]) -> None:
    foreign = sorted(value.free_symbols - set(allowed), key=str)
    known = {getattr(symbols, name) for name in symbols.__all__}
    namesakes = [s for s in foreign if s not in known and str(s) in map(str, allowed)]
    what = "not a symbol of your own of that name" if namesakes else f"not {_words(foreign or [''])}"
    require(not foreign, field, value, f"in the symbols {_words(allowed)} of asymptotics.symbols, {what}")


def expression(field: str, value: Any, allowed: Collection[Symbol]) -> Expr:
    """A field that is an expression in some of the symbols; numbers are taken as they are.

    Raises:
        InvalidArgument: it is not, or holds other symbols.

    >>> expression("bbp_threshold", 0, [effective_noise])
    0
    >>> expression("excess_risk", 2 * Symbol("E"), [matrix_error])
    Traceback (most recent call last):
        ...
    asymptotics.InvalidArgument: excess_risk=2*E: must be in the symbols E of asymptotics.symbols, \
not a symbol of your own of that name
    """
    if is_number(value):
        return exact_number(field, value)
    require(isinstance(value, Expr), field, value, f"a SymPy expression in {_words(allowed)}")
    require(not value.has(nan, zoo, oo), field, value, "finite")
    _holds_only(field, value, allowed)
    return value


def power_of_size(field: str, value: Any) -> Expr:
    """A field that is a positive multiple of a power of ``size``, which may depend on the parameters.

    Raises:
        InvalidArgument: it is not.
    """
    allowed = f"a positive multiple of a power of {size}, in {_words(PARAMETERS)} besides"
    value = expression(field, value, (size, *PARAMETERS))
    constant, power = powsimp(value).as_coeff_exponent(size)
    require(not constant.has(size) and constant.is_positive is not False, field, value, allowed)
    try:
        coefficient(power)
    except ValueError:
        require(False, field, value, f"{allowed}, to an exponent that is a quotient of polynomials in them")
    return value


def product_of_powers(field: str, value: Any, allowed: Collection[Symbol]) -> Expr:
    """A field that is a positive product of powers of some of the symbols.

    Raises:
        InvalidArgument: it is not.
    """
    value = expression(field, value, (*allowed, *PARAMETERS))
    try:
        constant = term(value, field).coefficient
    except ValueError:
        constant = S.Zero
    of_parameters = constant.free_symbols <= set(PARAMETERS) and constant != 0
    positive = of_parameters and constant.is_positive is not False
    require(positive, field, value, f"a positive product of powers of {_words(allowed)}")
    return value


def noise_balance(value: Any, in_words: str) -> None:
    """Refuse a balance that is not A delta**2 = labels + p E, the equation for the effective noise.

    A is a capacity, and both the labels' variance and E enter linearly, with numbers and powers of d.

    Args:
        value: an equation.
        in_words: what it looks like.

    Raises:
        InvalidArgument: it is no such equation.
    """
    left, labels, factor = _balance("noise_balance", value, matrix_error, in_words)
    _capacity("noise_balance", value, left, {effective_noise: 2}, in_words)
    linear = [_powers_but_of_dimension(label) == {noise_variance: 1} for label in labels]
    allowed = f"of labels = a number or powers of {d} times {noise_variance}: {in_words}"
    require(bool(linear) and all(linear), "noise_balance", value, allowed)
    _multiple_of_sum("noise_balance", value, factor, matrix_error, in_words)


def threshold_balance(value: Any, in_words: str) -> None:
    """Refuse a balance that is not A = p D + force, the equation for the threshold.

    The force is that of weight decay.  More of it means more force, and a larger threshold less: one power of
    lambda over one of kappa.  Of samples it holds all or none, as the loss is their mean or their sum; what
    it is a multiple by is numbers, powers of d and the variance of the labels, a sum of these or one.

    Args:
        value: an equation.
        in_words: what it looks like.

    Raises:
        InvalidArgument: it is no such equation.
    """
    left, forces, factor = _balance("threshold_balance", value, degrees_of_freedom, in_words)
    _capacity("threshold_balance", value, left, {}, in_words)
    of_force = [_powers_but_of_dimension(force) for force in forces]
    kinds = {tuple(powers.get(x, 0) for x in (weight_decay, threshold, n_eff)) for powers in of_force}
    variables = {variable for powers in of_force for variable in powers}
    pushes = all(decay > 0 > cut and samples in (0, 1) for decay, cut, samples in kinds)
    grows = all(powers.get(noise_variance, 0) >= 0 for powers in of_force)
    force = f"of force = a number or powers of {d} times {weight_decay} over {threshold}, to powers above 0"
    held = variables <= {weight_decay, threshold, n_eff, noise_variance}
    sound = len(kinds) == 1 and pushes and grows and held
    require(sound, "threshold_balance", value, f"{force}: {in_words}")
    _multiple_of_sum("threshold_balance", value, factor, degrees_of_freedom, in_words)


def _balance(
    field: str, value: Any, unknown_sum: Symbol, in_words: str
) -> tuple[Term, tuple[Term, ...], Term]:
    """Left side, known terms and the factor of the sum: all positive products of powers."""
    require(isinstance(value, Eq), field, value, f"a SymPy equation, Eq(left, right): {in_words}")
    allowed = (d, n_eff, weight_decay, noise_variance, effective_noise, threshold, unknown_sum)
    _holds_only(field, value, allowed)
    require(not value.has(nan, zoo, oo), field, value, f"finite: {in_words}")
    require(not value.lhs.has(unknown_sum), field, value, f"with {unknown_sum} on the right: {in_words}")
    try:
        left, known, factor = split_balance(value, unknown_sum, field)
    except ValueError as error:
        reason = "linear" if "linear" in str(error) else "between products of powers"
        require(False, field, value, f"{reason} in {unknown_sum} on the right, once: {in_words}")
    signs = [t.coefficient.is_positive for t in (left, *known, factor)]
    require(all(sign is not False for sign in signs), field, value, f"of positive terms: {in_words}")
    return left, known, factor


def _capacity(field: str, value: Any, left: Term, besides: Mapping[Symbol, int], in_words: str) -> None:
    """Refuse a left side that is not the capacity of the samples, times what stands besides it."""
    allowed = f"of A = a number or powers of {d} times {n_eff}: {in_words}"
    require(_powers_but_of_dimension(left) == {n_eff: 1, **besides}, field, value, allowed)


def _multiple_of_sum(field: str, value: Any, factor: Term, unknown_sum: Symbol, in_words: str) -> None:
    """Refuse a factor of E or D that is more than numbers and powers of d."""
    allowed = f"of p {unknown_sum} = a number or powers of {d} times {unknown_sum}: {in_words}"
    require(not _powers_but_of_dimension(factor), field, value, allowed)


def _powers_but_of_dimension(of: Term) -> dict[Symbol, Expr]:
    """Power of every variable that a term holds, except d."""
    return {x: FIELD.to_sympy(of.power(x)) for x in VARIABLES if x != d and of.holds([x])}


def multiple_of_error(field: str, value: Any) -> Expr:
    """A field that is a positive multiple of E, by powers of the dimension or numbers.

    Raises:
        InvalidArgument: it is not.

    >>> multiple_of_error("excess_risk", 2 * matrix_error)
    2*E
    >>> multiple_of_error("excess_risk", matrix_error**2)
    Traceback (most recent call last):
        ...
    asymptotics.InvalidArgument: excess_risk=E**2: must be a positive multiple of E, linear in it
    """
    value = expression(field, value, (matrix_error, d))
    linear = f"a positive multiple of {matrix_error}, linear in it"
    factor = value / matrix_error
    require(value != 0 and not factor.has(matrix_error), field, value, linear)
    try:
        product_of_powers(field, factor, (d,))
    except ValueError:
        require(False, field, value, f"{linear}, by a number or powers of {d}")
    return value


# --- a trained network


def check_network(declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuse a network that means nothing; the fields that numbers were given for, as expressions.

    ``declared`` holds the fields of a ``Network`` by their names.

    Raises:
        InvalidArgument: it names the first field that is not what it should be.
    """
    text("name", declared["name"])
    require(
        isinstance(declared["noise"], NoiseLaw), "noise", declared["noise"], "a NoiseLaw (asymptotics.noise)"
    )
    scales = (effective_noise, threshold)
    allowed = {
        "potential": LENGTHS,
        "potential_among_learned": LENGTHS,
        "bbp_threshold": scales,
        "learned_probability": LENGTHS,
        "posterior_variance": (size, effective_noise),
        "posterior_variance_among_learned": (size, effective_noise),
        "unlearned_energy": LENGTHS,
        "noise_fraction": LENGTHS,
    }
    checked = {name: expression(name, declared[name], of) for name, of in allowed.items()}
    for name, of in {"outlier_location": (size, effective_noise), "subordination_map": _OF_IMAGE}.items():
        value = declared[name]
        checked[name] = None if value is None else expression(name, value, of)
    noise_balance(declared["noise_balance"], NOISE_BALANCE)
    threshold_balance(declared["threshold_balance"], THRESHOLD_BALANCE)
    checked["excess_risk"] = multiple_of_error("excess_risk", declared["excess_risk"])
    _check_functions(checked, declared["noise"])
    return checked


NOISE_BALANCE = "A delta**2 = labels + p E"
THRESHOLD_BALANCE = "A = p D + force"
_OF_IMAGE = (position, resolvent, effective_noise)


def _check_functions(fields: Mapping[str, Any], noise: NoiseLaw) -> None:
    """Degrees and signs of the functions of one mode, at points where it stands out."""
    bbp_threshold = fields["bbp_threshold"]
    scales = [{effective_noise: x, threshold: y} for x, y in ((1, 0.5), (2, 3), (1, 3))]
    _check_degree("bbp_threshold", bbp_threshold, 1, scales)
    for at in scales:
        _check_range("bbp_threshold", bbp_threshold, at, 0, oo)
    points = [
        {size: 3 * (sum(at.values()) + _number("bbp_threshold", bbp_threshold, at)), **at} for at in scales
    ]
    for name in ("potential", "potential_among_learned"):
        _check_potential(name, fields[name], points)
    for name, degree in {
        "learned_probability": 0,
        "noise_fraction": 0,
        "posterior_variance": 2,
        "posterior_variance_among_learned": 2,
        "unlearned_energy": 2,
    }.items():
        _check_degree(name, fields[name], degree, points)
        for at in points:
            _check_range(name, fields[name], at, 0, 1 if degree == 0 else at[size] ** 2)
    for name in ("posterior_variance", "posterior_variance_among_learned"):
        require(fields[name] != 0, name, fields[name], "above 0: noise hides something of every mode")
    if bbp_threshold == 0:
        _check_noise_within(fields["potential"], noise)
    if fields["outlier_location"] is not None:
        outlier_location = fields["outlier_location"]
        _check_degree("outlier_location", outlier_location, 1, points)
        _check_ratio(
            "outlier_location",
            outlier_location,
            size,
            "a place that tends to s for modes far above the noise",
        )
    if fields["subordination_map"] is not None:
        subordination_map = fields["subordination_map"]
        require(
            subordination_map.has(position),
            "subordination_map",
            subordination_map,
            f"a function of {position}",
        )
        here = {position: 5, resolvent: 0.25, effective_noise: 2}
        there = {position: 10, resolvent: 0.125, effective_noise: 4}
        gap = abs(
            2 * _number("subordination_map", subordination_map, here)
            - _number("subordination_map", subordination_map, there)
        )
        lengths = f"{position}, {effective_noise} and 1/{resolvent}"
        require(gap < _ROUNDING, "subordination_map", subordination_map, f"of degree 1 in {lengths}")


def _check_potential(name: str, potential: Expr, points: Collection[Point]) -> None:
    needed = [length for length in LENGTHS if not potential.has(length)]
    lacks = f"it lacks {_words(needed or [''])}"
    require(not needed, name, potential, f"a function of {_words(LENGTHS)}: {lacks}")
    _check_degree(name, potential, 2, points)
    euler = threshold * potential.diff(threshold) + effective_noise * potential.diff(effective_noise)
    error = size**2 - potential + euler
    positive = {
        "E[(x - kappa)_+^2] itself": potential,
        "the mean size -dJ/dkappa/2 of the estimate": -potential.diff(threshold),
        "the degrees of freedom dJ/d(delta^2)": potential.diff(effective_noise),
        "the error s^2 - J + kappa dJ/dkappa + delta dJ/ddelta": error,
    }
    for at in points:
        for what, value in positive.items():
            require(
                _number(name, value, at, potential) >= -_ROUNDING,
                name,
                potential,
                f"E[(x - kappa)_+^2] of a mode: negative at {_shown(at)} is {what}",
            )
    _check_ratio(name, potential, size**2, "a mean square that tends to s^2 for modes far above the noise")


def _check_noise_within(potential: Expr, noise: NoiseLaw) -> None:
    """Where one expression holds for every size, a mode of no size is one of noise alone."""
    for cut in (0.5, 1):
        at = {size: 1e-20, effective_noise: 1, threshold: cut}
        found, expected = _number("potential", potential, at), _cut_noise(noise, cut)
        require(
            abs(found - expected) < _COARSE,
            "potential",
            potential,
            "that of the noise for a mode of size 0, there being no emergence: "
            f"j({cut}) = {float(expected):.6g}, not {float(found):.6g}",
        )


def _cut_noise(noise: NoiseLaw, cut: float) -> mpmath.mpf:
    """j(u), as a number."""
    if noise.end <= cut:
        return mpmath.mpf(0)
    density = _compiled(noise.density, (level,))
    return mpmath.re(mpmath.quad(lambda w: (w - cut) ** 2 * density(w), [cut, noise.end]))


def _check_degree(name: str, value: Expr, degree: int, points: Collection[Point]) -> None:
    for at in points:
        one = _number(name, value, at)
        two = _number(name, value, {length: 2 * x for length, x in at.items()})
        same = abs(two - 2**degree * one) <= _ROUNDING * (1 + abs(two))
        require(same, name, value, f"of degree {degree} in the lengths {_words(at)}")


def _check_range(name: str, value: Expr, at: Point, low: Any, high: Any) -> None:
    inside = low - _ROUNDING <= _number(name, value, at) <= high + _ROUNDING
    allowed = {1: "between 0 and 1", oo: "at least 0"}.get(high, "between 0 and the energy s^2 of a mode")
    require(bool(inside), name, value, f"{allowed}, as it is not at {_shown(at)}")


def _check_ratio(name: str, value: Expr, to: Expr, allowed: str) -> None:
    far = {size: _FAR, effective_noise: 1, threshold: 1}
    require(abs(_number(name, value / to, far, value) - 1) < _COARSE, name, value, allowed)


def _number(name: str, value: Expr, at: Point, field: Expr | None = None) -> mpmath.mpf:
    """The value at a point, a real number."""
    with mpmath.workdps(_DIGITS):
        try:
            found = _compiled(value, tuple(at))(*(mpmath.mpmathify(x) for x in at.values()))
        except (ArithmeticError, NameError, TypeError, ValueError):  # it knows no such function
            found = mpmath.nan
    found = found.real if isinstance(found, mpmath.mpc) and found.imag == 0 else mpmath.mpmathify(found)
    finite = isinstance(found, mpmath.mpf) and bool(mpmath.isfinite(found))
    require(finite, name, value if field is None else field, f"a real number at {_shown(at)}")
    return found


@cache
def _compiled(value: Expr, names: tuple[Symbol, ...]) -> Callable[..., Any]:
    return lambdify(names, value, "mpmath")  # type: ignore[no-any-return]


def _shown(at: Point) -> str:
    return ", ".join(f"{length} = {float(x):.4g}" for length, x in at.items())
