"""Whatever is sent, nobody stops being served, and every CALL with a decent id has its answer."""

import itertools
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from ocpp_server.bridge import Bridge
from tests.frame_mutations import mutated_frames
from tests.ocpp_server.charge_points import RawChargePoint, charge_point

FRAMES = int(os.environ.get("MUTATED_FRAMES", "2000"))
SEED = int(os.environ.get("MUTATION_SEED", "16"))


def test_no_frame_stops_the_service(start: Callable[..., Bridge], caplog: pytest.LogCaptureFixture) -> None:
    bridge = start(max_calls_per_second=1e9, burst=1e9, takeovers_per_minute=10**6)
    frames = itertools.islice(mutated_frames(SEED), FRAMES)
    closings: Counter[int] = Counter()
    with charge_point(bridge.port, "NEIGHBOUR") as neighbour:
        frame = next(frames, None)
        while frame is not None:
            with charge_point(bridge.port) as cp:
                try:
                    while frame is not None:
                        check(cp, frame)
                        frame = next(frames, None)
                except ConnectionClosed as closed:
                    closings[closed.rcvd.code if closed.rcvd else 1006] += 1
                    frame = next(frames, None)
            assert neighbour.heartbeat()[0] == 3
    # Too many unreadable frames, or one too large: nothing else ends a connection, and neither often.
    assert set(closings) <= {1008, 1009}
    assert closings.total() < FRAMES / 20
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def check(cp: RawChargePoint, frame: bytes) -> None:
    """Send a frame and a Heartbeat; whatever comes before the Heartbeat's answer answers the frame."""
    cp.socket.send(frame, text=True)
    cp.send([2, "alive", "Heartbeat", {}])
    answers = []
    while (answer := cp.receive())[:2] != [3, "alive"]:
        answers.append(answer)
    wanted = id_of_call(frame)
    assert [answer[1] for answer in answers if answer[1] == wanted] == ([] if wanted is None else [wanted]), frame
    for kind, _, *rest in answers:
        assert kind == 3 or (kind == 4 and rest[2] == {}), (frame, answers)


def id_of_call(frame: bytes) -> str | None:
    """Return the id of what is at least the beginning of a CALL, if it needs no escapes."""
    try:
        message: Any = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    match message:
        case [2, str(message_id), *_] if type(message[0]) is int and re.fullmatch(r"[\w .-]{1,36}", message_id, re.A):
            return message_id
    return None
