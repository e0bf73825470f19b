"""What the population made and the scenarios act on."""

import hashlib
from dataclasses import dataclass

BENCH, QUIET, VAST = "bench", "quiet", "vast"
COMMON_WORD = "release"
RARE_WORDS = "zanzibar quixotic marmalade"


@dataclass(frozen=True)
class World:
    """Ids of people and rooms, as text. `quiet` is a second tenant."""

    people: list[str]
    room_a: str
    room_b: str
    rooms_c: list[str]
    history: str
    quiet: list[str]
    quiet_room: str


@dataclass(frozen=True)
class Vast:
    """The tenant with the longest conversation; `middle` is a message halfway through it.

    The people are its members; `outsider` is in the same organisation, in small channels.
    """

    people: list[str]
    outsider: str
    room: str
    middle: str
    middle_seq: int
    middle_at: str


def token_of(person: str) -> str:
    """The bearer token of a person of the bench: made of their id, so that none need be kept.

    The product stores its digest like any other; it listens on the loopback interface only, for as
    long as a measurement takes.
    """
    return "chy_" + hashlib.sha256(b"bench" + person.encode()).hexdigest()
