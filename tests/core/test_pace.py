"""How long work rests for the sake of others."""

import pytest

from core.pace import Pace, Waited, waited_by_this_thread


class Kernel:
    """What it has counted for a thread that ran a hundred times between two looks."""

    def __init__(self) -> None:
        self.waits_us = 0
        self._waited = (0, 0)

    def __call__(self) -> Waited | None:
        waited_ns, times = self._waited
        self._waited = (waited_ns + 100 * self.waits_us * 1000, times + 100)
        return self._waited


def rests(pace: Pace, *, looks: int, began: float = 10.0) -> float:
    """What it rests for a hundredth of a second, after so many looks."""
    for number in range(looks):
        pace.rest_s(0.01, began + 0.1 * number)
    return pace.rest_s(0.01, began + 0.1 * looks)


def test_it_begins_with_eight_times_what_the_work_took():
    assert rests(Pace(Kernel()), looks=0) == pytest.approx(0.08)


def test_it_hardly_rests_where_there_are_processors_to_spare():
    kernel = Kernel()
    kernel.waits_us = 20

    assert rests(Pace(kernel), looks=200) == pytest.approx(0.0005)


def test_it_rests_longer_while_others_wait_but_never_stops():
    kernel = Kernel()
    kernel.waits_us = 900

    pace = Pace(kernel)

    assert rests(pace, looks=100) == pytest.approx(0.16)
    assert pace.rest_s(1000.0, 20.1) == 0.25


def test_what_was_counted_long_ago_says_nothing():
    kernel = Kernel()
    pace = Pace(kernel)
    rests(pace, looks=200)
    kernel.waits_us = 900

    assert rests(pace, looks=0, began=500.0) == pytest.approx(0.0005)


def test_without_the_kernels_word_it_stays_in_the_middle():
    assert rests(Pace(lambda: None), looks=100) == pytest.approx(0.08)


def test_the_kernel_counts_on():
    before = waited_by_this_thread()
    if before is None:
        pytest.skip("this kernel counts no waiting")

    sum(range(1_000_000))

    after = waited_by_this_thread()
    assert after is not None
    assert after >= before
