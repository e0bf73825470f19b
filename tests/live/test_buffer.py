"""What waits for a slow reader is bounded, in order, and honest about its losses."""

from messaging.live.buffer import OWN, Backlog


def drained(backlog: Backlog) -> list[str]:
    return list(iter(backlog.pop, None))


def test_frames_come_out_in_the_order_they_went_in():
    backlog = Backlog()
    for text in ("1", "2", "3"):
        backlog.push("a", text)

    assert drained(backlog) == ["1", "2", "3"]
    assert backlog.size_bytes == 0
    assert backlog.losses() == []


def test_too_many_frames_lose_the_heaviest_conversation_and_no_other():
    backlog = Backlog(most_frames=4)
    backlog.push("quiet", "q1")
    for number in range(4):
        backlog.push("busy", f"b{number}")
    backlog.push("quiet", "q2")

    assert drained(backlog) == ["q1", "q2"]
    assert backlog.losses() == ["busy"]


def test_a_lost_conversation_takes_nothing_until_it_was_reported():
    backlog = Backlog(most_frames=2)
    for number in range(5):
        backlog.push("busy", str(number))

    assert drained(backlog) == []
    assert backlog.losses() == ["busy"]
    assert backlog.losses() == []
    backlog.push("busy", "after")
    assert drained(backlog) == ["after"]


def test_bytes_are_bounded_too():
    backlog = Backlog(most_frames=100, most_bytes=10)
    backlog.push("a", "x" * 6)
    backlog.push("b", "y" * 3)
    backlog.push("a", "x" * 6)

    assert backlog.size_bytes <= 10
    assert backlog.losses() == ["a"]


def test_a_frame_larger_than_the_bound_loses_all_that_stand_in_its_way():
    backlog = Backlog(most_frames=100, most_bytes=10)
    backlog.push("b", "y" * 3)
    backlog.push("a", "x" * 11)

    assert len(backlog) <= 1
    assert "a" in backlog.losses()


def test_typing_is_dropped_without_a_word():
    backlog = Backlog(most_frames=1)
    backlog.push("a", "1")
    backlog.push(OWN, "typing", is_fleeting=True)

    assert drained(backlog) == ["1"]
    assert backlog.losses() == []


def test_what_may_not_be_seen_any_more_is_forgotten():
    backlog = Backlog(most_frames=3)
    backlog.push("a", "1")
    backlog.push("b", "2")
    backlog.forget("a")

    assert drained(backlog) == ["2"]
    assert backlog.losses() == []
