"""How large the bench is: as measured, or small for a smoke."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """People, rooms and repetitions. The budgets hold for FULL."""

    people: int = 1000
    room_a: int = 100
    room_b: int = 500
    rooms_c: int = 50
    history: int = 100_000
    many_conversations: int = 5000
    vast: int = 1_000_000
    vast_reads: int = 100
    sends_a: int = 80
    turns_a: int = 5
    storm: int = 400
    storm_senders: int = 8
    sends_c: int = 1000
    rate_c: int = 100
    rates_c: tuple[int, ...] = (120, 160, 200, 250, 314, 400, 500, 630, 800)
    step_s: float = 5.0
    reads: int = 400
    searches: int = 120
    noise_s: float = 8.0
    noise_rounds: int = 3
    idle_s: float = 8.0
    settle_s: float = 1.0


FULL = Size()
QUICK = Size(
    people=60,
    room_a=20,
    room_b=40,
    rooms_c=6,
    history=2000,
    many_conversations=100,
    vast=20_000,
    vast_reads=10,
    sends_a=20,
    turns_a=1,
    storm=40,
    storm_senders=4,
    sends_c=60,
    rate_c=60,
    rates_c=(80, 120),
    step_s=1.0,
    reads=30,
    searches=20,
    noise_s=1.5,
    noise_rounds=1,
    idle_s=1.0,
    settle_s=0.5,
)
