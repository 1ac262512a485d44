"""Below OCPP: frames that are meant to hurt, byte by byte."""

import resource
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ocpp_server.bridge import Bridge
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory
from tests.ocpp_server.charge_points import RawChargePoint, charge_point
from tests.ocpp_server.raw_sockets import (
    CONTINUATION,
    TEXT,
    close_code,
    frame,
    raw_connection,
    read_to_the_end,
    request,
)
from tests.ocpp_server.waiting import eventually


@pytest.fixture
def neighbour(bridge: Bridge) -> Iterator[RawChargePoint]:
    """Another charge point, that must go on being served."""
    with charge_point(bridge.port, "NEIGHBOUR") as cp:
        yield cp
        assert cp.heartbeat()[0] == 3


def test_a_frame_that_declares_a_tebibyte_is_refused_before_it_comes(bridge: Bridge, neighbour: RawChargePoint) -> None:
    with raw_connection(bridge.port) as connection:
        connection.sendall(frame(b"[", declared=2**40))
        assert close_code(read_to_the_end(connection)) == 1009


def test_a_message_larger_than_64_kib_is_refused_even_in_pieces(bridge: Bridge, neighbour: RawChargePoint) -> None:
    piece = b" " * 30_000
    with raw_connection(bridge.port) as connection:
        connection.sendall(frame(piece, TEXT, last=False) + frame(piece, CONTINUATION, last=False) * 2)
        assert close_code(read_to_the_end(connection)) == 1009


def test_a_data_transfer_of_60_kb_is_answered(bridge: Bridge, neighbour: RawChargePoint) -> None:
    with charge_point(bridge.port) as cp:
        answer = cp.call("DataTransfer", {"vendorId": "x", "data": "x" * 60_000})
    assert answer[2] == {"status": "UnknownVendorId"}


def test_a_message_in_pieces_is_one_message(bridge: Bridge, neighbour: RawChargePoint) -> None:
    with raw_connection(bridge.port) as connection:
        connection.sendall(frame(b'[2,"1",', TEXT, last=False) + frame(b'"Heartbeat",{}]', CONTINUATION))
        assert b'[3,"1",{"currentTime"' in connection.recv(65_536)


def test_empty_continuation_frames_do_not_pile_up(bridge: Bridge, neighbour: RawChargePoint) -> None:
    empty = frame(b"", CONTINUATION, last=False) * 10_000
    with raw_connection(bridge.port) as connection:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with ThreadPoolExecutor(1) as pool:
            received = pool.submit(read_to_the_end, connection)
            try:
                connection.sendall(frame(b"", TEXT, last=False))
                for _ in range(100):
                    connection.sendall(empty)
            except OSError:
                pass  # cut off, as it should be
            assert b"too many fragments" in received.result(5)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 50 * 1024


def test_compression_is_never_agreed_on(bridge: Bridge, neighbour: RawChargePoint) -> None:
    offer = (
        "Sec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    )
    connection, head = request(bridge.port, "/ocpp/CP001", offer)
    with connection:
        assert b" 101 " in head
        assert b"extensions" not in head.lower()
        compressed = bytearray(frame(b"\x00" * 100))
        compressed[0] |= 0x40
        connection.sendall(compressed)
        assert close_code(read_to_the_end(connection)) == 1002


def test_a_reset_in_the_middle_of_a_frame_is_an_ordinary_end(
    bridge: Bridge, neighbour: RawChargePoint, central_system: CentralSystemInMemory
) -> None:
    with raw_connection(bridge.port) as connection:
        connection.sendall(frame(b'[2,"1","Heartbeat",{}]')[:10])
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    eventually(lambda: [closing for source, closing in central_system.closings if source.charge_point_id == "CP001"])
