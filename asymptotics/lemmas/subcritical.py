r"""Subcritical modes: what a network declares of its outliers says of modes inside the noise.

A mode of size s above the BBP threshold makes an outlier at x = X(s), the declared ``outlier_location``.  X
is the inverse of the noise's Stieltjes transform g, g(X(s)) = 1/s, and the squared cosine of the outlier's
direction with the mode's is X'(s) (Benaych-Georges and Nadakuditi, arXiv:0910.2120).  Inside the noise that
inverse is complex.  Let zeta(w) be the root of X(zeta) = w in the upper half-plane; then a mode has at w the
overlap density

    O_s(w) = -(1/pi) Im[g/(1 - s g)] = -(1/pi) Im[1/(zeta(w) - s)]

(Ledoit and Peche, Probab. Theory Relat. Fields 151 (2011) 233).  It integrates to 1 for a subcritical mode,
and to the share 1 - X'(s) that an outlier leaves in the noise.  For the semicircle, in units of delta,
X = s + 1/s, |zeta| = 1, and O_s(w) is the density of the semicircle over 1 + s^2 - s w.

So an integral over w is one over zeta, from the root zeta_0 of X = 0 to the BBP threshold e, and if X is
rational it is elementary:

    int_0^edge h(w) O_s(w) dw = -(1/pi) Im int_{zeta_0}^e h(X) X' d(zeta)/(zeta - s).

Worked by hand, for a threshold at 0: the share of a mode s < 1 at w < 0, which is cut.  With X' = 1 -
1/zeta^2, partial fractions give 1/(s zeta^2) + 1/(s^2 zeta) + (1 - 1/s^2)/(zeta - s).  Their primitive is
real at zeta = 1, and has the imaginary part 1/s + pi/(2 s^2) + (1 - 1/s^2)(pi/2 + atan s) at zeta_0 = i,
which is pi times the share at w > 0.  The rest of 1 is cut,

    1/2 - 1/(pi s) + (1/s^2 - 1) atan(s)/pi,       about 1/2 - 4 s/(3 pi) for a small mode.

*At the edge.*  With the threshold a gap t below a hard edge the modes just below e matter most: they fill the
gap.  Where X - edge ~ (zeta - e)^m the argument of zeta - e is pi/m inside the noise, next to the
edge, so that

    int_0^e O_s(w) ds = (1/pi) arg(zeta(w) - e) = 1/m

whatever w: half a mode per unit of size at a square-root edge.

In this order: `overlap_above_zero`, `parts_in_noise`, `branch_point_order`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sympy import Add, Dummy, Expr, S, atan, cancel, expand, im, log, oo, pi, re, simplify, solve

from asymptotics.lemmas.power_sums import ModeFunction, Piece
from asymptotics.lemmas.risk_parts import Part
from asymptotics.symbols import size

_zeta = Dummy("zeta")
"""A point of the plane of the modes."""


def overlap_above_zero(weight: Callable[[Expr], Expr], outlier_location: Expr, outlier: bool) -> Expr:
    """The integral of h(w) O_s(w) over the noise at w > 0, in units of delta, as a function of ``size``.

    Args:
        weight: h, a polynomial; it may hold ``size``.
        outlier_location: X(s), a rational function, at delta = 1 and without a threshold.
        outlier: whether the mode is one: the integral is then over the share that it leaves in the noise.

    >>> overlap_above_zero(lambda w: S.One, size + 1 / size, outlier=False)
    atan(s)/pi + 1/2 + 1/(pi*s) - atan(s)/(pi*s**2)
    """
    subordination_map = outlier_location.subs(size, _zeta)
    (start,) = (root for root in solve(subordination_map, _zeta) if im(root) > 0)
    # the pole at zeta = s is taken out; the rest is a sum of powers of zeta
    pole = weight(outlier_location) * outlier_location.diff(size)
    smooth = expand(
        cancel((weight(subordination_map) * subordination_map.diff(_zeta) - pole) / (_zeta - size))
    )
    powers = (part.as_coeff_exponent(_zeta) for part in Add.make_args(smooth))
    primitive = Add(*(c * (log(_zeta) if k == -1 else _zeta ** (k + 1) / (k + 1)) for c, k in powers))
    # arg(zeta - s) at the start, less that at the end, which is real
    turn = pi / 2 + atan((size - re(start)) / im(start)) - (pi if outlier else 0)
    return expand((im(expand(primitive.subs(_zeta, start))) + pole * turn) / pi)


def parts_in_noise(outlier_location: Expr, bbp_threshold: Expr) -> Mapping[str, Part]:
    """What one mode adds to each part of E/delta^2 where kappa << delta, and few modes are outliers.

    Weights below 0 are cut.  So

    * a subcritical mode adds s^2 times its overlap with w < 0, unlearned, and (w - s)^2 times that with
      w > 0, overfitting;
    * an outlier adds the same inside the noise, (X - s)^2 times its overlap at X, and X^2 times that of other
      directions there: all this is learned.

    Each of the many modes of size about 0 adds the second moment of the noise; the other modes correct the
    law of the noise as a whole, within the same part.

    Args:
        outlier_location: X(s), at delta = 1 and without a threshold.
        bbp_threshold: the size above which modes are outliers.

    >>> parts_in_noise(size + 1 / size, S.One)["unlearned"].function.pieces[0].value
    -s**2*atan(s)/pi + s**2/2 - s/pi + atan(s)/pi
    """
    overlap = outlier_location.diff(size)

    def within(outlier: bool) -> tuple[Expr, Expr]:
        share = 1 - overlap if outlier else S.One
        cut = size**2 * (share - overlap_above_zero(lambda w: S.One, outlier_location, outlier))
        return expand(cut), overlap_above_zero(lambda w: (w - size) ** 2, outlier_location, outlier)

    def part(below: Expr, above: Expr) -> Part:
        return Part(
            ModeFunction((Piece(S.Zero, bbp_threshold, below), Piece(bbp_threshold, oo, above))), order=0
        )

    cut, fitted = within(outlier=False)
    outside = overlap * (outlier_location - size) ** 2 + (1 - overlap) * outlier_location**2
    return {
        "unlearned": part(cut, S.Zero),
        "learned": part(S.Zero, expand(outside + Add(*within(outlier=True)))),
        "overfitting": part(fitted, S.Zero),
    }


def branch_point_order(outlier_location: Expr, bbp_threshold: Expr) -> int:
    """The order m of X - edge ~ (zeta - e)^m at the BBP threshold e, in units of delta.

    >>> branch_point_order(size + 1 / size, S.One)
    2
    """
    step = Dummy("h", positive=True)
    rise = simplify(
        outlier_location.subs(size, bbp_threshold + step) - outlier_location.subs(size, bbp_threshold)
    )
    return int(rise.as_leading_term(step).as_coeff_exponent(step)[1])
