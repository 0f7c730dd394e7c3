"""How results are written in recorded.json, and when two of them are the same.

Numbers are strings "~<digits>@<scale> <value>": the same to 10^-digits of the larger of value and scale (0,
if left out).  All else (True, None, whole numbers, exact fractions, names of errors, lists, dictionaries)
must be equal.
"""

import re
import zlib
from fractions import Fraction

import mpmath
from sympy import Basic, Expr, Integral, Rational, S, Sum, nan, sympify, zoo

NUMBER = re.compile(r"~(\d+)(@\S+)? (\S+)( \S+)?")

# Values of the free symbols of an expression at three points; of any other symbol they follow from its name.
AT = {
    "gamma": ("13/10", "4/5", "21/10"),
    "r": ("2/5", "3/4", "7/5"),
    "a": ("3/5", "7/5", "27/10"),
    "ell": ("-11/10", "3/10", "1/7"),
    "b": ("1/3", "5/4", "7/3"),
    "d": ("10007", "1000003", "307"),
    "n_eff": ("211", "7001", "19"),
    "lambda": ("3/17", "1/401", "19/11"),
    "Delta": ("5/7", "9/8", "1/13"),
    "i": ("3", "17", "8"),
    "x": ("31/10", "57/100", "129/10"),
}


def close(value, digits=12, scale=0):
    """A number as it is recorded."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Fraction):
        value = mpmath.mpf(value.numerator) / value.denominator
    with mpmath.workdps(max(digits + 8, 20)):
        if isinstance(value, complex | mpmath.mpc):
            parts = mpmath.mpf(value.real), mpmath.mpf(value.imag)
        else:
            parts = (mpmath.mpf(value),)
        written = " ".join(mpmath.nstr(part, digits + 2) for part in parts)
        return f"~{digits}{f'@{mpmath.nstr(mpmath.mpf(scale), 3)}' if scale else ''} {written}"


def double(value, scale=0):
    """A result of float64, an array of them, or None."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [double(one, scale) for one in value]
    return close(value, 9, scale)


def exact(value):
    """An exact number: a fraction as it is, others to twelve digits; infinities and nan by their names."""
    value = sympify(value)
    if value in (S.Infinity, S.NegativeInfinity, nan, zoo):
        return str(value)
    if value.is_Rational and len(str(value)) < 20:
        return str(value)
    found = value.evalf(30)
    if not found.is_number:
        return "no number"
    real, imag = found.as_real_imag()
    with mpmath.workdps(40):
        if imag == 0:
            return close(mpmath.mpf(str(real)), 12)
        return close(mpmath.mpc(str(real), str(imag)), 12)


def value_of_symbol(name, number):
    """Where a symbol stands at one of the three points."""
    if name in AT:
        return Rational(AT[name][number])
    return Rational(1, 3) + Rational(zlib.crc32(f"{name} {number}".encode()) % 9973, 4999)


def expression(expr):
    """The free symbols of an expression and its values at three points of them; its form does not matter."""
    if expr is None:
        return None
    expr = sympify(expr)
    assert isinstance(expr, Basic)
    if not isinstance(expr, Expr) or expr.has(Integral, Sum):
        return "no closed form"
    symbols = sorted(expr.free_symbols, key=lambda s: s.name)
    found = []
    for number in range(3):
        try:
            found.append(exact(expr.subs({s: value_of_symbol(s.name, number) for s in symbols})))
        except (TypeError, ValueError, ZeroDivisionError) as error:
            found.append(type(error).__name__)
    if len(set(found)) == 1 and not symbols:
        found = found[:1]
    return [" ".join(s.name for s in symbols), *found]


def error_of(function, *arguments, **named):
    """The name of the exception that a call raises; the call must raise one."""
    try:
        function(*arguments, **named)
    except Exception as error:
        return type(error).__name__
    return "none"


def or_error(function, *arguments, **named):
    """What a call returns, or the name of its exception; faults of this folder itself are not caught."""
    try:
        return function(*arguments, **named)
    except (ArithmeticError, NotImplementedError, RuntimeError, ValueError) as error:
        return f"raises {type(error).__name__}"


def differences(old, new, where=""):
    """Where two recorded results differ, in lines."""
    if isinstance(old, dict) and isinstance(new, dict):
        if old.keys() != new.keys():
            return [f"{where}: {sorted(old)} was recorded, {sorted(new)} found"]
        return [line for key in old for line in differences(old[key], new[key], f"{where}/{key}")]
    if isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return [f"{where}: {len(old)} values were recorded, {len(new)} found: {new}"]
        pairs = enumerate(zip(old, new, strict=True))
        return [line for i, (x, y) in pairs for line in differences(x, y, f"{where}/{i}")]
    if type(old) is type(new) and (old == new or (isinstance(old, str) and _are_close(old, new))):
        return []
    return [f"{where}: {old!r} was recorded, {new!r} found"]


def _are_close(old, new):
    one, other = NUMBER.fullmatch(old), NUMBER.fullmatch(new)
    if one is None or other is None or one[1] != other[1]:
        return False
    digits = int(one[1])
    with mpmath.workdps(digits + 15):
        x, y = (mpmath.mpc(m[3], (m[4] or "0").strip()) for m in (one, other))
        allowed = mpmath.mpf(10) ** -digits * max(abs(x), mpmath.mpf((one[2] or "@0")[1:]))
        return bool(abs(x - y) <= allowed)
