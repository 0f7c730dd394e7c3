"""Arithmetic: float64 and any number of digits behind one interface, and what may be passed to it.

Every formula of `numerics` is written once, for NumPy arrays of float64 or of multiple-precision numbers.  It
rests on correct rounding: +, -, x, / and square roots return their exact result times 1 + eps, |eps| <=
2^-bits.  Logarithms, powers and other functions are right to a few units of the last digit.  A formula made
of sums of positive terms, products and quotients then loses a few units of the last digit, in either
arithmetic.  Digits are lost by subtraction of like from like alone: the other chapters avoid it.

    errors       what can go wrong, and the sentence a user gets
    precision    the two arithmetics, and exact numbers in and out of them
    checks       arguments: one number, one flag, one count
    arrays       arguments: arrays of points
"""
