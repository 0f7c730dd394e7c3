"""The profile lets a slow first example pass, which Hypothesis' own settings do not."""

import time

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import DeadlineExceeded, Flaky

from asymptotics import phase_diagram
from asymptotics.models import hermite
from verify import agreement, strategies


def slow_at_first() -> object:
    calls = []

    def test(x: int) -> None:
        if not calls:
            time.sleep(0.3)
        calls.append(x)

    return given(x=st.integers())(test)


def test_a_test_that_derives_first_passes_with_it() -> None:
    settings(strategies.profile, database=None, phases=[Phase.generate])(slow_at_first())()


def test_it_fails_by_its_deadline_without() -> None:
    usual = settings(deadline=200, database=None, phases=[Phase.generate], max_examples=5)
    with pytest.raises((DeadlineExceeded, Flaky)):
        usual(slow_at_first())()


def test_points_are_drawn_within_a_test_that_draws() -> None:
    @settings(strategies.profile, database=None, phases=[Phase.generate], max_examples=1)
    @given(k=st.just(2))
    def check(k: int) -> None:
        assert agreement(phase_diagram(hermite(k))).passed

    check()


def test_it_is_a_profile_of_hypothesis() -> None:
    before = settings.get_current_profile_name()
    settings.register_profile("laws", strategies.profile)
    try:
        settings.load_profile("laws")
        assert settings().deadline is None
    finally:
        settings.load_profile(before)


def test_a_failure_is_shrunk_and_not_explained() -> None:
    """To seek the lines that only failing examples run took 40 times as long as the rest."""
    assert Phase.shrink in strategies.profile.phases
    assert Phase.explain not in strategies.profile.phases
