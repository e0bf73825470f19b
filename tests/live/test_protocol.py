"""Every edge of the socket's protocol, without a socket."""

import uuid

import orjson
import pytest

from core.ids import MAX_SEQ
from messaging.live.protocol import (
    Beat,
    Close,
    CloseCode,
    Delivered,
    Limits,
    Presence,
    PresenceState,
    Reply,
    Resume,
    SocketProtocol,
    TokenBucket,
    Typing,
    Watch,
)

# Fixed: names of parametrised tests must be the same in every process.
HERE, ELSEWHERE = "6f1c4a52-9a53-4d0e-8b0d-0c1f6f2e7a01", "d2a7c9be-41f6-4f0c-9d7e-5b3a8e6c1f02"


def make_protocol(**limits) -> SocketProtocol:
    return SocketProtocol(now=0.0, may_post=lambda id_: id_ == HERE, limits=Limits(**limits))


def judge(frame: object, *, at: float = 1.0, protocol: SocketProtocol | None = None) -> list:
    return (protocol or make_protocol()).receive_text(orjson.dumps(frame).decode(), at)


def error(code: str, field: str | None = None) -> list:
    frame = {"type": "error", "code": code}
    return [Reply(frame if field is None else {**frame, "field": field})]


def test_a_pong_needs_no_answer():
    assert judge({"type": "pong"}) == []


def test_resume_names_conversations_and_their_last_number():
    assert judge({"type": "resume", "after": {HERE: 3}}) == [Resume({HERE: 3}, None)]


def test_resume_may_name_the_own_stream():
    decided = judge({"type": "resume", "after": {}, "user_after": 7})

    assert decided == [Resume({}, 7)]


def test_conversation_ids_are_read_in_any_case():
    assert judge({"type": "resume", "after": {HERE.upper(): 0}}) == [Resume({HERE: 0}, None)]


def test_typing_in_a_conversation_one_may_post_in():
    assert judge({"type": "typing", "conversation_id": HERE}) == [Typing(HERE)]


def test_typing_elsewhere_is_refused_the_same_whether_it_exists_or_not():
    assert judge({"type": "typing", "conversation_id": ELSEWHERE}) == error("not_allowed")


def test_typing_is_throttled_per_conversation():
    protocol = make_protocol(typing_interval_s=2.0)
    frame = {"type": "typing", "conversation_id": HERE}

    assert judge(frame, at=1.0, protocol=protocol) == [Typing(HERE)]
    assert judge(frame, at=2.9, protocol=protocol) == []
    assert judge(frame, at=3.1, protocol=protocol) == [Typing(HERE)]


def test_the_memory_of_throttling_stays_small():
    protocol = SocketProtocol(now=0.0, may_post=lambda _: True, limits=Limits(burst=10_000))
    for number in range(500):
        frame = {"type": "typing", "conversation_id": str(uuid.uuid4())}
        judge(frame, at=float(number), protocol=protocol)

    assert len(protocol._typed_at) <= 33


@pytest.mark.parametrize("state", ["active", "away"])
def test_presence_is_active_or_away(state):
    assert judge({"type": "presence", "state": state}) == [Presence(PresenceState(state))]


@pytest.mark.parametrize("state", ["offline", "", None, 1, ["active"], {"a": 1}])
def test_other_presence_is_refused(state):
    assert judge({"type": "presence", "state": state}) == error("bad_frame", "state")


def test_presence_is_throttled():
    protocol = make_protocol(presence_interval_s=1.0)
    judge({"type": "presence", "state": "away"}, at=1.0, protocol=protocol)

    decided = judge({"type": "presence", "state": "active"}, at=1.5, protocol=protocol)

    assert decided == error("too_many", "state")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "nonsense",
        "NaN",
        '{"type": "pong"',
        '{"type": "\ud800"}',
        '{"type": "\\ud800"}',
        '{"type": "po\x00ng"}',
        "[" * 5000,
        '{"type": "pong"}{"type": "pong"}',
    ],
)
def test_what_is_no_json_is_answered_with_a_code(text):
    assert make_protocol().receive_text(text, 1.0) == error("bad_json")


@pytest.mark.parametrize("value", [[], [{"type": "pong"}], "pong", 1, None, True])
def test_a_frame_is_an_object(value):
    assert judge(value) == error("bad_frame")


@pytest.mark.parametrize("kind", [None, 1, True, [], {}, ["pong"]])
def test_a_type_is_a_string(kind):
    assert judge({"type": kind}) == error("bad_frame", "type")


@pytest.mark.parametrize("kind", ["", "hello", "event", "PONG", "po\x00ng", "\u202epong", "_read"])
def test_unknown_types_are_answered(kind):
    assert judge({"type": kind}) == error("unknown_type")


@pytest.mark.parametrize(
    "id_",
    [
        None,
        1,
        "",
        "x" * 36,
        HERE.replace("-", ""),
        "{" + HERE + "}",
        "urn:uuid:" + HERE,
        HERE + "\x00",
        HERE[:-1] + "\x00",
        HERE[:-1] + "\u0661",
        HERE[:-1] + " ",
        [HERE],
    ],
)
def test_conversation_ids_are_plain_uuids(id_):
    decided = judge({"type": "typing", "conversation_id": id_})

    assert decided == error("bad_frame", "conversation_id")


@pytest.mark.parametrize("seq", [-1, 1.0, "1", None, True, MAX_SEQ + 1, 10**30, [], {}])
def test_numbers_are_whole_and_in_range(seq):
    decided = judge({"type": "resume", "after": {HERE: float(seq) if seq == 10**30 else seq}})

    assert decided == error("bad_frame", "after")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"type": "pong", "type": "presence", "state": "away"}', "type"),
        (r'{"type": "presence", "state": "away", "st\u0061te": "active"}', "state"),
        (f'{{"type": "resume", "after": {{"{HERE}": 9, "{HERE}": 1}}}}', "after"),
    ],
)
def test_a_name_given_twice_is_refused_and_named(text, field):
    assert make_protocol().receive_text(text, 1.0) == error("bad_frame", field)


@pytest.mark.parametrize("after", [None, [], "x", 3, [[HERE, 1]]])
def test_resume_needs_an_object(after):
    assert judge({"type": "resume", "after": after}) == error("bad_frame", "after")


def test_the_largest_number_is_accepted():
    assert judge({"type": "resume", "after": {HERE: MAX_SEQ}}) == [Resume({HERE: MAX_SEQ}, None)]


def test_a_resume_of_too_many_conversations_is_refused():
    protocol = make_protocol(resumes_per_frame=2)
    after = {str(uuid.uuid4()): 0 for _ in range(3)}

    decided = judge({"type": "resume", "after": after}, protocol=protocol)

    assert decided == error("bad_frame", "after")


def test_binary_frames_are_answered():
    assert make_protocol().receive_bytes(1.0) == error("binary")


def test_size_counts_in_bytes_not_characters():
    protocol = make_protocol(frame_size_bytes=100)

    assert protocol.receive_text('{"type": "%s"}' % ("ä" * 60), 1.0) == error("too_large")
    assert protocol.receive_text("x" * 101, 1.0) == error("too_large")


def test_fields_nobody_asked_for_are_let_pass():
    assert judge({"type": "pong", "from": "the future"}) == []


def test_too_many_frames_are_answered_and_then_the_connection_ends():
    protocol = make_protocol(burst=3, frames_per_s=1.0, refusals_before_close=2)

    answers = [judge({"type": "pong"}, at=0.0, protocol=protocol) for _ in range(6)]

    assert answers[:3] == [[], [], []]
    assert answers[3:5] == [error("too_many"), error("too_many")]
    assert answers[5] == [Close(CloseCode.LIMIT)]


def test_bad_frames_count_towards_the_limit_too():
    protocol = make_protocol(burst=1, frames_per_s=1.0, refusals_before_close=0)
    protocol.receive_text("{", 0.0)

    assert protocol.receive_bytes(0.0) == [Close(CloseCode.LIMIT)]


def test_a_bucket_fills_again_with_time_and_not_beyond_its_burst():
    bucket = TokenBucket.full(per_s=2.0, burst=2.0, now=0.0)
    taken = [bucket.take(0.0) for _ in range(3)]
    later = [bucket.take(100.0) for _ in range(3)]

    assert taken == [True, True, False]
    assert later == [True, True, False]


def test_a_clock_that_goes_back_takes_nothing_away():
    bucket = TokenBucket.full(per_s=1.0, burst=2.0, now=10.0)

    assert bucket.take(5.0)
    assert bucket.level == 1.0


def test_a_quiet_client_is_pinged_and_then_given_up():
    protocol = make_protocol(heartbeat_s=25.0)

    assert protocol.tick(25.0) == [Beat()]
    assert protocol.tick(50.0) == [Close(CloseCode.NO_HEARTBEAT)]


def test_a_client_that_answers_is_kept():
    protocol = make_protocol(heartbeat_s=25.0)
    protocol.tick(25.0)
    judge({"type": "pong"}, at=25.1, protocol=protocol)

    assert protocol.tick(50.0) == [Beat()]
    assert protocol.tick(75.0) == [Close(CloseCode.NO_HEARTBEAT)]


def test_nonsense_is_no_sign_of_life():
    protocol = make_protocol(heartbeat_s=25.0)
    protocol.receive_text("{", 49.0)

    assert protocol.tick(50.0) == [Close(CloseCode.NO_HEARTBEAT)]


A_USER = "0190a0a0-0000-7000-8000-00000000000a"


def test_whom_a_client_shows_is_read_once_each():
    assert judge({"type": "watch", "user_ids": [A_USER, A_USER]}) == [Watch((A_USER,))]
    assert judge({"type": "watch", "user_ids": []}) == [Watch(())]


@pytest.mark.parametrize("value", [None, "x", ["x"], [1], [A_USER] * 201, {"a": 1}])
def test_other_lists_of_people_are_refused(value):
    assert judge({"type": "watch", "user_ids": value}) == error("bad_frame", "user_ids")


def test_what_has_arrived_is_read_per_conversation():
    assert judge({"type": "delivered", "heads": {A_USER: 7}}) == [Delivered({A_USER: 7})]


@pytest.mark.parametrize("value", [None, [], {"x": 1}, {A_USER: -1}, {A_USER: True}, {A_USER: "1"}])
def test_other_heads_are_refused(value):
    assert judge({"type": "delivered", "heads": value}) == error("bad_frame", "heads")
