import json

import pytest

from ocpp_server import rpc
from ocpp_server.rpc import Call, Error, ErrorCode, Result, Unreadable, parse


def test_a_call_is_read() -> None:
    assert parse(b'[2,"1","Heartbeat",{}]') == Call("1", "Heartbeat", {})


def test_a_null_payload_is_an_empty_one() -> None:
    assert parse(b'[2,"1","Heartbeat",null]') == Call("1", "Heartbeat", {})
    assert parse(b'[3,"1",null]') == Result("1", {})


@pytest.mark.parametrize("frame", [b"", b"  ", b"\n", b'[5,"1",{}]', b"[0]", b'[9,"x","Reset",{}]'])
def test_empty_frames_and_unknown_message_types_are_ignored(frame: bytes) -> None:
    assert parse(frame) is None


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b'[2,"1"]', ErrorCode.PROTOCOL_ERROR),
        (b'[2,"1","Heartbeat"]', ErrorCode.PROTOCOL_ERROR),
        (b'[2,"1","Heartbeat",{},"x"]', ErrorCode.FORMATION_VIOLATION),
        (b'[2,"1",["x"],{}]', ErrorCode.FORMATION_VIOLATION),
        (b'[2,"1","Heartbeat",[]]', ErrorCode.FORMATION_VIOLATION),
        (b'[2,"1","Heartbeat","x"]', ErrorCode.FORMATION_VIOLATION),
        (b'[2,"1","Heartbeat",{"a":1,"a":2}]', ErrorCode.FORMATION_VIOLATION),
        (b' [ 2 , "1" ,"Heartbeat",{"a":', ErrorCode.FORMATION_VIOLATION),
        (b'[2,"1","MeterValues",{"x":' + b"[" * 50_000, ErrorCode.FORMATION_VIOLATION),
        (b'[2,"1","MeterValues",{"x":' + b"9" * 5_000 + b"}]", ErrorCode.FORMATION_VIOLATION),
    ],
)
def test_a_broken_call_with_a_readable_id_can_be_answered(frame: bytes, code: ErrorCode) -> None:
    message = parse(frame)
    assert isinstance(message, Unreadable)
    assert (message.message_id, message.code) == ("1", code)


@pytest.mark.parametrize(
    "frame",
    [
        b"hello",
        b'{"a":1}',
        b"[]",
        b"[2]",
        b'["2","1","Heartbeat",{}]',
        b'[2.0,"1","Heartbeat",{}]',
        b'[true,"1","Heartbeat",{}]',
        b'[2,1,"Heartbeat",{}]',
        b'[2,null,"Heartbeat",{}]',
        b'[2,{"a":1},"Heartbeat",{}]',
        b'[2,["a"],"Heartbeat",{}]',
        b'[2,"' + b"x" * 256 + b'","Heartbeat",{}]',
        b"[3]",
        b"[3,null,{}]",
        b"[4,{}]",
    ],
)
def test_a_frame_without_an_id_worth_repeating_is_only_counted(frame: bytes) -> None:
    message = parse(frame)
    assert isinstance(message, Unreadable)
    assert message.message_id is None


@pytest.mark.parametrize("message_id", ["", "x" * 37])
def test_an_id_of_the_wrong_length_is_refused_under_that_id(message_id: str) -> None:
    message = parse(json.dumps([2, message_id, "Heartbeat", {}]).encode())
    assert isinstance(message, Unreadable)
    assert message.message_id == message_id


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (b'[4,"1"]', Error("1", "GenericError", "")),
        (b'[4,"1","NotSupported"]', Error("1", "NotSupported", "")),
        (b'[4,"1","NotSupported","no"]', Error("1", "NotSupported", "no")),
        (b'[4,"1","NotSupported","no","details as text"]', Error("1", "NotSupported", "no")),
        (b'[4,7,"Made.Up",5,{},"more"]', Error("7", "Made.Up", "")),
        (b'[4,"1",{},[]]', Error("1", "GenericError", "")),
    ],
)
def test_a_callerror_is_understood_however_short_or_odd(frame: bytes, error: Error) -> None:
    assert parse(frame) == error


def test_a_numeric_id_in_an_answer_is_read_as_the_text_it_was() -> None:
    assert parse(b'[3,123,{"status":"Accepted"}]') == Result("123", {"status": "Accepted"})


def test_an_answer_keeps_a_payload_that_is_no_object_for_the_caller_to_judge() -> None:
    assert parse(b'[3,"1",[1]]') == Result("1", [1])
    assert parse(b'[3,"1"]') == Result("1", {})


def test_the_error_codes_are_spelt_as_in_table_7() -> None:
    assert {str(code) for code in ErrorCode} == {
        "NotImplemented",
        "NotSupported",
        "InternalError",
        "ProtocolError",
        "SecurityError",
        "FormationViolation",
        "PropertyConstraintViolation",
        "OccurenceConstraintViolation",
        "TypeConstraintViolation",
        "GenericError",
    }


def test_frames_are_written_as_ocpp_j_says() -> None:
    message_id = rpc.new_message_id()
    assert len(message_id) <= rpc.MAX_MESSAGE_ID
    assert json.loads(rpc.call_frame(message_id, "Reset", {"type": "Hard"})) == [
        2,
        message_id,
        "Reset",
        {"type": "Hard"},
    ]
    assert json.loads(rpc.result_frame("1", {})) == [3, "1", {}]
    assert json.loads(rpc.error_frame("1", ErrorCode.GENERIC_ERROR, "x")) == [4, "1", "GenericError", "x", {}]
