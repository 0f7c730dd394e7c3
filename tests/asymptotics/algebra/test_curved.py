"""Domains with curved sides: their signs, where they are cut, and what two of them share."""

import pickle

import pytest
from sympy import Rational, S, oo

from asymptotics.algebra.curved import CurvedDomain, curved, points_by_sign, sample_of
from asymptotics.algebra.polyhedra import (
    ALL_PARAMETERS,
    SignChange,
    coefficient,
    common_parts,
    meeting_point,
    overlap,
    sample_parameters,
    sign,
    split_at_sign_changes,
    where_they_meet,
)
from asymptotics.symbols import alpha, beta, gamma

FINITE = curved(ALL_PARAMETERS, [2 * alpha + 2 * beta - 1])


def inside(domain, **values):
    """Whether a point lies in a domain."""
    at = {alpha: S(values["alpha"]), beta: S(values["beta"])}
    box = all(low < at[p] < high for p, (low, high) in zip((alpha, beta), domain[2:], strict=True))
    return box and all(side.subs(at) > 0 for side in domain.positive)


def test_inequalities_have_one_form():
    doubled = curved(ALL_PARAMETERS, [4 * alpha + 4 * beta - 2, 3 * alpha + 3 * beta])
    assert doubled == FINITE
    assert hash(doubled) == hash(FINITE)
    assert doubled.positive == (2 * alpha + 2 * beta - 1,)
    assert FINITE != ALL_PARAMETERS
    assert not (tuple(FINITE) == FINITE)  # noqa: SIM201  (a box is another domain)
    assert pickle.loads(pickle.dumps(FINITE)) == FINITE


def test_a_domain_without_points_is_none():
    assert curved(ALL_PARAMETERS, [alpha - beta, beta - alpha - 1]) is None
    corner = (*ALL_PARAMETERS[:2], (S.Zero, Rational(1, 4)), (S.Zero, Rational(1, 4)))
    assert curved(corner, [2 * alpha + 2 * beta - 1]) is None


def test_signs_are_those_of_the_curved_domain_not_of_its_box():
    assert sign(coefficient(alpha + beta), FINITE) == 1  # in the box beta may be anything
    assert sign(coefficient(1 / (1 - 2 * alpha - 2 * beta)), FINITE) == -1
    with pytest.raises(SignChange) as change:
        sign(coefficient(alpha - beta), FINITE)
    assert change.value.parameter is None
    below, above = change.value.split(FINITE)
    assert (sign(coefficient(alpha - beta), below), sign(coefficient(alpha - beta), above)) == (-1, 1)
    assert inside(below, alpha=1, beta=2)
    assert inside(above, alpha=2, beta=1)
    assert str(pickle.loads(pickle.dumps(change.value))) == "a coefficient changes sign at alpha - beta = 0"


def test_a_sign_in_one_parameter_is_cut_where_both_sides_have_points():
    """(alpha - 1) (alpha - 3) changes sign at 1 alone where alpha < 2; below 1 beta > 1 is needed."""
    box = (*ALL_PARAMETERS[:2], (S.Zero, S(2)), ALL_PARAMETERS[3])
    domain = curved(box, [beta - 1, 3 - alpha - beta])
    with pytest.raises(SignChange) as change:
        sign(coefficient((alpha - 1) * (alpha - 3)), domain)
    assert (change.value.parameter, change.value.root) == (alpha, 1)
    low, high = change.value.split(domain)
    assert (low[2], high[2]) == ((0, 1), (1, 2))
    assert sign(coefficient(alpha - 2), domain) == -1


def test_signs_that_take_three_parameters_are_not_known():
    with pytest.raises(NotImplementedError, match="more than two parameters, gamma, alpha, beta"):
        points_by_sign(gamma - alpha * beta, curved(ALL_PARAMETERS, [alpha - beta]))


def test_answers_that_agree_on_both_sides_of_a_curve_are_one():
    parts = split_at_sign_changes(lambda domain: sign(coefficient(alpha - beta), domain) ** 2, FINITE)
    assert parts == [(FINITE, 1)]
    cut = split_at_sign_changes(lambda domain: sign(coefficient(alpha**2 - beta), domain), FINITE)
    assert [answer for _, answer in cut] == [-1, 1]
    assert inside(cut[0][0], alpha=1, beta=2)
    assert inside(cut[1][0], alpha=2, beta=3)


def test_what_two_domains_share():
    above, below = (curved(FINITE, (*FINITE.positive, side)) for side in (alpha - beta, beta - alpha))
    assert overlap(above, below) is None
    steep = curved(ALL_PARAMETERS, [alpha - 2 * beta])
    assert overlap(above, steep) == curved(ALL_PARAMETERS, [alpha - 2 * beta, 2 * alpha + 2 * beta - 1])
    parts = common_parts([FINITE, above])
    assert len(parts) == 4
    assert all(isinstance(part, CurvedDomain) for part in parts)


def test_domains_meet_along_a_line():
    above, below = (curved(FINITE, (*FINITE.positive, side)) for side in (alpha - beta, beta - alpha))
    point = meeting_point(above, below)
    assert point == (beta, alpha)
    line = where_they_meet(above, below, point, FINITE)
    assert set(points_by_sign(4 * alpha - 1, line)) == {1}  # 2 alpha + 2 beta > 1 on the line
    box = (*FINITE[:3], (S.Zero, S.Half))
    apart = curved(box, [beta - alpha, alpha - 1])
    assert apart is None
    curve = [
        curved(FINITE, (*FINITE.positive, side)) for side in (alpha**2 - beta**2 - 3, 3 - alpha**2 + beta**2)
    ]
    assert meeting_point(*curve) is None  # no parameter is linear in it


def test_a_sample_lies_inside():
    at = sample_parameters(FINITE)
    assert 2 * (at[alpha] + at[beta]) > 1
    assert set(sample_of(FINITE)) == {alpha, beta}
    assert sample_parameters(((S.One, oo), (S.Zero, oo), (S.Zero, oo), (-oo, S(-3))))[beta] < -3
