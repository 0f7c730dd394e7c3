"""The letters of the theory."""

from asymptotics import symbols


def test_every_letter_has_a_name_of_its_own_and_is_exported():
    letters = [getattr(symbols, name) for name in symbols.__all__]
    assert len({str(letter) for letter in letters}) == len(letters)


def test_physical_variables_are_positive_and_exponents_real():
    for name in ("d", "n_eff", "weight_decay", "noise_variance", "gamma", "effective_noise", "threshold"):
        assert getattr(symbols, name).is_positive
    for name in ("a", "ell", "b"):
        assert getattr(symbols, name).is_real
        assert getattr(symbols, name).is_positive is None
