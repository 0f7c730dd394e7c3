"""What no field of a system may be, refused in one line that names it."""

import pytest
from sympy import Eq, I, Integer, S, Symbol, exp, nan, oo

from asymptotics.symbols import a, d, ell, gamma, n_eff, noise_variance, size, source, threshold, weight_decay
from asymptotics.systems import System, mode_sum

F = size**2 / (size**2 + threshold)
SPARE = Symbol("D_s", positive=True)
MISSED = mode_sum(threshold**2 * size ** (2 + 1 / gamma) / (size**2 + threshold) ** 2)
FIRST = Eq(n_eff, mode_sum(F) + n_eff * weight_decay / threshold)
SECOND = Eq(SPARE, n_eff - mode_sum(F**2))
FIELDS = {
    "name": "ridge",
    "unknowns": (threshold, SPARE),
    "equations": (FIRST, SECOND),
    "quantities": {"risk": (n_eff * MISSED + noise_variance * mode_sum(F**2)) / SPARE},
    "scales": {n_eff: a, weight_decay: ell},
}
Z = Symbol("z", positive=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "name=''"),
        ({"unknowns": (threshold,)}, "equations=.*as many as unknowns, 1"),
        ({"unknowns": (threshold, Symbol("D_s"))}, "unknowns=.*positive=True"),
        ({"modes": n_eff + d}, "modes=.*a positive product of powers of d, n_eff, lambda, or oo"),
        ({"modes": nan}, "modes=nan"),
        ({"modes": Integer(10)}, "modes=10: must be oo, or a power that grows"),
        ({"modes": 1 / d}, "modes=1/d: must be oo, or a power that grows"),
        ({"modes": d ** (1 - gamma)}, r"modes=d\*\*\(1 - gamma\): must be oo, or a power that grows"),
        ({"modes": n_eff}, "modes=n_eff: .*whose exponents are in positive"),
        ({"amplitude": oo}, "amplitude=oo"),
        ({"amplitude": -d}, "amplitude=-d"),
        ({"amplitude": "d"}, "amplitude='d'"),
        ({"amplitude": Z}, "amplitude=z"),
        ({"positive": (Symbol("a"),)}, "positive="),
        ({"domain": {gamma: (S(2), S(1))}}, "domain=.*low < high"),
        ({"domain": {gamma: (1, 1)}}, "domain=.*low < high"),
        ({"domain": {gamma: ("1", 2)}}, "domain=.*pairs .* of numbers or oo"),
        ({"domain": {gamma: (S.Half, source)}}, "domain=.*pairs .* of numbers or oo"),
        ({"equations": (FIRST, FIRST)}, "equations=.*different from each other"),
        ({"equations": (Eq(n_eff, mode_sum(threshold)), SECOND)}, "each of infinitely many modes: .* hold s"),
        ({"domain": {gamma: 1}}, "domain=.*pairs .* of numbers or oo"),
        ({"domain": {Z: (S(1), S(2))}}, "domain=.*of gamma, r"),
        ({"describe_phase": "II"}, "describe_phase='II'"),
        ({"origins": {weight_decay: ""}}, "origins=.*words by the variables"),
        ({"origins": ((weight_decay, "weight decay"),)}, "origins="),
        ({"quantities": {"risk": "kappa"}}, r"quantities\['risk'\]='kappa'"),
        ({"scales": {n_eff: "a", weight_decay: ell}}, r"scales\[n_eff\]='a'"),
        ({"scales": {n_eff: oo, weight_decay: ell}}, r"scales\[n_eff\]=oo: must be a finite real"),
        ({"scales": {n_eff: I * a, weight_decay: ell}}, r"scales\[n_eff\]=I\*a: must be a finite real"),
        ({"quantities": {"error": MISSED}}, 'one of them "risk"'),
        ({"quantities": {"risk": MISSED - noise_variance}}, "is a difference"),
        ({"scales": {n_eff: a}}, "equations=.*lambda is neither"),
        ({"scales": {weight_decay: ell, n_eff: a * ell}}, "linear in the coordinates"),
        ({"equations": (FIRST, Eq(SPARE, n_eff + Z))}, "equations=.*z is neither"),
        ({"equations": (FIRST, Eq(SPARE, n_eff + size))}, "equations=.*write it inside mode_sum"),
        ({"quantities": {"risk": MISSED * size}}, r"quantities\['risk'\]=.*write it inside mode_sum"),
        (
            {"quantities": {"risk": n_eff ** Symbol("gamma") * MISSED}},
            "there is another gamma: take it from asymptotics.symbols",
        ),
        (
            {"quantities": {"risk": Symbol("D_s") * MISSED}},
            "there is another D_s",
        ),
        ({"equations": (FIRST, Eq(n_eff, mode_sum(F)))}, "unknowns=.*D_s is in none"),
        ({"equations": (FIRST, Eq(SPARE, mode_sum(oo)))}, "equations=.*finite real numbers"),
        ({"equations": (FIRST, Eq(SPARE, nan, evaluate=False))}, "equations=.*finite real numbers"),
        ({"quantities": {"risk": oo}}, r"quantities\['risk'\]=oo: must be of finite"),
        ({"quantities": {"risk": 0}}, r"quantities\['risk'\]=0: must be above 0"),
        ({"quantities": {"risk": FIRST.lhs - FIRST.rhs}}, r"quantities\['risk'\] is 0 by the equations"),
        ({"quantities": {"risk": MISSED, "": MISSED}}, "names that are not empty"),
        (
            {"equations": (Eq(n_eff * SPARE, SPARE * mode_sum(F)), Eq(n_eff, mode_sum(F)))},
            "equations 1 and 2 are one",
        ),
        (
            {"equations": (Eq(n_eff + threshold, -mode_sum(F)), SECOND)},
            "equations=False: must be open: .* equation 1, for its sides never agree: their signs differ",
        ),
        ({"equations": (FIRST, Eq(SPARE, SPARE))}, "equations=True: .* of equation 2, for its sides are one"),
        ({"equations": [FIRST, SECOND]}, "equations=.* a tuple of SymPy's Eq"),
        (
            {"equations": (Eq(n_eff, mode_sum(F / ((size + n_eff) * (size + SPARE)))), SECOND)},
            "has the scales",
        ),
        ({"equations": (Eq(n_eff, mode_sum(F * exp(-size / n_eff))), SECOND)}, "has the scales"),
        ({"equations": (Eq(n_eff, mode_sum((1 + size) * F)), SECOND)}, "of two neither is to be"),
        ({"equations": (Eq(n_eff, mode_sum(exp(size) * size)), SECOND)}, "no scale but the size 1"),
    ],
)
def test_what_is_no_system_is_refused_in_one_line(changes, words):
    assert System(**FIELDS)
    with pytest.raises(ValueError, match=words) as caught:
        System(**{**FIELDS, **changes})
    assert "\n" not in str(caught.value)


def test_a_number_of_modes_grows_with_what_is_above_0():
    assert System(**{**FIELDS, "modes": n_eff, "positive": (a,)})
    assert System(**{**FIELDS, "modes": d**2})


def test_ends_of_a_domain_may_be_plain_numbers():
    plain = System(**FIELDS | {"domain": {gamma: (0.75, 2)}})
    assert plain.domain == {gamma: (S(3) / 4, S(2))}
    assert plain.box == System(**FIELDS | {"domain": {gamma: (S(3) / 4, S(2))}}).box
