from __future__ import annotations

from fractions import Fraction

import flint

from numerics.arithmetic.precision import flint_bits
from numerics.certified import balls
from numerics.equations.state_equations import Parameters


def test_no_root_is_proved_where_there_is_none() -> None:
    """x^2 + y^2 = 0 has a double root that no box can isolate; x^2 + 1 = 0 none."""
    one, zero = flint.arb(1), flint.arb(0)

    def toy(shift: int) -> balls.Equations:
        def functions(box: balls.Box) -> balls.Functions:
            x, y = box
            return balls.Functions(
                x * x + shift, y + 2, zero, zero, ((2 * x, zero), (zero, one), (zero, zero), (zero, zero))
            )

        return balls.Equations(functions, Parameters(Fraction(1), Fraction(1), Fraction(0)))

    with flint_bits(100):
        assert balls.proved_root(toy(-4), (Fraction(21, 10), Fraction(-9, 10)), 100) is not None
        assert balls.proved_root(toy(0), (Fraction(1, 10), Fraction(-9, 10)), 100) is None
        assert balls.proved_root(toy(1), (Fraction(1, 10), Fraction(-9, 10)), 100) is None


def test_derivatives_that_may_be_anything_prove_nothing() -> None:
    def blurred(radius: float) -> balls.Equations:
        def functions(box: balls.Box) -> balls.Functions:
            one, zero, x = flint.arb(1), flint.arb(0), flint.arb(1, radius)
            return balls.Functions(
                box[0], box[1], one, zero, ((x, zero), (zero, one), (zero, zero), (zero, zero))
            )

        return balls.Equations(functions, Parameters(Fraction(1), Fraction(1), Fraction(0)))

    with flint_bits(100):
        assert balls.proved_root(blurred(0.1), (Fraction(1), Fraction(1)), 100) is not None
        assert balls.proved_root(blurred(1.5), (Fraction(1), Fraction(1)), 100) is None
