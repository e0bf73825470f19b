"""Places shared fairly: nobody has all, everybody gets their turn, none is lost."""

import asyncio

import pytest

from core.turns import Turns

pytestmark = pytest.mark.asyncio


class Work:
    """Takes a turn, notes it, and holds it until told to end."""

    def __init__(self, turns: Turns, party: str, begun: list[str]) -> None:
        self._end = asyncio.Event()
        self._turns, self._party, self._begun = turns, party, begun
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        await self._turns.take(self._party)
        try:
            self._begun.append(self._party)
            await self._end.wait()
        finally:
            self._turns.leave(self._party)

    async def end(self) -> None:
        self._end.set()
        await self.task
        await settle()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_party_has_at_most_half_of_the_places_and_another_finds_one_free():
    turns, begun = Turns(4), []
    loud = [Work(turns, "loud", begun) for _ in range(10)]
    await settle()

    quiet = Work(turns, "quiet", begun)
    await settle()

    assert begun == ["loud", "loud", "quiet"]
    assert turns.waiting("loud") == 8
    for work in [quiet, *loud]:
        await work.end()
    assert begun.count("loud") == 10


async def test_with_others_about_a_party_has_a_smaller_share_but_never_less_than_two():
    turns, begun = Turns(9), []
    works = [Work(turns, party, begun) for party in "abc" * 4]
    await settle()
    assert begun.count("a") == begun.count("b") == begun.count("c") == 2

    works += [Work(turns, party, begun) for party in "dddee"]
    await settle()

    assert [begun.count(party) for party in "abcde"] == [2, 2, 2, 2, 1]
    for work in works:
        await work.end()


async def test_parties_that_wait_take_turns():
    turns, begun = Turns(2), []
    works = [Work(turns, party, begun) for party in "aabbaabb"]
    await settle()
    assert begun == ["a", "b"]

    for work in [works[0], works[2], *works]:
        await work.end()

    assert sorted(begun[:4]) == ["a", "a", "b", "b"]
    assert sorted(begun) == ["a"] * 4 + ["b"] * 4


async def test_who_leaves_the_queue_costs_nobody_a_place():
    turns, begun = Turns(1), []
    first, gone, last = (Work(turns, "a", begun) for _ in range(3))
    await settle()

    gone.task.cancel()
    await settle()
    await first.end()
    await last.end()

    assert begun == ["a", "a"]
    assert turns.waiting("a") == 0


async def test_a_place_given_in_the_moment_of_leaving_is_given_on():
    turns, begun = Turns(1), []
    first, leaving, last = (Work(turns, "a", begun) for _ in range(3))
    await settle()

    first._end.set()
    leaving.task.cancel()
    await settle()
    await last.end()

    assert begun == ["a", "a"]
