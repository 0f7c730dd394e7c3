from __future__ import annotations

import pytest

import numerics


@pytest.mark.parametrize(
    ("name", "base"),
    [("InvalidProblem", ValueError), ("NotConverged", ArithmeticError), ("Interrupted", KeyboardInterrupt)],
)
def test_errors_are_named_after_where_users_import_them(name: str, base: type[BaseException]) -> None:
    error = getattr(numerics, name)
    assert issubclass(error, base)
    assert error.__module__ == "numerics"


def test_an_interrupt_is_no_exception_to_be_swallowed() -> None:
    assert not issubclass(numerics.Interrupted, Exception)
