"""What a field of a declaration may be: of its kind, in the symbols that it may hold, and of its form.

Every field is checked when the declaration is made, and refused in one sentence: equations that mean nothing
still have dominant balances, and laws that look like others.

Functions, in order: `text`, `expression`, `power_of_size`, `product_of_powers`, `noise_balance`,
`threshold_balance`, `multiple_of_error`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sympy import Eq, Expr, S, Symbol, nan, oo, powsimp, zoo

from asymptotics import symbols
from asymptotics.algebra.monomials import Term, term
from asymptotics.algebra.polyhedra import FIELD, PARAMETERS, coefficient
from asymptotics.balance.regimes import split_balance
from asymptotics.expressions.checks import exact_number, is_number, require
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    matrix_error,
    n_eff,
    noise_variance,
    size,
    threshold,
    weight_decay,
)


def text(field: str, value: Any) -> None:
    """Refuse a name that is none.

    Raises:
        InvalidArgument: it is not a string, or empty.
    """
    require(isinstance(value, str) and bool(value.strip()), field, value, "a string that is not empty")


def words(names: Collection[Any]) -> str:
    """A list as it is spoken: x, y and z."""
    *most, last = map(str, names)
    return f"{', '.join(most)} and {last}" if most else last


def _holds_only(field: str, value: Any, allowed: Collection[Symbol]) -> None:
    foreign = sorted(value.free_symbols - set(allowed), key=str)
    known = {getattr(symbols, name) for name in symbols.__all__}
    namesakes = [s for s in foreign if s not in known and str(s) in map(str, allowed)]
    what = "not a symbol of your own of that name" if namesakes else f"not {words(foreign or [''])}"
    require(not foreign, field, value, f"in the symbols {words(allowed)} of asymptotics.symbols, {what}")


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
    require(isinstance(value, Expr), field, value, f"a SymPy expression in {words(allowed)}")
    require(not value.has(nan, zoo, oo), field, value, "finite")
    _holds_only(field, value, allowed)
    return value


def power_of_size(field: str, value: Any) -> Expr:
    """A field that is a positive multiple of a power of ``size``, which may depend on the parameters.

    Raises:
        InvalidArgument: it is not.
    """
    allowed = f"a positive multiple of a power of {size}, in {words(PARAMETERS)} besides"
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
    require(positive, field, value, f"a positive product of powers of {words(allowed)}")
    return value


def noise_balance(value: Any, in_words: str) -> None:
    """Refuse a balance that is not A delta**2 = labels + p E, the equation for the effective noise.

    A is the sample ratio, and both the labels' variance and E enter linearly, with numbers and powers of d.

    Args:
        value: an equation.
        in_words: what it looks like.

    Raises:
        InvalidArgument: it is no such equation.
    """
    left, labels, factor = _balance("noise_balance", value, matrix_error, in_words)
    _sample_ratio("noise_balance", value, left, {effective_noise: 2}, in_words)
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
    _sample_ratio("threshold_balance", value, left, {}, in_words)
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


def _sample_ratio(field: str, value: Any, left: Term, besides: Mapping[Symbol, int], in_words: str) -> None:
    """Refuse a left side that is not the sample ratio, times what stands besides it."""
    allowed = f"of A = a number or powers of {d} times {n_eff}: {in_words}"
    require(_powers_but_of_dimension(left) == {n_eff: 1, **besides}, field, value, allowed)


def _multiple_of_sum(field: str, value: Any, factor: Term, unknown_sum: Symbol, in_words: str) -> None:
    """Refuse a factor of E or D that is more than numbers and powers of d."""
    allowed = f"of p {unknown_sum} = a number or powers of {d} times {unknown_sum}: {in_words}"
    require(not _powers_but_of_dimension(factor), field, value, allowed)


def _powers_but_of_dimension(of: Term) -> dict[Symbol, Expr]:
    """Power of every variable that a term holds, except d."""
    return {x: FIELD.to_sympy(power) for x, power in of.powers if x != d}


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
