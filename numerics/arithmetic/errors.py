"""What can go wrong, and the sentence a user gets.

An input outside the theory is refused before any work (`InvalidProblem`).  A computation which misses the
accuracy asked for raises (`NotConverged`): no function of this package returns a number it does not trust.
A long computation stopped from outside says what is safe on disk (`Interrupted`).

Tracebacks print each under `numerics`, from where users import it.
"""


class InvalidProblem(ValueError):
    """A parameter outside the theory: one line with its name, its value and what is allowed."""

    __module__ = "numerics"


class NotConverged(ArithmeticError):
    """The accuracy asked for was not reached; the message says how close it came and what to try."""

    __module__ = "numerics"


class OutOfRange(InvalidProblem, NotConverged):
    """A parameter so large or small that float64, in which solutions are searched, does not hold it.

    It is known only where a solution needs it: many problems with extreme numbers are solved in closed form.
    """


class Interrupted(KeyboardInterrupt):
    """A long computation was interrupted; the message says how much was finished and where it is kept.

    A `KeyboardInterrupt`, so that code which catches `Exception` doesn't swallow the user's Ctrl-C.
    """

    __module__ = "numerics"
